//! What can be proved of routes before they serve anybody: whether one can ever match, and whether those before it leave anything to it.
//!
//! An expression is an automaton, and so is what a path can be. They are walked together, from the empty path on, a letter of each kind at
//! a time: a path that one of them takes and no other takes is found at the shortest, and where the walk ends without one, there is none.

use super::{Act, Condition, Route, Routes, pattern};
use crate::client::Client;
use crate::witness::{Step, Witness};
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::hybrid::{CacheError, LazyStateID};
use regex_automata::nfa::thompson;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, Look, Repetition};
use semantics::{Fields, Method, RequestHead, Target, Version};
use std::collections::{HashMap, HashSet, VecDeque};

/// What was found out about a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is a path for it; this is the shortest, as far as it is readable.
    Reached(Vec<u8>),
    /// No path matches its expression.
    Dead,
    /// Each path that it matches is taken by routes before it: their numbers, from 0.
    Shadowed(Vec<usize>),
    /// It would take too long to find out.
    Unknown,
}

impl Routes {
    /// What can be proved of a route. Conditions count: a route is shadowed only by those that ask no more than it does.
    pub fn prove(&self, number: usize) -> Verdict {
        let Some(route) = self.as_slice().get(number) else { return Verdict::Unknown };
        let Some(own) = route_hir(route) else { return Verdict::Unknown };
        let path = match walk(&own, &[], ALONE) {
            Walk::Nothing => return Verdict::Dead,
            Walk::TooLong => return Verdict::Unknown,
            Walk::Path(path) => path,
        };
        let takes = |other: usize| {
            let other = &self.as_slice()[other];
            takes_all(other) && other.conditions.iter().all(|asked| implies(&route.conditions, asked))
        };
        // Mostly nobody takes the first path that comes to mind.
        let suspects: Vec<usize> =
            self.matching(&path).into_iter().filter(|&other| other < number && takes(other)).collect();
        if suspects.is_empty() {
            return Verdict::Reached(path);
        }
        // One alone is found sooner, and easier to understand, than all together.
        let hir = |other: usize| route_hir(&self.as_slice()[other]);
        let takes_it_all =
            |other: &usize| hir(*other).is_some_and(|hir| matches!(walk(&own, &[hir], ALONE), Walk::Nothing));
        if let Some(other) = suspects.into_iter().find(takes_it_all) {
            return Verdict::Shadowed(vec![other]);
        }
        let mut takers: Vec<(usize, Hir)> =
            (0..number).filter(|&other| takes(other)).filter_map(|other| Some((other, hir(other)?))).collect();
        let together =
            |takers: &[(usize, Hir)]| walk(&own, &takers.iter().map(|(_, hir)| hir.clone()).collect::<Vec<_>>(), ALONE);
        let mut found = together(&takers);
        if matches!(found, Walk::TooLong) {
            // Those that take nothing of it only make the walk longer.
            takers.retain(|(_, hir)| !matches!(walk(&own, std::slice::from_ref(hir), IN_COMMON), Walk::Nothing));
            found = together(&takers);
        }
        match found {
            Walk::Path(path) => Verdict::Reached(path),
            Walk::Nothing => Verdict::Shadowed(takers.into_iter().map(|(other, _)| other).collect()),
            Walk::TooLong => Verdict::Unknown,
        }
    }
}

/// Which paths are looked for: whether the first takes them, the others do, and they are paths at all.
type Wanted = [bool; 3];

/// Those that the first takes and no other.
const ALONE: Wanted = [true, false, true];

/// Those that the first takes and another, too.
const IN_COMMON: Wanted = [true, true, true];

/// Whether no request that it matches goes on to the next route.
pub(super) fn takes_all(route: &Route) -> bool {
    route.action.is_some() || route.guards.deny.as_ref().is_some_and(|deny| deny.addresses.is_none())
}

/// Whether a request for which all of these hold passes that one too.
fn implies(conditions: &[Condition], asked: &Condition) -> bool {
    conditions.iter().any(|condition| match (condition, asked) {
        (Condition::Method(some), Condition::Method(all)) => some.iter().all(|method| all.contains(method)),
        (Condition::Host(some), Condition::Host(all)) => some.iter().all(|host| all.contains(host)),
        (Condition::Address(some), Condition::Address(all)) => some.iter().all(|range| all.contains(range)),
        (condition, asked) => condition == asked,
    })
}

/// The paths that a route matches.
fn route_hir(route: &Route) -> Option<Hir> {
    route.pattern.as_deref().map_or_else(|| Some(Hir::empty()), |text| pattern::parse(text).ok())
}

enum Walk {
    /// One of those that are looked for.
    Path(Vec<u8>),
    Nothing,
    TooLong,
}

/// Looks for a path that `own` matches and, as wanted, `others` do or do not.
fn walk(own: &Hir, others: &[Hir], wanted: Wanted) -> Walk {
    let automata = [
        machine(&[somewhere(own)]),
        machine(&others.iter().map(somewhere).collect::<Vec<_>>()),
        machine(&[any_path()]),
    ];
    let [Some(own), Some(others), Some(path)] = automata else { return Walk::TooLong };
    let mut machines = [own, others, path];
    let mut letters: Vec<u8> = Vec::new();
    let mut kinds = HashMap::new();
    // Of each kind one letter, and one that people can read if there is any.
    for byte in READABLE.iter().copied().chain(0..=255) {
        let kind = machines.each_ref().map(|machine| machine.dfa.byte_classes().get(byte));
        kinds.entry(kind).or_insert_with(|| letters.push(byte));
    }
    search(&mut machines, &letters, wanted).unwrap_or(Walk::TooLong)
}

fn search(machines: &mut [Machine; 3], letters: &[u8], wanted: Wanted) -> Result<Walk, CacheError> {
    let mut first = [LazyStateID::default(); 3];
    for (state, machine) in first.iter_mut().zip(machines.iter_mut()) {
        let config = start::Config::new().anchored(Anchored::Yes);
        // Anchored starts are there, and no byte makes them give up.
        let Ok(start) = machine.dfa.start_state(&mut machine.cache, &config) else { return Ok(Walk::TooLong) };
        *state = start;
    }
    // Each place, with the one it was reached from and the letter that led there.
    let mut places = vec![(first, 0, 0)];
    let mut known = HashSet::from([first]);
    let mut waiting = VecDeque::from([0]);
    while let Some(at) = waiting.pop_front() {
        let (states, ..) = places[at];
        let mut accepts = [false; 3];
        for ((accepts, machine), state) in accepts.iter_mut().zip(machines.iter_mut()).zip(states) {
            *accepts = machine.dfa.next_eoi_state(&mut machine.cache, state)?.is_match();
        }
        if accepts == wanted {
            let mut path = Vec::new();
            let mut from = at;
            while from != 0 {
                path.push(places[from].2);
                from = places[from].1;
            }
            path.reverse();
            return Ok(Walk::Path(path));
        }
        for &letter in letters {
            let mut next = states;
            for (state, machine) in next.iter_mut().zip(machines.iter_mut()) {
                *state = machine.dfa.next_state(&mut machine.cache, *state, letter)?;
            }
            // Nothing more can come of it.
            if next[0].is_dead() || next[2].is_dead() || !known.insert(next) {
                continue;
            }
            if places.len() >= PLACES_MAX {
                return Ok(Walk::TooLong);
            }
            waiting.push_back(places.len());
            places.push((next, at, letter));
        }
    }
    Ok(Walk::Nothing)
}

struct Machine {
    dfa: DFA,
    cache: Cache,
}

/// An automaton that takes what any of these match as a whole.
fn machine(hirs: &[Hir]) -> Option<Machine> {
    let nfa = thompson::Compiler::new()
        .configure(
            thompson::Config::new()
                .utf8(false)
                .which_captures(thompson::WhichCaptures::None)
                .nfa_size_limit(Some(NFA_BYTES_MAX)),
        )
        .build_many_from_hir(hirs)
        .ok()?;
    let config = DFA::config()
        .match_kind(MatchKind::All)
        .cache_capacity(CACHE_BYTES)
        .skip_cache_capacity_check(true)
        // A state that was thrown away would be another when it comes again.
        .minimum_cache_clear_count(Some(0));
    let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
    let cache = dfa.create_cache();
    Some(Machine { dfa, cache })
}

/// Whatever has a match in it.
fn somewhere(hir: &Hir) -> Hir {
    Hir::concat(vec![anything(0x00..=0xFF), hir.clone(), anything(0x00..=0xFF), Hir::look(Look::End)])
}

/// What a decoded path can be: slashes with names between them. (Dot segments are gone too, but that no expression is written for.)
fn any_path() -> Hir {
    let letter = || {
        Hir::class(Class::Bytes(ClassBytes::new([
            ClassBytesRange::new(0x01, b'/' - 1),
            ClassBytesRange::new(b'/' + 1, 0xFF),
        ])))
    };
    let many = |min, sub: Hir| Hir::repetition(Repetition { min, max: None, greedy: true, sub: Box::new(sub) });
    let slash = || Hir::literal(*b"/");
    let folder = Hir::concat(vec![many(1, letter()), slash()]);
    Hir::concat(vec![slash(), many(0, folder), many(0, letter()), Hir::look(Look::End)])
}

fn anything(bytes: std::ops::RangeInclusive<u8>) -> Hir {
    let class = Hir::class(Class::Bytes(ClassBytes::new([ClassBytesRange::new(*bytes.start(), *bytes.end())])));
    Hir::repetition(Repetition { min: 0, max: None, greedy: true, sub: Box::new(class) })
}

/// Letters that examples are made of before others.
const READABLE: &[u8] = b"a/b0-_.xyzAB19";

/// Places of a walk; beyond it nothing is said. Routes as people write them take some hundreds.
const PLACES_MAX: usize = 50_000;

/// What an automaton may take before it is walked.
const NFA_BYTES_MAX: usize = 16 << 20;

/// And while it is.
const CACHE_BYTES: usize = 64 << 20;

/// What routes make of a plain GET, without fields, by nobody in particular.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trial {
    /// No route answers.
    Open,
    /// The route of this number sends the client there.
    Sent(usize, String),
    /// The route of this number answers in another way.
    Answered(usize),
}

impl Routes {
    /// Tries a target (path and query, encoded) on a host. `None`: it is no target.
    pub fn try_out(&self, target: &[u8], authority: &[u8], is_secured: bool) -> Option<Trial> {
        let parsed = Target::parse(target).ok()?;
        let head =
            RequestHead { method: Method::Get, target, authority, version: Version::Http11, fields: Fields::new() };
        let mut last = Last(None);
        let ruling = self
            .rule(&head, parsed.path(), Some(&parsed), &Client { is_secured, ..Client::UNKNOWN }, &mut last)
            .ok()?;
        Some(match (ruling.act, last.0) {
            (Act::Open, _) | (_, None) => Trial::Open,
            (Act::Redirect(_, location), Some(number)) => Trial::Sent(number, location),
            (_, Some(number)) => Trial::Answered(number),
        })
    }

    /// The routes that the path of a file comes by, in order: those whose expression matches, up to one that lets nothing pass.
    pub fn come_by(&self, path: &[u8]) -> Vec<usize> {
        let mut numbers = self.matching(path);
        let ends =
            |number: &usize| takes_all(&self.as_slice()[*number]) && self.as_slice()[*number].conditions.is_empty();
        if let Some(end) = numbers.iter().position(ends) {
            numbers.truncate(end + 1);
        }
        numbers
    }
}

/// Remembers the last route that had a word.
struct Last(Option<usize>);

impl Witness for Last {
    fn looks(&self) -> bool {
        false
    }

    fn step(&mut self, step: Step<'_>) {
        if let Step::Rule { number, .. } = step {
            self.0 = Some(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Action, Deny};
    use super::*;
    use proptest::prelude::*;
    use semantics::Status;

    fn answering(pattern: &str) -> Route {
        Route { pattern: Some(pattern.into()), action: Some(Action::Answer(Status::OK, None)), ..Route::default() }
    }

    fn prove(routes: Vec<Route>) -> Verdict {
        let routes = Routes::new(routes).unwrap();
        routes.prove(routes.as_slice().len() - 1)
    }

    #[track_caller]
    fn check(patterns: &[&str], expected: &str) {
        let found = match prove(patterns.iter().map(|pattern| answering(pattern)).collect()) {
            Verdict::Reached(path) => String::from_utf8_lossy(&path).into_owned(),
            Verdict::Dead => "dead".into(),
            Verdict::Shadowed(numbers) => format!("behind {numbers:?}"),
            Verdict::Unknown => "unknown".into(),
        };
        assert_eq!(found, expected, "{patterns:?}");
    }

    #[test]
    fn some_expressions_match_no_path() {
        check(&["^posts/"], "dead");
        check(&["^/a//b"], "dead");
        check(&["a$b"], "dead");
        check(&["^$"], "dead");
        check(&["[^\\x00-\\x{10FFFF}]"], "dead");
        check(&["^/posts/"], "/posts/");
        check(&[""], "/");
        check(&["posts"], "/posts");
        check(&[r"^/\d{2}$"], "/00");
    }

    #[test]
    fn what_is_taken_before_is_behind() {
        check(&["^/a/", "^/a/b$"], "behind [0]");
        check(&["^/a/b$", "^/a/"], "/a/");
        check(&["^/", "x"], "behind [0]");
        check(&[r"\.(css|js)$", r"\.css$"], "behind [0]");
        check(&[r"\.css$", r"\.(css|js)$"], "/.js");
        check(&["^/a", "^/b", "^/[ab]/"], "behind [0, 1]");
        check(&["^/a", "^/[^a]", "^/(a|b)c"], "behind [0, 1]");
        check(&["^/x", "^/A", "(?i)^/a$"], "/a");
        check(&["(?i)^/a", "^/A$"], "behind [0]");
        check(&["^/资", "^/资料$"], "behind [0]");
        // Others that would make the walk long are left out of it.
        check(&["(a|b)*a(a|b){12}x", "(a|b)*b(a|b){12}x", r"^/\w+/x$", "^/資料/x$"], "behind [2]");
        check(&["(a|b)*a(a|b){12}x", "(a|b)*b(a|b){12}x", "^/資", "^/料", "^/[資料]/$"], "behind [2, 3]");
    }

    #[test]
    fn only_who_answers_and_asks_no_more_takes_all() {
        let asking = |methods: &[&str], pattern: &str| {
            let conditions = vec![Condition::Method(methods.iter().map(ToString::to_string).collect())];
            Route { conditions, ..answering(pattern) }
        };
        let changing = Route { pattern: Some("^/".into()), ..Route::default() };
        assert!(matches!(prove(vec![changing, answering("^/a")]), Verdict::Reached(_)));
        assert!(matches!(prove(vec![asking(&["POST"], "^/"), answering("^/a")]), Verdict::Reached(_)));
        assert_eq!(prove(vec![asking(&["POST", "PUT"], "^/"), asking(&["PUT"], "^/a")]), Verdict::Shadowed(vec![0]));
        assert!(matches!(prove(vec![asking(&["PUT"], "^/"), asking(&["POST", "PUT"], "^/a")]), Verdict::Reached(_)));
        assert_eq!(prove(vec![answering("^/"), asking(&["PUT"], "^/a")]), Verdict::Shadowed(vec![0]));
        let mut denying = Route { pattern: Some("^/".into()), ..Route::default() };
        denying.guards.deny = Some(Deny { addresses: None, status: Status::FORBIDDEN });
        assert_eq!(prove(vec![denying.clone(), answering("^/a")]), Verdict::Shadowed(vec![0]));
        denying.guards.deny =
            Some(Deny { addresses: Some(vec!["10.0.0.0/8".parse().unwrap()]), status: Status::FORBIDDEN });
        assert!(matches!(prove(vec![denying, answering("^/a")]), Verdict::Reached(_)));
    }

    #[test]
    fn a_walk_ends() {
        check(&["^/(a|b|c|d)*a(a|b|c|d){14}$"], "/aaaaaaaaaaaaaaa");
        assert!(matches!(
            prove(vec![answering("(a|b)*a(a|b){18}x$"), answering("(a|b)*b(a|b){18}x$")]),
            Verdict::Reached(_) | Verdict::Unknown
        ));
    }

    fn expression() -> impl Strategy<Value = String> {
        let parts =
            prop::collection::vec(prop::sample::select(vec!["/", "a", "b", "[ab]", ".", "[^/]", "(a|b)*", "a?"]), 1..5);
        (any::<bool>(), parts, any::<bool>()).prop_map(|(begins, parts, ends)| {
            format!("{}{}{}", if begins { "^/" } else { "" }, parts.concat(), if ends { "$" } else { "" })
        })
    }

    proptest! {
        #[test]
        fn what_is_proved_is_so(patterns in prop::collection::vec(expression(), 1..4)) {
            let routes = Routes::new(patterns.iter().map(|pattern| answering(pattern)).collect()).unwrap();
            let last = patterns.len() - 1;
            let is_reached = |path: &[u8]| routes.matching(path).first() == Some(&last);
            // All paths of up to six letters.
            let mut paths: Vec<Vec<u8>> = vec![b"/".to_vec()];
            let mut from = 0;
            for _ in 0..5 {
                let to = paths.len();
                for at in from..to {
                    for letter in b"ab/c" {
                        if !(*letter == b'/' && paths[at].ends_with(b"/")) {
                            paths.push([&paths[at][..], &[*letter]].concat());
                        }
                    }
                }
                from = to;
            }
            match routes.prove(last) {
                Verdict::Reached(path) => prop_assert!(is_reached(&path), "{:?}", path),
                Verdict::Dead => prop_assert!(!paths.iter().any(|path| routes.matching(path).contains(&last))),
                Verdict::Shadowed(_) => prop_assert!(!paths.iter().any(|path| is_reached(path))),
                Verdict::Unknown => {}
            }
        }
    }
}
