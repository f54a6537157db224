//! The table of one case.

use std::error::Error;
use std::fmt;

use super::{Case, Measurement};
use crate::report::{median, verdict};
use crate::server::Server;

/// All measurements of one case.
pub(crate) struct Table {
    case: &'static str,
    what: &'static str,
    goals: &'static [(f64, &'static str)],
    rows: Vec<(Server, Vec<Measurement>)>,
    left_out: Vec<(String, String)>,
}

impl Table {
    pub(crate) fn new(case: &Case) -> Table {
        Table { case: case.name, what: case.what, goals: case.goals, rows: Vec::new(), left_out: Vec::new() }
    }

    pub(crate) fn take_in(&mut self, server: Server) {
        self.rows.push((server, Vec::new()));
    }

    /// A server that has given a wrong answer does not count at all, whatever it gave before.
    pub(crate) fn leave_out(&mut self, name: &str, why: &dyn Error) {
        self.rows.retain(|(server, _)| server.name != name);
        self.left_out.push((name.to_owned(), why.to_string()));
    }

    /// There and back again: what drifts falls on both sides.
    pub(crate) fn contestants(&self, is_back: bool) -> Vec<Server> {
        let mut servers: Vec<Server> = self.rows.iter().map(|(server, _)| server.clone()).collect();
        if is_back {
            servers.reverse();
        }
        servers
    }

    pub(crate) fn add(&mut self, name: &str, measurement: Measurement) {
        if let Some((_, rounds)) = self.rows.iter_mut().find(|(server, _)| server.name == name) {
            rounds.push(measurement);
        }
    }

    fn rounds(&self, name: &str) -> Option<&[Measurement]> {
        let (_, rounds) = self.rows.iter().find(|(server, rounds)| server.name == name && !rounds.is_empty())?;
        Some(rounds)
    }

    /// CPU by that of another: the median of the ratios within a round.
    fn ratio(own: &[Measurement], other: &[Measurement]) -> f64 {
        median(own.iter().zip(other).map(|(own, other)| own.cpu_us / other.cpu_us).collect())
    }

    /// Of each goal: the factor, than whom, what it is.
    fn goals(&self) -> impl Iterator<Item = (f64, &'static str, f64)> {
        let own = self.rounds("quarry");
        self.goals
            .iter()
            .filter_map(move |(factor, than)| Some((*factor, *than, Table::ratio(own?, self.rounds(than)?))))
    }

    /// `true` also when there was nothing to compare.
    pub(crate) fn is_goal_reached(&self) -> bool {
        self.goals().all(|(factor, _, ratio)| ratio <= factor)
            && !self.left_out.iter().any(|(name, _)| name == "quarry")
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "\n{} — {}", self.case, self.what)?;
        writeln!(
            formatter,
            "{:<18} {:>11} {:>12} {:>7} {:>9} {:>7} {:>11}",
            "", "a second", "CPU µs", "± %", "÷ nginx", "busy %", "memory KiB"
        )?;
        let nginx = self.rounds("nginx");
        for (server, rounds) in self.rows.iter().filter(|(_, rounds)| !rounds.is_empty()) {
            let of = |figure: &dyn Fn(&Measurement) -> f64| median(rounds.iter().map(figure).collect());
            let cpu = |fold: fn(f64, f64) -> f64, start| rounds.iter().map(|round| round.cpu_us).fold(start, fold);
            let spread = (cpu(f64::max, f64::MIN) - cpu(f64::min, f64::MAX)) / of(&|round| round.cpu_us) * 50.0;
            writeln!(
                formatter,
                "{:<18} {:>11.1} {:>12.2} {spread:>7.1} {:>9} {:>7.0} {:>11.0}",
                server.name,
                of(&|round| round.units_per_second),
                of(&|round| round.cpu_us),
                nginx.map_or("–".to_owned(), |nginx| format!("{:.2}", Table::ratio(rounds, nginx))),
                of(&|round| round.busy) * 100.0,
                of(&|round| round.memory_kib),
            )?;
        }
        for (name, why) in &self.left_out {
            writeln!(formatter, "{name:<18} left out: {why}")?;
        }
        for (factor, than, ratio) in self.goals() {
            writeln!(formatter, "goal: at most {factor:.2} × {than}; is {ratio:.2}: {}", verdict(ratio <= factor))?;
        }
        Ok(())
    }
}
