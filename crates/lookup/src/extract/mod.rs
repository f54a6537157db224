//! The words of a material, whatever its format.
//!
//! ```text
//! open file + name ─▶ format ─┬─▶ a text: read here                        text html markdown xml json …
//!                             └─▶ a container: read in a child process     pdf office archive audio image …
//! ```
//!
//! One bad file never stops the rest: whatever is wrong with it becomes [`Extract::fault`], a sentence for people.
//! Every number that bounds something stands in [`limit`].

mod audio;
pub mod child;
mod compound;
mod contained;
mod extractor;
mod fault;
mod format;
mod gzip;
mod html;
mod image;
mod input;
mod json;
pub mod limit;
mod mail;
mod markdown;
mod office;
mod pdf;
mod reader;
mod rtf;
mod subtitle;
mod tar;
mod text;
mod troff;
mod words;
mod xml;

pub use extractor::{Extractor, of_bytes};
pub use fault::SENTENCES;
pub use format::Format;
pub(crate) use input::Input;
pub(crate) use text::decode;

/// What is said of a material in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extract {
    /// The title it gives itself.
    pub title: Option<String>,
    /// Its headings, one a line.
    pub headings: String,
    /// Everything else, in reading order; paragraphs are lines.
    pub body: String,
    /// The language it says it is in: `zh-CN`, `en`.
    pub language: Option<String>,
    /// Why words are missing, if some are: a sentence for people, without the path.
    pub fault: Option<String>,
}

impl Extract {
    /// No words, for this reason.
    pub(crate) fn faulty(fault: impl Into<String>) -> Extract {
        let fault = fault.into();
        debug_assert!(fault::is_known(&fault), "no language knows \"{fault}\"");
        Extract { fault: Some(fault), ..Extract::default() }
    }

    /// Whether there is nothing to be found but the name.
    pub fn is_empty(&self) -> bool {
        self.title.is_none() && self.headings.is_empty() && self.body.is_empty()
    }
}
