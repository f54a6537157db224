//! What is there at the start, and what was there before.

use super::{Ground, find, finds, index_folder, settled, start, until};
use lookup::live::Settings;
use std::fs;
use std::os::unix::fs::symlink;

#[test]
fn contents_and_names_are_found() {
    let ground = Ground::new(&[("a/stone.txt", "granite and basalt"), ("marble.txt", "slate"), ("empty", "")]);
    let lookup = ground.start();
    finds(&lookup, "basalt", &["a/stone.txt"]);
    finds(&lookup, "marble", &["marble.txt"]);
    let state = settled(&lookup);
    assert_eq!((state.names, state.documents, state.remark), (3, 3, None));
    assert!(state.index_bytes > 0);
}

#[test]
fn what_cannot_be_got_is_not_found() {
    let ground = Ground::new(&[(".git/x", "granite"), (".env", "granite"), ("a", "granite")]);
    fs::write(ground.folder.path().join("secret"), "granite").expect("written");
    symlink("../secret", ground.path("out")).expect("made");
    symlink("a", ground.path("inside")).expect("made");
    symlink(".", ground.path("circle")).expect("made");
    let lookup = ground.start();
    settled(&lookup);
    assert_eq!(find(&lookup, "granite"), ["a", "inside"]);
    // The same folder by another policy is another index.
    lookup.stop();
    let all = start(Settings { is_hidden: |_| false, has_hidden: true, ..ground.settings() });
    settled(&all);
    assert_eq!(find(&all, "granite"), [".env", ".git/x", "a", "inside"]);
    assert_eq!(fs::read_dir(ground.place()).expect("there").count(), 2);
}

#[test]
fn what_was_read_is_not_read_again() {
    let ground = Ground::new(&[]);
    (0..300).for_each(|number| ground.write(&format!("{}/{number}", number % 7), &format!("granite {number}")));
    let first = ground.start();
    settled(&first);
    first.stop();
    let again = ground.start();
    until("it knows all of them", || {
        let state = again.state();
        assert_eq!(state.waiting, 0, "one is to be read");
        !state.is_building && state.documents == 300
    });
    assert_eq!(find(&again, "granite 299"), ["5/299"]);
}

#[test]
fn what_happened_while_nobody_looked_is_found_out() {
    let ground = Ground::new(&[("a/x", "granite"), ("a/y", "granite"), ("b/c/z", "granite"), ("same", "granite")]);
    let first = ground.start();
    settled(&first);
    first.stop();
    fs::remove_file(ground.path("a/x")).expect("removed");
    ground.write("a/y", "basalt");
    fs::rename(ground.path("b"), ground.path("d")).expect("renamed");
    ground.write("new", "granite");
    let again = ground.start();
    settled(&again);
    assert_eq!(find(&again, "granite"), ["d/c/z", "new", "same"]);
    assert_eq!(find(&again, "basalt"), ["a/y"]);
    assert_eq!(again.state().names, 4);
}

#[test]
fn an_index_below_its_root_does_not_index_itself() {
    let ground = Ground::new(&[("a", "granite")]);
    let lookup = start(Settings { places: vec![ground.path("index")], ..ground.settings() });
    let state = settled(&lookup);
    assert_eq!((state.names, find(&lookup, "granite")), (1, vec!["a".to_owned()]));
    ground.write("b", "granite");
    finds(&lookup, "granite", &["a", "b"]);
    assert_eq!(settled(&lookup).names, 2);
}

#[test]
fn an_index_that_is_damaged_is_made_anew() {
    let ground = Ground::new(&[("a", "granite"), ("b", "basalt")]);
    let first = ground.start();
    settled(&first);
    first.stop();
    let files = fs::read_dir(index_folder(&ground.place()).join("words")).expect("there");
    for file in files.map(|file| file.expect("read").path()).filter(|path| path.is_file()) {
        let length = fs::metadata(&file).expect("there").len();
        fs::File::options().write(true).open(&file).and_then(|file| file.set_len(length / 2)).expect("cut");
    }
    let again = ground.start();
    finds(&again, "granite", &["a"]);
    finds(&again, "basalt", &["b"]);
    settled(&again);
}
