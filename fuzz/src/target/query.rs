//! What is typed into the look-up.

use crate::Target;
use lookup::query::{CLAUSES_MAX, QUERY_BYTES_MAX, Query};

/// Anything is understood as something, and written back it is the same.
pub const TARGET: Target = Target { name: "query", run };

fn run(bytes: &[u8]) {
    let typed = String::from_utf8_lossy(bytes);
    let query = Query::parse(&typed);
    assert!(query.clauses.len() <= CLAUSES_MAX);
    let written = query.to_string();
    // Quotes and spaces may make it longer than what is read.
    if written.len() <= QUERY_BYTES_MAX {
        assert_eq!(Query::parse(&written).clauses, query.clauses);
    }
}
