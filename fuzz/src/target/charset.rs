//! Encodings of texts.

use crate::Target;
use charset::{Detector, TextKind};

/// The verdict does not depend on how the text was cut, and the text can be decoded by it.
pub const TARGET: Target = Target { name: "charset", run };

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
