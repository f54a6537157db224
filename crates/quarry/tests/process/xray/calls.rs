//! What the kernel was asked for a request is what the kernel says it was asked.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::super::running::{Running, until};
use super::super::{quarry, write};
use super::{ask, folder, journey, list};

/// Calls that are told of, as far as they are of one request.
const TOLD: [&str; 9] =
    ["recvfrom", "sendto", "sendmsg", "sendfile", "openat2", "statx", "pread64", "preadv2", "getdents64"];

/// A server whose calls are written down, and where.
fn traced(folder: &Path, trace: &Path) -> Running {
    let mut command = std::process::Command::new("strace");
    // -D: the server is our own child, and is ended as any other.
    command.args(["-D", "-f", "-q", "-s", "100", "-e", "signal=none", "-o"]).arg(trace);
    let served = quarry([folder.as_os_str()]);
    command.arg(served.get_program()).args(served.get_args());
    command.args(["--listen", "127.0.0.1:0", "--workers", "1", "--no-lookup", "--fresh", "1h"]).env_clear();
    command.env("PATH", "/usr/bin:/bin");
    Running::spawn(&mut command)
}

/// Calls that another thread came between stand in two lines: they are put together.
fn joined(trace: &str) -> String {
    let mut begun: BTreeMap<&str, &str> = BTreeMap::new();
    let mut out = String::new();
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').expect("a thread and its call");
        if let Some(beginning) = call.strip_suffix("<unfinished ...>") {
            begun.insert(thread, beginning);
            continue;
        }
        let call = match call.split_once(" resumed>") {
            Some((_, rest)) => format!("{}{rest}", begun.remove(thread).unwrap_or_default()),
            None => call.to_owned(),
        };
        out.push_str(&format!("{thread} {call}\n"));
    }
    out
}

/// How often each was called, from the first byte of that request to the end of its connection.
fn called(trace: &str, target: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    let mut connection = None;
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').expect("a thread and its call");
        let call = call.trim_start();
        let is_first = call.starts_with("recvfrom(") && call.contains(&format!("\"GET {target} "));
        if is_first {
            connection = call["recvfrom(".len()..].split(',').next().map(|descriptor| (thread, descriptor));
        }
        let Some((worker, descriptor)) = connection else { continue };
        let Some((name, rest)) = call.split_once('(').filter(|_| !call.starts_with("<...")) else { continue };
        let is_of_connection = thread == worker && rest.split([',', ')']).next() == Some(descriptor);
        if name == "close" && is_of_connection {
            break;
        }
        let is_of_socket = name.starts_with("recv") || name.starts_with("send");
        if TOLD.contains(&name) && (is_of_connection || !is_of_socket) {
            *counts.entry(name.to_owned()).or_insert(0) += 1;
        }
    }
    counts
}

/// The same, as the X-ray tells it.
fn told(journey: &Value) -> BTreeMap<String, u64> {
    let facts = journey["stations"]["response"]["facts"].as_array().expect("facts").iter();
    let calls = facts.filter(|fact| fact["key"] == "call").map(|fact| {
        let count = fact["value"].as_str().and_then(|value| value.parse().ok()).expect("a number");
        (fact["name"].as_str().expect("a name").to_owned(), count)
    });
    calls.filter(|(name, _)| TOLD.contains(&name.as_str())).collect()
}

#[test]
fn calls_are_told_as_the_kernel_has_them() {
    let folder = folder();
    write(folder.path(), "page.html", "<!doctype html><p>stone ".repeat(200));
    write(folder.path(), "large.bin", vec![7; 3 << 20]);
    let traces = tempfile::tempdir().expect("a folder");
    let trace = traces.path().join("trace");
    let mut running = traced(folder.path(), &trace);
    list(&running);
    let targets = [
        ("/picture.png?1", "at hand"),
        ("/picture.png?again", "from memory"),
        ("/page.html?2", "on the pool, compressed"),
        ("/large.bin?3", "a span of a file"),
        ("/none.txt?5", "nothing there"),
    ];
    let mut journeys = Vec::new();
    for (target, what) in targets {
        ask(&running, target, "Accept-Encoding: br\r\n");
        let journey = journey(&running, target);
        let accepts = journey["stations"]["response"]["facts"].as_array().expect("facts").iter();
        assert_eq!(accepts.filter(|fact| fact["name"] == "accept4").count(), 1, "{what}: its connection was new");
        journeys.push((target, what, journey));
    }
    running.signal(rustix::process::Signal::TERM);
    running.wait();
    let text = until("all is written down", || {
        let text = fs::read_to_string(&trace).unwrap_or_default();
        text.contains("+++ exited with 0 +++").then(|| joined(&text))
    });
    for (target, what, journey) in journeys {
        let from = text.find(&format!("\"GET {target} "));
        let line = text[..from.expect("it came")].rfind('\n').map_or(0, |end| end + 1);
        assert_eq!(told(&journey), called(&text[line..], target), "{what}\n{}", excerpt(&text[line..]));
    }
}

/// The beginning, for whoever has to find out what is wrong.
fn excerpt(trace: &str) -> String {
    trace.lines().take(60).collect::<Vec<_>>().join("\n")
}
