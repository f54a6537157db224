//! Quarry over a folder, and what its look-up answers.

use std::error::Error;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::{Client, escape, unescape};
use crate::install::Place;
use crate::machine;
use crate::server::{Running, free_port};

/// A Quarry at work; stopped when it is dropped.
pub(crate) struct Quarry {
    pub(crate) running: Running,
    pub(crate) port: u16,
    client: Client,
}

/// How it is started.
pub(crate) struct Settings<'a> {
    pub(crate) folder: &'a Path,
    /// Where the index lives; `None`: there is no look-up.
    pub(crate) index: Option<&'a Path>,
    /// Held to one core, with one worker.
    pub(crate) core: Option<usize>,
}

/// What is asked.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ask<'a> {
    pub(crate) words: &'a str,
    pub(crate) limit: usize,
    pub(crate) offset: usize,
    pub(crate) language: &'a str,
}

/// What was found, as far as it is looked at here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) total: usize,
    /// Which reading of the words found it: `all`, `most`, `typo`.
    pub(crate) step: String,
    pub(crate) took_us: u64,
    /// Paths from the root, the best first.
    pub(crate) paths: Vec<String>,
    pub(crate) is_ready: bool,
    pub(crate) documents: usize,
    pub(crate) waiting: usize,
}

impl Quarry {
    /// Starts it, and waits until it answers.
    pub(crate) fn start(place: &Place, settings: &Settings<'_>) -> Result<Quarry, Box<dyn Error>> {
        let port = free_port()?;
        let log = File::create(place.run.join("quarry-lookup.log"))?;
        let mut command = Command::new(&place.quarry);
        command.arg(settings.folder).args(["--access-log", "off", "--listen", &format!("127.0.0.1:{port}")]);
        match settings.index {
            Some(index) => command.arg("--index").arg(index),
            None => command.arg("--no-lookup"),
        };
        command.process_group(0).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = match settings.core {
            Some(core) => machine::spawn_on(core, command.args(["--workers", "1"])),
            None => command.spawn(),
        };
        let child = child.map_err(|error| format!("cannot start \"{}\": {error}", place.quarry.display()))?;
        let mut running = Running::new(child);
        let mut client = Client::new(port);
        let begin = Instant::now();
        while client.get("/-/find?format=json", "").is_err() {
            // Without a look-up that target is missing; any answer will do.
            if settings.index.is_none() && client.get("/", "").is_ok() {
                break;
            }
            if running.has_ended() || begin.elapsed() > START_MAX {
                let said = std::fs::read_to_string(place.run.join("quarry-lookup.log")).unwrap_or_default();
                return Err(format!("quarry has not started: {}", said.trim_end()).into());
            }
            sleep(Duration::from_millis(1));
        }
        Ok(Quarry { running, port, client })
    }

    /// Waits until all is read and so many documents can be found.
    pub(crate) fn wait_until_ready(&mut self, documents: usize) -> Result<(), Box<dyn Error>> {
        let begin = Instant::now();
        loop {
            // Without words only the state is told, which costs the server next to nothing.
            let found = self.find(Ask::default())?;
            if found.is_ready && found.waiting == 0 && found.documents >= documents {
                return Ok(());
            }
            if begin.elapsed() > INDEX_MAX {
                let (there, waiting) = (found.documents, found.waiting);
                return Err(format!("{there} of {documents} documents after {INDEX_MAX:?}, {waiting} waiting").into());
            }
            sleep(POLL);
        }
    }

    /// Errs also when the answer is not the one that is promised to programs.
    pub(crate) fn find(&mut self, ask: Ask<'_>) -> Result<Found, Box<dyn Error>> {
        let content = self.client.get(&ask.target(), ask.language)?;
        Found::parse(&content)
    }

    /// All hits, page by page. At most so many as can be paged through.
    pub(crate) fn find_all(&mut self, words: &str, language: &str) -> Result<Found, Box<dyn Error>> {
        let mut all = self.find(Ask { words, limit: PAGE, offset: 0, language })?;
        while all.paths.len() < all.total && all.paths.len() < OFFSET_MAX {
            let next = self.find(Ask { words, limit: PAGE, offset: all.paths.len(), language })?;
            if next.paths.is_empty() {
                break;
            }
            all.paths.extend(next.paths);
        }
        Ok(all)
    }

    /// How many materials could not be read.
    pub(crate) fn unreadable(&mut self) -> Result<u64, Box<dyn Error>> {
        let json: Value = serde_json::from_slice(&self.client.get("/-/index?format=json", "")?)?;
        json["unreadable"].as_u64().ok_or_else(|| format!("the state has no number \"unreadable\": {json}").into())
    }

    /// Ends it as a supervisor would, and waits for that.
    pub(crate) fn stop(self) {
        self.running.stop();
    }
}

impl Ask<'_> {
    pub(crate) fn target(&self) -> String {
        let Ask { words, limit, offset, .. } = self;
        format!("/-/find?format=json&limit={limit}&offset={offset}&q={}", escape(words))
    }
}

impl Found {
    fn parse(content: &[u8]) -> Result<Found, Box<dyn Error>> {
        let json: Value = serde_json::from_slice(content)?;
        let number = |value: &Value, name: &str| {
            value.as_u64().ok_or_else(|| format!("the answer has no number \"{name}\": {value}"))
        };
        let index = &json["index"];
        let hits = json["hits"].as_array().ok_or("the answer has no \"hits\"")?;
        Ok(Found {
            total: number(&json["total"], "total")? as usize,
            step: json["step"].as_str().unwrap_or_default().to_owned(),
            took_us: number(&json["took_us"], "took_us")?,
            paths: hits.iter().map(|hit| unescape(hit["target"].as_str().unwrap_or_default())).collect(),
            is_ready: index["state"] == "ready",
            documents: number(&index["documents"], "index.documents")? as usize,
            waiting: number(&index["waiting"], "index.waiting")? as usize,
        })
    }
}

/// Until it answers at all.
const START_MAX: Duration = Duration::from_secs(30);
/// Until a million files are read on a slow machine.
const INDEX_MAX: Duration = Duration::from_secs(1800);
/// Often enough for seconds, seldom enough that the reader does not step back.
const POLL: Duration = Duration::from_millis(20);
/// Hits that are given at once, at most.
const PAGE: usize = 100;
/// How far one can page.
const OFFSET_MAX: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_what_is_promised() {
        let answer = r#"{"total":7,"total_is_exact":true,"step":"all","took_us":12,"hits":[{"target":"/a/%E8%B5%84.txt"}],
            "facets":{},"index":{"state":"ready","documents":9,"waiting":0}}"#;
        let expected = Found {
            total: 7,
            step: "all".to_owned(),
            took_us: 12,
            paths: vec!["a/资.txt".to_owned()],
            is_ready: true,
            documents: 9,
            waiting: 0,
        };
        assert_eq!(Found::parse(answer.as_bytes()).expect("understood"), expected);
        let error = Found::parse(br#"{"hits":[]}"#).expect_err("nothing is told");
        assert_eq!(error.to_string(), "the answer has no number \"total\": null");
    }

    #[test]
    fn words_are_asked_as_they_are() {
        let ask = Ask { words: "\"资料 b\"", limit: 10, offset: 20, language: "zh" };
        assert_eq!(ask.target(), "/-/find?format=json&limit=10&offset=20&q=%22%E8%B5%84%E6%96%99%20b%22");
    }
}
