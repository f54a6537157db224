//! Every number of a site that bounds something, its reason, and what happens beyond it.

/// Smaller texts gain less by compression than the fields cost, and fit in the first packet anyhow: sent as they are.
pub const COMPRESS_BYTES_MIN: u64 = 1024;

/// Larger texts would hold a thread for long and push much else out of memory: sent as they are; who has such compresses
/// them ahead.
pub const COMPRESS_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// A file whose name tells nothing is looked into to see whether it is text, up to this size: beyond it hardly any is,
/// and the look costs reading all of it.
pub const SNIFF_BYTES_MAX: u64 = 1024 * 1024;

/// A picture that has no small one inside stands for itself up to this size; beyond it there is none to show among others
/// (404), for a folder of originals must not load all of them.
pub const THUMBNAIL_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Folders that are looked into for a `404.html`: of a deep target those nearest to the root, for whoever asks for what is
/// missing chooses how deep it is.
pub const ERROR_PAGE_FOLDERS_MAX: usize = 16;

/// Routes of one site. Beyond it the config is refused: so many are made by a program, and want an expression with a group or a file for each.
pub const ROUTES_MAX: usize = 10_000;

/// Bytes of one expression. Beyond it the config is refused.
pub const PATTERN_BYTES_MAX: usize = 4096;

/// Groups inside groups, for expressions are read by a function that calls itself. Beyond it the config is refused.
pub const PATTERN_NESTING_MAX: u32 = 100;

/// What one expression takes when it is compiled, so that `(a{1000}){1000}` is told before it takes all memory.
pub const PATTERN_COMPILED_BYTES_MAX: usize = 4 << 20;

/// The same for all expressions of a site together.
pub const PATTERNS_COMPILED_BYTES_MAX: usize = 256 << 20;

/// Bytes of a path for which routes are asked on the fast path; a longer one is for whoever has time, as long as there are expressions. Hardly any path
/// that people make is longer. A thousand expressions that each keep looking to the end (`a.*b`) cost some microseconds a byte, and who asks
/// chooses how many bytes there are.
pub const PATH_BYTES_AT_ONCE: usize = 256;

/// What each thread may keep of the automaton of one expression, which is made while it is used.
pub const PATTERN_CACHE_BYTES: usize = 256 << 10;

/// The same for the automaton of all expressions of a site. Beyond it what was made longest ago is made again when it is needed.
pub const PATTERNS_CACHE_BYTES: usize = 16 << 20;

/// What Linux takes for one name and for a path: nothing can stand under a longer one, so the disk is not asked.
pub const NAME_BYTES_MAX: usize = 255;

/// The same for all of a path.
pub const PATH_BYTES_MAX: usize = 4095;
