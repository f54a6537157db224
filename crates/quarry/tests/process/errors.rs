//! The owner's files for errors, whatever makes them: routes, files that are not there, Quarry's own pages, and what breaks a rule of HTTP.

use super::running::{Running, read_text};
use super::{quarry, write};

/// Two sites, one of them for all other hosts.
fn start(folder: &tempfile::TempDir) -> Running {
    for name in ["one/a.txt", "two/a.txt"] {
        write(folder.path(), name, "a");
    }
    for name in ["one/4xx.html", "one/404.html", "one/5xx.html", "one/part.html", "one/large.html", "two/4xx.html"] {
        write(folder.path(), name, format!("<title>{name}</title>"));
    }
    let config = r#"listen = "127.0.0.1:0"
[[site]]
root = "one"
look-up = false
listing = false
errors = { 4xx = "/4xx.html", 5xx = "/5xx.html", 404 = "/404.html", 413 = "/large.html" }

[[site.route]]
match = '^/part/'
errors = { 4xx = "/part.html" }

[[site.route]]
match = '^/closed/'
deny = true
errors = { 403 = "/part.html" }
cors = "https://a.example"

[[site.route]]
match = '^/broken$'
answer = 500

[[site]]
hosts = ["two.example"]
root = "two"
look-up = false
errors = { 4xx = "/4xx.html" }
"#;
    write(folder.path(), "quarry.toml", config);
    Running::spawn(&mut quarry(["--config".as_ref(), folder.path().join("quarry.toml").as_os_str()]))
}

#[test]
fn each_error_has_the_owner_s_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = start(&folder);
    let check = |request: &str, status: &str, file: &str| {
        let answer = running.exchange(request);
        let (head, content) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{request}: {answer}"));
        assert_eq!((&head[9..12], content), (status, &*format!("<title>{file}</title>")), "{request}: {head}");
        assert!(head.contains("Content-Type: text/html; charset="), "{head}");
    };
    let get = |target: &str, status: &str, file: &str| {
        check(&format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), status, file);
    };
    get("/none", "404", "one/404.html");
    get("/part/none", "404", "one/part.html");
    get("/closed/a", "403", "one/part.html");
    get("/broken", "500", "one/5xx.html");
    get("/-/none", "404", "one/404.html");
    get("/-/find?q=a", "404", "one/404.html");
    get("/a%00", "400", "one/4xx.html");
    get("/%zz", "400", "one/4xx.html");
    // Requests that break a rule: of whose head nothing is to be believed, the site for all hosts answers.
    check("BAD\r\n\r\n", "400", "one/4xx.html");
    check("GET / HTTP/3.7\r\nHost: two.example\r\n\r\n", "505", "one/5xx.html");
    check("GET / HTTP/1.1\r\n\r\n", "400", "one/4xx.html");
    check(&format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(9000)), "414", "one/4xx.html");
    check(&format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(200)), "431", "one/4xx.html");
    // Where the head was understood and what follows was not, its site does, and its routes.
    let chunked = "Transfer-Encoding: chunked\r\n\r\nnonsense\r\n";
    check(&format!("GET / HTTP/1.1\r\nHost: two.example\r\n{chunked}"), "400", "two/4xx.html");
    check(&format!("GET /part/a HTTP/1.1\r\nHost: a\r\n{chunked}"), "400", "one/part.html");
    check("GET /a.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", "413", "one/large.html");
    check("POST /a.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405", "one/4xx.html");
    check("BREW /a.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "501", "one/5xx.html");
}

#[test]
fn what_a_client_could_do_is_said_beside_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = start(&folder);
    let answer = running.exchange("POST /a.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert!(answer.contains("\r\nAllow: GET, HEAD, OPTIONS\r\n"), "{answer}");
    // A script may see that it was turned away.
    let origin = "Origin: https://a.example\r\nConnection: close\r\n\r\n";
    let answer = running.exchange(format!("GET /closed/a HTTP/1.1\r\nHost: a\r\n{origin}"));
    assert!(answer.contains("\r\nAccess-Control-Allow-Origin: https://a.example\r\n"), "{answer}");
    // HEAD has no content, whatever the file is.
    let mut stream = running.connect();
    std::io::Write::write_all(&mut stream, b"HEAD /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .expect("sent");
    let answer = read_text(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 404 ") && answer.ends_with("\r\n\r\n"), "{answer}");
}
