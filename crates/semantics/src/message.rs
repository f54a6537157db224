//! Messages (RFC 9110 §6): the head of a request; a response, its content being bytes, a span of a file, or a stream.

use crate::field::{Field, FieldName, Fields};
use crate::method::Method;
use crate::status::Status;
use alloc::borrow::Cow;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

/// The version of HTTP a message came in (RFC 9110 §2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1, and any HTTP/1.x above it.
    Http11,
    /// HTTP/2
    Http2,
    /// HTTP/3
    Http3,
}

/// A request without its content, borrowed from the bytes that came in.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    /// What to do.
    pub method: Method<'a>,
    /// Path and query as they came (`/a%20b?c`), begins with `/`; or `*` (only with OPTIONS).
    /// An absolute-form target is split by `wire` into this and [`authority`](RequestHead::authority); where it has no
    /// path, this is `/` or begins with the `?` of its query.
    pub target: &'a [u8],
    /// The host and port asked for: of an absolute-form target or `:authority`, else of `Host`.
    /// Checked for syntax (RFC 3986 §3.2.2); empty only when HTTP/1.0 sent none.
    pub authority: &'a [u8],
    /// The version it came in.
    pub version: Version,
    /// Its field lines.
    pub fields: Fields<'a>,
}

impl<'a> RequestHead<'a> {
    /// The value of the first line of that name.
    pub fn field(&self, name: FieldName) -> Option<&'a [u8]> {
        self.fields.get(name)
    }
}

/// The content of a response (RFC 9110 §6.4). `F` is an open file of whatever keeps the files; it is cheap to clone.
#[derive(Clone, Debug)]
pub enum Content<F> {
    /// None: the message has no content, or has one of length 0.
    Empty,
    /// Bytes in memory, shared.
    Bytes(Arc<[u8]>, Range<usize>),
    /// A span of an open file: `offset..offset + length`.
    File {
        /// The open file.
        file: F,
        /// Where the span begins.
        offset: u64,
        /// Its length in bytes.
        length: u64,
    },
    /// Several pieces one after the other: `multipart/byteranges`.
    Pieces(Vec<Content<F>>),
}

impl<F> Content<F> {
    /// All of these bytes.
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>) -> Content<F> {
        let bytes = bytes.into();
        let all = 0..bytes.len();
        Content::Bytes(bytes, all)
    }

    /// In bytes.
    pub fn length(&self) -> u64 {
        match self {
            Content::Empty => 0,
            Content::Bytes(_, range) => range.len() as u64,
            Content::File { length, .. } => *length,
            Content::Pieces(pieces) => pieces.iter().map(Content::length).sum(),
        }
    }
}

/// A response with its whole content known.
#[derive(Clone, Debug)]
pub struct Response<F> {
    /// What came of it.
    pub status: Status,
    /// In the order they are written. Never Date, Connection, Content-Length or Transfer-Encoding: `wire` writes
    /// those, for they belong to the message and not to the representation.
    pub fields: Vec<Field>,
    /// What follows the head for GET. For HEAD it gives the length and is not sent (RFC 9110 §9.3.2).
    pub content: Content<F>,
}

impl<F> Response<F> {
    /// A response with no fields and no content.
    pub fn new(status: Status) -> Response<F> {
        Response { status, fields: Vec::new(), content: Content::Empty }
    }

    /// Adds a field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Response<F> {
        self.fields.push(Field { name: Cow::Borrowed(name), value: value.into() });
        self
    }

    /// Gives it content.
    #[must_use]
    pub fn with_content(mut self, content: Content<F>) -> Response<F> {
        self.content = content;
        self
    }

    /// The value of the first field of that name, in any case.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value.as_ref())
    }
}
