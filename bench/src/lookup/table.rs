//! The table of goals, as Markdown, a row at a time: whoever stops a run has what was measured until then.

use crate::report::verdict;

/// Whose cells a row has, in this order.
pub(crate) const PEERS: [&str; 3] = ["recoll", "groonga", "sqlite"];

/// A goal of the look-up, and what was reached.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) at_most: f64,
    pub(crate) unit: &'static str,
    /// Quarry's figure.
    pub(crate) quarry: f64,
    /// What is told beside it.
    pub(crate) note: String,
    /// The cells of [`PEERS`].
    pub(crate) peers: [String; 3],
}

/// Prints the rows and keeps count of goals.
#[derive(Default)]
pub(crate) struct Table {
    has_head: bool,
    missed: usize,
}

impl Table {
    pub(crate) fn print(&mut self, row: &Row) {
        if !self.has_head {
            println!("| | goal | quarry | | Recoll | Groonga | SQLite FTS5 |\n|---|---|---|---|---|---|---|");
            self.has_head = true;
        }
        println!("{}", row.line());
        self.missed += usize::from(!row.is_reached());
    }

    pub(crate) fn are_all_reached(&self) -> bool {
        self.missed == 0
    }
}

impl Row {
    fn is_reached(&self) -> bool {
        self.quarry <= self.at_most
    }

    fn line(&self) -> String {
        let quarry = with_unit(self.quarry, self.unit);
        let note = if self.note.is_empty() { String::new() } else { format!(" ({})", self.note) };
        let peers: Vec<&str> =
            self.peers.iter().map(|cell| if cell.is_empty() { "–" } else { cell.as_str() }).collect();
        let goal = with_unit(self.at_most, self.unit);
        format!(
            "| {} | ≤ {goal} | {quarry}{note} | {} | {} |",
            self.what,
            verdict(self.is_reached()),
            peers.join(" | ")
        )
    }
}

pub(crate) fn with_unit(figure: f64, unit: &str) -> String {
    let space = if unit.is_empty() { "" } else { " " };
    format!("{}{space}{unit}", short(figure))
}

/// Three digits that count.
fn short(figure: f64) -> String {
    match figure.abs() {
        size if size >= 100.0 => format!("{figure:.0}"),
        size => {
            let digits = if size >= 10.0 { format!("{figure:.1}") } else { format!("{figure:.2}") };
            digits.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}

/// A number of documents, as people read it.
pub(crate) fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The figure below which that part of all figures lies.
pub(crate) fn quantile(mut figures: Vec<f64>, part: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let at = (figures.len().saturating_sub(1) as f64 * part).round() as usize;
    figures.get(at).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_goal_and_verdict() {
        let row = Row {
            what: "cold index".to_owned(),
            at_most: 3.0,
            unit: "s",
            quarry: 2.456,
            note: String::new(),
            peers: ["51.2 s".to_owned(), String::new(), "x".to_owned()],
        };
        assert_eq!(row.line(), "| cold index | ≤ 3 s | 2.46 s | reached | 51.2 s | – | x |");
        let row = Row { quarry: f64::NAN, note: "why".to_owned(), ..row };
        assert_eq!(row.line(), "| cold index | ≤ 3 s | NaN s (why) | missed | 51.2 s | – | x |");
    }

    #[test]
    fn figures_are_short() {
        for (figure, expected) in
            [(0.123, "0.12"), (1.0, "1"), (12.34, "12.3"), (40.0, "40"), (1234.5, "1234"), (0.0, "0")]
        {
            assert_eq!(short(figure), expected);
        }
        assert_eq!([count(7), count(1000), count(1_000_000)], ["7", "1,000", "1,000,000"]);
        assert_eq!(quantile((0..=100).map(f64::from).collect(), 0.99), 99.0);
        assert!(quantile(vec![], 0.5).is_nan());
    }
}
