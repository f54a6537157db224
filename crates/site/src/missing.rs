//! Where nothing is, and what else is no answer: clean targets, fallbacks, the single-page application, `404.html`, own files for errors.

use crate::accept::is_navigation;
use crate::answer::field;
use crate::limit;
use crate::page::Page;
use crate::path::SitePath;
use crate::representation::Workshop;
use crate::route::Edit;
use crate::select::{ALLOW, Selected};
use crate::tree::{Metadata, Refusal, Tree};
use crate::variant::whole;
use crate::visit::Visit;
use crate::witness::{Step, Witness};
use semantics::{Field, Response, Status};

impl<'a, T: Tree, W: Workshop<T::File>, X: Witness> Visit<'a, T, W, X> {
    /// The file `about.html`, when `/about` was asked for and clean targets are on.
    pub(crate) fn clean(&mut self, path: &SitePath) -> Result<Option<(SitePath, T::File, Metadata)>, Refusal> {
        if !self.options.clean_urls {
            return Ok(None);
        }
        let Some(candidate) = path.beside(".html") else { return Ok(None) };
        let Some((file, metadata)) = self.look_for_file(&candidate)? else { return Ok(None) };
        self.witness.step(Step::CleanUrl(&candidate));
        Ok(Some((candidate, file, metadata)))
    }

    /// Answers where nothing is: the single-page application, or 404.
    pub(crate) fn missing(mut self, path: &SitePath) -> Result<Selected<T::File>, Refusal> {
        if let Some(fallback) =
            self.effects.fallback.take().filter(|fallback| self.options.hidden || !fallback.is_hidden())
            && let Some((file, metadata)) = self.look_for_file(&fallback)?
        {
            self.witness.step(Step::Fallback(&fallback));
            return self.file(&fallback, &file, &metadata);
        }
        if let Some((page, file, metadata)) = self.single_page(path)? {
            self.varies_by_navigation = true;
            return self.file(&page, &file, &metadata);
        }
        // Browsers ask for it by themselves, whatever the page says.
        if path.as_bytes() == ICON && self.options.prefix.is_some() {
            return Ok(self.made(Page::Icon));
        }
        self.refuse(Status::NOT_FOUND, Some(path.clone()), None)
    }

    /// Answers with an error: the owner's file for it, else the page that the server makes. `remedy`: the field that says what the client
    /// could do.
    pub(crate) fn refuse(
        mut self,
        status: Status,
        path: Option<SitePath>,
        remedy: Option<Field>,
    ) -> Result<Selected<T::File>, Refusal> {
        if let Some(mut response) = self.own_error(status, path.as_ref())? {
            response.fields.extend(remedy);
            return Ok(Selected::Response(response, None));
        }
        let allow = (status == Status::METHOD_NOT_ALLOWED).then_some(ALLOW);
        self.effects.amendments.edits.extend(remedy.map(Edit::Set));
        Ok(self.made(Page::Error { status, allow, path }))
    }

    /// The answer with the owner's file for an error, if there is one.
    pub(crate) fn own_error(
        &mut self,
        status: Status,
        path: Option<&SitePath>,
    ) -> Result<Option<Response<T::File>>, Refusal> {
        let Some((page, file, metadata)) = self.error_file(status, path)? else { return Ok(None) };
        let allow = (status == Status::METHOD_NOT_ALLOWED).then_some(ALLOW);
        // What routes say of the files at this target is not said of this one.
        (self.effects.media_type, self.effects.charset) = (None, None);
        let media_type = self.media_type(&page, &file, &metadata, None)?;
        // No validators, no ranges, no preconditions: it is no representation of the target (RFC 9110 §13.2.1).
        let mut response = Response::new(status).with_content(whole(&file, &metadata));
        response.fields.push(field("Content-Type", media_type.value));
        response.fields.extend(allow.map(|allow| field("Allow", allow)));
        self.complete(&mut response.fields, status);
        Ok(Some(response))
    }

    /// The owner's file for an error: what a route names, then what the site does, then `404.html`.
    fn error_file(
        &mut self,
        status: Status,
        path: Option<&SitePath>,
    ) -> Result<Option<(SitePath, T::File, Metadata)>, Refusal> {
        let of_site =
            || self.options.errors.iter().find(|(errors, _)| errors.has(status)).map(|(_, file)| file.as_str());
        let named = self.effects.error_file(status).or_else(of_site).and_then(|file| SitePath::new(file.as_bytes()));
        if let Some(page) = named
            && let Some((file, metadata)) = self.look_for_file(&page)?
        {
            self.witness.step(Step::ErrorFile(&page, status));
            return Ok(Some((page, file, metadata)));
        }
        match path {
            Some(path) if status == Status::NOT_FOUND => self.not_found_file(path),
            _ => Ok(None),
        }
    }

    /// The single-page application, when it is to answer for this target: somebody goes there, and it does not look
    /// like a file. A missing script answered with a page would be a puzzle instead of a 404.
    fn single_page(&mut self, path: &SitePath) -> Result<Option<(SitePath, T::File, Metadata)>, Refusal> {
        let Some(page) = self.options.spa.as_ref().and_then(|spa| SitePath::new(spa.as_bytes())) else {
            return Ok(None);
        };
        let is_hidden = path.is_hidden() && !self.options.hidden;
        if is_hidden || path.name().contains(&b'.') || !is_navigation(self.head) {
            return Ok(None);
        }
        let Some((file, metadata)) = self.look_for_file(&page)? else { return Ok(None) };
        self.witness.step(Step::SinglePage(&page));
        Ok(Some((page, file, metadata)))
    }

    /// The nearest `404.html` upward: a part of a site in another language, or built by another tool, has its own, and
    /// its links fit there.
    fn not_found_file(&mut self, path: &SitePath) -> Result<Option<(SitePath, T::File, Metadata)>, Refusal> {
        let Some(name) = &self.options.not_found else { return Ok(None) };
        let mut folders: Vec<SitePath> = std::iter::successors(path.parent(), SitePath::parent).collect();
        folders.retain(|folder| self.options.hidden || !folder.is_hidden());
        // Each costs a look into the tree, and who asks for what is missing chooses how many there are.
        for folder in &folders[folders.len().saturating_sub(limit::ERROR_PAGE_FOLDERS_MAX)..] {
            let Some(candidate) = folder.join(name.as_bytes()) else { continue };
            if let Some((file, metadata)) = self.look_for_file(&candidate)? {
                self.witness.step(Step::NotFoundFile(&candidate));
                return Ok(Some((candidate, file, metadata)));
            }
        }
        Ok(None)
    }
}

/// Where browsers look for the icon of a site whose page names none.
const ICON: &[u8] = b"favicon.ico";
