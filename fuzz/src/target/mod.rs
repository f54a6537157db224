//! The targets, a file each: what the bytes are taken for, and what must hold then.

pub mod archive;
pub mod charset;
pub mod date;
pub mod extract;
pub mod fields;
pub mod file_name;
pub mod h1;
pub mod h2;
pub mod hpack;
pub mod markdown;
pub mod name;
pub mod query;
pub mod request_target;
pub mod select;
pub mod tls;
pub mod tokens;
