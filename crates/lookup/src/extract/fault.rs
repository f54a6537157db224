//! Sentences that say why words are missing.

/// `read the first 8 MiB of 1.2 GiB`
pub(crate) fn cut(read: u64, size: u64) -> String {
    format!("read the first {} of {}", Size(read), Size(size))
}

/// `has more than 8 MiB of text; the rest was left out`
pub(crate) fn long(kept: usize) -> String {
    format!("has more than {} of text; the rest was left out", Size(kept as u64))
}

/// Two sentences as one.
pub(crate) fn join(fault: &mut Option<String>, more: String) {
    *fault = Some(match fault.take() {
        None => more,
        Some(first) => format!("{first}; {more}"),
    });
}

/// All sentences, with `{}` for what is put in: by them, whoever speaks another language knows again what was said.
pub const SENTENCES: &[&str] = &[
    "read the first {} of {} pages; the rest would take too long",
    "read the first {} of what is inside",
    "read the first {} of {}",
    "has more than {} of text; the rest was left out",
    "cannot be read: {}",
    "its reader failed",
    "its reader was killed, again and again",
    "its reader does not start: {}",
    "could not be handed to its reader",
    "gave an answer that makes no sense",
    "gave an answer that is too long",
    "made its reader close the line",
    "takes longer than {} s to read",
    "was not read within {} s",
    "needs more than {} of memory to read",
    "is nested too deep",
    "is damaged in a way that ends its reader (signal {})",
    "is damaged in a way that ends its reader (exit {})",
    "is damaged in a way that no reader expects",
    "is damaged inside: {}",
    "is damaged: {}",
    "ends in the middle, or is longer than is read of an archive",
    "the first {} names were read",
    "has {} names; the first {} were read",
    "not a zip file, though its name says {}",
    "the end of this file is missing, where a zip says what is in it",
    "a damaged zip file: {}",
    "a part of it is damaged: {}",
    "a part of it cannot be unpacked: {}",
    "a part of it unpacks to {} times its size: a bomb",
    "unpacks to more than {}; the rest was left out",
    "has a password",
    "its XML is damaged: {}",
    "has elements more than {} deep, which were left out",
    "an office document with a password",
    "a book that does not say where its text is",
    "a book with copy protection",
    "not a PDF, though its name says so",
    "a PDF of {}; those above {} are not read",
    "a PDF with a password",
    "a PDF without text: perhaps pictures of pages",
    "a damaged PDF: no page can be read",
    "a damaged PDF: {} of {} pages cannot be read",
    "a damaged PDF: {}",
    "cannot be read as a sound",
    "a damaged sound: {}",
    "not a file of Office before 2007, though its name says so",
    "a Word document in the format of before 2007, which is not read: save it anew to have its words found",
    "a presentation in the format of before 2007, which is not read: save it anew to have its words found",
    "a workbook in the format of before 2007, which is not read: save it anew to have its words found",
    "a mail of Outlook, which is not read: save it anew to have its words found",
    "a file in a binary format of Office before 2007, which is not read: save it anew to have its words found",
];

/// Whether it is one of these.
pub(crate) fn is_known(fault: &str) -> bool {
    SENTENCES.iter().any(|sentence| {
        let mut rest = Some(fault);
        for (at, part) in sentence.split("{}").enumerate() {
            let found = rest.and_then(|rest| rest.find(part).filter(|&found| at > 0 || found == 0));
            rest = rest.zip(found).map(|(rest, found)| &rest[found + part.len()..]);
        }
        rest.is_some_and(|rest| rest.is_empty() || sentence.ends_with("{}"))
    })
}

/// A number of bytes as people read it.
pub(crate) struct Size(pub(crate) u64);

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        if self.0 < 1024 {
            return write!(f, "{} bytes", self.0);
        }
        let unit = (self.0.ilog2() / 10) as usize;
        let text = format!("{:.1}", self.0 as f64 / (1024_f64).powi(unit as i32));
        write!(f, "{} {}", text.strip_suffix(".0").unwrap_or(&text), UNITS[unit - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_what_people_read() {
        let told = |bytes| Size(bytes).to_string();
        assert_eq!([told(0), told(1023), told(1024)], ["0 bytes", "1023 bytes", "1 KiB"]);
        assert_eq!([told(1536), told(8 << 20), told(1_288_490_189)], ["1.5 KiB", "8 MiB", "1.2 GiB"]);
        assert_eq!(told(u64::MAX), "16 EiB");
    }

    #[test]
    fn sentences_are_known_by_their_wording() {
        for (fault, expected) in [
            (cut(8 << 20, 9 << 20), true),
            (long(8 << 20), true),
            ("is damaged: by somebody".to_owned(), true),
            ("is damaged by somebody".to_owned(), false),
            ("a PDF with a password, I think".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(is_known(&fault), expected, "{fault}");
        }
    }

    #[test]
    fn two_faults_are_one_sentence() {
        let mut fault = None;
        join(&mut fault, cut(8 << 20, 9 << 20));
        join(&mut fault, long(8 << 20));
        assert_eq!(
            fault.as_deref(),
            Some("read the first 8 MiB of 9 MiB; has more than 8 MiB of text; the rest was left out")
        );
    }
}
