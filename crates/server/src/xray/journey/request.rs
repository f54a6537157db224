//! What the bytes mean.

use super::View;
use crate::xray::mask::is_secret_field;
use page::xray::cause::Why;
use page::xray::{Cause, Fact, Key, Station};
use semantics::{FieldName, Method, Target};

impl View<'_> {
    pub(super) fn request(&self, station: &mut Station) {
        let facts = &mut station.facts;
        let Some(head) = &self.head else {
            return facts.extend(
                self.plate
                    .fault
                    .iter()
                    .map(|fault| Fact::new(Key::RequestLine, "-").because(Cause::new(Why::Broken, [fault.as_str()]))),
            );
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        facts.push(Fact::new(Key::Method, text(head.method.as_bytes())).because(match head.method {
            Method::Get => Why::Safe,
            Method::Head => Why::HeadOnly,
            Method::Options => Why::WhatIsAllowed,
            Method::Known(_) => Why::NotOffered,
            Method::Unknown(_) => Why::NoSuchMethod,
        }));
        facts.push(Fact::new(Key::Target, text(head.target)));
        match Target::parse(head.target) {
            Ok(target) => {
                facts.push(Fact::new(Key::Path, text(target.path())).because(Why::DecodedOnce));
                facts.push(match target.query() {
                    Some(query) => Fact::new(Key::Query, text(query)).because(Why::HasQuery),
                    None => Fact::new(Key::Query, "-").because(Why::NoQuery),
                });
            }
            Err(fault) => facts.push(Fact::new(Key::Path, "-").because(Cause::new(Why::BadTarget, [fault.reason()]))),
        }
        facts.push(Fact::new(Key::Host, text(head.authority)).because(Why::SaysHost));
        for (name, value) in head.fields.lines() {
            if name.eq_ignore_ascii_case(b"host") {
                continue;
            }
            let why = effect(name);
            facts.push(Fact::new(Key::RequestField, text(value)).named(text(name)).because(why));
        }
    }
}

/// What a field of a request is good for here.
fn effect(name: &[u8]) -> Why {
    use FieldName as Name;
    match FieldName::from_bytes(name) {
        Some(Name::QuarryTrace) => Why::MarksForXray,
        _ if is_secret_field(name) => Why::Masked,
        Some(Name::AcceptEncoding) => Why::ChoosesCoding,
        Some(Name::Accept) => Why::ChoosesForm,
        Some(Name::AcceptLanguage) => Why::ChoosesLanguage,
        Some(Name::SecFetchDest | Name::SecFetchMode) => Why::ChoosesNavigation,
        Some(Name::IfNoneMatch) => Why::AsksIfChanged,
        Some(Name::IfModifiedSince) => Why::AsksIfChangedSince,
        Some(Name::IfMatch) => Why::AsksIfSame,
        Some(Name::IfUnmodifiedSince) => Why::AsksIfUnchangedSince,
        Some(Name::Range) => Why::AsksForPart,
        Some(Name::IfRange) => Why::AsksIfRange,
        Some(Name::Connection) => Why::SaysWhetherToClose,
        Some(Name::ContentLength | Name::TransferEncoding | Name::Expect) => Why::FramesContent,
        _ => Why::NotUsed,
    }
}
