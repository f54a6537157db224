//! What a client is shown of what is there: in listings, among what is found, in archives, beside a preview. Only what it would get
//! if it asked for it.

use crate::known::Known;
use crate::origin::{Files, Site};
use crate::request::OwnedHead;
use lookup::answer::Gate;
use semantics::RequestHead;
use site::{Client, Door, NodeKind, Routes, SitePath, is_hidden_name};
use std::sync::Arc;

/// Who looks at which site. It outlives the turn, for listings and archives are made while they are sent.
#[derive(Clone)]
pub(crate) struct Sight {
    routes: Arc<Routes>,
    is_hidden_shown: bool,
    /// Where the built-in pages live, without slashes at the ends; empty: nowhere.
    prefix: Vec<u8>,
    index: Vec<String>,
    lists: bool,
    generation: u64,
    head: Arc<OwnedHead>,
    known: Known,
    door: Arc<dyn Door + Send + Sync>,
}

impl Sight {
    /// Of whoever sent this head.
    pub(crate) fn new<T: Files>(site: &Site<T>, head: &RequestHead<'_>, client: &Client<'_>) -> Sight {
        let options = &site.options;
        Sight {
            routes: Arc::clone(&options.routes),
            is_hidden_shown: options.hidden,
            prefix: options.prefix.as_deref().map(|prefix| prefix.trim_matches('/').into()).unwrap_or_default(),
            index: options.index.clone(),
            lists: options.listing,
            generation: site.generation,
            head: Arc::new(OwnedHead::new(head)),
            known: Known { address: client.address, is_secured: client.is_secured, ..Known::default() },
            door: site.door(client.address),
        }
    }

    /// Of somebody of whom nothing is known, on a site without routes.
    #[cfg(test)]
    pub(crate) fn of_anybody() -> Sight {
        let (target, authority, version) = (&b"/"[..], &b"a"[..], semantics::Version::Http11);
        let (method, fields) = (semantics::Method::Get, semantics::Fields::new());
        Sight {
            routes: Arc::default(),
            is_hidden_shown: false,
            prefix: Vec::new(),
            index: Vec::new(),
            lists: true,
            generation: 0,
            head: Arc::new(OwnedHead::new(&RequestHead { method, target, authority, version, fields })),
            known: Known::default(),
            door: Arc::new(site::client::Closed),
        }
    }

    /// The sight of these files.
    pub(crate) fn of<'a, T: Files>(&'a self, files: &'a T) -> Eyes<'a, T> {
        let asks = self.routes.hide_anything() || self.routes.unlist_anything();
        Eyes { sight: self, files, head: self.head.head(), client: self.known.at(&*self.door), asks }
    }
}

/// A look at files.
pub(crate) struct Eyes<'a, T> {
    sight: &'a Sight,
    files: &'a T,
    head: RequestHead<'a>,
    client: Client<'a>,
    /// Whether routes could hide anything.
    asks: bool,
}

impl<T: Files> Eyes<'_, T> {
    /// Whether what stands there is shown.
    pub(crate) fn see(&self, path: &SitePath, is_folder: bool) -> bool {
        let Sight { routes, is_hidden_shown, prefix, .. } = self.sight;
        if !is_hidden_shown && path.is_hidden() {
            return false;
        }
        // What stands where the built-in pages live cannot be got.
        let below = path.as_bytes().strip_prefix(&prefix[..]).filter(|_| !prefix.is_empty());
        if below.is_some_and(|rest| matches!(rest, [] | [b'/', ..])) {
            return false;
        }
        if !self.asks {
            return true;
        }
        let path = if is_folder { path.clone().with_slash() } else { path.clone() };
        routes.show(&path, &self.head, &self.client) && (!is_folder || self.list(&path) || self.has_index(&path))
    }

    /// The same of a name in a folder that is shown itself: quick, where no route is asked.
    pub(crate) fn see_in(&self, folder: &SitePath, name: &[u8], is_folder: bool) -> bool {
        let Sight { is_hidden_shown, prefix, .. } = self.sight;
        match self.asks || folder.is_root() && prefix.starts_with(name) {
            false => *is_hidden_shown || !is_hidden_name(name),
            true => folder.join(name).is_some_and(|path| self.see(&path, is_folder)),
        }
    }

    /// Whether the names in that folder are told.
    pub(crate) fn list(&self, folder: &SitePath) -> bool {
        let routes = &self.sight.routes;
        if !routes.unlist_anything() {
            return self.sight.lists;
        }
        routes.list(folder, &self.head, &self.client).unwrap_or(self.sight.lists)
    }

    fn has_index(&self, folder: &SitePath) -> bool {
        self.sight
            .index
            .iter()
            .filter_map(|name| folder.join(name.as_bytes()))
            .any(|path| self.files.open(&path).is_ok_and(|node| node.metadata.kind == NodeKind::File))
    }
}

/// Of what is found, too: by its name alone nobody shall learn of what no folder lists.
impl<T: Files> Gate for Eyes<'_, T> {
    fn may_show(&self, path: &[u8], is_folder: bool) -> bool {
        let Some(path) = SitePath::new(path) else { return false };
        let is_told = || !self.asks || path.parent().is_none_or(|folder| self.list(&folder));
        self.see(&path.clone().without_slash(), is_folder) && is_told()
    }

    /// Clients of one class see the same of one site, as long as it has these settings.
    fn number(&self) -> Option<u64> {
        let class = if self.asks { self.sight.routes.class(&self.head, &self.client)? } else { 0 };
        Some(self.sight.generation << CLASS_BITS | class)
    }
}

/// A class takes no more.
const CLASS_BITS: u32 = site::route::CLASS_BITS_MAX;
