//! Every number of the protocol that bounds something, its reason, and what happens beyond it.

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

// A request line longer than a head would be the wrong status.
const _: () = assert!(REQUEST_LINE_BYTES_MAX < HEAD_BYTES_MAX);
