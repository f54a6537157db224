//! `quarry generate`: the manual page and completions, from the definition of the command line; templates to begin with.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use clap_complete::Shell;
use clap_mangen::{Man, roff};

use crate::exit::{self, Failure};
use crate::flag;

/// The definition of a command, or of the whole program.
pub(crate) fn find(command: Option<&str>) -> Result<clap::Command, Failure> {
    let mut definition = flag::definition();
    definition.build();
    let Some(name) = command else { return Ok(definition) };
    let names: Vec<&str> = definition.get_subcommands().map(clap::Command::get_name).collect();
    let expected = format!("there is no such command; expected {}", names.join(", "));
    let found = definition.find_subcommand(name).cloned();
    found.ok_or_else(|| Failure::cannot(format!("explain {name:?}"), expected))
}

/// Writes a manual page.
pub(crate) fn man(definition: clap::Command, out: &mut dyn Write) -> io::Result<()> {
    // What is left out of the short help belongs into the manual.
    let definition = definition.mut_args(|argument| argument.hide_short_help(false));
    let notes = definition.get_after_long_help().or(definition.get_after_help()).map(ToString::to_string);
    let has_commands = definition.has_subcommands();
    let man = Man::new(definition).manual("Quarry Manual").source(concat!("Quarry ", env!("CARGO_PKG_VERSION")));
    man.render_title(out)?;
    man.render_name_section(out)?;
    man.render_synopsis_section(out)?;
    man.render_description_section(out)?;
    man.render_options_section(out)?;
    if has_commands {
        man.render_subcommands_section(out)?;
    }
    notes.map_or(Ok(()), |notes| write_notes(&notes, out))
}

/// Indented lines are commands and stay as they are; the others are sentences, each on a line of its own.
fn write_notes(notes: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut roff = roff::Roff::new();
    roff.control("SH", ["NOTES"]);
    let mut is_example = false;
    for line in notes.lines() {
        if line.starts_with("  ") != is_example {
            is_example = !is_example;
            roff.control(if is_example { "nf" } else { "fi" }, []);
        }
        match line {
            "" => roff.control("PP", []),
            line if is_example => roff.text([roff::roman(line)]),
            line => roff.text([roff::roman(line)]).control("br", []),
        };
    }
    roff.to_writer(out)
}

/// Writes the completions of a shell.
pub(crate) fn completions(shell: Shell, out: &mut dyn Write) -> io::Result<()> {
    // In memory first: the generator panics when it cannot write, and a closed pipe is no error.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut flag::definition(), "quarry", &mut script);
    out.write_all(&script)
}

/// Writes the templates into a folder, which is made if need be, and says how many. What is there already is somebody's work:
/// then nothing is written.
pub(crate) fn templates(folder: &Path) -> Result<u64, Failure> {
    let cannot = |path: &Path, error: &io::Error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::cannot(format!("write {}", exit::quoted(path)), "it is there already"),
        _ => Failure::cannot(format!("write {}", exit::quoted(path)), exit::cause(error)),
    };
    for template in server::TEMPLATES {
        let path = folder.join(template.name);
        if path.symlink_metadata().is_ok() {
            return Err(cannot(&path, &ErrorKind::AlreadyExists.into()));
        }
    }
    fs::create_dir_all(folder).map_err(|error| cannot(folder, &error))?;
    for template in server::TEMPLATES {
        let path = folder.join(template.name);
        let written = File::create_new(&path).and_then(|mut file| file.write_all(template.text.as_bytes()));
        written.map_err(|error| cannot(&path, &error))?;
    }
    Ok(server::TEMPLATES.len() as u64)
}
