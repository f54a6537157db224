//! A new program in the place of this one, without a connection lost: it is started beside us, handed the very sockets that we
//! listen at, and when it says that it is ready, it takes clients and we finish with ours.
//!
//! ```text
//! old                                          new, whose standard input is a passage from us
//! collect the sockets of all workers
//! start the program ─────────────────────────▶ begin
//! Begin, Sockets…, End ──────────────────────▶ read the settings, open all that they name, start workers, load indexes
//!                                              anything wrong: Failed, and it ends; we go on as if nothing had been
//!                      ◀────────────────────── Ready: which addresses it goes on with
//! Yours ─────────────────────────────────────▶ the workers begin to take clients
//! take no more, finish what is under way, end  (the index, the certificates: as soon as we let go of them)
//! ```
//!
//! Nobody takes clients before `Yours` but we, and from then on the other: a client that waits at a socket waits for either.

mod predecessor;
mod successor;
mod words;

pub(crate) use predecessor::{Handed, HandedGate};
pub use predecessor::{Predecessor, Teller};
pub(crate) use successor::{Left, Ready, Upgrading, Will};

use std::ffi::OsString;
use std::path::PathBuf;

/// How this program was started, so that it can be started again.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Where its file was, and the new one is.
    pub path: PathBuf,
    /// All arguments, of which the first is the name that it was called by.
    pub arguments: Vec<OsString>,
}

/// Names the process that a new one follows, in its environment.
const PREDECESSOR: &str = "QUARRY_PREDECESSOR";
