//! RFC 9110 §8.8: entity tags and dates of modification.

use crate::finding::{Finding, expect};
use crate::material;
use crate::requirement::requirements;
use crate::server::Server;
use std::path::Path;
use std::time::{Duration, Instant, UNIX_EPOCH};
use std::{fs, io, thread};

requirements! { 9110:
    Should "8.8.3" a_file_has_an_entity_tag,
    Must "8.8.3" an_entity_tag_is_well_formed,
    Must "8.8.3" entity_tags_of_get_and_head_are_one,
    Must "8.8.1" strong_tags_of_different_codings_differ,
    Must "8.8.1" the_tag_changes_with_the_file,
    Must "8.8.1" the_tag_changes_within_a_second,
    Must "8.8.1" a_part_has_the_tag_of_the_whole,
}

fn a_file_has_an_entity_tag(server: &Server) -> Result<(), Finding> {
    for target in ["/plain.txt", "/empty.txt", "/"] {
        server.get(target)?.expect_field("ETag")?;
    }
    Ok(())
}

fn an_entity_tag_is_well_formed(server: &Server) -> Result<(), Finding> {
    for (target, line) in
        [("/plain.txt", "Accept: */*"), ("/page.html", "Accept-Encoding: gzip"), ("/page.html", "Accept-Encoding: br")]
    {
        let response = server.get_with(target, &[line])?;
        let tag = response.expect_field("ETag")?;
        let opaque = tag.strip_prefix("W/").unwrap_or(tag);
        let inner = opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let is_good = inner.is_some_and(|inner| inner.bytes().all(|byte| byte == 0x21 || byte >= 0x23 && byte != 0x7F));
        expect(is_good, || format!("expected an entity tag, found {tag}"))?;
    }
    Ok(())
}

fn entity_tags_of_get_and_head_are_one(server: &Server) -> Result<(), Finding> {
    for line in ["Accept: */*", "Accept-Encoding: gzip"] {
        let tag = server.get_with("/page.html", &[line])?.expect_field("ETag")?.to_owned();
        server.ask("HEAD", "/page.html", &[line])?.expect_field_is("ETag", &tag)?;
    }
    Ok(())
}

fn strong_tags_of_different_codings_differ(server: &Server) -> Result<(), Finding> {
    let mut tags: Vec<(String, String)> = Vec::new();
    for coding in ["identity", "gzip", "br", "zstd"] {
        let response = server.get_with("/page.html", &[&format!("Accept-Encoding: {coding}, identity;q=0.1")])?;
        let tag = response.expect_field("ETag")?.to_owned();
        let coding = response.field("Content-Encoding").unwrap_or("identity").to_owned();
        for (other_coding, other) in &tags {
            let is_good = *other_coding == coding || tag.starts_with("W/") || other != &tag;
            expect(is_good, || format!("expected different tags for {coding} and {other_coding}, found {tag} twice"))?;
        }
        tags.push((coding, tag));
    }
    Ok(())
}

/// Writes first one, then the other, and waits until it is served, as a server may keep what it has read for a moment.
fn changes(
    server: &Server,
    name: &str,
    write: impl Fn(&Path, &[u8]) -> io::Result<()>,
    contents: [&[u8]; 2],
) -> Result<(), Finding> {
    let (path, target) = (server.root.join(name), format!("/{name}"));
    let [first, second] = contents;
    write(&path, first)?;
    let old = server.get(&target)?;
    let old_tag = old.expect(&[200])?.expect_content(first)?.field("ETag").unwrap_or("none").to_owned();
    write(&path, second)?;
    let begin = Instant::now();
    loop {
        let new = server.get(&target)?;
        let new_tag = new.expect(&[200])?.field("ETag").unwrap_or("none");
        let is_weak = new_tag.starts_with("W/") || new_tag == "none";
        expect(new.content == first || new_tag != old_tag || is_weak, || {
            format!("expected another tag for other content, found {new_tag} for both")
        })?;
        if new.content == second {
            return Ok(());
        }
        expect(begin.elapsed() < FRESH_MAX, || {
            format!("expected the new content within {FRESH_MAX:?}, found the old")
        })?;
        thread::sleep(Duration::from_millis(20));
    }
}

fn the_tag_changes_with_the_file(server: &Server) -> Result<(), Finding> {
    // Both writes within the grain of many clocks.
    changes(server, "changing.txt", |path, content| fs::write(path, content), [b"short\n", b"a longer text\n"])
}

fn the_tag_changes_within_a_second(server: &Server) -> Result<(), Finding> {
    // Two contents of one length, modified in one second, that differ in milliseconds only.
    let write = |path: &Path, content: &[u8]| {
        fs::write(path, content)?;
        let second = UNIX_EPOCH + Duration::from_secs(1_704_164_700);
        material::set_modified(path, second + Duration::from_millis(content[0].into()))
    };
    changes(server, "changing-in-place.txt", write, [b"first\n", b"other\n"])
}

fn a_part_has_the_tag_of_the_whole(server: &Server) -> Result<(), Finding> {
    let tag = server.get("/bytes.bin")?.expect_field("ETag")?.to_owned();
    server.get_with("/bytes.bin", &["Range: bytes=0-1"])?.expect(&[206])?.expect_field_is("ETag", &tag)?;
    server.get_with("/bytes.bin", &["If-None-Match: *"])?.expect(&[304])?.expect_field_is("ETag", &tag)?;
    server.get("/plain.txt")?.expect_field_is("Last-Modified", material::MODIFIED)?;
    Ok(())
}

/// How long a server may go on with what it has read before.
const FRESH_MAX: Duration = Duration::from_secs(3);
