//! The files that are served: made here, the same on every machine.

use std::fs;
use std::io;
use std::path::Path;

use crate::random::Random;

/// Files of the case `many`, in folders of a hundred.
pub(crate) const MANY_FILES: u32 = 10_000;

/// Makes what is not there yet.
pub(crate) fn generate(site: &Path) -> io::Result<()> {
    if site.join("complete").exists() {
        return Ok(());
    }
    fs::create_dir_all(site)?;
    fs::write(site.join("small.txt"), text(1024))?;
    fs::write(site.join("page.html"), page(16 * 1024))?;
    fs::write(site.join("image.png"), noise(100 * 1024))?;
    fs::write(site.join("large.bin"), noise(64 * 1024 * 1024))?;
    for number in 0..MANY_FILES {
        let folder = site.join("many").join((number / 100).to_string());
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("{}.txt", number % 100)), text(1024))?;
    }
    // Not served before it is whole, and not younger than the tests: some servers do not trust new files.
    fs::write(site.join("complete"), "")
}

fn text(bytes: usize) -> Vec<u8> {
    b"Materials are found, and look-ups are answered, by the same words.\n"
        .iter()
        .copied()
        .cycle()
        .take(bytes)
        .collect()
}

/// A page that compresses as pages do: words in an order of their own, within marks that come again.
fn page(bytes: usize) -> Vec<u8> {
    let mut page =
        String::from("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Page</title>\n<body>\n");
    let mut random = Random(7);
    while page.len() < bytes - 500 {
        page.push_str("<p class=\"paragraph\">");
        for _ in 0..30 {
            page.push_str(WORDS[random.next() as usize % WORDS.len()]);
            page.push(' ');
        }
        page.push_str("</p>\n");
    }
    page.push_str("</body>\n</html>\n<!--");
    let filling = bytes - page.len() - 4;
    page.extend(std::iter::repeat_n('.', filling));
    page.push_str("-->\n");
    page.into_bytes()
}

/// What does not compress, as images do not.
fn noise(bytes: usize) -> Vec<u8> {
    let mut random = Random(42);
    (0..bytes.div_ceil(4)).flat_map(|_| random.next().to_le_bytes()).take(bytes).collect()
}

const WORDS: [&str; 48] = [
    "material", "look-up", "quarry", "stone", "letter", "river", "window", "garden", "paper", "silver", "winter",
    "morning", "answer", "question", "folder", "page", "reader", "writer", "history", "machine", "kernel", "socket",
    "header", "content", "the", "of", "and", "in", "to", "with", "under", "between", "found", "asked", "given", "kept",
    "sent", "received", "quickly", "slowly", "always", "never", "often", "seldom", "large", "small", "old", "new",
];
