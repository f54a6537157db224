//! Pages by the owner's templates: any of them instead of what is built in, and what is built in wherever one is missing or
//! fails.
//!
//! ```text
//! page.html        around every page ─ content ─▶ listing.html ─ rows ───▶ row.html, tile.html
//!                                                              ─ readme ─▶ readme.html
//!                                                 preview.html  reading.html  error.html
//!                                                 find.html ─ hits ─▶ hit.html
//! ```
//!
//! Without a template nothing of this is used: what is built in is code, and as fast as ever.

mod slot;
mod trial;
mod value;

use std::fmt;
use std::sync::{Mutex, PoisonError};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

pub(crate) use slot::{Piece, Slot, cut, fault, fill, pieces};
pub(crate) use value::{common, safe};

use crate::escape::push_text;
use crate::limit;
use crate::look::Look;

/// The templates of an owner.
pub struct Templates {
    environment: Environment<'static>,
    /// Names of those that the owner has brought.
    own: Vec<String>,
    /// Where what fails while a page is made is told.
    report: Report,
    /// What was told: the same sentence with every page helps nobody.
    said: Mutex<Vec<String>>,
}

/// Takes a sentence for whoever runs the site.
pub type Report = Box<dyn Fn(&str) + Send + Sync>;

/// A template that gives what is built in: its name, and its text with comments that say what it is given.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// With its extension.
    pub name: &'static str,
    /// As a file of the owner's would have it.
    pub text: &'static str,
}

macro_rules! samples {
    ($($name:literal)*) => { [$(Sample { name: $name, text: include_str!(concat!("../templates/", $name)) }),*] };
}

/// All that can be replaced, from the outside in.
pub const SAMPLES: [Sample; 10] = samples!(
    "page.html" "listing.html" "row.html" "tile.html" "readme.html" "preview.html" "reading.html" "error.html"
    "find.html" "hit.html"
);

impl Templates {
    /// Takes templates by name and text, and tries each of them on pages made up for that.
    ///
    /// Errs with a sentence that names the first that cannot be used, its line, and what is wrong with it.
    pub fn new(sources: Vec<(String, String)>, report: Report) -> Result<Templates, String> {
        let mut environment = environment();
        // What the owner has not brought can still be included.
        for Sample { name, text } in SAMPLES {
            environment.add_template(name, text).map_err(|error| sentence(&error))?;
        }
        let mut own = Vec::new();
        for (name, text) in sources {
            if text.contains('\0') {
                return Err(format!("{name}: it has a zero byte, expected a text"));
            }
            own.push(name.clone());
            environment.add_template_owned(name, text).map_err(|error| sentence(&error))?;
        }
        if !own.iter().any(|name| SAMPLES.iter().any(|sample| sample.name == name)) {
            let names = SAMPLES.map(|sample| sample.name).join(", ");
            return Err(format!("none of its files is a template: expected one of {names}"));
        }
        let templates = Templates { environment, own, report, said: Mutex::default() };
        trial::run(templates)
    }

    /// Renders a template of the owner's. `None`: there is none of that name, or it failed, which is told.
    pub(crate) fn render(&self, name: &str, values: impl FnOnce() -> Value) -> Option<String> {
        if !self.has(name) {
            return None;
        }
        let rendered = self.environment.get_template(name).and_then(|template| template.render(values()));
        rendered.map_err(|error| self.fail(&sentence(&error))).ok()
    }

    /// Whether the owner has brought that one.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.own.iter().any(|own| own == name)
    }

    /// Says what failed, once.
    pub(crate) fn fail(&self, sentence: &str) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() < limit::TEMPLATE_FAULTS_MAX && !said.iter().any(|before| before == sentence) {
            said.push(sentence.to_owned());
            (self.report)(sentence);
        }
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Templates").field("own", &self.own).finish_non_exhaustive()
    }
}

/// Renders a template of the owner's, where there is one; see [`Templates::render`].
pub(crate) fn render(look: &Look, name: &str, values: impl FnOnce() -> Value) -> Option<String> {
    look.templates.as_ref()?.render(name, values)
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    // A line that only decides something leaves no empty line behind. Both are known, so there is nothing to refuse.
    if let Ok(syntax) = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    // The whole language, but what is written is escaped by our own rules, whatever the template is called.
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(format);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(limit::TEMPLATE_FUEL));
    environment.set_debug(true);
    environment
}

/// Writes a value as text that is only text, unless it is HTML of ours.
fn format(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return Ok(());
    }
    if value.is_safe() || matches!(state.auto_escape(), AutoEscape::None) {
        return minijinja::escape_formatter(out, state, value);
    }
    let mut escaped = String::new();
    match value.as_str() {
        Some(text) => push_text(&mut escaped, text),
        None => push_text(&mut escaped, &value.to_string()),
    }
    Ok(out.write_str(&escaped)?)
}

/// What is wrong, and where: `row.html, line 3: undefined value: …`.
fn sentence(error: &Error) -> String {
    let mut innermost = error;
    // What an included template did is told by the error within.
    while let Some(source) = std::error::Error::source(innermost).and_then(|source| source.downcast_ref::<Error>()) {
        innermost = source;
    }
    let place = match (innermost.name(), innermost.line()) {
        (Some(name), Some(line)) => format!("{name}, line {line}: "),
        (Some(name), None) => format!("{name}: "),
        _ => String::new(),
    };
    if innermost.kind() == ErrorKind::OutOfFuel {
        return format!("{place}it does more than any page can need, as a loop in a loop may");
    }
    let detail = innermost.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("{place}{}{detail}", innermost.kind())
}
