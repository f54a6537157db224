//! Pages for people: what `select` asked for is read from the files and given to crate `page`.

mod archive;
mod error;
mod folder;
mod material;
mod text;

use crate::limit;
use crate::origin::{Answer, Files, Origin};
use crate::source;
use page::archive::Format;
use page::listing::{Entries, ListingPage, Query};
use page::window::Chosen;
use page::{CONTENT_SECURITY_POLICY, Language, Look, asset, listing};
use semantics::{Content, Field, FieldName, RequestHead, Response, Status, Timestamp};
use site::{ArchiveKind, ListingFormat, Metadata, Page, Refusal, SitePath};

impl<T: Files> Origin<T> {
    /// Makes a page: on the pool.
    pub(crate) fn page(&self, head: &RequestHead<'_>, page: Page, now: Timestamp) -> Answer<T::File> {
        let varies_by = page.varies_by();
        let answer = match page {
            Page::Listing { path, metadata, query } => self.listing(head, &path, &metadata, query.format, now),
            Page::Archive { path, kind, .. } => self.archive(&path, kind),
            Page::Markdown { path, .. } => self.markdown(head, &path),
            Page::Preview { path, charset, .. } => self.preview(head, &path, charset, now),
            Page::Asset { name } => Ok(self.asset(head, &name)),
            Page::BuiltIn { name, .. } => Ok(self.built_in(head, &name)),
            Page::Error { status, allow, path } => Ok(self.error_page(head, status, allow, path.as_ref())),
        };
        let mut answer = match answer {
            Ok(answer) => answer,
            // It was there when it was selected.
            Err(Refusal::Missing) => self.error_page(head, Status::NOT_FOUND, None, None),
            Err(Refusal::NotPermitted) => self.error_page(head, Status::FORBIDDEN, None, None),
            Err(refusal) => return Answer::Failed(refusal.to_string()),
        };
        if let (Answer::Whole(Response { fields, .. }, _) | Answer::Stream { fields, .. }, false) =
            (&mut answer, varies_by.is_empty())
        {
            fields.push(Field { name: "Vary".into(), value: varies_by.join(", ").into() });
        }
        answer
    }

    /// The look of pages for whoever asks.
    fn look(&self, head: &RequestHead<'_>) -> Look {
        self.look.in_language(Language::from_accept_language(accept_language(head)))
    }

    fn listing(
        &self,
        head: &RequestHead<'_>,
        path: &SitePath,
        metadata: &Metadata,
        format: ListingFormat,
        now: Timestamp,
    ) -> Result<Answer<T::File>, Refusal> {
        let query = Query::parse(query(head));
        // Whether it can be read at all is known before the first byte goes out, and with it the status.
        self.files.list(path, &mut |_| std::ops::ControlFlow::Break(()))?;
        let (files, folder, hidden) = (self.files.clone(), path.clone(), self.options.hidden);
        let (asked, languages) = (query.clone(), accept_language(head).to_vec());
        let has_readme = format == ListingFormat::Html;
        let open = Box::new(move || {
            let Ok(mut entries) = folder::entries(&files, &folder, &asked, &languages, hidden) else {
                // It went away while its listing was on its way: then nothing is in it.
                return Entries::new(Chosen::default(), asked.sort);
            };
            if has_readme {
                entries.readme = Box::new(move || material::readme(&files, &folder));
            }
            entries
        });
        let page = ListingPage { path: folder::way(path), query, now, open };
        let is_large = metadata.size > LARGE_FOLDER_BYTES;
        Ok(match format {
            ListingFormat::Html => {
                let pieces = listing::html(self.look(head), page).map(|piece| Ok(piece.into_bytes()));
                gather(self.page_fields("text/html; charset=utf-8"), pieces, is_large)
            }
            ListingFormat::Json => {
                let pieces = listing::json(page).map(|piece| Ok(piece.into_bytes()));
                gather(self.page_fields("application/json"), pieces, is_large)
            }
        })
    }

    fn archive(&self, path: &SitePath, kind: ArchiveKind) -> Result<Answer<T::File>, Refusal> {
        let format = match kind {
            ArchiveKind::Zip => Format::Zip,
            ArchiveKind::Tar => Format::Tar,
        };
        let pieces = archive::Pieces::new(self.files.clone(), path, format, self.options.hidden)?;
        let name = if path.is_root() { self.look.title.clone() } else { folder::shown(path.name()).into_owned() };
        let name = format!("{name}.{}", format.extension());
        let mut fields = self.page_fields(format.media_type());
        fields.push(Field { name: "Content-Disposition".into(), value: site::attachment(name.as_bytes()).into() });
        Ok(gather(fields, pieces, false))
    }

    fn asset(&self, head: &RequestHead<'_>, name: &str) -> Answer<T::File> {
        let Some(found) = asset::get(name) else { return self.error_page(head, Status::NOT_FOUND, None, None) };
        let mut fields = self.options.fields.clone();
        fields.push(Field { name: "Content-Type".into(), value: found.media_type.into() });
        fields.push(Field { name: "Cache-Control".into(), value: asset::CACHE_CONTROL.into() });
        Answer::Whole(Response { status: Status::OK, fields, content: Content::from_bytes(found.bytes.to_vec()) }, None)
    }

    fn built_in(&self, head: &RequestHead<'_>, name: &str) -> Answer<T::File> {
        match name {
            // For whoever watches over servers: it answers, so it is well.
            "status" => {
                let response =
                    Response::new(Status::OK).with_content(Content::from_bytes(&b"{\"status\":\"ok\"}\n"[..]));
                let mut fields = self.page_fields("application/json");
                fields.push(Field { name: "Cache-Control".into(), value: "no-store".into() });
                Answer::Whole(Response { fields, ..response }, None)
            }
            _ => self.error_page(head, Status::NOT_FOUND, None, None),
        }
    }

    /// The fields of every page that is made here.
    fn page_fields(&self, media_type: &'static str) -> Vec<Field> {
        let mut fields = self.options.fields.clone();
        fields.push(Field { name: "Content-Type".into(), value: media_type.into() });
        if media_type.starts_with("text/html") {
            fields.push(Field { name: "Content-Security-Policy".into(), value: CONTENT_SECURITY_POLICY.into() });
        }
        fields.push(Field { name: "Cache-Control".into(), value: "no-cache".into() });
        fields
    }

    /// A complete page.
    fn html(&self, status: Status, html: String) -> Answer<T::File> {
        let fields = self.page_fields("text/html; charset=utf-8");
        Answer::Whole(Response { status, fields, content: Content::from_bytes(html.into_bytes()) }, None)
    }
}

/// A folder whose own entry is larger than this has tens of thousands of names: its listing is not gathered, so that
/// the top of the page is seen while the names are still being read.
const LARGE_FOLDER_BYTES: u64 = 1 << 20;

/// Content that is short enough is sent whole, with its length; of a longer one the first pieces go out, and the others
/// are made while it is sent.
fn gather<F>(
    fields: Vec<Field>,
    mut pieces: impl Iterator<Item = Result<Vec<u8>, String>> + Send + 'static,
    is_slow: bool,
) -> Answer<F> {
    let mut first = Vec::new();
    loop {
        match pieces.next() {
            None => {
                return Answer::Whole(
                    Response { status: Status::OK, fields, content: Content::from_bytes(first) },
                    None,
                );
            }
            Some(Err(cause)) => return Answer::Failed(cause),
            Some(Ok(piece)) => first.extend_from_slice(&piece),
        }
        if is_slow || first.len() > limit::GATHER_BYTES_MAX {
            return Answer::Stream { status: Status::OK, fields, first, source: Box::new(source::Pieces(pieces)) };
        }
    }
}

fn accept_language<'a>(head: &RequestHead<'a>) -> &'a [u8] {
    head.field(FieldName::AcceptLanguage).unwrap_or_default()
}

/// The query as it came, without `?`.
fn query<'a>(head: &RequestHead<'a>) -> &'a [u8] {
    let mark = head.target.iter().position(|&byte| byte == b'?');
    mark.map_or(&[], |mark| &head.target[mark + 1..])
}
