//! Header sections that came lately, with what was found in them: the same bytes mean the same.
//!
//! Browsers send all their field lines again with each request, and to read and check them is half of what a request
//! from memory costs. What they mean depends on nothing but their bytes, so when what follows a request line begins
//! with a section that was read before, one comparison says all.
//!
//! ```text
//! GET /a HTTP/1.1 CRLF │ Host: a CRLF User-Agent: b CRLF CRLF │ GET /b …
//!                        └─ compared whole, the empty line too ─┘
//! ```
//!
//! Nothing can be smuggled through it: reading stops at the first empty line, so it gives the same for any two inputs
//! that are alike up to there, and how they were sent, or by whom, is no part of it. A section is remembered only when it
//! is right, and says nothing that binds the connection: no content, no `100 Continue`, no end.

use super::framing::Framing;
use crate::limit;
use alloc::boxed::Box;
use semantics::{FieldName, Fields, Places};

/// The header sections that a worker has read lately. One for all of its connections.
#[derive(Debug)]
pub struct RecentSections {
    slots: Box<[Slot; COUNT]>,
    /// Slots in the order they are tried: the one that was of use last is the first.
    ///
    /// Invariant: each number below COUNT once.
    order: [u8; COUNT],
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    bytes: [u8; BYTES_MAX],
    /// Of the section, with its empty line. 0: no section.
    length: u16,
    places: Places,
}

/// Clients of so many kinds are known at a time. More would cost those that are not known.
const COUNT: usize = 8;
/// A new section comes in here, in the order they are tried, and only one that comes again gets ahead: sections that
/// never do (each with another entity tag) leave those alone that are of use.
const NEW_AT: usize = COUNT / 2;
/// Longer sections are seldom, and most of such a one is a cookie.
const BYTES_MAX: usize = 1024;

impl RecentSections {
    /// None yet. All the memory that it will ever use is there.
    pub fn new() -> RecentSections {
        let slot = Slot { bytes: [0; BYTES_MAX], length: 0, places: Places::default() };
        RecentSections { slots: Box::new([slot; COUNT]), order: core::array::from_fn(|index| index as u8) }
    }

    /// The fields of the section at the start of `bytes`, if it is one of these, and its length.
    pub(crate) fn find<'a>(&mut self, bytes: &'a [u8]) -> Option<(Fields<'a>, usize)> {
        for at in 0..COUNT {
            let slot = &self.slots[usize::from(self.order[at])];
            if let Some(section) = slot.start_of(bytes) {
                if at > 0 {
                    self.order[..=at].rotate_right(1);
                }
                // As when it is read: the lines without the empty one.
                let lines = &section[..section.len() - b"\r\n".len()];
                return Some((Fields::at(lines, slot.places), section.len()));
            }
        }
        None
    }

    /// Remembers a section that was read anew, empty line and all, when it is worth it.
    pub(crate) fn note(&mut self, section: &[u8], fields: &Fields<'_>, framing: Framing) {
        let has_secret = SECRET.iter().any(|&name| fields.get(name).is_some());
        if section.len() > BYTES_MAX || has_secret || framing != Framing::PLAIN {
            return;
        }
        self.order[NEW_AT..].rotate_right(1);
        let slot = &mut self.slots[usize::from(self.order[NEW_AT])];
        slot.bytes[..section.len()].copy_from_slice(section);
        (slot.length, slot.places) = (section.len() as u16, fields.places());
    }
}

impl Default for RecentSections {
    fn default() -> Self {
        RecentSections::new()
    }
}

impl Slot {
    /// The section, when the bytes begin with it.
    #[inline]
    fn start_of<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let length = usize::from(self.length);
        let section = bytes.get(..length)?;
        // The end first: sections of most clients differ in length, so most of them end here.
        let is_end = section.ends_with(b"\r\n\r\n");
        (is_end && section == &self.bytes[..length]).then_some(section)
    }
}

/// Who has these has a secret. It is not kept beyond its request, and the time an answer takes tells nothing about it.
const SECRET: [FieldName; 2] = [FieldName::Authorization, FieldName::Cookie];

const _: () = assert!(BYTES_MAX <= u16::MAX as usize && COUNT <= u8::MAX as usize);
// With any request line it is within the limit, so that need not be looked at again.
const _: () = assert!(limit::REQUEST_LINE_BYTES_MAX + BYTES_MAX <= limit::HEAD_BYTES_MAX);
