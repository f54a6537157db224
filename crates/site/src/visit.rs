//! One decision under way: who asks what, the files, and a note of all that was looked at.

use crate::client::Client;
use crate::options::SiteOptions;
use crate::page::Page;
use crate::path::SitePath;
use crate::representation::{Evidence, Workshop, is_settled};
use crate::route::Effects;
use crate::select::Selected;
use crate::tree::{Metadata, Node, NodeKind, Refusal, Tree};
use crate::witness::{Step, Witness};
use semantics::{Field, RequestHead, Response, Status, Target, Timestamp};

/// What everything that decides is handed.
pub(crate) struct Visit<'a, T: Tree, W, X> {
    pub(crate) options: &'a SiteOptions,
    pub(crate) head: &'a RequestHead<'a>,
    pub(crate) target: &'a Target<'a>,
    pub(crate) client: &'a Client<'a>,
    pub(crate) now: Timestamp,
    pub(crate) tree: &'a T,
    pub(crate) workshop: &'a W,
    pub(crate) witness: &'a mut X,
    /// What routes changed.
    pub(crate) effects: Effects,
    /// Whether somebody who does not navigate gets another answer.
    pub(crate) varies_by_navigation: bool,
    /// What was found, with its state.
    seen: Vec<Evidence>,
    /// Names that were looked for and led to nothing.
    absent: Vec<SitePath>,
    /// Whether the clock has moved on since the last change of everything seen.
    is_settled: bool,
}

/// What stands under a name, as far as clients may know.
pub(crate) enum Found<F> {
    File(F, Metadata),
    Directory(Metadata),
    /// Nothing, or nothing that is served.
    Nothing,
    /// Something that the server may not read.
    Forbidden,
}

impl<'a, T: Tree, W: Workshop<T::File>, X: Witness> Visit<'a, T, W, X> {
    #[allow(clippy::too_many_arguments)] // The arguments of `select`, one place further.
    pub(crate) fn new(
        options: &'a SiteOptions,
        head: &'a RequestHead<'a>,
        target: &'a Target<'a>,
        client: &'a Client<'a>,
        now: Timestamp,
        tree: &'a T,
        workshop: &'a W,
        witness: &'a mut X,
        effects: Effects,
    ) -> Self {
        let (varies_by_navigation, is_settled, seen, absent) = (false, true, Vec::new(), Vec::new());
        Visit {
            options,
            head,
            target,
            client,
            now,
            tree,
            workshop,
            witness,
            effects,
            varies_by_navigation,
            seen,
            absent,
            is_settled,
        }
    }

    /// Looks under a name. Errs only when there is no knowing: would wait, out of descriptors, failed.
    pub(crate) fn look(&mut self, path: &SitePath) -> Result<Found<T::File>, Refusal> {
        if path.is_too_long() {
            self.witness.step(Step::TooLong(path));
            self.absent.push(path.clone());
            return Ok(Found::Nothing);
        }
        let refusal = match self.tree.open(path) {
            Ok(Node { metadata, file }) => {
                self.witness.step(Step::Found(path, metadata.kind));
                self.note(path, &metadata);
                return Ok(match (metadata.kind, file) {
                    (NodeKind::File, Some(file)) => Found::File(file, metadata),
                    (NodeKind::Directory, _) => Found::Directory(metadata),
                    _ => Found::Nothing,
                });
            }
            Err(refusal) => refusal,
        };
        self.witness.step(Step::Refused(path, &refusal));
        match refusal {
            Refusal::Missing | Refusal::Outside => {
                self.absent.push(path.clone());
                Ok(Found::Nothing)
            }
            Refusal::NotPermitted => {
                // A change of rights shows in the file alone, which cannot be looked at.
                self.is_settled = false;
                Ok(Found::Forbidden)
            }
            Refusal::WouldWait | Refusal::OutOfDescriptors | Refusal::Later(..) | Refusal::Failed(_) => Err(refusal),
        }
    }

    /// Looks for a file where one may be or not: an index file, a coded copy. Whatever else is there is no file.
    pub(crate) fn look_for_file(&mut self, path: &SitePath) -> Result<Option<(T::File, Metadata)>, Refusal> {
        match self.look(path) {
            Ok(Found::File(file, metadata)) => Ok(Some((file, metadata))),
            Ok(Found::Directory(_) | Found::Nothing | Found::Forbidden) => Ok(None),
            // What could only have made the answer better must not make it fail.
            Err(Refusal::Failed(_)) => {
                self.is_settled = false;
                Ok(None)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Everything the answer rests on; `None` when that cannot be said, or when some of it changed so lately that the
    /// next change may not show.
    ///
    /// A folder is looked at after the names in it were. One that appears in between stamps its folder later than `now`,
    /// so the folder is not settled and nothing is kept. A symbolic link that leads to nothing may come to
    /// lead somewhere while its folder stays as it is: what rests on that is not kept either.
    pub(crate) fn evidence(mut self) -> Option<Vec<Evidence>> {
        for absent in std::mem::take(&mut self.absent) {
            if !absent.is_too_long() && self.tree.has_link(&absent) != Ok(false) {
                return None;
            }
            // The root has no folder; without it there is no site, and nothing to keep.
            let path = absent.parent().unwrap_or_else(SitePath::root).without_slash();
            if self.seen.iter().any(|evidence| evidence.path == path) {
                continue;
            }
            match self.tree.open(&path) {
                Ok(node) => self.note(&path, &node.metadata),
                Err(Refusal::Missing) => self.seen.push(Evidence { path, found: None }),
                // The answer stands all the same; it is only not kept.
                Err(_) => return None,
            }
        }
        self.is_settled.then_some(self.seen)
    }

    /// A redirect to another place of this site; the query goes along.
    pub(crate) fn redirect(&mut self, path: &SitePath) -> Selected<T::File> {
        let mut location = path.to_target();
        if let Some(query) = self.target.query() {
            location.push('?');
            push_query(query, &mut location);
        }
        self.redirected(Status::MOVED_PERMANENTLY, location)
    }

    /// The client is to ask for another target.
    pub(crate) fn redirected(&mut self, status: Status, location: String) -> Selected<T::File> {
        self.witness.step(Step::Redirect(&location));
        let mut response = Response::new(status).with("Location", location);
        self.complete(&mut response.fields, status);
        Selected::Response(response, None)
    }

    /// A page that the server makes.
    pub(crate) fn made(self, page: Page) -> Selected<T::File> {
        Selected::Page(page, self.effects.amendments)
    }

    /// Adds the fields that go with every answer from this site, and then changes what routes change.
    pub(crate) fn complete(&self, fields: &mut Vec<Field>, status: Status) {
        let cache_control = self.options.cache_control.clone();
        fields.extend(cache_control.map(|value| crate::answer::field("Cache-Control", value)));
        fields.extend_from_slice(&self.options.fields);
        self.effects.amendments.apply(status, true, fields);
    }

    fn note(&mut self, path: &SitePath, metadata: &Metadata) {
        self.is_settled &= is_settled(metadata, self.now);
        self.seen.push(Evidence { path: path.clone().without_slash(), found: Some(metadata.identity()) });
    }
}

/// A query as a client would send it. Bytes that no target should have are encoded, so that none gets into a field.
pub(crate) fn push_query(query: &[u8], out: &mut String) {
    for &byte in query {
        if byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'#') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}
