//! `--config`: sites and routes from outside, each action with curl.

use std::fs;
use std::path::{Path, PathBuf};

use super::running::Running;
use super::{curl, quarry, run, write};

/// A folder with a site in `public`, and a config beside it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(files: &[(&str, &str)], config: &str) -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        files.iter().for_each(|(name, content)| write(folder.path(), &format!("public/{name}"), content));
        write(folder.path(), "quarry.toml", config);
        Place { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn config(&self) -> PathBuf {
        self.path().join("quarry.toml")
    }

    fn start(&self) -> Running {
        Running::spawn(quarry(["--config".as_ref(), self.config().as_os_str()]).args(["--listen", "127.0.0.1:0"]))
    }
}

/// With these routes of one site.
fn routes(files: &[(&str, &str)], routes: &str) -> (Place, Running) {
    let place = Place::new(files, &format!("[[site]]\nroot = \"public\"\n{routes}"));
    let running = place.start();
    (place, running)
}

/// Status, Location and content, as curl has them.
fn ask(running: &Running, target: &str, more: &[&str]) -> String {
    let url = format!("{}{}", running.url, target.trim_start_matches('/'));
    let answer = curl(&[&["--path-as-is", "--include"], more, &[&url]].concat());
    let (head, content) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).expect("a status");
    let location = field(head, "location").map(|location| format!(" {location}")).unwrap_or_default();
    format!("{status}{location} {}", content.trim_end()).trim_end().to_owned()
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn fields(running: &Running, target: &str, name: &str, more: &[&str]) -> String {
    let url = format!("{}{}", running.url, target.trim_start_matches('/'));
    let head = curl(&[&["--output", "/dev/null", "--dump-header", "-"], more, &[&url]].concat());
    field(&head, name).unwrap_or("-").to_owned()
}

#[test]
fn the_example_of_the_design_works_word_for_word() {
    let config = r#"listen = ["127.0.0.1:8080", "[::1]:8080"]

[[site]]
hosts = ["example.org", "*.example.org"]      # no hosts: the default site
root = "public"

[[site.route]]
match = '^/posts/(?<year>\d{4})/(?<slug>[a-z-]+)$'
serve = "/archive/${year}-${slug}.html"       # or a list, tried in order

[[site.route]]
match = '^/old/(.*)$'
redirect = "/new/$1"
status = 308

[[site.route]]
match = '\.(css|js|woff2)$'
set = { Cache-Control = "public, max-age=31536000, immutable" }
"#;
    let files = [("archive/2024-spring.html", "spring"), ("a.css", "a{}"), ("new/a b.txt", "new")];
    let place = Place::new(&files, config);
    // A flag goes before what the file says of the process.
    let running = place.start();
    let host = ["--header", "Host: www.example.org"];
    assert_eq!(ask(&running, "/posts/2024/spring", &host), "200 spring");
    assert!(ask(&running, "/posts/2024/Spring", &host).starts_with("404"));
    assert_eq!(ask(&running, "/old/a%20b.txt?x=1", &host), "308 /new/a%20b.txt?x=1");
    let followed = curl(&["--location", "--header", host[1], &format!("{}old/a%20b.txt", running.url)]);
    assert_eq!(followed, "new");
    assert_eq!(fields(&running, "/a.css", "Cache-Control", &host), "public, max-age=31536000, immutable");
    assert_eq!(fields(&running, "/b.css", "Cache-Control", &host), "-", "a missing one is not missing for a year");
    assert_eq!(fields(&running, "/new/a%20b.txt", "Cache-Control", &host), "no-cache");
    assert!(ask(&running, "/a.css", &["--header", "Host: example.com"]).starts_with("421"));
}

#[test]
fn several_sites_are_told_apart_by_their_hosts() {
    let config = r#"
[[site]]
hosts = "a.example"
root = "public/a"
listing = false
[[site]]
hosts = "*.example"
root = "public/b"
[[site.route]]
host = "old.example"
redirect = "https://new.example$0"
status = 301
[[site]]
root = "public/c"
"#;
    let place = Place::new(&[("a/x.txt", "in a"), ("b/x.txt", "in b"), ("c/x.txt", "in c")], config);
    let running = place.start();
    let at = |host: &str, target: &str| ask(&running, target, &["--header", &format!("Host: {host}")]);
    assert_eq!(at("a.example", "/x.txt"), "200 in a");
    assert_eq!(at("b.example:81", "/x.txt"), "200 in b");
    assert_eq!(at("c.d.example", "/x.txt"), "200 in b");
    assert_eq!(at("elsewhere", "/x.txt"), "200 in c");
    assert_eq!(at("old.example", "/x.txt?y"), "301 https://new.example/x.txt?y");
    assert!(at("a.example", "/").starts_with("404") && at("elsewhere", "/").starts_with("200"));
}

#[test]
fn each_action_and_guard_does_what_it_says() {
    let (_place, running) = routes(
        &[("a.txt", "a"), ("secret/s.txt", "s"), ("b.txt", "b"), ("e/404.html", "own page"), ("app.html", "app")],
        r#"
[[site.route]]
match = '^/hello/(?<name>.*)$'
answer = "hello ${name}\n"
set = { X-Name = "$1" }
[[site.route]]
match = '^/gone'
answer = 410
[[site.route]]
match = '^/secret/'
deny = true
status = 404
[[site.route]]
match = '^/local$'
allow = "10.0.0.0/8"
[[site.route]]
match = '^/here$'
allow = "loopback"
serve = "/a.txt"
[[site.route]]
match = '^/item$'
query = { id = '^(?<id>\d+)$' }
redirect = "/items/${id}?"
status = 303
[[site.route]]
match = '^/items/'
serve = ["/none.html", "/app.html"]
[[site.route]]
method = "POST"
answer = "posted"
status = 202
[[site.route]]
match = '^/b'
media-type = "application/x-own"
remove = "Referrer-Policy"
security = "off"
[[site.route]]
match = '^/picture/'
fallback = "/a.txt"
[[site.route]]
errors = { 404 = "/e/404.html" }
[[site.route]]
match = '^/a'
cors = true
"#,
    );
    assert_eq!(ask(&running, "/hello/you%20all", &[]), "200 hello you all");
    assert_eq!(fields(&running, "/hello/a%0d%0aSet-Cookie:%20b", "X-Name", &[]), "a%0D%0ASet-Cookie%3A%20b");
    assert_eq!(fields(&running, "/hello/a%0d%0aSet-Cookie:%20b", "Set-Cookie", &[]), "-");
    assert!(ask(&running, "/gone", &[]).starts_with("410"));
    // By any way to write it.
    for target in ["/secret/s.txt", "/secret//s.txt", "/x/../secret/s.txt", "/%73ecret/s.txt", "/secret/%0as.txt"] {
        assert!(ask(&running, target, &[]).starts_with("404"), "{target}");
    }
    assert!(ask(&running, "/local", &[]).starts_with("403"));
    assert_eq!(ask(&running, "/here", &[]), "200 a");
    assert_eq!(ask(&running, "/item?x=1&id=42", &[]), "303 /items/42");
    assert_eq!(ask(&running, "/items/42", &[]), "200 app");
    assert_eq!(ask(&running, "/a.txt", &["--data", "x"]), "202 posted");
    assert_eq!(fields(&running, "/b.txt", "Content-Type", &[]), "application/x-own");
    assert_eq!(fields(&running, "/b.txt", "X-Content-Type-Options", &[]), "-");
    assert_eq!(ask(&running, "/picture/none.png", &[]), "200 a");
    assert_eq!(ask(&running, "/missing", &[]), "404 own page");
    assert_eq!(fields(&running, "/a.txt", "Access-Control-Allow-Origin", &[]), "*");
    // Twice each: what is kept in memory answers as before.
    assert_eq!(fields(&running, "/a.txt", "Access-Control-Allow-Origin", &[]), "*");
    assert_eq!(ask(&running, "/items/42", &["--http2-prior-knowledge"]), "200 app");
}

#[test]
fn whom_it_depends_on_is_asked_each_time() {
    let (_place, running) = routes(
        &[("a.txt", "a"), ("bot.txt", "bot")],
        r#"
[[site.route]]
match = '^/a'
field = { User-Agent = "(?i)bot" }
serve = "/bot.txt"
[[site.route]]
match = '^/c'
query = { x = "1" }
answer = "one"
"#,
    );
    for _ in 0..3 {
        assert_eq!(ask(&running, "/a.txt", &["--user-agent", "curl"]), "200 a");
        assert_eq!(ask(&running, "/a.txt", &["--user-agent", "a Robot"]), "200 bot");
        assert!(ask(&running, "/c", &[]).starts_with("404"));
        assert_eq!(ask(&running, "/c?x=1", &[]), "200 one");
    }
    assert!(fields(&running, "/a.txt", "Vary", &[]).contains("User-Agent"));
}

#[test]
fn the_config_itself_is_not_served() {
    let folder = tempfile::tempdir().expect("a folder");
    write(
        folder.path(),
        "quarry.toml",
        "[[site]]\nroot = \".\"\n[[site.route]]\nmatch = '^/as/(.*)$'\nserve = \"/$1\"\n",
    );
    write(folder.path(), "a.txt", "a");
    let config = folder.path().join("quarry.toml");
    let running = Running::spawn(quarry(["--config".as_ref(), config.as_os_str()]).args(["--listen", "127.0.0.1:0"]));
    assert_eq!(ask(&running, "/as/a.txt", &[]), "200 a");
    assert!(ask(&running, "/quarry.toml", &[]).starts_with("404"));
    assert!(ask(&running, "/as/quarry.toml", &[]).starts_with("404"));
    assert!(!curl(&[&format!("{}?format=json", running.url)]).contains("quarry.toml"));
}

#[test]
fn what_is_wrong_is_told_before_anything_is_served() {
    let place = Place::new(
        &[("a.txt", "a")],
        "[[site]]\nroot = \"public\"\n[[site.route]]\nmatch = '^/a$'\nredirct = \"/b\"\n",
    );
    let ended = run(["--config".as_ref(), place.config().as_os_str()]);
    assert_eq!((ended.code, ended.output.as_str()), (Some(2), ""));
    let expected =
        format!("quarry: {0}:3:1: this route does nothing\n  |\n3 | [[site.route]]\n", place.config().display());
    assert!(ended.errors.starts_with(&expected), "{}", ended.errors);
    assert!(ended.errors.ends_with("5:1: there is no key \"redirct\" here\n  |\n5 | redirct = \"/b\"\n  | ^^^^^^^\n  = did you mean redirect?\n"), "{}", ended.errors);
}

#[test]
fn routes_are_read_again_all_or_nothing() {
    let (place, running) = routes(&[("a.txt", "a")], "[[site.route]]\nmatch = '^/r$'\nredirect = \"/one\"\n");
    let reload = || run(["reload", &running.child.id().to_string()]);
    assert_eq!(ask(&running, "/r", &[]), "302 /one");
    let two = "[[site]]\nroot = \"public\"\n[[site.route]]\nmatch = '^/r$'\nredirect = \"/two\"\n";
    fs::write(place.config(), two).expect("written");
    assert_eq!(reload().code, Some(0));
    assert_eq!(ask(&running, "/r", &[]), "302 /two");
    fs::write(place.config(), two.replace("^/r$", "^/r(")).expect("written");
    let ended = reload();
    assert_eq!(ended.code, Some(1), "{}", ended.errors);
    assert!(ended.errors.contains("quarry.toml:4:"), "{}", ended.errors);
    assert_eq!(ask(&running, "/r", &[]), "302 /two");
}

#[test]
fn what_is_generated_can_be_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let sample = run(["generate", "config"]);
    assert_eq!(sample.code, Some(0));
    write(folder.path(), "quarry.toml", &sample.output);
    write(folder.path(), "a.txt", "a");
    let config = folder.path().join("quarry.toml");
    let running = Running::spawn(quarry(["--config".as_ref(), config.as_os_str()]).args(["--listen", "127.0.0.1:0"]));
    assert_eq!(ask(&running, "/a.txt", &[]), "200 a");
    let schema: serde_json::Value = serde_json::from_str(&run(["generate", "schema"]).output).expect("JSON");
    assert_eq!(
        schema["properties"]["site"]["items"]["properties"]["route"]["items"]["properties"]["serve"]["description"]
            .as_str()
            .map(|text| text.is_empty()),
        Some(false)
    );
}
