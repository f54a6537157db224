//! Encodings of texts.

use crate::Target;
use charset::{Detector, TextKind};

/// The verdict does not depend on how the text was cut, and the text can be decoded by it.
pub const TARGET: Target = Target {
    name: "charset",
    run,
    seeds: &[
        b"<!doctype html><meta charset=gbk><title>\xd7\xca\xc1\xcf</title>",
        b"<meta http-equiv=content-type content='text/html; charset=shift_jis'>\x8e\x91\x97\xbf\x82\xcc\x8c\x9f\x8d\xf5",
        b"@charset \"utf-8\";\na::before { content: \"\xe8\xb5\x84\" }",
        b"<?xml version=\"1.0\" encoding=\"euc-kr\"?><a>\xc0\xda\xb7\xe1</a>",
        b"\xff\xfea\0b\0c\0\r\0\n\0",
        b"plain text with a \xe9t\xe9 in it",
        b"\x1b$B;qNA\x1b(B",
    ],
};

fn run(bytes: &[u8]) {
    for kind in [TextKind::Plain, TextKind::Html, TextKind::Css, TextKind::Xml] {
        let mut whole = Detector::new(kind, None);
        whole.feed(bytes);
        let whole = whole.finish();
        let mut pieces = Detector::new(kind, None);
        bytes.chunks(3).for_each(|piece| pieces.feed(piece));
        assert_eq!(whole, pieces.finish(), "the cut does not matter");
        let _ = charset::decode(bytes, &whole);
        if std::str::from_utf8(bytes).is_ok() && bytes.iter().all(|&byte| byte.is_ascii_alphanumeric()) {
            assert!(bytes.is_empty() || whole.is_text, "letters are text");
        }
    }
}
