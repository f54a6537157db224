//! Files on a real disk: what is beneath the root is served, and nothing else, also while it changes.

use std::ffi::OsStr;
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use reactor::disk::{Links, NodeKind, Refusal, Root, Waiting, beneath, read_ahead, read_at};

/// A folder with a served part `root` and a secret beside it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    fs::create_dir_all(path.join("root/sub")).expect("made");
    fs::write(path.join("secret"), "secret").expect("written");
    fs::write(path.join("root/a.txt"), "alpha").expect("written");
    fs::write(path.join("root/sub/b.txt"), "beta").expect("written");
    folder
}

fn root(folder: &tempfile::TempDir, links: Links) -> Root {
    Root::open(&folder.path().join("root"), links).expect("opened")
}

/// What a path gives: the bytes of a file, a kind, or why not.
fn outcome(root: &Root, path: &[u8], waiting: Waiting) -> String {
    match root.open_node(path, waiting) {
        Ok(node) => match (node.file, node.metadata.kind) {
            (Some(file), NodeKind::File) => {
                let mut bytes = vec![0; node.metadata.size as usize];
                let read = read_at(&*file, 0, &mut bytes, Waiting::Allowed).expect("read");
                String::from_utf8_lossy(&bytes[..read]).into_owned()
            }
            (None, kind) => format!("{kind:?}"),
            (Some(_), kind) => format!("opened {kind:?}"),
        },
        Err(refusal) => refusal.to_string(),
    }
}

#[track_caller]
fn check(root: &Root, path: impl AsRef<[u8]>, expected: &str) {
    let path = path.as_ref();
    assert_eq!(outcome(root, path, Waiting::Allowed), expected, "{}", String::from_utf8_lossy(path));
    // What need not wait gives the same, or says that it would.
    let quick = outcome(root, path, Waiting::Refused);
    assert!(quick == expected || quick == "not in memory", "{}: {quick}", String::from_utf8_lossy(path));
}

const MISSING: &str = "no such file";
const OUTSIDE: &str = "a symbolic link leads out of the folder";

#[test]
fn files_and_directories_beneath_the_root_are_found() {
    let folder = folder();
    for links in [Links::Inside, Links::Never, Links::Anywhere] {
        let root = root(&folder, links);
        check(&root, "a.txt", "alpha");
        check(&root, "sub/b.txt", "beta");
        check(&root, "", "Directory");
        check(&root, "sub", "Directory");
        check(&root, "none", MISSING);
        check(&root, "a.txt/none", MISSING);
        check(&root, "x".repeat(300), MISSING);
        check(&root, "x/".repeat(3000), MISSING);
        check(&root, "a.txt\0", MISSING);
        check(&root, "../secret", MISSING);
        check(&root, "sub/../../secret", MISSING);
        check(&root, "/etc/passwd", MISSING);
    }
}

#[test]
fn links_are_followed_as_the_owner_wishes() {
    let folder = folder();
    let at = |name: &str| folder.path().join("root").join(name);
    symlink("../a.txt", at("sub/inside")).expect("linked");
    symlink(at("a.txt"), at("absolute")).expect("linked");
    symlink(at(""), at("absolute-root")).expect("linked");
    symlink("../secret", at("outside")).expect("linked");
    symlink(folder.path().join("secret"), at("absolute-outside")).expect("linked");
    symlink(folder.path(), at("up")).expect("linked");
    symlink("circle", at("circle")).expect("linked");
    symlink("nowhere", at("broken")).expect("linked");
    symlink(folder.path().join("nowhere"), at("broken-outside")).expect("linked");
    symlink("/proc/self/root/etc/passwd", at("magic")).expect("linked");
    // A folder whose name only begins like the root's.
    fs::create_dir(folder.path().join("root2")).expect("made");
    fs::write(folder.path().join("root2/secret"), "secret").expect("written");
    symlink(folder.path().join("root2/secret"), at("beside")).expect("linked");

    let inside = root(&folder, Links::Inside);
    check(&inside, "sub/inside", "alpha");
    check(&inside, "absolute", "alpha");
    check(&inside, "absolute-root", "Directory");
    check(&inside, "absolute-root/sub/b.txt", "beta");
    for name in ["outside", "absolute-outside", "up", "up/secret", "beside"] {
        check(&inside, name, OUTSIDE);
    }
    check(&inside, "circle", MISSING);
    check(&inside, "broken", MISSING);
    check(&inside, "broken-outside", MISSING);
    check(&inside, "magic", OUTSIDE);

    let never = root(&folder, Links::Never);
    for name in ["sub/inside", "absolute", "absolute-root/sub/b.txt", "outside", "up/secret", "circle", "broken"] {
        check(&never, name, OUTSIDE);
    }

    let anywhere = root(&folder, Links::Anywhere);
    for name in ["outside", "absolute-outside", "up/secret", "beside"] {
        check(&anywhere, name, "secret");
    }
    check(&anywhere, "sub/inside", "alpha");
    check(&anywhere, "circle", MISSING);
    check(&anywhere, "../secret", MISSING);
}

#[test]
fn what_is_no_file_is_not_opened_and_never_waited_for() {
    let folder = folder();
    let at = |name: &str| folder.path().join("root").join(name);
    assert!(std::process::Command::new("mkfifo").arg(at("pipe")).status().expect("run").success());
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).expect("bound");
    symlink("/dev/null", at("device")).expect("linked");
    let inside = root(&folder, Links::Inside);
    check(&inside, "pipe", "Other");
    check(&inside, "socket", MISSING);
    check(&inside, "device", OUTSIDE);
    check(&root(&folder, Links::Anywhere), "device", "Other");
}

#[test]
fn names_are_bytes() {
    let folder = folder();
    let name = b"\xb2\xc4\xc1\xcf \xff\n.txt";
    fs::write(folder.path().join("root").join(OsStr::from_bytes(name)), "gbk").expect("written");
    let root = root(&folder, Links::Inside);
    check(&root, name, "gbk");
    let mut names = Vec::new();
    let mut directory = root.open_directory(b"").expect("opened");
    directory
        .read_all(|name, kind| {
            names.push((name.to_vec(), kind));
            ControlFlow::Continue(())
        })
        .expect("read");
    names.sort_by(|one: &(Vec<u8>, _), other| one.0.cmp(&other.0));
    let file = Some(NodeKind::File);
    let expected = [(&b"a.txt"[..], file), (b"sub", Some(NodeKind::Directory)), (name, file)];
    assert_eq!(names, expected.map(|(name, kind)| (name.to_vec(), kind)));
    assert_eq!(directory.look(name).expect("there").size, 3);
    assert!(matches!(directory.look(b"../a.txt"), Err(Refusal::Missing)));
}

#[test]
fn a_large_directory_is_read_in_parts() {
    let folder = folder();
    let many = folder.path().join("root/many");
    fs::create_dir(&many).expect("made");
    for number in 0..3000 {
        fs::write(many.join(format!("a rather long name of a file {number}")), "").expect("written");
    }
    let root = root(&folder, Links::Inside);
    let mut directory = root.open_directory(b"many").expect("opened");
    let (mut parts, mut names) = (0, std::collections::HashSet::new());
    while directory.read(&mut |name, _| assert!(names.insert(name.to_vec()), "twice")).expect("read") {
        parts += 1;
    }
    assert_eq!(names.len(), 3000);
    assert!(parts > 1, "{parts}");

    let mut seen = 0;
    let mut directory = root.open_directory(b"many").expect("opened");
    directory
        .read_all(|_, _| {
            seen += 1;
            if seen == 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .expect("read");
    assert_eq!(seen, 10);
}

/// Two names are exchanged without end: a folder, and a link to the outside. No walk ever gets out.
#[test]
fn no_race_leads_out_of_the_root() {
    let folder = folder();
    let at = |name: &str| folder.path().join("root").join(name);
    fs::create_dir_all(at("swap/deep")).expect("made");
    fs::write(at("swap/deep/file"), "inside").expect("written");
    fs::create_dir_all(folder.path().join("out/deep")).expect("made");
    fs::write(folder.path().join("out/deep/file"), "secret").expect("written");
    symlink("../out", at("link")).expect("linked");
    symlink(folder.path().join("out"), at("absolute")).expect("linked");
    symlink("swap/deep/../../swap/deep", at("winding")).expect("linked");
    let is_over = AtomicBool::new(false);
    let (mut inside, mut refused) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                for name in ["link", "absolute"] {
                    exchange(&at("swap"), &at(name));
                    exchange(&at("swap"), &at(name));
                }
            }
        });
        let root = root(&folder, Links::Inside);
        for _ in 0..2_000 {
            for path in ["swap/deep/file", "winding/file"] {
                for waiting in [Waiting::Allowed, Waiting::Refused] {
                    match outcome(&root, path.as_bytes(), waiting).as_str() {
                        "inside" => inside += 1,
                        "secret" => panic!("{path} has led out of the root"),
                        _ => refused += 1,
                    }
                }
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    assert!(inside > 0 && refused > 0, "the race has not been run: {inside} inside, {refused} refused");
}

fn exchange(one: &Path, other: &Path) {
    let flags = rustix::fs::RenameFlags::EXCHANGE;
    rustix::fs::renameat_with(rustix::fs::CWD, one, rustix::fs::CWD, other, flags).expect("exchanged");
}

#[test]
fn what_was_just_read_need_not_wait() {
    let folder = folder();
    let root = root(&folder, Links::Inside);
    root.open_node(b"a.txt", Waiting::Allowed).expect("there");
    let node = root.open_node(b"a.txt", Waiting::Refused).expect("in the kernel's caches");
    let file = node.file.expect("a file");
    let mut buffer = [0; 16];
    assert_eq!(read_at(&*file, 0, &mut buffer, Waiting::Allowed).expect("read"), 5);
    // The file system may be one that cannot tell.
    match read_at(&*file, 1, &mut buffer, Waiting::Refused) {
        Ok(read) => assert_eq!(&buffer[..read], b"lpha"),
        Err(refusal) => assert!(matches!(refusal, Refusal::WouldWait), "{refusal}"),
    }
    assert_eq!(read_at(&*file, 5, &mut buffer, Waiting::Allowed).expect("read"), 0, "at the end");
    assert_eq!(read_at(&*file, u64::MAX / 4, &mut buffer, Waiting::Allowed).expect("read"), 0, "beyond the end");
    read_ahead(&*file, 0, 5);
}

#[test]
fn metadata_tells_one_file_from_another() {
    let folder = folder();
    let root = root(&folder, Links::Inside);
    let first = root.look(b"a.txt", Waiting::Allowed).expect("there");
    assert_eq!((first.kind, first.size), (NodeKind::File, 5));
    assert_eq!(root.open_node(b"a.txt", Waiting::Allowed).expect("there").metadata, first);
    let expected = fs::metadata(folder.path().join("root/a.txt")).expect("there");
    let since = expected.modified().expect("a time").duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    assert_eq!(first.modified, since.as_nanos() as i128);
    fs::write(folder.path().join("root/new"), "alpha").expect("written");
    fs::rename(folder.path().join("root/new"), folder.path().join("root/a.txt")).expect("moved");
    let second = root.look(b"a.txt", Waiting::Allowed).expect("there");
    assert_ne!((first.inode, first.changed), (second.inode, second.changed));
}

#[test]
fn a_root_that_is_no_directory_is_an_error_with_its_name() {
    let folder = folder();
    let path = folder.path().join("root/a.txt");
    let error = Root::open(&path, Links::Inside).expect_err("a file");
    assert!(error.to_string().starts_with(&format!("cannot open \"{}\"", path.display())), "{error}");
}

#[test]
fn a_moved_root_stays_the_root() {
    let folder = folder();
    let root = root(&folder, Links::Inside);
    symlink(folder.path().join("moved/a.txt"), folder.path().join("root/absolute")).expect("linked");
    fs::rename(folder.path().join("root"), folder.path().join("moved")).expect("moved");
    check(&root, "a.txt", "alpha");
    check(&root, "absolute", "alpha");
}

#[test]
fn a_path_says_where_it_really_leads() {
    let folder = folder();
    let path = folder.path();
    symlink("sub", path.join("root/near")).expect("made");
    symlink(path.join("root/sub"), path.join("root/absolute")).expect("made");
    symlink("..", path.join("root/up")).expect("made");
    let root = root(&folder, Links::Anywhere);
    let real = |path: &[u8]| root.place(path).map(|place| String::from_utf8(place).expect("UTF-8"));
    let base = real(b"").expect("there");
    assert!(base.ends_with("/root"), "{base}");
    assert_eq!(real(b"sub/b.txt").expect("there"), format!("{base}/sub/b.txt"));
    assert_eq!(real(b"near/b.txt").expect("there"), format!("{base}/sub/b.txt"));
    assert_eq!(real(b"absolute").expect("there"), format!("{base}/sub"));
    assert_eq!(real(b"up/secret").expect("there"), base.replace("/root", "/secret"));
    assert!(matches!(real(b"near/none"), Err(Refusal::Missing)));
}

#[test]
fn what_is_beneath_is_told_by_whole_names() {
    assert_eq!(beneath(b"/srv/www", b"/srv/www/a/b"), Some(&b"a/b"[..]));
    assert_eq!(beneath(b"/srv/www", b"/srv/www"), Some(&b""[..]));
    assert_eq!(beneath(b"/srv/www", b"/srv/www2/a"), None);
    assert_eq!(beneath(b"/srv/www", b"/srv"), None);
    assert_eq!(beneath(b"/", b"/srv"), Some(&b"srv"[..]));
}
