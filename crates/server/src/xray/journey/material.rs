//! The files: what was looked for, what was chosen, what its bytes are.

use super::{View, bytes, span};
use crate::xray::notes::Note;
use page::xray::cause::Why;
use page::xray::{Cause, Fact, Key, Station};
use semantics::coding::Coding;
use semantics::date::format_date;
use semantics::media_type::MediaType;
use site::{ArchiveKind, CharsetBy, ListingFormat, NodeKind, Page, Refusal, SitePath, WhyPlain};

impl View<'_> {
    pub(super) fn material(&self, station: &mut Station) {
        let plate = self.plate;
        let by_pool = self.plate.notes.as_ref().and_then(|notes| span(notes.begun, notes.done));
        let at_hand = || span(plate.times.understood, plate.times.headed).filter(|_| plate.times.asked == 0);
        station.took = by_pool.or_else(at_hand);
        let mut path = None;
        for note in self.steps() {
            if let Note::Path(found) = note {
                path = Some(found);
            }
            self.note(note, path, &mut station.facts);
        }
        if let Some(page) = self.notes.and_then(|notes| notes.page.as_ref()) {
            let (name, why) = page_made(page);
            station.facts.push(Fact::new(Key::Page, name).because(why));
        }
        if let Some(lost) = self.notes.map(|notes| notes.lost).filter(|lost| *lost > 0) {
            station.facts.push(Fact::new(Key::Remark, "").because(Cause::new(Why::Lost, [lost.to_string()])));
        }
    }

    fn note(&self, note: &Note, asked: Option<&SitePath>, facts: &mut Vec<Fact>) {
        let looked = |path: &SitePath, why: Why| Fact::new(Key::Looked, why.token()).named(shown(path)).because(why);
        let chosen = |path: &SitePath, cause: Cause| Fact::new(Key::Chosen, shown(path)).because(cause);
        let fact = match note {
            Note::Found(path, NodeKind::Directory) => looked(path, Why::FoundFolder),
            Note::Found(path, NodeKind::File) => looked(path, Why::Found),
            Note::Found(path, NodeKind::Other) => looked(path, Why::FoundOther),
            Note::TooLong(path) => looked(path, Why::TooLong),
            Note::Refused(path, refusal) => looked(path, refused(refusal)),
            Note::Index(path) => chosen(path, Why::IsIndex.into()),
            Note::CleanUrl(path) => chosen(path, Cause::new(Why::IsCleanUrl, asked.map(shown))),
            Note::SinglePage(path) => chosen(path, Why::IsSinglePage.into()),
            Note::Fallback(path) => chosen(path, Why::IsFallback.into()),
            Note::ErrorFile(path) => chosen(path, Why::IsErrorFile.into()),
            Note::NotFoundFile(path) => chosen(path, Why::IsNotFoundFile.into()),
            Note::Sibling(path, coding) => {
                facts.push(Fact::new(Key::Coding, coding.as_str()).because(Why::CodedBeside));
                chosen(path, Why::IsSibling.into())
            }
            Note::OldSibling(path) => looked(path, Why::IsOldSibling),
            Note::Bytes(metadata) => {
                facts.push(Fact::new(Key::Size, bytes(metadata.size)));
                Fact::new(Key::Modified, date(metadata.modified.seconds()))
            }
            Note::Charset(label, by) => {
                if !facts.iter().any(|fact| fact.key == Key::Chosen)
                    && let Some((path, why)) = self.served(asked)
                {
                    facts.push(chosen(path, why.into()));
                }
                self.charset(label.as_deref(), *by, facts)
            }
            Note::MediaType(value) => Fact::new(Key::MediaType, value).because(self.type_by(value)),
            Note::Compressed(coding) => Fact::new(Key::Coding, coding.as_str()).because(Why::CodedHere),
            Note::Plain(why) => Fact::new(Key::Coding, Coding::Identity.as_str()).because(plain(*why)),
            Note::EntityTag(tag) => Fact::new(Key::Validator, tag).named("ETag").because(Why::TagOfBytes),
            Note::Unsettled => Fact::new(Key::Remark, "").because(Why::Unsettled),
            Note::Path(_) | Note::Route(..) | Note::Rule(..) | Note::BuiltIn | Note::Hidden => return,
            Note::Redirect | Note::Answer | Note::SiteLimit(_) => return,
        };
        facts.push(fact);
    }

    fn charset(&self, label: Option<&str>, by: CharsetBy, facts: &mut Vec<Fact>) -> Fact {
        let verdict = self.notes.and_then(|notes| notes.verdict.as_ref());
        if let Some(declared) = verdict.and_then(|verdict| verdict.declared) {
            facts.push(Fact::new(Key::Charset, declared.to_string()).named("declared").because(Why::Declared));
        }
        let rule = self.last_rule("charset", |_| true);
        let cause: Cause = match by {
            CharsetBy::Reader => Why::CharsetAsked.into(),
            CharsetBy::Owner => match rule {
                Some(rule) => Cause::new(Why::ByRule, [rule]),
                None => Why::CharsetDefault.into(),
            },
            CharsetBy::Nobody if verdict.is_some() => Why::CharsetUnknown.into(),
            CharsetBy::Nobody => Why::CharsetNone.into(),
            CharsetBy::Bytes => {
                let grounds = verdict.map(|verdict| [verdict.reason.to_string(), verdict.confidence.to_string()]);
                Cause::new(Why::CharsetFound, grounds.into_iter().flatten())
            }
        };
        Fact::new(Key::Charset, label.unwrap_or("-")).named("sent").because(cause)
    }

    /// The file that answers where nothing stands for another: the one of the target's name, or one that a route has named.
    fn served<'a>(&'a self, asked: Option<&'a SitePath>) -> Option<(&'a SitePath, Why)> {
        let last = self.steps().iter().rev().find_map(|note| match note {
            Note::Found(path, NodeKind::File) => Some(path),
            _ => None,
        });
        let is_named = self.has(|note| matches!(note, Note::Rule(_, "serve", _)));
        match last {
            Some(path) if is_named => Some((path, Why::IsServed)),
            _ => Some((asked?, Why::IsFile)),
        }
    }

    /// What the media type comes from.
    fn type_by(&self, value: &str) -> Cause {
        if let Some(rule) = self.last_rule("media-type", |_| true) {
            return Cause::new(Why::ByRule, [rule]);
        }
        let chosen = self.steps().iter().rev().find_map(|note| match note {
            Note::Index(path) | Note::CleanUrl(path) | Note::SinglePage(path) | Note::NotFoundFile(path) => Some(path),
            _ => None,
        });
        let asked = self.steps().iter().find_map(|note| match note {
            Note::Path(path) => Some(path),
            _ => None,
        });
        let by_name = chosen.or(asked).map(|path| MediaType::from_name(path.name()));
        match by_name {
            Some(MediaType::OCTET_STREAM) if value.starts_with("text/") => Why::ReadsAsText,
            Some(MediaType::OCTET_STREAM) => Why::UnknownName,
            _ => Why::FromName,
        }
        .into()
    }
}

fn refused(refusal: &Refusal) -> Why {
    match refusal {
        Refusal::Missing => Why::Missing,
        Refusal::NotPermitted => Why::NotPermitted,
        Refusal::Outside => Why::Outside,
        Refusal::WouldWait => Why::WouldWait,
        Refusal::OutOfDescriptors | Refusal::Later(..) | Refusal::Failed(_) => Why::MachineFailed,
    }
}

fn plain(why: WhyPlain) -> Why {
    match why {
        WhyPlain::Type => Why::PlainType,
        WhyPlain::Empty => Why::PlainEmpty,
        WhyPlain::Small => Why::PlainSmall,
        WhyPlain::Large => Why::PlainLarge,
        WhyPlain::Unsettled => Why::PlainUnsettled,
        WhyPlain::Off => Why::PlainOff,
        WhyPlain::Client => Why::PlainClient,
        WhyPlain::NotSmaller => Why::PlainNotSmaller,
    }
}

/// What a page is called, and why it is made.
pub(super) fn page_made(page: &Page) -> (&'static str, Why) {
    match page {
        Page::Listing { format: ListingFormat::Html, .. } => ("listing", Why::ListingPage),
        Page::Listing { format: ListingFormat::Json, .. } => ("listing", Why::ListingJson),
        Page::Archive { kind: ArchiveKind::Zip, .. } => ("zip", Why::ArchivePage),
        Page::Archive { kind: ArchiveKind::Tar, .. } => ("tar", Why::ArchivePage),
        Page::Markdown { .. } => ("markdown", Why::MarkdownPage),
        Page::Preview { .. } => ("preview", Why::PreviewPage),
        Page::Error { .. } => ("error", Why::ErrorPage),
        Page::Asset { .. } => ("asset", Why::AssetPage),
        Page::Icon => ("icon", Why::IconPage),
        Page::BuiltIn { .. } => ("built-in", Why::BuiltInPage),
    }
}

/// A path as a target has it, decoded.
pub(super) fn shown(path: &SitePath) -> String {
    let slash = if path.has_trailing_slash() && !path.is_root() { "/" } else { "" };
    format!("/{}{slash}", String::from_utf8_lossy(path.as_bytes()))
}

fn date(seconds: i64) -> String {
    String::from_utf8_lossy(&format_date(seconds)).into_owned()
}
