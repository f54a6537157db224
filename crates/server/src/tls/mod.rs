//! TLS: what stands between a socket and HTTP where the owner asks for it.
//!
//! Only this module knows the library that does it (`docs/decisions/0014`). Bytes in, bytes out: it has no socket, and keeps
//! nothing of a connection that waits but its keys.

pub(crate) mod certificate;
mod der;
pub(crate) mod renewal;
mod session;

pub use certificate::CertificateFiles;
pub(crate) use renewal::{Offer, Offers};
pub(crate) use session::{Agreed, Broken, Records, Session};
