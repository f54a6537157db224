//! Which file this program is, so that the one that stands there later can be started in its place.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use server::Program;

/// How this program was started. To be asked before anybody can put another file in its place.
pub(crate) fn own() -> Program {
    let arguments: Vec<OsString> = env::args_os().collect();
    let name = arguments.first().cloned().unwrap_or_default();
    let path = env::var_os("PATH").unwrap_or_default();
    let folder = env::current_dir().unwrap_or_default();
    let running = Path::new("/proc/self/exe");
    let link = fs::read_link(running).unwrap_or_else(|_| PathBuf::from(&name));
    Program { path: find(&name, &path, &folder, running).unwrap_or(link), arguments }
}

/// The path by which it was called, as a shell would look for it, if what is there is what runs. A link on the way stays one: where
/// the next version is put beside this one, it is what will lead there.
fn find(name: &OsStr, path: &OsStr, folder: &Path, running: &Path) -> Option<PathBuf> {
    let is_it = |candidate: &PathBuf| identity(candidate).is_some_and(|it| Some(it) == identity(running));
    if Path::new(name).components().count() > 1 {
        return Some(folder.join(name)).filter(is_it);
    }
    env::split_paths(path).map(|place| folder.join(place).join(name)).find(is_it)
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn it_is_where_it_was_called_and_not_where_a_link_leads() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for version in ["1", "2"] {
            fs::create_dir(at(version)).unwrap();
            fs::write(at(version).join("quarry"), version).unwrap();
        }
        symlink("1", at("current")).unwrap();
        fs::create_dir(at("bin")).unwrap();
        symlink("../current/quarry", at("bin").join("quarry")).unwrap();
        let running = at("1/quarry");
        let path = env::join_paths([at("2"), at("nowhere"), at("bin"), at("1")]).unwrap();
        let check = |name: &str, expected: Option<&str>| {
            let found = find(OsStr::new(name), &path, folder.path(), &running);
            assert_eq!(found, expected.map(at), "{name}");
        };
        check("quarry", Some("bin/quarry"));
        check("current/quarry", Some("current/quarry"));
        check("./current/quarry", Some("./current/quarry"));
        check(at("1/quarry").to_str().unwrap(), Some("1/quarry"));
        // Names that somebody has made up.
        check("2/quarry", None);
        check("-quarry", None);
        check("", None);
    }
}
