//! A request head that outlives the bytes it came in.

use semantics::{FieldName, Fields, Instant, Method, RequestHead, Version};

/// An owned copy of a [`RequestHead`]: made when the answer must wait for the pool or for the request's content.
#[derive(Clone, Debug)]
pub struct OwnedHead {
    /// Method, target, authority and field lines, one behind the other.
    bytes: Box<[u8]>,
    /// Where method, target and authority end.
    ends: [u32; 3],
    version: Version,
    began: Instant,
}

impl OwnedHead {
    /// Copies it.
    pub fn new(head: &RequestHead<'_>) -> OwnedHead {
        let parts = [head.method.as_bytes(), head.target, head.authority];
        let mut end = 0;
        // A head has at most some KiB.
        let ends = parts.map(|part| {
            end += part.len() as u32;
            end
        });
        let bytes = [parts[0], parts[1], parts[2], head.fields.section()].concat().into();
        OwnedHead { bytes, ends, version: head.version, began: Instant(0) }
    }

    /// The same, whose first byte was there at that time.
    #[must_use]
    pub(crate) fn since(self, began: Instant) -> OwnedHead {
        OwnedHead { began, ..self }
    }

    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// What it takes of memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<OwnedHead>() + self.bytes.len()
    }

    /// The head again, borrowed from this copy.
    pub fn head(&self) -> RequestHead<'_> {
        let [method, target, authority] = self.ends.map(|end| end as usize);
        let mut fields = Fields::new();
        fields.set_section(&self.bytes[authority..]);
        let lines = fields;
        for (name, value) in lines.lines() {
            if let Some(name) = FieldName::from_bytes(name) {
                fields.note(name, value);
            }
        }
        RequestHead {
            method: Method::from_token(&self.bytes[..method]),
            target: &self.bytes[method..target],
            authority: &self.bytes[target..authority],
            version: self.version,
            fields,
        }
    }
}
