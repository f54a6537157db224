//! From request to response: which representation, under which conditions.
//!
//! Plain synchronous code: no clock, no thread, no lock, no socket. Time is an argument; the files are behind
//! [`Tree`], and what may take long behind [`Workshop`]. [`select()`] is the whole decision, top to bottom; [`answer()`]
//! applies preconditions and ranges to what was decided, now or later out of memory.

mod accept;
mod answer;
pub mod client;
mod directory;
mod disposition;
mod error;
mod file;
mod fingerprint;
pub mod limit;
mod missing;
mod multipart;
pub mod options;
pub mod page;
pub mod path;
mod query;
pub mod representation;
pub mod route;
pub mod select;
pub mod tree;
mod variant;
mod visit;
pub mod witness;

pub use accept::{is_navigation, prefers_json};
pub use answer::{answer, not_modified_fields};
pub use client::{Client, Door};
pub use disposition::attachment;
pub use error::{own_error, own_error_unamended};
pub use options::SiteOptions;
pub use page::{ArchiveKind, ListingFormat, Page};
pub use path::{SitePath, is_hidden_name};
pub use query::kept_under;
pub use representation::{Evidence, Keep, Workshop, is_settled};
pub use route::{Amendments, HostPattern, Routes};
pub use select::{Selected, select};
pub use tree::{Batches, DirectoryEntry, Identity, MemoryFile, MemoryTree, Metadata, Node, NodeKind, Refusal, Tree};
pub use witness::{CharsetBy, Outcome, Step, Tried, Unseen, WhyPlain, Witness};
