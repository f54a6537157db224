use super::*;
use crate::answer::{Open, Request};
use crate::extract::Extract;
use crate::material::Material;
use crate::name::Names;
use std::process::{Command, Stdio};

const MEMORY: usize = 32 << 20;

fn material(path: &[u8], inode: u64) -> Material {
    Material { path: path.to_vec(), size: inode * 10, modified: inode as i64, changed: -(inode as i64), inode }
}

fn extract(body: &str) -> Extract {
    Extract { body: body.to_owned(), ..Extract::default() }
}

fn put(writer: &Writer, path: &str, body: &str) {
    writer.put(&material(path.as_bytes(), 1), path, &extract(body)).expect("put");
}

/// How many have the word.
fn count(index: &Index, words: &str) -> usize {
    index.finder().find(&Request { words, offset: 0, limit: 10, language: None }, &Names::new(), &Open).total
}

fn paths(index: &Index) -> Vec<String> {
    let mut paths = Vec::new();
    index.known(|known| paths.push(String::from_utf8_lossy(known.path).into_owned())).expect("known");
    paths.sort();
    paths
}

#[test]
fn what_was_put_is_known_with_its_facts() {
    let index = Index::in_memory();
    let mut writer = index.writer(MEMORY).expect("a writer");
    let faulty = Extract { fault: Some("no".into()), ..Extract::default() };
    writer.put(&material(b"a/b.txt", 3), "a/b.txt", &extract("words")).expect("put");
    writer.put(&material(b"a/\xd7\xca.pdf", 4), "a/资.pdf", &faulty).expect("put");
    writer.put_waiting(&material(b"c", 5), "c").expect("put");
    writer.commit().expect("committed");
    let mut known = Vec::new();
    index.known(|one| known.push((one.to_material(), one.shown.map(str::to_owned), one.words))).expect("known");
    known.sort_by(|left, right| left.0.cmp(&right.0));
    assert_eq!(
        known,
        [
            (material(b"a/b.txt", 3), None, Words::In),
            (material(b"a/\xd7\xca.pdf", 4), Some("a/资.pdf".into()), Words::Faulty),
            (material(b"c", 5), None, Words::Waiting),
        ]
    );
    let (count, examples) = index.finder().unreadable(10);
    assert_eq!((count, examples), (1, vec![(b"a/\xd7\xca.pdf".to_vec(), "no".into())]));
    // Found by the name as it is read.
    let answer =
        index.finder().find(&Request { words: "资", offset: 0, limit: 10, language: None }, &Names::new(), &Open);
    assert_eq!(answer.hits[0].path, b"a/\xd7\xca.pdf");
    assert_eq!((answer.hits[0].kind.as_str(), answer.hits[0].unreadable.as_deref()), ("pdf", Some("no")));
}

#[test]
fn what_is_put_again_takes_the_place_of_what_was_there() {
    let index = Index::in_memory();
    let mut writer = index.writer(MEMORY).expect("a writer");
    put(&writer, "a", "first");
    put(&writer, "a", "second");
    writer.commit().expect("committed");
    assert_eq!((count(&index, "first"), count(&index, "second"), index.len()), (0, 1, 1));
    put(&writer, "a", "third");
    writer.commit().expect("committed");
    assert_eq!((count(&index, "second"), count(&index, "third"), index.len()), (0, 1, 1));
    // Put, taken out and put again in one commit: the last counts.
    put(&writer, "a", "fourth");
    writer.remove(b"a").expect("removed");
    put(&writer, "a", "fifth");
    writer.commit().expect("committed");
    assert_eq!((count(&index, "fourth"), count(&index, "fifth"), index.len()), (0, 1, 1));
}

#[test]
fn a_folder_is_taken_out_with_all_below_it_and_nothing_else() {
    let index = Index::in_memory();
    let mut writer = index.writer(MEMORY).expect("a writer");
    for path in ["a/b/c", "a/b/d/e", "a/bc", "a/b.txt", "b/a/b/x"] {
        put(&writer, path, "word");
    }
    writer.commit().expect("committed");
    writer.remove_folder(b"a/b").expect("removed");
    writer.commit().expect("committed");
    assert_eq!(paths(&index), ["a/b.txt", "a/bc", "b/a/b/x"]);
    writer.remove_folder(b"").expect("removed");
    writer.commit().expect("committed");
    assert!(index.is_empty());
}

#[test]
fn only_what_is_committed_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open(folder.path()).expect("opened");
    let mut writer = index.writer(MEMORY).expect("a writer");
    put(&writer, "a", "word");
    assert_eq!(count(&index, "word"), 0);
    writer.commit().expect("committed");
    assert_eq!(count(&index, "word"), 1);
    put(&writer, "b", "word");
    assert!(matches!(index.writer(MEMORY), Err(Error::Busy)));
    drop(writer);
    let index = Index::open(folder.path()).expect("opened again");
    assert_eq!(paths(&index), ["a"]);
    let writer = index.writer(MEMORY).expect("there is none any more");
    writer.finish().expect("ended");
    assert!(index.bytes() > 0);
}

#[test]
fn an_index_of_another_format_is_made_anew_and_nothing_else_is_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    filled(folder.path());
    let words = folder.path().join(FOLDER);
    fs::write(words.join(FORMAT_FILE), "index of quarry, format 0\n").expect("written");
    fs::write(words.join("diary.txt"), "mine").expect("written");
    fs::write(folder.path().join("meta.json"), "mine too").expect("written");
    let index = Index::open(folder.path()).expect("opened");
    assert!(index.is_empty());
    assert_eq!(fs::read_to_string(words.join("diary.txt")).expect("still there"), "mine");
    assert_eq!(fs::read_to_string(folder.path().join("meta.json")).expect("still there"), "mine too");
}

/// An index on disk, with a commit in two segments and something taken out.
fn filled(folder: &Path) {
    let index = Index::open(folder).expect("opened");
    let mut writer = index.writer(MEMORY).expect("a writer");
    for at in 0..300 {
        put(&writer, &format!("{}/{at}.txt", at % 7), &format!("word number{at} 全文检索 {}", "text ".repeat(at % 50)));
    }
    writer.commit().expect("committed");
    put(&writer, "0/0.txt", "changed");
    writer.remove(b"1/1.txt").expect("removed");
    writer.commit().expect("committed");
}

#[test]
fn damaged_files_lead_to_a_new_index_and_never_to_a_panic() {
    let original = tempfile::tempdir().expect("a folder");
    filled(original.path());
    let files: Vec<_> =
        fs::read_dir(original.path().join(FOLDER)).expect("listed").flatten().map(|entry| entry.file_name()).collect();
    let mut anew = 0;
    for name in files {
        for harm in 0..5 {
            let folder = tempfile::tempdir().expect("a folder");
            copy(&original.path().join(FOLDER), &folder.path().join(FOLDER));
            let file = folder.path().join(FOLDER).join(&name);
            let mut bytes = fs::read(&file).expect("read");
            if bytes.is_empty() {
                continue;
            }
            let middle = bytes.len() / 2;
            match harm {
                0 => bytes.truncate(middle),
                1 => bytes.clear(),
                2 => bytes.iter_mut().for_each(|byte| *byte = 0),
                3 => bytes.iter_mut().skip(middle / 2).take(64).for_each(|byte| *byte ^= 0x55),
                _ => fs::remove_file(&file).expect("removed"),
            }
            if harm < 4 {
                fs::write(&file, &bytes).expect("written");
            }
            // As after a crash: then the sums of the files are looked at.
            fs::write(folder.path().join(FOLDER).join(WRITING_FILE), "").expect("written");
            let index = Index::open(folder.path()).expect("opened, whatever is there");
            let known = paths(&index).len();
            assert!(known == 299 || known == 0, "{name:?} {harm}: {known}");
            anew += usize::from(known == 0);
            if known == 0 {
                let mut writer = index.writer(MEMORY).expect("a writer");
                put(&writer, "new", "word");
                writer.commit().expect("committed");
                assert_eq!(count(&index, "word"), 1);
            } else {
                assert_eq!(count(&index, "全文检索"), 298);
            }
        }
    }
    assert!(anew > 10);
}

#[test]
fn files_that_lie_while_they_are_read_end_the_index_not_the_process() {
    let original = tempfile::tempdir().expect("a folder");
    filled(original.path());
    let names: Vec<_> =
        fs::read_dir(original.path().join(FOLDER)).expect("listed").flatten().map(|entry| entry.file_name()).collect();
    for name in names.iter().filter(|name| name.to_string_lossy().len() > 32) {
        for place in 1..8 {
            let folder = tempfile::tempdir().expect("a folder");
            copy(&original.path().join(FOLDER), &folder.path().join(FOLDER));
            let file = folder.path().join(FOLDER).join(name);
            let mut bytes = fs::read(&file).expect("read");
            let from = bytes.len() * place / 8;
            bytes.iter_mut().skip(from).take(16).for_each(|byte| *byte = !*byte);
            fs::write(&file, &bytes).expect("written");
            // No sign of a crash, so that nothing is looked at beforehand.
            let index = Index::open(folder.path()).expect("opened");
            for words in ["word", "wor", "全文", "全", "\"word number3\"", "type:txt", "nubmer12", "in:3"] {
                count(&index, words);
            }
            let _ = index.known(|_| {});
            if index.is_damaged() {
                assert!(Index::open(folder.path()).expect("opened").is_empty());
            }
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("listed").flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
}

const CHILD: &str = "QUARRY_TEST_INDEX_OF_A_CHILD";

/// Only in a process that another test starts: commits until it is killed.
#[test]
fn child_that_commits_for_ever() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let index = Index::open(Path::new(&folder)).expect("opened");
    let mut writer = index.writer(MEMORY).expect("a writer");
    for round in 0u64.. {
        // Each commit has ten materials of its own, and takes out those of the one before.
        for at in 0..10 {
            put(&writer, &format!("{round}/{at}"), &format!("round{round} word"));
            if round > 0 {
                writer.remove(format!("{}/{at}", round - 1).as_bytes()).expect("removed");
            }
        }
        writer.commit().expect("committed");
        fs::write(Path::new(&folder).join("done"), round.to_string()).expect("written");
    }
}

#[test]
fn a_process_that_is_killed_leaves_the_last_commit_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut last = 0;
    for life in 1..6 {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "index::tests::child_that_commits_for_ever"])
            .env(CHILD, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let done = || fs::read_to_string(folder.path().join("done")).ok().and_then(|text| text.parse::<u64>().ok());
        let _ = fs::remove_file(folder.path().join("done"));
        // Some commits of each life, then the end, at whatever moment that is.
        while done().is_none_or(|round| round < life) {
            assert!(child.try_wait().expect("asked").is_none(), "the child ended by itself");
            std::thread::yield_now();
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
        let index = Index::open(folder.path()).expect("opened");
        let paths = paths(&index);
        let rounds: std::collections::BTreeSet<_> = paths.iter().filter_map(|path| path.split('/').next()).collect();
        assert!(rounds.len() * 10 == paths.len() && !paths.is_empty(), "{paths:?}");
        assert_eq!(count(&index, "word"), paths.len());
        last = paths.len();
    }
    assert!(last > 0);
}

#[test]
fn small_commits_leave_few_segments() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open(folder.path()).expect("opened");
    let mut writer = index.writer(MEMORY).expect("a writer");
    for at in 0..100 {
        put(&writer, &format!("{at}"), "word");
        writer.commit().expect("committed");
        assert_eq!(count(&index, "word"), at + 1);
    }
    writer.finish().expect("ended");
    assert!(index.shared.view().searcher.segment_readers().len() <= 12);
    assert_eq!(count(&index, "word"), 100);
}

#[test]
fn much_that_waits_to_be_written_makes_whoever_puts_it_wait_but_not_for_ever() {
    let index = Index::in_memory();
    let mut writer = index.writer(MEMORY).expect("a writer");
    let long = "many words ".repeat(100_000);
    for at in 0..12 {
        put(&writer, &format!("{at}"), &long);
    }
    writer.commit().expect("committed");
    assert_eq!(count(&index, "many"), 12);
}

#[test]
fn kinds_are_extensions_in_small_letters() {
    for (name, expected) in [
        ("a.TXT", "txt"),
        ("a.tar.gz", "gz"),
        ("README", ""),
        (".bashrc", ""),
        ("a.", ""),
        ("a b.c d", ""),
        ("a.资料", "资料"),
    ] {
        assert_eq!(kind(name), expected, "{name}");
    }
}
