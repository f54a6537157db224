//! RFC 9110 §15, §10.2: what statuses come with.

use crate::finding::{Finding, expect};
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9110:
    Must "15.5.5" what_is_missing_is_404,
    Must "15.5.5" what_is_missing_below_a_file_is_404,
    Should "15.5" an_error_has_content,
    Must "15.5" an_error_has_no_validators_of_a_file,
    Should "15.4.2" a_folder_without_slash_is_a_redirect,
    Should "10.2.2" a_redirect_has_a_location_that_works,
    Must "10.2.2" a_location_is_a_uri_reference,
    Must "10.2.2" a_redirect_leads_to_no_other_host,
    Should "10.2.2" a_redirect_keeps_the_query,
    Must "15.2" no_interim_response_comes_unasked,
    Must "15.3.1" a_folder_with_an_index_is_200,
    Must "7.4" a_host_that_is_not_ours_is_served_or_421,
}

fn what_is_missing_is_404(server: &Server) -> Result<(), Finding> {
    for target in ["/missing", "/missing/", "/folder/missing", "/missing/deeper/still", "/plain.txt.html"] {
        server.get(target)?.expect(&[404]).map_err(|finding| finding.during(target))?;
    }
    Ok(())
}

fn what_is_missing_below_a_file_is_404(server: &Server) -> Result<(), Finding> {
    for target in ["/plain.txt/more", "/plain.txt/"] {
        server.get(target)?.expect(&[404, 301, 308]).map_err(|finding| finding.during(target))?;
    }
    Ok(())
}

fn an_error_has_content(server: &Server) -> Result<(), Finding> {
    let response = server.get("/missing")?;
    expect(!response.content.is_empty(), || "expected an explanation, found no content".to_owned())?;
    response.expect_field("Content-Type")?;
    Ok(())
}

fn an_error_has_no_validators_of_a_file(server: &Server) -> Result<(), Finding> {
    let response = server.get_with("/bytes.bin", &["Range: bytes=99999-"])?;
    let length = response.expect(&[416])?.content.len();
    expect(length < 10_000, || "expected an explanation, found the content of the file".to_owned())?;
    server.get("/missing")?.expect(&[404])?.expect_no_field("Last-Modified")?;
    Ok(())
}

fn a_folder_without_slash_is_a_redirect(server: &Server) -> Result<(), Finding> {
    server.get("/folder")?.expect(&[301, 302, 307, 308])?.expect_field("Location")?;
    Ok(())
}

/// The target that a Location leads to on the same server.
fn target<'a>(server: &Server, location: &'a str) -> Result<&'a str, Finding> {
    let origin = format!("http://{}", server.address);
    let target = location.strip_prefix(&origin).unwrap_or(location);
    expect(target.starts_with('/') && !target.starts_with("//"), || {
        format!("expected a path, found Location: {location}")
    })?;
    Ok(target)
}

fn a_redirect_has_a_location_that_works(server: &Server) -> Result<(), Finding> {
    let response = server.get("/folder")?;
    let target = target(server, response.expect_field("Location")?)?;
    expect(target == "/folder/", || format!("expected /folder/, found {target}"))?;
    server.get(target)?.expect(&[200])?;
    Ok(())
}

fn a_location_is_a_uri_reference(server: &Server) -> Result<(), Finding> {
    let name = "a folder \u{4E2D} <&>";
    std::fs::create_dir_all(server.root.join(name))?;
    let response = server.get("/a%20folder%20%E4%B8%AD%20%3C%26%3E")?;
    let location = response.expect(&[301, 302, 307, 308])?.expect_field("Location")?;
    let is_uri = location.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&byte));
    expect(is_uri, || format!("expected a URI reference, found Location: {location}"))?;
    let target = target(server, location)?;
    expect(target.ends_with('/'), || format!("expected a slash at the end, found {target}"))
}

fn a_redirect_leads_to_no_other_host(server: &Server) -> Result<(), Finding> {
    // Each has led a browser to evil.example on some server: `//` and `/\` name a host.
    std::fs::create_dir_all(server.root.join("evil.example"))?;
    for asked in [
        "//evil.example",
        "//evil.example/%2e%2e/folder",
        "///evil.example",
        "/%5Cevil.example",
        "/.//evil.example",
        "//folder",
    ] {
        let response = server.raw(server.request("GET", asked, &["Connection: close"]))?;
        if let Some(location) = response.field("Location") {
            let origin = format!("http://{}/", server.address);
            let rest = location
                .strip_prefix(&origin)
                .map_or(location, |rest| if rest.starts_with('/') { location } else { "/" });
            let leaves =
                rest.starts_with("//") || rest.starts_with("/\\") || rest.starts_with('\\') || rest.contains("://");
            expect(!leaves, || format!("expected no other host for {asked}, found Location: {location}"))?;
        }
    }
    Ok(())
}

fn a_redirect_keeps_the_query(server: &Server) -> Result<(), Finding> {
    let response = server.get("/folder?a=b&c")?;
    let location = response.expect(&[301, 302, 307, 308])?.expect_field("Location")?;
    expect(location.ends_with("/folder/?a=b&c"), || format!("expected /folder/?a=b&c, found {location}"))
}

fn no_interim_response_comes_unasked(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    dialog.send("GET /plain.txt HTTP/1.0\r\nHost: a\r\n\r\n")?;
    dialog.receive_any("GET")?.expect(&[200])?;
    let mut dialog = server.dialog()?;
    dialog.send("POST /plain.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345")?;
    let status = dialog.receive_any("GET")?.status;
    expect(status >= 200, || format!("expected a final status, found {status}"))
}

fn a_folder_with_an_index_is_200(server: &Server) -> Result<(), Finding> {
    server.get("/")?.expect(&[200])?;
    server.get("/folder/")?.expect(&[200])?;
    Ok(())
}

fn a_host_that_is_not_ours_is_served_or_421(server: &Server) -> Result<(), Finding> {
    server.raw("GET /plain.txt HTTP/1.1\r\nHost: nobody.example\r\n\r\n")?.expect(&[200, 404, 421])?;
    Ok(())
}
