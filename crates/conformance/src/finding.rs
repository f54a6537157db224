//! What a server did that a requirement does not allow.

use std::fmt;
use std::io;

/// Why a requirement is not met: what was expected, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding(String);

impl Finding {
    /// From a sentence in lower case without full stop.
    pub fn new(text: impl Into<String>) -> Finding {
        Finding(text.into())
    }

    /// The same, with what was done when it came to light.
    #[must_use]
    pub fn during(self, what: impl fmt::Display) -> Finding {
        Finding(format!("{what}: {}", self.0))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<io::Error> for Finding {
    fn from(error: io::Error) -> Finding {
        Finding(format!("expected bytes, found: {error}"))
    }
}

/// `Ok` when it is so.
pub fn expect(is_so: bool, otherwise: impl FnOnce() -> String) -> Result<(), Finding> {
    if is_so { Ok(()) } else { Err(Finding(otherwise())) }
}
