//! RFC 9112 §3: the request line.

use crate::finding::Finding;
use crate::material;
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9112:
    Should "3" a_request_line_of_8000_octets_is_read,
    Must "3" a_target_that_is_too_long_is_414,
    Must "3" a_request_line_has_three_words,
    Should "3" a_space_in_the_target_is_refused,
    Must "3" a_control_character_in_the_request_line_is_refused,
    Must "3" a_bare_cr_in_the_request_line_is_refused,
    Must "3.1" a_method_is_a_token,
    Must "3.1" a_method_has_its_case,
    Should "3" bytes_that_are_no_http_are_refused,
    Should "3" a_handshake_of_tls_is_refused_or_ended,
}

fn a_request_line_of_8000_octets_is_read(server: &Server) -> Result<(), Finding> {
    let frame = "GET /plain.txt? HTTP/1.1\r\n".len();
    let target = format!("/plain.txt?{}", "a".repeat(8000 - frame));
    server.get(&target)?.expect(&[200])?.expect_content(&material::plain())?;
    Ok(())
}

fn a_target_that_is_too_long_is_414(server: &Server) -> Result<(), Finding> {
    server.refuses(server.request("GET", &format!("/{}", "a".repeat(100_000)), &[]), &[414])
}

fn a_request_line_has_three_words(server: &Server) -> Result<(), Finding> {
    for line in [
        "GET",
        "GET ",
        "GET /plain.txt HTTP/1.1 more",
        "GET /plain.txt more HTTP/1.1",
        " GET /plain.txt HTTP/1.1",
        "GET  HTTP/1.1",
    ] {
        server.refuses(format!("{line}\r\nHost: a\r\n\r\n"), &[400])?;
    }
    Ok(())
}

fn a_space_in_the_target_is_refused(server: &Server) -> Result<(), Finding> {
    server.refuses("GET /name with space.txt HTTP/1.1\r\nHost: a\r\n\r\n", &[400])
}

fn a_control_character_in_the_request_line_is_refused(server: &Server) -> Result<(), Finding> {
    for byte in ["\0", "\x01", "\x0B", "\x7F", "\t"] {
        server.refuses(format!("GET /plain.txt?{byte} HTTP/1.1\r\nHost: a\r\n\r\n"), &[400])?;
    }
    Ok(())
}

fn a_bare_cr_in_the_request_line_is_refused(server: &Server) -> Result<(), Finding> {
    server.refuses("GET /plain.txt\rX HTTP/1.1\r\nHost: a\r\n\r\n", &[400])?;
    server.refuses("GET /plain.txt HTTP/1.1\rHost: b\r\nHost: a\r\n\r\n", &[400])
}

fn a_method_is_a_token(server: &Server) -> Result<(), Finding> {
    for method in ["G(T", "GET:", "G\"T", "G/T", "G\u{E9}T", "G@T", "[GET]"] {
        server.refuses(format!("{method} /plain.txt HTTP/1.1\r\nHost: a\r\n\r\n"), &[400, 501])?;
    }
    Ok(())
}

fn a_method_has_its_case(server: &Server) -> Result<(), Finding> {
    for method in ["get", "Get", "head"] {
        server.refuses(format!("{method} /plain.txt HTTP/1.1\r\nHost: a\r\n\r\n"), &[400, 405, 501])?;
    }
    Ok(())
}

fn bytes_that_are_no_http_are_refused(server: &Server) -> Result<(), Finding> {
    server.refuses("SSH-2.0-OpenSSH_9.2\r\n\r\n", &[400])?;
    server.refuses("{\"json\": true}\r\n\r\n", &[400])
}

fn a_handshake_of_tls_is_refused_or_ended(server: &Server) -> Result<(), Finding> {
    // A ClientHello, as a browser sends to the wrong port. It cannot read a response in plain text, so an end is as good.
    let mut dialog = server.dialog()?;
    dialog.send(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00\r\n\r\n")?;
    match dialog.receive("GET") {
        Ok(response) => drop(response.expect(&[400])?),
        Err(_) => dialog.expect_end()?,
    }
    Ok(())
}
