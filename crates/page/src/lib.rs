//! What people see: listings, previews, error pages, archives; no HTTP, no files

pub mod archive;
