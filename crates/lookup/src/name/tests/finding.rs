use super::*;

/// What of these paths is found, marked, the best first.
#[track_caller]
fn check(paths: &[&str], words: &str, expected: &[&str]) {
    let found = find(&names(paths), words);
    assert_eq!(found.iter().map(marked).collect::<Vec<_>>(), expected, "{words}");
}

#[test]
fn a_better_place_goes_first() {
    let paths = ["xreporty.txt", "my report.txt", "reporter.txt", "report.txt", "report"];
    check(&paths, "report", &["[report]", "[report].txt", "[report]er.txt", "my [report].txt", "x[report]y.txt"]);
}

#[test]
fn of_equal_places_the_shorter_name_goes_first() {
    check(&["report-of-the-year.txt", "report-2024.txt"], "report", &["[report]-2024.txt", "[report]-of-the-year.txt"]);
}

#[test]
fn case_width_accents_and_forms_do_not_matter() {
    check(&["README.md"], "readme", &["[README].md"]);
    check(&["readme.md"], "README", &["[readme].md"]);
    check(&["Ｒｅａｄｍｅ.md"], "readme", &["[Ｒｅａｄｍｅ].md"]);
    check(&["Café Zürich.txt"], "cafe zurich", &["[Café] [Zürich].txt"]);
    check(&["Cafe\u{301}.txt"], "café", &["[Cafe\u{301}].txt"]);
    check(&["straße.txt"], "strasse", &["[straße].txt"]);
    check(&["ﬁle.txt"], "i", &["[ﬁ]le.txt"]);
}

#[test]
fn traditional_and_simplified_find_each_other() {
    check(&["年度報告.pdf"], "年度报告", &["[年度報告].pdf"]);
    check(&["年度报告.pdf"], "報告", &["年度[报告].pdf"]);
    check(&["資料（終稿）.docx"], "资料(终稿)", &["[資料（終稿）].docx"]);
}

#[test]
fn kana_find_each_other() {
    check(&["さくらガイド.pdf"], "ガイド", &["さくら[ガイド].pdf"]);
    check(&["さくらガイド.pdf"], "がいど", &["さくら[ガイド].pdf"]);
    check(&["ｻｸﾗｶﾞｲﾄﾞ.pdf"], "さくらガイド", &["[ｻｸﾗｶﾞｲﾄﾞ].pdf"]);
    check(&["東京タワー写真.jpg"], "タワー写", &["東京[タワー写]真.jpg"]);
}

#[test]
fn hangul_is_found_anywhere_in_either_form() {
    check(&["한국어사전.pdf"], "국어", &["한[국어]사전.pdf"]);
    check(
        &["\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}.pdf"],
        "한국",
        &["[\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}].pdf"],
    );
}

#[test]
fn every_word_must_be_there_in_any_order() {
    let paths = ["annual report 2024.pdf", "report 2023.pdf", "annual.pdf"];
    check(&paths, "report annual", &["[annual] [report] 2024.pdf"]);
    check(&paths, "2024 ann", &["[ann]ual report [2024].pdf"]);
    check(&paths, "annual xyz", &[]);
    check(&["项目 总结2024.docx"], "总结 项目 docx", &["[项目] [总结]2024.[docx]"]);
}

#[test]
fn words_side_by_side_are_better_than_apart() {
    let paths = ["report of the annual.pdf", "annual report.pdf"];
    check(&paths, "annual report", &["[annual] [report].pdf", "[report] of the [annual].pdf"]);
}

#[test]
fn a_word_may_be_in_the_folders_which_is_worth_less() {
    let names = names(&["taxes/2024/report.pdf", "report taxes.pdf", "x/report.pdf"]);
    assert_eq!(paths(&find(&names, "taxes report")), ["report taxes.pdf", "taxes/2024/report.pdf"]);
    assert_eq!(marked(&find(&names, "taxes report")[1]), "[report].pdf");
}

#[test]
fn folders_are_found_before_what_is_in_them() {
    let names = names(&["docs/a.txt", "docs/old/b.txt", "c.txt"]);
    let found = find(&names, "docs");
    assert_eq!(paths(&found), ["docs/", "docs/old/", "docs/a.txt", "docs/old/b.txt"]);
    assert_eq!((found[0].place, found[1].place, found[2].place), (Place::Exact, Place::Folder, Place::Folder));
    assert_eq!(marked(&found[0]), "[docs]");
}

#[test]
fn a_piece_of_a_path_is_found() {
    let names = names(&["docs/report.txt", "mydocs/report.txt", "docs/old/report.txt", "docs.report.txt"]);
    assert_eq!(paths(&find(&names, "docs/rep")), ["docs/report.txt", "mydocs/report.txt"]);
    assert_eq!(marked(&find(&names, "docs/rep")[0]), "[rep]ort.txt");
    assert_eq!(paths(&find(&names, "/docs/rep")), ["docs/report.txt"]);
    assert_eq!(paths(&find(&names, "docs/old/")), ["docs/old/report.txt"]);
    assert_eq!(paths(&find(&names, "docs/ old")), ["docs/old/", "docs/old/report.txt"]);
    assert_eq!(paths(&find(&names, "/")), [""; 0]);
}

#[test]
fn an_extension_stands_apart() {
    let paths = ["annual report 2024.pdf", "report.txt", "report.pdf", "report.pdf.txt"];
    check(&paths, "report.pdf", &["[report.pdf]", "[report.pdf].txt", "annual [report] 2024[.pdf]"]);
    check(&["年终报告终稿.docx", "报告.txt"], "报告.docx", &["年终[报告]终稿[.docx]"]);
    check(&["年终报告终稿.docx"], "baogao.docx", &["年终[报告]终稿.docx"]);
    check(&["a.PDF", "b.pdfx"], ".pdf", &["a[.PDF]", "b[.pdf]x"]);
}

#[test]
fn words_begin_at_signs_digits_capitals_and_other_scripts() {
    for path in ["a_report", "a-report", "a.report", "a(report", "2024report", "MyReport", "年度report", "《report》"]
    {
        assert_eq!(find(&names(&[path]), "report")[0].place, Place::WordStart, "{path}");
    }
    for path in ["areport", "MYREPORT", "äreport2"] {
        assert_eq!(find(&names(&[path]), "report")[0].place, Place::Inside, "{path}");
    }
    assert_eq!(find(&names(&["《红楼梦》"]), "红楼")[0].place, Place::WordStart);
    assert_eq!(find(&names(&["看红楼梦"]), "红楼")[0].place, Place::Inside);
}

#[test]
fn names_that_are_not_utf_8_are_found_as_they_are_read() {
    let names = Names::new();
    names.insert(b"\xce\xc4\xbc\xfe/\xd7\xca\xc1\xcf.txt", "文件/资料.txt");
    let found = find(&names, "文件 资料");
    assert_eq!(found[0].path, b"\xce\xc4\xbc\xfe/\xd7\xca\xc1\xcf.txt");
    assert_eq!(marked(&found[0]), "[资料].txt");
    assert_eq!(find(&names, "ziliao").len(), 1);
    names.insert(b"\xce\xc4\xbc\xfe/\xd7\xca\xc1\xcf.txt", "資料.txt");
    assert_eq!(find(&names, "文件 资料")[0].shown, "資料.txt");
    assert_eq!(names.len(), 1);
}

#[test]
fn a_question_may_want_less() {
    let names = names(&["docs/report.pdf", "docs/old/report.pdf", "docs/report.txt", "other/docs/report.PDF"]);
    let ask = |question: Question| paths(&names.find(&question, 10, &Open));
    let report = || Question { is_fuzzy: false, ..Question::new("report") };
    let kinds = vec!["pdf".to_owned()];
    assert_eq!(
        ask(Question { kinds, ..report() }),
        ["docs/report.pdf", "docs/old/report.pdf", "other/docs/report.PDF"]
    );
    let without = vec!["old".to_owned(), ".txt".to_owned()];
    assert_eq!(ask(Question { without, ..report() }), ["docs/report.pdf", "other/docs/report.PDF"]);
    let within = |folder: &str| Question { within: Some(folder.to_owned()), ..report() };
    assert_eq!(ask(within("docs")).len(), 4);
    assert_eq!(ask(within("/docs")), ["docs/report.pdf", "docs/old/report.pdf", "docs/report.txt"]);
    assert_eq!(ask(within("DOCS/old/")), ["docs/old/report.pdf"]);
    assert_eq!(ask(within("doc")), [""; 0]);
    assert_eq!(ask(within("/")).len(), 4);
}

#[test]
fn letters_between_are_allowed_when_nothing_else_is_found() {
    let names = names(&["report.pdf", "zebra.txt", "项目年度总结.docx", "r-a-n-d-o-m e l e p h a n t o r t.txt"]);
    let ask =
        |words: &str| check_marks(names.find(&Question::new(words), 10, &Open)).iter().map(marked).collect::<Vec<_>>();
    assert_eq!(ask("reprt"), ["[rep]o[rt].pdf"]);
    assert_eq!(ask("项目总结"), ["[项目]年度[总结].docx"]);
    assert_eq!(ask("zbr"), ["[z]e[br]a.txt"]);
    assert_eq!(ask("zq"), [""; 0]);
    let found = names.find(&Question::new("reprt"), 10, &Open);
    assert_eq!((found[0].place, found[0].by), (Place::Scattered, By::Fuzzy));
}

#[test]
fn nothing_finds_nothing() {
    let names = names(&["a", "b/c"]);
    for words in ["", " ", "\u{3000}", "/", "//"] {
        assert_eq!(find(&names, words), [], "{words}");
    }
    assert_eq!(names.find(&Question::new("a"), 0, &Open), []);
    assert_eq!(find(&Names::new(), "a"), []);
}

#[test]
fn many_and_long_words_are_no_trouble() {
    let names = names(&["a b c", "abc"]);
    let many = "a ".repeat(1000);
    assert_eq!(paths(&find(&names, &many)), ["abc", "a b c"]);
    assert_eq!(find(&names, &"a".repeat(100_000)), []);
    assert_eq!(find(&names, &"zh".repeat(100)), []);
}

#[test]
fn who_is_not_let_in_makes_room() {
    struct Keeper;
    impl Gate for Keeper {
        fn may_show(&self, path: &[u8], _: bool) -> bool {
            path.ends_with(b"7.txt")
        }
    }
    let names = Names::new();
    (0..5000)
        .for_each(|number| names.insert(format!("name-{number:04}.txt").as_bytes(), &format!("name-{number:04}.txt")));
    for words in ["name", "n", "0", "am", "nae"] {
        let found = names.find(&Question::new(words), 20, &Keeper);
        assert_eq!(found.len(), 20, "{words}");
        assert!(found.iter().all(|hit| hit.path.ends_with(b"7.txt")));
    }
}

#[test]
fn the_gate_is_asked_for_little_more_than_is_given() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    struct Counter(AtomicUsize);
    impl Gate for Counter {
        fn may_show(&self, _: &[u8], _: bool) -> bool {
            self.0.fetch_add(1, Ordering::Relaxed);
            true
        }
    }
    let names = Names::new();
    (0..5000).for_each(|number| names.insert(format!("name-{number}").as_bytes(), &format!("name-{number}")));
    let counter = Counter(AtomicUsize::new(0));
    assert_eq!(names.find(&Question::new("name"), 10, &counter).len(), 10);
    assert_eq!(counter.0.into_inner(), 10);
}
