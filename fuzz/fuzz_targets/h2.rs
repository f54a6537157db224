//! `cargo x fuzz h2`
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz::target::h2::TARGET.run)(bytes));

#[cfg(not(fuzzing))]
fn main() {}
