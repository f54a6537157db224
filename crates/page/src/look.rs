//! What the owner of a site may change, and in which language the page speaks.

use crate::colour::Accent;
use crate::language::{Language, Words};

/// How pages look: the owner's choices, and the reader's language.
#[derive(Clone, Debug)]
pub struct Look {
    /// Name of the site: the first breadcrumb, and the end of each window title.
    pub title: String,
    /// The owner's colour for links and focus; each theme gets a shade of it that can be read.
    pub accent: Option<Accent>,
    /// Address of the owner's logo, beneath the same origin; none: Quarry's own mark.
    pub logo: Option<String>,
    /// HTML of the owner, trusted, put above everything.
    pub header: String,
    /// HTML of the owner, trusted, put below everything.
    pub footer: String,
    /// Where the built-in pages live, without a slash at its end.
    pub prefix: String,
    /// The language of the words around the materials.
    pub language: Language,
    /// Whether `{prefix}/find` answers; without it the box finds names in the folder at hand.
    pub has_lookup: bool,
    /// East of UTC, for dates in pages without JavaScript; the script shows the reader's own zone.
    pub offset_seconds: i32,
}

impl Default for Look {
    fn default() -> Look {
        Look {
            title: String::from("Quarry"),
            accent: None,
            logo: None,
            header: String::new(),
            footer: String::new(),
            prefix: String::from("/-"),
            language: Language::English,
            has_lookup: false,
            offset_seconds: 0,
        }
    }
}

impl Look {
    /// The same look for a reader of `language`.
    #[must_use]
    pub fn in_language(&self, language: Language) -> Look {
        Look { language, ..self.clone() }
    }

    pub(crate) fn words(&self) -> &'static Words {
        self.language.words()
    }
}
