//! What the owner has said about such requests.

use super::View;
use crate::xray::notes::Note;
use page::xray::cause::Why;
use page::xray::{Fact, Key, Station};

impl View<'_> {
    pub(super) fn rules(&self, station: &mut Station) {
        let facts = &mut station.facts;
        if self.steps().is_empty() {
            return;
        }
        if self.has(|note| matches!(note, Note::BuiltIn)) {
            let prefix = self.setting.options.prefix.clone().unwrap_or_default();
            return facts.push(Fact::new(Key::Order, format!("{prefix}/")).because(Why::BuiltInFirst));
        }
        facts.push(Fact::new(Key::Order, "-").because(Why::NoRules));
        if self.has(|note| matches!(note, Note::Hidden)) {
            facts.push(Fact::new(Key::Order, ".").because(Why::HiddenRule));
        }
    }
}
