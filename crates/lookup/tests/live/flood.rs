//! Many changes at once.

use super::{Ground, find, finds, settled, until};
use std::fs;
use std::time::Instant;

#[test]
fn ten_thousand_changes_are_all_found() {
    let ground = Ground::new(&[]);
    let all = |word: &str| {
        (0..10_000).for_each(|number| ground.write(&format!("{}/{number}", number % 40), &format!("{word} {number}")));
    };
    all("granite");
    let lookup = ground.start();
    settled(&lookup);
    let begun = Instant::now();
    all("basalt");
    let written = begun.elapsed();
    until("all are found", || find(&lookup, "basalt").len() == 10_000);
    println!("10,000 changes written within {written:?}, all found {:?} later", begun.elapsed() - written);
    settled(&lookup);
    assert_eq!(find(&lookup, "granite").len(), 0);
    assert_eq!(find(&lookup, "basalt 9999"), ["39/9999"]);
}

#[test]
fn more_changes_than_the_kernel_remembers_are_all_found() {
    let ground = Ground::new(&[("a", "granite"), ("gone", "granite")]);
    let lookup = ground.start();
    settled(&lookup);
    let queued = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").expect("there");
    let queued: usize = queued.trim().parse().expect("a number");
    let (a, b) = (ground.path("a"), ground.path("b"));
    for _ in 0..queued {
        fs::rename(&a, &b).expect("renamed");
        fs::rename(&b, &a).expect("renamed");
    }
    fs::remove_file(ground.path("gone")).expect("removed");
    ground.write("new/x", "granite");
    finds(&lookup, "granite", &["a", "new/x"]);
    assert_eq!(settled(&lookup).names, 2);
}

#[test]
fn whatever_happens_the_end_is_right() {
    let ground = Ground::new(&[]);
    let lookup = ground.start();
    // Much happens before the first walk is over, and while it goes on.
    let mut seed = 7_u64;
    let mut chance = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for step in 0..3000 {
        let name = |number: u64| format!("{}/{}/{}", number % 3, number % 5, number);
        let (one, other) = (name(chance(60)), name(chance(60)));
        match chance(10) {
            0..4 => ground.write(&one, &format!("granite{step}")),
            4 => drop(fs::remove_file(ground.path(&one))),
            5 => drop(fs::rename(ground.path(&one), ground.path(&other))),
            6 => drop(fs::rename(ground.path(&format!("{}", chance(3))), ground.path("moved"))),
            7 => drop(fs::rename(ground.path("moved"), ground.path(&format!("{}", chance(3))))),
            8 => drop(fs::remove_dir_all(ground.path(&format!("{}/{}", chance(3), chance(5))))),
            _ => std::thread::yield_now(),
        }
    }
    let mut there = Vec::new();
    files_below(&ground.root(), &mut there);
    let expected: Vec<(String, String)> = there
        .iter()
        .map(|path| {
            let name = path.strip_prefix(ground.root()).expect("below").to_str().expect("UTF-8").to_owned();
            (name, fs::read_to_string(path).expect("read"))
        })
        .collect();
    until("as many names are known as there are", || lookup.state().names == expected.len());
    for (name, word) in &expected {
        finds(&lookup, word, &[name]);
    }
    settled(&lookup);
}

fn files_below(folder: &std::path::Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("read").map(|entry| entry.expect("read").path()) {
        if entry.is_dir() { files_below(&entry, files) } else { files.push(entry) }
    }
}
