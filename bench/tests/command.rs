//! What the program says to whoever asks wrongly, or how to ask.

use std::process::Command;

#[track_caller]
fn check(arguments: &[&str], code: i32, beginning: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_bench")).args(arguments).output().expect("the program starts");
    let text = [output.stdout, output.stderr].concat();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    assert!(String::from_utf8_lossy(&text).starts_with(beginning), "{}", String::from_utf8_lossy(&text));
}

#[test]
fn each_part_tells_how_it_is_asked() {
    check(&["--help"], 0, "cargo x bench [CASE]...");
    check(&["lookup", "--help"], 0, "cargo x bench lookup [ROW]...");
    check(&["quality", "lookup", "--help"], 0, "cargo x quality lookup [ROW]...");
}

#[test]
fn what_there_is_not_is_named() {
    check(&["tiny"], 2, "bench: no case \"tiny\" (see --help)\n");
    check(&["lookup", "warm"], 2, "bench: no row \"warm\" (see --help)\n");
    check(&["quality", "lookup", "taste"], 2, "bench: no row \"taste\" (see --help)\n");
    check(&["quality"], 2, "bench: the quality of what? lookup\n");
}
