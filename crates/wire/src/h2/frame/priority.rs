//! PRIORITY (RFC 9113 §6.3): of RFC 7540, deprecated. Checked and passed over: no dependency is ever looked at, so a loop of
//! them (CVE-2015-8659) is nothing.

use super::exactly;
use crate::fault::Reason;

pub(crate) fn check(payload: &[u8]) -> Result<(), Reason> {
    exactly::<5>(payload).map(|_| ())
}
