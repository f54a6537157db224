//! From what was asked to what is answered.
//!
//! ```text
//! words ─▶ query ─▶ plan ─▶ names, hits of all segments ─▶ facts, gate ─▶ facets, the best ─▶ texts, marks
//! ```
//!
//! All words first, in the texts or in the name. With too few hits, words that are nowhere are looked for as they may have been meant; then
//! most of the words are enough; and where still nothing is found, names that have their letters in order.
//! Each look-up has a budget of time: what it could not look at, it says (`total_is_exact`).

mod beginning;
mod bits;
mod collect;
mod facet;
pub(crate) mod facts;
mod hits;
mod named;
pub(crate) mod passed;
pub(crate) mod pattern;
mod phrase;
pub(crate) mod plan;
mod rank;
mod show;
pub(crate) mod spoken;
pub(crate) mod spread;
mod typo;
mod whole;

use crate::answer::{Answer, Gate, Hit, Marked, Request, Step, Suggestions};
use crate::error::Error;
use crate::index::{Shared, View};
use crate::name::Names;
use crate::query::Query;
use collect::Budget;
use hits::Hits;
use named::{Named, Wanted};
use plan::{Build, Plan, Reach};
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

    /// The materials with these words, by what the index knows of them or by their names, the best first. What the gate does not show is
    /// not counted either.
    pub fn find(&self, request: &Request<'_>, names: &Names, gate: &dyn Gate) -> Answer {
        self.find_within(TIME_MAX, request, names, gate)
    }

    /// The same in so much time, for those who have nobody behind them in the queue.
    pub(crate) fn find_within(&self, time: Duration, request: &Request<'_>, names: &Names, gate: &dyn Gate) -> Answer {
        let begin = Instant::now();
        let budget = Budget::new(begin + time);
        let asked = Asked { request, names, gate, names_max: names_max(request) };
        let answer = self.shared.guard(|| self.answer(&asked, &budget, true));
        Answer { took: begin.elapsed(), ..answer.unwrap_or_default() }
    }

    /// What suggests itself while somebody types: names and titles first, then pages.
    pub fn suggest(&self, request: &Request<'_>, names: &Names, gate: &dyn Gate) -> Suggestions {
        let begin = Instant::now();
        let budget = Budget::new(begin + SUGGEST_TIME_MAX);
        let request = Request { offset: 0, limit: request.limit.saturating_mul(2), ..*request };
        let asked = Asked { request: &request, names, gate, names_max: SUGGEST_NAMES_MAX };
        let answer = self.shared.guard(|| self.answer(&asked, &budget, false)).unwrap_or_default();
        let is_named = |hit: &Hit| hit.name.has_match() || hit.title.as_ref().is_some_and(Marked::has_match);
        let (mut names, mut pages): (Vec<_>, Vec<_>) = answer.hits.into_iter().partition(is_named);
        names.truncate(request.limit / 2);
        pages.truncate(request.limit / 2);
        Suggestions { names, pages, took: begin.elapsed() }
    }

    /// Some of the materials that could not be read, with the reason, those that changed last first; and how many there are.
    pub fn unreadable(&self, limit: usize) -> (usize, Vec<(Vec<u8>, String)>) {
        self.shared.guard(|| show::unreadable(&self.shared.view(), limit)).unwrap_or_default()
    }

    fn answer(&self, asked: &Asked<'_>, budget: &Budget, has_facets: bool) -> Result<Answer, Error> {
        let view = self.shared.view();
        let plan = Plan::new(&Query::parse(asked.request.words));
        let mut answer = Answer { total_is_exact: true, ..Answer::default() };
        if plan.is_empty() {
            return Ok(answer);
        }
        let look = Look { shared: &self.shared, view: &view, asked, budget };
        let Found { step, plan, instead, hits, named, places } = look.steps(plan)?;
        answer.step = step;
        answer.instead = instead;
        answer.total = hits.len();
        // Texts with words that go on are not counted where the beginning of one was looked for in titles only, or in one piece only.
        answer.total_is_exact = !budget.is_cut() && !named.is_cut && plan.reach != Reach::Titles && !plan.is_whole;
        if has_facets {
            answer.facets = facet::count(&view, &hits, &named, &places, budget)?;
        }
        let best = rank::best(&view, &plan, &named, hits, asked.request)?;
        answer.hits = show::hits(&view, &self.shared.fields, &plan, &named, &best)?;
        Ok(answer)
    }
}

/// How many names are looked for: in steps, so that the pages of an answer are in one order.
fn names_max(request: &Request<'_>) -> usize {
    let end = request.offset.saturating_add(request.limit);
    NAMES_MAX.into_iter().find(|&max| end <= max).unwrap_or(NAMES_MAX[NAMES_MAX.len() - 1])
}

/// What is asked, and of whom.
struct Asked<'a> {
    request: &'a Request<'a>,
    names: &'a Names,
    gate: &'a dyn Gate,
    /// So many names are looked for.
    names_max: usize,
}

/// One look-up.
struct Look<'a> {
    shared: &'a Shared,
    view: &'a View,
    asked: &'a Asked<'a>,
    budget: &'a Budget,
}

/// What a look-up found, and by which reading of the words.
struct Found {
    step: Step,
    plan: Plan,
    instead: Option<String>,
    hits: Hits,
    named: Named,
    places: Vec<facts::Place>,
}

impl Look<'_> {
    fn steps(&self, mut plan: Plan) -> Result<Found, Error> {
        for word in &mut plan.words {
            word.spoken = spoken::pinyin(self.view, &self.shared.fields, word)?;
        }
        let columns = &self.view.columns;
        let places = plan
            .facts
            .folders
            .iter()
            .map(|folder| facts::Place::new(folder, columns))
            .collect::<Result<Vec<_>, _>>()?;
        let words = plan.words.len();
        let named = self.named(&plan, &places, false)?;
        let mut hits = self.hits(&plan, &named, &places, words)?;
        if (plan.reach == Reach::Titles || plan.is_whole) && hits.len() < ENOUGH {
            plan.reach = if plan.reach == Reach::Titles { Reach::All } else { plan.reach };
            plan.is_whole = false;
            hits = self.hits(&plan, &named, &places, words)?;
        }
        let mut found = Found { step: Step::All, plan, instead: None, hits, named, places };
        if found.hits.len() >= ENOUGH || words == 0 || self.budget.is_cut() {
            return Ok(found);
        }
        // A word that is nowhere can only be left out or be meant otherwise: the second says more.
        let meant = typo::correct(self.view, &self.shared.fields, &found.plan)?;
        if let Some((plan, instead)) = meant {
            let hits = self.hits(&plan, &found.named, &found.places, words)?;
            if hits.len() > found.hits.len() {
                found = Found { step: Step::Typo, plan, instead: Some(instead), hits, ..found };
            }
        }
        if found.hits.len() >= ENOUGH || words == 2 && !found.hits.is_empty() {
            return Ok(found);
        }
        if words >= 2 {
            let most = (words * 2).div_ceil(3).min(words - 1);
            let hits = self.hits(&found.plan, &found.named, &found.places, most)?;
            if hits.len() > found.hits.len() {
                let step = if found.step == Step::All { Step::Most } else { found.step };
                found = Found { step, hits, ..found };
            }
        }
        if found.hits.is_empty() {
            found.named = self.named(&found.plan, &found.places, true)?;
            found.hits = self.hits(&found.plan, &found.named, &found.places, words)?;
            found.step = if found.hits.is_empty() { found.step } else { Step::Typo };
        }
        Ok(found)
    }

    fn named(&self, plan: &Plan, places: &[facts::Place], is_fuzzy: bool) -> Result<Named, Error> {
        let wanted = Wanted { plan, places, limit: self.asked.names_max, is_fuzzy };
        Named::find(self.asked.names, &wanted, (self.view, &self.shared.fields), self.asked.gate)
    }

    fn hits(&self, plan: &Plan, named: &Named, places: &[facts::Place], words_min: usize) -> Result<Hits, Error> {
        let Shared { fields, pairs, .. } = self.shared;
        let build = Build { fields, pairs, is_cut: self.budget.cut(), reach: plan.reach, is_whole: plan.is_whole };
        let asked = collect::Asked {
            named,
            query: build.query(plan, words_min),
            weightier: build.weightier(plan),
            near: build.neighbours(plan),
            excluded: build.excluded(plan),
            facts: &plan.facts,
            places,
            passed: &self.shared.passed,
        };
        collect::hits(self.view, &asked, self.asked.gate, self.budget)
    }
}

/// With so many hits no other reading is tried.
const ENOUGH: usize = 3;
/// Each name is looked up in the index, which takes some microseconds: few for the first pages, more for whoever turns over more.
const NAMES_MAX: [usize; 3] = [32, 1024, 10_240];
/// While somebody types, a few are shown.
const SUGGEST_NAMES_MAX: usize = 32;
/// What is not found by then is not looked for: a reader waits no longer, and the thread is needed elsewhere.
pub(crate) const TIME_MAX: Duration = Duration::from_millis(if cfg!(test) { UNHURRIED } else { 150 });
/// Somebody waits for this one answer, whatever it takes.
pub(crate) const AWAITED_TIME_MAX: Duration = Duration::from_secs(60);
/// Somebody is typing.
const SUGGEST_TIME_MAX: Duration = Duration::from_millis(if cfg!(test) { UNHURRIED } else { 30 });
/// What is found in a test must not hang on how busy the machine is.
const UNHURRIED: u64 = 60_000;

#[cfg(test)]
mod tests;
