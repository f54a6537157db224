use crate::answer::{Answer, Gate, Marked, Open, Request, Step};
use crate::extract::Extract;
use crate::index::Index;
use crate::material::Material;
use crate::name::Names;
use proptest::prelude::*;

/// What a material of a test is.
#[derive(Clone, Default)]
struct Given<'a> {
    path: &'a str,
    title: &'a str,
    headings: &'a str,
    body: &'a str,
    language: &'a str,
    year: i32,
}

fn index(materials: &[Given<'_>]) -> Index {
    let index = Index::in_memory();
    let mut writer = index.writer(50 << 20).expect("a writer");
    for given in materials {
        let year = if given.year == 0 { 2020 } else { given.year };
        let modified = crate::query::Moment { year, month: Some(6), day: None }.nanoseconds();
        let material = Material { path: given.path.into(), size: 7, modified, changed: modified, inode: 1 };
        let extract = Extract {
            title: (!given.title.is_empty()).then(|| given.title.to_owned()),
            headings: given.headings.into(),
            body: given.body.into(),
            language: (!given.language.is_empty()).then(|| given.language.to_owned()),
            fault: None,
        };
        writer.put(&material, given.path, &extract).expect("put");
    }
    writer.commit().expect("committed");
    index
}

fn find(index: &Index, words: &str) -> Answer {
    index.finder().find(&Request { words, offset: 0, limit: 20, language: None }, &Names::new(), &Open)
}

/// The paths of the hits, in order.
fn paths(answer: &Answer) -> Vec<String> {
    answer.hits.iter().map(|hit| String::from_utf8_lossy(&hit.path).into_owned()).collect()
}

/// With what matched in brackets.
fn marked(text: &Marked) -> String {
    let piece =
        |piece: &crate::answer::Piece| if piece.is_match { format!("[{}]", piece.text) } else { piece.text.clone() };
    text.pieces.iter().map(piece).collect()
}

#[track_caller]
fn check(index: &Index, words: &str, step: Step, expected: &[&str]) {
    let answer = find(index, words);
    let mut found = paths(&answer);
    found.sort();
    let mut expected: Vec<_> = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected, "{words}");
    assert_eq!((answer.total, answer.total_is_exact), (expected.len(), true), "{words}");
    if !expected.is_empty() {
        assert_eq!(answer.step, step, "{words}");
    }
}

fn body<'a>(path: &'a str, body: &'a str) -> Given<'a> {
    Given { path, body, ..Given::default() }
}

#[test]
fn all_words_are_found_the_last_as_a_beginning() {
    let index = index(&[
        body("a.txt", "the annual report of the society"),
        body("b.txt", "annual meeting"),
        body("c.txt", "reports"),
    ]);
    check(&index, "annual report", Step::All, &["a.txt"]);
    check(&index, "annual rep", Step::All, &["a.txt"]);
    check(&index, "repor", Step::All, &["a.txt", "c.txt"]);
    check(&index, "ANNUAL ", Step::All, &["a.txt", "b.txt"]);
    check(&index, "\"annual meeting\"", Step::All, &["b.txt"]);
    check(&index, "\"meeting annual\"", Step::All, &[]);
    check(&index, "annual -report", Step::All, &["b.txt"]);
    check(&index, "annual -\"annual meeting\"", Step::All, &["a.txt"]);
    check(&index, "", Step::All, &[]);
    check(&index, "...", Step::All, &[]);
}

#[test]
fn any_part_of_a_run_is_found() {
    let index =
        index(&[body("a", "全文检索系统的设计"), body("b", "搜索文件，系统"), body("c", "系"), body("d", "文 件")]);
    check(&index, "检索系统", Step::All, &["a"]);
    check(&index, "文检", Step::All, &["a"]);
    check(&index, "系统", Step::All, &["a", "b"]);
    check(&index, "计", Step::All, &["a"]);
    check(&index, "系", Step::All, &["a", "b", "c"]);
    check(&index, "文件", Step::All, &["b"]);
    check(&index, "件系", Step::All, &[]);
    check(&index, "系统 搜索", Step::All, &["b"]);
    check(&index, "系统 -搜索", Step::All, &["a"]);
    check(&index, "\"文件，系统\"", Step::All, &["b"]);
}

#[test]
fn other_forms_of_the_same_letters_are_found() {
    let index = index(&[body("a", "資料庫 カタカナ Ｑuarry café"), body("b", "资料库")]);
    check(&index, "资料库", Step::All, &["a", "b"]);
    check(&index, "資料", Step::All, &["a", "b"]);
    check(&index, "かたかな", Step::All, &["a"]);
    check(&index, "ｶﾀｶﾅ", Step::All, &["a"]);
    check(&index, "quarry", Step::All, &["a"]);
    check(&index, "CAFE", Step::All, &["a"]);
    check(&index, "cafe\u{301}", Step::All, &["a"]);
    assert_eq!(marked(&find(&index, "资料 cafe").hits[0].snippet), "[資料]庫 カタカナ Ｑuarry [café]");
}

#[test]
fn mixed_words_are_one_phrase() {
    let index = index(&[body("a", "在HTTP服务器2上"), body("b", "HTTP 和 服务器2"), body("c", "第2章节")]);
    check(&index, "HTTP服务器2", Step::All, &["a"]);
    check(&index, "http服务", Step::All, &["a"]);
    check(&index, "http 服务器", Step::All, &["a", "b"]);
    check(&index, "服务器2", Step::All, &["a", "b"]);
    check(&index, "第2章", Step::All, &["c"]);
    assert_eq!(marked(&find(&index, "http服务").hits[0].snippet), "在[HTTP服务]器2上");
}

#[test]
fn names_of_programs_are_found_whole_and_in_parts() {
    let index = index(&[
        body("a", "call getUserName() twice"),
        body("b", "get_user_name"),
        body("c", "get the user name"),
        body("d", "C++ and C"),
    ]);
    check(&index, "getUserName", Step::All, &["a", "b"]);
    check(&index, "get_user_name ", Step::All, &["a", "b"]);
    check(&index, "getusername", Step::All, &["a", "b"]);
    check(&index, "user name", Step::All, &["a", "b", "c"]);
    check(&index, "\"user name\"", Step::All, &["a", "b", "c"]);
    check(&index, "C++", Step::All, &["d"]);
}

#[test]
fn words_may_have_to_stand_somewhere() {
    let index = index(&[
        Given { path: "docs/guide.html", title: "User guide", body: "words", year: 2024, ..Given::default() },
        Given { path: "docs/old/guide.pdf", title: "Manual", body: "user guide", year: 2019, ..Given::default() },
        Given { path: "notes/资料.TXT", title: "", body: "user", year: 2025, ..Given::default() },
    ]);
    check(&index, "name:guide", Step::All, &["docs/guide.html", "docs/old/guide.pdf"]);
    check(&index, "title:guide", Step::All, &["docs/guide.html"]);
    check(&index, "name:資料", Step::All, &["notes/资料.TXT"]);
    check(&index, "user type:pdf", Step::All, &["docs/old/guide.pdf"]);
    check(&index, "user type:txt,pdf", Step::All, &["docs/old/guide.pdf", "notes/资料.TXT"]);
    check(&index, "user -type:pdf", Step::All, &["docs/guide.html", "notes/资料.TXT"]);
    check(&index, "user type:document", Step::All, &["docs/old/guide.pdf", "notes/资料.TXT"]);
    check(&index, "user in:docs/", Step::All, &["docs/guide.html", "docs/old/guide.pdf"]);
    check(&index, "user in:/docs/old", Step::All, &["docs/old/guide.pdf"]);
    check(&index, "user in:old", Step::All, &["docs/old/guide.pdf"]);
    check(&index, "user in:/old", Step::All, &[]);
    check(&index, "user in:DOCS", Step::All, &["docs/guide.html", "docs/old/guide.pdf"]);
    check(&index, "user -in:docs/old", Step::All, &["docs/guide.html", "notes/资料.TXT"]);
    check(&index, "user in:nowhere", Step::All, &[]);
    check(&index, "user after:2024", Step::All, &["docs/guide.html", "notes/资料.TXT"]);
    check(&index, "user after:2024 before:2025", Step::All, &["docs/guide.html"]);
    check(&index, "user before:2024-06", Step::All, &["docs/old/guide.pdf"]);
    check(&index, "type:pdf", Step::All, &["docs/old/guide.pdf"]);
    check(&index, "-type:pdf -guide", Step::All, &["notes/资料.TXT"]);
    check(&index, "in:docs", Step::All, &["docs/guide.html", "docs/old/guide.pdf"]);
    // Without words, the latest first.
    assert_eq!(paths(&find(&index, "after:2000")), ["notes/资料.TXT", "docs/guide.html", "docs/old/guide.pdf"]);
}

#[test]
fn with_too_few_hits_most_words_or_meant_words_are_enough() {
    let index = index(&[
        body("a", "configure the libreoffice writer"),
        body("b", "configure the printer queue"),
        body("c", "writer"),
    ]);
    let answer = find(&index, "libreofice writer");
    assert_eq!(
        (answer.step, answer.instead.as_deref(), paths(&answer)),
        (Step::Typo, Some("libreoffice writer"), vec!["a".into()])
    );
    assert_eq!(marked(&answer.hits[0].snippet), "configure the [libreoffice] [writer]");
    check(&index, "configure printer writer", Step::Most, &["a", "b"]);
    check(&index, "configure xyzzyq", Step::Most, &["a", "b"]);
    check(&index, "writre", Step::Typo, &["a", "c"]);
    // Short words are near to too many others.
    check(&index, "teh", Step::All, &[]);
    check(&index, "系统", Step::All, &[]);
}

#[test]
fn titles_and_names_go_first() {
    let index = index(&[
        Given { path: "x/many.txt", body: "garden garden garden garden", ..Given::default() },
        Given {
            path: "x/title.txt",
            title: "Garden",
            body: "a text about something else that is long enough",
            ..Given::default()
        },
        Given { path: "x/longer.txt", title: "The garden of forking paths", body: "garden", ..Given::default() },
    ]);
    assert_eq!(paths(&find(&index, "garden"))[0], "x/title.txt");
    assert_eq!(paths(&find(&index, "longer.txt"))[0], "x/longer.txt");
    assert_eq!(paths(&find(&index, "the garden of forking paths"))[0], "x/longer.txt");
}

#[test]
fn of_equals_the_language_of_the_reader_goes_first() {
    let given =
        |path, language, year| Given { path, title: "Print", body: "print a page", language, year, ..Given::default() };
    let index = index(&[given("en", "en-US", 2021), given("zh", "zh_CN", 2022), given("ja", "ja", 2023)]);
    let find = |language| {
        paths(&index.finder().find(&Request { words: "print", offset: 0, limit: 1, language }, &Names::new(), &Open))
    };
    assert_eq!(find(None), ["ja"]);
    assert_eq!(find(Some("en")), ["en"]);
    assert_eq!(find(Some("zh-TW")), ["zh"]);
}

#[test]
fn hits_in_common_are_counted() {
    let index = index(&[
        Given { path: "a.txt", body: "w", year: 2020, ..Given::default() },
        Given { path: "docs/b.txt", body: "w", year: 2021, ..Given::default() },
        Given { path: "docs/c.html", body: "w", year: 2021, ..Given::default() },
        Given { path: "docs/deep/d.html", body: "w", year: 2022, ..Given::default() },
        Given { path: "other/e.html", body: "v", year: 2022, ..Given::default() },
    ]);
    let facets = find(&index, "w").facets;
    assert_eq!(facets.kinds, [("html".to_owned(), 2), ("txt".to_owned(), 2)]);
    assert_eq!(facets.folders, [("docs".to_owned(), 3)]);
    assert_eq!(facets.years, [(2021, 2), (2020, 1), (2022, 1)]);
    assert_eq!(find(&index, "w in:docs/").facets.folders, [("docs/deep".to_owned(), 1)]);
}

#[test]
fn what_the_gate_does_not_show_does_not_count() {
    struct NotSecret;
    impl Gate for NotSecret {
        fn may_show(&self, path: &[u8], _: bool) -> bool {
            !path.starts_with(b"secret/")
        }
    }
    let index = index(&[body("a.txt", "word"), body("secret/b.pdf", "word"), body("c.txt", "word")]);
    let answer = index.finder().find(
        &Request { words: "word", offset: 0, limit: 10, language: None },
        &Names::new(),
        &NotSecret,
    );
    assert_eq!((answer.total, answer.hits.len()), (2, 2));
    assert_eq!(answer.facets.kinds, [("txt".to_owned(), 2)]);
    assert!(answer.facets.folders.is_empty());
}

#[test]
fn hits_are_given_in_pages() {
    let paths_of: Vec<String> = (0..50).map(|at| format!("{at}.txt")).collect();
    let given: Vec<_> = paths_of.iter().map(|path| body(path, "same words")).collect();
    let index = index(&given);
    let page = |offset, limit| {
        let answer =
            index.finder().find(&Request { words: "same", offset, limit, language: None }, &Names::new(), &Open);
        assert_eq!(answer.total, 50);
        paths(&answer)
    };
    let all = page(0, 50);
    assert_eq!([page(0, 20), page(20, 20), page(40, 20)].concat(), all);
    assert!(page(50, 20).is_empty());
    assert!(page(usize::MAX, usize::MAX).is_empty());
    assert!(page(0, 0).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_part_of_a_run_is_found_and_marked(text in "[一-三文件系统的，。 a-c\n]{1,40}", from in 0usize..40, count in 1usize..7) {
        let letters: Vec<char> = text.chars().collect();
        let is_other = |c: &char| !('\u{4e00}'..='\u{9fff}').contains(c);
        let runs: Vec<&[char]> = letters.split(is_other).filter(|run| !run.is_empty()).collect();
        prop_assume!(!runs.is_empty());
        let run = runs[from % runs.len()];
        let part: String = run.iter().skip(from % run.len()).take(count).collect();
        let index = index(&[body("here", &text), body("not", "别处")]);
        let answer = find(&index, &part);
        prop_assert_eq!(paths(&answer), ["here"], "{} in {}", part, text);
        let snippet = &answer.hits[0].snippet;
        prop_assert!(snippet.pieces.iter().any(|piece| piece.is_match && piece.text.contains(&part)), "{:?}", snippet);
    }

    #[test]
    fn any_query_is_answered(words in "(\\PC{0,8}|[a-z:\"-]{0,6}|name:|in:|type:| |[一-三]{1,3}){0,8}") {
        let index = index(&[body("a/一.txt", "一二三 one two"), body("b.pdf", "two 三")]);
        let answer = find(&index, &words);
        prop_assert_eq!(answer.total, answer.hits.len());
        prop_assert!(!index.is_damaged(), "{}", words);
        for hit in answer.hits {
            prop_assert!(hit.snippet.pieces.iter().all(|piece| !piece.text.is_empty()));
            prop_assert!(hit.snippet.pieces.windows(2).all(|two| two[0].is_match != two[1].is_match));
        }
    }
}

/// The names of a site: those of the index, and these.
fn names(index: &Index, others: &[&str]) -> Names {
    let names = Names::new();
    let take = |known: crate::index::Known<'_>| {
        names.insert(known.path, &String::from_utf8_lossy(known.path));
        names.set_title(known.path, known.title);
    };
    index.known(take).expect("read");
    others.iter().for_each(|path| names.insert(path.as_bytes(), path));
    names
}

fn find_named(index: &Index, names: &Names, words: &str) -> Answer {
    index.finder().find(&Request { words, offset: 0, limit: 20, language: None }, names, &Open)
}

/// The hits in order, their names with what matched in brackets; folders end with a slash.
fn named(answer: &Answer) -> Vec<String> {
    let slash = |is_folder| if is_folder { "/" } else { "" };
    answer.hits.iter().map(|hit| marked(&hit.name) + slash(hit.is_folder)).collect()
}

#[test]
fn names_are_found_by_any_part_as_they_are_spoken_and_before_their_words_are_read() {
    let index = index(&[
        Given { path: "报告/年度参考资料.txt", body: "正文", ..Given::default() },
        Given { path: "notes/annual_report.txt", body: "plain words", ..Given::default() },
        Given { path: "notes/other.txt", body: "a port in a storm", ..Given::default() },
    ]);
    let names = names(&index, &["notes/transport.mp3", "reports/2024/x.txt"]);
    let find = |words: &str| named(&find_named(&index, &names, words));
    // The word itself, in the text, counts; so does what only a name has a part of, read or not.
    assert_eq!(find("port "), ["other.txt", "re[port]s/", "trans[port].mp3", "annual_re[port].txt"]);
    assert_eq!(find("ziliao"), ["年度参考[资料].txt"]);
    assert_eq!(find("ckzl"), ["年度[参考资料].txt"]);
    assert_eq!(find("niandu ziliao"), ["[年度]参考[资料].txt"]);
    assert_eq!(find("baogao"), ["[报告]/"]);
    assert_eq!(find("nnual_repo"), ["a[nnual_repo]rt.txt"]);
    assert_eq!(find("2024"), ["[2024]/"]);
    // One word in the name, the other in the folder.
    assert_eq!(find("notes transport"), ["[transport].mp3"]);
    assert_eq!(find("title:port"), [""; 0]);
    assert_eq!(find("name:plain"), [""; 0]);
    assert_eq!(find("name:notes name:transport"), [""; 0]);
    assert_eq!(find("景点"), [""; 0]);
}

#[test]
fn what_is_asked_of_facts_is_asked_of_names() {
    let index = index(&[
        Given { path: "a/report_x.pdf", body: "draft", year: 2024, ..Given::default() },
        Given { path: "b/report_y.txt", body: "w", year: 2019, ..Given::default() },
    ]);
    let names = names(&index, &["a/myreport.pdf", "a/sub/myreport.txt", "myreports/z.txt"]);
    let find = |words: &str| {
        let mut found = named(&find_named(&index, &names, words));
        found.sort();
        found
    };
    let all = ["[report]_x.pdf", "[report]_y.txt", "my[report].pdf", "my[report].txt", "my[report]s/"];
    assert_eq!(find("report"), all);
    assert_eq!(find("report type:pdf"), ["[report]_x.pdf", "my[report].pdf"]);
    assert_eq!(find("report type:folder"), ["my[report]s/"]);
    assert_eq!(find("report -type:folder,pdf"), ["[report]_y.txt", "my[report].txt"]);
    assert_eq!(find("report in:a/"), ["[report]_x.pdf", "my[report].pdf", "my[report].txt"]);
    assert_eq!(find("report -in:a/"), ["[report]_y.txt", "my[report]s/"]);
    assert_eq!(find("report in:sub"), ["my[report].txt"]);
    assert_eq!(find("report in:/sub"), [""; 0]);
    // When something changed that was not read yet is not known.
    assert_eq!(find("report after:2020"), ["[report]_x.pdf"]);
    // What must not be there must not be in the text either.
    assert_eq!(
        find("epor -draft"),
        ["my[repor]t.pdf", "my[repor]t.txt", "my[repor]ts/", "r[epor]t_y.txt"]
            .map(|name| name.replace("[repor]", "r[epor]"))
    );
    assert_eq!(find("report -my"), ["[report]_x.pdf", "[report]_y.txt"]);

    let answer = find_named(&index, &names, "report");
    assert_eq!((answer.total, answer.total_is_exact, answer.step), (5, true, Step::All));
    let facets = answer.facets;
    assert_eq!(facets.kinds, [("pdf".to_owned(), 2), ("txt".to_owned(), 2), ("folder".to_owned(), 1)]);
    assert_eq!(facets.folders, [("a".to_owned(), 3), ("b".to_owned(), 1)]);
    assert_eq!(facets.years, [(2019, 1), (2024, 1)]);
    let facts: Vec<_> = answer.hits.iter().map(|hit| (hit.kind.as_str(), hit.size, hit.modified.is_some())).collect();
    assert!(facts.contains(&("folder", None, false)) && facts.contains(&("pdf", Some(7), true)), "{facts:?}");
}

#[test]
fn names_that_are_nearly_so_are_the_last_resort() {
    let index = index(&[body("a/quarterly-summary.txt", "words")]);
    let names = names(&index, &["项目年度总结.docx"]);
    let answer = find_named(&index, &names, "项目总结");
    assert_eq!((answer.step, named(&answer)), (Step::Typo, vec!["[项目]年度[总结].docx".to_owned()]));
    let answer = find_named(&index, &names, "quartrly");
    assert_eq!((answer.step, answer.total), (Step::Typo, 1));
    assert_eq!(find_named(&index, &names, "xyzzy").total, 0);
}

#[test]
fn a_gate_is_asked_for_names_and_many_of_them_are_not_exact() {
    struct NotSecret;
    impl Gate for NotSecret {
        fn may_show(&self, path: &[u8], _: bool) -> bool {
            !path.starts_with(b"secret")
        }
    }
    let index = index(&[]);
    let paths: Vec<String> = (0..300).map(|at| format!("secret/yew{at}.txt")).chain(["yew.txt".into()]).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let names = names(&index, &paths);
    let request = Request { words: "yew", offset: 0, limit: 10, language: None };
    let answer = index.finder().find(&request, &names, &NotSecret);
    assert_eq!((named(&answer), answer.total, answer.total_is_exact), (vec!["[yew].txt".to_owned()], 1, true));
    let answer = index.finder().find(&request, &names, &Open);
    assert_eq!((answer.total, answer.total_is_exact, answer.hits.len()), (32, false, 10));
    // Whoever turns over more gets more.
    let answer = index.finder().find(&Request { offset: 60, ..request }, &names, &Open);
    assert_eq!((answer.total, answer.total_is_exact, answer.hits.len()), (301, true, 10));
    let suggestions = index.finder().suggest(&Request { limit: 3, ..request }, &names, &Open);
    assert_eq!((suggestions.names.len(), suggestions.pages.len()), (3, 0));
}

#[test]
fn titles_are_found_as_they_are_spoken() {
    let index = index(&[
        Given { path: "a/01.html", title: "导入 A/B 数据", body: "ziliao", ..Given::default() },
        Given { path: "a/shuju.html", title: "数据", body: "正文", ..Given::default() },
        Given { path: "a/plain.html", title: "Plain", body: "正文", ..Given::default() },
    ]);
    let names = names(&index, &[]);
    let find = |words: &str| {
        let hit = |hit: &crate::answer::Hit| hit.title.as_ref().map(marked).unwrap_or_default();
        find_named(&index, &names, words).hits.iter().map(hit).collect::<Vec<_>>()
    };
    assert_eq!(find("daoru"), ["[导入] A/B 数据"]);
    assert_eq!(find("drab"), [""; 0]);
    assert_eq!(find("shuju"), ["数据", "导入 A/B [数据]"]);
    assert_eq!(find("title:sj"), ["[数据]", "导入 A/B [数据]"]);
    assert_eq!(find("name:shuju"), ["数据"]);
    assert_eq!(find("daoru -ziliao"), [""; 0]);
    names.set_title(b"a/01.html", Some("Import"));
    assert_eq!(find("daoru"), [""; 0]);
    names.remove(b"a/shuju.html");
    assert_eq!(find("title:sj"), [""; 0]);
}

#[test]
fn headings_are_found_as_they_are_spoken() {
    let heading = |path, headings| Given { path, title: "Manual", headings, body: "words here", ..Given::default() };
    let index = index(&[
        heading("a.html", "开始\n导入参考资料"),
        heading("b.html", "參考書"),
        heading("c.html", "资\n料"),
        body("d.html", "资料"),
        body("e.html", "cankaoshu"),
    ]);
    check(&index, "ziliao", Step::All, &["a.html"]);
    check(&index, "zliao", Step::All, &["a.html"]);
    check(&index, "ckzl", Step::All, &["a.html"]);
    check(&index, "cankao", Step::All, &["e.html"]);
    check(&index, "canka ", Step::All, &["a.html", "b.html"]);
    check(&index, "words ziliao", Step::All, &["a.html"]);
    check(&index, "words -ziliao", Step::All, &["a.html", "b.html", "c.html"]);
    check(&index, "\"ziliao\"", Step::All, &[]);
    assert_eq!(marked(&find(&index, "daoruc").hits[0].snippet), "[导入参]考资料");
}

#[test]
fn equal_hits_are_in_the_order_of_their_paths_in_any_index() {
    let names: Vec<String> = (0..300).map(|at| format!("{:03}.txt", at * 7 % 300)).collect();
    let given: Vec<Given<'_>> = names.iter().map(|name| body(name, "one granite stone")).collect();
    let first = |index: &Index, offset| {
        let request = Request { words: "granite ", offset, limit: 20, language: None };
        paths(&index.finder().find(&request, &Names::new(), &Open))
    };
    let whole = index(&given);
    let pieces = Index::in_memory();
    let mut writer = pieces.writer(50 << 20).expect("a writer");
    for part in given.rchunks(70) {
        for given in part {
            let modified = crate::query::Moment { year: 2020, month: Some(6), day: None }.nanoseconds();
            let material = Material { path: given.path.into(), size: 7, modified, changed: modified, inode: 1 };
            writer.put(&material, given.path, &Extract { body: given.body.into(), ..Extract::default() }).expect("put");
        }
        writer.commit().expect("committed");
    }
    for offset in [0, 20, 260] {
        let expected: Vec<String> = (offset..offset + 20).map(|at| format!("{at:03}.txt")).collect();
        assert_eq!(first(&whole, offset), expected);
        assert_eq!(first(&pieces, offset), expected);
    }
}

#[test]
fn a_letter_or_two_begin_names_and_titles() {
    let named = |at: usize| format!("stone{at}.txt");
    let names_of: Vec<String> = (0..3).map(named).collect();
    let mut given: Vec<Given<'_>> = names_of.iter().map(|path| body(path, "x")).collect();
    given.push(Given { path: "a.txt", title: "Study", body: "x", ..Given::default() });
    given.push(body("b.txt", "some steps"));
    given.push(body("c.txt", "the st is a word"));
    let index = index(&given);
    let answer = find_named(&index, &names(&index, &[]), "st");
    let mut found = paths(&answer);
    found.sort();
    assert_eq!(found, ["a.txt", "c.txt", "stone0.txt", "stone1.txt", "stone2.txt"]);
    assert!(!answer.total_is_exact, "there are texts with such words");
    check(&index, "ste", Step::All, &["b.txt"]);
    check(&index, "-x st", Step::All, &["b.txt", "c.txt"]);
    // With too few names, texts are looked through all the same.
    check(&index, "so", Step::All, &["b.txt"]);
    check(&index, "x s", Step::All, &["a.txt", "stone0.txt", "stone1.txt", "stone2.txt"]);
    // And with enough of them, they are not.
    let given: Vec<_> =
        ["d", "e", "f"].map(|path| Given { path, title: "Study", body: "stop", ..Given::default() }).into();
    let index = self::index(&[given, vec![body("g", "stop")]].concat());
    for words in ["st", "stop st"] {
        let answer = find(&index, words);
        let mut found = paths(&answer);
        found.sort();
        assert_eq!((found, answer.total, answer.total_is_exact), (vec!["d".into(), "e".into(), "f".into()], 3, false));
    }
    check(&index, "sto", Step::All, &["d", "e", "f", "g"]);
}
