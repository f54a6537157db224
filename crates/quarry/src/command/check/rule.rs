//! The rules of a site, proved and tried on its files: what can never match, what leads nowhere or round in a circle, and which rule
//! comes to how many files.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use semantics::Target;
use semantics::target::encode_path;
use serde::Serialize;
use server::site::route::proof::{Trial, Verdict};
use server::site::route::{Action, Condition, HostPattern, Route};
use server::site::{Routes, SitePath};
use server::{Host, SiteSettings};

use super::{Finding, What};
use crate::config::{Places, Source};
use crate::exit::{self, Failure};
use crate::walk::{self, Visitor};

/// What the rules of a site come to.
#[derive(Serialize)]
pub(super) struct Rules {
    root: String,
    hosts: Vec<String>,
    routes: Vec<Tried>,
    /// Files that no rule comes to: they are served as they are.
    untouched: u64,
    /// Some of them.
    untouched_examples: BTreeSet<String>,
}

/// One route, and the files that it comes to.
#[derive(Serialize)]
struct Tried {
    line: usize,
    #[serde(rename = "match")]
    pattern: Option<String>,
    does: String,
    /// Whether it is proved that some path comes to it. False: it would have taken too long to find out.
    is_proved: bool,
    files: u64,
}

/// What is the matter with a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Problem {
    /// No path matches its expression, or no host its condition.
    Dead,
    /// Rules before it take all that it matches.
    Shadowed,
    /// The file or the place that it leads to is not there.
    Missing,
    /// It leads back to where the client came from, or on without end.
    Loop,
}

impl Rules {
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let hosts = if self.hosts.is_empty() { "all hosts".into() } else { self.hosts.join(", ") };
        writeln!(out, "rules of {} ({hosts}):", self.root)?;
        let mut lines: Vec<[String; 4]> = Vec::new();
        for route in &self.routes {
            let pattern = route.pattern.as_deref().unwrap_or("every path");
            let files = super::count(route.files, "file");
            let doubt = if route.is_proved { "" } else { " (too involved for a proof)" };
            lines.push([format!("line {}", route.line), pattern.to_owned(), format!("{}{doubt}", route.does), files]);
        }
        let files = super::count(self.untouched, "file");
        lines.push(["no rule".into(), String::new(), "served as it is".into(), files]);
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let (first, second, third) = (width(0), width(1), width(2));
        for [place, pattern, does, files] in &lines {
            writeln!(out, "  {place:first$}  {pattern:second$}  {does:third$}  {files}")?;
        }
        if !self.routes.is_empty() && !self.untouched_examples.is_empty() {
            let some: Vec<&str> = self.untouched_examples.iter().map(String::as_str).collect();
            writeln!(out, "  no rule comes to {}", some.join(", "))?;
        }
        Ok(())
    }
}

/// Proves and tries the rules of a site. Errs when its folder cannot be looked through.
pub(super) fn look_through(
    site: &SiteSettings,
    places: &[Places],
    source: &Source,
) -> Result<(Rules, Vec<Finding>), Failure> {
    let routes = &*site.options.routes;
    let verdicts: Vec<Verdict> = (0..routes.as_slice().len()).map(|number| routes.prove(number)).collect();
    let authority = authority(&site.hosts);
    let mut judge = Judge { site, routes, places, source, verdicts, findings: Vec::new(), authority };
    for number in 0..routes.as_slice().len() {
        judge.prove(number);
        judge.targets(number);
        judge.hosts(number);
    }
    let counts = Counts {
        routes,
        files: routes.as_slice().iter().map(|_| AtomicU64::new(0)).collect(),
        untouched: AtomicU64::new(0),
        examples: Mutex::default(),
        redirects: routes.as_slice().iter().any(|route| matches!(route.action, Some(Action::Redirect(..)))),
        sent: Mutex::default(),
    };
    walk::walk(&site.root, site.options.hidden, &counts)
        .map_err(|error| Failure::cannot(format!("look through {}", exit::quoted(&site.root)), exit::cause(&error)))?;
    let Counts { files, untouched, examples, sent, .. } = counts;
    judge.circles(sent.into_inner().unwrap_or_else(PoisonError::into_inner));
    let proved = judge.verdicts.iter().map(|verdict| *verdict != Verdict::Unknown);
    let tried =
        routes.as_slice().iter().zip(places).zip(files).zip(proved).map(|(((route, places), files), is_proved)| {
            Tried {
                line: places.line,
                pattern: route.pattern.clone(),
                does: does(route),
                is_proved,
                files: files.into_inner(),
            }
        });
    let rules = Rules {
        root: exit::shown(&site.root),
        hosts: site.hosts.iter().map(ToString::to_string).collect(),
        routes: tried.collect(),
        untouched: untouched.into_inner(),
        untouched_examples: examples.into_inner().unwrap_or_else(PoisonError::into_inner),
    };
    Ok((rules, judge.findings))
}

/// Who finds fault with rules.
struct Judge<'a> {
    site: &'a SiteSettings,
    routes: &'a Routes,
    places: &'a [Places],
    source: &'a Source,
    /// Of each route.
    verdicts: Vec<Verdict>,
    findings: Vec<Finding>,
    authority: String,
}

impl Judge<'_> {
    fn find(&mut self, at: Range<usize>, problem: Problem, text: String) {
        let (line, column) = self.source.place(at.start);
        self.findings
            .push(Finding { path: self.source.name.clone(), what: What::Rule { line, column, problem, text } });
    }

    fn place(&self, route: usize, key: &str, item: usize) -> Range<usize> {
        self.places.get(route).map_or(0..0, |places| places.of(key, item, 0))
    }

    fn line(&self, route: usize) -> String {
        self.places.get(route).map_or_else(String::new, |places| places.line.to_string())
    }

    /// Whether it can match at all, and after those before it.
    fn prove(&mut self, number: usize) {
        let at = self.place(number, "match", 0);
        match self.verdicts[number].clone() {
            Verdict::Dead => {
                let pattern = self.routes.as_slice()[number].pattern.as_deref().unwrap_or_default();
                let hint = match pattern.strip_prefix('^').filter(|rest| !rest.starts_with('/')) {
                    Some(rest) => format!("; every path begins with a slash: did you mean ^/{rest}?"),
                    None => String::new(),
                };
                self.find(at, Problem::Dead, format!("can never match: there is no such path{hint}"));
            }
            Verdict::Shadowed(by) => {
                let lines: Vec<String> = by.iter().map(|&route| self.line(route)).collect();
                let by = match &lines[..] {
                    [line] => format!("the route at line {line} takes"),
                    lines => format!("the routes at lines {} together take", lines.join(", ")),
                };
                self.find(at, Problem::Shadowed, format!("can never match: {by} all that it does"));
            }
            Verdict::Reached(_) | Verdict::Unknown => {}
        }
    }

    /// Whether what it names is there.
    fn targets(&mut self, number: usize) {
        let routes = self.routes;
        let last = match &routes.as_slice()[number].action {
            Some(Action::Serve(files)) => files.len() - 1,
            _ => 0,
        };
        for (key, item, text) in routes.literal_targets(number) {
            let at = self.place(number, key, item);
            match key {
                "redirect" => {
                    let path = text.split(['?', '#']).next().unwrap_or_default();
                    if !self.is_answered(path) {
                        self.find(at, Problem::Missing, format!("redirects to \"{text}\", where nothing is"));
                    }
                }
                // Those before the last may be there or not.
                _ if item < last => {}
                _ => self.file(at, &text),
            }
        }
        for (item, (_, file)) in routes.as_slice()[number].changes.errors.iter().enumerate() {
            self.file(self.place(number, "errors", item), file);
        }
    }

    /// Whether a file that is named is there and may be served.
    fn file(&mut self, at: Range<usize>, file: &str) {
        let Some(path) = SitePath::new(file.as_bytes()) else { return };
        if path.is_hidden() && !self.site.options.hidden {
            return self.find(at, Problem::Missing, format!("\"{file}\" is hidden, and so not served"));
        }
        let found = fs::metadata(self.below(&path));
        let is_there = found.is_ok_and(|found| found.is_dir() == path.has_trailing_slash());
        if !is_there {
            self.find(at, Problem::Missing, format!("\"{file}\" is not there"));
        }
    }

    /// Whether anything but a 404 comes of a path.
    fn is_answered(&self, encoded: &str) -> bool {
        let Ok(target) = Target::parse(encoded.as_bytes()) else { return false };
        let Some(path) = SitePath::new(target.path()) else { return false };
        let below =
            |prefix: &str| encoded.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let is_built_in = self.site.options.prefix.as_deref().is_some_and(below);
        let is_clean =
            || self.site.options.clean_urls && path.beside(".html").is_some_and(|page| self.below(&page).is_file());
        let is_routed =
            || self.routes.try_out(encoded.as_bytes(), self.authority.as_bytes(), false) != Some(Trial::Open);
        is_built_in || self.below(&path).exists() || is_clean() || self.site.options.spa.is_some() || is_routed()
    }

    fn below(&self, path: &SitePath) -> std::path::PathBuf {
        self.site.root.join(Path::new(std::ffi::OsStr::from_bytes(path.as_bytes())))
    }

    /// Whether the site answers for any of the hosts that it asks for.
    fn hosts(&mut self, number: usize) {
        let answers = |wanted: &HostPattern| {
            let is_wildcard = wanted.is_wildcard();
            self.site.hosts.is_empty()
                || self.site.hosts.iter().any(|host| match host {
                    Host::Any => true,
                    Host::Named(host) => {
                        let (name, wanted) = (host.name(), wanted.name());
                        let is_above = |above: &str, below: &str| below.ends_with(&format!(".{above}"));
                        match (host.is_wildcard(), is_wildcard) {
                            (false, false) => name == wanted,
                            (false, true) => is_above(wanted, name),
                            (true, false) => is_above(name, wanted),
                            (true, true) => name == wanted || is_above(name, wanted) || is_above(wanted, name),
                        }
                    }
                })
        };
        for (item, condition) in self.routes.as_slice()[number].conditions.iter().enumerate() {
            if let Condition::Host(hosts) = condition
                && !hosts.iter().any(answers)
            {
                let at = self.place(number, "host", item);
                return self.find(at, Problem::Dead, "can never match: this site answers for no such host".into());
            }
        }
    }

    /// Follows whoever is sent on, from `sent` and from a path of each rule.
    fn circles(&mut self, sent: Vec<(usize, String)>) {
        let mut starts = sent;
        for number in 0..self.routes.as_slice().len() {
            if let (Some(Action::Redirect(..)), Verdict::Reached(path)) =
                (&self.routes.as_slice()[number].action, &self.verdicts[number])
            {
                starts.push((number, encode_path(path)));
            }
        }
        let mut told = BTreeSet::new();
        for (_, start) in starts {
            if let Some((route, way)) = self.circle(&start)
                && told.insert(route)
            {
                let at = self.place(route, "redirect", 0);
                self.find(at, Problem::Loop, format!("sends clients round and round: {}", way.join(" → ")));
            }
        }
    }

    /// The way from a target, if it does not end; and the rule that it begins with.
    fn circle(&self, start: &str) -> Option<(usize, Vec<String>)> {
        let (mut target, mut is_secured, mut first) = (start.to_owned(), false, None);
        let mut way = vec![start.to_owned()];
        let mut known = vec![(target.clone(), is_secured)];
        for _ in 0..HOPS_MAX {
            let Some(Trial::Sent(route, location)) =
                self.routes.try_out(target.as_bytes(), self.authority.as_bytes(), is_secured)
            else {
                return None;
            };
            first.get_or_insert(route);
            let own = |scheme: &str| {
                location.strip_prefix(scheme).and_then(|rest| rest.strip_prefix(self.authority.as_str()))
            };
            (target, is_secured) = match (own("https://"), own("http://")) {
                (Some(rest), _) => (rest.to_owned(), true),
                (_, Some(rest)) => (rest.to_owned(), false),
                // Elsewhere, or a place of this site by the same way.
                _ if location.starts_with('/') => (location.clone(), is_secured),
                _ => return None,
            };
            target = target.split('#').next().unwrap_or_default().to_owned();
            way.push(location);
            let place = (target.clone(), is_secured);
            if known.contains(&place) {
                return first.map(|route| (route, way));
            }
            known.push(place);
        }
        way.truncate(4);
        way.push("…".into());
        first.map(|route| (route, way))
    }
}

/// Browsers give up after twenty; who is sent on so often as this is sent for ever.
const HOPS_MAX: usize = 20;

/// A host that the site answers for.
fn authority(hosts: &[Host]) -> String {
    match hosts.first() {
        Some(Host::Named(host)) if host.is_wildcard() => format!("www.{}", host.name()),
        Some(Host::Named(host)) => host.name().to_owned(),
        Some(Host::Any) | None => "localhost".into(),
    }
}

/// What a route does, and what it asks besides the path, by the words of the config.
fn does(route: &Route) -> String {
    let Route { conditions, guards, changes, action, .. } = route;
    let mut words = Vec::new();
    words.extend(guards.deny.as_ref().map(|_| "deny"));
    words.extend(guards.allow.as_ref().map(|_| "allow"));
    words.extend(guards.limit.as_ref().map(|_| "limit"));
    words.extend(guards.auth.as_ref().map(|_| "auth"));
    words.extend((!changes.set.is_empty()).then_some("set"));
    words.extend((!changes.remove.is_empty()).then_some("remove"));
    words.extend(changes.cache_control.as_ref().map(|_| "cache-control"));
    words.extend(changes.charset.as_ref().map(|_| "charset"));
    words.extend(changes.media_type.as_ref().map(|_| "media-type"));
    words.extend(changes.listing.map(|_| "listing"));
    words.extend(changes.fallback.as_ref().map(|_| "fallback"));
    words.extend((!changes.errors.is_empty()).then_some("errors"));
    words.extend(changes.cors.as_ref().map(|_| "cors"));
    words.extend(changes.security.map(|_| "security"));
    words.extend(action.as_ref().map(Action::key));
    let mut asked: Vec<&str> = conditions.iter().map(Condition::key).collect();
    asked.dedup();
    match asked.is_empty() {
        true => words.join(", "),
        false => format!("{}, by {}", words.join(", "), asked.join(", ")),
    }
}

/// Counts the files that each rule comes to.
struct Counts<'a> {
    routes: &'a Routes,
    files: Vec<AtomicU64>,
    untouched: AtomicU64,
    examples: Mutex<BTreeSet<String>>,
    /// Whether any rule sends clients elsewhere.
    redirects: bool,
    /// Files from which clients are sent elsewhere: one of each rule is followed.
    sent: Mutex<Vec<(usize, String)>>,
}

impl Visitor for Counts<'_> {
    fn file(&self, path: &Path) {
        let decoded = [b"/", path.as_os_str().as_bytes()].concat();
        let numbers = self.routes.come_by(&decoded);
        for &number in &numbers {
            self.files[number].fetch_add(1, Relaxed);
        }
        if numbers.is_empty() {
            self.untouched.fetch_add(1, Relaxed);
            let mut examples = self.examples.lock().unwrap_or_else(PoisonError::into_inner);
            examples.insert(exit::shown(path));
            if examples.len() > EXAMPLES_MAX {
                examples.pop_last();
            }
        }
        if self.redirects && !numbers.is_empty() {
            let target = encode_path(&decoded);
            if let Some(Trial::Sent(route, _)) = self.routes.try_out(target.as_bytes(), b"localhost", false) {
                let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
                if sent.iter().filter(|(known, _)| *known == route).count() < EXAMPLES_MAX {
                    sent.push((route, target));
                }
            }
        }
    }

    /// What cannot be listed is told by who looks through the files.
    fn fault(&self, _: &Path, _: &io::Error) {}
}

/// So many are shown, and followed, of each.
const EXAMPLES_MAX: usize = 3;
