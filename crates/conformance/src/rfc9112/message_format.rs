//! RFC 9112 §2: messages, their lines, their version.

use crate::finding::{Finding, expect};
use crate::material;
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9112:
    Must "2.1" every_line_of_a_head_ends_with_crlf,
    Must "2.2" a_head_of_any_octets_is_read_as_octets,
    Should "2.2" an_empty_line_before_a_request_is_passed_over,
    Must "2.2" whitespace_before_the_first_field_is_refused_or_dropped,
    Must "2.2" a_bare_cr_ends_no_line,
    Must "2.3" a_response_to_1_1_is_1_1,
    Must "2.3" the_name_of_the_version_has_its_case,
    Must "2.3" a_version_is_two_digits_and_a_dot,
    Should "2.3" a_higher_minor_version_is_read_as_1_1,
    Must "2.3" another_major_version_is_refused,
    Should "2.3" a_request_of_1_0_is_answered_without_what_1_0_does_not_know,
    Must "4" the_status_line_has_a_code_of_three_digits_and_a_space,
    Must "8" half_a_head_is_not_answered_as_if_it_were_whole,
}

fn every_line_of_a_head_ends_with_crlf(server: &Server) -> Result<(), Finding> {
    for target in ["/plain.txt", "/missing", "/folder"] {
        let head = server.get(target)?.head;
        let is_bare = head.iter().enumerate().any(|(at, &byte)| match byte {
            b'\n' => at == 0 || head[at - 1] != b'\r',
            b'\r' => head.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        expect(!is_bare, || format!("expected only CRLF, found a bare CR or LF in the head for {target}"))?;
    }
    Ok(())
}

fn a_head_of_any_octets_is_read_as_octets(server: &Server) -> Result<(), Finding> {
    let request = b"GET /plain.txt HTTP/1.1\r\nHost: a\r\nX-Any: \xFF\xFE\xC0\x80\xE4\r\n\r\n";
    server.raw(request)?.expect(&[200, 400])?;
    Ok(())
}

fn an_empty_line_before_a_request_is_passed_over(server: &Server) -> Result<(), Finding> {
    server.raw("\r\nGET /plain.txt HTTP/1.1\r\nHost: a\r\n\r\n")?.expect(&[200])?.expect_content(&material::plain())?;
    Ok(())
}

fn whitespace_before_the_first_field_is_refused_or_dropped(server: &Server) -> Result<(), Finding> {
    // Dropped, it leaves one good Host; taken as a field, there are two.
    let response = server.raw("GET /plain.txt HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n")?;
    response.expect(&[200, 400])?;
    // Taken as a field, it would make the only Host.
    server.raw("GET /plain.txt HTTP/1.1\r\n Host: a\r\n\r\n")?.expect(&[400])?;
    Ok(())
}

fn a_bare_cr_ends_no_line(server: &Server) -> Result<(), Finding> {
    // Were it to end the line, there would be two Hosts, or five bytes of content.
    let mut dialog = server.dialog()?;
    dialog.send("GET /plain.txt HTTP/1.1\r\nHost: a\r\nX-A: b\rContent-Length: 5\r\n\r\n")?;
    if dialog.receive("GET")?.expect(&[200, 400])?.status == 400 {
        return Ok(());
    }
    dialog.send(server.request("GET", "/plain.txt", &[]))?;
    dialog.receive("GET")?.expect(&[200])?;
    Ok(())
}

fn a_response_to_1_1_is_1_1(server: &Server) -> Result<(), Finding> {
    for target in ["/plain.txt", "/missing"] {
        let minor = server.get(target)?.minor;
        expect(minor == 1, || format!("expected HTTP/1.1, found HTTP/1.{minor}"))?;
    }
    Ok(())
}

fn the_name_of_the_version_has_its_case(server: &Server) -> Result<(), Finding> {
    server.refuses("GET /plain.txt http/1.1\r\nHost: a\r\n\r\n", &[400, 505])
}

fn a_version_is_two_digits_and_a_dot(server: &Server) -> Result<(), Finding> {
    for version in [
        "HTTP/1",
        "HTTP/1.",
        "HTTP/11",
        "HTTP/1.1.1",
        "HTTP/1.1x",
        "HTTP/ 1.1",
        "HTTP/1,1",
        "HTTP/-1.1",
        "HTTP/0x1.1",
        "XTTP/1.1",
    ] {
        server.refuses(format!("GET /plain.txt {version}\r\nHost: a\r\n\r\n"), &[400, 505])?;
    }
    Ok(())
}

fn a_higher_minor_version_is_read_as_1_1(server: &Server) -> Result<(), Finding> {
    let response = server.raw("GET /plain.txt HTTP/1.2\r\nHost: a\r\n\r\n")?;
    response.expect(&[200])?;
    expect(response.minor == 1, || format!("expected HTTP/1.1, found HTTP/1.{}", response.minor))
}

fn another_major_version_is_refused(server: &Server) -> Result<(), Finding> {
    for version in ["HTTP/0.9", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9"] {
        server.refuses(format!("GET /plain.txt {version}\r\nHost: a\r\n\r\n"), &[400, 505])?;
    }
    Ok(())
}

fn a_request_of_1_0_is_answered_without_what_1_0_does_not_know(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    dialog.send("GET /page.html HTTP/1.0\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")?;
    dialog.receive_any("GET")?.expect(&[200])?.expect_no_field("Transfer-Encoding")?;
    Ok(())
}

fn the_status_line_has_a_code_of_three_digits_and_a_space(server: &Server) -> Result<(), Finding> {
    // The reader of responses takes nothing else; so it is enough to have several.
    for target in ["/plain.txt", "/missing", "/folder", "/%"] {
        let code = server.get(target)?.status;
        expect((100..600).contains(&code), || format!("expected a status code, found {code}"))?;
    }
    Ok(())
}

fn half_a_head_is_not_answered_as_if_it_were_whole(server: &Server) -> Result<(), Finding> {
    for half in ["GET /plain.txt HTTP/1.1\r\nHost: a\r\n", "GET /plain.txt HTTP/1.1\r\nHost: a", "GET /plain.txt"] {
        let mut dialog = server.dialog()?;
        dialog.send(half)?;
        dialog.end()?;
        if let Ok(response) = dialog.receive("GET") {
            response.expect_refusal()?;
        }
    }
    Ok(())
}
