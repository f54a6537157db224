//! From what was asked to what is answered.
//!
//! ```text
//! words ─▶ query ─▶ plan ─▶ hits of all segments ─▶ facts, gate ─▶ facets, the best ─▶ texts, marks
//! ```
//!
//! All words first. With too few hits, words that are nowhere are looked for as they may have been meant; then most of the words are enough.
//! Each look-up has a budget of time: what it could not look at, it says (`total_is_exact`).

mod collect;
mod facet;
pub(crate) mod facts;
pub(crate) mod pattern;
mod phrase;
mod plan;
mod rank;
mod show;
pub(crate) mod spread;
mod typo;

use crate::answer::{Answer, Gate, Hit, Request, Step, Suggestions};
use crate::error::Error;
use crate::index::{Shared, View};
use crate::query::Query;
use collect::{Budget, Hits};
use plan::{Build, Plan};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Finds. Clones find in the same index; each commit is seen at once.
#[derive(Clone, Debug)]
pub struct Finder {
    shared: Arc<Shared>,
}

impl Finder {
    pub(crate) fn new(shared: Arc<Shared>) -> Finder {
        Finder { shared }
    }

    /// The materials with these words, the best first. What the gate does not show is not counted either.
    pub fn find(&self, request: &Request<'_>, gate: &dyn Gate) -> Answer {
        let begin = Instant::now();
        let budget = Budget::new(begin + TIME_MAX);
        let answer = self.shared.guard(|| self.answer(request, gate, &budget, true));
        Answer { took: begin.elapsed(), ..answer.unwrap_or_default() }
    }

    /// What suggests itself while somebody types: names and titles first, then pages.
    pub fn suggest(&self, request: &Request<'_>, gate: &dyn Gate) -> Suggestions {
        let begin = Instant::now();
        let budget = Budget::new(begin + SUGGEST_TIME_MAX);
        let wanted = Request { offset: 0, limit: request.limit * 2, ..*request };
        let answer = self.shared.guard(|| self.answer(&wanted, gate, &budget, false)).unwrap_or_default();
        let is_named = |hit: &Hit| is_marked(&hit.name) || hit.title.as_ref().is_some_and(is_marked);
        let (mut names, mut pages): (Vec<_>, Vec<_>) = answer.hits.into_iter().partition(is_named);
        names.truncate(request.limit);
        pages.truncate(request.limit);
        Suggestions { names, pages, took: begin.elapsed() }
    }

    /// Some of the materials that could not be read, with the reason, those that changed last first; and how many there are.
    pub fn unreadable(&self, limit: usize) -> (usize, Vec<(Vec<u8>, String)>) {
        self.shared.guard(|| show::unreadable(&self.shared.view(), limit)).unwrap_or_default()
    }

    fn answer(
        &self,
        request: &Request<'_>,
        gate: &dyn Gate,
        budget: &Budget,
        has_facets: bool,
    ) -> Result<Answer, Error> {
        let view = self.shared.view();
        let plan = Plan::new(&Query::parse(request.words));
        let mut answer = Answer { total_is_exact: true, ..Answer::default() };
        if plan.is_empty() {
            return Ok(answer);
        }
        let look = Look { shared: &self.shared, view: &view, gate, budget };
        let found = look.steps(plan)?;
        answer.step = found.step;
        answer.instead = found.instead;
        answer.total = found.hits.len();
        answer.total_is_exact = !budget.is_cut();
        if has_facets {
            answer.facets = facet::count(&view, &found.hits, &found.places, budget)?;
        }
        let best = rank::best(&view, &found.plan, found.hits, request);
        answer.hits = show::hits(&view, &self.shared.fields, &found.plan, &best)?;
        Ok(answer)
    }
}

/// One look-up.
struct Look<'a> {
    shared: &'a Shared,
    view: &'a View,
    gate: &'a dyn Gate,
    budget: &'a Budget,
}

/// What a look-up found, and by which reading of the words.
struct Found {
    step: Step,
    plan: Plan,
    instead: Option<String>,
    hits: Hits,
    places: Vec<facts::Place>,
}

impl Look<'_> {
    fn steps(&self, plan: Plan) -> Result<Found, Error> {
        let columns = &self.view.columns;
        let places = plan
            .facts
            .folders
            .iter()
            .map(|folder| facts::Place::new(folder, columns))
            .collect::<Result<Vec<_>, _>>()?;
        let words = plan.words.len();
        let hits = self.hits(&plan, &places, words)?;
        let mut found = Found { step: Step::All, plan, instead: None, hits, places };
        if found.hits.len() >= ENOUGH || words == 0 || self.budget.is_cut() {
            return Ok(found);
        }
        // A word that is nowhere can only be left out or be meant otherwise: the second says more.
        let meant = typo::correct(self.view, &self.shared.fields, &found.plan)?;
        if let Some((plan, instead)) = meant {
            let hits = self.hits(&plan, &found.places, words)?;
            if hits.len() > found.hits.len() {
                found = Found { step: Step::Typo, plan, instead: Some(instead), hits, ..found };
            }
        }
        if found.hits.len() >= ENOUGH || words < 2 || (words == 2 && !found.hits.is_empty()) {
            return Ok(found);
        }
        let most = (words * 2).div_ceil(3).min(words - 1);
        let hits = self.hits(&found.plan, &found.places, most)?;
        if hits.len() > found.hits.len() {
            let step = if found.step == Step::All { Step::Most } else { found.step };
            found = Found { step, hits, ..found };
        }
        Ok(found)
    }

    fn hits(&self, plan: &Plan, places: &[facts::Place], words_min: usize) -> Result<Hits, Error> {
        let build = Build { fields: &self.shared.fields, is_cut: self.budget.cut() };
        let asked = collect::Asked {
            query: build.query(plan, words_min),
            excluded: build.excluded(plan),
            facts: &plan.facts,
            places,
        };
        collect::hits(self.view, &asked, self.gate, self.budget)
    }
}

fn is_marked(text: &crate::answer::Marked) -> bool {
    text.pieces.iter().any(|piece| piece.is_match)
}

/// With so many hits no other reading is tried.
const ENOUGH: usize = 3;
/// What is not found by then is not looked for: a reader waits no longer, and the thread is needed elsewhere.
const TIME_MAX: Duration = Duration::from_millis(if cfg!(test) { UNHURRIED } else { 150 });
/// Somebody is typing.
const SUGGEST_TIME_MAX: Duration = Duration::from_millis(if cfg!(test) { UNHURRIED } else { 30 });
/// What is found in a test must not hang on how busy the machine is.
const UNHURRIED: u64 = 60_000;

#[cfg(test)]
mod tests;
