//! What the owner has put into files for the pages: snippets above and below, templates. Read before anybody is answered,
//! and again when they change.

use crate::access_log::LogWriter;
use crate::limit;
use page::Look;
use page::template::Templates;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// Files of the owner that pages are made with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnFiles {
    /// HTML for the top of every page.
    pub header: Option<PathBuf>,
    /// HTML for the bottom of every page.
    pub footer: Option<PathBuf>,
    /// A folder of templates.
    pub templates: Option<PathBuf>,
}

/// What stands in those files, as far as it is known.
#[derive(Debug)]
pub(crate) struct Own {
    files: OwnFiles,
    fresh: Duration,
    /// Where it is told what fails, once there is a log.
    log: Arc<OnceLock<LogWriter>>,
    /// Asked by the threads of the pool only: no worker waits for it.
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    parts: Arc<Parts>,
    stamps: Stamps,
    looked: Instant,
}

/// What stands in the files.
#[derive(Debug, Default)]
struct Parts {
    header: String,
    footer: String,
    templates: Option<Arc<Templates>>,
}

/// What the files looked like when they were read.
#[derive(Debug, PartialEq)]
struct Stamps {
    files: Vec<(PathBuf, Option<Stamp>)>,
    /// Whether the clock has moved on since the last change, so that the next one will show.
    is_settled: bool,
}

/// Device, inode, size, times of the last changes.
type Stamp = [i64; 7];

impl Own {
    /// Reads the files. `None`: there are none. Errs with a sentence that names the first that cannot be used.
    pub(crate) fn open(files: &OwnFiles, fresh: Duration) -> Result<Option<Own>, String> {
        if *files == OwnFiles::default() {
            return Ok(None);
        }
        let (log, stamps) = (Arc::default(), stamps(files));
        let parts = Arc::new(read(files, &log)?);
        let state = Mutex::new(State { parts, stamps, looked: Instant::now() });
        Ok(Some(Own { files: files.clone(), fresh, log, state }))
    }

    /// From now on what fails is told there.
    pub(crate) fn tell(&self, log: &LogWriter) {
        // It is told once where.
        let _ = self.log.set(log.clone());
    }

    /// The look with what stands in the files now.
    pub(crate) fn apply(&self, look: Look) -> Look {
        let parts = self.parts();
        let Parts { header, footer, templates } = &*parts;
        Look { header: header.clone(), footer: footer.clone(), templates: templates.clone(), ..look }
    }

    fn parts(&self) -> Arc<Parts> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked.elapsed() >= self.fresh {
            state.looked = Instant::now();
            let stamps = stamps(&self.files);
            if stamps.files != state.stamps.files || !state.stamps.is_settled {
                state.stamps = stamps;
                match read(&self.files, &self.log) {
                    Ok(parts) => state.parts = Arc::new(parts),
                    Err(fault) => remark(&self.log, &format!("{fault}; pages stay as they were")),
                }
            }
        }
        Arc::clone(&state.parts)
    }
}

fn remark(log: &OnceLock<LogWriter>, sentence: &str) {
    if let Some(log) = log.get() {
        log.remark(sentence);
    }
}

fn stamps(files: &OwnFiles) -> Stamps {
    let OwnFiles { header, footer, templates } = files;
    let mut paths: Vec<PathBuf> = [header, footer, templates].into_iter().flatten().cloned().collect();
    if let Some(folder) = templates {
        paths.extend(names(folder).unwrap_or_default().into_iter().map(|name| folder.join(name)));
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.as_secs());
    let mut is_settled = true;
    let files = paths.into_iter().map(|path| {
        let stamp = fs::metadata(&path).ok().map(|found| stamp(&found));
        // Some file systems count whole seconds, or two.
        is_settled &= stamp.is_none_or(|[.., changed, _]| changed < i64::try_from(now).unwrap_or(i64::MAX) - 2);
        (path, stamp)
    });
    Stamps { files: files.collect(), is_settled }
}

fn stamp(found: &Metadata) -> Stamp {
    let (device, inode, size) = (found.dev() as i64, found.ino() as i64, found.size() as i64);
    [device, inode, size, found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()]
}

fn read(files: &OwnFiles, log: &Arc<OnceLock<LogWriter>>) -> Result<Parts, String> {
    let snippet = |path: &Option<PathBuf>| match path {
        Some(path) => text(path, limit::SNIPPET_BYTES_MAX).map_err(|fault| cannot_use(path, &fault)),
        None => Ok(String::new()),
    };
    let (header, footer) = (snippet(&files.header)?, snippet(&files.footer)?);
    let templates = match &files.templates {
        Some(folder) => Some(templates(folder, log).map_err(|fault| cannot_use(folder, &fault))?),
        None => None,
    };
    Ok(Parts { header, footer, templates })
}

fn cannot_use(path: &Path, fault: &str) -> String {
    format!("cannot use \"{}\": {fault}", path.display())
}

fn templates(folder: &Path, log: &Arc<OnceLock<LogWriter>>) -> Result<Arc<Templates>, String> {
    let mut sources = Vec::new();
    for name in names(folder)? {
        let text = text(&folder.join(&name), limit::TEMPLATE_BYTES_MAX).map_err(|fault| format!("{name}: {fault}"))?;
        sources.push((name, text));
    }
    let log = Arc::clone(log);
    let report = move |fault: &str| {
        remark(&log, &format!("a template failed, and its part of the page is as it is built in: {fault}"));
    };
    Templates::new(sources, Box::new(report)).map(Arc::new)
}

/// The names of the templates in a folder, in order. Others may be there, too, such as those that editors leave.
fn names(folder: &Path) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| cause(&error))? {
        let name = entry.map_err(|error| cause(&error))?.file_name();
        names.extend(name.into_string().ok().filter(|name| name.ends_with(".html") && !name.starts_with('.')));
    }
    if names.len() > limit::TEMPLATES_MAX {
        return Err(format!("it has {} files with .html, expected at most {}", names.len(), limit::TEMPLATES_MAX));
    }
    names.sort_unstable();
    Ok(names)
}

/// A whole file as text.
fn text(path: &Path, bytes_max: u64) -> Result<String, String> {
    // Else to open a pipe would wait for its other end.
    let found = fs::metadata(path).map_err(|error| cause(&error))?;
    if !found.is_file() {
        return Err(String::from("it is not a file"));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| cause(&error))?;
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(|error| cause(&error))?;
    if bytes.len() as u64 > bytes_max {
        return Err(format!("it is longer than the {bytes_max} bytes that it may have"));
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| format!("it is not UTF-8 from byte {} on", error.utf8_error().valid_up_to() + 1))?;
    if text.contains('\0') {
        return Err(String::from("it has a zero byte, expected a text"));
    }
    Ok(text.strip_prefix('\u{feff}').map(String::from).unwrap_or(text))
}

/// As the machine gives it, without its number.
pub(crate) fn cause(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split_once(" (os error").map_or(text.as_str(), |(before, _)| before);
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(files: &OwnFiles) -> String {
        Own::open(files, Duration::ZERO).map(|_| ()).unwrap_err()
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let header = |name: &str| OwnFiles { header: Some(path(name)), ..OwnFiles::default() };
        #[track_caller]
        fn check(files: &OwnFiles, folder: &Path, expected: &str) {
            assert_eq!(fault(files), format!("cannot use \"{}/{expected}", folder.display()));
        }
        check(&header("none.html"), folder.path(), "none.html\": no such file or directory");
        fs::create_dir(path("folder")).unwrap();
        check(&header("folder"), folder.path(), "folder\": it is not a file");
        fs::write(path("old.html"), b"caf\xe9").unwrap();
        check(&header("old.html"), folder.path(), "old.html\": it is not UTF-8 from byte 4 on");
        fs::write(path("zero.html"), b"\0").unwrap();
        check(&header("zero.html"), folder.path(), "zero.html\": it has a zero byte, expected a text");
        fs::write(path("long.html"), " ".repeat(65_537)).unwrap();
        check(&header("long.html"), folder.path(), "long.html\": it is longer than the 65536 bytes that it may have");
        fs::write(path("whole.html"), " ".repeat(65_536)).unwrap();
        assert!(Own::open(&header("whole.html"), Duration::ZERO).is_ok());

        let templates = |name: &str| OwnFiles { templates: Some(path(name)), ..OwnFiles::default() };
        check(&templates("none"), folder.path(), "none\": no such file or directory");
        let names = page::template::SAMPLES.map(|sample| sample.name).join(", ");
        let expected = format!("folder\": none of its files is a template: expected one of {names}");
        check(&templates("folder"), folder.path(), &expected);
        fs::write(path("folder/row.html"), "<tr>\n{% if %}").unwrap();
        let expected = "folder\": row.html, line 2: syntax error: unexpected end of block";
        check(&templates("folder"), folder.path(), expected);
        fs::write(path("folder/row.html"), b"\xff").unwrap();
        check(&templates("folder"), folder.path(), "folder\": row.html: it is not UTF-8 from byte 1 on");
        fs::write(path("folder/row.html"), "<tr>").unwrap();
        (0..64).for_each(|number| fs::write(path(&format!("folder/{number}.html")), "").unwrap());
        check(&templates("folder"), folder.path(), "folder\": it has 65 files with .html, expected at most 64");
    }

    #[test]
    fn what_changes_is_read_again_and_what_cannot_be_used_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let header = folder.path().join("header.html");
        fs::write(&header, "\u{feff}<p>one").unwrap();
        let files = OwnFiles { header: Some(header.clone()), ..OwnFiles::default() };
        let own = Own::open(&files, Duration::ZERO).unwrap().unwrap();
        let shown = || own.apply(Look::default()).header;
        assert_eq!(shown(), "<p>one");
        fs::write(&header, "<p>two").unwrap();
        assert_eq!(shown(), "<p>two");
        fs::remove_file(&header).unwrap();
        assert_eq!(shown(), "<p>two");
        fs::write(&header, "<p>three").unwrap();
        assert_eq!(shown(), "<p>three");
        // Believed without a look for as long as anything is.
        let own = Own::open(&files, Duration::from_secs(3600)).unwrap().unwrap();
        fs::write(&header, "<p>four").unwrap();
        assert_eq!(own.apply(Look::default()).header, "<p>three");
        assert!(Own::open(&OwnFiles::default(), Duration::ZERO).unwrap().is_none());
    }
}
