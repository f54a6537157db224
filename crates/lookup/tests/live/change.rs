//! What changes is found as it is now.

use super::{Ground, find, finds, settled};
use std::fs::{self, File};
use std::io::Write;
use std::time::Instant;

#[test]
fn a_file_that_comes_changes_and_goes() {
    let ground = Ground::new(&[("a", "granite")]);
    let lookup = ground.start();
    settled(&lookup);
    ground.write("b", "basalt");
    finds(&lookup, "basalt", &["b"]);
    ground.write("b", "gneiss");
    finds(&lookup, "gneiss", &["b"]);
    finds(&lookup, "basalt", &[]);
    fs::remove_file(ground.path("b")).expect("removed");
    finds(&lookup, "gneiss", &[]);
    assert_eq!(settled(&lookup).names, 1);
}

#[test]
fn editors_save_in_many_ways() {
    let ground = Ground::new(&[("a.txt", "granite")]);
    let lookup = ground.start();
    settled(&lookup);
    // Another file, put in place of it.
    ground.write(".a.tmp", "basalt");
    fs::rename(ground.path(".a.tmp"), ground.path("a.txt")).expect("renamed");
    finds(&lookup, "basalt", &["a.txt"]);
    // The old one is kept, a new one is written.
    fs::rename(ground.path("a.txt"), ground.path("a.txt~")).expect("renamed");
    ground.write("a.txt", "gneiss");
    finds(&lookup, "gneiss", &["a.txt"]);
    finds(&lookup, "basalt", &["a.txt~"]);
    // Cut short, and written anew, in one go.
    let mut file = File::create(ground.path("a.txt")).expect("cut");
    file.write_all(b"ma").and_then(|()| file.flush()).expect("written");
    file.write_all(b"rble").expect("written");
    drop(file);
    finds(&lookup, "marble", &["a.txt"]);
    // The same length within the same tick of the clock: only another look tells.
    for word in ["slate", "topaz", "agate", "flint", "chalk"] {
        ground.write("a.txt", word);
        finds(&lookup, word, &["a.txt"]);
    }
}

#[test]
fn a_file_that_grows_while_it_is_open_is_found_with_its_last_line() {
    let ground = Ground::new(&[]);
    let lookup = ground.start();
    settled(&lookup);
    let mut log = File::create(ground.path("log")).expect("made");
    for number in 0..500 {
        writeln!(log, "line{number}").expect("written");
        if number % 50 == 0 {
            finds(&lookup, "line0", &["log"]);
        }
    }
    finds(&lookup, "line499", &["log"]);
}

#[test]
fn names_move() {
    let ground = Ground::new(&[("a/x", "granite"), ("b/y", "basalt")]);
    let lookup = ground.start();
    settled(&lookup);
    fs::rename(ground.path("a/x"), ground.path("b/z")).expect("renamed");
    finds(&lookup, "granite", &["b/z"]);
    fs::rename(ground.path("b/z"), ground.path("b/y")).expect("renamed");
    finds(&lookup, "granite", &["b/y"]);
    finds(&lookup, "basalt", &[]);
    fs::hard_link(ground.path("b/y"), ground.path("a/link")).expect("linked");
    finds(&lookup, "granite", &["a/link", "b/y"]);
    assert_eq!(settled(&lookup).names, 2);
}

#[test]
fn folders_move_with_all_that_is_below_them() {
    let ground = Ground::new(&[("a/b/c/x", "granite"), ("a/b/y", "basalt"), ("z", "gneiss")]);
    let lookup = ground.start();
    settled(&lookup);
    fs::rename(ground.path("a/b"), ground.path("d")).expect("renamed");
    finds(&lookup, "granite", &["d/c/x"]);
    finds(&lookup, "basalt", &["d/y"]);
    // What happens in it is told under its new name.
    ground.write("d/c/x", "marble");
    ground.write("d/c/new/w", "slate");
    finds(&lookup, "marble", &["d/c/x"]);
    finds(&lookup, "slate", &["d/c/new/w"]);
    // Out of the folder, and back in under another name.
    let outside = ground.folder.path().join("outside");
    fs::rename(ground.path("d"), &outside).expect("renamed");
    finds(&lookup, "basalt", &[]);
    fs::write(outside.join("y"), "topaz").expect("written");
    fs::rename(&outside, ground.path("a/e")).expect("renamed");
    finds(&lookup, "topaz", &["a/e/y"]);
    finds(&lookup, "marble", &["a/e/c/x"]);
    assert_eq!(settled(&lookup).names, 4);
}

#[test]
fn a_folder_takes_the_place_of_another() {
    let ground = Ground::new(&[("site/a", "granite"), ("site/old/b", "granite"), ("next/a", "basalt")]);
    let lookup = ground.start();
    settled(&lookup);
    fs::rename(ground.path("site"), ground.path("before")).expect("renamed");
    fs::rename(ground.path("next"), ground.path("site")).expect("renamed");
    finds(&lookup, "basalt", &["site/a"]);
    finds(&lookup, "granite", &["before/a", "before/old/b"]);
    fs::remove_dir_all(ground.path("before")).expect("removed");
    finds(&lookup, "granite", &[]);
    // A file where a folder was, and a folder where a file was.
    fs::remove_dir_all(ground.path("site")).expect("removed");
    ground.write("site", "gneiss");
    finds(&lookup, "gneiss", &["site"]);
    fs::remove_file(ground.path("site")).expect("removed");
    ground.write("site/c", "marble");
    finds(&lookup, "marble", &["site/c"]);
    finds(&lookup, "gneiss", &[]);
    assert_eq!(settled(&lookup).names, 1);
}

#[test]
fn folders_that_come_at_once_and_in_depth_are_complete() {
    let ground = Ground::new(&[]);
    let lookup = ground.start();
    settled(&lookup);
    let mut expected = Vec::new();
    for number in 0..200 {
        let name = format!("{}/{}/{}/x", number % 3, number % 7, number);
        ground.write(&name, "granite");
        expected.push(name);
    }
    expected.sort();
    finds(&lookup, "granite", &expected.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn one_change_after_another_is_found() {
    let ground = Ground::new(&[]);
    (0..500).for_each(|number| ground.write(&format!("{number}"), "granite"));
    let lookup = ground.start();
    settled(&lookup);
    let mut times: Vec<u128> = (0..40)
        .map(|number| {
            let (name, word) = (format!("{number}"), format!("basalt{number}x"));
            ground.write(&name, &word);
            let saved = Instant::now();
            while find(&lookup, &word) != [name.as_str()] {
                std::thread::sleep(std::time::Duration::from_millis(1));
                assert!(saved.elapsed() < super::PATIENCE);
            }
            saved.elapsed().as_millis()
        })
        .collect();
    times.sort_unstable();
    // How long it takes is measured elsewhere (`cargo x bench lookup save`), on a machine that does nothing else.
    println!("from save to hit: median {} ms, 19 of 20 within {} ms", times[20], times[38]);
}

#[test]
fn names_go_with_what_they_name() {
    let ground = Ground::new(&[("石料/参考资料.bin", "\0\u{1}")]);
    let lookup = ground.start();
    finds(&lookup, "ziliao", &["石料/参考资料.bin"]);
    finds(&lookup, "shiliao", &["石料"]);
    ground.write("石料/grindstone.txt", "basalt");
    finds(&lookup, "indsto", &["石料/grindstone.txt"]);
    fs::rename(ground.path("石料"), ground.path("sandbox")).expect("renamed");
    finds(&lookup, "indsto", &["sandbox/grindstone.txt"]);
    finds(&lookup, "ziliao", &["sandbox/参考资料.bin"]);
    finds(&lookup, "shiliao", &[]);
    finds(&lookup, "andbo", &["sandbox"]);
    fs::remove_dir_all(ground.path("sandbox")).expect("removed");
    finds(&lookup, "indsto", &[]);
    finds(&lookup, "andbo", &[]);
    // A look-up that begins again knows the names from its index.
    ground.write("quartzite.txt", "basalt");
    finds(&lookup, "basalt", &["quartzite.txt"]);
    settled(&lookup);
    drop(lookup);
    finds(&ground.start(), "artzi", &["quartzite.txt"]);
}

#[test]
fn titles_are_found_as_they_are_spoken() {
    let ground = Ground::new(&[("a.html", "<title>导入数据</title>"), ("b.html", "<title>Plain</title>")]);
    let lookup = ground.start();
    finds(&lookup, "drsj", &["a.html"]);
    ground.write("b.html", "<title>导出数据</title>");
    finds(&lookup, "daochu", &["b.html"]);
    ground.write("a.html", "<title>导出</title>");
    finds(&lookup, "daoru", &[]);
    finds(&lookup, "daochu", &["a.html", "b.html"]);
    settled(&lookup);
    drop(lookup);
    let lookup = ground.start();
    finds(&lookup, "daochu", &["a.html", "b.html"]);
    fs::remove_file(ground.path("a.html")).expect("removed");
    finds(&lookup, "daochu", &["b.html"]);
}
