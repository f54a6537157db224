//! Upgrades while clients ask as fast as they can.

use std::process::{Command, Stdio};
use std::thread;

use super::super::{program, run, tls_client};
use super::streams::Streams;
use super::{Line, Place, ended, secured};

/// What a client program tells while upgrades go on.
fn under_load(line: &mut Line, program: &str, arguments: &[&str], count: usize) -> String {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = command.spawn().unwrap_or_else(|error| panic!("{program} is needed, see `cargo x tools`: {error}"));
    let client = thread::spawn(move || child.wait_with_output().expect("it ends"));
    let mut upgrades = 0;
    while upgrades < count || !client.is_finished() {
        let before = line.upgrade();
        assert_eq!(ended(before), Some(0));
        upgrades += 1;
    }
    let output = client.join().expect("no panic");
    println!("{upgrades} upgrades");
    assert!(output.status.success(), "{program}: {}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn ten_upgrades_under_load_lose_no_request() {
    let place = Place::new();
    let mut line = secured(&place);
    let url = format!("{}a.txt", line.running.url);
    let told = under_load(&mut line, "wrk", &["-t", "1", "-c", "32", "-d", "6s", &url], 10);
    assert!(!told.contains("Socket errors") && !told.contains("Non-2xx"), "{told}");
    assert!(told.contains("requests in"), "{told}");
    // A connection for each request.
    let told = under_load(&mut line, "wrk", &["-t", "1", "-c", "16", "-d", "4s", "-H", "Connection: close", &url], 5);
    assert!(!told.contains("Socket errors") && !told.contains("Non-2xx"), "{told}");
    line.end();
}

#[test]
fn h2load_loses_no_request() {
    let place = Place::new();
    let mut line = secured(&place);
    let url = format!("{}a.txt", line.running.url);
    let told = under_load(&mut line, "h2load", &["--h1", "-c", "8", "-D", "4", &url], 5);
    let requests = told.lines().find(|line| line.starts_with("requests:")).expect("a sum");
    assert!(requests.contains(" 0 failed, 0 errored, 0 timeout"), "{requests}");
    // It knows no GOAWAY: whatever it meant to ask on that connection, it calls failed. So each connection asks once.
    let client = thread::spawn(move || {
        let arguments = ["--clients=5", "--requests=5", "--max-concurrent-streams=1", &url];
        let told = (0..40).map(|_| String::from_utf8_lossy(&program("h2load", &arguments)).into_owned());
        told.collect::<Vec<String>>()
    });
    let mut upgrades = 0;
    while upgrades < 5 || !client.is_finished() {
        line.upgrade();
        upgrades += 1;
    }
    for told in client.join().expect("no panic") {
        assert!(told.contains("5 succeeded, 0 failed, 0 errored, 0 timeout"), "{told}");
    }
    line.end();
}

#[test]
fn many_streams_at_a_time_are_all_answered_and_told_where_to_stop() {
    let place = Place::new();
    let mut line = secured(&place);
    let config = tls_client::config(&place.folder.path().join("chain.pem"));
    let mut streams = Streams::new(&line.running, &config);
    for _ in 0..10 {
        // Some are answered by the old one, some are on their way when the word comes.
        let goes = |streams: &mut Streams| (0..500).for_each(|_| streams.turn(&line.running));
        goes(&mut streams);
        let before = streams.connections;
        thread::scope(|scope| {
            let upgrade = scope.spawn(|| run(["upgrade", &line.process.to_string()]));
            while !upgrade.is_finished() || streams.connections == before {
                streams.turn(&line.running);
            }
        });
        goes(&mut streams);
        line.take_note();
    }
    assert_eq!(streams.connections, 11);
    assert!(streams.answered > 10_000, "{}", streams.answered);
    line.end();
}
