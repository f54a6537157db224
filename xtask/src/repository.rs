//! What the repository holds, read once: its texts and what cargo knows of its packages.

use crate::failure::Failure;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Everything a rule looks at.
#[derive(Default)]
pub(crate) struct Repository {
    pub(crate) files: Vec<TextFile>,
    pub(crate) packages: Vec<Package>,
}

/// A file of text that is or would be committed.
pub(crate) struct TextFile {
    /// From the root of the repository, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A package of the whole dependency graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) licence: Option<String>,
    /// Where it was fetched; `None` for our own.
    pub(crate) source: Option<String>,
    /// Names of what it asks for, of every kind (also for tests).
    pub(crate) dependencies: Vec<String>,
}

impl Repository {
    /// Reads it from disk. Errs when git or cargo cannot say what belongs to it.
    pub(crate) fn read() -> Result<Repository, Failure> {
        Ok(Repository { files: read_files()?, packages: read_packages()? })
    }

    /// Our own packages.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.source.is_none())
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| &file.text[..])
    }

    /// The Rust sources.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &TextFile> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    #[cfg(test)]
    pub(crate) fn of_files(files: &[(&str, &str)]) -> Repository {
        let files =
            files.iter().map(|(path, text)| TextFile { path: (*path).to_owned(), text: (*text).to_owned() }).collect();
        Repository { files, packages: Vec::new() }
    }

    #[cfg(test)]
    pub(crate) fn of_packages(packages: Vec<Package>) -> Repository {
        Repository { files: Vec::new(), packages }
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    // Cargo says where this package stands; the root is its parent.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_else(|| PathBuf::from("xtask"));
    package.parent().map_or_else(|| PathBuf::from("."), Path::to_owned)
}

fn read_files() -> Result<Vec<TextFile>, Failure> {
    let list = output("git", &["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
    let mut files = Vec::new();
    for path in list.split(|&byte| byte == 0).filter(|path| !path.is_empty()) {
        let Ok(path) = std::str::from_utf8(path) else { continue };
        // Materials in old encodings and pictures are no texts of ours; a file that was just removed is no finding.
        let Ok(bytes) = std::fs::read(root().join(path)) else { continue };
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(TextFile { path: path.to_owned(), text });
        }
    }
    Ok(files)
}

fn read_packages() -> Result<Vec<Package>, Failure> {
    let json = output("cargo", &["metadata", "--format-version", "1", "--locked"])?;
    let metadata: Value =
        serde_json::from_slice(&json).map_err(|error| Failure::broken(format!("cargo metadata: {error}")))?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(packages
        .iter()
        .map(|package| Package {
            name: text(&package["name"]).unwrap_or_default(),
            version: text(&package["version"]).unwrap_or_default(),
            licence: text(&package["license"]),
            source: text(&package["source"]),
            dependencies: package["dependencies"]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default()
                .iter()
                .filter_map(|dependency| text(&dependency["name"]))
                .collect(),
        })
        .collect())
}

fn output(program: &str, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root())
        .output()
        .map_err(|error| Failure::broken(format!("cannot run {program}: {error}")))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let message = String::from_utf8_lossy(&output.stderr);
    Err(Failure::broken(format!("{program} {}: {}", arguments.join(" "), message.trim())))
}
