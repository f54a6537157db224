//! HTML: what a reader of the page sees as words, found with the tokenizer of the standard and without a tree.
//!
//! A tree would cost more than all the rest, and for words its order is that of the source. What only the tree knows, namely
//! where an element without an end tag ends, matters here for headings and hidden elements alone, and is decided simply.

mod element;
mod page;

use std::cell::RefCell;

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::words::Draft;
use element::Raw;
use page::Page;

/// The words of a page.
pub(crate) fn read(text: &str) -> Draft {
    read_as(text, false)
}

/// The words of a page in XHTML, where an element may end itself: after `<script src="…"/>` the text goes on.
pub(crate) fn read_xhtml(text: &str) -> Draft {
    read_as(text, true)
}

fn read_as(text: &str, is_xml: bool) -> Draft {
    let sink = Sink { page: RefCell::new(Page::new(is_xml)) };
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let queue = BufferQueue::default();
    for piece in pieces(text) {
        queue.push_back(StrTendril::from(piece));
        // A script that ends, or a declared encoding, would make a browser pause here.
        while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
        if tokenizer.sink.page.borrow().is_full() {
            break;
        }
    }
    tokenizer.end();
    tokenizer.sink.page.into_inner().finish()
}

/// The text in pieces, so that the tokenizer's copy of it is a small one.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = super::words::floor_char_boundary(rest, PIECE_BYTES);
        let (piece, behind) = rest.split_at(end);
        rest = behind;
        Some(piece).filter(|piece| !piece.is_empty())
    })
}

/// Large enough that most pages are one piece, small enough for a core's own cache.
const PIECE_BYTES: usize = 64 << 10;

struct Sink {
    page: RefCell<Page>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut page = self.page.borrow_mut();
        match token {
            Token::CharacterTokens(text) => page.text(&text),
            Token::TagToken(Tag { kind: TagKind::EndTag, name, .. }) => page.end(&name),
            Token::TagToken(tag) => match page.start(&tag) {
                None => {}
                Some(Raw::Data(kind)) => return TokenSinkResult::RawData(kind),
                Some(Raw::Plaintext) => return TokenSinkResult::Plaintext,
            },
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.page.borrow().is_foreign()
    }
}

#[cfg(test)]
mod tests;
