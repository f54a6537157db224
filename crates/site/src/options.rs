//! What the owner decides about a site.

use crate::route::{Errors, Limit, Routes, Security};
use semantics::Field;
use std::borrow::Cow;
use std::sync::Arc;

/// How one site answers. The defaults are made for a folder that somebody wants to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteOptions {
    /// Files that stand for their folder, the first that is there.
    pub index: Vec<String>,
    /// Whether names that begin with a dot are served and listed.
    pub hidden: bool,
    /// The file, from the root, that answers navigations to targets that are not there (a single-page application).
    pub spa: Option<String>,
    /// The name of the files that answer for what is missing below their folder.
    pub not_found: Option<String>,
    /// Whether `/about` is `about.html`.
    pub clean_urls: bool,
    /// Whether a folder without an index file shows what is in it. Off: such a folder is missing (404), for nothing
    /// in it was published as a page, and 403 would confirm that it is there.
    pub listing: bool,
    /// Whether a folder that may be listed can be downloaded as a whole.
    pub archive: bool,
    /// Whether Markdown is rendered for people.
    pub markdown: bool,
    /// Where the built-in pages live, without a slash at the end. A real folder of that name cannot be reached: its
    /// pages would otherwise change with what somebody uploads. `None` switches the built-in pages off, and with them
    /// previews and rendered Markdown, which need their styles.
    pub prefix: Option<String>,
    /// The label for texts whose encoding the workshop cannot tell.
    pub default_charset: Option<String>,
    /// `Cache-Control` of every representation. Without one, browsers guess a lifetime from the age of the file (RFC
    /// 9111 §4.2.2), and somebody who edits a page keeps seeing the old one. `no-cache` asks each time, which costs a 304.
    pub cache_control: Option<String>,
    /// Whether `a.css.br`, `.zst` and `.gz` stand for `a.css`.
    pub siblings: bool,
    /// Whether texts without such a sibling are compressed.
    pub compress: bool,
    /// Fields of every response. By default only what cannot break a page: no sniffing of types (the label is known
    /// to be right), and no full addresses told to other sites.
    pub fields: Vec<Field>,
    /// Own files for errors, from the root. What stands in no file is answered as `not_found` and the built-in pages have it.
    pub errors: Vec<(Errors, String)>,
    /// How much one client may ask of all of the site.
    pub limit: Option<Limit>,
    /// What is done with some of the targets.
    pub routes: Arc<Routes>,
}

impl Default for SiteOptions {
    fn default() -> SiteOptions {
        let field = |&(name, value)| Field { name: Cow::Borrowed(name), value: Cow::Borrowed(value) };
        SiteOptions {
            index: vec!["index.html".into(), "index.htm".into()],
            hidden: false,
            spa: None,
            not_found: Some("404.html".into()),
            clean_urls: false,
            listing: true,
            archive: true,
            markdown: true,
            prefix: Some("/-".into()),
            default_charset: None,
            cache_control: Some("no-cache".into()),
            siblings: true,
            compress: true,
            fields: Security::default().fields().iter().map(field).collect(),
            errors: Vec::new(),
            limit: None,
            routes: Arc::default(),
        }
    }
}
