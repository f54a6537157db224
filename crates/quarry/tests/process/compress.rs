//! `quarry compress`

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::{Ended, run, write};

fn compress(folder: &Path, flags: &[&str]) -> Ended {
    let arguments = [OsStr::new("compress"), folder.as_os_str()];
    run(arguments.into_iter().chain(flags.iter().map(OsStr::new)))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

fn text() -> String {
    (0..200).map(|number| format!("line {number} of a text that repeats itself\n")).collect()
}

#[test]
fn siblings_are_written_for_what_gets_smaller() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    write(path, "a.css", text());
    write(path, "short.css", "a{}");
    write(path, "image.png", text());
    write(path, "archive.gz", text());
    // Compressible by its type, and not in fact: every byte follows from the one before by a generator of chance.
    let mut state = 1u32;
    let noise: Vec<u8> = (0..4096)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    write(path, "noise.txt", noise);
    let ended = compress(path, &[]);
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""));
    let expected = ["a.css", "a.css.br", "a.css.gz", "a.css.zst", "archive.gz", "image.png", "noise.txt", "short.css"];
    assert_eq!(names(path), expected);
    let lines: Vec<&str> = ended.output.lines().collect();
    assert_eq!(lines[0], "2 files of 1 KiB and more whose type compresses");
    assert!(lines[1].starts_with(".br   1 written (7.5 KiB to "), "{}", lines[1]);
    assert!(lines[1].ends_with(", 0 there already, 1 would not be 5 % smaller"), "{}", lines[1]);
    let mut plain = Vec::new();
    let mut coded = fs::read(path.join("a.css.gz")).expect("written");
    assert_eq!(coded[..2], [0x1F, 0x8B]);
    plain.resize(text().len(), 0);
    libdeflater::Decompressor::new().gzip_decompress(&coded, &mut plain).expect("gzip");
    assert_eq!(plain, text().as_bytes());
    coded = fs::read(path.join("a.css.zst")).expect("written");
    assert_eq!(coded[..4], [0x28, 0xB5, 0x2F, 0xFD]);
}

#[test]
fn time_and_permissions_are_those_of_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.html");
    write(folder.path(), "a.html", text());
    let time = SystemTime::UNIX_EPOCH + Duration::new(1_600_000_000, 123_456_789);
    File::options().write(true).open(&path).expect("opened").set_modified(time).expect("set");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
    assert_eq!(compress(folder.path(), &[]).code, Some(0));
    for suffix in ["br", "zst", "gz"] {
        let metadata = fs::metadata(folder.path().join(format!("a.html.{suffix}"))).expect("written");
        assert_eq!((metadata.modified().expect("known"), metadata.mode() & 0o777), (time, 0o640), "{suffix}");
    }
}

#[test]
fn fresh_siblings_are_left_alone_and_older_ones_are_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", text());
    write(folder.path(), "a.txt.gz", "mine, and newer");
    write(folder.path(), "a.txt.br", "mine, and older");
    let older = File::options().write(true).open(folder.path().join("a.txt.br")).expect("opened");
    older.set_modified(SystemTime::UNIX_EPOCH).expect("set");
    let ended = compress(folder.path(), &[]);
    assert_eq!(fs::read(folder.path().join("a.txt.gz")).expect("there"), b"mine, and newer");
    assert_ne!(fs::read(folder.path().join("a.txt.br")).expect("there"), b"mine, and older");
    assert!(ended.output.contains(".gz   0 written, 1 there already, 0 would not"), "{}", ended.output);
    let again = compress(folder.path(), &[]);
    assert_eq!(again.output.matches(" 0 written, 1 there already").count(), 3, "{}", again.output);
}

#[test]
fn remove_deletes_what_compress_would_write_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "b/a.txt", text());
    write(folder.path(), "b/alone.txt.gz", "no file beside it");
    write(folder.path(), "b/image.png", text());
    write(folder.path(), "b/image.png.gz", "not of a type that compresses");
    assert_eq!(compress(folder.path(), &[]).code, Some(0));
    assert_eq!(names(&folder.path().join("b")).len(), 7);
    let ended = compress(folder.path(), &["--remove"]);
    assert_eq!(ended.output, ".br   1 removed\n.zst  1 removed\n.gz   1 removed\n");
    assert_eq!(names(&folder.path().join("b")), ["a.txt", "alone.txt.gz", "image.png", "image.png.gz"]);
}

#[test]
fn something_else_in_the_place_of_a_sibling_is_told_and_the_rest_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", text());
    write(folder.path(), "b.txt", text());
    fs::create_dir(folder.path().join("a.txt.br")).expect("made");
    let ended = compress(folder.path(), &[]);
    assert_eq!(ended.code, Some(2));
    let (root, place) = (folder.path().join("a.txt"), folder.path().join("a.txt.br"));
    let expected = format!(
        "quarry: cannot compress \"{}\": something else stands at \"{}\"\nquarry: cannot do all: 1 file failed, as told above\n",
        root.display(),
        place.display()
    );
    assert_eq!(ended.errors, expected);
    assert!(folder.path().join("b.txt.br").is_file());
}
