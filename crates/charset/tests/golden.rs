//! Each file in `golden/` is a text, what is done to it, and the verdict it must get however it is cut into pieces.
//!
//! ```text
//! encoding: gbk            the text below is written in this encoding
//! kind: html               default plain
//! hint: jp                 default none
//! before: ff fe            bytes put before it
//! cut: 1                   bytes left out at its end
//! bad: 20                  the byte ff is put in there
//! verdict: gb18030 likely, frequency of characters
//! declared: …              default none
//! ---
//! the text
//! ```

use std::path::Path;

use charset::{Detector, Encoding, TextKind, Verdict, decode};

#[derive(Default)]
struct Case {
    bytes: Vec<u8>,
    kind: Option<TextKind>,
    hint: Option<String>,
    is_damaged: bool,
    text: String,
    verdict: String,
    declared: String,
}

fn read(file: &str) -> Case {
    let (head, text) = file.split_once("---\n").expect("a line of dashes");
    let mut case = Case { text: text.to_owned(), ..Case::default() };
    for line in head.lines() {
        let (name, value) = line.split_once(": ").expect("name: value");
        match name {
            "encoding" => case.bytes = encode(text, value),
            "kind" => {
                case.kind = Some(match value {
                    "html" => TextKind::Html,
                    "css" => TextKind::Css,
                    "xml" => TextKind::Xml,
                    _ => panic!("no kind is named {value}"),
                });
            }
            "hint" => case.hint = Some(value.to_owned()),
            "before" => {
                let bytes = value.split(' ').map(|hex| u8::from_str_radix(hex, 16).expect("two hexadecimal digits"));
                case.bytes.splice(..0, bytes);
            }
            "cut" => {
                case.bytes.truncate(case.bytes.len() - value.parse::<usize>().expect("a number"));
                case.is_damaged = true;
            }
            "bad" => {
                case.bytes.insert(value.parse().expect("a number"), 0xff);
                case.is_damaged = true;
            }
            "verdict" => case.verdict = value.to_owned(),
            "declared" => case.declared = value.to_owned(),
            _ => panic!("no line is named {name}"),
        }
    }
    case
}

fn encode(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => {
            let encoding = Encoding::for_label(encoding.as_bytes()).expect("a known encoding");
            let (bytes, _, has_unmappable) = encoding.encode(text);
            assert!(!has_unmappable, "the text cannot be written in {}", encoding.name());
            bytes.into_owned()
        }
    }
}

fn verdict<'a>(case: &Case, pieces: impl IntoIterator<Item = &'a [u8]>) -> Verdict {
    let mut detector = Detector::new(case.kind.unwrap_or(TextKind::Plain), case.hint.as_deref());
    pieces.into_iter().for_each(|piece| detector.feed(piece));
    detector.finish()
}

#[test]
fn each_golden_text_gets_its_verdict_however_it_is_cut() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut failures = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the folder is part of the crate") {
        let path = entry.expect("a readable folder").path();
        let case = read(&std::fs::read_to_string(&path).expect("a golden file is UTF-8"));
        let whole = verdict(&case, [case.bytes.as_slice()]);
        assert_eq!(verdict(&case, case.bytes.chunks(1)), whole, "{path:?} byte by byte");
        assert_eq!(verdict(&case, case.bytes.chunks(7)), whole, "{path:?} in sevens");

        let found = format!("{} {}, {}", whole.label, whole.confidence, whole.reason);
        let declared = whole.declared.map(|declared| declared.to_string()).unwrap_or_default();
        if (found.as_str(), declared.as_str()) != (&case.verdict, &case.declared) {
            failures.push(format!("{path:?}\n    verdict: {found}\n    declared: {declared}"));
        } else if whole.is_text && !case.is_damaged && decode(&case.bytes, &whole) != case.text {
            failures.push(format!("{path:?}: the text is another one"));
        }
        count += 1;
    }
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
    assert!(count >= 100, "golden files are missing: only {count}");
}
