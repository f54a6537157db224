//! Groonga with its bigrams: a database and a server over HTTP. It is given the words; it reads no files.

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::query::Query;
use super::{Asked, Indexed, Peer, Served, build, empty};
use crate::client::{Client, escape};
use crate::corpus::Corpus;
use crate::server::{Running, free_port};

pub(super) struct Groonga {
    folder: PathBuf,
}

/// Titles and bodies by pairs of letters with their positions, as its manual has it for Chinese and Japanese.
const SCHEMA: &str = "\
table_create Pages TABLE_HASH_KEY ShortText
column_create Pages title COLUMN_SCALAR ShortText
column_create Pages body COLUMN_SCALAR Text
table_create Terms TABLE_PAT_KEY ShortText --default_tokenizer TokenBigram --normalizer NormalizerAuto
column_create Terms pages COLUMN_INDEX|WITH_POSITION|WITH_SECTION Pages title,body
load --table Pages
[
";

impl Groonga {
    pub(super) fn new(folder: PathBuf) -> Groonga {
        Groonga { folder }
    }

    fn spawn(&self) -> Result<Served, Box<dyn Error>> {
        let port = free_port()?;
        let log = File::create(self.folder.join("server.log"))?;
        let mut command = Command::new("groonga");
        command.args(["--protocol", "http", "--bind-address", "127.0.0.1", "--port", &port.to_string()]);
        command.arg("--log-path").arg(self.folder.join("groonga.log"));
        command.arg("-s").arg(self.folder.join("db/pages")).process_group(0);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let running = Running::new(command.spawn()?);
        Ok(Served { running, port, target })
    }
}

/// Ten hits, the best first, with snippets.
fn target(query: &str) -> String {
    format!(
        "/d/select?table=Pages&match_columns={}&query={}&limit=10&sort_keys=-_score&output_columns={}",
        escape("title * 3 || body"),
        escape(query),
        escape("_key,title,_score,snippet_html(body)")
    )
}

/// What was typed, with what means something to it taken as letters.
fn typed(words: &str) -> String {
    let words: String = words.chars().map(|c| if "\"()\\+-<>~*:".contains(c) { ' ' } else { c }).collect();
    target(words.trim())
}

impl Peer for Groonga {
    fn name(&self) -> &'static str {
        "groonga"
    }

    fn index(&mut self, corpus: &Corpus) -> Result<Indexed, Box<dyn Error>> {
        empty(&self.folder)?;
        let folder = self.folder.join("db");
        std::fs::create_dir(&folder)?;
        let mut command = Command::new("groonga");
        command.arg("--log-path").arg(self.folder.join("groonga.log")).arg("-n").arg(folder.join("pages"));
        let lines = |input: &mut dyn Write| {
            input.write_all(SCHEMA.as_bytes())?;
            for (path, text) in corpus.all() {
                writeln!(input, "{},", json!({ "_key": path, "title": text.title, "body": text.body }))?;
            }
            input.write_all(b"]\n")
        };
        build(command, lines, &folder)
    }

    fn ask(&mut self, queries: &[Query]) -> Result<Vec<Asked>, Box<dyn Error>> {
        let served = self.spawn()?;
        let mut client = Client::new(served.port);
        wait(&mut client)?;
        let mut asked = Vec::new();
        for query in queries {
            let answer: Value = serde_json::from_slice(&client.get(&target(&query.starred()), "")?)?;
            // [[status, begin, seconds], [[[hits], …]]]
            let seconds = answer[0][2].as_f64().ok_or_else(|| format!("not understood: {answer}"))?;
            let hits = answer[1][0][0][0].as_u64().unwrap_or(0);
            asked.push(Asked { milliseconds: seconds * 1000.0, has_hits: hits > 0 });
        }
        Ok(asked)
    }

    fn start(&mut self, query: &Query) -> Result<f64, Box<dyn Error>> {
        let begin = Instant::now();
        let served = self.spawn()?;
        let mut client = Client::new(served.port);
        wait(&mut client)?;
        client.get(&target(&query.starred()), "")?;
        Ok(begin.elapsed().as_secs_f64())
    }

    fn serve(&mut self) -> Result<Option<Served>, Box<dyn Error>> {
        let served = self.spawn()?;
        wait(&mut Client::new(served.port))?;
        Ok(Some(Served { target: typed, ..served }))
    }
}

fn wait(client: &mut Client) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    while let Err(error) = client.get("/d/status", "") {
        if begin.elapsed() > Duration::from_secs(10) {
            return Err(format!("groonga does not answer: {error}").into());
        }
        sleep(Duration::from_millis(1));
    }
    Ok(())
}
