//! HPACK: field lines of HTTP/2 (RFC 7541).
//!
//! ```text
//! 1iiiiiii            a field line of a table
//! 01iiiiii  value     a name of a table or a literal one, and a value; the line enters the dynamic table
//! 0000iiii  value     the same, and no table changes
//! 0001iiii  value     the same, and no one on the way may put it into a table: a secret
//! 001sssss            the dynamic table has another size from here on
//! ```

mod decode;
mod encode;
mod integer;
mod static_table;
mod table;

pub use decode::Decoder;
pub use encode::Encoder;
pub(crate) use encode::{plain_field, plain_status};

/// What a field line counts beyond its bytes, in tables and in lists (RFC 7541 §4.1, RFC 9113 §6.5.2).
pub(crate) const LINE_BYTES: usize = 32;
