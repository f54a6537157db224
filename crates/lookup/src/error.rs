//! Why the index could not be used.

use std::fmt;
use std::io;

/// Why the index could not be used. What is damaged is no error: it is made anew.
#[derive(Debug)]
pub enum Error {
    /// Another process writes to it, or this one does already.
    Busy,
    /// The machine did not do what was asked: what that was, and what it said.
    Machine(String, io::Error),
    /// The index itself refused.
    Index(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Busy => f.write_str("the index is in use by another process"),
            Error::Machine(what, error) => write!(f, "{what}: {error}"),
            Error::Index(what) => write!(f, "the index cannot be used: {what}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<tantivy::TantivyError> for Error {
    fn from(error: tantivy::TantivyError) -> Error {
        match error {
            tantivy::TantivyError::LockFailure(..) => Error::Busy,
            other => Error::Index(other.to_string()),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        Error::Machine("the index cannot be read".into(), error)
    }
}
