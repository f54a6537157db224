//! Prints what is read of files: `cargo run -p lookup --example extract -- FILE…`
//!
//! With `--time`, says only how much and how fast; folders are walked.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use lookup::extract::{Extract, Extractor, Format, child};

fn main() -> ExitCode {
    // The same program reads containers, in a process of its own.
    if child::is_asked() {
        return child::main();
    }
    let mut arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let is_timed = arguments.first().is_some_and(|first| first == Path::new("--time"));
    if is_timed {
        arguments.remove(0);
    }
    let extractor = Extractor::new("/proc/self/exe".into());
    let mut files = Vec::new();
    arguments.iter().for_each(|path| walk(path, &mut files));
    let mut out = std::io::stdout().lock();
    let (mut read, mut kept, mut took) = (0, 0, Duration::ZERO);
    for path in &files {
        let name = path.file_name().unwrap_or_default().as_bytes();
        let Ok(file) = File::open(path) else {
            eprintln!("cannot open {}", path.display());
            return ExitCode::from(2);
        };
        let begin = Instant::now();
        let extract = extractor.extract(&file, name);
        took += begin.elapsed();
        read += file.metadata().map_or(0, |metadata| metadata.len());
        kept += extract.body.len() + extract.headings.len();
        let written = match (is_timed, &extract.fault) {
            (false, _) => print(&mut out, path, name, &extract),
            (true, Some(fault)) => writeln!(out, "{}: {fault}", path.display()),
            (true, None) => Ok(()),
        };
        // A closed pipe is no error.
        if written.is_err() {
            return ExitCode::SUCCESS;
        }
    }
    if is_timed {
        let rate = read as f64 / 1e6 / took.as_secs_f64();
        let (read, kept) = (read as f64 / 1e6, kept as f64 / 1e6);
        println!(
            "{} files, {read:.1} MB, {kept:.1} MB of text, {:.2} s: {rate:.1} MB/s",
            files.len(),
            took.as_secs_f64()
        );
    }
    for gap in extractor.gaps().unwrap_or_default() {
        eprintln!("note: {gap}");
    }
    ExitCode::SUCCESS
}

fn walk(path: &Path, files: &mut Vec<PathBuf>) {
    match std::fs::read_dir(path) {
        Err(_) => files.push(path.to_owned()),
        Ok(entries) => {
            let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            paths.sort();
            paths.iter().filter(|path| !path.is_symlink()).for_each(|path| walk(path, files));
        }
    }
}

fn print(out: &mut impl std::io::Write, path: &Path, name: &[u8], extract: &Extract) -> std::io::Result<()> {
    writeln!(out, "== {}", path.display())?;
    writeln!(out, "by name   {:?}", Format::of_name(name))?;
    let lines = [("title", &extract.title), ("language", &extract.language), ("fault", &extract.fault)];
    for (field, value) in lines.iter().filter_map(|(field, value)| Some((field, value.as_deref()?))) {
        writeln!(out, "{field:9} {value}")?;
    }
    extract.headings.lines().try_for_each(|heading| writeln!(out, "heading   {heading}"))?;
    writeln!(out, "{}", extract.body)
}
