//! The command line of quality.

use std::path::PathBuf;

/// What to look at.
pub(super) struct Options {
    /// Rows, by name; empty: all.
    rows: Vec<String>,
    /// A tenth of the pages, a fifth of the questions.
    pub(super) is_short: bool,
    pub(super) shows_misses: bool,
    pub(super) builds: bool,
    pub(super) binary: Option<PathBuf>,
}

const ROWS: [&str; 8] = ["cjk", "title", "parts", "typo", "body", "names", "pinyin", "charset"];

pub(super) const HELP: &str = "\
cargo x quality lookup [ROW]... [--short] [--misses] [--binary FILE] [--no-build]

Rows      cjk       any letters of Chinese, Japanese and Korean pages find all pages with them
          title     a page is the first hit for its title
          parts     a page is found by three parts from anywhere in it (no goal)
          typo      a word with one wrong letter finds the one that was meant
          body      a page without a title is among five hits for the words of its title
          names     any letters of a name in hanzi find it, and nothing else
          pinyin    a name in hanzi is found as it is spoken
          charset   texts and names in old encodings are read as they were written
--short   a tenth of the pages, a fifth of the questions: what CI runs
--misses  names what was not found
--binary  takes this quarry, and builds none
--no-build  takes all programs as they are
";

impl Options {
    /// `None`: help is wanted. Errs with what is not understood.
    pub(super) fn parse(arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
        let mut options =
            Options { rows: Vec::new(), is_short: false, shows_misses: false, builds: true, binary: None };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--short" => options.is_short = true,
                "--misses" => options.shows_misses = true,
                "--no-build" => options.builds = false,
                "--binary" => {
                    let path = arguments.next().ok_or("--binary needs a value")?;
                    options.binary = Some(std::path::absolute(&path).map_err(|error| format!("{path}: {error}"))?);
                }
                name if ROWS.contains(&name) => options.rows.push(name.to_owned()),
                name => return Err(format!("no row \"{name}\" (see --help)")),
            }
        }
        Ok(Some(options))
    }

    pub(super) fn wants(&self, row: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|wanted| wanted == row)
    }

    pub(super) fn wants_any(&self, rows: &[&str]) -> bool {
        rows.iter().any(|row| self.wants(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_chosen_by_name() {
        let parse = |line: &str| Options::parse(line.split_ascii_whitespace().map(str::to_owned));
        let options = parse("cjk pinyin --short").expect("understood").expect("no help");
        assert!(options.is_short && options.builds);
        let wanted: Vec<&str> = ROWS.into_iter().filter(|row| options.wants(row)).collect();
        assert_eq!(wanted, ["cjk", "pinyin"]);
        assert!(parse("-h").expect("understood").is_none());
        assert_eq!(parse("taste").err().as_deref(), Some("no row \"taste\" (see --help)"));
        assert!(ROWS.iter().all(|row| HELP.contains(&format!(" {row} "))));
    }
}
