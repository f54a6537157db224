//! HTML: what a reader of the page sees as words, found with a tokenizer and without a tree.
//!
//! A tree would cost more than all the rest, and for words its order is that of the source. What only the tree knows, namely
//! where an element without an end tag ends, matters here for headings and hidden elements alone, and is decided simply.

mod element;
mod page;
mod token;

use super::words::Draft;
use page::Page;
use token::{Token, Tokenizer};

/// The words of a page.
pub(crate) fn read(text: &str) -> Draft {
    read_as(text, false)
}

/// The words of a page in XHTML, where an element may end itself: after `<script src="…"/>` the text goes on.
pub(crate) fn read_xhtml(text: &str) -> Draft {
    read_as(text, true)
}

fn read_as(text: &str, is_xml: bool) -> Draft {
    let mut page = Page::new(is_xml);
    let mut tokenizer = Tokenizer::new(text);
    while let Some(token) = tokenizer.next(page.is_foreign()) {
        match token {
            Token::Text(text) => page.text(text),
            Token::Characters(characters) => page.characters(characters),
            Token::End(name) => page.end(name),
            Token::Start(tag) => {
                if let Some(raw) = page.start(tag) {
                    tokenizer.set_raw(raw);
                }
            }
        }
        if page.is_full() {
            break;
        }
    }
    page.finish()
}

#[cfg(test)]
mod tests;
