use std::cell::RefCell;

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{self as twin, BufferQueue, TagKind, TokenSink, TokenSinkResult, TokenizerOpts};
use proptest::prelude::*;

use super::super::element;
use super::*;

/// What a page is cut into, one token a line, texts joined.
#[derive(Default)]
struct Log(Vec<String>);

impl Log {
    fn text(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        match self.0.last_mut() {
            Some(last) if last.starts_with('=') => last.push_str(&text),
            _ => self.0.push(format!("={text}")),
        }
    }

    fn tag(&mut self, sign: &str, name: &str, attributes: &[(String, String)], is_self_closing: bool) {
        let mut line = format!("{sign}{}", name.to_ascii_lowercase());
        for (at, (name, value)) in attributes.iter().enumerate() {
            let name = name.to_ascii_lowercase();
            if !attributes[..at].iter().any(|(before, _)| before.eq_ignore_ascii_case(&name)) {
                line.push_str(&format!(" {name}={:?}", value.replace("\r\n", "\n").replace('\r', "\n")));
            }
        }
        line.push_str(if is_self_closing { " /" } else { "" });
        self.0.push(line);
    }
}

fn ours(html: &str) -> Vec<String> {
    let mut log = Log::default();
    let mut tokenizer = Tokenizer::new(html);
    loop {
        let raw = match tokenizer.next(false) {
            None => return log.0,
            Some(Token::Text(text)) => {
                log.text(text);
                None
            }
            Some(Token::Characters([first, second])) => {
                log.text(&first.to_string());
                if second != '\0' {
                    log.text(&second.to_string());
                }
                None
            }
            Some(Token::End(name)) => {
                log.tag("</", name, &[], false);
                None
            }
            Some(Token::Start(tag)) => {
                let attributes: Vec<_> = tag
                    .attributes()
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), decode(value).into_owned()))
                    .collect();
                log.tag("<", tag.name, &attributes, tag.is_self_closing);
                element::raw(&element::lower(tag.name))
            }
        };
        if let Some(raw) = raw {
            tokenizer.set_raw(raw);
        }
    }
}

struct Sink(RefCell<Log>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: twin::Token, _: u64) -> TokenSinkResult<()> {
        let mut log = self.0.borrow_mut();
        match token {
            twin::Token::CharacterTokens(text) => log.text(&text),
            twin::Token::TagToken(tag) if tag.kind == TagKind::EndTag => log.tag("</", &tag.name, &[], false),
            twin::Token::TagToken(tag) => {
                let attributes: Vec<_> = tag
                    .attrs
                    .iter()
                    .map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()))
                    .collect();
                log.tag("<", &tag.name, &attributes, tag.self_closing);
                return match element::raw(&tag.name) {
                    None => TokenSinkResult::Continue,
                    Some(Raw::Rcdata) => TokenSinkResult::RawData(RawKind::Rcdata),
                    Some(Raw::Rawtext) => TokenSinkResult::RawData(RawKind::Rawtext),
                    Some(Raw::Script) => TokenSinkResult::RawData(RawKind::ScriptData),
                    Some(Raw::Plaintext) => TokenSinkResult::Plaintext,
                };
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn theirs(html: &str) -> Vec<String> {
    let tokenizer = twin::Tokenizer::new(Sink(RefCell::default()), TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(html));
    while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
    tokenizer.end();
    tokenizer.sink.0.into_inner().0
}

#[track_caller]
fn check(html: &str) {
    assert_eq!(ours(html), theirs(html), "{html:?}");
}

#[test]
fn the_twin_agrees_on_what_people_and_enemies_write() {
    for html in [
        "\u{feff}<!DOCTYPE html><p CLASS=a id='b' x=\"c>d\" y>text</P >",
        "<a href=x?a&copy=1&amp=2&amp;b&copy>&copy;&copy1&notit;&notin;&nope;&;&#x4e2d;&#20013&#0;&#x80;&#xD800;&#1114112;&#;&#x;</a>",
        "&NotEqualTilde; &CounterClockwiseContourIntegral;&CounterClockwiseContourIntegralX; &ngE; &#99999999999999999999;",
        "<br/><br / ><br/x><a/=b><a =b><a b =c><a b= c><a b=>d<a b=c/>e",
        "<!--><p>a<!---><p>b<!-- c --!><p>d<!-- - -- e --><p>f<!-- <!-- g --><p>h<!--i--",
        "<!----!>a<!---!>b-->c<!-->d<!--->e<!---->f",
        "<!doctype html PUBLIC \"a>b\">c<!x>d<?php e ?>f</ g>h</>i<>j<1>k</",
        "<script>a<b</scripty></script x>c<script><!-- <script> </script> --> </script>d<script><!--></script>e",
        "<script><!-- <script </script> --></script>f<script><!--<script>-->g</script>h",
        "<title>a&amp;b<p></titlex></title >c<textarea></p></TEXTAREA/>d<style>&amp;</p></style>e",
        "<xmp><b></xmp>a<noscript><p></noscript>b<iframe><p></iframe>c<plaintext></plaintext>d&amp;",
        "a\r\nb\rc<p\r\nd='e\r\nf'>g",
        "<p a=1 A=2 a=3>b</p a=4>",
        "<p a='",
        "<p a=\"b",
        "<p a=b",
        "<p a=",
        "<p a",
        "<p ",
        "<p",
        "<",
        "</p",
        "</p ",
        "&",
        "&a",
        "&#",
        "&#x",
        "<!",
        "<!-",
        "<!--",
        "<!--a-",
        "<title>",
        "<title></title",
        "<script><",
        "<script></script",
        "<script><!--",
        "a&am",
    ] {
        check(html);
    }
}

#[test]
fn what_is_long_costs_no_more_than_its_length() {
    for piece in ["<!--", "--", "<", "&", "<a ", "<script><!--", "<script>", "</", "&notit", "<title>", "- ", "<p a='"]
    {
        let html = piece.repeat(200_000);
        let mut tokenizer = Tokenizer::new(&html);
        while tokenizer.next(false).is_some() {}
    }
}

/// Pieces out of which pages are made that reach all states.
const PIECES: &[&str] = &[
    "<",
    ">",
    "/",
    "!",
    "-",
    "--",
    "<!--",
    "-->",
    "--!>",
    "?",
    "=",
    "'",
    "\"",
    "&",
    ";",
    "#",
    "x",
    " ",
    "\n",
    "\r",
    "\t",
    "a",
    "P",
    "资",
    "é",
    "script",
    "<script",
    "</script",
    "<script>",
    "</script>",
    "title",
    "<title>",
    "</title>",
    "<style>",
    "</style>",
    "<textarea>",
    "</textarea>",
    "<p ",
    "<a href=",
    "</p>",
    "<br/>",
    "&amp",
    "&amp;",
    "&not",
    "in;",
    "&#x",
    "4e2d",
    "&#",
    "65",
    "copy",
    "doctype",
    "<!doctype ",
    "[CDATA[",
    "]]>",
    "<plaintext>",
    "<xmp>",
    "</xmp>",
    "\u{c}",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_twin_agrees_on_anything(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..24)) {
        let html = pieces.concat();
        prop_assert_eq!(ours(&html), theirs(&html), "{:?}", html);
    }
}
