//! RFC 9110 §9: methods.

use crate::finding::{Finding, expect};
use crate::material;
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9110:
    Must "9.1" get_and_head_are_supported,
    Must "9.3.2" head_has_no_content,
    Should "9.3.2" head_has_the_fields_of_get,
    Should "9.3.2" head_of_coded_content_has_the_fields_of_get,
    Must "9.3.2" head_of_what_is_missing_has_no_content,
    Must "15.5.6" a_method_that_is_not_allowed_is_405_with_allow,
    Must "10.2.1" allow_has_get_and_head,
    Should "9.1" a_method_nobody_knows_is_501,
    Should "9.3.7" options_is_answered,
    Should "9.3.7" options_names_the_methods,
    Must "9.3.7" options_changes_nothing,
    Must "9.3.8" trace_gives_nothing_away,
    Must "9.3.6" connect_makes_no_tunnel,
    Must "9.2.1" unsafe_methods_change_no_file,
    Must "9.3.1" content_of_get_changes_nothing,
}

fn get_and_head_are_supported(server: &Server) -> Result<(), Finding> {
    server.get("/plain.txt")?.expect(&[200])?.expect_content(&material::plain())?;
    server.head("/plain.txt")?.expect(&[200])?;
    Ok(())
}

fn head_has_no_content(server: &Server) -> Result<(), Finding> {
    for target in ["/plain.txt", "/large.bin", "/page.html", "/bare/", "/folder"] {
        let mut dialog = server.dialog()?;
        dialog.send(server.request("HEAD", target, &["Connection: close"]))?;
        dialog.receive("HEAD")?;
        dialog.expect_end().map_err(|finding| finding.during(target))?;
    }
    Ok(())
}

fn same_fields(server: &Server, target: &str, line: &str) -> Result<(), Finding> {
    let (get, head) = (server.get_with(target, &[line])?, server.ask("HEAD", target, &[line])?);
    head.expect(&[get.status])?;
    for name in [
        "Accept-Ranges",
        "Cache-Control",
        "Content-Encoding",
        "Content-Language",
        "Content-Type",
        "ETag",
        "Last-Modified",
        "Location",
        "Vary",
    ] {
        let (of_get, of_head) = (get.list(name), head.list(name));
        expect(of_get == of_head, || format!("expected {name}: {of_get} for HEAD {target}, found {of_head:?}"))?;
    }
    // RFC 9110 §9.3.2: a length may be left out, but must not be another.
    if let (Some(of_get), Some(of_head)) = (get.field("Content-Length"), head.field("Content-Length")) {
        expect(of_get == of_head, || format!("expected Content-Length: {of_get} for HEAD {target}, found {of_head}"))?;
    }
    Ok(())
}

fn head_has_the_fields_of_get(server: &Server) -> Result<(), Finding> {
    for target in ["/plain.txt", "/page.html", "/large.bin", "/", "/folder", "/missing"] {
        same_fields(server, target, "Accept: */*")?;
    }
    Ok(())
}

fn head_of_coded_content_has_the_fields_of_get(server: &Server) -> Result<(), Finding> {
    // Twice, for a server may code the first time and keep the result.
    same_fields(server, "/page.html", "Accept-Encoding: gzip")?;
    same_fields(server, "/page.html", "Accept-Encoding: gzip, deflate, br, zstd")?;
    same_fields(server, "/page.html", "Accept-Encoding: gzip")
}

fn head_of_what_is_missing_has_no_content(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    dialog.send(server.request("HEAD", "/missing", &["Connection: close"]))?;
    dialog.receive("HEAD")?.expect(&[404])?;
    dialog.expect_end()
}

fn a_method_that_is_not_allowed_is_405_with_allow(server: &Server) -> Result<(), Finding> {
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let response = server.ask(method, "/plain.txt", &["Content-Length: 0"])?;
        response.expect(&[405])?.expect_field("Allow").map_err(|finding| finding.during(method))?;
    }
    Ok(())
}

fn allow_has_get_and_head(server: &Server) -> Result<(), Finding> {
    let response = server.ask("DELETE", "/plain.txt", &[])?;
    let allow = response.expect(&[405])?.expect_field("Allow")?;
    let has = |method: &str| allow.split(',').any(|member| member.trim() == method);
    expect(has("GET") && has("HEAD") && !has("DELETE"), || format!("expected GET and HEAD, found Allow: {allow}"))
}

fn a_method_nobody_knows_is_501(server: &Server) -> Result<(), Finding> {
    for method in ["BREW", "X", "GETS", "A-VERY-LONG-METHOD-NAME-THAT-NOBODY-KNOWS"] {
        server.ask(method, "/plain.txt", &[])?.expect(&[501])?;
    }
    Ok(())
}

fn options_is_answered(server: &Server) -> Result<(), Finding> {
    server.ask("OPTIONS", "/plain.txt", &[])?.expect(&[200, 204])?;
    Ok(())
}

fn options_names_the_methods(server: &Server) -> Result<(), Finding> {
    let response = server.ask("OPTIONS", "/plain.txt", &[])?;
    let is_named = response.has_member("Allow", "GET") && response.has_member("Allow", "HEAD");
    expect(is_named, || format!("expected Allow with GET and HEAD, found {:?}", response.list("Allow")))
}

fn options_changes_nothing(server: &Server) -> Result<(), Finding> {
    server.ask("OPTIONS", "/plain.txt", &["If-Match: \"other\""])?.expect(&[200, 204, 405])?;
    server.get("/plain.txt")?.expect_content(&material::plain())?;
    Ok(())
}

fn trace_gives_nothing_away(server: &Server) -> Result<(), Finding> {
    let response = server.ask("TRACE", "/plain.txt", &["Cookie: secret=1", "Authorization: Basic c2VjcmV0"])?;
    let content = String::from_utf8_lossy(&response.content);
    expect(!content.contains("secret=1") && !content.contains("c2VjcmV0"), || "found credentials reflected".to_owned())
}

fn connect_makes_no_tunnel(server: &Server) -> Result<(), Finding> {
    let request = format!("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", server.address);
    server.raw(request)?.expect_refusal()?;
    Ok(())
}

fn unsafe_methods_change_no_file(server: &Server) -> Result<(), Finding> {
    for method in ["PUT", "DELETE", "POST", "PATCH"] {
        let head =
            format!("{method} /plain.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nnew");
        server.raw(head)?.expect_refusal()?;
        server.get("/plain.txt")?.expect(&[200])?.expect_content(&material::plain())?;
    }
    Ok(())
}

fn content_of_get_changes_nothing(server: &Server) -> Result<(), Finding> {
    let request = "GET /plain.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n/page.htm";
    server.raw(request)?.expect(&[200])?.expect_content(&material::plain())?;
    Ok(())
}
