//! The command line, from outside.

use std::process::Command;

#[test]
fn every_group_of_cases_is_in_the_help() {
    let output = Command::new(env!("CARGO_BIN_EXE_bench")).arg("--help").output().expect("it starts");
    let help = String::from_utf8(output.stdout).expect("text");
    for word in ["small", "gzip", "drip", "idle", "tls", "h2", "lookup", "--binary"] {
        assert!(help.contains(word), "{word}");
    }
}

#[test]
fn clients_of_tls_say_what_they_expect() {
    let output = Command::new(env!("CARGO_BIN_EXE_handshake")).arg("nothing").output().expect("it starts");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("full|resumed PORT SECONDS"));
}
