//! The folder that is looked over, as whoever serves it sees it: hidden names, symbolic links and what leads outside are
//! as they are for a client, by the same code. What cannot be got is not found.

use crate::live::settings::Settings;
use crate::live::tree::split;
use crate::live::watch::{Watch, is_below, join};
use crate::material::Material;
use reactor::disk::{Directory, Links, Metadata, NodeKind, Refusal, Root, Waiting, beneath};
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// The folder, open.
#[derive(Debug)]
pub(crate) struct Ground {
    root: Root,
    links: Links,
    is_hidden: fn(&[u8]) -> bool,
    /// Where the index itself lives, if that is below the root: it would index itself for ever.
    own: Option<Vec<u8>>,
    /// The device of the root: what is on others may be no files at all.
    device: u64,
    /// Whether the kernel tells of all changes: those that are made on other machines it does not.
    pub(crate) is_remote: bool,
    /// None: this process may have no watches, or needs none.
    pub(crate) watch: Option<Watch>,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A file.
    Material(Material),
    /// A folder; `true`: reached through a link that is followed.
    Folder(bool),
    /// Nothing that is looked up.
    Nothing,
}

/// What is in a folder.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    /// Files. Their paths are their names only.
    pub(crate) materials: Vec<Material>,
    /// Names of folders; `true`: reached through a link that is followed.
    pub(crate) folders: Vec<(Vec<u8>, bool)>,
}

impl Ground {
    /// Opens the folder. `index`: where the index lives, if on disk. Errs when the folder cannot be opened.
    pub(crate) fn open(settings: &Settings, index: Option<&Path>) -> io::Result<Ground> {
        let root = Root::open(&settings.root, settings.links)?;
        let device = root.look(b"", Waiting::Allowed).map_err(io::Error::other)?.device;
        let own = index.and_then(|index| {
            let (root, index) = (settings.root.canonicalize().ok()?, index.canonicalize().ok()?);
            Some(index.strip_prefix(root).ok()?.as_os_str().as_bytes().to_vec())
        });
        let kind = rustix::fs::fstatfs(&root)?.f_type as i64;
        Ok(Ground {
            root,
            links: settings.links,
            is_hidden: settings.is_hidden,
            own,
            device,
            is_remote: REMOTE.contains(&kind),
            watch: if settings.is_awaited { None } else { Watch::new(settings.watches_max).ok() },
        })
    }

    /// Whether a name in a folder is never looked at.
    pub(crate) fn is_left_out(&self, path: &[u8]) -> bool {
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        (self.is_hidden)(name) || self.own.as_deref().is_some_and(|own| is_below(path, own))
    }

    /// Looks at what stands at a path now. `is_linked`: the folder it is in was reached through a link.
    ///
    /// Errs when the file system cannot say.
    pub(crate) fn look(&self, path: &[u8], is_linked: bool) -> Result<Found, Refusal> {
        if path.is_empty() {
            return Ok(Found::Folder(false));
        }
        if self.is_left_out(path) {
            return Ok(Found::Nothing);
        }
        let found = match self.root.look(path, Waiting::Allowed) {
            Err(Refusal::Missing | Refusal::NotPermitted | Refusal::Outside) => return Ok(Found::Nothing),
            found => found?,
        };
        Ok(match found.kind {
            NodeKind::File => Found::Material(material(path, &found)),
            NodeKind::Directory => self.folder(path, is_linked)?,
            NodeKind::Other => Found::Nothing,
        })
    }

    /// A folder that stands there itself, or one that a link leads to.
    fn folder(&self, path: &[u8], is_linked: bool) -> Result<Found, Refusal> {
        if self.links == Links::Never {
            return Ok(Found::Folder(false));
        }
        let (parent, name) = split(path);
        let (place, above) = match (self.root.place(path), self.root.place(parent)) {
            (Ok(place), Ok(above)) => (place, above),
            (Err(Refusal::Missing), _) | (_, Err(Refusal::Missing)) => return Ok(Found::Nothing),
            (Err(refusal), _) | (_, Err(refusal)) => return Err(refusal),
        };
        // The root of the machine is the one path that ends in a slash.
        let above = above.strip_suffix(b"/").unwrap_or(&above);
        if place == [above, b"/", name].concat() {
            return Ok(Found::Folder(false));
        }
        // From within a folder that was reached through a link, no other is followed: so there are no circles, and no
        // explosion of paths.
        let follows = !is_linked && !self.is_met_anyway(path, &place)?;
        Ok(if follows { Found::Folder(true) } else { Found::Nothing })
    }

    /// Whether a link leads to what is met without it, or to a folder that it stands in itself.
    fn is_met_anyway(&self, path: &[u8], place: &[u8]) -> Result<bool, Refusal> {
        let root = self.root.place(b"")?;
        Ok(beneath(&root, place).is_some_and(|place| {
            let is_hidden = place.split(|byte| *byte == b'/').any(|name| (self.is_hidden)(name));
            !is_hidden || is_below(path, place)
        }))
    }

    /// Watches a folder and then reads what is in it, so that what changes meanwhile is told.
    pub(crate) fn list(&self, path: &[u8], is_linked: bool) -> Result<Entries, Refusal> {
        let mut folder = self.root.open_directory(path)?;
        if !self.has_files(&folder)? {
            return Ok(Entries::default());
        }
        if let Some(watch) = &self.watch {
            watch.arm(path, folder.as_fd());
        }
        let mut names = Vec::new();
        folder.read_all(|name, kind| {
            if kind != Some(NodeKind::Other) && !self.is_left_out(&join(path, name)) {
                names.push((name.to_vec(), kind));
            }
            std::ops::ControlFlow::Continue(())
        })?;
        let mut entries = Entries::default();
        for (name, kind) in names {
            if kind == Some(NodeKind::Directory) {
                entries.folders.push((name, false));
                continue;
            }
            match folder.look(&name) {
                Ok(found) if found.kind == NodeKind::File => entries.materials.push(material(&name, &found)),
                Ok(found) if found.kind == NodeKind::Directory => entries.folders.push((name, false)),
                // Perhaps a link.
                Ok(_) if kind.is_none() => match self.look(&join(path, &name), is_linked) {
                    Ok(Found::Material(found)) => entries.materials.push(Material { path: name, ..found }),
                    Ok(Found::Folder(_)) => entries.folders.push((name, true)),
                    _ => {}
                },
                // Gone, or something else now: a hint says so.
                _ => {}
            }
        }
        Ok(entries)
    }

    /// Whether what stands in a folder are files, not windows into the kernel that are written when they are read.
    fn has_files(&self, folder: &Directory) -> Result<bool, Refusal> {
        if folder.metadata()?.device == self.device {
            return Ok(true);
        }
        let kind = rustix::fs::fstatfs(folder.as_fd()).map_err(Refusal::from)?.f_type as i64;
        Ok(!WINDOWS.contains(&kind))
    }

    /// Opens a material, with how it stands. Nothing that is no regular file is ever opened: a pipe would let go of
    /// whoever waits at its other end.
    pub(crate) fn open_material(&self, path: &[u8]) -> Result<Option<(File, Material)>, Refusal> {
        if self.root.look(path, Waiting::Allowed)?.kind != NodeKind::File {
            return Ok(None);
        }
        let node = self.root.open_node(path, Waiting::Allowed)?;
        let Some(file) = node.file else { return Ok(None) };
        let file = match std::sync::Arc::try_unwrap(file) {
            Ok(file) => file,
            Err(shared) => shared.try_clone().map_err(Refusal::Failed)?,
        };
        Ok(Some((File::from(file), material(path, &node.metadata))))
    }

    /// How an open material stands now.
    pub(crate) fn metadata(path: &[u8], file: &File) -> Result<Material, Refusal> {
        let found = rustix::fs::statx(file, c"", rustix::fs::AtFlags::EMPTY_PATH, rustix::fs::StatxFlags::BASIC_STATS)?;
        Ok(material(path, &Metadata::from(&found)))
    }
}

fn material(path: &[u8], found: &Metadata) -> Material {
    // Beyond the years 1677 and 2262, dates are of no use but to be told apart.
    let date = |nanoseconds: i128| nanoseconds.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
    Material {
        path: path.to_vec(),
        size: found.size,
        modified: date(found.modified),
        changed: date(found.changed),
        inode: found.inode,
    }
}

/// File systems on which others change files without our kernel (statfs(2)): 9p, AFS, CEPH, CIFS, CODA, FUSE, NFS, SMB,
/// SMB2.
const REMOTE: [i64; 9] = [
    0x0102_1997,
    0x5346_414f,
    0x00c3_6400,
    0xff53_4d42_u32 as i64,
    0x7375_7245,
    0x6573_5546,
    0x6969,
    0x517b,
    0xfe53_4d42_u32 as i64,
];

/// File systems without files: binfmt_misc, BPF, cgroup, cgroup2, configfs, debugfs, devpts, efivarfs, fusectl, mqueue,
/// nsfs, proc, pstore, securityfs, selinuxfs, sysfs, tracefs.
const WINDOWS: [i64; 17] = [
    0x4249_4e4d,
    0xcafe_4a11_u32 as i64,
    0x0027_e0eb,
    0x6367_7270,
    0x6265_6570,
    0x6462_6720,
    0x1cd1,
    0xde5e_81e4_u32 as i64,
    0x6573_5543,
    0x1980_0202,
    0x6e73_6673,
    0x9fa0,
    0x6165_676c,
    0x7363_6673,
    0xf97c_ff8c_u32 as i64,
    0x6265_6572,
    0x7472_6163,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn is_hidden(name: &[u8]) -> bool {
        name.starts_with(b".")
    }

    fn ground(root: &Path, links: Links) -> Ground {
        Ground::open(&Settings { links, is_hidden, ..Settings::new(root) }, Some(&root.join("index"))).unwrap()
    }

    /// Everything that is met, from the root on.
    fn walk(ground: &Ground, path: &[u8], is_linked: bool, met: &mut Vec<String>) {
        let entries = ground.list(path, is_linked).unwrap();
        for found in entries.materials {
            let path = join(path, &found.path);
            assert_eq!(
                ground.look(&path, is_linked).unwrap(),
                Found::Material(Material { path: path.clone(), ..found })
            );
            met.push(String::from_utf8(path).unwrap());
        }
        for (name, is_link) in entries.folders {
            let path = join(path, &name);
            assert_eq!(
                ground.look(&path, is_linked).unwrap(),
                Found::Folder(is_link),
                "{:?}",
                String::from_utf8(path.clone())
            );
            walk(ground, &path, is_linked || is_link, met);
        }
    }

    #[track_caller]
    fn check(root: &Path, links: Links, expected: &[&str]) {
        let mut met = Vec::new();
        walk(&ground(root, links), b"", false, &mut met);
        met.sort();
        assert_eq!(met, expected, "{links:?}");
    }

    #[test]
    fn what_is_met_is_what_is_served() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        for name in ["root/a/x", "root/.h/v1/y", "root/.h/z", "root/index/words/w", "root/.env", "outside/o", "secret"]
        {
            fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
            fs::write(folder.path().join(name), name).unwrap();
        }
        let link = |to: &Path, name: &str| symlink(to, root.join(name)).unwrap();
        link(Path::new("a"), "to a");
        link(Path::new("a/x"), "to x");
        link(Path::new(".h/v1"), "current");
        link(Path::new("../.h"), "a/h");
        link(Path::new(".."), ".h/v1/up");
        link(Path::new("."), "circle");
        link(Path::new("self"), "self");
        link(Path::new("none"), "to none");
        link(&root.join(".h/z"), "absolute");
        link(Path::new("../outside"), "out");
        link(Path::new("../secret"), "to secret");
        link(Path::new("/proc/self"), "proc");
        rustix::fs::mkfifoat(rustix::fs::CWD, root.join("pipe"), rustix::fs::Mode::RWXU).unwrap();
        link(Path::new("pipe"), "to pipe");
        check(&root, Links::Never, &["a/x"]);
        check(&root, Links::Inside, &["a/h/v1/y", "a/h/z", "a/x", "absolute", "current/y", "to x"]);
        let all = ["a/h/v1/y", "a/h/z", "a/x", "absolute", "current/y", "out/o", "to secret", "to x"];
        check(&root, Links::Anywhere, &all);
    }

    #[test]
    fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("x"), "x").unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, folder.path().join("pipe"), rustix::fs::Mode::RWXU).unwrap();
        let ground = ground(folder.path(), Links::Inside);
        let (file, before) = ground.open_material(b"x").unwrap().unwrap();
        assert_eq!(Ground::metadata(b"x", &file).unwrap(), before);
        fs::write(folder.path().join("x"), "xy").unwrap();
        assert_eq!(Ground::metadata(b"x", &file).unwrap().size, 2);
        assert!(ground.open_material(b"a").unwrap().is_none());
        assert!(ground.open_material(b"pipe").unwrap().is_none());
        assert!(matches!(ground.open_material(b"none"), Err(Refusal::Missing)));
    }
}
