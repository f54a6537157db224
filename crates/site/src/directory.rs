//! Folders: index files, the slash at the end, listings and archives.

use crate::accept::prefers_json;
use crate::page::{ListingFormat, Page};
use crate::path::SitePath;
use crate::query;
use crate::representation::Workshop;
use crate::select::Selected;
use crate::tree::{Metadata, Refusal, Tree};
use crate::visit::{Found, Visit};
use crate::witness::{Step, Witness};
use semantics::Status;

impl<'a, T: Tree, W: Workshop<T::File>, X: Witness> Visit<'a, T, W, X> {
    /// Answers for a folder.
    pub(crate) fn directory(mut self, path: &SitePath, metadata: Metadata) -> Result<Selected<T::File>, Refusal> {
        let lists = self.lists();
        if !path.has_trailing_slash() {
            // Links in what answers for the folder are relative to what is in it, so the target must end with a slash.
            // Only when something answers there: a redirect would tell that the folder exists.
            let answers = lists || !matches!(self.index(path)?, Found::Nothing);
            return if answers { Ok(self.redirect(&path.clone().with_slash())) } else { self.missing(path) };
        }
        if lists
            && self.options.archive
            && let Some(kind) = query::archive(self.target)
        {
            return Ok(self.made(Page::Archive { path: path.clone(), metadata, kind }));
        }
        match self.index(path)? {
            Found::File((index, file), metadata) => self.stand_in(&index, &file, &metadata),
            // An index file that cannot be read hides its folder all the same: that is what it was put there for.
            Found::Forbidden => self.refuse(Status::FORBIDDEN, Some(path.clone()), None),
            _ if !lists => self.missing(path),
            _ => {
                let accepted = if prefers_json(self.head) { ListingFormat::Json } else { ListingFormat::Html };
                let format = query::format(self.target).unwrap_or(accepted);
                Ok(self.made(Page::Listing { path: path.clone(), metadata, format }))
            }
        }
    }

    /// Whether folders are listed here.
    pub(crate) fn lists(&self) -> bool {
        self.effects.listing.unwrap_or(self.options.listing)
    }

    /// The file that stands for a folder, with its own path.
    pub(crate) fn index(&mut self, path: &SitePath) -> Result<Found<(SitePath, T::File)>, Refusal> {
        for name in &self.options.index {
            let Some(candidate) = path.join(name.as_bytes()) else { continue };
            match self.look(&candidate)? {
                Found::File(file, metadata) => {
                    self.witness.step(Step::Index(&candidate));
                    return Ok(Found::File((candidate, file), metadata));
                }
                Found::Forbidden => return Ok(Found::Forbidden),
                Found::Directory(_) | Found::Nothing => {}
            }
        }
        Ok(Found::Nothing)
    }
}
