//! SQLite's FTS5 with its trigrams, through Python: the text is stored too, so that it can show snippets. It is given the words.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use super::super::query::Query;
use super::{Asked, Indexed, Peer, build, empty};
use crate::corpus::Corpus;

pub(super) struct Sqlite {
    folder: PathBuf,
}

const SCRIPT: &str = include_str!("sqlite.py");

impl Sqlite {
    pub(super) fn new(folder: PathBuf) -> Sqlite {
        Sqlite { folder }
    }

    fn command(&self, act: &str) -> Command {
        let mut command = Command::new("python3");
        command.args(["-c", SCRIPT, act]).arg(self.folder.join("pages.sqlite"));
        command
    }
}

impl Peer for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn index(&mut self, corpus: &Corpus) -> Result<Indexed, Box<dyn Error>> {
        empty(&self.folder)?;
        let lines = |input: &mut dyn Write| {
            corpus.all().try_for_each(|(path, text)| writeln!(input, "{}", json!([path, text.title, text.body])))
        };
        build(self.command("index"), lines, &self.folder)
    }

    fn ask(&mut self, queries: &[Query]) -> Result<Vec<Asked>, Box<dyn Error>> {
        let mut command = self.command("ask");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let mut input = child.stdin.take().ok_or("no input")?;
        let lines: String = queries.iter().map(|query| format!("{}\n", Value::from(words(query)))).collect();
        let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
        let output = child.wait_with_output()?;
        let _ = writer.join();
        if !output.status.success() {
            return Err(format!("sqlite has failed: {}", String::from_utf8_lossy(&output.stderr).trim_end()).into());
        }
        String::from_utf8(output.stdout)?.lines().map(asked).collect()
    }

    fn start(&mut self, query: &Query) -> Result<f64, Box<dyn Error>> {
        let begin = Instant::now();
        self.ask(std::slice::from_ref(query))?;
        Ok(begin.elapsed().as_secs_f64())
    }
}

/// Any part is found anywhere, so what goes on needs no mark.
fn words(query: &Query) -> String {
    query.parts.iter().map(|part| format!("\"{part}\"")).collect::<Vec<_>>().join(" ")
}

/// A line of milliseconds and hits.
fn asked(line: &str) -> Result<Asked, Box<dyn Error>> {
    let (milliseconds, hits) = line.split_once(' ').ok_or_else(|| format!("not understood: {line}"))?;
    Ok(Asked { milliseconds: milliseconds.parse()?, has_hits: hits != "0" })
}
