//! From a query to what is looked for in the index, in steps: all words; words as they may have been meant; most of the words.

use super::beginning::Beginning;
use super::pattern::{Pattern, Step, patterns};
use super::phrase::Phrase;
use super::spoken::{Pairs, Spoken};
use super::spread::Spread;
use super::whole::Whole;
use crate::name::Pinyin;
use crate::query::{Place, Query, What, kind};
use crate::schema::{Fields, Twin};
use crate::token::Script;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tantivy::Term;
use tantivy::query::{AllQuery, BooleanQuery, BoostQuery, Occur, PhraseQuery, TermQuery};
use tantivy::schema::IndexRecordOption;

type Boxed = Box<dyn tantivy::query::Query>;

/// What a query asks of the words of a material.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// Words and phrases that are to be there.
    pub(crate) words: Vec<Word>,
    /// And those that must not.
    pub(crate) excluded: Vec<Word>,
    /// What its facts must be.
    pub(crate) facts: Facts,
    /// How far the last word is followed, if it may go on.
    pub(crate) reach: Reach,
    /// The last word may go on, has several parts (`getUs`), and is looked for in one piece: the words that go on with its last part are
    /// many.
    pub(crate) is_whole: bool,
}

/// How far a word is followed that may go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Wherever it goes on.
    #[default]
    All,
    /// In titles and, as it is the only word, in so many texts as are enough.
    Enough,
    /// In titles: of a letter or two, for nearly every text has a word that begins so. Names have a table of their own.
    Titles,
}

/// A word or a phrase.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// As it was typed.
    pub(crate) text: String,
    pub(crate) place: Place,
    pub(crate) is_quoted: bool,
    /// The ways in which it may stand there; never empty.
    pub(crate) patterns: Vec<Pattern>,
    /// How hanzi of headings may be spoken, if it may be that.
    pub(crate) spoken: Option<Pinyin>,
}

/// What is asked of the facts of a material.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Its extension is one of these; empty: any.
    pub(crate) kinds: Vec<String>,
    pub(crate) kinds_excluded: Vec<String>,
    pub(crate) folders: Vec<Folder>,
    /// Changed then or later.
    pub(crate) from: i64,
    /// Changed earlier.
    pub(crate) until: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folder {
    pub(crate) path: String,
    pub(crate) is_rooted: bool,
    pub(crate) is_excluded: bool,
}

impl Default for Facts {
    fn default() -> Facts {
        Facts { kinds: Vec::new(), kinds_excluded: Vec::new(), folders: Vec::new(), from: i64::MIN, until: i64::MAX }
    }
}

impl Facts {
    /// Whether nothing is asked.
    pub(crate) fn is_any(&self) -> bool {
        *self == Facts::default()
    }
}

impl Plan {
    pub(crate) fn new(query: &Query) -> Plan {
        let mut plan = Plan::default();
        let last = query.clauses.len().saturating_sub(1);
        let mut kinds = Vec::new();
        for (at, clause) in query.clauses.iter().enumerate() {
            match &clause.what {
                What::Words { place, text, is_quoted } => {
                    let is_open = query.is_open && at == last && !clause.is_excluded;
                    let patterns = patterns(text, is_open);
                    if patterns.is_empty() {
                        continue;
                    }
                    let word =
                        Word { text: text.clone(), place: *place, is_quoted: *is_quoted, patterns, spoken: None };
                    if clause.is_excluded { plan.excluded.push(word) } else { plan.words.push(word) }
                }
                What::Kind(list) if clause.is_excluded => {
                    plan.facts
                        .kinds_excluded
                        .extend(kind::wanted([list.as_str()].into_iter()).into_iter().map(str::to_owned));
                }
                What::Kind(list) => kinds.push(list.as_str()),
                What::Folder { path, is_rooted } => {
                    let folder = Folder { path: path.clone(), is_rooted: *is_rooted, is_excluded: clause.is_excluded };
                    plan.facts.folders.push(folder);
                }
                What::After(moment) if clause.is_excluded => {
                    plan.facts.until = plan.facts.until.min(moment.nanoseconds())
                }
                What::After(moment) => plan.facts.from = plan.facts.from.max(moment.nanoseconds()),
                What::Before(moment) if clause.is_excluded => {
                    plan.facts.from = plan.facts.from.max(moment.nanoseconds())
                }
                What::Before(moment) => plan.facts.until = plan.facts.until.min(moment.nanoseconds()),
            }
        }
        plan.facts.kinds = kind::wanted(kinds.into_iter()).into_iter().map(str::to_owned).collect();
        plan.reach = reach(&plan.words);
        plan.is_whole = plan.words.last().is_some_and(|word| word.patterns.len() > 1 && goes_on(word).is_some());
        plan
    }

    /// Whether nothing is asked at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.excluded.is_empty() && self.facts.is_any()
    }

    /// The words with the patterns that match them, for marks.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &[Pattern]> {
        self.words.iter().map(|word| &word.patterns[..])
    }

    /// All words that are typed one after another, as one text.
    pub(crate) fn sentence(&self) -> String {
        let words = self.words.iter().filter(|word| word.place != Place::Name);
        words.map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// The word in one piece, if it may go on.
fn goes_on(word: &Word) -> Option<&Step> {
    word.patterns[0].single().filter(|step| step.is_prefix && step.script == Script::Word)
}

fn reach(words: &[Word]) -> Reach {
    let Some(word) = words.last().filter(|word| word.place == Place::Anywhere) else { return Reach::All };
    match goes_on(word) {
        Some(step) if step.text.chars().count() <= BEGINNING_LETTERS_MAX => Reach::Titles,
        Some(_) if words.len() == 1 => Reach::Enough,
        _ => Reach::All,
    }
}

/// How a plan becomes a query of the index.
pub(crate) struct Build<'a> {
    pub(crate) fields: &'a Fields,
    pub(crate) pairs: &'a Arc<Pairs>,
    /// Set when not all could be looked at.
    pub(crate) is_cut: &'a Arc<AtomicBool>,
    pub(crate) reach: Reach,
    /// See [`Plan::is_whole`].
    pub(crate) is_whole: bool,
}

impl Build<'_> {
    /// Materials with at least so many of the words.
    pub(crate) fn query(&self, plan: &Plan, words_min: usize) -> Boxed {
        let mut words: Vec<Boxed> = Vec::new();
        for word in &plan.words {
            let written = self.word(self.place(word.place), word);
            words.push(match &word.spoken {
                Some(pinyin) => Box::new(BooleanQuery::union(vec![written, self.spoken(pinyin)])),
                None => written,
            });
        }
        match words.len() {
            0 => Box::new(AllQuery),
            1 => words.remove(0),
            all if words_min >= all => Box::new(BooleanQuery::intersection(words)),
            _ => {
                let words = words.into_iter().map(|word| (Occur::Should, word)).collect();
                Box::new(BooleanQuery::with_minimum_required_clauses(words, words_min))
            }
        }
    }

    /// Where words count more: materials that have them are not found by that.
    pub(crate) fn weightier(&self, plan: &Plan) -> Vec<Boxed> {
        let fields = self.fields;
        let last = plan.words.len().saturating_sub(1);
        let mut places: Vec<Boxed> = Vec::new();
        for (at, word) in plan.words.iter().enumerate().filter(|(_, word)| word.place == Place::Anywhere) {
            let twins = [(fields.title, TITLE_BOOST), (fields.name, NAME_BOOST), (fields.headings, HEADINGS_BOOST)];
            let is_beginning = self.reach == Reach::Titles && at == last;
            for (twin, boost) in twins.into_iter().take(if is_beginning { 1 } else { 3 }) {
                places.push(Box::new(BoostQuery::new(self.word(twin, word), boost)));
            }
        }
        places
    }

    /// Materials with any of the words that must not be there; none: there is no such word.
    pub(crate) fn excluded(&self, plan: &Plan) -> Option<Boxed> {
        let words = plan.excluded.iter().map(|word| self.word(self.place(word.place), word));
        let words: Vec<_> = words.collect();
        (!words.is_empty()).then(|| Box::new(BooleanQuery::union(words)) as Boxed)
    }

    fn place(&self, place: Place) -> Twin {
        match place {
            Place::Anywhere => self.fields.all,
            Place::Name => self.fields.name,
            Place::Title => self.fields.title,
        }
    }

    fn word(&self, twin: Twin, word: &Word) -> Boxed {
        let patterns = match &word.patterns[..] {
            // Only the last word goes on.
            [whole, _] if self.is_whole && goes_on(word).is_some() => std::slice::from_ref(whole),
            [whole, parts] if parts.is_plain() => match whole.single().filter(|whole| !whole.is_prefix) {
                Some(whole) => return Box::new(Whole::new(twin, whole, parts)),
                None => &word.patterns,
            },
            patterns => patterns,
        };
        let mut ways: Vec<_> = patterns.iter().map(|pattern| self.pattern(twin, pattern)).collect();
        if ways.len() == 1 { ways.remove(0) } else { Box::new(BooleanQuery::union(ways)) }
    }

    fn spoken(&self, pinyin: &Pinyin) -> Boxed {
        Box::new(Spoken::new(self.fields.headings.run, pinyin.clone(), Arc::clone(self.pairs)))
    }

    fn pattern(&self, twin: Twin, pattern: &Pattern) -> Boxed {
        if let Some(step) = pattern.single() {
            return self.step(twin, step);
        }
        if !pattern.is_plain() {
            return Box::new(Phrase::new(twin, pattern));
        }
        let field = twin.of(pattern.steps[0].script);
        let terms = pattern.steps.iter().map(|step| (step.offset as usize, Term::from_field_text(field, &step.text)));
        Box::new(PhraseQuery::new_with_offset(terms.collect()))
    }

    fn step(&self, twin: Twin, step: &Step) -> Boxed {
        let field = twin.of(step.script);
        let term = || Term::from_field_text(field, &step.text);
        if !step.is_prefix {
            return Box::new(TermQuery::new(term(), IndexRecordOption::WithFreqs));
        }
        let spread = |field, postings_max| {
            Spread::prefix(field, step.text.clone().into_bytes()).bounded(postings_max, self.is_cut)
        };
        // The letter alone counts no more than the letter with others behind it.
        if step.script == Script::Run {
            return Box::new(spread(field, SPREAD_POSTINGS_MAX));
        }
        let titles = || spread(self.fields.title.word, SPREAD_POSTINGS_MAX);
        let longer = match self.reach {
            Reach::Titles if field == self.fields.all.word => vec![titles()],
            Reach::Enough if field == self.fields.all.word => vec![spread(field, ENOUGH_POSTINGS_MAX), titles()],
            _ => vec![spread(field, SPREAD_POSTINGS_MAX)],
        };
        Box::new(Beginning::new(term(), longer, BEGINNING_SCORE))
    }

    /// Words that were typed one after another and stand so in the text, or nearly so. None: there are no two words. Not a part of the
    /// query: to look where words stand takes longer than to look whether they do.
    pub(crate) fn neighbours(&self, plan: &Plan) -> Option<Boxed> {
        let mut terms: Vec<(usize, Term)> = Vec::new();
        let anywhere = plan.words.iter().filter(|word| word.place == Place::Anywhere);
        for (at, word) in anywhere.enumerate() {
            let step = word.patterns[0].single().filter(|step| step.script == Script::Word && !step.is_prefix)?;
            terms.push((at, Term::from_field_text(self.fields.all.word, &step.text)));
        }
        if terms.len() < 2 {
            return None;
        }
        Some(Box::new(PhraseQuery::new_with_offset_and_slop(terms, SLOP)))
    }
}

const TITLE_BOOST: f32 = 3.0;
const NAME_BOOST: f32 = 2.0;
const HEADINGS_BOOST: f32 = 1.0;
/// The word itself counts by how rare it is, others that it begins a little.
const BEGINNING_SCORE: f32 = 0.5;
/// `s` begins a word of nearly every text, `re` of most.
pub(super) const BEGINNING_LETTERS_MAX: usize = 2;
/// Words between that do no harm.
const SLOP: u32 = 2;
/// Entries of lists that are read for the beginning of the only word, in each segment: more are found than anybody looks at.
const ENOUGH_POSTINGS_MAX: usize = 50_000;
/// Entries of lists that are read for one beginning of words, in each segment: some milliseconds.
const SPREAD_POSTINGS_MAX: usize = 3_000_000;
