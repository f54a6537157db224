use super::*;
use proptest::prelude::*;

/// Text, position and the letters of the original that each token stands for.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Tokens::new(text);
    let mut out = Vec::new();
    while tokens.advance() {
        out.push(format!("{}@{} {}", tokens.text(), tokens.position(), &text[tokens.span()]));
    }
    out
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(tokens(text), expected, "{text}");
    // Each kind alone is the same tokens at the same positions.
    for script in [Script::Word, Script::Run] {
        let mut all = Tokens::new(text);
        let mut only = Tokens::only(text, script);
        while all.advance() {
            if all.script() == script {
                assert!(only.advance());
                assert_eq!((all.text(), all.position(), all.span()), (only.text(), only.position(), only.span()));
            }
        }
        assert!(!only.advance());
    }
}

#[test]
fn words_are_what_stands_between_spaces_and_punctuation() {
    check("Hello, World!", &["hello@0 Hello", "world@1 World"]);
    check("don't l'eau", &["don@0 don", "t@1 t", "l@2 l", "eau@3 eau"]);
    check("a-b/c.d", &["a@0 a", "b@1 b", "c@2 c", "d@3 d"]);
    check("  \t\n", &[]);
    check("café", &["cafe@0 café"]);
    check("Привет мир", &["привет@0 Привет", "мир@1 мир"]);
    check("हिन्दी भाषा", &["हिन्दी@0 हिन्दी", "भाषा@1 भाषा"]);
}

#[test]
fn names_of_programs_are_there_whole_and_in_parts() {
    check("getUserName", &["getusername@0 getUserName", "get@0 get", "user@1 User", "name@2 Name"]);
    check("get_user_name x", &["getusername@0 get_user_name", "get@0 get", "user@1 user", "name@2 name", "x@3 x"]);
    check("HTTPServer2", &["httpserver2@0 HTTPServer2", "http@0 HTTP", "server@1 Server", "2@2 2"]);
    check("utf8", &["utf8@0 utf8", "utf@0 utf", "8@1 8"]);
    check("__init__", &["init@0 init"]);
    check(
        "IPv4 x86_64",
        &["ipv4@0 IPv4", "i@0 I", "pv@1 Pv", "4@2 4", "x8664@3 x86_64", "x@3 x", "86@4 86", "64@5 64"],
    );
    check("Hello HELLO", &["hello@0 Hello", "hello@1 HELLO"]);
    check("d41d8cd98f00b204e9800998ecf8427e", &["d41d8cd98f00b204e9800998ecf8427e@0 d41d8cd98f00b204e9800998ecf8427e"]);
}

#[test]
fn signs_belong_to_names_of_languages() {
    check("C++ and C#", &["c++@0 C++", "c@0 C", "and@1 and", "c#@2 C#", "c@2 C"]);
    check("a+b c++d #1", &["a@0 a", "b@1 b", "c@2 c", "d@3 d", "1@4 1"]);
}

#[test]
fn runs_are_pairs_and_their_last_letter() {
    check("全文检索", &["全文@0 全文", "文检@1 文检", "检索@2 检索", "索@3 索"]);
    check("字", &["字@0 字"]);
    check("資料，圖", &["资料@0 資料", "料@1 料", "图@3 圖"]);
    check("データ", &["でー@0 デー", "ーた@1 ータ", "た@2 タ"]);
    check("검색 엔진", &["검색@0 검색", "색@1 색", "엔진@3 엔진", "진@4 진"]);
    check("ภาษา", &["ภา@0 ภา", "าษ@1 าษ", "ษา@2 ษา", "า@3 า"]);
    check("𠮷野家", &["𠮷野@0 𠮷野", "野家@1 野家", "家@2 家"]);
}

#[test]
fn words_and_runs_count_together() {
    check("HTTP服务器2", &["http@0 HTTP", "服务@1 服务", "务器@2 务器", "器@3 器", "2@5 2"]);
    check("第2章", &["第@0 第", "2@2 2", "章@3 章"]);
    check("Ｑuarry是", &["quarry@0 Ｑuarry", "是@1 是"]);
}

#[test]
fn a_run_goes_on_in_the_next_line_only_where_a_long_line_was_wrapped() {
    let long = "这".repeat(20);
    assert!(tokens(&format!("{long}文\n件")).contains(&"文件@20 文\n件".to_owned()));
    assert!(tokens(&format!("{long}文\r\n件")).contains(&"文件@20 文\r\n件".to_owned()));
    check("文\n件", &["文@0 文", "件@2 件"]);
    assert!(!tokens(&format!("{long}文\n\n件")).contains(&"文件@20 文\n\n件".to_owned()));
    assert!(tokens(&format!("{long}文\n件")).contains(&"件@21 件".to_owned()));
}

#[test]
fn parts_of_a_text_are_far_from_each_other() {
    check("a\u{c}b", &["a@0 a", "b@17 b"]);
}

#[test]
fn long_words_are_cut() {
    let text = "x".repeat(1000);
    assert_eq!(tokens(&text), [format!("{0}@0 {0}", "x".repeat(WORD_LETTERS_MAX))]);
}

proptest! {
    #[test]
    fn any_text_has_valid_tokens(text in any_text()) {
        let mut tokens = Tokens::new(&text);
        let mut last = 0;
        while tokens.advance() {
            prop_assert!(!tokens.text().is_empty());
            prop_assert!(text.get(tokens.span()).is_some_and(|part| !part.is_empty()), "{:?}", tokens.span());
            prop_assert!(text.get(tokens.first_span()).is_some());
            prop_assert!(tokens.first_span().end <= tokens.span().end);
            prop_assert!(tokens.position() >= last || tokens.part() == Part::Piece);
            last = tokens.position();
        }
    }

    #[test]
    fn what_is_folded_has_the_same_tokens(text in any_text()) {
        let texts = |text: &str| {
            let mut tokens = Tokens::new(text);
            let mut out = Vec::new();
            while tokens.advance() {
                if !matches!(tokens.part(), Part::Piece) {
                    out.push((tokens.text().to_owned(), tokens.script()));
                }
            }
            out
        };
        for (token, script) in texts(&text) {
            if script == Script::Run {
                let again = texts(&token);
                prop_assert_eq!(&again[0].0, &token);
            }
        }
    }
}

/// Texts of all the kinds that matter, mixed.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zA-Z0-9_]{1,8}",
        "[一-龥]{1,6}",
        "[ぁ-ヶー]{1,4}",
        "[가-힣]{1,3}",
        "[ก-๎]{1,4}",
        "[ \\n，。.,+#\u{301}\u{3099}\u{200d}\u{c}-]{1,3}",
        "[ｦ-ﾟＡ-ｚ]{1,4}",
        "\\PC{1,4}",
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}
