//! What HTTP means, without its syntax (RFC 9110): values and pure decisions.
//!
//! Nothing here reads a clock, opens a file or knows a byte of any version's framing; `no_std` is the proof.
#![no_std]

extern crate alloc;

pub mod coding;
pub mod condition;
pub mod date;
pub mod field;
pub mod media_type;
pub mod message;
pub mod method;
pub mod range;
pub mod status;
pub mod target;
#[cfg(test)]
mod testing;
pub mod time;
pub mod validator;

pub use coding::{AcceptedCodings, Coding};
pub use condition::Verdict;
pub use field::{Field, FieldName, Fields, Places};
pub use media_type::{Kind, MediaType};
pub use message::{Content, RequestHead, Response, Version};
pub use method::Method;
pub use range::Ranges;
pub use status::Status;
pub use target::{Target, TargetFault};
pub use time::{Instant, Timestamp};
pub use validator::{EntityTag, Validator};
