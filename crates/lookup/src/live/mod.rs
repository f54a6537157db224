//! The index as the folder is: found when it changes, milliseconds later, and while nobody asks for processor or memory.
//!
//! ```text
//!          walk ─▶ listings ─┐                       ┌─▶ names
//! kernel ─▶ watch ─▶ hints ──┼─▶ keeper ─▶ queue ────┤
//!                            │     ▲         │       └─▶ scribe ─▶ index ─▶ finder
//!                            └─────┼─────────┼── read ◀──┘
//!                                  └─────────┘
//! ```
//!
//! The keeper alone knows what is there. Nothing that it is told counts for more than a look at the folder as it is
//! now: hints may be late, double, lost or wrong. The walk is the truth, the index the one memory of it: what a material
//! stood like and its words are committed together, so that at any moment the machine may stop.

mod ground;
mod handle;
mod keeper;
mod pace;
mod place;
mod queue;
mod read;
mod remark;
mod scribe;
mod settings;
mod shown;
mod soon;
mod tree;
mod waker;
mod walk;
mod watch;

pub use handle::{Error, Lookup};
pub use settings::{Load, Settings};
