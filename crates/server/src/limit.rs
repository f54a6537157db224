//! Every number of the server that bounds something, its reason, and what happens beyond it. Those of the protocol
//! stand in `wire`'s `limit.rs`.

use std::time::Duration;

// Connections.

/// Bytes taken from a socket at a time. The largest request head fits four times; a pipeline of 16 browser requests fits.
pub(crate) const RECEIVE_BYTES: usize = 64 << 10;

/// A client must take [`SEND_WINDOW_BYTES_MIN`] within this, again and again. Beyond it: the connection is closed.
pub(crate) const SEND_WINDOW: Duration = Duration::from_secs(30);

/// 16 KiB in 30 s is 546 bytes a second: less than any modem, more than who only wants to hold a connection.
pub(crate) const SEND_WINDOW_BYTES_MIN: u64 = 16 << 10;

/// After an error response the peer may still be sending; we read and forget for this long, so that it sees the response.
pub(crate) const LINGER_MAX: Duration = Duration::from_secs(2);

/// And this much: an upload of any size is not read to its end.
pub(crate) const LINGER_BYTES_MAX: u32 = 1 << 20;

/// Heads of one connection of HTTP/2 that are kept until the content of their requests has come: those of what clients send
/// at once. Beyond it a request is answered without: nobody sends content to a folder, and a few bytes of HPACK unpack to a
/// head of 16 KiB, of which all streams together would hold 2 MiB.
pub(crate) const HEADS_AWAITING_BYTES_MAX: usize = 64 << 10;

/// Content made for one connection of HTTP/2 (pages, pieces of streams) that waits for the windows of its peer. Beyond it:
/// 503. All streams together may have gathered listings; a peer that shuts its windows could have 128 previews made, of
/// megabytes each, and held.
pub(crate) const MADE_BYTES_MAX: usize = 16 << 20;

// Sending.

/// Segments in one system call; the kernel takes 1,024, but a turn seldom has more. Beyond it: another call.
pub(crate) const SLICES_MAX: usize = 64;

/// After this many bytes the other connections of the worker get their turn: enough to fill a socket buffer at once.
pub(crate) const BYTES_A_TURN: u64 = 4 << 20;

/// More output than this is sent before the next pipelined request is read.
pub(crate) const BYTES_BEFORE_SENDING: u64 = 256 << 10;

/// A connection of HTTP/2 fills the output so often in a turn, with 256 KiB each time; then the other connections of the
/// worker get theirs.
pub(crate) const OUTPUTS_A_TURN: u32 = 16;

/// A streamed content that is complete within this many bytes is sent with its length; else it is framed in chunks.
pub(crate) const GATHER_BYTES_MAX: usize = 64 << 10;

// TLS.

/// From the connection to the end of its handshake. Beyond it: the connection is closed. As long as a head may take: both
/// are what must be there before anything is answered, and a drip resets neither.
pub(crate) const HANDSHAKE_TIMEOUT: Duration = wire::limit::HEAD_TIMEOUT;

/// Bytes of a record, or of a message of the handshake, that are kept until its rest comes: the longest record that there
/// can be (RFC 5246 §6.2.3). Beyond it the connection ends: the hello of a browser with a post-quantum key has 2 KiB.
pub(crate) const RECORD_BYTES_MAX: usize = 5 + (16 << 10) + 2048;

/// Bytes that are sealed at a time: four full records. They are still in the cache of the core when the kernel takes them,
/// and what a slow client leaves of them is all that it holds.
pub(crate) const SEALED_BYTES_AT_ONCE: usize = 64 << 10;

/// The files of certificate and key are looked at this often, by a thread of its own.
pub(crate) const CERTIFICATE_LOOK: Duration = Duration::from_secs(1);

// Memory.

/// Bytes of absences that a worker remembers: some thousand usual targets. Beyond it the least used are forgotten.
pub(crate) const ABSENCES_BYTES_MAX: u64 = 1 << 20;

// The pool.

/// Threads for what may wait: enough that a few cold disks do not stop the others. With more workers, one for each.
pub(crate) const POOL_THREADS_MIN: usize = 4;

/// Errands of each kind that may wait for a thread. Beyond it: 503, for by the time they were done nobody would listen;
/// what is being streamed ends.
pub(crate) const ERRANDS_MAX: usize = 4096;

/// The share of the threads that pieces of streams may have at a time: one half, rounded up. Downloads of archives from a
/// cold disk may take each of those threads for seconds; the others answer.
pub(crate) const STREAMING_SHARE: usize = 2;

// Archives.

/// Archives that are sent at a time, by all workers. Each keeps a compressor, a buffer and its names: half a MiB, and
/// with zip some 120 bytes a file. Beyond it: 503 with Retry-After.
pub(crate) const ARCHIVES_MAX: usize = 128;

/// Bytes read of a file for one piece of an archive: about a millisecond's work, then others have the thread.
pub(crate) const ARCHIVE_PIECE_BYTES: usize = 64 << 10;

/// Names of one folder that are put in order for an archive. Those of a larger folder come as the file system gives them,
/// so that a million takes no more memory than these.
pub(crate) const ARCHIVE_NAMES_SORTED_MAX: usize = 10_000;

/// Folders within folders in an archive. Deeper trees are made to break tools; what lies below is left out, and said.
pub(crate) const ARCHIVE_DEPTH_MAX: usize = 128;

/// Sentences about one archive. What is wrong with more files than these is wrong with the folder; their number is said.
pub(crate) const ARCHIVE_REMARKS_MAX: usize = 10;

// Pages.

/// Rows of one page of a listing; the folder may have a million. The others are on the next pages.
pub(crate) const LISTING_ROWS_MAX: usize = 500;

/// A folder whose own entry is larger than this has tens of thousands of names: its listing is not gathered, so that
/// the top of the page is seen while the names are still being read.
pub(crate) const LARGE_FOLDER_BYTES: u64 = 1 << 20;

/// Names looked at for the file before and behind one that is previewed: some 20 ms. In a larger folder there are no such links.
pub(crate) const NEIGHBOURS_MAX: usize = 10_000;

/// Names compared with one that is missing: it must stay cheap to ask for what is not there. The others are not offered.
pub(crate) const SIMILAR_LOOKED_AT_MAX: usize = 2000;

/// Names offered instead of one that is missing.
pub(crate) const SIMILAR_MAX: usize = 5;

/// Bytes of one file read for what a preview tells of it. A head is some KiB; a tar with 2,000 small files is walked in
/// 8 MiB. Beyond it the preview has less to tell.
pub(crate) const PREVIEW_READ_BYTES_MAX: usize = 8 << 20;

/// Of those read at a time: headers are small and far apart.
pub(crate) const PREVIEW_PIECE_BYTES: usize = 4 << 10;

/// Texts are shown up to here; the rest is a download. A browser is slow with more lines than this holds.
pub(crate) const TEXT_SHOWN_BYTES_MAX: u64 = 1 << 20;

// Files of the owner that pages are made with.

/// Bytes of what stands above every page, and of what stands below. It is sent with each of them, and a page of a hundred rows
/// has 25 KiB.
pub(crate) const SNIPPET_BYTES_MAX: u64 = 64 << 10;

/// Bytes of one template: ten times the longest that is built in, and some more.
pub(crate) const TEMPLATE_BYTES_MAX: u64 = 256 << 10;

/// Templates, with those that only others include. All are looked at when one may have changed.
pub(crate) const TEMPLATES_MAX: usize = 64;

// What is found out about files.

/// Verdicts on texts that are remembered, some 200 bytes each. Beyond it the least used are found out again.
pub(crate) const VERDICTS_MAX: usize = 100_000;

/// A file is read in pieces of this size: fewer calls gain nothing, larger ones only fill caches.
pub(crate) const READ_BYTES: usize = 64 << 10;

/// A larger text is examined for its charset at its beginning and its end: such are logs and dumps of one hand, and to
/// read a gigabyte before the first byte is answered helps nobody.
pub(crate) const EXAMINED_BYTES_MAX: u64 = 16 << 20;

/// Of those, so much is read of the end.
pub(crate) const EXAMINED_AT_END: u64 = 1 << 20;

/// A larger file for an error is sent by the pool alone: a worker that is told of too much to do, or of a broken request, looks for the
/// charset of such a file itself, and has some ten microseconds for that. Beyond it: Quarry's own line.
pub(crate) const ERROR_FILE_BYTES_AT_HAND: u64 = 32 << 10;

// Passwords.

/// Passwords that are found out about at a time, no two of one client: half of the pool's threads, and 19 MiB of memory each with
/// what `quarry password` makes. Beyond it they wait, and clients take turns. A password that came in before is remembered, and
/// waits for nobody.
pub(crate) const PASSWORDS_AT_ONCE: usize = POOL_THREADS_MIN / 2;

/// Passwords of one client that wait: a browser that is opened again asks for some tabs at once, and for what is in a page only when it
/// has that. Beyond it: 503 with Retry-After.
pub(crate) const PASSWORDS_WAITING_EACH: usize = 16;

/// Clients whose passwords wait. With two looked at at a time, the last of them waits for some seconds. Beyond it: the same.
pub(crate) const GUESSERS_WAITING: usize = 256;
// Heads that wait take no more memory than other errands that do.
const _: () = assert!(PASSWORDS_WAITING_EACH * GUESSERS_WAITING <= ERRANDS_MAX);

/// Wrong passwords of one address (a /64 of IPv6; never loopback, which may be a proxy). Beyond it: 429 with Retry-After, and
/// no password is looked at. A person mistypes some; who guesses has thousands to try.
pub(crate) const WRONG_PASSWORDS: site::route::Rate =
    site::route::Rate { requests: 10, period: Duration::from_secs(60), burst: 9 };

// The log.

/// Batches that wait for a writer of the log. Each is what one worker wrote in one turn. Beyond it lines are dropped,
/// counted, and the count is said.
pub(crate) const LOG_BATCHES_MAX: usize = 1024;

/// Bytes of lines that wait. Batches have any size, so that their number alone bounds nothing when whoever reads the log
/// has stopped. Beyond it: the same.
pub(crate) const LOG_LINE_BYTES_MAX: usize = 16 << 20;

/// Bytes of sentences about failures that wait. They are few; whoever does not read a MiB of them reads none.
pub(crate) const LOG_SENTENCE_BYTES_MAX: usize = 1 << 20;

/// At the end, each writer gets so long for what waits: enough for who reads, and who does not shall not keep us.
pub(crate) const LOG_LAST_LINES: Duration = Duration::from_secs(1);

// The process.

/// Workers are waited for so long after new settings were given to them. They hear of it at the end of a turn, which takes some
/// milliseconds; whoever asked for new settings is not kept beyond it.
pub(crate) const ORDERS_PATIENCE: Duration = Duration::from_secs(10);

/// A new program that takes the place of this one has so long until it is ready, and once it is, so long until it hears that
/// clients are its own: what takes longer hangs. In between the old one serves, so that nobody waits for it but its owner.
pub(crate) const UPGRADE_PATIENCE: Duration = Duration::from_secs(60);

/// What is handed over to it comes at once; if not, whoever started it has died.
pub(crate) const HANDING_PATIENCE: Duration = Duration::from_secs(10);

/// A certificate that is being ordered may take so long before another process takes over: authorities look within seconds.
pub(crate) const ORDER_PATIENCE: Duration = Duration::from_secs(30);

/// A new program is ready when its look-ups know what the index knows, or after this: it would find nothing at first.
pub(crate) const LOADED_PATIENCE: Duration = Duration::from_secs(10);

/// Whoever asked for an upgrade is told what came of it before this process ends, if it listens.
pub(crate) const ASKER_PATIENCE: Duration = Duration::from_secs(5);

/// Ports tried from the default one on, when none was asked for.
pub(crate) const PORTS_TRIED: u16 = 100;

/// Descriptors, where the kernel sets no limit: as many as it gives a process unless told otherwise (`fs.nr_open`).
pub(crate) const DESCRIPTORS_UNLIMITED: u64 = 1 << 20;

/// Of each worker, besides its listeners: its queue, what wakes it, one that is kept for when there are no more; and a client
/// with its file, for without those it serves nobody. With fewer the server does not begin.
pub(crate) const DESCRIPTORS_A_WORKER: u64 = 5;

/// Of the process, besides the folder of each site: two for signals, one for who tells it what to do, and
/// some for what the pool reads at a time. The same.
pub(crate) const DESCRIPTORS_A_PROCESS: u64 = 3 + POOL_THREADS_MIN as u64;

/// With fewer than these for each look-up nothing is looked up: an index that is written has some dozens of files open, and would take them
/// from clients.
pub(crate) const DESCRIPTORS_FOR_LOOK_UP: u64 = 128;

/// With more descriptors than these, a quarter is kept for files; with fewer, that quarter is missed by connections.
pub(crate) const DESCRIPTORS_FEW: u64 = 1024;

/// Then so many are kept: listeners, the log, files that are read at the moment.
pub(crate) const DESCRIPTORS_ELSEWHERE: u64 = 32;

/// When the server is told to stop and has not ended after this, people are told what it waits for.
pub(crate) const END_TOLD_AFTER: Duration = Duration::from_millis(150);

/// What the owner may set.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Those of the protocol.
    pub wire: wire::Limits,
    /// Connections of one worker. Beyond it the oldest idle one makes room.
    pub connections_max: usize,
    /// Whether new ones are closed when none can make room: where the owner set the limit. Else they are let in, as far
    /// as there are descriptors; then the kernel lets clients wait.
    pub turns_away: bool,
    /// Connections of one address to one worker (a /64 of IPv6; never loopback). Beyond it new ones are closed at once.
    pub per_address_max: Option<u32>,
    /// What one worker keeps ready to send, in bytes.
    pub memory_bytes: u64,
    /// How long responses under way may take after the word to stop.
    pub drain: Duration,
}
