use super::*;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn names_change_while_others_find() {
    let names = Names::new();
    let is_done = AtomicBool::new(false);
    (0..6000).for_each(|number| names.insert(format!("stay/{number}.txt").as_bytes(), &format!("{number}.txt")));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    let found = find(&names, "stay");
                    assert_eq!((&*found[0].shown, found.len()), ("stay", 1000));
                }
            });
        }
        for round in 0..10 {
            for number in 0..1000 {
                let path = format!("come/{round}/{number}.txt");
                names.insert(path.as_bytes(), &path);
            }
            assert_eq!(names.remove_folder(format!("come/{round}").as_bytes()), 1000);
        }
        is_done.store(true, Ordering::Relaxed);
    });
    assert_eq!(names.len(), 6000);
    assert_eq!(find(&names, "come"), []);
}

#[test]
fn what_is_gone_gives_its_memory_back() {
    let names = Names::new();
    let fill = |round: usize| {
        for number in 0..20_000 {
            let path = format!("folder {}/Name-{round}-{number}.txt", number / 100);
            names.insert(path.as_bytes(), &path);
        }
    };
    fill(0);
    let size = names.size();
    for round in 1..10 {
        names.remove_folder(b"");
        fill(round);
        for number in 0..200 {
            names.remove_folder(format!("folder {number}").as_bytes());
        }
        fill(round);
    }
    assert_eq!(names.len(), 20_000);
    assert!(names.size() < size * 2, "{} then, {size} at first", names.size());
}
