//! What must hold for any bytes at all.
//!
//! Each target is a function that panics when something does not hold. It runs in two ways: in the plain tests, on its kept inputs and
//! for `FUZZ_SECONDS` on changed ones, with debug assertions and overflow checks; and under libFuzzer with the address sanitizer,
//! which finds new paths by itself (`cargo x fuzz NAME`). A kept input is a file in `corpus/NAME`; one that failed goes there once
//! it is mended, so that it is tried for ever.

pub mod mutate;
pub mod target;

/// One thing to try.
pub struct Target {
    /// As in `fuzz_targets/NAME.rs` and `corpus/NAME`.
    pub name: &'static str,
    /// Panics when something does not hold.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    target::archive::TARGET,
    target::charset::TARGET,
    target::date::TARGET,
    target::extract::TARGET,
    target::fields::TARGET,
    target::file_name::TARGET,
    target::h1::TARGET,
    target::h2::TARGET,
    target::hpack::TARGET,
    target::markdown::TARGET,
    target::name::TARGET,
    target::query::TARGET,
    target::request_target::TARGET,
    target::select::TARGET,
    target::tls::TARGET,
    target::tokens::TARGET,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::time::{Duration, Instant};

    /// Without the variable: enough to see that it runs.
    const SECONDS_DEFAULT: f64 = 0.2;

    fn folder(kind: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(kind)
    }

    fn kept(name: &str) -> Vec<Vec<u8>> {
        let entries = std::fs::read_dir(folder("corpus").join(name)).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        paths.iter().map(|path| std::fs::read(path).expect("a kept input can be read")).collect()
    }

    /// Runs one input; when it fails, says which, in a form that can be pasted into a test.
    #[track_caller]
    fn run(target: &Target, input: &[u8]) {
        let outcome = std::panic::catch_unwind(|| (target.run)(input));
        assert!(outcome.is_ok(), "{}: fails for b\"{}\"", target.name, input.escape_ascii());
    }

    #[test]
    fn every_target_has_its_file_for_libfuzzer() {
        let entries = std::fs::read_dir(folder("fuzz_targets")).expect("the folder is there");
        let mut files: Vec<_> =
            entries.map(|entry| entry.expect("listed").file_name().into_string().expect("ASCII")).collect();
        files.sort();
        let names: Vec<_> = TARGETS.iter().map(|target| format!("{}.rs", target.name)).collect();
        assert_eq!(files, names);
    }

    #[test]
    fn kept_inputs_and_changed_ones_hold() {
        let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SECONDS_DEFAULT);
        for (at, target) in TARGETS.iter().enumerate() {
            let inputs = kept(target.name);
            assert!(!inputs.is_empty(), "{}: changes of nothing reach no further than the first check", target.name);
            inputs.iter().for_each(|input| run(target, input));
            // The same inputs in the same order each time; how many of them is the only thing that time decides.
            let mut mutator = mutate::Mutator::new(at as u64 + 1);
            let end = Instant::now() + Duration::from_secs_f64(seconds);
            let mut count = 0u64;
            while Instant::now() < end {
                for _ in 0..32 {
                    run(target, &mutator.change(&inputs));
                }
                count += 32;
            }
            println!("{}: {} kept, {count} changed", target.name, inputs.len());
        }
    }
}
