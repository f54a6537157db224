//! The command line of the look-up's bench.

use std::path::PathBuf;

use super::table::PEERS;

/// What to measure.
pub(crate) struct Options {
    /// Rows, by name; empty: all but those that are only measured when named.
    rows: Vec<String>,
    /// Peers to run; empty: all.
    peers: Vec<String>,
    /// Small corpora: whether it works at all, in two minutes.
    pub(crate) is_quick: bool,
    pub(crate) builds: bool,
    /// Tell which queries took longest.
    pub(crate) tells_slow: bool,
    pub(crate) binary: Option<PathBuf>,
}

/// A row that can be named.
pub(crate) const ROWS: [&str; 12] = [
    "cold",
    "size",
    "query",
    "memory",
    "strokes",
    "start",
    "save",
    "query-310k",
    "query-1m",
    "serving",
    "rust-doc",
    "pdf",
];
/// Large, and without a goal of their own: only when they are named.
const ONLY_NAMED: [&str; 2] = ["rust-doc", "pdf"];

pub(crate) const HELP: &str = "\
cargo x bench lookup [ROW]... [--peers NAME,NAME] [--quick] [--slow] [--binary FILE] [--no-build]

Rows      cold        from nothing until all of 12,800 pages is found
          size        of the index beside that of the text
          query       how long a look-up takes inside, in 12,800 pages
          memory      while 102,400 pages are indexed, and at rest
          strokes     100 key strokes a second, over HTTP, with snippets
          start       until it answers over files that have not changed
          save        from saving a file until it is found
          query-310k  as query, in 311,855 poems
          query-1m    as query, in 1,000,000 poems
          serving     the case small while it is indexed, against without
          rust-doc    the whole of Debian's rust-doc (only when named)
          pdf         the PDFs of texlive-lang-chinese (only when named)
--peers   of recoll, groonga, sqlite (default: all; \"none\": none)
--quick   small corpora; the figures say little, but everything is tried
--slow    tells which queries and key strokes took longest
--binary  takes this quarry, and builds none
--no-build  takes all programs as they are
";

impl Options {
    /// `None`: help is wanted. Errs with what is not understood.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
        let mut options = Options {
            rows: Vec::new(),
            peers: Vec::new(),
            is_quick: false,
            builds: true,
            tells_slow: false,
            binary: None,
        };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--quick" => options.is_quick = true,
                "--slow" => options.tells_slow = true,
                "--no-build" => options.builds = false,
                "--binary" => {
                    let path = value()?;
                    options.binary = Some(std::path::absolute(&path).map_err(|error| format!("{path}: {error}"))?);
                }
                "--peers" => {
                    options.peers = value()?.split(',').map(str::to_owned).collect();
                    if let Some(name) = options.peers.iter().find(|name| *name != "none" && !PEERS.contains(&&name[..]))
                    {
                        return Err(format!("no peer \"{name}\" (see --help)"));
                    }
                }
                name if ROWS.contains(&name) => options.rows.push(name.to_owned()),
                name => return Err(format!("no row \"{name}\" (see --help)")),
            }
        }
        Ok(Some(options))
    }

    pub(crate) fn wants(&self, row: &str) -> bool {
        match self.rows.is_empty() {
            true => !ONLY_NAMED.contains(&row),
            false => self.rows.iter().any(|wanted| wanted == row),
        }
    }

    pub(crate) fn wants_any(&self, rows: &[&str]) -> bool {
        rows.iter().any(|row| self.wants(row))
    }

    pub(crate) fn wants_peer(&self, peer: &str) -> bool {
        self.peers.is_empty() || self.peers.iter().any(|wanted| wanted == peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Options>, String> {
        Options::parse(line.split_ascii_whitespace().map(str::to_owned))
    }

    #[test]
    fn rows_and_peers_are_chosen_by_name() {
        let options = parse("cold query-1m --peers groonga --no-build").expect("understood").expect("no help");
        let wanted: Vec<&str> = ROWS.into_iter().filter(|row| options.wants(row)).collect();
        assert_eq!(wanted, ["cold", "query-1m"]);
        assert_eq!(PEERS.map(|peer| options.wants_peer(peer)), [false, true, false]);
        let options = parse("").expect("understood").expect("no help");
        assert_eq!(ROWS.into_iter().filter(|row| !options.wants(row)).collect::<Vec<_>>(), ONLY_NAMED);
        assert!(parse("--help").expect("understood").is_none());
        assert!(ROWS.iter().all(|row| HELP.contains(&format!(" {row} "))));
    }

    #[test]
    fn what_there_is_not_is_named() {
        for (line, error) in [
            ("warm", "no row \"warm\" (see --help)"),
            ("--peers solr", "no peer \"solr\" (see --help)"),
            ("--binary", "--binary needs a value"),
        ] {
            assert_eq!(parse(line).err().as_deref(), Some(error));
        }
    }
}
