//! `conform`: holds servers against the requirements and prints a table.

use conformance::launch::{self, Launched};
use conformance::report::{self, Count};
use conformance::{known, material};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "\
Holds servers against the requirements of RFC 9110, RFC 9112, RFC 9113 and RFC 7541.

  conform --quarry BINARY      start Quarry on a temporary folder
  conform --nginx              start nginx on a temporary folder, as control
  conform --at HOST:PORT DIR   a server that runs already on DIR/site; DIR is written first
  conform --material DIR       only write DIR, and end
  conform --list               the requirements, and end

  --only WORDS                 only requirements whose sentence has these words

Exit codes: 0 all as expected, 1 not so, 2 it did not work.
";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("conform: {message}");
            ExitCode::from(2)
        }
    }
}

#[derive(Default)]
struct Wish {
    quarry: Option<PathBuf>,
    nginx: bool,
    at: Option<(String, PathBuf)>,
    only: Option<String>,
    list: bool,
}

fn run() -> Result<bool, String> {
    let Some(wish) = wish()? else { return Ok(true) };
    let mut requirements = conformance::requirements();
    if let Some(words) = &wish.only {
        requirements.retain(|requirement| requirement.sentence().contains(words.as_str()));
    }
    let mut out = io::stdout().lock();
    let cannot_print = |error: io::Error| format!("cannot print: {error}");
    if wish.list {
        for requirement in requirements {
            let line = format!("{} §{} {}", requirement.rfc, requirement.section, requirement.sentence());
            writeln!(out, "{line}").map_err(cannot_print)?;
        }
        return Ok(true);
    }
    let mut total = Count::default();
    let mut run = |name: &str, launched: Launched, known: &[known::Known]| {
        let count = report::run(name, &launched, &requirements, known, &mut out).map_err(cannot_print)?;
        total = Count {
            passed: total.passed + count.passed,
            known: total.known + count.known,
            failed: total.failed + count.failed,
        };
        Ok::<(), String>(())
    };
    if let Some(binary) = &wish.quarry {
        run("quarry", launch::quarry(binary)?, known::QUARRY)?;
    }
    if wish.nginx {
        run("nginx", launch::nginx()?, known::NGINX)?;
    }
    if let Some((address, folder)) = &wish.at {
        write_material(folder)?;
        run(address, launch::elsewhere(address, &folder.join("site"))?, &[])?;
    }
    writeln!(out, "{} passed, {} failed", total.passed, total.failed).map_err(cannot_print)?;
    Ok(total.failed == 0)
}

/// `None`: it is done already.
fn wish() -> Result<Option<Wish>, String> {
    let mut wish = Wish::default();
    let mut arguments = std::env::args_os().skip(1);
    let mut is_empty = true;
    while let Some(flag) = arguments.next() {
        is_empty = false;
        let mut next = |what: &str| arguments.next().ok_or(format!("{} wants {what}", flag.to_string_lossy()));
        match flag.to_str() {
            Some("--quarry") => wish.quarry = Some(next("a binary")?.into()),
            Some("--nginx") => wish.nginx = true,
            Some("--at") => {
                let address = next("HOST:PORT")?.to_string_lossy().into_owned();
                wish.at = Some((address, next("HOST:PORT and a folder")?.into()));
            }
            Some("--only") => wish.only = Some(next("words")?.to_string_lossy().into_owned()),
            Some("--list") => wish.list = true,
            Some("--material") => return write_material(Path::new(&next("a folder")?)).map(|()| None),
            Some("--help") => {
                print!("{USAGE}");
                return Ok(None);
            }
            _ => return Err(format!("unknown argument {flag:?}\n\n{USAGE}")),
        }
    }
    if is_empty { Err(format!("no server named\n\n{USAGE}")) } else { Ok(Some(wish)) }
}

fn write_material(folder: &Path) -> Result<(), String> {
    material::write(folder).map_err(|error| format!("cannot write material to {}: {error}", folder.display()))
}
