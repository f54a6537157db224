//! What HTTP means, without its syntax (RFC 9110): values and pure decisions.
//!
//! Nothing here reads a clock, opens a file or knows a byte of any version's framing; `no_std` is the proof.
#![no_std]

extern crate alloc;

pub mod field;
pub mod message;
pub mod method;
pub mod status;
pub mod time;

pub use field::{Field, FieldName, Fields};
pub use message::{Content, RequestHead, Response, Version};
pub use method::Method;
pub use status::Status;
pub use time::{Instant, Timestamp};
