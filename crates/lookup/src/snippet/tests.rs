use super::*;
use crate::find::pattern::patterns;
use proptest::prelude::*;

fn marker(words: &[&str]) -> Marker {
    let all: Vec<Vec<Pattern>> = words.iter().map(|word| patterns(word, true)).collect();
    Marker::new(all.iter().map(|patterns| &patterns[..]))
}

fn shown(marked: &Marked) -> String {
    marked
        .pieces
        .iter()
        .map(|piece| if piece.is_match { format!("[{}]", piece.text) } else { piece.text.clone() })
        .collect()
}

#[track_caller]
fn check(words: &[&str], text: &str, expected: &str) {
    assert_eq!(shown(&marker(words).snippet(text)), expected, "{words:?}");
}

#[test]
fn what_matched_is_marked_as_it_was_written() {
    check(&["report"], "The Report, reported.", "The [Report], [report]ed.");
    check(&["cafe"], "Un café, des cafés, CAFE\u{301}S", "Un [café], des [café]s, [CAFE\u{301}]S");
    check(&["资料"], "開發資料與资料", "開發[資料]與[资料]");
    check(&["检索系统"], "全文检索系统的检索", "全文[检索系统]的检索");
    check(&["系"], "系统和体系", "[系]统和体[系]");
    check(&["getuser"], "getUserName get_user_id", "[getUser]Name [get_user]_id");
    check(
        &["annual report"],
        "annual\nreport, annual  report; annual or report",
        "[annual\nreport], [annual  report]; annual or report",
    );
    check(&["http服务器"], "HTTP服务器，HTTP 服务器", "[HTTP服务器]，[HTTP 服务器]");
    check(&["ｶﾀｶﾅ"], "かたかな カタカナ", "[かたかな] [カタカナ]");
    check(&["c++"], "C and C++", "C and [C++]");
    check(&["nothing"], "some text", "some text");
    check(&[], "some text", "some text");
    check(&["x"], "", "");
}

#[test]
fn the_densest_part_is_shown_from_the_beginning_of_its_sentence() {
    let filler = "Lorem ipsum dolor sit amet. ".repeat(20);
    let text = format!("{filler}One apple here. {filler}Both the apple and the pear are here. {filler}");
    let snippet = shown(&marker(&["apple", "pear"]).snippet(&text));
    assert!(snippet.starts_with("…Both the [apple] and the [pear] are here. Lorem"), "{snippet}");
    assert!(snippet.ends_with('…'), "{snippet}");
}

#[test]
fn a_snippet_takes_about_as_much_room_in_any_script() {
    for text in ["word ".repeat(500), "字".repeat(500), "한국어 ".repeat(300), "x".repeat(2000)] {
        let snippet = marker(&["nothing"]).snippet(&text).text();
        let room: usize = snippet.chars().map(width).sum();
        assert!((120..=WIDTH + 2).contains(&room), "{room}: {snippet}");
    }
}

#[test]
fn words_are_not_cut() {
    let text = "abcdefghij ".repeat(100);
    let snippet = marker(&["abcdefghij"]).snippet(&text).text();
    assert!(snippet.trim_end_matches('…').split_whitespace().all(|word| word == "abcdefghij"), "{snippet}");
}

#[test]
fn a_name_is_given_as_it_is() {
    let name = marker(&["资料"]).whole("a  資料\t.txt");
    assert_eq!((name.text().as_str(), shown(&name).as_str()), ("a  資料\t.txt", "a  [資料]\t.txt"));
}

proptest! {
    #[test]
    fn marks_are_what_matched(text in "([a-c]{1,3}|[一-三]{1,3}|[ ，.é]){0,40}", word in "[a-c]{1,2}|[一-三]{1,3}") {
        let marker = marker(&[&word]);
        let whole = marker.whole(&text);
        prop_assert_eq!(whole.text(), text.clone());
        for mark in marker.marks(&text) {
            let marked = &text[mark.span];
            prop_assert!(marked == word || marked.replace('é', "e").starts_with(&word), "{} for {}", marked, word);
        }
        // For a run, all places are marked.
        if !word.is_ascii() {
            let places = text.char_indices().filter(|(at, _)| text[*at..].starts_with(&word)).count();
            prop_assert_eq!(marker.marks(&text).len(), places);
        }
    }

    #[test]
    fn any_text_has_a_snippet(text in "\\PC{0,200}|([a-z ]{0,30}|[一-龥]{0,30}|\n){0,20}", words in proptest::collection::vec("\\PC{0,4}|[a-z]{1,3}", 0..3)) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let snippet = marker(&words).snippet(&text);
        prop_assert!(snippet.pieces.iter().all(|piece| !piece.text.is_empty()));
        prop_assert!(snippet.pieces.windows(2).all(|two| two[0].is_match != two[1].is_match));
        prop_assert!(snippet.text().chars().map(width).sum::<usize>() <= WIDTH + 2);
    }
}

#[test]
fn a_long_text_is_looked_through_until_it_is_enough() {
    let filler = |bytes: usize| "nothing to see here. ".repeat(bytes / 20);
    // All words are at one place near the beginning: what comes later does not count.
    let text = format!("One chalk, and slate. {} Chalk slate chalk slate.", filler(2 * NEAR_BYTES));
    check_start(&["chalk", "slate"], &text, "One [chalk], and [slate]. nothing");
    let text = format!("One chalk. {} Slate. {} Chalk slate.", filler(500), filler(500));
    check_start(&["chalk", "slate"], &text, "…[Chalk] [slate].");
    // One word is missing for long.
    let text = format!("One chalk. {} Chalk and slate.", filler(FAR_BYTES));
    check_start(&["chalk", "slate"], &text, "…[Chalk] and [slate].");
    // Letters that are there as they were typed lead to a place, however far it is; others are looked for up to here.
    let text = format!("One chalk. {} Chalk and slate.", filler(2 * FARTHEST_BYTES));
    check_start(&["chalk", "slate"], &text, "…[Chalk] and [slate].");
    let text = format!("One 資料. {} Slate. {} 資料 slate.", filler(500), filler(2 * FAR_BYTES));
    check_start(&["资料", "slate"], &text, "One [資料]. nothing");
    let text = format!("One 資料. {} 資料 and slate.", filler(2 * FARTHEST_BYTES));
    check_start(&["资料", "slate"], &text, "One [資料]. nothing");
}

#[test]
fn the_letters_of_the_first_word_lead_to_the_place() {
    let filler = "nothing to see here. ".repeat(100);
    let check = |words: &[&str], place: &str, expected: &str| {
        let text = format!("{filler}\n{place} {filler}");
        let shown = shown(&marker(words).snippet(&text));
        assert!(shown.contains(expected), "{words:?}: {shown}");
        assert!(marker(words).near(&text).is_some(), "{words:?}");
    };
    check(&["slate"], "A Slate of slate.", "…A [Slate] of [slate]. nothing");
    check(&["slate", "chalk"], "Slates. A slate, chalk.", "A [slate], [chalk].");
    check(&["sla"], "Isla has slate.", "Isla has [sla]te.");
    check(&["石板"], "屋顶的石板很重。", "屋顶的[石板]很重。");
    check(&["a slate"], "A chalk, a slate.", "A chalk, [a slate].");
}

#[test]
fn letters_that_are_folded_lead_to_the_place_as_they_were_typed() {
    let filler = "nothing to see here. ".repeat(100);
    let text = format!("{filler}\n關連項目 {filler}");
    assert_eq!(marker(&["關連項目"]).near(&text), None);
    let typed = marker(&["關連項目"]).typed("關連項目");
    assert!(typed.near(&text).is_some());
    assert!(shown(&typed.snippet(&text)).contains("[關連項目] nothing"));
    // A text with the other letters is found by those.
    let text = format!("{filler}\n关连项目 {filler}");
    assert!(typed.near(&text).is_some());
}

#[track_caller]
fn check_start(words: &[&str], text: &str, expected: &str) {
    let shown = shown(&marker(words).snippet(text));
    assert!(shown.starts_with(expected), "{shown}");
}
