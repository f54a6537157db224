//! `/-/xray`: who may look, what is seen, and what it never shows.

mod bytes;
mod calls;
mod door;
mod live;
mod time;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use super::running::{Running, until};
use super::{curl, start, write};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", "a");
    write(folder.path(), "picture.png", b"\x89PNG\r\n\x1a\n");
    folder
}

/// What a server says to a request with these fields: status and content.
fn ask(running: &Running, target: &str, fields: &str) -> (u16, String) {
    let host = if fields.to_lowercase().contains("host:") {
        String::new()
    } else {
        format!("Host: {}\r\n", running.address())
    };
    let answer = running.exchange(format!("GET {target} HTTP/1.1\r\n{host}Connection: close\r\n{fields}\r\n"));
    let status = answer.get(9..12).and_then(|code| code.parse().ok()).expect("a status");
    (status, answer.split_once("\r\n\r\n").map_or("", |(_, content)| content).to_owned())
}

fn list(running: &Running) -> Value {
    serde_json::from_str(&ask(running, "/-/xray?format=json", "").1).expect("JSON")
}

/// The journey of the last request for that target.
fn journey(running: &Running, target: &str) -> Value {
    let id = until("it is seen", || {
        let list = list(running);
        let requests = list["requests"].as_array().expect("a list").clone();
        let found = requests.iter().rev().find(|request| request["target"] == target)?;
        Some(found["id"].as_str().expect("an id").to_owned())
    });
    let (status, content) = ask(running, &format!("/-/xray/{id}?format=json"), "");
    assert_eq!(status, 200);
    serde_json::from_str(&content).expect("JSON")
}

/// The fact of that key, and of that name where there are several.
fn fact<'a>(journey: &'a Value, station: &str, key: &str, name: &str) -> &'a Value {
    let facts = journey["stations"][station]["facts"].as_array().expect("facts");
    let is_meant =
        |fact: &&Value| fact["key"] == key && fact["name"].as_str().unwrap_or_default().eq_ignore_ascii_case(name);
    facts.iter().find(is_meant).unwrap_or_else(|| panic!("no {key} {name} in {facts:#?}"))
}

#[test]
fn only_whoever_sits_here_may_look() {
    let folder = folder();
    let running = start(folder.path(), &[]);
    assert_eq!(ask(&running, "/-/xray", "").0, 200);
    assert_eq!(ask(&running, "/-/xray", "Sec-Fetch-Site: none\r\n").0, 200);
    for (fields, status) in [
        ("Host: example.org\r\n", 404),
        ("Host: 127.0.0.1.example.org\r\n", 404),
        ("X-Forwarded-For: 192.0.2.1\r\n", 404),
        ("Sec-Fetch-Site: cross-site\r\n", 404),
        ("Origin: http://evil.example\r\n", 404),
    ] {
        for target in ["/-/xray", "/-/xray/events", "/-/xray/0-1", "/-/xray?format=json"] {
            assert_eq!(ask(&running, target, fields).0, status, "{target} {fields}");
        }
    }
    let without = start(folder.path(), &["--xray", "off"]);
    assert_eq!(ask(&without, "/-/xray", "").0, 404);
    let outside = start(folder.path(), &["--inside", "off"]);
    assert_eq!(ask(&outside, "/-/xray", "").0, 404);
    assert!(running.exchange(format!("GET /-/xray HTTP/1.0\r\nHost: {}\r\n\r\n", running.address())).contains(" 404 "));
    let unprefixed = start(folder.path(), &["--prefix", "off"]);
    assert_eq!(ask(&unprefixed, "/-/xray", "").0, 404);
}

#[test]
fn nothing_is_seen_before_somebody_looks_or_without_the_token() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    ask(&running, "/a.txt?before", "");
    ask(&running, "/a.txt?wrong", "Quarry-Trace: 0123456789abcdef0123456789abcdef\r\n");
    let list = list(&running);
    assert_eq!((list["requests"].as_array().map(Vec::len), list["dropped"].as_u64()), (Some(0), Some(0)));
    assert_eq!(list["token"].as_str().map(str::len), Some(32));
}

#[test]
fn a_marked_request_is_seen_whoever_looks() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    // The token is told without looking at the list: that is done afterwards.
    let page = ask(&running, "/-/xray/token", "").1;
    let token = serde_json::from_str::<Value>(&page).expect("JSON")["token"].as_str().expect("a token").to_owned();
    ask(&running, "/picture.png?marked", &format!("Quarry-Trace: {token}.mine-1\r\n"));
    let journey: Value = until("it is there", || {
        let (status, content) = ask(&running, "/-/xray/mine-1?format=json", "");
        (status == 200).then(|| serde_json::from_str(&content).expect("JSON"))
    });
    assert_eq!(journey["target"], "/picture.png?marked");
    let field = fact(&journey, "request", "request-field", "Quarry-Trace");
    assert_eq!(
        (field["cause"].as_str(), field["value"].as_str().map(|value| value.contains(&token))),
        (Some("marks-for-xray"), Some(false))
    );
}

#[test]
fn the_way_a_request_was_answered_is_told() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1", "--fresh", "1h"]);
    list(&running);
    until("the answer is kept", || {
        ask(&running, "/a.txt?x", "");
        let journey = journey(&running, "/a.txt?x");
        (fact(&journey, "response", "way", "")["value"] == "memory").then_some(())
    });
    let journey = journey(&running, "/a.txt?x");
    assert_eq!(fact(&journey, "response", "kept", "")["cause"], "already-kept");
    // Memory decides nothing; why it is so is found by deciding once more.
    assert_eq!(fact(&journey, "material", "charset", "sent")["value"], "utf-8");
    assert_eq!(fact(&journey, "material", "remark", "")["cause"], "same-again");
    assert_eq!(fact(&journey, "response", "call", "recvfrom")["value"], "1");
    let sends = journey["stations"]["response"]["facts"].as_array().expect("facts").iter().filter(|fact| {
        fact["key"] == "call" && ["sendto", "sendmsg"].contains(&fact["name"].as_str().unwrap_or_default())
    });
    assert_eq!(sends.count(), 1);
    assert!(journey["took_us"].as_u64().is_some_and(|took| took < 60_000_000));
    assert_eq!(fact(&journey, "socket", "client", "")["cause"], "loopback");
}

#[test]
fn http_2_is_shown_with_its_frames_and_without_its_blocks() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    list(&running);
    curl(&["--http2-prior-knowledge", "--cookie", "secret=abcdef", &format!("{}a.txt?two", running.url)]);
    let journey = journey(&running, "/a.txt?two");
    assert_eq!(journey["version"], "HTTP/2");
    let spans = journey["stations"]["bytes"]["spans"].as_array().expect("spans");
    assert!(
        spans
            .iter()
            .any(|span| span["key"] == "frame"
                && span["name"].as_str().unwrap_or_default().starts_with("HEADERS (stream 1")),
        "{spans:#?}"
    );
    assert_eq!(fact(&journey, "request", "request-field", "cookie")["value"], "*************");
    assert_eq!(fact(&journey, "response", "field", "content-length")["value"], "1");
    assert_eq!(fact(&journey, "socket", "exchange", "")["cause"], "stream");
}

#[test]
fn tls_is_shown() {
    let folder = folder();
    let state = tempfile::tempdir().expect("a folder");
    let running = start(folder.path(), &["--workers", "1", "--tls", "--state", state.path().to_str().expect("text")]);
    // A client sends no name with an address (RFC 6066 §3).
    let url = running.url.replace("127.0.0.1", "localhost");
    curl(&["--insecure", &format!("{url}-/xray?format=json")]);
    curl(&["--insecure", &format!("{url}a.txt?sealed")]);
    let list: Value = until("it is seen", || {
        let list: Value =
            serde_json::from_str(&curl(&["--insecure", &format!("{url}-/xray?format=json")])).expect("JSON");
        list["requests"].as_array().is_some_and(|list| !list.is_empty()).then_some(list)
    });
    let id = list["requests"][0]["id"].as_str().expect("an id").to_owned();
    let journey: Value =
        serde_json::from_str(&curl(&["--insecure", &format!("{url}-/xray/{id}?format=json")])).expect("JSON");
    assert_eq!(fact(&journey, "socket", "tls", "version")["value"], "TLS 1.3");
    assert_eq!(fact(&journey, "socket", "tls", "protocol")["value"], "h2");
    assert_eq!(fact(&journey, "socket", "tls", "server name")["value"], "localhost");
    assert_eq!(fact(&journey, "socket", "tls", "handshake")["value"], "full");
    assert!(!fact(&journey, "socket", "tls", "key exchange")["value"].as_str().unwrap_or_default().is_empty());
}

#[test]
fn a_broken_request_is_seen_with_what_is_broken() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    list(&running);
    running.exchange("GET /broken HTTP/1.1\r\nHost : a\r\n\r\n");
    let journey = journey(&running, "GET /broken HTTP/1.1");
    assert_eq!((journey["status"].as_u64(), journey["cause"].as_str()), (Some(400), Some("bad-request")));
    assert_eq!(fact(&journey, "bytes", "received", "")["cause"], "broken");
}

#[test]
fn secrets_are_never_shown() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    list(&running);
    ask(
        &running,
        "/a.txt?token=abcdef&b=c",
        "Cookie: id=abcdef\r\nAuthorization: Basic abcdef\r\nX-Api-Key: abcdef\r\n",
    );
    let journey = journey(&running, "/a.txt?token=******&b=c");
    let text = journey.to_string();
    assert!(!text.contains("abcdef") && !text.contains("616263646566"), "{text}");
    let id = journey["id"].as_str().expect("an id");
    for format in ["", "?format=text"] {
        let (status, page) = ask(&running, &format!("/-/xray/{id}{format}"), "");
        assert_eq!(status, 200);
        assert!(!page.contains("abcdef"), "{page}");
    }
}

/// Follows the list: its lines as they come.
fn follow(running: &Running, target: &str) -> BufReader<TcpStream> {
    let mut stream = running.connect();
    let request = format!("GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n", running.address());
    stream.write_all(request.as_bytes()).expect("sent");
    BufReader::new(stream)
}

/// Reads until a line holds that.
fn read_until(reader: &mut impl BufRead, wanted: &str) -> String {
    let mut all = String::new();
    while !all.contains(wanted) {
        assert!(reader.read_line(&mut all).expect("a line") > 0, "the end came before {wanted}: {all}");
    }
    all
}

#[test]
fn requests_are_told_as_they_come_and_followers_are_few() {
    let folder = folder();
    let mut running = start(folder.path(), &["--workers", "2"]);
    let mut followers: Vec<_> = (0..16).map(|_| follow(&running, "/-/xray/events")).collect();
    for follower in &mut followers {
        read_until(follower, "text/event-stream");
    }
    // One too many is turned away, and comes in when another has gone.
    until("all have come in", || (ask(&running, "/-/xray/events", "").0 == 503).then_some(()));
    ask(&running, "/a.txt?live", "");
    for follower in &mut followers {
        let told = read_until(follower, "/a.txt?live");
        assert!(told.contains("data: [{\"id\":\""), "{told}");
    }
    drop(followers.pop());
    drop(followers);
    // A server that ends does not wait for those who would follow for ever.
    let mut last = None;
    until("one who has gone makes room", || {
        let mut follower = follow(&running, "/-/xray/events?from=0");
        let mut line = String::new();
        follower.read_line(&mut line).expect("a line");
        last = line.starts_with("HTTP/1.1 200").then_some(follower);
        // Those who have gone are noticed when they are told something.
        ask(&running, "/a.txt?more", "");
        last.is_some().then_some(())
    });
    let mut last = last.expect("one who follows");
    read_until(&mut last, "/a.txt?live");
    running.signal(rustix::process::Signal::TERM);
    let mut rest = String::new();
    last.read_to_string(&mut rest).expect("the end");
    assert!(rest.ends_with("0\r\n\r\n"), "{rest:?}");
    assert_eq!(running.wait().0, Some(0));
}

#[test]
fn a_listing_leads_there_for_those_who_may_look() {
    let folder = folder();
    let running = start(folder.path(), &[]);
    let link = "href=\"/-/xray\"";
    assert!(ask(&running, "/", "Accept: text/html\r\n").1.contains(link));
    assert!(!ask(&running, "/", "Accept: text/html\r\nHost: example.org\r\n").1.contains(link));
    assert!(!ask(&start(folder.path(), &["--xray", "off"]), "/", "Accept: text/html\r\n").1.contains(link));
}

#[test]
fn what_a_site_answered_is_told_by_its_own_rules() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "public/a.txt", "a");
    write(folder.path(), "other/a.txt", "another");
    let config = folder.path().join("q.toml");
    let sites = "xray = \"on\"\n\
                 [[site]]\nroot = \"public\"\nlook-up = false\n\
                 [[site]]\nhosts = [\"other.example\"]\nroot = \"other\"\nlook-up = false\n\
                 [[site.route]]\nset = { X-Other = \"1\" }\n";
    write(folder.path(), "q.toml", sites);
    let served = ["--config".as_ref(), config.as_os_str(), "--listen".as_ref(), "127.0.0.1:0".as_ref()];
    let running = Running::spawn(&mut super::quarry(served));
    list(&running);
    // The second is answered from memory, and decided again when somebody looks.
    for _ in 0..2 {
        assert_eq!(ask(&running, "/a.txt", "Host: other.example\r\n"), (200, "another".into()));
    }
    let journey = journey(&running, "/a.txt");
    let origin = fact(&journey, "response", "field", "X-Other");
    assert!(origin.to_string().contains("route"), "{origin}");
}

#[test]
fn secrets_that_rules_take_from_a_request_are_not_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "public/a.txt", "a");
    let config = folder.path().join("q.toml");
    let site = "xray = \"on\"\n\
                [[site]]\nroot = \"public\"\nlook-up = false\n\
                [[site.route]]\nfield = { Cookie = 'session=(?<s>\\w+)' }\nset = { X-Api-Key = \"${s}\" }\n\
                [[site.route]]\nmatch = '^/go$'\nredirect = \"/a.txt?token=abcdef\"\n";
    write(folder.path(), "q.toml", site);
    let served = ["--config".as_ref(), config.as_os_str(), "--listen".as_ref(), "127.0.0.1:0".as_ref()];
    let running = Running::spawn(&mut super::quarry(served));
    list(&running);
    assert_eq!(ask(&running, "/go", "Cookie: session=abcdef\r\n").0, 302);
    let journey = journey(&running, "/go").to_string();
    assert!(journey.contains("/a.txt?token=******") && !journey.contains("abcdef"), "{journey}");
}
