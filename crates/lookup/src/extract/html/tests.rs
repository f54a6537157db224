use super::*;
use crate::extract::Extract;

fn extract(html: &str) -> Extract {
    read(html).finish()
}

#[track_caller]
fn check(html: &str, expected: &str) {
    assert_eq!(extract(html).body, expected, "{html}");
}

#[test]
fn a_page_is_title_headings_and_words() {
    let page = extract(
        "<!DOCTYPE html><html lang=zh-CN><head><meta charset=utf-8><title> 查找 &amp; 资料 </title>
         <meta name=description content='关于查找'><meta name=Keywords content='a, b'><style>p{}</style></head>
         <body><nav><a href=/>首页</a></nav><h1>第一<br>章</h1><p>一段<b>文</b>字。<p>又一段。<h2>小节</h2>
         <h4>细节</h4><ul><li>甲<li>乙</ul><script>if (a<b) document.write('<p>x')</script>完</body></html>",
    );
    assert_eq!(page.title.as_deref(), Some("查找 & 资料"));
    assert_eq!(page.headings, "第一 章\n小节");
    assert_eq!(page.body, "一段文字。\n又一段。\n细节\n甲\n乙\n完\n关于查找\na, b");
    assert_eq!(page.language.as_deref(), Some("zh-CN"));
    assert_eq!(page.fault, None);
}

#[test]
fn inline_elements_part_no_word_and_blocks_do() {
    check("资<b>料</b><a>库</a>", "资料库");
    check("pre<em>fix</em> word", "prefix word");
    check("a<div>b</div>c", "a\nb\nc");
    check("a<br>b<hr>c", "a\nb\nc");
    check("<table><tr><td>a<td>b<tr><th>c</table>", "a b\nc");
    check("资\n料", "资料");
    check("a<wbr>b<unknown>c</unknown>d", "abcd");
    check("<button>a</button><button>b</button>", "a\nb");
}

#[test]
fn character_references_are_characters() {
    check(
        "&lt;p&gt; &eacute;&#20013;&#x6587;&nbsp;&copy &notit; &#0; &#xD800;",
        "<p> é中文\u{a0}© ¬it; \u{fffd} \u{fffd}",
    );
    check("AT&T &unknown; a&amp;b", "AT&T &unknown; a&b");
}

#[test]
fn what_nobody_sees_is_left_out() {
    check("a<p hidden>b</p>c", "a\nc");
    check("a<div hidden>b<div>c</div>d</div>e", "a\ne");
    check("a<div style='color:red; display : NONE'>b</div>c", "a\nc");
    check("a<span style='visibility:hidden!important'>b</span>c", "ac");
    check("a<div hidden=until-found>b</div>c", "a\nb\nc");
    check("a<template><p>b</p></template>c", "a c");
    check("a<noscript><p>b</p></noscript>c", "a c");
    check("a<select><option>b<option>c</select>d", "a d");
    check("a<!-- <p>b --><p>c", "a\nc");
    check("<ul><li hidden>a<li>b<li hidden>c</ul>d", "b\nd");
    check("<p hidden>a<table><tr><td>b</table>", "b");
    check("a<input type=hidden value=b hidden>c", "ac");
}

#[test]
fn raw_elements_end_where_the_standard_says() {
    check("<script><!-- <script> </script> --></script>a", "a");
    check("<style></p></style>a", "a");
    check("<textarea><p>a</textarea>b", "<p>a\nb");
    check("<xmp><b>a</b></xmp>b", "<b>a</b>\nb");
    check("a<plaintext><b>c", "a<b>c");
    check("<script>never ends <p>a", "");
}

#[test]
fn preformatted_lines_stay() {
    check("<pre>a\n  b\n\nc</pre>d", "a\nb\nc\nd");
}

#[test]
fn pictures_say_what_they_show() {
    check("a<img src=x alt='图 一'>b<area alt=c>", "a 图 一 b c");
    check("a<img alt>b", "a b");
}

#[test]
fn readings_of_characters_stand_apart() {
    check("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</ruby>を書く", "漢字を書く\nかん じ");
}

#[test]
fn svg_has_rules_of_its_own() {
    let page = extract("<title>page</title>a<svg><title>picture</title><style>b{}</style><text>c</text><path/></svg>d");
    assert_eq!((page.title.as_deref(), page.body.as_str()), (Some("page"), "apicture\nc\nd"));
    check("<svg><![CDATA[a<b]]></svg>c", "a<bc");
    check("<svg><path><p>a</p>b<title>c</title>", "a\nb");
    check("<svg><foreignObject><p>a</p></foreignObject><title>b</title></svg>", "a\nb");
}

#[test]
fn navigation_counts_only_where_nothing_else_does() {
    check("<nav><a>a</a></nav><p>b", "b");
    check("<nav><ol><li>a<li>b</ol></nav>", "a\nb");
    check("<nav><h2>a</h2></nav><p>b", "b");
}

#[test]
fn a_heading_without_an_end_ends_with_what_follows() {
    let page = extract("<h1>a<p>b<h2>c<h3>d</h3>e");
    assert_eq!((page.headings.as_str(), page.body.as_str()), ("a\nc\nd", "b\ne"));
    assert_eq!(page.title.as_deref(), Some("a"), "the first heading");
}

#[test]
fn a_second_title_is_none() {
    let page = extract("<title>a</title><title>b</title>c");
    assert_eq!((page.title.as_deref(), page.body.as_str()), (Some("a"), "c"));
}

#[test]
fn where_a_page_is_cut_changes_nothing_before_it() {
    let text = "<p>查找资料 &amp; more</p>".repeat(10_000);
    assert_eq!(extract(&text).body, ["查找资料 & more"; 10_000].join("\n"));
}

#[test]
fn nesting_costs_nothing() {
    let deep = format!("{}a{}", "<div>".repeat(300_000), "</div>".repeat(300_000));
    check(&deep, "a");
    check(&"<b ".repeat(300_000), "");
    check(&"&".repeat(300_000), &"&".repeat(300_000));
}
