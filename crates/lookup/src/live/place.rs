//! Where an index lives, and whose turn it is to write it.
//!
//! ```text
//! PLACE/NAME-hash of root and policy/   lock    held by whoever writes, while it runs
//!                                       root    which folder this is about; its date says when it was used last
//!                                       …       the index
//! ```

use crate::live::settings::Settings;
use reactor::disk::Links;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A folder for the index of one root.
#[derive(Debug)]
pub(crate) struct Place {
    folder: PathBuf,
    lock: File,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Ours, until this place is dropped or the process ends, however it ends.
    Ours,
    /// Another process writes.
    Another,
}

impl Place {
    /// The first of the places that can be written. Errs with a sentence that names the last one that could not.
    pub(crate) fn find(settings: &Settings) -> Result<Place, String> {
        let mut cause = "no folder was named for it".to_owned();
        for place in &settings.places {
            match Place::make(place, settings) {
                Ok(found) => return Ok(found),
                Err(error) => cause = format!("cannot write \"{}\": {}", place.display(), plain(&error)),
            }
        }
        Err(cause)
    }

    fn make(place: &Path, settings: &Settings) -> io::Result<Place> {
        let folder = place.join(folder_name(settings));
        // What is indexed may be for few eyes.
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let lock = File::options().create(true).truncate(false).read(true).write(true).open(folder.join(LOCK))?;
        rustix::fs::access(&folder, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK)?;
        let root = folder.join(ROOT);
        let name = settings.root.as_os_str().as_bytes();
        if fs::read(&root).ok().as_deref() != Some(name) {
            fs::write(&root, name)?;
        }
        let place = Place { folder, lock };
        place.note_use();
        Ok(place)
    }

    /// The folder with all that belongs to this index.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Tries to become the one that writes. Errs when the file system knows no locks.
    pub(crate) fn take_turn(&self) -> io::Result<Turn> {
        match flock(&self.lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Turn::Ours),
            Err(Errno::WOULDBLOCK) => Ok(Turn::Another),
            Err(error) => Err(error.into()),
        }
    }

    /// Says that this index is still used.
    pub(crate) fn note_use(&self) {
        // Whoever cannot say so is taken for unused too early at worst, and its index is built again.
        let _ = File::options()
            .write(true)
            .open(self.folder.join(ROOT))
            .and_then(|root| root.set_modified(SystemTime::now()));
    }

    /// Removes the indexes beside this one whose root is gone and that nobody has used for `age`.
    pub(crate) fn remove_old_neighbours(&self, age: Duration) {
        let Some(Ok(entries)) = self.folder.parent().map(fs::read_dir) else { return };
        for folder in entries.flatten().map(|entry| entry.path()).filter(|path| *path != self.folder) {
            // What cannot be removed today is tried again another day.
            let _ = remove_if_old(&folder, age);
        }
    }
}

fn remove_if_old(folder: &Path, age: Duration) -> io::Result<()> {
    let root = folder.join(ROOT);
    let used = fs::metadata(&root)?.modified()?;
    let path = PathBuf::from(OsString::from_vec(fs::read(&root)?));
    let is_gone = fs::metadata(&path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    if !is_gone || used.elapsed().is_ok_and(|unused| unused < age) {
        return Ok(());
    }
    let lock = File::options().write(true).open(folder.join(LOCK))?;
    flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
    fs::remove_dir_all(folder)
}

/// The last name of the root, for people who look into the cache, and a hash of all that decides what is in the index.
fn folder_name(settings: &Settings) -> String {
    let name = settings.root.file_name().unwrap_or(OsStr::new("root")).to_string_lossy();
    let kept = |letter: char| if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '_' };
    let name: String = name.chars().map(kept).take(NAME_CHARACTERS_MAX).collect();
    let links = match settings.links {
        Links::Inside => 0,
        Links::Never => 1,
        Links::Anywhere => 2,
    };
    let policy = [links, u8::from(settings.has_hidden)];
    let hash = fnv(settings.root.as_os_str().as_bytes().iter().chain(&[0]).chain(&policy));
    format!("{}-{hash:032x}", name.trim_start_matches('.'))
}

/// FNV-1a with 128 bits: the same on every machine and in every version, and nobody has to fear that two folders meet.
fn fnv<'a>(bytes: impl Iterator<Item = &'a u8>) -> u128 {
    bytes.fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, byte| {
        (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

/// The cause as the machine gives it, without its number.
pub(crate) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split_once(" (os error").map_or(text.as_str(), |(before, _)| before);
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

const LOCK: &str = "lock";
const ROOT: &str = "root";
/// Of the root's name; a letter may take four bytes, and names end at 255.
const NAME_CHARACTERS_MAX: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(root: &str, place: &Path) -> Settings {
        Settings { places: vec![place.to_owned()], ..Settings::new(root) }
    }

    #[test]
    fn each_root_and_each_policy_has_a_folder_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let mut names: Vec<String> = Vec::new();
        for root in ["/srv/www", "/srv/www2", "/srv", "/", "/srv/w w/采石场"] {
            for links in [Links::Inside, Links::Never, Links::Anywhere] {
                for has_hidden in [false, true] {
                    names.push(folder_name(&Settings { links, has_hidden, ..settings(root, folder.path()) }));
                }
            }
        }
        assert_eq!(names[0], "www-543389b34881432039a0813bc024d18d");
        assert!(names[24].starts_with("采石场-") && names[18].starts_with("root-"), "{names:?}");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 5 * 3 * 2);
    }

    #[test]
    fn one_writes_and_the_next_one_when_that_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let first = Place::find(&settings("/srv", folder.path())).unwrap();
        let second = Place::find(&settings("/srv", folder.path())).unwrap();
        let other = Place::find(&settings("/srv/www", folder.path())).unwrap();
        assert_eq!(first.take_turn().unwrap(), Turn::Ours);
        assert_eq!(second.take_turn().unwrap(), Turn::Another);
        assert_eq!(other.take_turn().unwrap(), Turn::Ours);
        drop(first);
        assert_eq!(second.take_turn().unwrap(), Turn::Ours);
    }

    #[test]
    fn the_first_place_that_can_be_written_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let mut settings = settings("/srv", &file.join("below"));
        let cause = Place::find(&settings).unwrap_err();
        assert_eq!(cause, format!("cannot write \"{}\": not a directory", file.join("below").display()));
        settings.places.push(folder.path().join("a/b"));
        let place = Place::find(&settings).unwrap();
        assert!(place.folder().starts_with(folder.path().join("a/b")) && place.folder().is_dir());
    }

    #[test]
    fn only_old_indexes_of_folders_that_are_gone_are_removed() {
        let (folder, roots) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = |name: &str| {
            let root = roots.path().join(name);
            Place::find(&settings(root.to_str().unwrap(), folder.path())).unwrap().folder().to_owned()
        };
        let age = |folder: &Path, days: u64| {
            let root = File::options().write(true).open(folder.join(ROOT)).unwrap();
            root.set_modified(SystemTime::now() - Duration::from_secs(days * 86_400)).unwrap();
        };
        fs::create_dir(roots.path().join("there")).unwrap();
        let (there, gone, fresh, busy) = (place("there"), place("gone"), place("fresh"), place("busy"));
        [&there, &gone, &busy].iter().for_each(|folder| age(folder, 91));
        age(&fresh, 89);
        fs::create_dir(folder.path().join("not ours")).unwrap();
        let lock = File::options().write(true).open(busy.join(LOCK)).unwrap();
        flock(&lock, FlockOperation::NonBlockingLockExclusive).unwrap();
        let own = Place::find(&settings("/", folder.path())).unwrap();
        own.remove_old_neighbours(Duration::from_secs(90 * 86_400));
        assert!(!gone.exists());
        assert!(there.exists() && fresh.exists() && busy.exists() && own.folder().exists());
        assert!(folder.path().join("not ours").exists());
    }
}
