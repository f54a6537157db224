//! `quarry check`: what readers of the site would stumble over, before they do.

mod rule;

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use charset::{Confidence, Detector, Fate, TextKind, Verdict};
use semantics::media_type::{Kind, MediaType};
use serde::Serialize;

use super::{count, print};
use crate::config::{self, Fault, Source, Wrong};
use crate::exit::{self, Failure, Outcome};
use crate::flag;
use crate::walk::{self, Visitor};

/// Looks through the folder, or through what a config serves, and reports; "no" when anything was found.
pub(super) fn run(flags: &flag::Check) -> Result<Outcome, Failure> {
    let report = match &flags.config {
        None => look_through(&flags.root, flags.hidden)?,
        Some(path) => match of_config(path) {
            Ok(report) => report,
            Err(Wrong::Failure(failure)) => return Err(failure),
            Err(Wrong::Faults(source, faults)) => {
                print(|out| match flags.json {
                    true => write_faults(&source, &faults, out),
                    false => writeln!(out, "{}", source.show(&faults)),
                })?;
                return Ok(Outcome::No);
            }
        },
    };
    print(|out| if flags.json { report.write_json(out) } else { report.write_text(out) })?;
    Ok(if report.findings.is_empty() { Outcome::Done } else { Outcome::No })
}

/// The files of a folder.
fn look_through(folder: &Path, hidden: bool) -> Result<Report, Failure> {
    let refuse =
        |error: io::Error| Failure::cannot(format!("look through {}", exit::quoted(folder)), exit::cause(&error));
    let root = fs::canonicalize(folder).map_err(refuse)?;
    let check = Check { root: &root, files: AtomicU64::new(0), texts: AtomicU64::new(0), findings: Mutex::default() };
    walk::walk(&root, hidden, &check).map_err(refuse)?;
    Ok(check.into_report())
}

/// The files and the rules of all sites of a config.
fn of_config(path: &Path) -> Result<Report, Wrong> {
    let mut settings = flag::plain();
    settings.config = Some(path.to_owned());
    let config = config::load(&settings, "look through")?;
    let mut report = Report { files: 0, texts: 0, findings: Vec::new(), rules: Some(Vec::new()) };
    let mut roots: Vec<&Path> = Vec::new();
    for (site, places) in config.sites.iter().zip(&config.places) {
        let (rules, findings) = rule::look_through(site, places, &config.source)?;
        report.findings.extend(findings);
        report.rules.get_or_insert_default().push(rules);
        // A folder that two sites serve is looked through once.
        if !roots.contains(&site.root.as_path()) {
            roots.push(&site.root);
            let mut of_root = look_through(&site.root, site.options.hidden)?;
            let root = exit::shown(&site.root);
            of_root.findings.iter_mut().for_each(|finding| finding.path = format!("{root}/{}", finding.path));
            report.files += of_root.files;
            report.texts += of_root.texts;
            report.findings.append(&mut of_root.findings);
        }
    }
    Ok(report)
}

/// What is wrong in a config, for programs.
fn write_faults(source: &Source, faults: &[Fault], out: &mut dyn Write) -> io::Result<()> {
    let told = faults.iter().map(|Fault { at, cause, hint }| {
        let (line, column) = source.place(at.start);
        serde_json::json!({ "path": source.name, "line": line, "column": column, "text": cause, "hint": hint })
    });
    writeln!(out, "{}", serde_json::json!({ "faults": told.collect::<Vec<_>>() }))
}

/// What was looked at, and what was found, in the order of paths.
#[derive(Serialize)]
struct Report {
    files: u64,
    texts: u64,
    findings: Vec<Finding>,
    /// What the rules of each site come to, where a config was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<Vec<rule::Rules>>,
}

#[derive(Serialize)]
struct Finding {
    /// Bytes that are not UTF-8 are written `\xD6`.
    path: String,
    #[serde(flatten)]
    what: What,
}

/// One cause to look closer.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum What {
    /// The charset of a text is doubtful, or is not what the text itself declares.
    Charset { charset: &'static str, confidence: String, reason: String, declared: Option<String> },
    /// A name that is not UTF-8, and how it is read.
    Name { shown: String, charset: &'static str, confidence: String },
    /// A symbolic link that is not followed, because it leads elsewhere or nowhere.
    Link { target: String, leads: Leads },
    /// What the server could not read either, if it is the same user.
    Unreadable { reason: String },
    /// A rule that cannot be as it is meant.
    Rule { line: usize, column: usize, problem: rule::Problem, text: String },
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Leads {
    Outside,
    Nowhere,
}

impl Report {
    fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        writeln!(out)
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for finding in &self.findings {
            // Editors go to a place that is written without a space.
            let space = if matches!(finding.what, What::Rule { .. }) { "" } else { " " };
            writeln!(out, "{}:{space}{}", finding.path, finding.what)?;
        }
        self.rules.iter().flatten().try_for_each(|rules| rules.write(out))?;
        let found = match self.findings.len() {
            0 => "nothing to report".into(),
            number => count(number as u64, "finding"),
        };
        writeln!(out, "{}, {}: {found}", count(self.files, "file"), count(self.texts, "text"))
    }
}

impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            What::Charset { charset, confidence, reason, declared } => {
                write!(f, "charset {charset}, {confidence} ({reason})")?;
                declared.iter().try_for_each(|declared| write!(f, "; {declared}"))
            }
            What::Name { shown, charset, confidence } => {
                write!(f, "the name is not UTF-8; read as \"{shown}\" ({charset}, {confidence})")
            }
            What::Link { target, leads: Leads::Outside } => {
                write!(f, "the link leaves the folder, to \"{target}\"; not served")
            }
            What::Link { target, leads: Leads::Nowhere } => write!(f, "the link to \"{target}\" leads nowhere"),
            What::Unreadable { reason } => write!(f, "cannot be read: {reason}"),
            What::Rule { line, column, text, .. } => write!(f, "{line}:{column}: {text}"),
        }
    }
}

struct Check<'a> {
    root: &'a Path,
    files: AtomicU64,
    texts: AtomicU64,
    findings: Mutex<Vec<(PathBuf, What)>>,
}

impl Check<'_> {
    fn find(&self, path: &Path, what: What) {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).push((path.to_owned(), what));
    }

    fn into_report(self) -> Report {
        let mut findings = self.findings.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Threads find in any order; stable, so that the name of a file stays before its content.
        findings.sort_by(|a, b| a.0.cmp(&b.0));
        let findings = findings.into_iter().map(|(path, what)| Finding { path: exit::shown(&path), what }).collect();
        Report { files: self.files.into_inner(), texts: self.texts.into_inner(), findings, rules: None }
    }

    fn judge(&self, path: &Path, kind: TextKind) -> io::Result<()> {
        let mut file = File::open(self.root.join(path))?;
        let mut detector = Detector::new(kind, None);
        let mut buffer = vec![0; READ_BYTES];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => detector.feed(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.texts.fetch_add(1, Relaxed);
        let verdict = detector.finish();
        if is_worth_a_look(&verdict) {
            let declared = verdict.declared.map(|declared| declared.to_string());
            let (confidence, reason) = (verdict.confidence.to_string(), verdict.reason.to_string());
            self.find(path, What::Charset { charset: verdict.label, confidence, reason, declared });
        }
        Ok(())
    }
}

impl Visitor for Check<'_> {
    fn folder(&self, path: &Path, names: &[OsString]) {
        for name in names.iter().filter(|name| name.to_str().is_none()) {
            // Neighbours were most likely named by the same machine; a few speak for all.
            let others = names.iter().filter(|other| *other != name && other.to_str().is_none());
            let siblings: Vec<&[u8]> = others.take(SIBLINGS_MAX).map(|other| other.as_bytes()).collect();
            let (text, verdict) = charset::name(name.as_bytes(), &siblings);
            let shown = exit::shown(Path::new(OsStr::new(text.as_ref())));
            self.find(
                &path.join(name),
                What::Name { shown, charset: verdict.label, confidence: verdict.confidence.to_string() },
            );
        }
    }

    fn file(&self, path: &Path) {
        self.files.fetch_add(1, Relaxed);
        let media_type = MediaType::from_name(path.file_name().unwrap_or_default().as_bytes());
        let looked = match text_kind(media_type) {
            Some(kind) => self.judge(path, kind),
            None => File::open(self.root.join(path)).map(drop),
        };
        if let Err(error) = looked {
            self.fault(path, &error);
        }
    }

    fn link(&self, path: &Path) {
        let full = self.root.join(path);
        let leads = match fs::canonicalize(&full) {
            Ok(target) if target.starts_with(self.root) => return,
            Ok(_) => Leads::Outside,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return self.fault(path, &error),
            Err(_) => Leads::Nowhere,
        };
        let target = fs::read_link(&full).map(|target| exit::shown(&target)).unwrap_or_default();
        self.find(path, What::Link { target, leads });
    }

    fn fault(&self, path: &Path, error: &io::Error) {
        // Gone since it was listed: then nobody stumbles over it.
        if error.kind() != io::ErrorKind::NotFound {
            self.find(path, What::Unreadable { reason: exit::cause(error) });
        }
    }
}

/// A person should look when the bytes leave doubt, and when the text says something wrong about itself, which garbles it
/// wherever Quarry is not there to set it right.
fn is_worth_a_look(verdict: &Verdict) -> bool {
    let is_contradicted =
        verdict.declared.is_some_and(|declared| !matches!(declared.fate, Fate::Kept | Fate::BomFirst));
    verdict.confidence == Confidence::Doubtful || is_contradicted
}

/// Where a declaration is looked for in a text of this type; none when it is no text.
fn text_kind(media_type: MediaType) -> Option<TextKind> {
    media_type.is_text.then_some(match media_type.kind {
        Kind::Html => TextKind::Html,
        Kind::Css => TextKind::Css,
        Kind::Xml => TextKind::Xml,
        _ => TextKind::Plain,
    })
}

const READ_BYTES: usize = 64 << 10;

/// More change nothing in the verdict, and would make a folder of many such names slow.
const SIBLINGS_MAX: usize = 64;
