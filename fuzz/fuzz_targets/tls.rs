//! `cargo x fuzz tls`
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (fuzz::target::tls::TARGET.run)(bytes));

#[cfg(not(fuzzing))]
fn main() {}
