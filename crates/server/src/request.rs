//! A request head that outlives the bytes it came in.

use semantics::{FieldName, Fields, Method, RequestHead, Version};

/// An owned copy of a [`RequestHead`]: made when the answer must wait for the pool or for the request's content.
#[derive(Clone, Debug)]
pub struct OwnedHead {
    method: Box<[u8]>,
    target: Box<[u8]>,
    authority: Box<[u8]>,
    version: Version,
    section: Box<[u8]>,
}

impl OwnedHead {
    /// Copies it.
    pub fn new(head: &RequestHead<'_>) -> OwnedHead {
        OwnedHead {
            method: head.method.as_bytes().into(),
            target: head.target.into(),
            authority: head.authority.into(),
            version: head.version,
            section: head.fields.section().into(),
        }
    }

    /// The head again, borrowed from this copy.
    pub fn head(&self) -> RequestHead<'_> {
        let mut fields = Fields::new();
        fields.set_section(&self.section);
        let lines = fields;
        for (name, value) in lines.lines() {
            if let Some(name) = FieldName::from_bytes(name) {
                fields.note(name, value);
            }
        }
        RequestHead {
            method: Method::from_token(&self.method),
            target: &self.target,
            authority: &self.authority,
            version: self.version,
            fields,
        }
    }
}
