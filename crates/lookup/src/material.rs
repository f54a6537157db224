//! What can be found: a file below the root, as the file system tells of it.

/// A file, known without reading it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Material {
    /// From the root, without a slash at either end; any bytes but NUL.
    pub path: Vec<u8>,
    /// In bytes.
    pub size: u64,
    /// When the content changed last, in nanoseconds since 1970.
    pub modified: i64,
    /// When anything of it changed last, in nanoseconds since 1970; only the kernel sets it.
    pub changed: i64,
    /// Its number on its device.
    pub inode: u64,
}

impl Material {
    /// Its last segment.
    pub fn name(&self) -> &[u8] {
        self.path.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
    }

    /// The folder it stands in, without a slash at either end; empty: the root.
    pub fn folder(&self) -> &[u8] {
        let slash = self.path.iter().rposition(|&byte| byte == b'/');
        slash.map_or(&[], |slash| &self.path[..slash])
    }
}
