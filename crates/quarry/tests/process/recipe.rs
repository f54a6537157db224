//! The recipes of `docs/rules.md`: each is served as it stands there, and asked what stands below it.

use std::fs;
use std::path::Path;

use super::running::Running;
use super::{quarry, run, write};

const FILES: [(&str, &str); 18] = [
    ("a.txt", "a"),
    ("a.txt~", "a"),
    ("about.html", "about"),
    ("index.html", "home"),
    ("docs/index.html", "docs"),
    ("archive/2024-spring.html", "spring"),
    ("app.0123abcd.js", "js"),
    ("private.txt", "private"),
    ("dump.sql", "sql"),
    ("dump.SQL", "sql"),
    ("intern/plan.txt", "plan"),
    ("errors/404.html", "not here"),
    ("errors/any.html", "something went wrong"),
    ("api/data.json", "{}"),
    ("pictures/none.png", "png"),
    ("alt/old.txt", "old"),
    ("list/x.txt", "x"),
    ("staff/plan.txt", "plan"),
];

/// What stands between three backticks with this word and the next three.
fn block<'a>(section: &'a str, word: &str) -> Option<&'a str> {
    let (_, behind) = section.split_once(&format!("```{word}\n"))?;
    behind.split_once("```").map(|(block, _)| block)
}

/// Asks one line: `GET /a | Field: value → 200 Location`, or `→ 200 "content"`, or `→ 200 Field: value`.
#[track_caller]
fn ask(running: &Running, line: &str) {
    let (request, expected) = line.split_once(" → ").expect("an arrow");
    let mut parts = request.split(" | ");
    let first = parts.next().expect("a request");
    let fields: Vec<&str> = parts.collect();
    let host = if fields.iter().any(|field| field.starts_with("Host:")) { "" } else { "Host: localhost\r\n" };
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let answer =
        running.exchange(format!("{first} HTTP/1.1\r\n{host}{fields}Content-Length: 0\r\nConnection: close\r\n\r\n"));
    let (head, content) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{line}: {answer}"));
    let field = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map_or("-", |(_, value)| value)
    };
    let status = head.split(' ').nth(1).expect("a status");
    let (expected_status, what) = expected.split_once(' ').unwrap_or((expected, ""));
    assert_eq!(status, expected_status, "{line}\n{answer}");
    match what.split_once(": ") {
        _ if what.is_empty() => {}
        _ if what.starts_with('"') => assert_eq!(content.trim_end(), what.trim_matches('"'), "{line}"),
        _ if what.starts_with(['/', 'h']) => assert_eq!(field("Location"), what, "{line}"),
        Some((name, value)) => assert_eq!(field(name), value, "{line}\n{answer}"),
        None => panic!("{line}: what is expected?"),
    }
}

#[test]
fn each_recipe_does_what_stands_below_it() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules.md")).expect("the page");
    let folder = tempfile::tempdir().expect("a folder");
    FILES.iter().for_each(|(name, content)| write(folder.path(), &format!("public/{name}"), content));
    write(folder.path(), "public/file.own", [0_u8; 4]);
    let config = folder.path().join("quarry.toml");
    let (mut recipes, mut translated) = (0, 0);
    for section in text.split("\n### ").skip(1) {
        let title = section.lines().next().unwrap_or_default();
        let routes = block(section, "toml").unwrap_or_else(|| panic!("{title}: no config"));
        let asked = block(section, "ask").unwrap_or_else(|| panic!("{title}: nothing is asked"));
        fs::write(&config, format!("[[site]]\nroot = \"public\"\n\n{routes}")).expect("written");
        let mut command = quarry(["--config".as_ref(), config.as_os_str()]);
        let running = Running::spawn(command.args(["--listen", "127.0.0.1:0", "--workers", "1"]));
        assert!(
            running.url.starts_with("http"),
            "{title}: {:?}",
            run(["--config".as_ref(), config.as_os_str()]).errors
        );
        // Twice: what is kept in memory answers as before. Whoever counts does not.
        let again = if routes.contains("rate =") { "" } else { asked };
        for line in asked.lines().chain(again.lines()) {
            ask(&running, line);
        }
        recipes += 1;
        translated += usize::from(["nginx", "caddy", "apache"].iter().any(|server| block(section, server).is_some()));
    }
    assert!(recipes >= 20 && translated >= 15, "{recipes} recipes, {translated} of them translated");
}
