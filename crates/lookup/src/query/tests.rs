use super::*;
use proptest::prelude::*;

/// The clauses, one a line, and `…` where the last may go on.
fn read(typed: &str) -> String {
    let query = Query::parse(typed);
    let clauses = query.clauses.iter().map(|clause| {
        let sign = if clause.is_excluded { "-" } else { "" };
        let what = match &clause.what {
            What::Words { place, text, is_quoted } => {
                let place = match place {
                    Place::Anywhere => "",
                    Place::Name => "name:",
                    Place::Title => "title:",
                };
                if *is_quoted { format!("{place}<{text}>") } else { format!("{place}{text}") }
            }
            What::Kind(kinds) => format!("type={kinds}"),
            What::Folder { path, is_rooted } => format!("in={}{path}", if *is_rooted { "/" } else { "" }),
            What::After(moment) => format!("after={moment}"),
            What::Before(moment) => format!("before={moment}"),
        };
        format!("{sign}{what}")
    });
    let clauses: Vec<_> = clauses.collect();
    clauses.join(" | ") + if query.is_open { "…" } else { "" }
}

#[track_caller]
fn check(typed: &str, expected: &str, written: &str) {
    assert_eq!(read(typed), expected, "{typed}");
    let query = Query::parse(typed);
    assert_eq!(query.to_string(), written, "{typed}");
    assert_eq!(Query::parse(written).clauses, query.clauses, "{typed}: written back, it is the same");
}

#[test]
fn words_and_phrases() {
    check("annual report", "annual | report…", "annual report");
    check("annual report ", "annual | report", "annual report");
    check("\"annual report\" x", "<annual report> | x…", "\"annual report\" x");
    check("foo\"bar baz\"", "foo | <bar baz>", "foo \"bar baz\"");
    check("HTTP服务器2", "HTTP服务器2…", "HTTP服务器2");
    check("“全文 检索”　資料", "<全文 检索> | 資料…", "\"全文 检索\" 資料");
    check("「設定」の", "<設定> | の…", "\"設定\" の");
    check("don't", "don't…", "don't");
}

#[test]
fn what_must_not_be() {
    check("a -b", "a | -b", "a -b");
    check("a -\"b c\" d", "a | -<b c> | d…", "a -\"b c\" d");
    check("－草稿", "-草稿", "-草稿");
    check("--flag -", "--flag | -…", "--flag -");
    check("-type:pdf -in:old/", "-type=pdf | -in=old", "-type:pdf -in:old/");
    check("well-known", "well-known…", "well-known");
}

#[test]
fn operators() {
    check("name:readme", "name:readme…", "name:readme");
    check("title:\"user guide\"", "title:<user guide>", "title:\"user guide\"");
    check("TYPE:PDF,.docx", "type=pdf,docx", "type:pdf,docx");
    check("type: pdf", "type=pdf", "type:pdf");
    check("type：图片", "type=图片", "type:图片");
    check("in:docs/guide/", "in=docs/guide", "in:docs/guide/");
    check("in:/docs", "in=/docs", "in:/docs/");
    check("in:\"my files/\"", "in=my files", "in:\"my files/\"");
    check("in:a\\b", "in=a/b", "in:a/b/");
    check("in:/", "in=/", "in:/");
    check("in:.", "in=/", "in:/");
    check("after:2024 before:2025-03", "after=2024 | before=2025-03", "after:2024 before:2025-03");
    check("before:2025/3/1", "before=2025-03-01", "before:2025-03-01");
}

#[test]
fn what_cannot_be_an_operator_is_words() {
    check("after:lunch", "after:lunch…", "after:lunch");
    check("before:2024-13", "before:2024-13…", "before:2024-13");
    check("foo:bar", "foo:bar…", "foo:bar");
    check("after: lunch", "lunch…", "lunch");
    check("after： name：", "", "");
    check("type:\"a b\"", "<a b>", "\"a b\"");
    check("std::fs", "std::fs…", "std::fs");
    check("nothing:name:x", "nothing:name:x…", "nothing:name:x");
}

#[test]
fn what_is_half_typed_means_something() {
    check("\"annual rep", "<annual rep>", "\"annual rep\"");
    check("\"", "", "");
    check("\"\" \"  \"", "", "");
    check("-\"", "", "");
    check("type:", "", "");
    check("in: ", "", "");
    check("name:\"", "", "");
    check("", "", "");
    check("   ", "", "");
    check("a\"", "a", "a");
    check("type:, x", "type:, | x…", "type:, x");
}

#[test]
fn long_queries_are_cut() {
    let words = "word ".repeat(100_000);
    assert_eq!(Query::parse(&words).clauses.len(), CLAUSES_MAX);
    let one = "长".repeat(100_000);
    let query = Query::parse(&one);
    assert!(!query.is_open);
    assert!(query.to_string().len() <= QUERY_BYTES_MAX);
}

proptest! {
    #[test]
    fn anything_can_be_typed_and_written_back(typed in any_query()) {
        let query = Query::parse(&typed);
        let written = query.to_string();
        prop_assume!(written.len() <= QUERY_BYTES_MAX);
        prop_assert_eq!(Query::parse(&written).clauses, query.clauses);
    }

    #[test]
    fn another_clause_can_be_put_behind(typed in any_query()) {
        let query = Query::parse(&typed);
        prop_assume!(query.clauses.len() < CLAUSES_MAX);
        let longer = Query::parse(&format!("{query} type:pdf"));
        prop_assert_eq!(&longer.clauses[..query.clauses.len()], &query.clauses[..]);
        let expected = Clause { is_excluded: false, what: What::Kind("pdf".into()) };
        prop_assert_eq!(longer.clauses.last(), Some(&expected));
    }
}

fn any_query() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "(name|title|type|in|after|before)[:：]",
        "[-－\"“”「」«»: ,/\\\\.*]{1,3}",
        "[a-z0-9]{1,6}",
        "[一-龥]{1,4}",
        "2024(-[0-9]{1,2}){0,2}",
        "\\PC{0,6}",
        " ",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}
