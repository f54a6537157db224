//! RFC 9112 §5 and RFC 9110 §5: field lines.

use crate::finding::{Finding, expect};
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9112:
    Must "5.1" a_space_before_the_colon_is_400,
    Must "5.1" a_tab_before_the_colon_is_400,
    Must "5.1" whitespace_around_a_value_is_no_part_of_it,
    Must "5.2" a_folded_line_is_refused_or_unfolded,
    Must "5.2" a_folded_line_smuggles_no_field,
    Must "5" a_line_without_colon_is_400,
    Must "5" a_field_without_name_is_400,
    Must "5" a_field_name_is_a_token,
    Must "5" field_names_have_no_case,
    Must "5" fields_nobody_knows_are_passed_over,
    Must "5" an_empty_value_is_a_value,
    Must "5" a_nul_in_a_value_is_refused_or_replaced,
    Must "5" fields_that_are_too_much_are_4xx,
    Must "5" a_field_line_that_is_too_long_is_4xx,
    Should "5" sixty_fields_are_not_too_many,
    Must "5" responses_have_no_whitespace_before_a_colon,
    Must "5.3" a_field_that_is_no_list_stands_once_in_a_response,
}

fn with_line(line: &str) -> String {
    format!("GET /plain.txt HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n")
}

fn a_space_before_the_colon_is_400(server: &Server) -> Result<(), Finding> {
    server.refuses(with_line("X-A : b"), &[400])?;
    server.refuses_and_ends("GET /plain.txt HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n", &[400])
}

fn a_tab_before_the_colon_is_400(server: &Server) -> Result<(), Finding> {
    server.refuses(with_line("X-A\t: b"), &[400])
}

fn whitespace_around_a_value_is_no_part_of_it(server: &Server) -> Result<(), Finding> {
    let response = server.get("/plain.txt")?;
    let etag = response.expect_field("ETag")?;
    for (before, behind) in [("", ""), (" \t ", "\t "), ("", "   ")] {
        let line = format!("If-None-Match:{before}{etag}{behind}");
        server.get_with("/plain.txt", &[&line])?.expect(&[304]).map_err(|finding| finding.during(&line))?;
    }
    Ok(())
}

fn a_folded_line_is_refused_or_unfolded(server: &Server) -> Result<(), Finding> {
    server.raw(with_line("X-A: b\r\n c"))?.expect(&[200, 400])?;
    server.raw(with_line("X-A: b\r\n\tc"))?.expect(&[200, 400])?;
    Ok(())
}

fn a_folded_line_smuggles_no_field(server: &Server) -> Result<(), Finding> {
    // Taken as a line of its own, it would be content, and eat the front of the next request.
    let mut dialog = server.dialog()?;
    dialog.send(with_line("X-A: b\r\n Content-Length: 5"))?;
    if dialog.receive("GET")?.expect(&[200, 400])?.status == 200 {
        dialog.send(server.request("GET", "/plain.txt", &[]))?;
        dialog.receive("GET")?.expect(&[200])?;
    }
    Ok(())
}

fn a_line_without_colon_is_400(server: &Server) -> Result<(), Finding> {
    server.refuses(with_line("X-A"), &[400])?;
    server.refuses(with_line("X-A b"), &[400])
}

fn a_field_without_name_is_400(server: &Server) -> Result<(), Finding> {
    server.refuses(with_line(": b"), &[400])
}

fn a_field_name_is_a_token(server: &Server) -> Result<(), Finding> {
    for name in ["X(A", "X A", "X\"A", "X/A", "X[A]", "X\u{E9}", "X\0A", "X;A", "X=A", "X@A"] {
        server.refuses(with_line(&format!("{name}: b")), &[400])?;
    }
    Ok(())
}

fn field_names_have_no_case(server: &Server) -> Result<(), Finding> {
    let etag = server.get("/plain.txt")?.expect_field("ETag")?.to_owned();
    for name in ["if-none-match", "IF-NONE-MATCH", "iF-nOnE-mAtCh"] {
        server.raw(format!("GET /plain.txt HTTP/1.1\r\nhOST: a\r\n{name}: {etag}\r\n\r\n"))?.expect(&[304])?;
    }
    Ok(())
}

fn fields_nobody_knows_are_passed_over(server: &Server) -> Result<(), Finding> {
    let line = "X-Nobody: 1\r\n!#$%&'*+-.^_`|~: all of them\r\nContent-Foo: \"a, b;c\"";
    server.raw(with_line(line))?.expect(&[200])?;
    Ok(())
}

fn an_empty_value_is_a_value(server: &Server) -> Result<(), Finding> {
    server.raw(with_line("X-A:"))?.expect(&[200])?;
    server.raw(with_line("X-A: \t"))?.expect(&[200])?;
    Ok(())
}

fn a_nul_in_a_value_is_refused_or_replaced(server: &Server) -> Result<(), Finding> {
    server.raw(with_line("X-A: b\0c"))?.expect(&[200, 400])?;
    // Were the value cut there, the two would be equal to a tag that is known.
    let etag = server.get("/plain.txt")?.expect_field("ETag")?.to_owned();
    server.raw(with_line(&format!("If-None-Match: {etag}\0x")))?.expect(&[200, 400])?;
    Ok(())
}

fn fields_that_are_too_much_are_4xx(server: &Server) -> Result<(), Finding> {
    let lines = (0..2000).map(|number| format!("X-{number}: {}", "a".repeat(100))).collect::<Vec<_>>().join("\r\n");
    let response = server.raw(with_line(&lines))?;
    expect((400..500).contains(&response.status), || format!("expected 4xx, found {}", response.status))
}

fn a_field_line_that_is_too_long_is_4xx(server: &Server) -> Result<(), Finding> {
    let response = server.raw(with_line(&format!("X-A: {}", "a".repeat(200_000))))?;
    expect((400..500).contains(&response.status), || format!("expected 4xx, found {}", response.status))
}

fn sixty_fields_are_not_too_many(server: &Server) -> Result<(), Finding> {
    let lines = (0..60).map(|number| format!("X-{number}: {number}")).collect::<Vec<_>>().join("\r\n");
    server.raw(with_line(&lines))?.expect(&[200])?;
    Ok(())
}

fn responses_have_no_whitespace_before_a_colon(server: &Server) -> Result<(), Finding> {
    // The reader of responses takes only tokens as names; so it is enough to have several.
    for target in ["/plain.txt", "/page.html", "/missing", "/folder", "/bare/"] {
        server.ask("GET", target, &["Accept-Encoding: gzip, br, zstd"])?;
        server.ask("HEAD", target, &[])?;
        server.ask("OPTIONS", target, &[])?;
        server.ask("POST", target, &["Content-Length: 0"])?;
    }
    Ok(())
}

fn a_field_that_is_no_list_stands_once_in_a_response(server: &Server) -> Result<(), Finding> {
    for target in ["/plain.txt", "/page.html", "/missing", "/folder", "/bare/"] {
        let response = server.get_with(target, &["Accept-Encoding: gzip", "Range: bytes=0-1"])?;
        for name in [
            "Content-Length",
            "Content-Type",
            "Content-Range",
            "Date",
            "ETag",
            "Last-Modified",
            "Location",
            "Server",
            "Transfer-Encoding",
        ] {
            let count = response.fields.iter().filter(|(found, _)| found.eq_ignore_ascii_case(name)).count();
            expect(count <= 1, || format!("expected at most one {name}, found {count} for {target}"))?;
        }
    }
    Ok(())
}
