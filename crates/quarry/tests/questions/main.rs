//! What people ask about an answer, and where they find why: a hundred questions over twenty scenarios, each answered by
//! `quarry explain` and by the X-ray of a server that was really asked.
//!
//! A handshake and frames there are only where there is a network: of these, a server is asked, by `explain --live` or by a client
//! of HTTP/2.
//!
//! A file of `scenarios/` is a table: what is served, what is asked, then each question with the place of its answer. A place is a
//! station, a key, a name where there are several of that key, the value and the reason, with `|` between; `…` stands for any value. Else
//! it is the status with its reason, `when` with a moment of the timeline, or `frame` with a station and a frame.

#[path = "../process/running.rs"]
#[expect(dead_code, reason = "more of it is needed elsewhere")]
mod running;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use running::{Running, until};
use serde_json::Value;

/// A table, read.
#[derive(Default)]
struct Scenario {
    name: String,
    files: Vec<(String, String)>,
    config: String,
    flags: Vec<String>,
    target: String,
    method: Option<String>,
    fields: Vec<String>,
    over: Over,
    questions: Vec<Question>,
}

/// How it is asked.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Over {
    #[default]
    Clear,
    Tls,
    Http2,
    /// A request that breaks a rule cannot be marked: it is seen while somebody looks.
    Watched,
}

#[derive(Default)]
struct Question {
    text: String,
    place: Vec<String>,
}

impl Scenario {
    fn read(name: &str, text: &str) -> Scenario {
        let mut scenario = Scenario { name: name.to_owned(), ..Scenario::default() };
        for line in text.lines() {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "file" => {
                    let (path, content) = rest.split_once(" = ").unwrap_or((rest, ""));
                    scenario.files.push((path.to_owned(), unescaped(content)));
                }
                "config" => scenario.config += &format!("{rest}\n"),
                "flag" => scenario.flags.push(rest.to_owned()),
                "ask" => {
                    let (method, target) = rest.split_once(' ').expect("a method and a target");
                    scenario.target = target.to_owned();
                    scenario.method = (method != "GET").then(|| method.to_owned());
                }
                "field" => scenario.fields.push(unescaped(rest)),
                "over" if rest == "tls" => scenario.over = Over::Tls,
                "over" if rest == "h2" => scenario.over = Over::Http2,
                "watched" if rest.is_empty() => scenario.over = Over::Watched,
                "Q" => scenario.questions.push(Question { text: rest.to_owned(), ..Question::default() }),
                "A" => {
                    let question = scenario.questions.last_mut().expect("a question before its answer");
                    // A bar within a word is of an expression.
                    let words: Vec<&str> = rest.split_whitespace().collect();
                    question.place = words.split(|word| *word == "|").map(|part| part.join(" ")).collect();
                }
                "" | "#" => {}
                other => panic!("{name}: {other} is no word of a scenario"),
            }
        }
        scenario
    }

    /// Puts the files where they can be served from: none of them changed a moment ago.
    fn folder(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, content) in &self.files {
            let path = folder.path().join("site").join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            // Bytes below 256 stand for themselves, so that a text in any encoding can be written down.
            let bytes: Vec<u8> =
                content.chars().map(|character| u8::try_from(u32::from(character)).expect("a byte")).collect();
            fs::write(path, bytes).expect("written");
        }
        fs::create_dir_all(folder.path().join("site")).expect("made");
        fs::write(folder.path().join("quarry.toml"), &self.config).expect("written");
        until("the clock has moved on", || {
            let changed = fs::metadata(folder.path().join("site")).and_then(|found| found.modified()).expect("a time");
            (changed.elapsed().unwrap_or_default().as_millis() > 60).then_some(())
        });
        folder
    }

    /// What the program is told to serve.
    fn served(&self, folder: &Path) -> Vec<String> {
        let path = |name: &str| folder.join(name).to_str().expect("text").to_owned();
        let mut arguments = match self.config.is_empty() {
            true => vec![path("site")],
            false => vec!["--config".to_owned(), path("quarry.toml"), "--xray".to_owned(), "on".to_owned()],
        };
        arguments.extend(self.flags.iter().cloned());
        arguments
    }

    /// What `quarry explain` says: as text, and as JSON.
    fn explained(&self, folder: &Path) -> (String, Value) {
        let mut arguments = vec!["explain".to_owned(), self.target.clone()];
        arguments.extend(self.served(folder));
        self.method.iter().for_each(|method| arguments.extend(["--method".to_owned(), method.clone()]));
        self.fields.iter().for_each(|field| arguments.extend(["--field".to_owned(), field.clone()]));
        let run = |more: &[&str]| {
            let mut command = quarry();
            let output = command.args(&arguments).args(more).output().expect("it runs");
            assert!(output.stderr.is_empty(), "{}: {}", self.name, String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).expect("text")
        };
        (run(&[]), serde_json::from_str(&run(&["--json"])).expect("JSON"))
    }

    /// What the page of a server that was asked says, and `explain --live` as text.
    fn seen(&self, folder: &Path) -> (String, Value) {
        let mut command = quarry();
        command.args(self.served(folder)).args(["--listen", "127.0.0.1:0", "--workers", "1"]);
        if self.config.is_empty() {
            command.arg("--no-lookup");
        }
        if matches!(self.over, Over::Tls | Over::Http2) {
            command.arg("--tls").arg("--state").arg(folder.join("state"));
        }
        let running = Running::spawn(&mut command);
        // A client sends no name with an address (RFC 6066 §3).
        let url = match self.over {
            Over::Clear | Over::Watched => running.url.clone(),
            Over::Tls | Over::Http2 => running.url.replace("127.0.0.1", "localhost"),
        };
        if self.over == Over::Http2 {
            return self.seen_by_http2(&url);
        }
        if self.over == Over::Watched {
            return self.watched(&running);
        }
        let mut arguments = vec!["explain".to_owned(), self.target.clone(), "--live".to_owned(), url];
        if self.over == Over::Tls {
            arguments.extend(["--state".to_owned(), folder.join("state").to_str().expect("text").to_owned()]);
        }
        self.method.iter().for_each(|method| arguments.extend(["--method".to_owned(), method.clone()]));
        self.fields.iter().for_each(|field| arguments.extend(["--field".to_owned(), field.clone()]));
        let run = |more: &[&str]| {
            let output = quarry().args(&arguments).args(more).output().expect("it runs");
            assert!(output.stderr.is_empty(), "{}: {}", self.name, String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).expect("text")
        };
        // The first is what counts: memory answers those that come later.
        let json = run(&["--json"]);
        (run(&[]), serde_json::from_str(&json).expect("JSON"))
    }

    /// The same, by whoever watches all requests.
    fn watched(&self, running: &Running) -> (String, Value) {
        let ask = |target: &str, fields: &str| {
            let host = running.address();
            let answer =
                running.exchange(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{fields}\r\n"));
            answer.split_once("\r\n\r\n").map_or(String::new(), |(_, content)| content.to_owned())
        };
        let list = || serde_json::from_str::<Value>(&ask("/-/xray?format=json", "")).expect("JSON");
        list();
        ask(&self.target, &self.fields.iter().map(|field| format!("{field}\r\n")).collect::<String>());
        let id = until("it is seen", || list()["requests"][0]["id"].as_str().map(str::to_owned));
        let told = |format| ask(&format!("/-/xray/{id}?format={format}"), "");
        (told("text"), serde_json::from_str(&told("json")).expect("JSON"))
    }

    /// The same, by a client of HTTP/2.
    fn seen_by_http2(&self, url: &str) -> (String, Value) {
        let curl = |more: &[&str]| {
            let all = ["--silent", "--show-error", "--insecure", "--http2", "--max-time", "60"];
            let output = Command::new("curl").args(all).args(more).output().expect("curl");
            assert!(output.stderr.is_empty(), "{}: {}", self.name, String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).expect("text")
        };
        let token: Value = serde_json::from_str(&curl(&[&format!("{url}-/xray/token")])).expect("JSON");
        let mark = format!("Quarry-Trace: {}.question", token["token"].as_str().expect("a token"));
        let fields = self.fields.iter().flat_map(|field| ["--header", field]);
        let asked = format!("{url}{}", self.target.trim_start_matches('/'));
        curl(&[&fields.collect::<Vec<_>>()[..], &["--header", &mark, &asked]].concat());
        let told = |format| {
            until("it is told of", || {
                let told = curl(&["--fail-with-body", &format!("{url}-/xray/question?format={format}")]);
                told.contains(&self.target).then_some(told)
            })
        };
        (told("text"), serde_json::from_str(&told("json")).expect("JSON"))
    }
}

fn quarry() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quarry"));
    command.stdin(Stdio::null()).env_clear().env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"));
    command
}

/// `\n`, `\xNN` and `×N` behind a text, for so many of it.
fn unescaped(text: &str) -> String {
    let (text, count) = match text.rsplit_once(" ×") {
        Some((text, count)) => (text, count.parse().expect("a number")),
        None => (text, 1),
    };
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '\\' => match rest.next() {
                Some('n') => out.push('\n'),
                Some('x') => {
                    let digits: String = rest.by_ref().take(2).collect();
                    out.push(char::from(u8::from_str_radix(&digits, 16).expect("two digits")));
                }
                other => panic!("\\{other:?} is no escape"),
            },
            character => out.push(character),
        }
    }
    out.repeat(count)
}

/// The fact at that place, with its value and its reason.
fn find<'a>(journey: &'a Value, place: &[String]) -> Option<&'a Value> {
    let is =
        |value: &Value, wanted: &str| wanted == "…" || value.as_str().unwrap_or_default().eq_ignore_ascii_case(wanted);
    let [station, key, name, value, cause] = place else { panic!("{place:?} is no place") };
    let facts = journey["stations"][station.as_str()]["facts"].as_array()?;
    facts.iter().find(|fact| {
        fact["key"] == key.as_str()
            && is(&fact["name"], name)
            && is(&fact["value"], value)
            && (cause.is_empty() || is(&fact["cause"], cause))
    })
}

/// A text without what only sets it out.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Scenario {
    /// Each question is answered in both ways, and alike.
    fn check(&self) {
        let folder = self.folder();
        let (told, seen) = self.seen(folder.path());
        let (text, explained) = match self.over {
            Over::Clear | Over::Watched => self.explained(folder.path()),
            Over::Tls | Over::Http2 => (told, seen.clone()),
        };
        let text = flat(&text);
        for Question { text: question, place } in &self.questions {
            let about = format!("{}: {question}", self.name);
            for (from, journey) in [("explain", &explained), ("the page", &seen)] {
                let fact = match place.as_slice() {
                    [when, event] if when == "when" => {
                        let timeline = journey["timeline"].as_array().expect("a timeline");
                        let moment = timeline.iter().find(|moment| moment["event"] == event.as_str());
                        let moment = moment.unwrap_or_else(|| panic!("{about} ({from}): no {event} in {timeline:#?}"));
                        assert!(text.contains(moment["text"].as_str().expect("text")), "{about}: {text}");
                        continue;
                    }
                    [frame, station, name] if frame == "frame" => {
                        let spans = journey["stations"][station.as_str()]["spans"].as_array().expect("spans");
                        assert!(spans.iter().any(|span| span["name"] == name.as_str()), "{about}: {spans:#?}");
                        continue;
                    }
                    [status, cause] => {
                        assert_eq!(journey["status"].to_string(), *status, "{about} ({from})");
                        assert_eq!(journey["cause"], cause.as_str(), "{about} ({from})");
                        journey
                    }
                    place => find(journey, place).unwrap_or_else(|| {
                        panic!("{about} ({from}): nothing at {place:?} in {:#}", journey["stations"][place[0].as_str()])
                    }),
                };
                // What people read says the same.
                if from == "explain"
                    && let Some(because) = fact["because"].as_str()
                {
                    assert!(text.contains(&flat(because)), "{about}: {because:?} is not in {text}");
                }
            }
        }
    }
}

fn scenarios() -> Vec<Scenario> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/questions/scenarios");
    let mut scenarios: Vec<Scenario> = fs::read_dir(folder)
        .expect("the scenarios")
        .map(|entry| {
            let path = entry.expect("a scenario").path();
            let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
            Scenario::read(name, &fs::read_to_string(&path).expect("text"))
        })
        .collect();
    scenarios.sort_by(|one, other| one.name.cmp(&other.name));
    scenarios
}

#[test]
fn a_hundred_questions_are_answered_before_the_request_comes_and_after() {
    let scenarios = scenarios();
    assert!(scenarios.len() >= 26, "{} scenarios", scenarios.len());
    let questions: usize = scenarios.iter().map(|scenario| scenario.questions.len()).sum();
    assert!(questions >= 100, "{questions} questions");
    // All that are wrong are told at once.
    let wrong = scenarios.iter().filter(|scenario| std::panic::catch_unwind(|| scenario.check()).is_err()).count();
    assert_eq!(wrong, 0, "so many scenarios are not answered as written down");
}
