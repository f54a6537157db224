//! The table of one case.

use std::error::Error;
use std::fmt;

use crate::case::Case;
use crate::check::Request;
use crate::measure::Measurement;
use crate::server::Server;

/// All measurements of one case.
pub(crate) struct Table {
    case: Case,
    rows: Vec<Row>,
    left_out: Vec<(String, String)>,
}

struct Row {
    server: Server,
    request: Request,
    /// One for each round.
    rounds: Vec<Measurement>,
}

impl Table {
    pub(crate) fn new(case: &Case) -> Table {
        Table { case: *case, rows: Vec::new(), left_out: Vec::new() }
    }

    pub(crate) fn take_in(&mut self, server: &Server, request: Request) {
        self.rows.push(Row { server: server.clone(), request, rounds: Vec::new() });
    }

    /// A server that has given a wrong answer does not count at all, whatever it gave before.
    pub(crate) fn leave_out(&mut self, server: &Server, why: &dyn Error) {
        self.rows.retain(|row| row.server.name != server.name);
        self.left_out.push((server.name.clone(), why.to_string()));
    }

    pub(crate) fn contestants(&self) -> Vec<(Server, Request)> {
        self.rows.iter().map(|row| (row.server.clone(), row.request.clone())).collect()
    }

    pub(crate) fn add(&mut self, server: &Server, measurement: Measurement) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.server.name == server.name) {
            row.rounds.push(measurement);
        }
    }

    /// `true` also when there was nothing to compare.
    pub(crate) fn is_goal_reached(&self) -> bool {
        self.goal_ratio().is_none_or(|(_, ratio)| ratio <= self.case.goal.factor)
            && self.start_ms().is_none_or(|start_ms| start_ms <= START_MS_MAX)
    }

    /// From Quarry's start to its first answer.
    fn start_ms(&self) -> Option<f64> {
        Some(self.row("quarry")?.median_of(|round| round.start_ms))
    }

    /// Quarry's CPU per request by that of the best server the goal names, and which that is.
    fn goal_ratio(&self) -> Option<(&str, f64)> {
        let than = self.case.goal.than;
        let is_meant = |name: &str| if than.is_empty() { is_peer(name) } else { name.starts_with(than) };
        let best = self.best(is_meant)?;
        Some((&best.server.name, self.row("quarry")?.ratio(best)))
    }

    fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.server.name == name && !row.rounds.is_empty())
    }

    fn best(&self, is_meant: impl Fn(&str) -> bool) -> Option<&Row> {
        let rows = self.rows.iter().filter(|row| is_meant(&row.server.name) && !row.rounds.is_empty());
        rows.min_by(|one, other| one.cpu_us().total_cmp(&other.cpu_us()))
    }
}

/// Neither the floor nor ourselves.
fn is_peer(name: &str) -> bool {
    crate::server::PEERS.iter().any(|peer| peer.name == name)
}

impl Row {
    fn median_of(&self, figure: impl Fn(&Measurement) -> f64) -> f64 {
        median(self.rounds.iter().map(figure).collect())
    }

    fn cpu_us(&self) -> f64 {
        self.median_of(|round| round.cpu_us)
    }

    /// CPU per request by that of another server: the median of the ratios within a round.
    fn ratio(&self, other: &Row) -> f64 {
        median(self.rounds.iter().zip(&other.rounds).map(|(own, other)| own.cpu_us / other.cpu_us).collect())
    }

    /// How far the rounds are apart, by their median.
    fn spread(&self) -> f64 {
        let figures = || self.rounds.iter().map(|round| round.cpu_us);
        let most = figures().fold(f64::MIN, f64::max);
        let least = figures().fold(f64::MAX, f64::min);
        (most - least) / self.cpu_us()
    }
}

pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    match figures.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => figures[middle],
        _ => (figures[middle - 1] + figures[middle]) / 2.0,
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let case = &self.case;
        writeln!(formatter, "\n{} — {}, {} connections", case.name, case.what, case.connections)?;
        writeln!(
            formatter,
            "{:<18} {:>11} {:>10} {:>7} {:>7} {:>11} {:>7} {:>11} {:>9}",
            "", "requests/s", "CPU µs", "± %", "÷ floor", "÷ best peer", "busy %", "memory KiB", "start ms"
        )?;
        let (floor, best) = (self.row("floor"), self.best(is_peer));
        for row in self.rows.iter().filter(|row| !row.rounds.is_empty()) {
            let by = |other: Option<&Row>| other.map_or("–".to_owned(), |other| format!("{:.2}", row.ratio(other)));
            writeln!(
                formatter,
                "{:<18} {:>11.0} {:>10.2} {:>7.1} {:>7} {:>11} {:>7.0} {:>11.0} {:>9.1}",
                row.server.name,
                row.median_of(|round| round.requests_per_second),
                row.cpu_us(),
                row.spread() * 50.0,
                by(floor),
                by(best),
                row.median_of(|round| round.busy) * 100.0,
                row.median_of(|round| round.memory_kib),
                row.median_of(|round| round.start_ms),
            )?;
        }
        for (name, why) in &self.left_out {
            writeln!(formatter, "{name:<18} left out: {why}")?;
        }
        if let Some((than, ratio)) = self.goal_ratio() {
            let verdict = verdict(ratio <= case.goal.factor);
            writeln!(formatter, "goal: at most {:.2} × {than}; is {ratio:.2}: {verdict}", case.goal.factor)?;
        }
        if let Some(start_ms) = self.start_ms() {
            let verdict = verdict(start_ms <= START_MS_MAX);
            writeln!(formatter, "goal: first answer within {START_MS_MAX} ms; is {start_ms:.1}: {verdict}")?;
        }
        if floor.is_some_and(|floor| floor.spread() > NOISE_MAX) {
            writeln!(formatter, "note: the floor's own rounds differ much; the machine was busy with other things")?;
        }
        Ok(())
    }
}

pub(crate) fn verdict(is_reached: bool) -> &'static str {
    if is_reached { "reached" } else { "missed" }
}

/// What a person does not notice, and a supervisor that starts it anew neither.
const START_MS_MAX: f64 = 10.0;
/// Rounds of the floor that differ by more than this say more about the machine than about servers.
const NOISE_MAX: f64 = 0.10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(vec![]).is_nan());
    }
}
