//! Getting packages without installing them: whoever measures need not be the administrator.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::install::run;

/// Unpacks a package of Debian into a folder of its own below `root`, and gives that folder.
pub(super) fn debian(root: &Path, package: &str) -> Result<PathBuf, Box<dyn Error>> {
    let folder = root.join("unpacked").join(package);
    fs::create_dir_all(&folder)?;
    let download = || run(Command::new("apt-get").current_dir(&folder).args(["download", "-qq", package]));
    if download().is_err() {
        // Lists that are old name files that are gone.
        run(Command::new("apt-get").args(["update", "-qq"]))?;
        download()?;
    }
    let file = only_file(&folder, "deb")?;
    run(Command::new("dpkg-deb").arg("-x").arg(&file).arg(&folder))?;
    fs::remove_file(file)?;
    Ok(folder)
}

/// Unpacks a package of npm in the same way.
pub(super) fn npm(root: &Path, package: &str) -> Result<PathBuf, Box<dyn Error>> {
    let folder = root.join("unpacked").join(package);
    fs::create_dir_all(&folder)?;
    run(Command::new("npm").current_dir(&folder).args(["pack", "--silent", package]))?;
    let file = only_file(&folder, "tgz")?;
    run(Command::new("tar").arg("-xzf").arg(&file).arg("-C").arg(&folder))?;
    fs::remove_file(file)?;
    Ok(folder)
}

fn only_file(folder: &Path, extension: &str) -> Result<PathBuf, Box<dyn Error>> {
    let files = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let mut files = files.filter(|path| path.extension().is_some_and(|found| found == extension));
    files.next().ok_or_else(|| format!("no file .{extension} has come to {}", folder.display()).into())
}
