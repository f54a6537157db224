//! One material for people: Markdown as a page, any file with its preview, the README of a folder.

use super::folder::{neighbours, way};
use super::name::shown_together;
use super::sight::{Eyes, Sight};
use super::span::Span;
use super::{accept_language, text};
use crate::origin::{Answer, Files, Site};
use charset::TextKind;
use page::Kind;
use page::archive::Contents;
use page::markdown::{self, MarkdownPage};
use page::preview::{self, Material, Picture, PreviewPage};
use semantics::media_type::{Kind as MediaKind, MediaType};
use semantics::{RequestHead, Status, Timestamp};
use site::{NodeKind, Refusal, SitePath};
use std::ops::ControlFlow;
use std::sync::Arc;

impl<T: Files> Site<T> {
    pub(super) fn markdown(
        &self,
        head: &RequestHead<'_>,
        path: &SitePath,
        chosen: Option<&'static str>,
    ) -> Result<Answer<T::File>, Refusal> {
        let node = self.files.open(path)?;
        let file = node.file.ok_or(Refusal::Missing)?;
        let text = text::read(&self.files, &file, node.metadata.size, TextKind::Plain, chosen)?;
        let text = text.map_or_else(String::new, |text| text.text);
        let html = markdown::page(&self.look(head), &MarkdownPage { path: &way(path), text: &text });
        Ok(self.html(Status::OK, html))
    }

    pub(super) fn preview(
        &self,
        head: &RequestHead<'_>,
        sight: &Sight,
        path: &SitePath,
        chosen: Option<&'static str>,
        now: Timestamp,
    ) -> Result<Answer<T::File>, Refusal> {
        let node = self.files.open(path)?;
        let file = node.file.ok_or(Refusal::Missing)?;
        let media_type = MediaType::from_name(path.name());
        let kind = Kind::from_name(path.name());
        let text = match media_type.is_text {
            true => text::read(&self.files, &file, node.metadata.size, text_kind(media_type.kind), chosen)?,
            false => None,
        };
        let mut span = Span::new(&self.files, &file, node.metadata.size);
        let entries;
        let material = match (&text, kind, media_type.kind) {
            (Some(text), _, MediaKind::Markdown) => {
                Material::Markdown { text: &text.text, charset: text.charset(), is_cut: text.is_cut }
            }
            (Some(text), Kind::Table, _) => {
                Material::Table { text: &text.text, charset: text.charset(), is_cut: text.is_cut }
            }
            (_, Kind::Image, _) => Material::Image(Picture::read(&mut span)),
            (Some(text), ..) => Material::Text { text: &text.text, charset: text.charset(), is_cut: text.is_cut },
            (_, Kind::Sound, _) => Material::Sound,
            (_, Kind::Film, _) => Material::Film,
            (_, Kind::Pdf, _) => Material::Pdf,
            (_, Kind::Archive, _) => match Contents::read(&mut span) {
                Some(contents) => {
                    entries = entries_shown(&contents);
                    Material::Archive { entries: &entries, is_cut: contents.is_cut }
                }
                None => Material::Facts,
            },
            _ => Material::Facts,
        };
        let (previous, next) = neighbours(&sight.of(&self.files), (&self.files, path), accept_language(head));
        let html = preview::page(
            &self.look(head),
            &PreviewPage {
                path: &way(path),
                kind,
                media_type: media_type.essence,
                size: node.metadata.size,
                modified: Some(node.metadata.modified),
                now,
                material,
                previous: previous.as_ref(),
                next: next.as_ref(),
            },
        );
        Ok(self.html(Status::OK, html))
    }
}

/// The small picture inside a large one. What cannot be read has none.
pub(crate) fn thumbnail<T: Files>(files: &T, file: &T::File, size: u64) -> Option<Arc<[u8]>> {
    preview::thumbnail(&mut Span::new(files, file, size)).map(Arc::from)
}

/// Names in an archive are seldom said to be in an encoding, and in zips of Windows they are in that of its owner's country.
fn entries_shown(contents: &Contents) -> Vec<(String, Option<u64>)> {
    let names: Vec<&[u8]> = contents.entries.iter().map(|entry| entry.name.as_slice()).collect();
    shown_together(&names).into_iter().zip(contents.entries.iter().map(|entry| entry.size)).collect()
}

fn text_kind(kind: MediaKind) -> TextKind {
    match kind {
        MediaKind::Html => TextKind::Html,
        MediaKind::Css => TextKind::Css,
        MediaKind::Xml => TextKind::Xml,
        _ => TextKind::Plain,
    }
}

/// What is written about a folder, as safe HTML.
pub(super) fn readme<T: Files>(eyes: &Eyes<'_, T>, (files, folder): (&T, &SitePath)) -> Option<String> {
    const NAMES: [&str; 3] = ["README.md", "README.markdown", "README.txt"];
    let mut found: Option<(usize, Vec<u8>)> = None;
    let listed = files.list(folder, &mut |entry| {
        let is_named = |name: &&str| entry.name.eq_ignore_ascii_case(name.as_bytes());
        if entry.kind != Some(NodeKind::Directory)
            && let Some(rank) = NAMES.iter().position(is_named)
            && found.as_ref().is_none_or(|(best, _)| rank < *best)
            && eyes.see_in(folder, &entry.name, false)
        {
            found = Some((rank, entry.name));
        }
        ControlFlow::Continue(())
    });
    listed.ok()?;
    let (rank, name) = found?;
    let node = files.open(&folder.join(&name)?).ok()?;
    let text = text::read(files, &node.file?, node.metadata.size, TextKind::Plain, None).ok()??;
    match NAMES[rank].ends_with(".txt") {
        // Indented by four, any text is a code block of Markdown: shown as it stands.
        true => Some(markdown::render(&text.text.lines().map(|line| format!("    {line}\n")).collect::<String>()).html),
        false => Some(markdown::render(&text.text).html),
    }
}
