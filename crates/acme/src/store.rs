//! What is kept of an authority, in a folder of its own: whole files, which nobody else may read.
//!
//! ```text
//! account.json       who we are to the authority, with the key that proves it
//! history            what was asked, and what came of it: history.rs
//! NAME.pem           a key and its certificate, in one file so that the two are never apart
//! NAME.order         an order under way: where it stands, and the key that the certificate will be for
//! lock               held by the process that orders
//! ```

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, lchown};
use std::path::{Path, PathBuf};

/// An account, an order, and a key with its chain of certificates, some KiB each.
const ROOM_BYTES: usize = 32 << 10;

/// The folder of one authority.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// That of the authority with this directory, made when it is not there. `owner`: whom it shall belong to, when this
    /// process will go on as another user.
    ///
    /// Errs when it cannot be.
    pub(crate) fn open(state: &Path, directory: &str, owner: Option<(u32, u32)>) -> io::Result<Store> {
        let name = directory.split_once("://").map_or(directory, |(_, rest)| rest);
        let is_strange = |character: char| !character.is_ascii_alphanumeric() && !matches!(character, '-' | '.');
        let above = state.join("acme");
        let folder = above.join(name.trim_end_matches('/').replace(is_strange, "_"));
        let is_state_new = fs::read_dir(state).map_or(true, |mut inside| inside.next().is_none());
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        if let Some((user, group)) = owner {
            // These folders belong to somebody else, who could have put links there for us to follow with all our rights.
            for folder in [&above, &folder] {
                if !fs::symlink_metadata(folder)?.is_dir() {
                    return Err(io::Error::other(format!("{folder:?} is a link, expected a folder")));
                }
            }
            let inside = fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path()));
            let made = is_state_new.then(|| state.to_owned());
            for path in made.into_iter().chain([above, folder.clone()]).chain(inside) {
                lchown(path, Some(user), Some(group))?;
            }
            let found = fs::metadata(state)?;
            if !may_enter((found.uid(), found.gid(), found.mode()), (user, group)) {
                return Err(io::Error::other("the user that the server becomes may not enter it"));
            }
        }
        let store = Store { folder };
        if owner.is_none() {
            // Who may not write here is told so now, not when there is a certificate that cannot be kept.
            store.write("room", b"")?;
            store.remove("room")?;
        }
        Ok(store)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the certificate for a name is, or will be.
    pub(crate) fn certificate(&self, name: &str) -> PathBuf {
        self.folder.join(file_of(name, "pem"))
    }

    /// The names for which there are certificates.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten();
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> =
            names.filter_map(|name| Some(name.strip_suffix(".pem")?.replacen("_.", "*.", 1))).collect();
        names.sort();
        names
    }

    /// The content of a file; `None`: there is none.
    pub(crate) fn read(&self, name: &str) -> io::Result<Option<String>> {
        match fs::read_to_string(self.folder.join(name)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a file as a whole: whoever reads it meanwhile, or after the machine has lost its power, reads the old one or
    /// the new one.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let (path, new) = (self.folder.join(name), self.folder.join(format!("{name}.new")));
        let written = (|| {
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(content)?;
            file.sync_all()?;
            fs::rename(&new, path)?;
            File::open(&self.folder)?.sync_all()
        })();
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
        written
    }

    /// Makes sure that what is to be kept can be, before anybody is asked for it.
    pub(crate) fn make_sure(&self) -> io::Result<()> {
        self.write("room", &[0; ROOM_BYTES])?;
        self.remove("room")
    }

    /// Removes a file, if it is there.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.folder.join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// What only one process at a time has, for as long as it holds it. `None`: another one does.
    pub(crate) fn lock(&self) -> io::Result<Option<File>> {
        let file =
            OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(self.folder.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Whether a user with a group may go into a folder with this owner, group and mode.
fn may_enter((owner, group_of_it, mode): (u32, u32, u32), (user, group): (u32, u32)) -> bool {
    let bit = match () {
        () if user == 0 => return true,
        () if user == owner => 0o100,
        () if group == group_of_it => 0o010,
        () => 0o001,
    };
    mode & bit != 0
}

/// The name of the file of a host. A star would be one of the shell's.
pub(crate) fn file_of(name: &str, kind: &str) -> String {
    format!("{}.{kind}", name.replacen('*', "_", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_not_enter_is_told_before_it_is_too_late() {
        assert!(
            may_enter((33, 33, 0o700), (33, 33))
                && may_enter((0, 33, 0o750), (7, 33))
                && may_enter((0, 0, 0o755), (7, 7))
        );
        assert!(may_enter((5, 5, 0o700), (0, 0)));
        assert!(!may_enter((0, 0, 0o700), (33, 33)) && !may_enter((0, 33, 0o705), (7, 33)));
    }

    #[test]
    fn files_are_whole_and_for_their_owner_alone() {
        let state = tempfile::tempdir().unwrap();
        let store = Store::open(state.path(), "https://ca.test:14000/dir", None).unwrap();
        assert_eq!(store.folder(), state.path().join("acme/ca.test_14000_dir"));
        assert_eq!(store.read("a").unwrap(), None);
        store.write("a", b"1").unwrap();
        store.write("a", b"2").unwrap();
        assert_eq!(store.read("a").unwrap().as_deref(), Some("2"));
        assert_eq!(fs::metadata(store.folder().join("a")).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(store.folder()).unwrap().mode() & 0o777, 0o700);
        store.remove("a").unwrap();
        store.remove("a").unwrap();
        for name in ["*.example.org", "example.org"] {
            store.write(&file_of(name, "pem"), b"").unwrap();
        }
        assert_eq!(store.names(), ["*.example.org", "example.org"]);
        let here: Vec<_> = fs::read_dir(store.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(!here.iter().any(|name| name.to_string_lossy().ends_with(".new")), "{here:?}");
    }

    #[test]
    fn one_process_orders_at_a_time() {
        let state = tempfile::tempdir().unwrap();
        let store = Store::open(state.path(), "https://ca.test/", None).unwrap();
        let held = store.lock().unwrap();
        assert!(held.is_some());
        assert!(store.lock().unwrap().is_none());
        drop(held);
        assert!(store.lock().unwrap().is_some());
    }
}
