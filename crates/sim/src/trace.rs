//! What happens, line by line, for who looks; nothing otherwise.

use crate::clock::MILLISECOND;
use std::fmt::Write;

/// The lines of one life.
#[derive(Debug)]
pub(crate) struct Trace {
    text: Option<String>,
}

impl Trace {
    pub(crate) fn new(is_on: bool) -> Trace {
        Trace { text: is_on.then(String::new) }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.text.is_some()
    }

    /// `line` is only made when somebody looks.
    pub(crate) fn line(&mut self, now: u64, line: impl FnOnce() -> String) {
        if let Some(text) = &mut self.text {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{:>12}.{:03} {}", now / MILLISECOND, now / 1000 % 1000, line());
        }
    }

    pub(crate) fn into_text(self) -> String {
        self.text.unwrap_or_default()
    }
}
