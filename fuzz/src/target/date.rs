//! Dates (RFC 9110 §5.6.7).

use crate::Target;
use semantics::Timestamp;
use semantics::date::{format_date, parse_date};

/// A date that is understood can be written, and then means the same.
pub const TARGET: Target = Target { name: "date", run };

fn run(bytes: &[u8]) {
    let now = Timestamp::from_seconds(1_800_000_000);
    if let Some(seconds) = parse_date(bytes, now) {
        assert_eq!(parse_date(&format_date(seconds), now), Some(seconds));
    }
}
