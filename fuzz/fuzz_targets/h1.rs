//! `cargo x fuzz h1`
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz::target::h1::TARGET.run)(bytes));

#[cfg(not(fuzzing))]
fn main() {}
