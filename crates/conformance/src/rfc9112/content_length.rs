//! RFC 9112 §6.2, §6.3 and RFC 9110 §8.6: the length of content.

use crate::finding::{Finding, expect};
use crate::material;
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9112:
    Must "6.3" differing_lengths_are_400,
    Must "6.3" a_list_of_differing_lengths_is_400,
    Must "6.3" a_length_that_is_no_number_is_400,
    Must "6.3" a_length_beyond_any_number_is_refused,
    Must "6.3" equal_lengths_are_one_or_400,
    Must "6.3" a_request_without_length_has_no_content,
    Must "6.3" content_of_known_length_is_no_request,
    Must "6.3" a_response_to_head_has_no_content,
    Must "6.3" a_304_has_no_content,
    Must "6.3" content_of_a_response_is_as_long_as_it_says,
    Should "6.3" content_that_ends_early_is_no_request,
    Must "6.3" much_content_is_read_or_refused,
}

fn get(lines: &str) -> String {
    format!("GET /plain.txt HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n")
}

fn differing_lengths_are_400(server: &Server) -> Result<(), Finding> {
    server.refuses_and_ends(get("Content-Length: 5\r\nContent-Length: 6") + "12345", &[400])?;
    server.refuses_and_ends(get("Content-Length: 0\r\nX: y\r\ncontent-length: 5"), &[400])
}

fn a_list_of_differing_lengths_is_400(server: &Server) -> Result<(), Finding> {
    server.refuses_and_ends(get("Content-Length: 5, 6") + "12345", &[400])?;
    server.refuses_and_ends(get("Content-Length: 0,5"), &[400])
}

fn a_length_that_is_no_number_is_400(server: &Server) -> Result<(), Finding> {
    for length in ["-1", "+5", "5x", "x5", "0x5", "5 5", "5.0", "5e0", "", "\"5\"", "5;", ",5", "\u{FF15}"] {
        server.refuses_and_ends(get(&format!("Content-Length: {length}")) + "12345", &[400])?;
    }
    Ok(())
}

fn a_length_beyond_any_number_is_refused(server: &Server) -> Result<(), Finding> {
    // The third is 2^64 + 5: cut to 64 bits it would be five.
    for length in ["99999999999999999999999999", "18446744073709551616", "18446744073709551621", "9223372036854775808"]
    {
        server.refuses_and_ends(get(&format!("Content-Length: {length}")) + "12345", &[400, 413])?;
    }
    Ok(())
}

fn equal_lengths_are_one_or_400(server: &Server) -> Result<(), Finding> {
    for lines in ["Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5, 5"] {
        let mut dialog = server.dialog()?;
        dialog.send(get(lines) + "12345" + &server.request("GET", "/plain.txt", &[]))?;
        match dialog.receive("GET")?.expect(&[200, 400])?.status {
            400 => dialog.expect_end()?,
            _ => drop(dialog.receive("GET")?.expect(&[200])?),
        }
    }
    Ok(())
}

fn a_request_without_length_has_no_content(server: &Server) -> Result<(), Finding> {
    server.reads_exactly(get("Accept: */*"))?;
    server.reads_exactly("POST /plain.txt HTTP/1.1\r\nHost: a\r\n\r\n")
}

fn content_of_known_length_is_no_request(server: &Server) -> Result<(), Finding> {
    let inner = "GET /missing HTTP/1.1\r\nHost: a\r\n\r\n";
    server.reads_exactly(get(&format!("Content-Length: {}", inner.len())) + inner)?;
    server.reads_exactly(get("Content-Length: 0"))?;
    server.reads_exactly(get("Content-Length: 0005") + "12345")
}

fn a_response_to_head_has_no_content(server: &Server) -> Result<(), Finding> {
    for target in ["/plain.txt", "/page.html", "/missing", "/bare/"] {
        server.reads_exactly(server.request("HEAD", target, &["Accept-Encoding: gzip"]))?;
    }
    Ok(())
}

fn a_304_has_no_content(server: &Server) -> Result<(), Finding> {
    server.reads_exactly(server.request("GET", "/plain.txt", &["If-None-Match: *"]))?;
    server.reads_exactly(server.request("HEAD", "/plain.txt", &["If-None-Match: *"]))
}

fn content_of_a_response_is_as_long_as_it_says(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    for (target, content) in [
        ("/plain.txt", material::plain()),
        ("/large.bin", material::large()),
        ("/empty.txt", Vec::new()),
        ("/bytes.bin", material::bytes()),
    ] {
        dialog.send(server.request("GET", target, &[]))?;
        let response = dialog.receive("GET")?;
        response.expect(&[200])?.expect_content(&content).map_err(|finding| finding.during(target))?;
    }
    Ok(())
}

fn content_that_ends_early_is_no_request(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    dialog.send(get("Content-Length: 100") + server.request("GET", "/bytes.bin", &[]).trim_end())?;
    dialog.end()?;
    let mut count = 0;
    while let Ok(response) = dialog.receive("GET") {
        count += 1;
        expect(response.content != material::bytes(), || "content was read as a request".to_owned())?;
    }
    expect(count <= 1, || format!("expected one response at most, found {count}"))
}

fn much_content_is_read_or_refused(server: &Server) -> Result<(), Finding> {
    let content = "a".repeat(300_000);
    let mut dialog = server.dialog()?;
    dialog.send(get("Content-Length: 300000") + &content + &server.request("GET", "/bytes.bin", &[]))?;
    let response = dialog.receive("GET")?;
    response.expect(&[200, 400, 413])?;
    if response.has_member("Connection", "close") {
        return dialog.expect_end();
    }
    dialog.receive("GET")?.expect_content(&material::bytes())?;
    Ok(())
}
