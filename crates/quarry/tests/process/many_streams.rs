//! HTTP/2 as a client has it that is not ours and holds a server to every rule: python's h2 (`many_streams.py`).

use super::tls_client::certificate;
use super::{program, start, write};

/// Debian's python has it; another one that comes first on the path may not.
const PYTHON: &str = "/usr/bin/python3";

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/process/many_streams.py");

const SEEDS: u64 = 12;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in
        [("empty.txt", 0), ("one.txt", 1), ("small.txt", 1024), ("page.html", 16_000), ("large.bin", 700_000)]
    {
        let content: Vec<u8> = (0..bytes).map(|at: u32| b'a' + (at.wrapping_mul(2_654_435_761) >> 28) as u8).collect();
        write(folder.path(), name, content);
    }
    folder
}

/// A failure names its seed, and the script can be run with it by hand.
fn talk(port: u16, folder: &str, authority: &[&str]) {
    for seed in 1..=SEEDS {
        let (port, seed) = (port.to_string(), seed.to_string());
        let said = program(PYTHON, &[&[SCRIPT, &port, &seed, folder], authority].concat());
        assert_eq!(String::from_utf8_lossy(&said), "done\n", "seed {seed}");
    }
}

#[test]
fn a_strict_client_gets_every_file_to_the_byte() {
    let folder = folder();
    let running = start(folder.path(), &["--no-lookup"]);
    talk(running.port(), folder.path().to_str().expect("UTF-8"), &[]);
}

#[test]
fn by_tls_too() {
    let (folder, state) = (folder(), tempfile::tempdir().expect("a folder"));
    let (chain, key) = certificate(state.path(), -1..30);
    let (chain, key) = (chain.to_str().expect("UTF-8"), key.to_str().expect("UTF-8"));
    let running = start(folder.path(), &["--no-lookup", "--tls-cert", chain, "--tls-key", key]);
    talk(running.port(), folder.path().to_str().expect("UTF-8"), &[chain]);
}
