//! Machines that do not give what is asked for.

use super::{Ground, finds, settled, start, until};
use lookup::answer::Writer;
use lookup::live::{Load, Lookup, Settings};
use std::fs;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

#[test]
fn without_a_place_the_index_is_in_memory_and_says_so() {
    let ground = Ground::new(&[("a", "granite")]);
    let blocked = ground.folder.path().join("file");
    fs::write(&blocked, "").expect("written");
    let lookup = start(Settings { places: vec![blocked.join("below")], ..ground.settings() });
    finds(&lookup, "granite", &["a"]);
    ground.write("b", "basalt");
    finds(&lookup, "basalt", &["b"]);
    let remark = settled(&lookup).remark.expect("a remark");
    let place = blocked.join("below");
    let expected = format!(
        "the index is in memory, and made anew at each start: cannot write \"{}\": not a directory",
        place.display()
    );
    assert_eq!(remark, expected);
}

#[test]
fn too_few_watches_are_told_and_the_walk_finds_what_the_kernel_does_not_tell() {
    let ground = Ground::new(&[("a/x", "granite"), ("b/y", "granite"), ("c/z", "granite")]);
    let lookup = start(Settings { watches_max: Some(2), ..ground.settings() });
    settled(&lookup);
    for name in ["a/x", "b/y", "c/z"] {
        ground.write(name, "basalt");
    }
    finds(&lookup, "basalt", &["a/x", "b/y", "c/z"]);
    let remark = lookup.state().remark.expect("a remark");
    let cause = "more folders than the system lets us watch (fs.inotify.max_user_watches)";
    assert!(remark.starts_with("changes may be found only after ") && remark.ends_with(cause), "{remark}");
}

#[test]
fn whoever_is_awaited_takes_no_watches_and_sees_what_is_there_at_the_start() {
    let ground = Ground::new(&[("a/x", "granite"), ("b/y", "granite")]);
    for expected in [2, 3] {
        let lookup = start(Settings { is_awaited: true, watches_max: Some(0), ..ground.settings() });
        let state = settled(&lookup);
        assert_eq!((state.documents, state.remark, state.writer), (expected, None, Writer::Ours));
        assert_eq!(super::find(&lookup, "granite").len(), expected);
        lookup.stop();
        ground.write("c/z", "granite");
    }
}

#[test]
fn a_folder_that_is_not_there_is_an_error_with_its_name() {
    let ground = Ground::new(&[]);
    let error = Lookup::start(Settings::new(ground.path("none"))).map(drop).expect_err("there is none");
    assert!(error.to_string().contains(ground.path("none").to_str().expect("UTF-8")), "{error}");
}

#[test]
fn it_ends_whatever_it_does() {
    let ground = Ground::new(&[]);
    (0..3000).for_each(|number| ground.write(&format!("{number}"), &"granite ".repeat(500)));
    for wait in [0, 5, 20, 60, 150, 400] {
        let lookup = ground.start();
        std::thread::sleep(Duration::from_millis(wait));
        lookup.stop();
    }
    let lookup = ground.start();
    assert_eq!(settled(&lookup).documents, 3000);
}

#[test]
fn to_end_it_waits_for_nobody_who_reads() {
    let ground = Ground::new(&[]);
    (0..3000).for_each(|number| ground.write(&format!("{number}"), &"granite ".repeat(500)));
    // Those who read ask for the load, and get no answer as long as this is locked.
    let (door, (caught, is_caught)) = (Arc::new(Mutex::new(())), channel());
    let closed = door.lock().expect("free");
    let behind = Arc::clone(&door);
    let load = move || {
        // The keeper asks, too.
        if std::thread::current().name().is_some_and(|name| name.starts_with("read-")) {
            let _ = caught.send(());
            drop(behind.lock());
        }
        Duration::ZERO
    };
    let lookup = start(Settings { load: Some(Load(Arc::new(load))), ..ground.settings() });
    until("somebody is caught, or was quicker than that", || {
        is_caught.try_recv().is_ok() || !lookup.state().is_building
    });
    lookup.stop();
    // Another one can write only when the first one has ended.
    let other = ground.start();
    let state = settled(&other);
    assert_eq!((state.documents, state.writer), (3000, Writer::Ours));
    drop(closed);
}

#[test]
fn all_names_are_known_however_much_is_asked_of_who_answers() {
    let ground = Ground::new(&[]);
    (0..300).for_each(|number| ground.write(&format!("{}/{number}", number / 2), "granite"));
    // As if one core were busy all the time.
    let begun = Instant::now();
    let load = move || begun.elapsed();
    let lookup = start(Settings { load: Some(Load(Arc::new(load))), ..ground.settings() });
    until("all names are known", || lookup.state().names == 300);
    lookup.stop();
}
