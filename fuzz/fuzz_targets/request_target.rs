//! `cargo x fuzz request_target`
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz::target::request_target::TARGET.run)(bytes));

#[cfg(not(fuzzing))]
fn main() {}
