//! The index: where it lives, what it survives.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use lookup::index::{Index, Words};
use lookup::material::Material;
use rustix::process::Signal;
use tempfile::TempDir;

use super::running::{Running, until};
use super::{quarry, start, write};

/// What an index knows: each material, and whether its words are in.
type Known = BTreeMap<Material, bool>;

/// A folder with a root and a place for the index.
fn folder(files: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    (0..files).for_each(|number| write(&root(&folder), &format!("{}/{number}.txt", number % 9), text(number, 0)));
    folder
}

fn root(folder: &TempDir) -> PathBuf {
    folder.path().join("root")
}

fn place(folder: &TempDir) -> PathBuf {
    folder.path().join("place")
}

fn text(number: usize, round: usize) -> String {
    format!("granite{number} in round {round}, {}", "basalt gneiss marble slate ".repeat(number % 50))
}

fn serve(folder: &TempDir) -> Running {
    start(&root(folder), &["--index", place(folder).to_str().expect("UTF-8")])
}

/// The indexes in a place.
fn indexes(place: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(place) else { return Vec::new() };
    entries.flatten().map(|entry| entry.path()).collect()
}

/// What the one index in a place knows; none: there is no such index yet.
fn known(place: &Path) -> Option<Known> {
    let [folder] = &indexes(place)[..] else { return None };
    let index = Index::open_beside(folder).ok()?;
    let mut all = Known::new();
    index
        .known(|known| {
            assert_eq!(all.insert(known.to_material(), known.words == Words::In), None, "twice");
        })
        .ok()?;
    Some(all)
}

/// What is there, as an index should know it.
fn there(root: &Path) -> Known {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::MetadataExt;
    let mut all = Known::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).expect("read").map(|entry| entry.expect("read").path()) {
            let found = fs::metadata(&path).expect("there");
            if found.is_dir() {
                folders.push(path);
                continue;
            }
            let material = Material {
                path: path.strip_prefix(root).expect("below").as_os_str().as_bytes().to_vec(),
                size: found.len(),
                modified: found.mtime() * 1_000_000_000 + found.mtime_nsec(),
                changed: found.ctime() * 1_000_000_000 + found.ctime_nsec(),
                inode: found.ino(),
            };
            all.insert(material, true);
        }
    }
    all
}

#[track_caller]
fn until_complete(folder: &TempDir) {
    let expected = there(&root(folder));
    until("all is in the index", || (known(&place(folder))? == expected).then_some(()));
}

#[test]
fn without_listings_nothing_is_looked_up() {
    let folder = folder(3);
    let place = place(&folder);
    let place = place.to_str().expect("UTF-8");
    let status = |flags: &[&str]| {
        let server = start(&root(&folder), &[&["--index", place], flags].concat());
        server.get("/-/find?q=granite1").lines().next().map(str::to_owned)
    };
    assert_eq!(status(&[]).as_deref(), Some("HTTP/1.1 200 OK"));
    assert_eq!(status(&["--no-listing"]).as_deref(), Some("HTTP/1.1 404 Not Found"));
    assert_eq!(status(&["--no-lookup"]).as_deref(), Some("HTTP/1.1 404 Not Found"));
}

#[test]
fn a_folder_that_is_served_is_indexed_where_it_was_said_and_stays_so() {
    let folder = folder(40);
    let running = serve(&folder);
    until_complete(&folder);
    write(&root(&folder), "new/a.txt", "granite");
    fs::remove_file(root(&folder).join("1/1.txt")).expect("removed");
    until_complete(&folder);
    let (code, _, errors) = running.end(Signal::TERM);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert_eq!(indexes(&place(&folder)).len(), 1);
}

#[test]
fn the_index_is_in_the_cache_folder_and_only_when_it_is_wanted() {
    let folder = folder(3);
    let cache = folder.path().join("cache");
    let spawn = |flags: &[&str]| {
        let mut command = quarry([root(&folder).as_os_str()]);
        Running::spawn(command.args(["--listen", "127.0.0.1:0"]).args(flags).env("XDG_CACHE_HOME", &cache))
    };
    let without = spawn(&["--no-lookup"]);
    assert!(without.get("/1/1.txt").starts_with("HTTP/1.1 200 "));
    without.end(Signal::TERM);
    assert!(!cache.exists());
    let running = spawn(&[]);
    let expected = there(&root(&folder));
    until("all is in the index", || (known(&cache.join("quarry/index"))? == expected).then_some(()));
    running.end(Signal::TERM);
}

#[test]
fn an_index_that_cannot_be_is_no_reason_not_to_serve() {
    let folder = folder(3);
    fs::write(folder.path().join("file"), "").expect("written");
    let place = folder.path().join("file/below");
    let running = start(&root(&folder), &["--index", place.to_str().expect("UTF-8")]);
    assert!(running.get("/1/1.txt").starts_with("HTTP/1.1 200 "));
    let (code, _, errors) = running.end(Signal::TERM);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
}

#[test]
fn a_full_disk_ends_neither_the_server_nor_the_index() {
    let folder = folder(400);
    // A file may have 40 blocks of 512 bytes, which no segment of all this has; a signal that would tell is not wanted.
    let limited = "trap '' XFSZ; ulimit -f 40; exec \"$@\"";
    let mut command = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_quarry");
    command.args(["-c", limited, "sh", program, "--listen", "127.0.0.1:0", "--index"]);
    command.arg(place(&folder)).arg(root(&folder)).env_clear().env("PATH", "/usr/bin:/bin");
    let running = Running::spawn(&mut command);
    for _ in 0..20 {
        assert!(running.get("/1/1.txt").starts_with("HTTP/1.1 200 "));
        std::thread::sleep(Duration::from_millis(50));
    }
    let (code, _, _) = running.end(Signal::TERM);
    assert_eq!(code, Some(0));
    // When there is room again, it is made, or made anew.
    let running = serve(&folder);
    until_complete(&folder);
    running.end(Signal::TERM);
}

#[test]
fn a_server_that_is_killed_at_any_moment_leaves_an_index_that_is_right() {
    let folder = folder(600);
    let mut seed = 11_u64;
    let mut chance = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for round in 1..=200 {
        for _ in 0..10 {
            let number = chance(600) as usize;
            write(&root(&folder), &format!("{}/{number}.txt", number % 9), text(number, round));
        }
        let gone = chance(600);
        let _ = fs::remove_file(root(&folder).join(format!("{}/{gone}.txt", gone % 9)));
        let mut running = serve(&folder);
        std::thread::sleep(Duration::from_millis(chance(150)));
        running.child.kill().expect("it runs");
        running.child.wait().expect("ours");
    }
    let running = serve(&folder);
    until_complete(&folder);
    running.end(Signal::TERM);
    // Words are where they belong: as in an index that was made in one go.
    let again = tempfile::tempdir().expect("a folder");
    let fresh = start(&root(&folder), &["--index", again.path().to_str().expect("UTF-8")]);
    let expected = there(&root(&folder));
    until("all is in the new index", || (known(again.path())? == expected).then_some(()));
    fresh.end(Signal::TERM);
    let find = |place: &Path, words: &str| {
        let index = Index::open_beside(&indexes(place)[0]).expect("an index");
        let request = lookup::answer::Request { words, offset: 0, limit: 10_000, language: None };
        let hits = index.finder().find(&request, &lookup::name::Names::new(), &lookup::answer::Open).hits;
        let mut paths: Vec<Vec<u8>> = hits.into_iter().map(|hit| hit.path).collect();
        paths.sort();
        paths
    };
    for words in ["granite7", "round 0", "round 200", "slate", "granite599 round"] {
        assert_eq!(find(&place(&folder), words), find(again.path(), words), "{words}");
    }
}

#[test]
fn a_server_ends_at_once_while_it_indexes() {
    let folder = folder(3000);
    let running = serve(&folder);
    let begun = Instant::now();
    let (code, _, _) = running.end(Signal::TERM);
    assert_eq!(code, Some(0));
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn two_servers_of_one_folder_write_one_index_and_the_second_goes_on() {
    let folder = folder(50);
    let first = serve(&folder);
    until_complete(&folder);
    let second = serve(&folder);
    write(&root(&folder), "a.txt", "granite");
    until_complete(&folder);
    first.end(Signal::TERM);
    write(&root(&folder), "b.txt", "granite");
    until_complete(&folder);
    assert!(second.get("/b.txt").ends_with("granite"));
    second.end(Signal::TERM);
}

#[test]
fn where_nothing_happens_nobody_wakes() {
    let folder = folder(3);
    let server = serve(&folder);
    until("all is read", || server.get("/-/index?format=json").contains("\"state\":\"ready\"").then_some(()));
    let before = wakes(&server, "keeper");
    std::thread::sleep(Duration::from_secs(1));
    // Whoever looks for nothing does so many times a second; on a busy machine it is fewer.
    let wakes = wakes(&server, "keeper") - before;
    assert!(wakes < 50, "{wakes}");
}

/// How often a thread of this name has waited for something.
fn wakes(server: &Running, name: &str) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{}/task", server.child.id())).expect("it runs");
    let of_thread = |status: String| -> Option<u64> {
        let value = |field: &str| status.lines().find_map(|line| line.strip_prefix(field)).map(str::trim);
        if value("Name:")? == name { value("voluntary_ctxt_switches:")?.parse().ok() } else { None }
    };
    let statuses = tasks.flatten().filter_map(|task| fs::read_to_string(task.path().join("status")).ok());
    statuses.filter_map(of_thread).sum()
}
