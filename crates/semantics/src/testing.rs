//! A request for tests, from a method and its field lines.

use crate::field::{FieldName, Fields};
use crate::message::{RequestHead, Version};
use crate::method::Method;
use alloc::string::String;

/// `lines` are parted by `|`.
pub(crate) fn request(method: &str, lines: &str, look: impl FnOnce(&RequestHead)) {
    let section: String = lines.split('|').filter(|line| !line.is_empty()).flat_map(|line| [line, "\r\n"]).collect();
    let mut fields = Fields::new();
    fields.set_section(section.as_bytes());
    let copy = fields;
    for (name, value) in copy.lines() {
        if let Some(name) = FieldName::from_bytes(name) {
            fields.note(name, value);
        }
    }
    let method = Method::from_token(method.as_bytes());
    look(&RequestHead { method, target: b"/", authority: b"a", version: Version::Http11, fields });
}
