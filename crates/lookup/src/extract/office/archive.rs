//! Archives: the names in them are words.

use super::parts::Parts;
use crate::extract::limit;
use crate::extract::words::Draft;

/// The names of all members, one a line.
pub(super) fn read(parts: &mut Parts<'_>, draft: &mut Draft) {
    let siblings: Vec<&[u8]> = parts.names().take(SIBLINGS_MAX).collect();
    for name in parts.names().take(limit::ARCHIVE_NAMES_MAX) {
        // Old archives have names in the encoding of the machine that made them; neighbours tell which.
        draft.body.push(&charset::name(name, &siblings).0);
        draft.body.line();
    }
    if parts.count() > limit::ARCHIVE_NAMES_MAX {
        draft.add_fault(format!("has {} names; the first {} were read", parts.count(), limit::ARCHIVE_NAMES_MAX));
    }
}

/// Names by which the encoding of the others is told.
const SIBLINGS_MAX: usize = 64;
