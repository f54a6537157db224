//! Names of a site, and what is asked of them. The first line is the question, each other line a change.

use crate::Target;
use lookup::answer::Open;
use lookup::name::{Names, Pinyin, Question};

/// Whatever the names and the words are: what is found is there, and is marked between characters.
pub const TARGET: Target = Target { name: "name", run };

fn run(bytes: &[u8]) {
    let mut lines = bytes.split(|&byte| byte == b'\n');
    let words = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let names = Names::new();
    for line in lines.take(64) {
        let (first, rest) = line.split_first().unwrap_or((&b' ', &[]));
        match first {
            b'-' => drop(names.remove(rest)),
            b'/' => drop(names.remove_folder(rest)),
            b'>' => {
                let half = rest.iter().position(|&byte| byte == b'>').unwrap_or(rest.len() / 2);
                let (path, title) = rest.split_at(half);
                names.set_title(path, std::str::from_utf8(title).ok());
            }
            _ => names.insert(line, &String::from_utf8_lossy(line)),
        }
    }
    let question = Question::new(&words);
    let mut found = names.find(&question, 16, &Open);
    found.extend(names.find_titles(&question, 16, &Open).into_iter().filter(|hit| !hit.is_folder));
    for hit in &found {
        let mut end = 0;
        for mark in &hit.marks {
            assert!(mark.start >= end && mark.start < mark.end && hit.shown.get(mark.clone()).is_some(), "{hit:?}");
            end = mark.end;
        }
        assert!(!hit.path.is_empty() && (0.0..=1.0).contains(&hit.score), "{hit:?}");
        if let Some(spoken) = Pinyin::new(&words).and_then(|pinyin| pinyin.find(&hit.shown)) {
            assert!(hit.shown.get(spoken.range).is_some());
        }
    }
    for hit in names.find(&question, 16, &Open) {
        assert_eq!(names.remove(&hit.path), !hit.is_folder, "{hit:?}");
    }
    names.remove_folder(b"");
    assert!(names.is_empty() && names.find(&question, 16, &Open).is_empty());
}
