//! Bytes to events and back: HTTP as state machines with no socket, no file, no clock.
//!
//! [`connection`] holds the words that all versions share; [`h1`] is HTTP/1.1, [`h2`] is HTTP/2, [`compress`] what it
//! writes its fields with.
#![no_std]

extern crate alloc;

mod block;
pub mod compress;
pub mod connection;
mod decimal;
pub mod fault;
mod grammar;
pub mod h1;
pub mod h2;
mod host;
pub mod input;
pub mod limit;

pub use connection::{ContentLength, End, Event, Limits, Sends, StreamId};
pub use fault::{Fault, Reason, Scope};
pub use input::Input;
