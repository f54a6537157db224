//! A file that was found: shown as a page, or sent as it is with everything that is known about it.

use crate::accept::is_navigation;
use crate::answer::{answer, field};
use crate::disposition::attachment;
use crate::fingerprint::Fingerprint;
use crate::limit;
use crate::page::Page;
use crate::path::SitePath;
use crate::query;
use crate::representation::{COMPRESSOR_GENERATION, Keep, Workshop, is_settled};
use crate::route::Act;
use crate::select::Selected;
use crate::tree::{Metadata, Refusal, Tree};
use crate::variant::Variant;
use crate::visit::Visit;
use crate::witness::{CharsetBy, Step, Witness};
use charset::TextKind;
use semantics::coding::Coding;
use semantics::date::format_date;
use semantics::media_type::{Kind, MediaType};
use semantics::{Content, Response, Status};
use std::borrow::Cow;

/// The value of `Content-Type`, and what it says about compressing.
pub(crate) struct Labelled {
    pub(crate) value: Cow<'static, str>,
    pub(crate) is_compressible: bool,
    /// Whether scripts in it run, under a label that came from the query.
    is_doubtful: bool,
}

/// Bytes of a resource, and what they are.
type LabelledVariant<F> = (Labelled, Variant<F>);

impl<'a, T: Tree, W: Workshop<T::File>, X: Witness> Visit<'a, T, W, X> {
    /// Answers with a file that we chose ourselves: no rule for it is passed by asking for what it stands for.
    pub(crate) fn stand_in(
        mut self,
        path: &SitePath,
        file: &T::File,
        metadata: &Metadata,
    ) -> Result<Selected<T::File>, Refusal> {
        let ruling = self.options.routes.rule_of_file(path, self.head, self.target, self.client)?;
        self.effects.amendments.is_for_some |= ruling.effects.amendments.is_for_some;
        match ruling.act {
            Act::Refuse(status, remedy) => self.refuse(status, Some(path.clone()), remedy),
            // Only who may have it is asked for: where the target leads was decided before.
            Act::Open | Act::Serve(_) | Act::Redirect(..) | Act::Answer(..) => self.file(path, file, metadata),
        }
    }

    /// Answers with a file.
    pub(crate) fn file(
        mut self,
        path: &SitePath,
        file: &T::File,
        metadata: &Metadata,
    ) -> Result<Selected<T::File>, Refusal> {
        if let Some(page) = self.page(path, metadata) {
            return Ok(self.made(page));
        }
        if let Some(thumbnail) = self.thumbnail(path, file, metadata)? {
            return Ok(self.keep(path, metadata, thumbnail));
        }
        if self.asks_for_thumbnail(path) && metadata.size > limit::THUMBNAIL_BYTES_MAX {
            return Ok(self.no_thumbnail());
        }
        // The label first: it is what a fast workshop cannot tell, so the fast path ends here or goes through.
        let media_type = self.media_type(path, file, metadata, query::charset(self.target))?;
        let Some(variant) = self.variant(path, file, metadata, media_type.is_compressible)? else {
            return self.refuse(Status::NOT_ACCEPTABLE, Some(path.clone()), None);
        };
        Ok(self.keep(path, metadata, (media_type, variant)))
    }

    /// Answers with these bytes, and says what of that may be kept.
    fn keep(
        mut self,
        path: &SitePath,
        metadata: &Metadata,
        (media_type, variant): LabelledVariant<T::File>,
    ) -> Selected<T::File> {
        let mut keep = self.representation(path, metadata, media_type, variant);
        let response = answer(&keep, self.head, self.now);
        self.witness.step(Step::Answer(response.status));
        // Kept answers are told apart by target and coding alone.
        if self.varies_by_navigation || !self.effects.amendments.is_for_all() {
            return Selected::Response(response, None);
        }
        let evidence = self.evidence();
        Selected::Response(
            response,
            evidence.map(|evidence| {
                keep.evidence = evidence;
                keep
            }),
        )
    }

    /// Whether a small picture is asked for, of one that may have it inside.
    fn asks_for_thumbnail(&self, path: &SitePath) -> bool {
        let is_asked = self.options.prefix.is_some() && query::has(self.target, "thumbnail");
        is_asked && MediaType::from_name(path.name()).essence == JPEG
    }

    /// There is none. Browsers show what stands behind an empty picture, and a sign of damage where none comes.
    fn no_thumbnail(&self) -> Selected<T::File> {
        let mut response = Response::new(Status::NOT_FOUND).with_content(Content::from_bytes(EMPTY_PICTURE));
        response.fields.push(field("Content-Type", "image/svg+xml"));
        self.complete(&mut response.fields, Status::NOT_FOUND);
        Selected::Response(response, None)
    }

    /// The small picture inside, when that is asked for.
    fn thumbnail(
        &self,
        path: &SitePath,
        file: &T::File,
        metadata: &Metadata,
    ) -> Result<Option<LabelledVariant<T::File>>, Refusal> {
        if !self.asks_for_thumbnail(path) {
            return Ok(None);
        }
        let Some(bytes) = self.workshop.thumbnail(file, metadata)? else { return Ok(None) };
        let label = Labelled { value: Cow::Borrowed(JPEG), is_compressible: false, is_doubtful: false };
        let (coding, content) = (Coding::Identity, Content::from_bytes(bytes));
        Ok(Some((label, Variant { coding, content, metadata: *metadata, is_made: true })))
    }

    /// The page that shows the file, when the request is for that.
    fn page(&mut self, path: &SitePath, metadata: &Metadata) -> Option<Page> {
        // Pages need the styles below the prefix.
        self.options.prefix.as_ref()?;
        let (path, metadata, charset) = (path.clone(), *metadata, query::charset(self.target));
        if query::has(self.target, "preview") {
            return Some(Page::Preview { path, metadata, charset });
        }
        let is_raw = query::has(self.target, "raw") || query::has(self.target, "download");
        let is_text_to_read =
            MediaType::from_name(path.name()).kind == Kind::Markdown && self.effects.media_type.is_none();
        if is_raw || !self.options.markdown || !is_text_to_read {
            return None;
        }
        self.varies_by_navigation = true;
        is_navigation(self.head).then_some(Page::Markdown { path, metadata, charset })
    }

    /// What the bytes are, and for a text, in which encoding: the one asked for, else what the workshop found.
    pub(crate) fn media_type(
        &mut self,
        path: &SitePath,
        file: &T::File,
        metadata: &Metadata,
        asked: Option<&'static str>,
    ) -> Result<Labelled, Refusal> {
        let said = self.effects.media_type.clone();
        let (essence, own_charset) = said.as_deref().map_or((None, None), |said| {
            let (essence, parameters) = said.split_once(';').unwrap_or((said, ""));
            let charset = parameters.split_once('=').map(|(_, charset)| charset.trim_matches([' ', '"']).to_owned());
            (Some(essence.trim_end()), charset)
        });
        let mut media_type = essence.map_or_else(|| MediaType::from_name(path.name()), MediaType::from_essence);
        let is_unknown = essence.is_none()
            && media_type == MediaType::OCTET_STREAM
            && (1..=limit::SNIFF_BYTES_MAX).contains(&metadata.size);
        let mut by = match (&asked, &own_charset) {
            (Some(_), _) => CharsetBy::Reader,
            (None, Some(_)) => CharsetBy::Owner,
            (None, None) => CharsetBy::Nobody,
        };
        let mut charset = asked.map(Cow::Borrowed).or(own_charset.map(Cow::Owned));
        if media_type.is_text && charset.is_none() || is_unknown {
            let found = self.workshop.charset(file, metadata, text_kind(media_type.kind))?;
            if is_unknown && found.is_some() {
                // A text under a name that says nothing (`CHANGES`, `hosts.local`) is to be read, not to be saved.
                media_type = MediaType::from_essence("text/plain");
            }
            if let (None, Some(found)) = (&charset, found) {
                (charset, by) = (Some(Cow::Borrowed(found)), CharsetBy::Bytes);
            }
        }
        let by_default = self.effects.charset.as_ref().or(self.options.default_charset.as_ref());
        if let (None, Some(default)) = (&charset, by_default) {
            (charset, by) = (Some(Cow::Owned(default.clone())), CharsetBy::Owner);
        }
        let charset = charset.filter(|_| media_type.is_text);
        self.witness.step(Step::Charset(charset.as_deref(), if charset.is_some() { by } else { CharsetBy::Nobody }));
        let value = match charset {
            Some(charset) => Cow::Owned(format!("{}; charset={charset}", media_type.essence)),
            None => Cow::Owned(media_type.essence.to_owned()),
        };
        self.witness.step(Step::MediaType(&value));
        let is_doubtful = asked.is_some() && matches!(media_type.kind, Kind::Html | Kind::Xml);
        Ok(Labelled { value, is_compressible: media_type.is_compressible, is_doubtful })
    }

    /// The whole 200.
    fn representation(
        &mut self,
        path: &SitePath,
        original: &Metadata,
        media_type: Labelled,
        variant: Variant<T::File>,
    ) -> Keep<T::File> {
        self.witness.step(Step::Bytes(&variant.metadata));
        let is_settled = is_settled(original, self.now) && is_settled(&variant.metadata, self.now);
        if !is_settled {
            self.witness.step(Step::Unsettled);
        }
        let etag = entity_tag(&variant, &media_type.value, is_settled);
        self.witness.step(Step::EntityTag(&etag));
        // RFC 9110 §8.8.2.1: never later than the message.
        let last_modified = variant.metadata.modified.min(self.now).seconds();
        let vary_coding = media_type.is_compressible && (self.options.siblings || self.options.compress);

        let mut fields = Vec::with_capacity(8 + self.options.fields.len());
        fields.push(field("Content-Type", media_type.value));
        if variant.coding != Coding::Identity {
            fields.push(field("Content-Encoding", variant.coding.as_str()));
        }
        if query::has(self.target, "download") {
            fields.push(field("Content-Disposition", attachment(path.name())));
        }
        if media_type.is_doubtful {
            // Under another encoding, harmless text can turn into a script (ISO-2022-JP makes quotes vanish), and whoever
            // makes a link chooses the encoding. The reader wants to read; nothing in it needs to run for that.
            fields.push(field("Content-Security-Policy", "sandbox"));
        }
        fields.push(field("ETag", etag.clone()));
        fields.push(field("Last-Modified", String::from_utf8_lossy(&format_date(last_modified)).into_owned()));
        match (vary_coding, self.varies_by_navigation) {
            (true, true) => fields.push(field("Vary", "Accept-Encoding, Accept, Sec-Fetch-Dest")),
            (true, false) => fields.push(field("Vary", "Accept-Encoding")),
            (false, true) => fields.push(field("Vary", "Accept, Sec-Fetch-Dest")),
            (false, false) => {}
        }
        fields.push(field("Accept-Ranges", "bytes"));
        self.complete(&mut fields, Status::OK);
        Keep { fields, content: variant.content, etag, last_modified, evidence: Vec::new(), vary_coding }
    }
}

/// The only pictures that cameras put small ones into.
const JPEG: &str = "image/jpeg";

const EMPTY_PICTURE: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

/// From what identifies the bytes, and their label: who mends a wrong charset wants it seen by those who have the bytes.
///
/// What changed this very moment may change again and look the same, so its tag is weak, and another one than it will
/// have when the clock has moved on; else a client that got the first bytes would keep them.
fn entity_tag<F>(variant: &Variant<F>, label: &str, is_settled: bool) -> String {
    let Metadata { inode, size, modified, .. } = variant.metadata;
    let seconds = modified.0.div_euclid(1_000_000_000);
    let mark = Fingerprint::new()
        .with(inode)
        .with(size)
        // Both fit: seconds of any file system need fewer than 64 bits, and the rest is less than 10⁹.
        .with(seconds as u64)
        .with(modified.0.rem_euclid(1_000_000_000) as u64)
        .with(variant.coding as u64)
        .with(if variant.is_made { COMPRESSOR_GENERATION } else { 0 })
        .with_bytes(label.as_bytes());
    match is_settled {
        true => format!("\"{:016x}\"", mark.finish()),
        false => format!("W/\"{:016x}\"", mark.with(1).finish()),
    }
}

/// Where a text of that kind would declare its encoding.
fn text_kind(kind: Kind) -> TextKind {
    match kind {
        Kind::Html => TextKind::Html,
        Kind::Css => TextKind::Css,
        Kind::Xml => TextKind::Xml,
        _ => TextKind::Plain,
    }
}
