//! A plain twin: a list of paths, and what it means that one is found.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::name::{letter, signature};

/// Paths and how they are read.
type Twin = BTreeMap<String, String>;

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Takes out what cannot be beside a file of this path: files where it needs folders, and what is below it.
fn make_way(twin: &mut Twin, path: &str) {
    twin.retain(|other, _| !is_below(path, other) && !is_below(other, path));
}

#[derive(Clone, Debug)]
enum Step {
    Insert(String),
    Remove(String),
    RemoveFolder(String),
}

fn path() -> impl Strategy<Value = String> {
    proptest::collection::vec("[abA資ｱ]{1,2}", 1..4).prop_map(|segments| segments.join("/"))
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => path().prop_map(Step::Insert),
        2 => path().prop_map(Step::Remove),
        1 => path().prop_map(Step::RemoveFolder),
    ]
}

/// A word is in a text by its letters or as it is spoken.
fn says(text: &str, word: &str) -> bool {
    letter::fold(text).contains(&letter::fold(word))
        || Pinyin::new(word).is_some_and(|pinyin| pinyin.find(text).is_some())
}

/// All that a question must find: files, and folders with a slash at the end.
fn expected(twin: &Twin, words: &[String]) -> Vec<String> {
    let mut paths: Vec<String> = twin.keys().cloned().collect();
    for path in twin.keys() {
        let ends = path.match_indices('/').map(|(at, _)| format!("{}/", &path[..at]));
        paths.extend(ends);
    }
    paths.sort();
    paths.dedup();
    paths.retain(|path| {
        let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        words.iter().all(|word| segments.iter().any(|segment| says(segment, word)))
    });
    paths
}

/// A second way to say whether a text is said by a word: all ways to share out the letters, one by one.
fn is_said(text: &[char], letters: &[u8], has_hanzi: bool) -> bool {
    if letters.is_empty() {
        return has_hanzi;
    }
    let Some((&first, rest)) = text.split_first() else { return false };
    if let Some(readings) = crate::name::reading::of(first) {
        return readings.spellings.iter().any(|spelling| {
            let spelling = spelling.letters();
            (1..=letters.len().min(spelling.len())).any(|length| {
                let share = &letters[..length];
                let is_long = matches!(share, [b'z' | b'c' | b's', b'h']);
                let is_allowed = length == 1 || length == spelling.len() || is_long || length == letters.len();
                is_allowed && spelling.starts_with(share) && is_said(rest, &letters[length..], true)
            })
        });
    }
    let folded = letter::fold(&first.to_string());
    letters.starts_with(folded.as_bytes()) && is_said(rest, &letters[folded.len()..], has_hanzi)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn found_is_what_is_contained(
        steps in proptest::collection::vec(step(), 0..60),
        words in proptest::collection::vec("[abzじ資あ]{1,2}", 1..3),
    ) {
        let (names, mut twin) = (Names::new(), Twin::new());
        for step in &steps {
            match step {
                Step::Insert(path) => {
                    names.insert(path.as_bytes(), path);
                    make_way(&mut twin, path);
                    twin.insert(path.clone(), path.clone());
                }
                Step::Remove(path) => {
                    prop_assert_eq!(names.remove(path.as_bytes()), twin.remove(path).is_some());
                }
                Step::RemoveFolder(path) => {
                    let before = twin.len();
                    twin.retain(|other, _| !is_below(other, path));
                    prop_assert_eq!(names.remove_folder(path.as_bytes()), before - twin.len());
                }
            }
            prop_assert_eq!(names.len(), twin.len(), "after {:?}", step);
        }
        let mut found = paths(&find(&names, &words.join(" ")));
        found.sort();
        prop_assert_eq!(found, expected(&twin, &words));
    }

    #[test]
    fn pinyin_is_what_can_be_said(text in "[资料重行乐a行zhЖ西安]{0,6}", word in "[a-z]{1,6}|[zlcxy]{1,4}|(zi|liao|zhong|chong|xi|an|a|x|le|yue){1,4}") {
        let pinyin = Pinyin::new(&word).unwrap();
        let characters: Vec<char> = text.chars().collect();
        let truth = (0..characters.len()).any(|start| is_said(&characters[start..], word.as_bytes(), false));
        let found = pinyin.find(&text);
        prop_assert_eq!(found.is_some(), truth, "{} in {}", word, text);
        if let Some(found) = found {
            prop_assert!(pinyin.may_match(signature::of(&text)), "{} in {}", word, text);
            prop_assert!(pinyin.find(&text[found.range.clone()]).is_some_and(|it| it.range == (0..found.range.len())));
        }
    }

    #[test]
    fn no_text_is_too_strange(text in any::<String>(), word in any::<String>()) {
        let names = Names::new();
        names.insert(text.as_bytes(), &text);
        check_marks(names.find(&Question::new(&word), 10, &Open));
        if let Some(pinyin) = Pinyin::new(&word)
            && let Some(found) = pinyin.find(&text)
        {
            prop_assert!(text.get(found.range).is_some());
            prop_assert!(pinyin.may_match(signature::of(&text)));
        }
    }
}
