//! RFC 9110 §8: representations, their types, codings and lengths.

use crate::finding::{Finding, expect};
use crate::material;
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9110:
    Should "8.3" content_has_a_type,
    Should "8.3" html_is_text_html,
    Should "8.3" what_a_page_needs_has_its_type,
    Must "8.3" a_type_is_well_formed,
    Must "8.6" the_length_is_that_of_the_content,
    Must "8.6" an_empty_file_has_length_0,
    Should "8.4" identity_is_no_content_coding,
    Must "4.2.3" percent_encoded_names_are_found,
    Must "4.2.3" encoded_and_plain_characters_are_the_same,
    Must "4.2.3" names_are_decoded_once,
    Must "4.2.3" names_have_their_case,
    Must "9.3.1" the_same_is_got_twice,
    Must "8.6" large_content_comes_whole,
}

fn has_type(server: &Server, target: &str, essence: &str) -> Result<(), Finding> {
    let response = server.get(target)?;
    let found = response.expect(&[200])?.expect_field("Content-Type")?;
    let found_essence = found.split(';').next().unwrap_or_default().trim();
    expect(found_essence.eq_ignore_ascii_case(essence), || format!("expected {essence} for {target}, found {found}"))
}

fn content_has_a_type(server: &Server) -> Result<(), Finding> {
    for target in ["/plain.txt", "/bytes.bin", "/", "/bare/"] {
        server.get(target)?.expect(&[200])?.expect_field("Content-Type")?;
    }
    Ok(())
}

fn html_is_text_html(server: &Server) -> Result<(), Finding> {
    has_type(server, "/", "text/html")?;
    has_type(server, "/page.html", "text/html")
}

fn what_a_page_needs_has_its_type(server: &Server) -> Result<(), Finding> {
    has_type(server, "/style.css", "text/css")?;
    has_type(server, "/script.js", "text/javascript")?;
    has_type(server, "/image.png", "image/png")?;
    has_type(server, "/plain.txt", "text/plain")?;
    has_type(server, "/bytes.bin", "application/octet-stream")
}

fn a_type_is_well_formed(server: &Server) -> Result<(), Finding> {
    for target in ["/plain.txt", "/page.html", "/bytes.bin", "/missing", "/bare/"] {
        let response = server.get(target)?;
        let Some(value) = response.field("Content-Type") else { continue };
        let mut parts = value.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        let is_token = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}".contains(&byte))
        };
        let is_type = essence.split_once('/').is_some_and(|(top, sub)| is_token(top) && is_token(sub));
        let are_parameters = parts.all(|part| {
            part.split_once('=')
                .is_some_and(|(name, value)| is_token(name) && (is_token(value) || value.starts_with('"')))
        });
        expect(is_type && are_parameters, || format!("expected a media type, found {value}"))?;
    }
    Ok(())
}

fn the_length_is_that_of_the_content(server: &Server) -> Result<(), Finding> {
    server.get("/plain.txt")?.expect_field_is("Content-Length", "1000")?.expect_content(&material::plain())?;
    server.get("/bytes.bin")?.expect_field_is("Content-Length", "10000")?.expect_content(&material::bytes())?;
    Ok(())
}

fn an_empty_file_has_length_0(server: &Server) -> Result<(), Finding> {
    server.get("/empty.txt")?.expect(&[200])?.expect_field_is("Content-Length", "0")?;
    Ok(())
}

fn identity_is_no_content_coding(server: &Server) -> Result<(), Finding> {
    for line in ["Accept: */*", "Accept-Encoding: identity", "Accept-Encoding: gzip, br, zstd"] {
        for target in ["/plain.txt", "/image.png", "/page.html"] {
            let response = server.get_with(target, &[line])?;
            expect(!response.has_member("Content-Encoding", "identity"), || {
                "found Content-Encoding: identity".to_owned()
            })?;
        }
    }
    Ok(())
}

fn percent_encoded_names_are_found(server: &Server) -> Result<(), Finding> {
    server.get("/name%20with%20space.txt")?.expect(&[200])?.expect_content(b"space\n")?;
    server.get("/%E4%B8%AD%E6%96%87.txt")?.expect(&[200])?.expect_content(b"chinese\n")?;
    server.get("/%e4%b8%ad%e6%96%87.txt")?.expect(&[200])?.expect_content(b"chinese\n")?;
    server.get("/plus+and&.txt")?.expect(&[200])?.expect_content(b"plus\n")?;
    server.get("/plus%2Band%26.txt")?.expect(&[200])?.expect_content(b"plus\n")?;
    Ok(())
}

fn encoded_and_plain_characters_are_the_same(server: &Server) -> Result<(), Finding> {
    server.get("/%70lain%2etxt")?.expect(&[200])?.expect_content(&material::plain())?;
    server.get("/folder/%70age.html")?.expect(&[200])?;
    Ok(())
}

fn names_are_decoded_once(server: &Server) -> Result<(), Finding> {
    server.get("/%2570lain.txt")?.expect(&[404])?;
    server.get("/name%2520with%2520space.txt")?.expect(&[404])?;
    Ok(())
}

fn names_have_their_case(server: &Server) -> Result<(), Finding> {
    server.get("/PLAIN.TXT")?.expect(&[404])?;
    Ok(())
}

fn the_same_is_got_twice(server: &Server) -> Result<(), Finding> {
    let (first, second) = (server.get("/page.html")?, server.get("/page.html")?);
    second.expect(&[first.status])?.expect_content(&first.content)?;
    second.expect_field_is("ETag", first.expect_field("ETag")?)?;
    Ok(())
}

fn large_content_comes_whole(server: &Server) -> Result<(), Finding> {
    server.get("/large.bin")?.expect(&[200])?.expect_content(&material::large())?;
    Ok(())
}
