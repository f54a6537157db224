//! Where all meet: one worker per core, from bytes to bytes.
//!
//! [`worker`] is the trip of a request on one page; [`Server`] is the process around it.

mod absence;
pub mod access_log;
mod clock;
pub mod coder;
mod connection;
pub mod disk_tree;
pub(crate) mod door;
mod due;
mod exchange;
mod ground;
mod happening;
mod http2;
pub mod inside;
pub mod known;
pub mod limit;
mod listening;
mod load;
pub mod look_up;
mod memory;
pub mod options;
pub mod order;
pub mod origin;
mod outgoing;
mod own;
mod permit;
pub mod pool;
mod protocol;
mod reload;
mod render;
pub mod request;
mod serve;
pub mod source;
mod tls;
mod transport;
mod vitals;
pub mod worker;
mod workshop;
mod xray;

pub use access_log::{AccessLog, Format};
pub use door::password;
pub use happening::{Reloaded, Remote};
pub use inside::Inside;
pub use look_up::LookUp;
pub use options::{Options, SiteSettings};
pub use origin::{Host, Hosts};
pub use own::OwnFiles;
pub use page::template::SAMPLES as TEMPLATES;
pub use page::{Accent, Language, Look};
pub use serve::{Error, Server};
pub use site;
pub use tls::{CertificateFiles, Offer, Tls};
pub use worker::Worker;
pub use xray::{Explanation, explain};
