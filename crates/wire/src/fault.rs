//! What the peer did wrong, and how much must stop for it.

use crate::connection::StreamId;
use crate::limit;
use core::fmt;
use semantics::Status;

/// A broken rule, on which exchange, and what is left to say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    stream: StreamId,
    reason: Reason,
    scope: Scope,
    /// The protocol's own way to refuse was used already: no response can follow.
    is_told: bool,
}

impl Fault {
    /// Ends the connection, behind a response. In HTTP/1.1 that is always so: the next request stands behind this one.
    pub(crate) fn new(stream: StreamId, reason: Reason) -> Fault {
        Fault { stream, reason, scope: Scope::Connection, is_told: false }
    }

    /// Ends one exchange with a response; the others go on.
    pub(crate) fn of_stream(stream: StreamId, reason: Reason) -> Fault {
        Fault { stream, reason, scope: Scope::Stream, is_told: false }
    }

    /// The peer was told by a frame, and so much has stopped.
    pub(crate) fn told(stream: StreamId, reason: Reason, scope: Scope) -> Fault {
        Fault { stream, reason, scope, is_told: true }
    }

    /// The exchange that it ends.
    pub fn stream(&self) -> StreamId {
        self.stream
    }

    /// The cause.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// How much must stop.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The status for the peer; `None`: nobody would read it, or nothing can be said any more.
    pub fn status(&self) -> Option<Status> {
        if self.is_told { None } else { self.reason.status() }
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
    /// The start of the connection preface of HTTP/2 with prior knowledge (RFC 9113 §3.4), as the first bytes of a
    /// connection. Whoever speaks HTTP/2 goes on with it; nobody else can.
    Http2Preface HTTP_VERSION_NOT_SUPPORTED "HTTP/2 preface on a port that speaks HTTP/1.1"
    /// The method is empty or not a token (RFC 9110 §9.1).
    InvalidMethod BAD_REQUEST "the method is not a token"
    /// Longer than any method, and the whole of [`limit::REQUEST_LINE_BYTES_MAX`] (RFC 9112 §3).
    MethodTooLong NOT_IMPLEMENTED "request line: method too long"
    /// Not in one of the four forms, or with a byte that no target has (RFC 9112 §3.2).
    InvalidTarget BAD_REQUEST "invalid request target"
    /// A target with `https:` on a connection that nothing secures (RFC 9110 §7.4).
    UnsecuredConnection MISDIRECTED_REQUEST "https target on a connection without TLS"
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

    /// Not the 24 bytes that begin a connection of HTTP/2 (RFC 9113 §3.4).
    InvalidPreface BAD_REQUEST "invalid connection preface"
    /// The first frame is not SETTINGS (RFC 9113 §3.4).
    MissingSettings BAD_REQUEST "the first frame is not SETTINGS"
    /// Longer than SETTINGS_MAX_FRAME_SIZE (RFC 9113 §4.2).
    FrameTooLong BAD_REQUEST "frame too long"
    /// Not as long as frames of its type are (RFC 9113 §4.2).
    InvalidFrameLength BAD_REQUEST "frame with a length that its type cannot have"
    /// On stream 0, or not on stream 0, or on a stream that only we could open (RFC 9113 §5.1.1).
    InvalidStreamId BAD_REQUEST "frame on a stream that it cannot be on"
    /// On a stream that nobody opened (RFC 9113 §5.1).
    IdleStream BAD_REQUEST "frame on a stream that is not open yet"
    /// On a stream whose end the peer has said already (RFC 9113 §5.1).
    ClosedStream BAD_REQUEST "frame on a stream that is closed"
    /// Padding longer than the frame (RFC 9113 §6.1).
    InvalidPadding BAD_REQUEST "padding longer than its frame"
    /// A setting with a value that it cannot have (RFC 9113 §6.5.2).
    InvalidSetting BAD_REQUEST "setting with a value that it cannot have"
    /// SETTINGS_INITIAL_WINDOW_SIZE beyond what a window can have (RFC 9113 §6.5.2).
    InvalidWindowSetting BAD_REQUEST "initial window beyond 2^31-1"
    /// A client cannot push (RFC 9113 §8.4).
    PushFromClient BAD_REQUEST "PUSH_PROMISE from a client"
    /// CONTINUATION without a field block to continue (RFC 9113 §6.10).
    UnexpectedContinuation BAD_REQUEST "CONTINUATION without a field block before it"
    /// Another frame within a field block (RFC 9113 §4.3).
    InterruptedFieldBlock BAD_REQUEST "another frame within a field block"
    /// WINDOW_UPDATE of 0 (RFC 9113 §6.9).
    EmptyWindowUpdate BAD_REQUEST "WINDOW_UPDATE of 0"
    /// A window beyond 2^31-1 (RFC 9113 §6.9.1).
    WindowOverflow BAD_REQUEST "flow-control window beyond 2^31-1"
    /// More content than the window allowed (RFC 9113 §6.9.1).
    WindowExceeded BAD_REQUEST "content beyond the flow-control window"
    /// PRIORITY_UPDATE for no stream of the client (RFC 9218 §7.1).
    InvalidPriorityUpdate BAD_REQUEST "PRIORITY_UPDATE for a stream that is none of a client"
    /// A field block that ends within a line (RFC 7541 §5).
    TruncatedFieldBlock BAD_REQUEST "field block: ends within a line"
    /// An integer beyond what anything here can be (RFC 7541 §5.1).
    IntegerTooLarge BAD_REQUEST "field block: integer too large"
    /// An index that no table has (RFC 7541 §2.3.3).
    InvalidTableIndex BAD_REQUEST "field block: index in no table"
    /// Beyond SETTINGS_HEADER_TABLE_SIZE, or not at the start of the block (RFC 7541 §4.2, §6.3).
    InvalidTableSize BAD_REQUEST "field block: invalid size of the dynamic table"
    /// Not a Huffman code with its padding (RFC 7541 §5.2).
    InvalidHuffmanCode BAD_REQUEST "field block: invalid Huffman code"
    /// An upper-case letter in a field name (RFC 9113 §8.2.1).
    UppercaseFieldName BAD_REQUEST "field name with an upper-case letter"
    /// `Connection` and its like, which HTTP/2 has not, or `TE` with anything but `trailers` (RFC 9113 §8.2.2): with
    /// them, who translates to HTTP/1.1 can be made to smuggle.
    ConnectionSpecificField BAD_REQUEST "field that belongs to a connection of HTTP/1.1"
    /// Unknown, repeated, behind a field line or in a trailer section (RFC 9113 §8.3).
    InvalidPseudoField BAD_REQUEST "pseudo-field that is unknown, repeated or out of place"
    /// Without `:method`, `:scheme` or `:path` (RFC 9113 §8.3.1); CONNECT without `:authority`, or with the others (§8.5).
    MissingPseudoField BAD_REQUEST "pseudo-fields missing"
    /// Neither `http` nor `https`: no such resource is here.
    UnknownScheme MISDIRECTED_REQUEST "scheme that is neither http nor https"
    /// `:authority` and `Host` name two servers (RFC 9113 §8.3.1).
    ConflictingAuthority BAD_REQUEST ":authority and Host differ"
    /// Another number of bytes than `Content-Length` says (RFC 9113 §8.1.1).
    ContentLengthMismatch BAD_REQUEST "content is not as long as Content-Length says"
    /// A second header section that does not end the request (RFC 9113 §8.1).
    UnendedTrailers BAD_REQUEST "trailers that do not end the request"
    /// Beyond [`limit::STREAMS_MAX`] (RFC 9113 §5.1.2).
    TooManyStreams SERVICE_UNAVAILABLE "too many streams at a time"
    /// Beyond [`limit::FIELD_BLOCK_BYTES_MAX`] (CVE-2024-27316 and its like).
    FieldBlockTooLong REQUEST_HEADER_FIELDS_TOO_LARGE "field block too long"
    /// Beyond [`limit::CONTINUATIONS_MAX`] (CVE-2024-27316 and its like).
    TooManyContinuations REQUEST_HEADER_FIELDS_TOO_LARGE "too many CONTINUATION frames"
    /// Beyond [`limit::COOKIE_CRUMBS_MAX`].
    TooManyCookies REQUEST_HEADER_FIELDS_TOO_LARGE "too many cookies"
    /// Beyond [`limit::RESETS_BURST`]: requests are made and given up again (CVE-2023-44487).
    TooManyResets TOO_MANY_REQUESTS "too many requests given up"
    /// Beyond [`limit::RESETS_BURST`]: streams are made to be reset by us (CVE-2025-8671).
    TooManyStreamFaults TOO_MANY_REQUESTS "too many streams with faults"
    /// Beyond [`limit::TALK_BURST`]: frames that ask for work and move nothing (CVE-2019-9511 to 9518).
    TooMuchTalk TOO_MANY_REQUESTS "too many frames that move nothing"
    /// Less than [`limit::STALL_BYTES_MIN`] of a response taken within [`limit::STALL_WINDOW`] (CVE-2016-1546).
    StreamStalled REQUEST_TIMEOUT "response taken too slowly"
    /// The same, where it is the window of the connection that is shut.
    ConnectionStalled REQUEST_TIMEOUT "responses taken too slowly"
}

impl Reason {
    /// Whether more of the peer's bytes are to be expected: to close over them would destroy the answer (RFC 9112 §9.6).
    /// Not of one who has ended its side, nor of one whom nothing was heard of, or a drip, for all the time that a
    /// head may take: there are thousands of those at a time, and to wait for the end of each costs more than it helps.
    pub fn is_peer_sending(self) -> bool {
        !matches!(self, Reason::HeadTimeout | Reason::Truncated)
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
            Reason::FrameTooLong => write!(formatter, " (more than {} bytes)", limit::FRAME_BYTES_MAX),
            Reason::TooManyStreams => write!(formatter, " (more than {})", limit::STREAMS_MAX),
            Reason::FieldBlockTooLong => write!(formatter, " (more than {} bytes)", limit::FIELD_BLOCK_BYTES_MAX),
            Reason::TooManyContinuations => write!(formatter, " (more than {})", limit::CONTINUATIONS_MAX),
            Reason::TooManyCookies => write!(formatter, " (more than {})", limit::COOKIE_CRUMBS_MAX),
            Reason::StreamStalled | Reason::ConnectionStalled => {
                write!(
                    formatter,
                    " (less than {} bytes in {} s)",
                    limit::STALL_BYTES_MIN,
                    limit::STALL_WINDOW.as_secs()
                )
            }
            Reason::HeadTimeout => write!(formatter, " (more than {} s)", limit::HEAD_TIMEOUT.as_secs()),
            Reason::ContentTimeout => write!(formatter, " (more than {} s)", limit::CONTENT_TIMEOUT.as_secs()),
            _ => Ok(()),
        }
    }
}
