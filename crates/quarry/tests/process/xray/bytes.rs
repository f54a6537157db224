//! What went out, as it went; and frames, streams and certificates.

use serde_json::Value;

use super::super::running::{Running, until};
use super::super::{curl, quarry, start, write};
use super::{ask, fact, folder, journey, list};

#[test]
fn the_head_of_an_answer_is_shown_as_it_went() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    list(&running);
    ask(&running, "/a.txt?out", "");
    let journey = journey(&running, "/a.txt?out");
    let response = &journey["stations"]["response"];
    let text = response["text"].as_str().expect("text");
    assert!(text.starts_with("HTTP/1.1 200 OK\\r\\n") && text.ends_with("\\r\\n\\r\\n"), "{text}");
    assert!(response["hex"].as_str().expect("hex").starts_with("485454502f312e3120323030"), "{response}");
    // Of the content it is told how long it is, not what.
    assert_eq!(response["left_out"], 1);
    let spans = response["spans"].as_array().expect("spans");
    let first: Vec<(&str, &str)> = spans[..5]
        .iter()
        .map(|span| (span["key"].as_str().unwrap_or_default(), span["text"].as_str().unwrap_or_default()))
        .collect();
    let expected = [
        ("version", "HTTP/1.1"),
        ("status", "200"),
        ("reason-phrase", "OK"),
        ("line-end", "\\r\\n"),
        ("field-name", "Date"),
    ];
    assert_eq!(first, expected);
    assert_eq!(fact(&journey, "response", "sent", "content")["cause"], "content-not-kept");
    let id = journey["id"].as_str().expect("an id");
    let page = ask(&running, &format!("/-/xray/{id}"), "").1;
    assert!(page.contains("As it went out") && page.contains("<span class=k1 title=\"Status\">200</span>"), "{page}");
}

#[test]
fn no_secret_goes_out_by_the_bytes_of_an_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "public/a.txt", "a");
    let site = "xray = \"on\"\n\
                [[site]]\nroot = \"public\"\nlook-up = false\n\
                [[site.route]]\nset = { Set-Cookie = \"id=abcdef; Secure\" }\n";
    write(folder.path(), "q.toml", site);
    let config = folder.path().join("q.toml");
    let served = ["--config".as_ref(), config.as_os_str(), "--listen".as_ref(), "127.0.0.1:0".as_ref()];
    let running = Running::spawn(&mut quarry(served));
    list(&running);
    ask(&running, "/a.txt", "");
    let journey = journey(&running, "/a.txt");
    let text = journey["stations"]["response"]["text"].as_str().expect("text");
    assert!(text.contains("\\r\\nSet-Cookie: *****************\\r\\n"), "{text}");
    let id = journey["id"].as_str().expect("an id");
    let forms =
        ["", "?format=text", "?format=json"].map(|format| ask(&running, &format!("/-/xray/{id}{format}"), "").1);
    for form in forms {
        assert!(!form.contains("abcdef") && !form.contains("616263646566"), "{form}");
    }
}

#[test]
fn the_frames_of_an_answer_are_shown_by_their_heads() {
    let folder = folder();
    write(folder.path(), "large.bin", vec![7; 40_000]);
    let running = start(folder.path(), &["--workers", "1"]);
    list(&running);
    curl(&["--http2-prior-knowledge", "--output", "/dev/null", &format!("{}large.bin?frames", running.url)]);
    let journey = journey(&running, "/large.bin?frames");
    let facts = journey["stations"]["response"]["facts"].as_array().expect("facts");
    let sent: Vec<(&str, u64)> = facts
        .iter()
        .filter(|fact| fact["key"] == "sent" && fact["name"] != "content")
        .map(|fact| {
            let bytes = fact["value"].as_str().and_then(|value| value.split(' ').next()?.parse().ok());
            (fact["name"].as_str().expect("a name"), bytes.expect("a size"))
        })
        .collect();
    assert_eq!(sent[0].0, "HEADERS (stream 1, END_HEADERS)");
    assert!(sent[1..].iter().all(|(name, _)| name.starts_with("DATA (stream 1")), "{sent:?}");
    assert_eq!(sent.last().map(|(name, _)| *name), Some("DATA (stream 1, END_STREAM)"));
    // Each with its head of nine bytes.
    let data = &sent[1..];
    assert_eq!(data.iter().map(|(_, bytes)| bytes - 9).sum::<u64>(), 40_000);
    let response = &journey["stations"]["response"];
    assert_eq!(response["hex"].as_str().map(str::len), Some(sent.len() * 18));
    assert_eq!(response["spans"][0]["name"], "HEADERS (stream 1, END_HEADERS)");
}

/// The journey of a target, asked by TLS with these arguments.
fn by_tls(running: &Running, target: &str, arguments: &[&str]) -> Value {
    let url = running.url.replace("127.0.0.1", "localhost");
    let json = |path: &str| -> Value {
        serde_json::from_str(&curl(&["--insecure", &format!("{url}-/xray{path}?format=json")])).expect("JSON")
    };
    json("");
    curl(&[&["--insecure"], arguments].concat());
    let id = until("it is seen", || {
        let list = json("");
        let found = list["requests"].as_array()?.iter().rev().find(|request| request["target"] == target)?.clone();
        found["id"].as_str().map(str::to_owned)
    });
    json(&format!("/{id}"))
}

#[test]
fn the_certificate_that_was_chosen_is_shown_with_its_reason() {
    let folder = folder();
    let state = tempfile::tempdir().expect("a folder");
    let running = start(folder.path(), &["--workers", "1", "--tls", "--state", state.path().to_str().expect("text")]);
    let port = running.port();
    let named = by_tls(&running, "/a.txt?named", &[&format!("https://localhost:{port}/a.txt?named")]);
    let certificate = fact(&named, "socket", "tls", "certificate");
    assert_eq!(certificate["cause"], "certificate-by-name");
    assert!(certificate["value"].as_str().is_some_and(|names| names.starts_with("localhost")), "{certificate}");
    let unnamed = by_tls(&running, "/a.txt?unnamed", &[&format!("https://127.0.0.1:{port}/a.txt?unnamed")]);
    assert_eq!(fact(&unnamed, "socket", "tls", "certificate")["cause"], "certificate-no-name");
    let resolve = format!("other.example:{port}:127.0.0.1");
    let other = format!("https://other.example:{port}/a.txt?other");
    let other = by_tls(&running, "/a.txt?other", &["--resolve", &resolve, &other]);
    assert_eq!(fact(&other, "socket", "tls", "certificate")["cause"], "certificate-no-other");
    let timeline = named["timeline"].as_array().expect("a timeline");
    let events: Vec<&str> = timeline[..3].iter().filter_map(|moment| moment["event"].as_str()).collect();
    assert_eq!(events, ["accepted", "secured", "first-byte"]);
}
