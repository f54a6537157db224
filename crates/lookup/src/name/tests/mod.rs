//! The names as a whole: tables of what is found, the truth about pinyin, and a plain twin.

mod concurrency;
mod finding;
mod model;
mod speaking;

use super::*;
use crate::answer::Open;

fn names(paths: &[&str]) -> Names {
    let names = Names::new();
    paths.iter().for_each(|path| names.insert(path.as_bytes(), path));
    names
}

fn find(names: &Names, words: &str) -> Vec<Found> {
    let question = Question { is_fuzzy: false, ..Question::new(words) };
    check_marks(names.find(&question, 1000, &Open))
}

/// Marks are in order, apart, and between characters.
#[track_caller]
fn check_marks(found: Vec<Found>) -> Vec<Found> {
    for hit in &found {
        let mut end = None;
        for mark in &hit.marks {
            assert!(end.is_none_or(|end| end < mark.start) && mark.start < mark.end, "{hit:?}");
            assert!(hit.shown.get(mark.clone()).is_some(), "{hit:?}");
            end = Some(mark.end);
        }
        assert!(hit.score > 0.0 && hit.score <= 1.0, "{hit:?}");
    }
    found
}

/// The paths that were found, the best first; of folders with a slash at the end.
fn paths(found: &[Found]) -> Vec<String> {
    let path = |hit: &Found| format!("{}{}", String::from_utf8_lossy(&hit.path), if hit.is_folder { "/" } else { "" });
    found.iter().map(path).collect()
}

/// The name with what is marked in brackets.
fn marked(hit: &Found) -> String {
    let mut text = String::new();
    let mut end = 0;
    for mark in &hit.marks {
        text += &format!("{}[{}]", &hit.shown[end..mark.start], &hit.shown[mark.clone()]);
        end = mark.end;
    }
    text + &hit.shown[end..]
}
