//! Which character encoding a text or a name is in, how sure that is, and decoding it.
//!
//! A wrong label garbles a right page, because browsers believe the header before the page. So the whole text is
//! looked at, in this order: byte order mark, a declaration that decodes cleanly, strict UTF-8, statistics.

mod count;
mod decide;
mod declaration;
mod detect;
mod frequency;
mod label;
mod likelihood;
mod name;
mod neighbours;
mod statistics;
mod utf16;
mod verdict;

pub use detect::{Detector, KEPT_BYTES_MAX, TextKind};
pub use encoding_rs::Encoding;
pub use label::label_for;
pub use name::name;
pub use neighbours::{Neighbours, Reading};
pub use verdict::{Confidence, Declared, Fate, Reason, Verdict};

use std::borrow::Cow;

/// The text of `bytes`, read as the verdict says; a byte order mark is left out, and what does not decode becomes U+FFFD.
pub fn decode<'a>(bytes: &'a [u8], verdict: &Verdict) -> Cow<'a, str> {
    verdict.encoding.decode_with_bom_removal(bytes).0
}
