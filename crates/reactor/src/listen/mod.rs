//! Where clients come in: addresses, listening sockets, and why one could not be had.

mod address;
mod error;
mod holder;
mod inherited;
mod listener;

pub use address::{ListenAddress, PeerAddress};
pub use error::{ListenError, ListenFault};
pub use holder::{Holder, holder_of_port};
pub use listener::{ListenOptions, Listener};
