//! What people's pages and streams are asked for. The server makes them, with crate `page`.

use crate::options::SiteOptions;
use crate::path::SitePath;
use crate::tree::Metadata;
use semantics::{Status, Target};

/// A page or stream that is made for this request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// What is in a folder.
    Listing {
        /// The folder.
        path: SitePath,
        /// As it was found.
        metadata: Metadata,
        /// For whom.
        format: ListingFormat,
    },
    /// A folder and all below it as one file.
    Archive {
        /// The folder.
        path: SitePath,
        /// As it was found.
        metadata: Metadata,
        /// In which format.
        kind: ArchiveKind,
    },
    /// A Markdown file as a page.
    Markdown {
        /// The file.
        path: SitePath,
        /// As it was found.
        metadata: Metadata,
        /// The encoding the reader wants to see it in (`?charset=`).
        charset: Option<&'static str>,
    },
    /// A file shown with its facts.
    Preview {
        /// The file.
        path: SitePath,
        /// As it was found.
        metadata: Metadata,
        /// The encoding the reader wants to see it in (`?charset=`).
        charset: Option<&'static str>,
    },
    /// An answer without a representation.
    Error {
        /// 400 to 599.
        status: Status,
        /// The value of `Allow`, with 405.
        allow: Option<&'static str>,
        /// What was asked for, when that could be understood: similar names are looked for there.
        path: Option<SitePath>,
    },
    /// A style, script or icon of the built-in pages: below `/-/assets/`.
    Asset {
        /// What follows `/-/assets/`.
        name: String,
    },
    /// The icon of a site that has none of its own (`/favicon.ico`).
    Icon,
    /// Any other built-in page.
    BuiltIn {
        /// What follows `/-/`: `find`, `status`.
        name: String,
        /// As it came, without `?`.
        query: Option<Vec<u8>>,
    },
}

impl Page {
    /// The request fields that this page depends on, as the value of `Vary`: those that chose it, and those that its
    /// words and their order are made for. `None`: it is the same for all.
    pub fn vary(&self) -> Option<&'static str> {
        match self {
            // Names are ordered as the reader's language has it, for programs too.
            Page::Listing { .. } => Some("Accept, Accept-Language"),
            // An error is a line for programs.
            Page::Markdown { .. } | Page::Error { .. } => Some("Accept, Accept-Language, Sec-Fetch-Dest"),
            Page::Preview { .. } => Some("Accept-Language"),
            Page::Archive { .. } | Page::Asset { .. } | Page::Icon | Page::BuiltIn { .. } => None,
        }
    }

    /// The built-in page that a target is for: anything below the prefix, whatever the site has there.
    pub(crate) fn built_in(options: &SiteOptions, target: &Target<'_>) -> Option<Page> {
        let prefix = options.prefix.as_deref()?.trim_end_matches('/');
        let below = target.path().strip_prefix(prefix.as_bytes()).filter(|_| !prefix.is_empty())?;
        let name = match below {
            [] => below,
            [b'/', name @ ..] => name,
            // `/-x` is another name.
            _ => return None,
        };
        let Ok(name) = std::str::from_utf8(name) else {
            return Some(Page::Error { status: Status::NOT_FOUND, allow: None, path: None });
        };
        Some(match name.strip_prefix("assets/") {
            Some(asset) => Page::Asset { name: asset.to_owned() },
            None => Page::BuiltIn { name: name.to_owned(), query: target.query().map(<[u8]>::to_vec) },
        })
    }
}

/// For whom the listing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListingFormat {
    /// People.
    #[default]
    Html,
    /// Programs.
    Json,
}

/// The format of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveKind {
    /// `?archive=zip`
    Zip,
    /// `?archive=tar`
    Tar,
}
