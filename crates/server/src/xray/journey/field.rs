//! Where each field of an answer comes from: the owner, a default, the bytes, the message.

use super::View;
use crate::xray::notes::Note;
use page::xray::Cause;
use page::xray::cause::Why;
use site::{Page, SiteOptions};

impl View<'_> {
    /// Why an answer has this field with this value.
    pub(super) fn origin(&self, name: &str, value: &str) -> Option<Cause> {
        let is_set = |said: &str| said.split(':').next().is_some_and(|of| of.trim().eq_ignore_ascii_case(name));
        let key = name.to_ascii_lowercase();
        let by_rule = self.last_rule("set", is_set).or_else(|| match key.as_str() {
            "cache-control" => self.last_rule("cache-control", |_| true),
            "content-type" => self.last_rule("media-type", |_| true).or_else(|| self.last_rule("charset", |_| true)),
            "location" => self.last_rule("redirect", |_| true),
            "www-authenticate" => self.last_rule("auth", |_| true),
            "retry-after" => self.last_rule("limit", |_| true),
            key if key.starts_with("access-control-") => self.last_rule("cors", |_| true),
            _ => None,
        });
        if key == "retry-after" && self.site_limit().is_some() {
            return Some(Why::SiteLimits.into());
        }
        if let Some(rule) = by_rule {
            return Some(Cause::new(Why::ByRule, [rule]));
        }
        self.default(name, value).map(Cause::from)
    }

    /// The same, where no route has said anything.
    fn default(&self, name: &str, value: &str) -> Option<Why> {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let is_made = self.notes.is_some_and(|notes| notes.page.is_some()) || !self.is_representation();
        if let Some(why) = self.owner(name, value) {
            return Some(why);
        }
        Some(match name {
            _ if is("date") => Why::MessageDate,
            _ if is("content-length") => Why::LengthKnown,
            _ if is("transfer-encoding") => Why::Chunks,
            _ if is("connection") && value.eq_ignore_ascii_case("close") => Why::Closes,
            _ if is("connection") => Why::StaysOpen,
            _ if is("content-type") && is_made && !self.is_copied_from_owner() => Why::TypeOfPage,
            _ if is("content-type") => Why::ByType,
            _ if is("content-encoding") => Why::ByCoding,
            _ if is("etag") => Why::ByTag,
            _ if is("last-modified") => Why::ByModified,
            _ if is("vary") && value == "Accept-Encoding" => Why::VaryByCoding,
            _ if is("vary") => Why::VaryByReader,
            _ if is("accept-ranges") => Why::RangesWelcome,
            _ if is("content-range") => Why::PlaceOfPart,
            _ if is("content-disposition") => Why::SaveAs,
            _ if is("location") => Why::WhereTo,
            _ if is("allow") => Why::Allows,
            _ if is("retry-after") => Why::ComeBack,
            _ if is("content-security-policy") && value == "sandbox" => Why::SandboxDoubtful,
            _ if is("content-security-policy") => Why::PolicyOfPages,
            _ if is("cache-control") && self.is_asset() => Why::CacheAsset,
            _ if is("cache-control") && is_made && !self.is_copied_from_owner() => Why::CachePage,
            _ if is("cache-control") => self.cache_control(),
            _ => return None,
        })
    }

    /// A field that all answers of the site have.
    fn owner(&self, name: &str, value: &str) -> Option<Why> {
        let is_it = |field: &&semantics::Field| field.name.eq_ignore_ascii_case(name) && field.value == value;
        self.setting.options.fields.iter().find(is_it)?;
        let default = SiteOptions::default().fields;
        Some(if default.iter().any(|field| is_it(&field)) { Why::HeaderDefault } else { Why::HeaderOwner })
    }

    fn cache_control(&self) -> Why {
        match self.setting.options.cache_control == SiteOptions::default().cache_control {
            true => Why::CacheDefault,
            false => Why::CacheOwner,
        }
    }

    /// Redirects and files that answer for what is missing have what the owner says for files.
    fn is_copied_from_owner(&self) -> bool {
        self.has(|note| matches!(note, Note::Redirect | Note::NotFoundFile(_) | Note::Answer))
    }

    fn is_asset(&self) -> bool {
        let page = self.notes.and_then(|notes| notes.page.as_ref());
        matches!(page, Some(Page::Asset { .. })) && self.status() == 200
    }
}
