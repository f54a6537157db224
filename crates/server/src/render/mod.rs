//! Pages for people: what `select` asked for is read from the files and given to crate `page`.

mod archive;
mod error;
mod find;
mod folder;
mod inside;
mod material;
mod name;
mod sight;
mod similar;
mod span;
/// An answer for programs, which want no page.
fn is_json<F>(response: &Response<F>) -> bool {
    response.fields.iter().any(|field| field.name == "Content-Type" && field.value.contains("json"))
}

#[cfg(test)]
mod tests;
mod text;
mod xray;

pub use find::json as found_json;
pub(crate) use material::thumbnail;
use sight::Sight;

use crate::limit;
use crate::origin::{Answer, Files, Site};
use crate::source;
use page::archive::Format;
use page::listing::{Entries, ListingPage, Query};
use page::window::Chosen;
use page::{CONTENT_SECURITY_POLICY, Language, Look, asset, listing};
use semantics::{Content, Field, FieldName, Method, RequestHead, Response, Status, Timestamp};
use site::{ArchiveKind, Client, ListingFormat, Metadata, Page, Refusal, SitePath};
use std::borrow::Cow;
use std::iter;
use std::ops::ControlFlow;
use std::sync::Arc;

impl<T: Files> Site<T> {
    /// Makes a page: on the pool.
    pub(crate) fn page(
        &self,
        head: &RequestHead<'_>,
        client: &Client<'_>,
        page: Page,
        now: Timestamp,
    ) -> Answer<T::File> {
        // Where the page was an error to begin with, there is no file of the owner's for it. And of the status of the server, the status
        // is what is asked for.
        let may_be_own = match &page {
            Page::Error { .. } => false,
            Page::BuiltIn { name, .. } => name != "status",
            _ => true,
        };
        let answer = self.made(head, client, page, now);
        match answer {
            Answer::Whole(response, None) if may_be_own && response.status.code() >= 400 && !is_json(&response) => {
                Answer::Whole(self.own_instead(head, client, now, response), None)
            }
            answer => answer,
        }
    }

    fn made(&self, head: &RequestHead<'_>, client: &Client<'_>, page: Page, now: Timestamp) -> Answer<T::File> {
        let vary = page.vary();
        let sight = Sight::new(self, head, client);
        let made = match page {
            Page::Listing { path, metadata, format } => {
                self.listing(head, (sight, client), (&path, &metadata), format, now)
            }
            Page::Archive { path, kind, .. } => self.archive(head, sight, &path, kind),
            Page::Markdown { path, charset, .. } => self.markdown(head, &path, charset),
            Page::Preview { path, charset, .. } => self.preview(head, &sight, &path, charset, now),
            Page::Asset { name } => self.asset(&name),
            Page::Icon => Ok(self.icon()),
            Page::BuiltIn { name, query } => {
                self.built_in(head, client, &sight, &name, &query.unwrap_or_default(), now)
            }
            Page::Error { status, allow, path } => Ok(self.error_page(head, &sight, status, allow, path.as_ref())),
        };
        let error = |status| Page::Error { status, allow: None, path: None };
        match (made, vary) {
            (Ok(Answer::Whole(response, keep)), Some(vary)) => Answer::Whole(response.with("Vary", vary), keep),
            (Ok(Answer::Stream { status, mut fields, first, source }), Some(vary)) => {
                fields.push(field("Vary", vary));
                Answer::Stream { status, fields, first, source }
            }
            (Ok(answer), _) => answer,
            // A folder or a file was there when it was selected.
            (Err(Refusal::Missing), _) => self.made(head, client, error(Status::NOT_FOUND), now),
            (Err(Refusal::NotPermitted), _) => self.made(head, client, error(Status::FORBIDDEN), now),
            (Err(Refusal::Later(status, seconds)), _) => self.put_off(head, client, now, status, seconds),
            (Err(refusal), _) => Answer::Failed(refusal.to_string()),
        }
    }

    /// The look of pages for whoever asks.
    fn look(&self, head: &RequestHead<'_>) -> Look {
        let look = self.look.in_language(Language::from_accept_language(accept_language(head)));
        match &self.own {
            Some(own) => own.apply(look),
            None => look,
        }
    }

    /// The same, with a way to the X-ray for who may see it.
    fn look_for(&self, head: &RequestHead<'_>, client: &Client<'_>) -> Look {
        Look { has_xray: self.shows_xray(head, client), ..self.look(head) }
    }

    fn listing(
        &self,
        head: &RequestHead<'_>,
        (sight, client): (Sight, &Client<'_>),
        (path, metadata): (&SitePath, &Metadata),
        format: ListingFormat,
        now: Timestamp,
    ) -> Result<Answer<T::File>, Refusal> {
        let query = Query::parse(query(head));
        // Whether it can be read at all is known before the first byte goes out, and with it the status.
        self.files.list(path, &mut |_| ControlFlow::Break(()))?;
        let (files, folder) = (self.files.clone(), path.clone());
        let (asked, languages) = (query.clone(), accept_language(head).to_vec());
        let has_readme = format == ListingFormat::Html;
        let open = Box::new(move || {
            let Ok(mut entries) = folder::entries(&sight.of(&files), (&files, &folder), &asked, &languages) else {
                // It went away while its listing was on its way: then nothing is in it.
                return Entries::new(Chosen::default(), asked.sort);
            };
            if has_readme {
                entries.readme = Box::new(move || material::readme(&sight.of(&files), (&files, &folder)));
            }
            entries
        });
        let page = ListingPage { path: folder::way(path), query, now, open };
        let is_large = metadata.size > limit::LARGE_FOLDER_BYTES;
        Ok(match format {
            ListingFormat::Html => {
                let pieces = listing::html(self.look_for(head, client), page).map(|piece| Ok(piece.into_bytes()));
                gather(self.page_fields(HTML), pieces, is_large)
            }
            ListingFormat::Json => {
                let pieces = listing::json(page).map(|piece| Ok(piece.into_bytes()));
                gather(self.page_fields("application/json"), pieces, is_large)
            }
        })
    }

    fn archive(
        &self,
        head: &RequestHead<'_>,
        sight: Sight,
        path: &SitePath,
        kind: ArchiveKind,
    ) -> Result<Answer<T::File>, Refusal> {
        let format = match kind {
            ArchiveKind::Zip => Format::Zip,
            ArchiveKind::Tar => Format::Tar,
        };
        let top = archive::top_name(&match path.is_root() {
            true => Cow::Borrowed(self.look.title.as_str()),
            false => name::shown(path.name()),
        });
        let saved_as = format!("{top}.{}", format.extension());
        let mut fields = self.page_fields(format.media_type());
        fields.push(field("Content-Disposition", site::attachment(saved_as.as_bytes())));
        if head.method == Method::Head {
            // RFC 9110 §9.3.2: fields that only making the content would tell may be left out, and here that is its length.
            self.files.list(path, &mut |_| ControlFlow::Break(()))?;
            let source = Box::new(source::Pieces(iter::empty()));
            return Ok(Answer::Stream { status: Status::OK, fields, first: Vec::new(), source });
        }
        let Some(permit) = self.shared.archives.take() else {
            return Ok(match self.error_page(head, &sight, Status::SERVICE_UNAVAILABLE, None, None) {
                Answer::Whole(response, _) => Answer::Whole(response.with("Retry-After", "10"), None),
                other => other,
            });
        };
        let log = self.shared.log.clone();
        let report = Box::new(move |sentence: &str| log.remark(sentence));
        let folder = (path, top);
        let pieces = archive::Pieces::new(self.files.clone(), folder, format, sight, report, permit)?;
        // Not even the first piece is made here: it takes its turn among the pieces of others, behind the answers.
        let source = Box::new(source::Pieces(pieces));
        Ok(Answer::Stream { status: Status::OK, fields, first: Vec::new(), source })
    }

    fn asset(&self, name: &str) -> Result<Answer<T::File>, Refusal> {
        let found = asset::get(name).ok_or(Refusal::Missing)?;
        let fields = self.fields(found.media_type, asset::CACHE_CONTROL);
        Ok(whole(Status::OK, fields, found.bytes))
    }

    /// Quarry's mark. Not kept for long: the owner may put another one there.
    fn icon(&self) -> Answer<T::File> {
        let found = asset::mark();
        whole(Status::OK, self.fields(found.media_type, "max-age=3600"), found.bytes)
    }

    fn built_in(
        &self,
        head: &RequestHead<'_>,
        client: &Client<'_>,
        sight: &Sight,
        name: &str,
        query: &[u8],
        now: Timestamp,
    ) -> Result<Answer<T::File>, Refusal> {
        if let Some(name) = name.strip_prefix("xray").filter(|rest| rest.is_empty() || rest.starts_with('/')) {
            return match self.kept_out_of_xray(head, client, sight)? {
                Some(answer) => Ok(answer),
                None => self.xray_page(head, name.trim_start_matches('/'), now),
            };
        }
        match name {
            "status" | "metrics" => match self.kept_out(head, client, sight)? {
                Some(answer) => Ok(answer),
                None if name == "status" => Ok(self.status(head)),
                None => Ok(self.metrics()),
            },
            _ => self.look_up_page(head, sight, name, query, now).ok_or(Refusal::Missing),
        }
    }

    /// The fields of whatever is made here.
    fn fields(&self, media_type: &'static str, cache_control: &'static str) -> Vec<Field> {
        let mut fields = self.options.fields.clone();
        fields.push(field("Content-Type", media_type));
        fields.push(field("Cache-Control", cache_control));
        fields
    }

    /// The fields of what is made from the files, which may be others the next time.
    fn page_fields(&self, media_type: &'static str) -> Vec<Field> {
        let mut fields = self.fields(media_type, "no-cache");
        if media_type == HTML {
            fields.push(field("Content-Security-Policy", CONTENT_SECURITY_POLICY));
        }
        fields
    }

    /// A complete page.
    fn html(&self, status: Status, html: String) -> Answer<T::File> {
        whole(status, self.page_fields(HTML), html.into_bytes())
    }
}

const HTML: &str = "text/html; charset=utf-8";

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
            None => return whole(Status::OK, fields, first),
            Some(Err(cause)) => return Answer::Failed(cause),
            Some(Ok(piece)) => first.extend_from_slice(&piece),
        }
        if is_slow || first.len() > limit::GATHER_BYTES_MAX {
            return Answer::Stream { status: Status::OK, fields, first, source: Box::new(source::Pieces(pieces)) };
        }
    }
}

/// A response with content at hand. Nothing is kept: what it was made from is not known any more.
fn whole<F>(status: Status, fields: Vec<Field>, content: impl Into<Arc<[u8]>>) -> Answer<F> {
    Answer::Whole(Response { status, fields, content: Content::from_bytes(content) }, None)
}

fn field(name: &'static str, value: impl Into<Cow<'static, str>>) -> Field {
    Field { name: name.into(), value: value.into() }
}

fn accept_language<'a>(head: &RequestHead<'a>) -> &'a [u8] {
    head.field(FieldName::AcceptLanguage).unwrap_or_default()
}

/// The query as it came, without `?`.
fn query<'a>(head: &RequestHead<'a>) -> &'a [u8] {
    let mark = head.target.iter().position(|&byte| byte == b'?');
    mark.map_or(&[], |mark| &head.target[mark + 1..])
}
