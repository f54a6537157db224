//! Certificates that renew themselves: what an authority is asked for (RFC 8555), when, and how often at most.
//!
//! ```text
//! Acme::open ─▶ Desk ◀── handshakes, requests: what they find there, names that they ask for
//!      │          ▲
//!      └─▶ run ───┘  on a thread of its own: orders, proves, writes NAME.pem, says so
//! ```
//!
//! Certificates are handed on as files. Nothing here serves anybody, and nothing here may end a server: whatever fails is
//! said, and tried again as seldom as the authority wants it.

pub mod certificate;
pub mod name;

mod answers;
mod client;
mod desk;
mod fault;
mod history;
mod hook;
mod order;
mod renewal;
mod rest;
mod roots;
mod settings;
mod store;
mod work;

pub use answers::{HTTP_PREFIX, TLS_PROTOCOL};
pub use desk::{Desk, State};
pub use roots::system_roots;
pub use settings::{Binding, Challenge, LETS_ENCRYPT, Settings};
pub use work::{Acme, Said};
