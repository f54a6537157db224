//! What owners change about the pages: logo, snippets, templates.

use std::fs;
use std::path::Path;

use rustix::process::Signal;

use super::running::{Running, until};
use super::{Ended, run, start, write};

/// A site, and beside it what its owner has written for the pages.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "site/images/our logo.svg", "<svg/>");
    write(folder.path(), "site/a <b>.txt", "text");
    write(folder.path(), "header.html", "<p>above</p>");
    write(folder.path(), "footer.html", "<p>below</p>");
    folder
}

/// A page as people get it.
fn page(running: &Running, target: &str) -> String {
    running.exchange(format!("GET {target} HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nConnection: close\r\n\r\n"))
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().expect("UTF-8").to_owned()
}

#[test]
fn logo_and_snippets_stand_on_every_page_and_snippets_may_change() {
    let folder = folder();
    let (header, footer) = (path(folder.path(), "header.html"), path(folder.path(), "footer.html"));
    let flags = ["--logo", "images/our logo.svg", "--page-header", &header, "--page-footer", &footer, "--fresh", "0"];
    let running = start(&folder.path().join("site"), &flags);
    for target in ["/", "/a%20%3Cb%3E.txt?preview", "/none", "/-/find"] {
        let page = page(&running, target);
        for part in [
            "<img class=mark src=\"/images/our%20logo.svg\" alt=\"\">",
            "<div class=above><p>above</p></div><header",
            "<p>below</p><p>",
        ] {
            assert!(page.contains(part), "{part} in {target}: {page}");
        }
    }
    write(folder.path(), "header.html", "<p>changed</p>");
    assert!(page(&running, "/").contains("<p>changed</p>"));
    fs::remove_file(&header).expect("removed");
    assert!(page(&running, "/").contains("<p>changed</p>"));
    let told = format!("quarry: cannot use \"{header}\": no such file or directory; pages stay as they were\n");
    assert_eq!(running.end(Signal::TERM), (Some(0), String::new(), told));
}

#[test]
fn the_templates_that_are_generated_make_the_same_pages() {
    let folder = folder();
    let (site, templates) = (folder.path().join("site"), path(folder.path(), "new/templates"));
    let Ended { code, output, errors } = run(["generate", "templates", &templates]);
    let expected = format!("10 templates written into {templates}\n");
    assert_eq!((code, output, errors.as_str()), (Some(0), expected, ""));
    // They are somebody's work now.
    let Ended { code, output, errors } = run(["generate", "templates", &templates]);
    let expected = format!("quarry: cannot write \"{templates}/page.html\": it is there already\n");
    assert_eq!((code, output.as_str(), errors), (Some(2), "", expected));

    let built_in = start(&site, &["--no-lookup"]);
    let own = start(&site, &["--no-lookup", "--templates", &templates]);
    let joined = |page: String| page.split("\r\n\r\n").nth(1).expect("content").lines().map(str::trim_start).collect();
    for target in ["/", "/?view=grid", "/images/", "/a%20%3Cb%3E.txt?preview", "/none"] {
        let [built_in, own]: [String; 2] = [&built_in, &own].map(|running| joined(page(running, target)));
        assert_eq!(own, built_in, "{target}");
    }
}

#[test]
fn a_template_changes_its_part_and_one_that_fails_changes_nothing() {
    let folder = folder();
    let templates = path(folder.path(), "templates");
    let row = |text: &str| write(folder.path(), "templates/row.html", text);
    row("<tr><td>one {{ row.name }}");
    let running = start(&folder.path().join("site"), &["--no-lookup", "--templates", &templates, "--fresh", "0"]);
    let listing = || page(&running, "/");
    assert!(listing().contains("<tr><td>one a &lt;b&gt;.txt"));
    row("<tr><td>two {{ row.name }}");
    assert!(listing().contains("<tr><td>two a &lt;b&gt;.txt"));
    // Cannot be read at all: as before.
    row("<tr><td>three {{ row.name");
    assert!(listing().contains("<tr><td>two a &lt;b&gt;.txt"));
    // Fails with the first page that has such a row: as built in.
    row("{% if row.name == 'images' %}{{ row.none }}{% endif %}<tr><td>four {{ row.name }}");
    let page = listing();
    assert!(page.contains("<tr><td>four a &lt;b&gt;.txt") && page.contains("<tr><td><a href=images/>"), "{page}");
    // How often it was found faulty depends on when.
    let errors = running.end(Signal::TERM).2;
    for sentence in [
        format!(
            "quarry: cannot use \"{templates}\": row.html, line 1: syntax error: unexpected end of input, expected end of \
             variable block; pages stay as they were\n"
        ),
        String::from(
            "quarry: a template failed, and its part of the page is as it is built in: row.html, line 1: undefined value: \
             `row.none` is undefined\n",
        ),
    ] {
        assert!(errors.contains(&sentence), "{errors}");
    }
}

#[test]
fn what_cannot_be_used_is_said_before_the_address() {
    let folder = folder();
    let site = path(folder.path(), "site");
    write(folder.path(), "site/.logo.svg", "");
    write(folder.path(), "templates/error.html", "<p>\n{{ titel }}");
    let check = |flag: &str, value: &str, expected: &str| {
        let Ended { code, output, errors } = run([&site, "--listen", "127.0.0.1:0", flag, value]);
        assert_eq!((code, output.as_str(), errors), (Some(2), "", format!("quarry: {expected}\n")));
    };
    let (none, templates) = (path(folder.path(), "none.html"), path(folder.path(), "templates"));
    check("--page-header", &none, &format!("cannot use \"{none}\": no such file or directory"));
    check(
        "--templates",
        &templates,
        &format!("cannot use \"{templates}\": error.html, line 2: undefined value: `titel` is undefined"),
    );
    let inside = |text: &str| format!("cannot take --logo {text} inside \"{site}\"");
    check("--logo", "none.svg", &inside("\"none.svg\": no such file or directory"));
    check("--logo", "images", &inside("\"images\": it is not a file"));
    check("--logo", ".logo.svg", "cannot take --logo \".logo.svg\": hidden files are not served without --hidden");
}

#[test]
fn a_change_is_seen_by_whoever_waits_for_it() {
    let folder = folder();
    let footer = path(folder.path(), "footer.html");
    let running = start(&folder.path().join("site"), &["--page-footer", &footer]);
    assert!(page(&running, "/").contains("<p>below</p>"));
    write(folder.path(), "footer.html", "<p>changed</p>");
    until("it is seen", || page(&running, "/").contains("<p>changed</p>").then_some(()));
}
