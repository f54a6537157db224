//! Preconditions and ranges: each field that asks for one, and what became of it (RFC 9110 §13.2.2).

use super::View;
use page::xray::cause::Why;
use page::xray::{Cause, Fact, Key};
use semantics::condition::{Verdict, evaluate};
use semantics::date::parse_date;
use semantics::range::{Ranges, select_ranges};
use semantics::{FieldName, Fields, Method, RequestHead};

impl View<'_> {
    pub(super) fn preconditions(&self, facts: &mut Vec<Fact>) {
        use FieldName::{IfMatch, IfModifiedSince, IfNoneMatch, IfUnmodifiedSince};
        let Some(head) = &self.head else { return };
        let has = |name| head.field(name).is_some();
        for name in [IfMatch, IfUnmodifiedSince, IfNoneMatch, IfModifiedSince] {
            let Some(value) = head.field(name) else { continue };
            let cause = match name {
                _ if !self.is_representation() => Cause::from(Why::NotForThis),
                IfUnmodifiedSince if has(IfMatch) => Cause::new(Why::PutAside, ["If-Match"]),
                IfModifiedSince if has(IfNoneMatch) => Cause::new(Why::PutAside, ["If-None-Match"]),
                IfNoneMatch | IfModifiedSince if self.status() == 412 => Cause::new(Why::PutAside, ["If-Match"]),
                name => self.precondition(head, name, value).into(),
            };
            facts.push(fact(Key::Precondition, name, value, cause));
        }
    }

    /// What one precondition comes to by itself.
    fn precondition(&self, head: &RequestHead<'_>, name: FieldName, value: &[u8]) -> Why {
        use FieldName::{IfMatch, IfModifiedSince, IfUnmodifiedSince};
        let only = |head: RequestHead<'_>| evaluate(&head, self.tag().map(str::as_bytes), self.modified(), self.now());
        let verdict = with_only(head, name, only);
        let is_date = || !head.fields.is_repeated(name) && parse_date(value, self.now()).is_some();
        match (name, verdict) {
            (IfMatch, Verdict::Proceed) => Why::MatchHolds,
            (IfMatch, _) => Why::MatchFails,
            (IfUnmodifiedSince | IfModifiedSince, _) if !is_date() => Why::NoDate,
            (IfUnmodifiedSince, Verdict::Proceed) => Why::UnchangedHolds,
            (IfUnmodifiedSince, _) => Why::UnchangedFails,
            (IfModifiedSince, Verdict::Proceed) => Why::ChangedSince,
            (IfModifiedSince, _) => Why::NotChangedSince,
            (_, Verdict::Proceed) => Why::TagDiffers,
            _ => Why::TagMatches,
        }
    }

    pub(super) fn range(&self, facts: &mut Vec<Fact>) {
        let Some(head) = &self.head else { return };
        let Some(value) = head.field(FieldName::Range) else { return };
        let cause = match self.status() {
            _ if !self.is_representation() => Cause::from(Why::NotForThis),
            206 => Why::RangeTaken.into(),
            416 => {
                let total = self.sent("content-range").and_then(|value| value.strip_prefix("bytes */"));
                Cause::new(Why::RangeBeyond, [format!("{} bytes", total.unwrap_or_default())])
            }
            304 | 412 => Cause::new(Why::PutAside, [self.decider(head)]),
            _ if head.method != Method::Get => Why::RangeOnlyGet.into(),
            _ if self.is_kept_whole_by_if_range(head) => Why::RangeNotSame.into(),
            _ => Why::RangeNotUnderstood.into(),
        };
        facts.push(fact(Key::Range, FieldName::Range, value, cause));
        if let Some(value) = head.field(FieldName::IfRange) {
            let cause = match self.status() {
                206 | 416 => Why::AsksIfRange,
                _ => Why::RangeNotSame,
            };
            facts.push(fact(Key::Range, FieldName::IfRange, value, cause.into()));
        }
    }

    /// The precondition that came before the range.
    fn decider(&self, head: &RequestHead<'_>) -> &'static str {
        let names = match self.status() {
            412 => [(FieldName::IfMatch, "If-Match"), (FieldName::IfUnmodifiedSince, "If-Unmodified-Since")],
            _ => [(FieldName::IfNoneMatch, "If-None-Match"), (FieldName::IfModifiedSince, "If-Modified-Since")],
        };
        names.iter().find(|(name, _)| head.field(*name).is_some()).map_or("", |(_, text)| text)
    }

    /// Whether the range would have been taken without `If-Range`.
    fn is_kept_whole_by_if_range(&self, head: &RequestHead<'_>) -> bool {
        let length = self.plate.reply.as_ref().and_then(|reply| reply.content).unwrap_or(0);
        let alone = |head: RequestHead<'_>| {
            select_ranges(&head, self.tag().map(str::as_bytes), self.modified(), length, self.now())
        };
        head.field(FieldName::IfRange).is_some() && with_only(head, FieldName::Range, alone) != Ranges::Whole
    }
}

fn fact(key: Key, name: FieldName, value: &[u8], cause: Cause) -> Fact {
    Fact::new(key, String::from_utf8_lossy(value)).named(titled(name)).because(cause)
}

/// `If-None-Match`, as people write it.
fn titled(name: FieldName) -> String {
    let part = |part: &str| part[..1].to_uppercase() + &part[1..];
    name.as_str().split('-').map(part).collect::<Vec<_>>().join("-")
}

/// The same request with no field but those of one name.
fn with_only<R>(head: &RequestHead<'_>, name: FieldName, use_head: impl FnOnce(RequestHead<'_>) -> R) -> R {
    let is_meant = |line: &(&[u8], &[u8])| line.0.eq_ignore_ascii_case(name.as_str().as_bytes());
    let mut section = Vec::new();
    let mut places = Vec::new();
    for (of, value) in head.fields.lines().filter(is_meant) {
        section.extend_from_slice(&[of, b": "].concat());
        places.push(section.len()..section.len() + value.len());
        section.extend_from_slice(&[value, b"\r\n"].concat());
    }
    let mut fields = Fields::new();
    fields.set_section(&section);
    places.into_iter().for_each(|place| fields.note(name, &section[place]));
    use_head(RequestHead { fields, ..*head })
}
