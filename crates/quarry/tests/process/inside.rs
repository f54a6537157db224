//! Pages about the server itself: what they tell, and to whom.

use std::collections::BTreeMap;

use rustix::process::Signal;

use super::running::{Running, until};
use super::{curl, program, start, tls_client, write};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.png", "0123456789");
    folder
}

/// What `/-/metrics` tells, by name and labels.
fn metrics(running: &Running, arguments: &[&str]) -> BTreeMap<String, f64> {
    let page = curl(&[arguments, &["--fail", &format!("{}-/metrics", running.url)]].concat());
    let mut types = BTreeMap::new();
    let mut values = BTreeMap::new();
    for line in page.lines() {
        match line.strip_prefix("# ") {
            Some(comment) => {
                let mut words = comment.splitn(3, ' ');
                let (kind, name, rest) = (words.next(), words.next().expect("a name"), words.next().expect("more"));
                match kind {
                    Some("HELP") => assert!(rest.ends_with('.'), "{line}"),
                    Some("TYPE") => assert_eq!(types.insert(name.to_owned(), rest.to_owned()), None, "{line}"),
                    _ => panic!("{line}"),
                }
            }
            None => {
                let (name, value) = line.rsplit_once(' ').expect("a name and a value");
                let base = name.split('{').next().expect("a name");
                let is_of_histogram = ["_bucket", "_sum", "_count"].iter().any(|end| {
                    base.strip_suffix(end).and_then(|name| types.get(name)).is_some_and(|kind| kind == "histogram")
                });
                assert!(types.contains_key(base) || is_of_histogram, "{line} has no type");
                assert_eq!(values.insert(name.to_owned(), value.parse().expect("a number")), None, "{line}");
            }
        }
    }
    values
}

#[test]
fn counts_are_those_of_what_was_asked() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "2"]);
    let url = |name: &str| format!("{}{name}", running.url);
    // One that was written just now is not kept yet.
    until("the file is kept", || {
        curl(&[&url("a.png")]);
        (metrics(&running, &[])["quarry_memory_hits_total"] > 0.0).then_some(())
    });
    let before = metrics(&running, &[]);
    curl(&[&url("a.png"), &url("a.png"), &url("none.png")]);
    curl(&["--head", &url("a.png")]);
    curl(&["--http2-prior-knowledge", &url("a.png")]);
    running.exchange("BAD\r\n\r\n");
    let after = metrics(&running, &[]);
    let grown = |name: &str| after.get(name).copied().unwrap_or(0.0) - before.get(name).copied().unwrap_or(0.0);
    let requests = |method: &str, status: &str, version: &str| {
        grown(&format!("quarry_requests_total{{method=\"{method}\",status=\"{status}\",version=\"{version}\"}}"))
    };
    // With one for the numbers before.
    assert_eq!(requests("GET", "2xx", "1.1"), 3.0);
    assert_eq!(requests("GET", "4xx", "1.1"), 1.0);
    assert_eq!(requests("HEAD", "2xx", "1.1"), 1.0);
    assert_eq!(requests("GET", "2xx", "2"), 1.0);
    assert_eq!(grown("quarry_request_duration_seconds_count"), 6.0);
    assert_eq!(grown("quarry_request_duration_seconds_bucket{le=\"+Inf\"}"), 6.0);
    assert!(grown("quarry_request_duration_seconds_sum") > 0.0);
    assert_eq!(grown("quarry_faults_total"), 1.0);
    assert_eq!(grown("quarry_connections_total"), 5.0);
    assert!(grown("quarry_content_bytes_total") >= 30.0);
    // The workers have a memory each.
    assert_eq!(grown("quarry_memory_hits_total") + grown("quarry_memory_misses_total"), 6.0);
    assert_eq!((after["quarry_workers"], after["quarry_panics_total"]), (2.0, 0.0));
    assert_eq!(after["quarry_log_lines_dropped_total"], 0.0);
    assert!(after["process_open_fds"] > 5.0 && after["process_resident_memory_bytes"] > 1e6);
    assert!(!after.contains_key("quarry_certificate_expiry_seconds"));
    // What happens beside the requests.
    running.signal(Signal::HUP);
    until("the settings were read again", || {
        (metrics(&running, &[])["quarry_reloads_total{result=\"done\"}"] == 1.0).then_some(())
    });
    until("the look-up knows the file", || {
        (metrics(&running, &[])["quarry_lookup_names{site=\"*\"}"] == 1.0).then_some(())
    });
    curl(&[&url("-/find?q=a&format=json"), &url("-/suggest?q=a")]);
    assert_eq!(metrics(&running, &[])["quarry_lookup_queries_total"], 2.0);
    assert_eq!(running.end(Signal::TERM), (Some(0), String::new(), String::new()));
}

#[test]
fn handshakes_and_certificates_are_told() {
    let (folder, keys) = (folder(), tempfile::tempdir().expect("a folder"));
    let (chain, key) = tls_client::certificate(keys.path(), -1..30);
    let text = |path: &std::path::Path| path.to_str().expect("UTF-8").to_owned();
    let running = start(folder.path(), &["--tls-cert", &text(&chain), "--tls-key", &text(&key)]);
    let trusted = ["--cacert", &text(&chain)];
    let before = metrics(&running, &trusted);
    // It does not trust us, and says so.
    assert!(!std::process::Command::new("curl").args(["--silent", &running.url]).status().expect("curl").success());
    until("the alert has come", || {
        let after = metrics(&running, &trusted);
        (after["quarry_tls_handshakes_total"] + after["quarry_tls_handshakes_failed_total"]
            > before["quarry_tls_handshakes_total"] + 1.0)
            .then_some(())
    });
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs_f64();
    let days = (before["quarry_certificate_expiry_seconds"] - now) / 86_400.0;
    assert!((28.0..=31.0).contains(&days), "{days}");
}

#[test]
fn status_is_for_people_and_programs() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "3", "--title", "Stones"]);
    let url = format!("{}-/status", running.url);
    let value: serde_json::Value = serde_json::from_str(&curl(&[&url])).expect("JSON");
    assert_eq!((&value["status"], &value["workers"]), (&"ok".into(), &3.into()));
    assert_eq!((&value["sites"][0]["host"], &value["sites"][0]["title"]), (&"*".into(), &"Stones".into()));
    assert!(value["uptime"].as_u64().is_some_and(|uptime| uptime < 60));
    let page = curl(&["--header", "Accept: text/html", &url]);
    assert!(page.starts_with("<!doctype html>") && page.contains("All is well."), "{page}");
    let page = curl(&["--header", "Accept: text/html", "--header", "Accept-Language: zh", &url]);
    assert!(page.contains("一切正常。"), "{page}");
    assert!(curl(&["--header", "Accept: text/html", &format!("{url}?format=json")]).starts_with('{'));
    let head = curl(&["--head", &url]);
    assert!(head.starts_with("HTTP/1.1 200 OK") && head.contains("Cache-Control: no-store"), "{head}");
}

#[test]
fn to_others_there_is_no_such_page() {
    let folder = folder();
    let running = start(folder.path(), &[]);
    let missing = curl(&[&format!("{}-/nothing", running.url)]);
    assert!(missing.starts_with("404 Not Found"), "{missing}");
    for page in ["-/status", "-/metrics"] {
        let url = format!("{}{page}", running.url);
        for field in [
            "Host: evil.example",
            "X-Forwarded-For: 192.0.2.1",
            "Forwarded: for=192.0.2.1",
            "Sec-Fetch-Site: cross-site",
        ] {
            assert_eq!(curl(&["--header", field, &url]), missing, "{page} {field}");
        }
        let port = running.port();
        for host in [format!("localhost:{port}"), "[::1]".into(), "a.localhost".into()] {
            assert_ne!(curl(&["--header", &format!("Host: {host}"), &url]), missing, "{page} {host}");
        }
    }
    let off = start(folder.path(), &["--inside", "off"]);
    assert_eq!(curl(&[&format!("{}-/status", off.url)]), missing);
    // By a unix socket comes, most likely, a proxy.
    let socket = folder.path().join("socket");
    let _unix = start(folder.path(), &["--listen", &format!("unix:{}", socket.display())]);
    let arguments = ["--silent", "--unix-socket", socket.to_str().expect("UTF-8"), "http://localhost/-/status"];
    assert_eq!(String::from_utf8_lossy(&program("curl", &arguments)), missing);
}
