//! The files next to a file: written whole or not at all.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Whether the sibling is there and not older than its file, as the server asks too.
pub(super) fn is_fresh(target: &Path, source: &Metadata) -> io::Result<bool> {
    match fs::symlink_metadata(target) {
        Ok(metadata) if metadata.is_file() => Ok(metadata.modified()? >= source.modified()?),
        Ok(_) => Err(io::Error::other(format!("something else stands at {}", crate::exit::quoted(target)))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes the sibling, with the time and the permissions of its file. A server that runs sees the old one or the new one.
pub(super) fn write(target: &Path, bytes: &[u8], source: &Metadata) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    // Hidden, so never served; short, so that it fits wherever the sibling's name does.
    let name = format!(".quarry-{}-{}.tmp", std::process::id(), COUNT.fetch_add(1, Relaxed));
    let temporary = target.with_file_name(name);
    let file = OpenOptions::new().write(true).create_new(true).open(&temporary)?;
    let written = fill(file, bytes, source).and_then(|()| fs::rename(&temporary, target));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Removes the sibling if it is a file; whether it was there.
pub(super) fn remove(target: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(target) {
        Ok(metadata) if metadata.is_file() => fs::remove_file(target).map(|()| true),
        Ok(_) => Ok(false),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn fill(mut file: File, bytes: &[u8], source: &Metadata) -> io::Result<()> {
    file.write_all(bytes)?;
    // Only root can give files away; for all others the owner is right already.
    let _ = fchown(&file, Some(source.uid()), Some(source.gid()));
    file.set_permissions(Permissions::from_mode(source.mode() & 0o777))?;
    file.set_modified(source.modified()?)?;
    // Else a crash could leave an empty file under the final name, which would be served.
    file.sync_data()
}
