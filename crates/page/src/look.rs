//! What the owner of a site may change, and in which language the page speaks.

use std::sync::Arc;

use crate::colour::Accent;
use crate::escape;
use crate::language::{Language, Words};
use crate::template::Templates;

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
    /// The owner's templates, instead of what is built in.
    pub templates: Option<Arc<Templates>>,
    /// Where the built-in pages live, without a slash at its end.
    pub prefix: String,
    /// The language of the words around the materials.
    pub language: Language,
    /// Whether `{prefix}/find` answers; without it the box finds names in the folder at hand.
    pub has_lookup: bool,
    /// Whether the reader may see what becomes of requests, at `{prefix}/xray`.
    pub has_xray: bool,
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
            templates: None,
            prefix: String::from("/-"),
            language: Language::English,
            has_lookup: false,
            has_xray: false,
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

    /// The same with this file as its logo, named from the root of the site.
    #[must_use]
    pub fn with_logo(self, path: &str) -> Look {
        let mut address = String::new();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            address.push('/');
            escape::push_segment(&mut address, name.as_bytes());
        }
        Look { logo: Some(address), ..self }
    }

    pub(crate) fn words(&self) -> &'static Words {
        self.language.words()
    }
}
