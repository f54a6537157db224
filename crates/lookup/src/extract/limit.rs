//! Every number that bounds the reading of a file, its reason, and what happens beyond it.

use std::time::Duration;

/// Bytes read of a text. Beyond it: the rest has no words, and the fault says so. The longest novels have 10 MB; what is
/// longer is a log or data, and nobody reads a hit in the middle of a gigabyte.
pub const TEXT_FILE_BYTES_MAX: u64 = 8 << 20;

/// Bytes of text kept of one file, whatever its format. Beyond it: cut, and the fault says so. As much as is read of a text, so
/// that a text in UTF-8 is never cut twice.
pub const BODY_BYTES_MAX: usize = 8 << 20;

/// Bytes of headings kept of one file: a book with a thousand chapters has 50 KiB.
pub const HEADINGS_BYTES_MAX: usize = 256 << 10;

/// Bytes of a title. Beyond it: cut. The longest titles of papers have 500.
pub const TITLE_BYTES_MAX: usize = 1 << 10;

/// Bytes of a language tag: RFC 5646 §4.4.1 finds 35 enough for all that are registered.
pub const LANGUAGE_BYTES_MAX: usize = 35;

/// Bytes at the beginning by which a format is recognized. A PDF may begin within 1,024 (ISO 32000 Annex H), the mark of a tar
/// stands at 257.
pub const HEAD_BYTES: usize = 4 << 10;

/// How long one file may take of a core. Beyond it: the reader is killed, and the fault says so. The slowest honest PDF of a
/// thousand pages takes half of it.
pub const CORE_TIME_MAX: Duration = Duration::from_secs(10);

/// The same by the clock, for a reader that waits for something that never comes. Long, because on a busy machine a reader, which is behind
/// everything that serves, may get a tenth of a core for minutes, and that is not the file's fault.
pub const CLOCK_TIME_MAX: Duration = Duration::from_secs(300);

/// How long the pages of a PDF may take of a core. Beyond it: the rest is left out, and the fault says so. Leaves time to answer.
pub const PAGES_TIME_MAX: Duration = Duration::from_secs(8);
const _: () = assert!(PAGES_TIME_MAX.as_secs() < CORE_TIME_MAX.as_secs());

/// Addresses that a reader may have, its own program included. Beyond it: it ends, and the fault says so. A PDF is held twice and
/// its fonts are unpacked; the largest of a shelf of 93 needs a third of it.
pub const READER_MEMORY_BYTES_MAX: u64 = 512 << 20;

/// Stack of a reader. Beyond it: it ends, and the fault says so. Readers of nested things call themselves; those that count their
/// depth stop far before this.
pub const READER_STACK_BYTES: usize = 32 << 20;

/// Files that one reader reads before another takes its place: what leaks or is left in pieces goes with it, and to start one
/// takes as long as to read one small file.
pub const READER_FILES_MAX: u32 = 500;

/// Starts of a reader that may fail one after the other before a pause is made.
pub const START_FAILURES_MAX: u32 = 3;

/// The pause. Each file that would need a reader meanwhile has the last failure as its fault.
pub const START_PAUSE: Duration = Duration::from_secs(30);

/// Bytes of a name that a reader is told: no file system has longer ones.
pub const NAME_BYTES_MAX: usize = 255;

/// Bytes of a fault.
pub const FAULT_BYTES_MAX: usize = 4 << 10;

/// Bytes of a PDF. Beyond it: no words, and the fault says so; its table of contents is at its end, so that its beginning alone
/// is worth nothing. It is held in memory twice.
pub const PDF_FILE_BYTES_MAX: u64 = 160 << 20;

/// Members of a zip that are looked at. Beyond it: the rest is not there, and the fault says so. A workbook has hundreds.
pub const ZIP_MEMBERS_MAX: usize = 10_000;

/// Bytes unpacked of one member of a zip. Beyond it: cut, and the fault says so. The text of a long book is one member of 10 MB with
/// marks.
pub const MEMBER_BYTES_MAX: u64 = 32 << 20;

/// Bytes unpacked of all members of one file. Beyond it: the rest is left out, and the fault says so.
pub const UNPACKED_BYTES_MAX: u64 = 128 << 20;

/// How many bytes may come out of one that went in, once a megabyte has come out. Beyond it: a bomb, and the fault says so. Deflate
/// makes 1,032 at most of one; sheets full of the same number come to 50.
pub const UNPACKED_RATIO_MAX: u64 = 200;

/// The ratio counts from here: small members of zeros harm nobody.
pub const UNPACKED_FREE_BYTES: u64 = 1 << 20;

/// Elements of XML within each other. Beyond it: that part is left out, and the fault says so. Nested tables of an office document
/// come to 60.
pub const NESTING_MAX: usize = 256;

/// Names read of an archive. Beyond it: the rest is left out, and the fault says so.
pub const ARCHIVE_NAMES_MAX: usize = 20_000;

/// Bytes unpacked to find the names in a tar inside gzip: a second.
pub const ARCHIVE_UNPACKED_BYTES_MAX: u64 = 256 << 20;

/// Parts of a mail within each other. Beyond it: left out.
pub const MAIL_NESTING_MAX: usize = 16;

/// Bytes read of a picture: what is said of it stands near its beginning.
pub const PICTURE_BYTES_MAX: u64 = 16 << 20;
