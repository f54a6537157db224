//! `quarry find`: what the box of a site does, at a terminal.
//!
//! ```text
//! arguments ─▶ words ─┐
//! folder ─▶ index ────┴─▶ hits ─▶ lines of their texts ─▶ print
//! ```

mod print;
mod ready;
mod words;

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lookup::answer::{Answer, Hit, Open, Request};
use lookup::line::Lines;
use lookup::live::{Lookup, Settings};
use lookup::query::Query;
use reactor::disk::{NodeKind, Root, Waiting};
use server::look_up;

use crate::exit::{self, Failure, Outcome};
use crate::flag::{self, When};
use crate::serve::links;
use crate::terminal::Terminal;
use print::{Form, Found, Paint, Printer};

/// Looks up and prints; "no" when nothing was found.
pub(super) fn run(flags: &flag::Find) -> Result<Outcome, Failure> {
    let words = words::join(&flags.words);
    if Query::parse(&words).is_empty() {
        let typed = flags.words.join(OsStr::new(" "));
        let cause = "there is nothing in it to look for; expected for example report or type:pdf";
        return Err(Failure::cannot(format!("look for {}", exit::quoted(Path::new(&typed))), cause));
    }
    let root = super::find_root("look through", &flags.dir)?;
    let links = links(flags.symlinks);
    let settings = look_up::settings(&root, flag::places(flags.index.as_deref()), links, flags.hidden);
    let lookup = Lookup::start(Settings { is_awaited: true, ..settings })
        .map_err(|error| Failure::Sentence(error.to_string()))?;
    if let Some(remark) = ready::wait(&lookup) {
        exit::warn(remark);
    }
    let mut answer = ask(&lookup, &words, flags)?;
    let folder = Folder { root: Root::open(&root, links).ok(), named: flags.dir.clone() };
    answer.hits.iter_mut().for_each(|hit| folder.complete(hit));
    let outcome = if answer.total == 0 { Outcome::No } else { Outcome::Done };
    if flags.json {
        let json = print::json(&look_up::json(answer, lookup.state()));
        super::print(|out| out.write_all(json.as_bytes()))?;
        return Ok(outcome);
    }
    let terminal = Terminal::of_output();
    let paint = match flags.color {
        When::Auto => Paint::new(terminal.has_colour),
        When::Always => Paint::new(true),
        When::Never => Paint::new(false),
    };
    let printer = Printer { form: form(flags, terminal), paint };
    super::print(|out| print(out, &printer, &folder, &words, &answer))?;
    // Programs that read names want nothing else to be said.
    if !flags.is_for_paths() || io::stderr().is_terminal() {
        exit::say(print::summary(&answer));
    }
    Ok(outcome)
}

/// The one place where the index is asked.
fn ask(lookup: &Lookup, words: &str, flags: &flag::Find) -> Result<Answer, Failure> {
    let language = language(|name| env::var(name).ok());
    let request = Request { words, offset: 0, limit: flags.hits_max(), language: language.as_deref() };
    lookup.find(&request, &Open).map_err(|error| Failure::Sentence(error.to_string()))
}

fn form(flags: &flag::Find, terminal: Terminal) -> Form {
    match (flags.null, flags.names, terminal.is_terminal) {
        (true, ..) => Form::Null,
        (_, true, is_terminal) => Form::Names { is_terminal },
        (.., true) => Form::People,
        (.., false) => Form::Lines,
    }
}

fn print(out: &mut dyn io::Write, printer: &Printer, folder: &Folder, words: &str, answer: &Answer) -> io::Result<()> {
    let lines = Lines::new(answer.instead.as_deref().unwrap_or(words));
    for (index, hit) in answer.hits.iter().enumerate() {
        let lines = printer.form.lines_max().and_then(|lines_max| folder.lines(hit, &lines, lines_max));
        let found = Found { path: folder.path(hit), hit, lines };
        printer.print(out, &found, index == 0)?;
    }
    Ok(())
}

/// The folder that is looked through.
struct Folder {
    /// None: it cannot be opened any more.
    root: Option<Root>,
    /// As it was named.
    named: PathBuf,
}

impl Folder {
    /// The path of a hit, as it can be opened from where we are.
    fn path(&self, hit: &Hit) -> PathBuf {
        let below = Path::new(OsStr::from_bytes(&hit.path));
        let named = self.named.strip_prefix(".").unwrap_or(&self.named);
        let path = named.join(below);
        // A name that looks like a flag would be taken for one.
        if path.as_os_str().as_bytes().starts_with(b"-") { Path::new(".").join(path) } else { path }
    }

    /// Size and time of the last change of what was not read yet, as it is now.
    fn complete(&self, hit: &mut Hit) {
        if hit.is_folder || hit.modified.is_some() {
            return;
        }
        let found = self.root.as_ref().and_then(|root| root.look(&hit.path, Waiting::Allowed).ok());
        hit.size = found.map(|found| found.size);
        hit.modified = found.and_then(|found| i64::try_from(found.modified).ok());
    }

    /// The lines of the text of a hit with the words, if it is a text. What cannot be read now is shown as the index has it.
    fn lines(&self, hit: &Hit, lines: &Lines, lines_max: usize) -> Option<lookup::line::Found> {
        let root = self.root.as_ref().filter(|_| !hit.is_folder)?;
        // Nothing but a file is ever opened: a pipe would let go of whoever waits at its other end.
        root.look(&hit.path, Waiting::Allowed).ok().filter(|found| found.kind == NodeKind::File)?;
        let node = root.open_node(&hit.path, Waiting::Allowed).ok()?;
        let file = File::from(Arc::try_unwrap(node.file?).ok()?);
        let name = hit.path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let found = lines.of_file(&file, name, lines_max).ok().flatten();
        // The index knows more ways to write what was meant: then what it marked is what is looked for.
        found.or_else(|| marked(hit)?.of_file(&file, name, lines_max).ok().flatten())
    }
}

/// Finds the lines of what is marked in the snippet of a hit.
fn marked(hit: &Hit) -> Option<Lines> {
    let marked = hit.snippet.pieces.iter().filter(|piece| piece.is_match);
    let quoted: Vec<String> = marked.map(|piece| words::phrase(&piece.text)).collect();
    (!quoted.is_empty()).then(|| Lines::new(&quoted.join(" ")))
}

/// The language of the user, as `zh` or `en` (locale(7)).
pub(super) fn language(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let locale =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| variable(name).filter(|value| !value.is_empty()))?;
    let language: String = locale.chars().take_while(char::is_ascii_lowercase).collect();
    (2..=3).contains(&language.len()).then_some(language)
}

/// A text that can be printed.
fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    exit::push_safe(&mut out, text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_that_of_the_locale() {
        #[track_caller]
        fn check(variables: &[(&str, &str)], expected: Option<&str>) {
            let get =
                |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string());
            assert_eq!(language(get).as_deref(), expected, "{variables:?}");
        }
        check(&[("LANG", "zh_CN.UTF-8")], Some("zh"));
        check(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "de")], Some("de"));
        check(&[("LANG", "en_GB"), ("LC_ALL", ""), ("LC_MESSAGES", "yue_HK")], Some("yue"));
        check(&[("LANG", "C.UTF-8")], None);
        check(&[("LANG", "x")], None);
        check(&[], None);
    }

    #[test]
    fn a_path_can_be_opened_from_here() {
        #[track_caller]
        fn check(named: &str, path: &str, expected: &str) {
            let hit = Hit { path: path.into(), ..print::tests::hit() };
            assert_eq!(Folder { root: None, named: named.into() }.path(&hit), PathBuf::from(expected), "{named}");
        }
        check(".", "a/b.txt", "a/b.txt");
        check("./", "a", "a");
        check("./notes", "a", "notes/a");
        check("notes/", "a", "notes/a");
        check("..", "a", "../a");
        check("/srv/www", "a b", "/srv/www/a b");
        check("/", "etc", "/etc");
        check(".", "-rf", "./-rf");
        check("-x", "a", "./-x/a");
    }
}
