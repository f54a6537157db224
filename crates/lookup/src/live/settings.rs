//! What a look-up is told.

use reactor::disk::Links;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A look-up over one folder.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder, by its one true name.
    pub root: PathBuf,
    /// Where indexes may live, each in a folder of its own that is made there: the first place that can be written.
    /// None can: the index lives in memory.
    pub places: Vec<PathBuf>,
    /// Which symbolic links are followed: as whoever serves the folder follows them.
    pub links: Links,
    /// Whether a name is left out, and all below it.
    pub is_hidden: fn(&[u8]) -> bool,
    /// Whether `is_hidden` leaves out what is usually hidden. An index with it is another one than without.
    pub has_hidden: bool,
    /// Memory for building the index, in bytes.
    pub memory_bytes: usize,
    /// Threads that read materials; 0: one a core.
    pub threads: usize,
    /// Somebody waits until all is read, and is gone then: those who read give way to nobody, an answer may take its time,
    /// and no folder is watched, for watches are few and somebody else may need them for longer.
    pub is_awaited: bool,
    /// Folders watched at most; none: as many as the kernel allows.
    pub watches_max: Option<usize>,
    /// This program: it is started again to read files that may be made to harm whoever reads them.
    pub program: PathBuf,
    /// How much others have to do, if they can say.
    pub load: Option<Load>,
}

impl Settings {
    /// For this folder; the index lives in memory, and nothing is hidden.
    pub fn new(root: impl Into<PathBuf>) -> Settings {
        Settings {
            root: root.into(),
            places: Vec::new(),
            links: Links::default(),
            is_hidden: |_| false,
            has_hidden: true,
            memory_bytes: 96 << 20,
            threads: 0,
            is_awaited: false,
            watches_max: None,
            program: PathBuf::from("/proc/self/exe"),
            load: None,
        }
    }
}

/// Says how much processor time those who answer have taken in all. It is asked some times a second, and only while
/// there is something to read.
#[derive(Clone)]
pub struct Load(pub Arc<dyn Fn() -> Duration + Send + Sync>);

impl fmt::Debug for Load {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Load")
    }
}
