//! Why a material has no words, in the reader's language.
//!
//! The look-up says it in English sentences, which it keeps with what it read: programs and logs get those. For people they are known
//! again by their wording, with what was put into them, and said anew. One that is not known stays as it is.

use std::borrow::Cow;

use super::Language;

/// Between two sentences.
const JOINT: &str = "; ";
/// Stands for what was put into a sentence.
const HOLE: &str = "{}";

impl Language {
    /// A reason that the look-up gave, one sentence or several, as readers of this language are told it.
    pub fn reason(self, reason: &str) -> Cow<'_, str> {
        let sentences = self.words().reasons;
        said(sentences, reason).map_or(Cow::Borrowed(reason), |said| Cow::Owned(said.join("；")))
    }

    /// Whether it has words of its own for such a sentence.
    pub fn knows_reason(self, sentence: &str) -> bool {
        self == Language::English || self.words().reasons.iter().any(|(known, _)| *known == sentence)
    }
}

/// All sentences, said anew; none: one is not known. A joint may also stand inside a sentence, so that longer ones are tried, too.
fn said(sentences: &[(&str, &str)], reason: &str) -> Option<Vec<String>> {
    let ends = reason.match_indices(JOINT).map(|(at, _)| at).chain([reason.len()]);
    for end in ends.take(JOINTS_MAX) {
        let Some(first) = sentences.iter().find_map(|(known, own)| retold(known, own, &reason[..end])) else {
            continue;
        };
        let Some(rest) = reason.get(end + JOINT.len()..) else { return Some(vec![first]) };
        if let Some(rest) = said(sentences, rest) {
            return Some([vec![first], rest].concat());
        }
    }
    None
}

/// What was put into a sentence, put into another one.
fn retold(known: &str, own: &str, sentence: &str) -> Option<String> {
    let mut parts = known.split(HOLE);
    let mut rest = sentence.strip_prefix(parts.next()?)?;
    let mut own = own.split(HOLE);
    let mut out = own.next()?.to_owned();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        // The last part is the end, wherever else it may stand.
        let at = if parts.peek().is_none() { rest.strip_suffix(part)?.len() } else { rest.find(part)? };
        if at == 0 {
            return None;
        }
        out.push_str(&rest[..at]);
        out.push_str(own.next()?);
        rest = &rest[at + part.len()..];
    }
    rest.is_empty().then_some(out)
}

/// A file has a few faults; a message from somewhere may have any number of joints.
const JOINTS_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(reason: &str, expected: &str) {
        assert_eq!(Language::SimplifiedChinese.reason(reason), expected);
        assert_eq!(Language::English.reason(reason), reason);
    }

    #[test]
    fn a_reason_is_said_in_the_language_of_the_reader() {
        check("a PDF with a password", "PDF 有密码");
        check("read the first 8 MiB of 1.2 GiB", "只读取了前 8 MiB，共 1.2 GiB");
        check(
            "read the first 3 of 9 pages; the rest would take too long",
            "只读取了前 3 页，共 9 页：读完其余部分太费时间",
        );
        check("a damaged PDF: no page can be read", "PDF 已损坏：没有一页可以读取");
        check("a damaged PDF: 2 of 9 pages cannot be read", "PDF 已损坏：有 2 页无法读取，共 9 页");
        check("a damaged PDF: no trailer; no table", "PDF 已损坏（no trailer; no table）");
    }

    #[test]
    fn several_sentences_are_several() {
        check(
            "read the first 8 MiB of 9 MiB; has more than 8 MiB of text; the rest was left out",
            "只读取了前 8 MiB，共 9 MiB；文字超过 8 MiB，其余未读",
        );
    }

    #[test]
    fn what_is_not_known_stays_as_it_is() {
        for reason in
            ["", "it is locked", "a PDF with a password; it is locked", "read the first  of 2", "; ; ; ; ; ; ; ; ; ;"]
        {
            check(reason, reason);
        }
    }
}
