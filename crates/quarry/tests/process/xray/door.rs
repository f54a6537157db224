//! Who may look in a configured site, and what somebody gets who tries without.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use super::super::running::{Running, until};
use super::super::{curl, password, quarry, start, write};
use super::{ask, folder, read_until};

/// `watcher:watch`, `watcher:guess` and `ann:ours`, as they are sent (RFC 7617).
const RIGHT: &str = "Authorization: Basic d2F0Y2hlcjp3YXRjaA==\r\n";
const WRONG: &str = "Authorization: Basic d2F0Y2hlcjpndWVzcw==\r\n";
const OF_A_ROUTE: &str = "Authorization: Basic YW5uOm91cnM=\r\n";

/// All that the X-ray has to say.
const TARGETS: [&str; 6] =
    ["/-/xray", "/-/xray?format=json", "/-/xray/events", "/-/xray/token", "/-/xray/0-1", "/-/xray/0-1?format=text"];

/// Two sites, one of them with a part for Ann alone. `more`: what the config says of the server as a whole.
fn sites(more: &str) -> (tempfile::TempDir, Running) {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "public/a.txt", "a");
    write(folder.path(), "other/b.txt", "b");
    write(folder.path(), "other/private/c.txt", "c");
    let ours = password::hash(b"ours").1;
    let config = format!(
        "listen = \"127.0.0.1:0\"\nworkers = 1\n{more}\n\
         [[site]]\nroot = \"public\"\nlook-up = false\n\
         [[site]]\nhosts = [\"other.example\"]\nroot = \"other\"\nlook-up = false\n\
         [[site.route]]\nmatch = '^/private/'\nauth = {{ users = {{ ann = '{}' }} }}\n",
        ours.trim_end()
    );
    write(folder.path(), "q.toml", config);
    let running = Running::spawn(&mut quarry(["--config".as_ref(), folder.path().join("q.toml").as_os_str()]));
    (folder, running)
}

fn watched(more: &str) -> (tempfile::TempDir, Running) {
    let made = password::hash(b"watch").1;
    sites(&format!("inside-auth = {{ users = {{ watcher = '{}' }} }}\n{more}", made.trim_end()))
}

/// The whole head of an answer.
fn head(running: &Running, target: &str, fields: &str) -> String {
    let answer =
        running.exchange(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{fields}\r\n"));
    answer.split_once("\r\n\r\n").expect("a head").0.to_owned()
}

#[test]
fn without_a_password_to_give_a_configured_site_has_no_such_page() {
    let (_folder, running) = sites("");
    for target in TARGETS {
        for fields in ["", "Host: other.example\r\n", RIGHT, WRONG] {
            assert_eq!(ask(&running, target, fields).0, 404, "{target} {fields}");
        }
    }
}

#[test]
fn a_configured_site_shows_requests_to_whoever_has_the_password() {
    for more in ["", "xray = \"off\"", "inside = \"off\""] {
        let (_folder, running) = watched(more);
        for target in TARGETS {
            // Not even who sits here comes in without, and who may see a part of a site may not see all of the server.
            for fields in ["", WRONG, OF_A_ROUTE] {
                for host in ["", "Host: example.org\r\n", "Host: other.example\r\n"] {
                    let fields = format!("{host}{fields}");
                    assert_eq!(ask(&running, target, &fields).0, 401, "{more}: {target} {fields}");
                }
            }
        }
        let challenge = "\r\nWWW-Authenticate: Basic realm=\"restricted\", charset=\"UTF-8\"";
        assert!(head(&running, "/-/xray", "").contains(challenge));
        for host in ["", "Host: example.org\r\n", "Host: other.example\r\n"] {
            let fields = format!("{host}{RIGHT}");
            assert_eq!(ask(&running, "/-/xray", &fields).0, 200, "{more}");
            assert_eq!(ask(&running, "/-/xray/token", &fields).0, 200, "{more}");
            assert_eq!(ask(&running, "/-/xray/0-99", &fields).0, 404, "{more}");
        }
    }
}

fn list(running: &Running) -> Vec<Value> {
    let list: Value = serde_json::from_str(&ask(running, "/-/xray?format=json", RIGHT).1).expect("JSON");
    list["requests"].as_array().expect("a list").clone()
}

#[test]
fn the_password_of_the_server_shows_all_its_sites_and_no_secrets() {
    let (_folder, running) = watched("");
    list(&running);
    ask(&running, "/a.txt?token=abcdef", "");
    ask(&running, "/private/c.txt", &format!("Host: other.example\r\n{OF_A_ROUTE}Cookie: id=abcdef\r\n"));
    let seen = until("both are seen", || Some(list(&running)).filter(|list| list.len() == 2));
    let targets: Vec<&str> = seen.iter().filter_map(|request| request["target"].as_str()).collect();
    assert_eq!(targets, ["/a.txt?token=******", "/private/c.txt"]);
    for request in &seen {
        let id = request["id"].as_str().expect("an id");
        for format in ["", "?format=json", "?format=text"] {
            let (status, told) = ask(&running, &format!("/-/xray/{id}{format}"), RIGHT);
            assert_eq!(status, 200);
            assert!(!told.contains("abcdef") && !told.contains("YW5uOm91cnM"), "{told}");
            // It was not let in by being looked at: nobody may look without the password.
            assert_eq!(ask(&running, &format!("/-/xray/{id}{format}"), "").0, 401);
        }
    }
}

/// Begins to follow; what is said is read by whoever wants to.
fn follow(running: &Running, fields: &str) -> BufReader<TcpStream> {
    let mut stream = running.connect();
    let request = format!("GET /-/xray/events HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n");
    stream.write_all(request.as_bytes()).expect("sent");
    BufReader::new(stream)
}

#[test]
fn the_live_list_needs_the_password_too() {
    let (_folder, running) = watched("");
    for fields in ["", WRONG] {
        // More than there are places: none of them takes one.
        for _ in 0..20 {
            let mut line = String::new();
            follow(&running, fields).read_line(&mut line).expect("a line");
            assert_eq!(line, "HTTP/1.1 401 Unauthorized\r\n");
        }
    }
    let mut follower = follow(&running, RIGHT);
    read_until(&mut follower, "text/event-stream");
    ask(&running, "/a.txt?live", "");
    read_until(&mut follower, "/a.txt?live");
}

#[test]
fn nothing_of_it_is_for_pages_of_others() {
    let (_folder, running) = watched("");
    // A browser that knows the password sends it for pages of others as well.
    let cross = format!("{RIGHT}Sec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n");
    for target in TARGETS {
        assert_eq!(ask(&running, target, &format!("{cross}Sec-Fetch-Dest: empty\r\n")).0, 404, "{target}");
        assert_eq!(ask(&running, target, &format!("{cross}Sec-Fetch-Dest: iframe\r\n")).0, 404, "{target}");
    }
    // A link from elsewhere is followed by a person.
    let link = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
    assert_eq!(ask(&running, "/-/xray", &format!("{RIGHT}{link}")).0, 200);
    assert_eq!(ask(&running, "/-/xray", &format!("{RIGHT}Sec-Fetch-Site: same-origin\r\n")).0, 200);
    for target in ["/-/xray", "/-/xray?format=json", "/-/xray/token"] {
        let head = head(&running, target, &format!("{RIGHT}Sec-Fetch-Site: same-origin\r\n")).to_lowercase();
        assert!(!head.contains("access-control"), "{head}");
        for field in ["cache-control: no-store", "x-content-type-options: nosniff"] {
            assert!(head.contains(field), "{head}");
        }
    }
    let policy = head(&running, "/-/xray", RIGHT);
    assert!(policy.contains("frame-ancestors 'none'") || policy.contains("frame-ancestors 'self'"), "{policy}");
}

#[test]
fn no_name_that_was_made_to_lead_here_does() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "0.0.0.0",
        "[::]",
        "127.0.0.1@evil.example",
    ] {
        for target in TARGETS {
            let (status, _) = ask(&running, target, &format!("Host: {host}\r\n"));
            assert!(matches!(status, 400 | 404), "{status} for {target} at {host}");
        }
    }
    // What is in the request line counts, not what is in the field (RFC 9112 §3.2.2).
    assert_eq!(ask(&running, "http://evil.example/-/xray", "Host: localhost\r\n").0, 404);
    let url = format!("{}-/xray", running.url);
    let two = ["--http2-prior-knowledge", "--output", "/dev/null", "--write-out", "%{http_code}", &url];
    assert_eq!(curl(&[&two[..], &["--header", "Host: evil.example"]].concat()), "404");
    assert_eq!(curl(&two), "200");
}

/// Memory that the server has of its own, in KiB.
fn memory(running: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.child.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("Linux tells");
    line.trim().strip_suffix(" kB").and_then(|kilobytes| kilobytes.parse().ok()).expect("a number")
}

/// Many requests, one behind the other on a connection; all are answered.
fn flood(running: &Running, count: usize, request: impl Fn(usize) -> String) {
    let stream = running.connect();
    let mut writer = stream.try_clone().expect("a socket");
    let last = request(count).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let requests: Vec<String> = (0..count).map(request).chain([last]).collect();
    let sender = std::thread::spawn(move || {
        requests.iter().for_each(|request| writer.write_all(request.as_bytes()).expect("sent"))
    });
    let mut answers = Vec::new();
    BufReader::new(stream).read_to_end(&mut answers).expect("answers");
    sender.join().expect("all is sent");
    let found = answers.windows(9).filter(|window| window == b"HTTP/1.1 ").count();
    assert_eq!(found, count + 1);
}

#[test]
fn thousands_of_requests_with_huge_heads_are_seen_in_bounded_memory() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1", "--no-lookup"]);
    super::list(&running);
    let huge = "x".repeat(15_000);
    let request = |number| format!("GET /none?{number} HTTP/1.1\r\nHost: localhost\r\nX-Huge: {huge}\r\n\r\n");
    flood(&running, 100, request);
    let before = memory(&running);
    flood(&running, 4_000, request);
    let after = memory(&running);
    // The film has 16 MiB, and requests under way and those that wait 4 MiB at most.
    assert!(after < before + (32 << 10), "{before} KiB, then {after} KiB");
    let list = super::list(&running);
    let kept = list["requests"].as_array().map_or(0, Vec::len);
    assert!(kept > 0 && kept <= 200, "{kept}");
}

#[test]
fn who_follows_and_does_not_read_is_told_how_much_it_missed() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1", "--no-lookup"]);
    let mut slow = follow(&running, "");
    read_until(&mut slow, "text/event-stream");
    let long = "x".repeat(900);
    let request = |number| format!("GET /none?{number}{long} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    flood(&running, 500, request);
    let before = memory(&running);
    flood(&running, 6_000, request);
    let after = memory(&running);
    assert!(after < before + (32 << 10), "{before} KiB, then {after} KiB");
    // The server goes on for others, and for that one when it reads again.
    assert_eq!(ask(&running, "/a.txt?others", "").0, 200);
    let told = read_until(&mut slow, "/a.txt?others");
    assert!(told.contains("event: lost\ndata: "), "{} bytes", told.len());
}

#[test]
fn a_mark_without_the_token_changes_nothing() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1", "--no-lookup"]);
    let token: Value = serde_json::from_str(&ask(&running, "/-/xray/token", "").1).expect("JSON");
    let token = token["token"].as_str().expect("a token");
    let almost = format!("{}{}", &token[..31], if token.ends_with('0') { 1 } else { 0 });
    for value in [
        &almost[..],
        &token[..31],
        "",
        ".",
        &format!(".{token}"),
        &token.to_uppercase().replace(|c: char| c.is_ascii_digit(), "0"),
    ] {
        assert_eq!(ask(&running, "/a.txt?guess", &format!("Quarry-Trace: {value}\r\n")).0, 200);
    }
    assert_eq!(ask(&running, "/a.txt?twice", &format!("Quarry-Trace: {almost}\r\nQuarry-Trace: {token}.b\r\n")).0, 200);
    let list = super::list(&running);
    assert_eq!(list["requests"], Value::Array(Vec::new()));
}
