//! `cargo x fuzz`: one target under libFuzzer and the address sanitizer.

use super::target_directory;
use crate::failure::Failure;
use crate::install;
use crate::repository::root;
use crate::step::{self, Step};

pub(super) fn command(arguments: &[String]) -> Result<(), Failure> {
    let targets = targets()?;
    let (name, seconds) = match arguments {
        [] => {
            targets.iter().for_each(|name| println!("{name}"));
            return Ok(());
        }
        [name] => (name, "600"),
        [name, seconds] => (name, &seconds[..]),
        _ => return Err(Failure::broken("takes the name of a target and a number of seconds")),
    };
    if !targets.contains(name) {
        return Err(Failure::broken(format!("there is no target `{name}`; there are: {}", targets.join(", "))));
    }
    if seconds.parse::<u32>().is_err() {
        return Err(Failure::broken(format!("`{seconds}` is no number of seconds")));
    }
    install::cargo_fuzz()?;
    let found = target_directory().join("fuzz").join(name);
    std::fs::create_dir_all(&found)
        .map_err(|error| Failure::broken(format!("cannot make {}: {error}", found.display())))?;
    let (found, kept) = (found.to_string_lossy(), format!("fuzz/corpus/{name}"));
    // What is found goes into the first folder; both are read.
    let time = format!("-max_total_time={seconds}");
    step::run(&fuzz(name, &[&found, &kept, "--", &time, "-max_len=4096"]))?;
    // Thousands of inputs differ in how often they pass a place. Kept are those that get to a new one.
    step::run(&fuzz(name, &[&kept, &found, "--", "-set_cover_merge=1", "-use_counters=0"]))
}

fn fuzz(name: &str, arguments: &[&str]) -> Step {
    Step::cargo(name, &["fuzz", "run", name])
        .arguments(arguments)
        // The sanitizers are switched on by flags that the stable compiler takes only when told so.
        .environment("RUSTC_BOOTSTRAP", "1")
        // Optimizing across crates would take minutes for each target and find nothing more.
        .environment("CARGO_PROFILE_RELEASE_LTO", "off")
}

/// The targets, by the files that they are.
fn targets() -> Result<Vec<String>, Failure> {
    let folder = root().join("fuzz/fuzz_targets");
    let entries = std::fs::read_dir(&folder)
        .map_err(|error| Failure::broken(format!("cannot list fuzz/fuzz_targets: {error}")))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut targets: Vec<String> = names.filter_map(|name| name.strip_suffix(".rs").map(str::to_owned)).collect();
    targets.sort();
    Ok(targets)
}
