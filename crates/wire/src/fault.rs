//! What the peer did wrong, and how much must stop for it.

use crate::connection::StreamId;
use crate::limit;
use core::fmt;
use semantics::Status;

/// A broken rule, and on which exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    stream: StreamId,
    reason: Reason,
}

impl Fault {
    pub(crate) fn new(stream: StreamId, reason: Reason) -> Fault {
        Fault { stream, reason }
    }

    /// The exchange that it ends.
    pub fn stream(&self) -> StreamId {
        self.stream
    }

    /// The cause.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The status for the peer; `None`: it has gone, nobody would read it.
    pub fn status(&self) -> Option<Status> {
        self.reason.status()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(formatter)
    }
}

impl core::error::Error for Fault {}

/// How much must stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One exchange; the others of the connection go on.
    Stream,
    /// The connection: where the next request begins can no longer be trusted.
    Connection,
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $name:ident $status:ident $text:literal)*) => {
        /// Why. One variant per cause, so that operators can count causes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason { $($(#[doc = $doc])* $name,)* }

        impl Reason {
            /// All of them.
            pub const ALL: &'static [Reason] = &[$(Reason::$name,)*];

            fn code(self) -> Status {
                match self { $(Reason::$name => Status::$status,)* }
            }

            fn text(self) -> &'static str {
                match self { $(Reason::$name => $text,)* }
            }
        }
    };
}

reasons! {
    /// The first bytes are those of a TLS handshake: `https://` was asked of a port that speaks `http://`.
    TlsOnPlainPort BAD_REQUEST "TLS handshake on a port without TLS"
    /// The connection preface of HTTP/2 with prior knowledge (RFC 9113 §3.4).
    Http2Preface HTTP_VERSION_NOT_SUPPORTED "HTTP/2 preface on a port that speaks HTTP/1.1"
    /// The method is empty or not a token (RFC 9110 §9.1).
    InvalidMethod BAD_REQUEST "request line: the method is not a token"
    /// Longer than any method, and the whole of [`limit::REQUEST_LINE_BYTES_MAX`] (RFC 9112 §3).
    MethodTooLong NOT_IMPLEMENTED "request line: method too long"
    /// Not in one of the four forms, or with a byte that no target has (RFC 9112 §3.2).
    InvalidTarget BAD_REQUEST "request line: invalid request target"
    /// A target with `https:` on a connection that nothing secures (RFC 9110 §7.4).
    UnsecuredConnection MISDIRECTED_REQUEST "request line: https target on a connection without TLS"
    /// Not `HTTP/` digit `.` digit (RFC 9112 §2.3), or something stands behind it.
    InvalidVersion BAD_REQUEST "request line: invalid version"
    /// A major version other than 1.
    UnsupportedVersion HTTP_VERSION_NOT_SUPPORTED "unsupported major version"
    /// A line ended by LF alone. We refuse the leniency of RFC 9112 §2.2: two readers who disagree on where a line ends
    /// can be made to disagree on where a request does.
    BareLineFeed BAD_REQUEST "a line ends with LF without CR"
    /// CR without LF (RFC 9112 §2.2).
    BareCarriageReturn BAD_REQUEST "CR without LF"
    /// The name of a field line is empty or not a token (RFC 9110 §5.1).
    InvalidFieldName BAD_REQUEST "field line: the name is not a token"
    /// Whitespace between name and colon (RFC 9112 §5.1): a mark of request smuggling.
    SpaceBeforeColon BAD_REQUEST "field line: space before the colon"
    /// NUL or another control character in a value (RFC 9110 §5.5).
    InvalidFieldValue BAD_REQUEST "field line: control character in the value"
    /// A line that begins with whitespace (RFC 9112 §5.2).
    ObsoleteFold BAD_REQUEST "field line: begins with whitespace"
    /// HTTP/1.1 without `Host` (RFC 9112 §3.2).
    MissingHost BAD_REQUEST "no Host field"
    /// More than one `Host` line.
    RepeatedHost BAD_REQUEST "more than one Host field"
    /// Not a host with an optional port (RFC 3986 §3.2.2).
    InvalidHost BAD_REQUEST "invalid host"
    /// `Content-Length` and `Transfer-Encoding` together: a mark of request smuggling (RFC 9112 §6.3, §11.2). We close
    /// even though the lengths may agree.
    ConflictingLength BAD_REQUEST "Content-Length and Transfer-Encoding together"
    /// Not one number (RFC 9112 §6.3); several are refused even when they agree.
    InvalidContentLength BAD_REQUEST "Content-Length is not one number"
    /// In HTTP/1.0, or where `chunked` is not the last coding, the end of the content cannot be known (RFC 9112 §6.1).
    InvalidTransferEncoding BAD_REQUEST "Transfer-Encoding does not end with chunked"
    /// A transfer coding other than `chunked` (RFC 9112 §6.1).
    UnsupportedTransferCoding NOT_IMPLEMENTED "unsupported transfer coding"
    /// Not a hexadecimal number that fits (RFC 9112 §7.1).
    InvalidChunkSize BAD_REQUEST "invalid chunk size"
    /// A chunk extension with a control character (RFC 9112 §7.1.1).
    InvalidChunkExtension BAD_REQUEST "invalid chunk extension"
    /// More or fewer bytes than the chunk size said.
    InvalidChunkEnd BAD_REQUEST "a chunk does not end where its size says"
    /// A trailer line that is no field line (RFC 9112 §7.1.2).
    InvalidTrailer BAD_REQUEST "invalid trailer line"
    /// Beyond [`limit::FRAMING_BYTES_MAX`].
    FramingTooLong BAD_REQUEST "chunk extensions and trailers too long"
    /// An expectation other than `100-continue` (RFC 9110 §10.1.1).
    UnknownExpectation EXPECTATION_FAILED "unknown expectation"
    /// Beyond [`limit::REQUEST_LINE_BYTES_MAX`] or [`limit::TARGET_BYTES_MAX`].
    TargetTooLong URI_TOO_LONG "request target too long"
    /// Beyond [`limit::HEAD_BYTES_MAX`].
    HeadTooLong REQUEST_HEADER_FIELDS_TOO_LARGE "request head too long"
    /// Beyond [`limit::FIELD_LINES_MAX`].
    TooManyFieldLines REQUEST_HEADER_FIELDS_TOO_LARGE "too many field lines"
    /// Beyond [`limit::CONTENT_BYTES_MAX`].
    ContentTooLarge CONTENT_TOO_LARGE "content too large"
    /// The head did not end within [`limit::HEAD_TIMEOUT`].
    HeadTimeout REQUEST_TIMEOUT "request head too slow"
    /// The content did not end within [`limit::CONTENT_TIMEOUT`].
    ContentTimeout REQUEST_TIMEOUT "request content too slow"
    /// The peer ended its side in the middle of a request (RFC 9112 §8).
    Truncated BAD_REQUEST "the connection ended within a request"
}

impl Reason {
    /// How much must stop. In HTTP/1.1 that is always the connection: the next request stands behind this one.
    pub fn scope(self) -> Scope {
        Scope::Connection
    }

    /// The status for the peer, while one can still be sent.
    pub fn status(self) -> Option<Status> {
        match self {
            // TLS clients would take an answer in plain text for noise.
            Reason::TlsOnPlainPort => None,
            reason => Some(reason.code()),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())?;
        match self {
            Reason::TargetTooLong => write!(formatter, " (more than {} bytes)", limit::TARGET_BYTES_MAX),
            Reason::HeadTooLong => write!(formatter, " (more than {} bytes)", limit::HEAD_BYTES_MAX),
            Reason::TooManyFieldLines => write!(formatter, " (more than {})", limit::FIELD_LINES_MAX),
            Reason::ContentTooLarge => write!(formatter, " (more than {} bytes)", limit::CONTENT_BYTES_MAX),
            Reason::FramingTooLong => write!(formatter, " (more than {} bytes)", limit::FRAMING_BYTES_MAX),
            Reason::HeadTimeout => write!(formatter, " (more than {} s)", limit::HEAD_TIMEOUT.as_secs()),
            Reason::ContentTimeout => write!(formatter, " (more than {} s)", limit::CONTENT_TIMEOUT.as_secs()),
            _ => Ok(()),
        }
    }
}
