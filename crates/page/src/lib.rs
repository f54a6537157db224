//! What people see: listings, previews, error pages, archives; no HTTP, no files, no clock.
//!
//! Every page is whole without JavaScript, asks nothing of any other origin, and runs under
//! [`CONTENT_SECURITY_POLICY`].

pub mod archive;
pub mod asset;
mod colour;
pub mod error;
mod escape;
pub mod find;
mod frame;
mod icon;
mod kind;
mod language;
mod limit;
pub mod listing;
mod look;
pub mod markdown;
pub mod order;
pub mod preview;
mod quantity;
pub mod status;
pub mod template;
pub mod window;
pub mod xray;

pub use colour::Accent;
pub use kind::Kind;
pub use language::{Language, preferred_language};
pub use look::Look;

/// What pages may do: only what comes from their own origin, and no script or style inside the page.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     media-src 'self'; connect-src 'self'; object-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'self'";
