//! Every number of the pages that bounds something, its reason, and what happens beyond it.

// What clients ask.

/// Pairs of a query: more than a listing knows. The rest is not looked at.
pub(crate) const QUERY_PAIRS_MAX: usize = 32;

/// Languages of one request: more than a reader has. The rest is not looked at.
pub(crate) const LANGUAGE_TAGS_MAX: usize = 32;

// Listings.

/// As much as is given out in one piece, about: large enough to be worth a call, small enough to be soon there.
pub(crate) const LISTING_PIECE_BYTES: usize = 16 * 1024;

/// Larger pictures are shown by their icon: a folder of originals must not load all of them.
pub(crate) const GRID_PICTURE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Larger photos are shown by the small one inside them: a grid is many at once, and the small ones take some 10 KiB each.
pub(crate) const GRID_ORIGINAL_BYTES_MAX: u64 = 64 * 1024;

/// The whole rules take longer numbers apart; so long a number is left to them.
pub(crate) const ORDER_DIGITS_MAX: usize = 200;

/// Names offered instead of one that is missing: more are no help. The others are left out.
pub(crate) const SIMILAR_MAX: usize = 8;

// Templates of the owner.

/// What a template may do for one page or one part of it: about an instruction, or 64 bytes that it writes, each; some tenths
/// of a second. One that does more never ends, and its part is as it is built in.
pub(crate) const TEMPLATE_FUEL: u64 = 5_000_000;

/// Sentences about what fails in templates while pages are made. Who has not read so many reads no more.
pub(crate) const TEMPLATE_FAULTS_MAX: usize = 32;

// Texts.

/// Quotes and lists within each other: nobody reads deeper. What is deeper is shown at this depth.
pub(crate) const MARKDOWN_NESTING_MAX: usize = 32;

/// Rows of a table: more are no preview. The page says that it is cut.
pub(crate) const TABLE_RECORDS_MAX: usize = 1000;

/// Columns of a table. The same.
pub(crate) const TABLE_COLUMNS_MAX: usize = 100;

// Archives that are written.

/// Longest name; room is left below zip's 65535 for the slash of a folder and a number that makes it unique.
pub(crate) const ARCHIVE_NAME_BYTES_MAX: usize = 60_000;

/// Most zeros in one call, so that a file of many GiB that vanished does not fill memory.
pub(crate) const PADDING_BYTES_MAX: u64 = 256 * 1024;

// Archives that are shown.

/// Names shown of an archive: more are no preview. The page says that it is cut.
pub(crate) const ENTRIES_SHOWN_MAX: usize = 2000;

/// Bytes unpacked to find the headers of a tar inside gzip: a tenth of a second.
pub(crate) const UNPACKED_BYTES_MAX: u64 = 32 << 20;

/// Headers of a tar that are read, with those that only describe the next. The same.
pub(crate) const TAR_HEADERS_MAX: usize = 8000;

/// Longest block of pax records or long name that is looked at; a longer one is passed over.
pub(crate) const TAR_EXTENSION_BYTES_MAX: u64 = 64 << 10;

/// Bytes of the central directory that are read: some thousands of names.
pub(crate) const ZIP_DIRECTORY_BYTES_MAX: u64 = 1 << 20;

// Pictures.

/// Segments, chunks or boxes looked at ahead of what is wanted. A camera writes about ten, and a large colour profile takes
/// some dozens. Beyond it less is known of the picture.
pub(crate) const PICTURE_PARTS_MAX: usize = 256;

/// Bytes between two segments of JPEG. Any number of 0xFF may stand there; nobody writes more than a few.
pub(crate) const FILL_BYTES_MAX: usize = 64;

/// Bytes of EXIF, or of the box that lists what is in a HEIC. What is longer holds thumbnails, which are not looked at.
pub(crate) const EXIF_BYTES_MAX: u32 = 256 << 10;

/// Fields of one directory of EXIF; cameras write some dozens.
pub(crate) const EXIF_FIELDS_MAX: u16 = 512;

/// Longest text that is shown of what a camera wrote. The rest is cut off.
pub(crate) const EXIF_TEXT_CHARACTERS_MAX: usize = 80;
