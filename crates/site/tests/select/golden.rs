//! Whole answers. Each file in `golden/` is a request, a line `---`, and what comes back; a new case is a new file.
//! `UPDATE_GOLDEN=1` writes what comes back now, to be read before it is kept.

use crate::sample::{Site, bytes, long};
use semantics::{Content, Response};
use site::{MemoryFile, Selected};
use std::fs;
use std::path::Path;

fn site() -> Site {
    let site = Site::new(&[
        ("index.html", &long('<')),
        ("docs/guide.md", "# Guide\n"),
        ("docs/style.css", "body { color: black }\n"),
        ("docs/style.css.br", "(br)"),
        ("docs/资料.txt", "资料\n"),
        ("image.png", "0123456789"),
        ("404.html", "<h1>Not here</h1>\n"),
    ]);
    site.with(|options| options.spa = None)
}

fn text(response: &Response<MemoryFile>) -> String {
    let mut text = format!("{} {}\n", response.status.code(), response.status.reason());
    for field in &response.fields {
        text.push_str(&format!("{}: {}\n", field.name, field.value));
    }
    let content = match &response.content {
        Content::Empty => String::new(),
        content if content.length() > 1000 => format!("({} bytes)\n", content.length()),
        content => String::from_utf8_lossy(&bytes(content)).replace("\r\n", "\n"),
    };
    format!("{text}\n{content}")
}

#[test]
fn answers_are_as_written_down() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/select/golden");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let case = fs::read_to_string(&path).unwrap();
        let (request, expected) = case.split_once("---\n").unwrap();
        let found = match site().select(request.trim_end()) {
            Ok(Selected::Response(response, _)) => text(&response),
            Ok(Selected::Page(page, _)) => format!("{page:#?}\n"),
            Err(refusal) => format!("{refusal}\n"),
        };
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, format!("{request}---\n{found}")).unwrap();
        } else {
            assert_eq!(found, expected, "{}", path.display());
        }
        count += 1;
    }
    assert!(count >= 10, "the cases are gone");
}
