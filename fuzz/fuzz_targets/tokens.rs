//! `cargo x fuzz tokens`
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz::target::tokens::TARGET.run)(bytes));

#[cfg(not(fuzzing))]
fn main() {}
