//! Every number of the protocol that bounds something, its reason, and what happens beyond it.

use crate::compress::hpack::LINE_BYTES;
use core::time::Duration;

/// Longest request head we read: request line and header section. Beyond it: 431, then close. Twice the usual 8 KiB,
/// for sites behind sign-on cookies.
pub const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Longest request target. Beyond it: 414, then close. RFC 9112 §3 recommends to support at least 8,000.
pub const TARGET_BYTES_MAX: usize = 8 * 1024;

/// Longest request line: a target with its method and version. Beyond it: 414, even before the line has ended.
pub const REQUEST_LINE_BYTES_MAX: usize = TARGET_BYTES_MAX + 64;

/// Field lines of one header section. Beyond it: 431, then close. Browsers send about 20, proxies add a few.
pub const FIELD_LINES_MAX: usize = 100;

/// Content of a request that we read, to throw it away and go on with the connection. Beyond it: 413, then close:
/// a folder needs none of it.
pub const CONTENT_BYTES_MAX: u64 = 1 << 20;

/// Chunk extensions and trailer lines of one request, together. Beyond it: 400, then close. Nobody sends any;
/// without a bound a peer could send nothing else for ever (CVE-2023-39326).
pub const FRAMING_BYTES_MAX: u32 = 8 * 1024;

/// Digits of a chunk size. Beyond them: 400, then close. As many as a 64-bit number has; without a bound a peer could
/// send leading zeros for ever.
pub const CHUNK_SIZE_DIGITS_MAX: u8 = 16;

/// From the first byte of a head to its last. Beyond it: 408, then close. A drip does not reset it (slowloris).
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// From the end of a head to the end of the content. Beyond it: 408, then close.
pub const CONTENT_TIMEOUT: Duration = Duration::from_secs(30);

/// A connection on which nothing happens. Beyond it: close, without a word (RFC 9112 §9.5).
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Frame payload that we take: the least that RFC 9113 §6.5.2 allows, and what all clients send. Beyond it: the connection
/// ends. DATA is given on as it comes, so only what cannot be cut is ever kept, and that is at most this.
pub const FRAME_BYTES_MAX: usize = 16 * 1024;

/// Streams of one connection at a time: more than a browser asks for at once, as much as nginx lets it. Beyond it: a
/// stream is refused, and may be tried again (RFC 9113 §8.7).
pub const STREAMS_MAX: usize = 128;

/// Field lines of a header section by the measure of HTTP/2, 32 bytes more for each (RFC 9113 §6.5.2): what we say in
/// SETTINGS_MAX_HEADER_LIST_SIZE. Beyond it: 431. A line that takes one byte in a block counts in full, so a bomb of
/// such lines is never unpacked (CVE-2016-6581, CVE-2026-49975).
pub const FIELD_LIST_BYTES_MAX: usize = HEAD_BYTES_MAX + LINE_BYTES * FIELD_LINES_MAX;

/// `Cookie` lines of a header section, which HTTP/2 cuts to crumbs (RFC 9113 §8.2.3). Beyond it: 431. As many cookies as
/// browsers keep of one site; they count as field lines no further, for joined they are one.
pub const COOKIE_CRUMBS_MAX: usize = 180;

/// A field block with its continuations. Beyond it: the connection ends, for a block that is not read leaves the tables
/// of the two sides apart. Twice a head, so that one that is a little too long is still told so with 431.
pub const FIELD_BLOCK_BYTES_MAX: usize = 2 * HEAD_BYTES_MAX;

/// CONTINUATION frames of a field block. Beyond it: the connection ends. Two hold all that [`FIELD_BLOCK_BYTES_MAX`]
/// allows; more than a few are a flood of small ones.
pub const CONTINUATIONS_MAX: u8 = 8;

/// Streams that end before their time, by RST_STREAM of the peer or by a fault of it. Each costs one; beyond it: the
/// connection ends. Twice what can be under way, for whoever leaves a page gives up all of it at once.
pub const RESETS_BURST: u32 = 2 * STREAMS_MAX as u32;

/// And so many come back each second.
pub const RESETS_A_SECOND: u32 = 16;

/// Frames that move nothing: PING, SETTINGS, PRIORITY, PRIORITY_UPDATE, WINDOW_UPDATE, unknown ones, DATA of less than
/// [`SMALL_DATA_BYTES`], frames that come late for a stream, requests behind the last word. Each costs one; beyond it: the connection ends.
pub const TALK_BURST: u32 = 1024;

/// And so many come back each second.
pub const TALK_A_SECOND: u32 = 32;

/// And so many with each request, for its WINDOW_UPDATE and its priority.
pub const TALK_A_REQUEST: u32 = 2;

/// And one with so many bytes of DATA sent, for WINDOW_UPDATE comes back for what was sent: clients that say so for each
/// frame, of the stream and of the connection, have more than enough.
pub const TALK_BYTES: u64 = 1024;

/// DATA with less than this, and not the last, is talk: each frame costs as much as a full one (CVE-2019-9518).
pub const SMALL_DATA_BYTES: usize = 256;

/// A response of which content waits for the peer to open a window must move [`STALL_BYTES_MIN`] within this, again and
/// again. Beyond it: the stream is reset, and where the window of the connection is shut, the connection ends. A drip
/// does not reset it. The same as for what the kernel cannot take.
pub const STALL_WINDOW: Duration = Duration::from_secs(30);

/// See [`STALL_WINDOW`].
pub const STALL_BYTES_MIN: u64 = 16 << 10;

/// From a response in HTTP/2 that is complete ahead of its request to the end of that. Beyond it, or with half a window of
/// content more: the stream is reset. Clients take a reset that comes at once for a fault, whatever its code is.
pub const ANSWERED_TIMEOUT: Duration = Duration::from_secs(2);

/// From the word that no new streams should come to the word that none may: one trip, told by a PING (RFC 9113 §6.8).
/// Beyond it: the second word is said without the answer.
pub const FAREWELL_TIMEOUT: Duration = Duration::from_secs(1);

// A request line longer than a head would be the wrong status.
const _: () = assert!(REQUEST_LINE_BYTES_MAX < HEAD_BYTES_MAX);
