//! What people ask about an answer, and where they find why: a hundred questions over twenty scenarios, each answered by
//! `quarry explain` and by the X-ray of a server that was really asked.
//!
//! A file of `scenarios/` is a table: what is served, what is asked, then each question with the place of its answer. A place is a
//! station, a key, a name where there are several of that key, the value and the reason, with `|` between; `…` stands for any value.

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
    questions: Vec<Question>,
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
                "field" => scenario.fields.push(rest.to_owned()),
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

    /// What the page of a server that was asked says.
    fn seen(&self, folder: &Path) -> Value {
        let mut command = quarry();
        command.args(self.served(folder)).args(["--listen", "127.0.0.1:0", "--workers", "1"]);
        if self.config.is_empty() {
            command.arg("--no-lookup");
        }
        let running = Running::spawn(&mut command);
        let mut arguments = vec![
            "explain".to_owned(),
            self.target.clone(),
            "--live".to_owned(),
            running.url.clone(),
            "--json".to_owned(),
        ];
        self.method.iter().for_each(|method| arguments.extend(["--method".to_owned(), method.clone()]));
        self.fields.iter().for_each(|field| arguments.extend(["--field".to_owned(), field.clone()]));
        let output = quarry().args(&arguments).output().expect("it runs");
        assert!(output.stderr.is_empty(), "{}: {}", self.name, String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
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
        let (text, explained) = self.explained(folder.path());
        let seen = self.seen(folder.path());
        let text = flat(&text);
        for Question { text: question, place } in &self.questions {
            let about = format!("{}: {question}", self.name);
            for (from, journey) in [("explain", &explained), ("the page", &seen)] {
                let fact = match place.as_slice() {
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
    assert!(scenarios.len() >= 20, "{} scenarios", scenarios.len());
    let questions: usize = scenarios.iter().map(|scenario| scenario.questions.len()).sum();
    assert!(questions >= 100, "{questions} questions");
    // All that are wrong are told at once.
    let wrong = scenarios.iter().filter(|scenario| std::panic::catch_unwind(|| scenario.check()).is_err()).count();
    assert_eq!(wrong, 0, "so many scenarios are not answered as written down");
}
