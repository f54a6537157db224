//! RFC 9112 §7.1: the chunked transfer coding of requests.

use crate::finding::Finding;
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9112:
    Must "7.1" chunked_content_is_read,
    Must "7.1" sizes_of_chunks_are_hexadecimal_in_any_case,
    Must "7.1" chunked_content_is_no_request,
    Must "7.1" chunks_may_come_byte_by_byte,
    Must "7.1" a_size_that_is_no_number_is_refused,
    Must "7.1" a_size_beyond_any_number_is_refused,
    Must "7.1" a_chunk_ends_with_crlf,
    Must "7.1" a_chunk_is_not_longer_than_its_size,
    Must "7.1" a_bare_lf_ends_no_size,
    Must "7.1.1" extensions_of_chunks_are_passed_over,
    Should "7.1.1" endless_extensions_are_refused,
    Must "7.1.2" trailers_are_read,
    Must "7.1.2" trailers_are_no_fields_of_the_request,
    Should "7.1.2" endless_trailers_are_refused,
}

fn get(content: &str) -> String {
    format!("GET /page.html HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{content}")
}

/// As content, so that a server which answers before it has read is allowed to; but then it ends.
fn refused(server: &Server, content: &str) -> Result<(), Finding> {
    server.refuses_and_ends(get(content), &[200, 400, 413])
}

fn chunked_content_is_read(server: &Server) -> Result<(), Finding> {
    server.reads_exactly(get("5\r\n12345\r\n0\r\n\r\n"))?;
    server.reads_exactly(get("1\r\n1\r\n2\r\n23\r\n0\r\n\r\n"))?;
    server.reads_exactly(get("0\r\n\r\n"))?;
    server.reads_exactly(get("0005\r\n12345\r\n000\r\n\r\n"))
}

fn sizes_of_chunks_are_hexadecimal_in_any_case(server: &Server) -> Result<(), Finding> {
    server.reads_exactly(get("a\r\n1234567890\r\n0\r\n\r\n"))?;
    server.reads_exactly(get("A\r\n1234567890\r\n0\r\n\r\n"))?;
    server.reads_exactly(get(&format!("1f\r\n{}\r\n0\r\n\r\n", "x".repeat(31))))
}

fn chunked_content_is_no_request(server: &Server) -> Result<(), Finding> {
    let inner = server.request("GET", "/missing", &[]);
    server.reads_exactly(get(&format!("{:x}\r\n{inner}\r\n0\r\n\r\n", inner.len())))
}

fn chunks_may_come_byte_by_byte(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    dialog.drip(get("3;a=b\r\nabc\r\n1\r\n\n\r\n0\r\nX: y\r\n\r\n"))?;
    dialog.drip(server.request("GET", "/plain.txt", &[]))?;
    dialog.receive("GET")?.expect(&[200])?;
    dialog.receive("GET")?.expect(&[200])?.expect_content(&crate::material::plain())?;
    Ok(())
}

fn a_size_that_is_no_number_is_refused(server: &Server) -> Result<(), Finding> {
    for size in ["", "x", "-5", "+5", "0x5", "5g", "5 5", " 5", "\t5", "5,", "\"5\"", "_5", "5_0"] {
        refused(server, &format!("{size}\r\n12345\r\n0\r\n\r\n"))?;
    }
    Ok(())
}

fn a_size_beyond_any_number_is_refused(server: &Server) -> Result<(), Finding> {
    // The second is 2^64 + 5, which cut to 64 bits would be five.
    for size in [
        "ffffffffffffffff",
        "10000000000000005",
        "fffffffffffffffff",
        "7fffffffffffffff",
        "100000005000000000000000005",
    ] {
        refused(server, &format!("{size}\r\n12345\r\n0\r\n\r\n"))?;
    }
    Ok(())
}

fn a_chunk_ends_with_crlf(server: &Server) -> Result<(), Finding> {
    refused(server, "5\r\n123450\r\n\r\n")?;
    refused(server, "5\r\n12345\n0\r\n\r\n")?;
    refused(server, "5\r\n12345\rx0\r\n\r\n")
}

fn a_chunk_is_not_longer_than_its_size(server: &Server) -> Result<(), Finding> {
    refused(server, "3\r\n12345\r\n0\r\n\r\n")
}

fn a_bare_lf_ends_no_size(server: &Server) -> Result<(), Finding> {
    refused(server, "5\n12345\r\n0\r\n\r\n")?;
    refused(server, "5;a=b\n12345\r\n0\r\n\r\n")?;
    refused(server, "5\r12345\r\n0\r\n\r\n")
}

fn extensions_of_chunks_are_passed_over(server: &Server) -> Result<(), Finding> {
    server.reads_exactly(get("5;a=b\r\n12345\r\n0;c\r\n\r\n"))?;
    server.reads_exactly(get("5;a=\"b c\";d\r\n12345\r\n0\r\n\r\n"))
}

fn endless_extensions_are_refused(server: &Server) -> Result<(), Finding> {
    refused(server, &format!("5;a={}\r\n12345\r\n0\r\n\r\n", "b".repeat(1_000_000)))
}

fn trailers_are_read(server: &Server) -> Result<(), Finding> {
    server.reads_exactly(get("5\r\n12345\r\n0\r\nX-A: b\r\nX-C: d\r\n\r\n"))
}

fn trailers_are_no_fields_of_the_request(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    dialog.send(get("5\r\n12345\r\n0\r\nContent-Length: 50\r\nIf-None-Match: *\r\nConnection: close\r\n\r\n"))?;
    dialog.receive("GET")?.expect(&[200, 400])?;
    Ok(())
}

fn endless_trailers_are_refused(server: &Server) -> Result<(), Finding> {
    refused(server, &format!("0\r\n{}\r\n", "X-A: b\r\n".repeat(200_000)))
}
