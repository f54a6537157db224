//! Names of files, which are short: their neighbours in the folder speak too.

use std::borrow::Cow;

use encoding_rs::UTF_8;

use crate::decide;
use crate::likelihood;
use crate::statistics::{self, Question, is_utf8_by_chance};
use crate::verdict::{Confidence, Reason, Verdict};

/// A file name as text. `siblings` are names from the same folder, which were most likely written by the same machine.
pub fn name<'a>(bytes: &'a [u8], siblings: &[&[u8]]) -> (Cow<'a, str>, Verdict) {
    let text = std::str::from_utf8(bytes).ok();
    if let Some(text) = text.filter(|_| bytes.is_ascii() || !is_utf8_by_chance(bytes) || is_utf8_usual(siblings)) {
        let reason = if bytes.is_ascii() { Reason::Ascii } else { Reason::Utf8 };
        return (Cow::Borrowed(text), decide::verdict(UTF_8, Confidence::Certain, reason));
    }
    let support = support(siblings);
    let question = Question { sample: bytes, support: &support, is_utf8: text.is_some(), ..Question::default() };
    let outcome = statistics::weigh(question, |encoding| likelihood::cost(encoding, bytes).faults);
    let verdict = decide::by_statistics(outcome);
    (verdict.encoding.decode_without_bom_handling(bytes).0, verdict)
}

/// Whether more of the neighbours are surely UTF-8 than surely not.
fn is_utf8_usual(siblings: &[&[u8]]) -> bool {
    let others = siblings.iter().filter(|sibling| is_other(sibling)).count();
    let utf8 = siblings.iter().filter(|sibling| !is_other(sibling) && !is_utf8_by_chance(sibling)).count();
    utf8 > others
}

fn is_other(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_err()
}

/// The neighbours that say something, one a line.
fn support(siblings: &[&[u8]]) -> Vec<u8> {
    let mut support = Vec::new();
    for sibling in siblings.iter().filter(|sibling| is_other(sibling)) {
        if support.len() + sibling.len() >= SUPPORT_BYTES_MAX {
            break;
        }
        support.extend_from_slice(sibling);
        support.push(b'\n');
    }
    support
}

/// A hundred hanzi decide; more would only take time, for each name of a folder again.
const SUPPORT_BYTES_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use encoding_rs::Encoding;

    use super::*;

    /// `encoding: name` in the folder of `siblings`, all in that encoding.
    #[track_caller]
    fn check(label: &str, word: &str, siblings: &[&str], expected: Confidence) {
        let encoding = Encoding::for_label(label.as_bytes()).expect("a known encoding");
        let bytes = encoding.encode(word).0;
        let siblings: Vec<_> = siblings.iter().map(|sibling| encoding.encode(sibling).0).collect();
        let siblings: Vec<&[u8]> = siblings.iter().map(AsRef::as_ref).collect();
        let (text, verdict) = name(&bytes, &siblings);
        assert_eq!((text.as_ref(), verdict.confidence), (word, expected), "{}", verdict.label);
    }

    #[test]
    fn short_names_are_read_alone() {
        check("gbk", "测试.txt", &[], Confidence::Likely);
        check("gbk", "新建文件夹", &[], Confidence::Likely);
        check("gbk", "照片 (2)", &[], Confidence::Likely);
        check("big5", "說明書.doc", &[], Confidence::Likely);
        check("shift_jis", "新しいフォルダ", &[], Confidence::Likely);
        check("euc-kr", "새 폴더", &[], Confidence::Likely);
        check("windows-1252", "Größe.txt", &[], Confidence::Doubtful);
    }

    #[test]
    fn neighbours_decide_where_a_name_is_too_short() {
        let (text, verdict) = name(b"\xbb\xd8\xc4\xea", &[]);
        assert_eq!((text.as_ref(), verdict.label), ("回年", "gb18030"), "指定 in EUC-JP, but frequent hanzi in GBK");
        check("euc-jp", "指定", &["石切り場", "閲覧室の扉", "readme.txt"], Confidence::Likely);
        check("gbk", "表", &["石头", "采石场的照片", "阅览室"], Confidence::Likely);
        check("koi8-r", "дом", &["каменоломня", "читальный зал", "камень"], Confidence::Doubtful);
    }

    #[test]
    fn a_name_that_is_utf8_by_chance_is_read_as_its_neighbours_are() {
        check("gbk", "目录", &[], Confidence::Doubtful);
        check("gbk", "目录", &["采石场的照片"], Confidence::Likely);
        check("utf-8", "Ŀ¼", &["采石场", "石头"], Confidence::Certain);
        check("utf-8", "né", &[], Confidence::Likely);
    }

    #[test]
    fn names_in_utf8_need_no_neighbours() {
        check("utf-8", "readme.txt", &[], Confidence::Certain);
        check("utf-8", "测试", &[], Confidence::Certain);
        check("utf-8", "", &[], Confidence::Certain);
    }

    #[test]
    fn a_name_in_no_encoding_is_shown_all_the_same() {
        let (text, verdict) = name(b"\xff\xff\x80.txt", &[]);
        assert!(text.ends_with(".txt"));
        assert_eq!(verdict.confidence, Confidence::Doubtful);
    }
}
