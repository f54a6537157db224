//! Another look-up over the same folder, with the same place for its index.

use lookup::answer::Writer;

use super::{Ground, find, finds, settled, until};

#[test]
fn a_second_one_finds_what_the_first_one_writes_and_goes_on_when_that_is_gone() {
    let ground = Ground::new(&[("a", "granite")]);
    let first = ground.start();
    settled(&first);
    let second = ground.start();
    finds(&second, "granite", &["a"]);
    ground.write("b", "basalt");
    finds(&first, "basalt", &["b"]);
    finds(&second, "basalt", &["b"]);
    until("the second knows both", || second.state().names == 2);
    assert_eq!((first.state().remark, second.state().remark), (None, None));
    assert_eq!((first.state().writer, second.state().writer), (Writer::Ours, Writer::Another));
    first.stop();
    ground.write("c", "gneiss");
    finds(&second, "gneiss", &["c"]);
    assert_eq!(settled(&second).documents, 3);
    assert_eq!(second.state().writer, Writer::Ours);
    // The first one is gone, and its place with it: a third one does the same.
    let third = ground.start();
    finds(&third, "gneiss", &["c"]);
}

#[test]
fn one_after_another_at_once_break_nothing() {
    let ground = Ground::new(&[]);
    (0..100).for_each(|number| ground.write(&format!("{number}"), "granite"));
    for _ in 0..5 {
        let all: Vec<_> = (0..3).map(|_| ground.start()).collect();
        ground.write("new", "granite");
        for lookup in &all {
            until("all are found", || find(lookup, "granite").len() == 101);
        }
    }
}
