//! RFC 9112 §6.1, §6.3, §7: transfer codings, and what they make of the length of a message.

use crate::finding::{Finding, expect};
use crate::requirement::requirements;
use crate::response::Framing;
use crate::server::Server;

requirements! { 9112:
    Must "6.1" a_length_beside_a_transfer_coding_ends_the_connection,
    Must "6.1" a_transfer_coding_in_1_0_ends_the_connection,
    Should "6.1" an_unknown_transfer_coding_is_501,
    Must "6.1" chunked_is_applied_once,
    Must "6.1" a_response_to_1_0_has_no_transfer_coding,
    Must "6.1" a_204_or_304_has_no_transfer_coding,
    Must "6.2" a_response_has_no_length_beside_a_transfer_coding,
    Must "6.3" a_request_whose_last_coding_is_not_chunked_is_400,
    Must "6.3" an_obscured_chunked_is_not_taken_for_none,
    Must "7" names_of_transfer_codings_have_no_case,
    Must "7.4" a_client_that_takes_trailers_is_answered,
}

fn post(lines: &str, content: &str) -> String {
    format!("POST /plain.txt HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n{content}")
}

fn a_length_beside_a_transfer_coding_ends_the_connection(server: &Server) -> Result<(), Finding> {
    let statuses = [400, 405, 501];
    server.refuses_and_ends(post("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), &statuses)?;
    server.refuses_and_ends(post("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"), &statuses)?;
    server.refuses_and_ends(post("Transfer-Encoding: chunked\r\nContent-Length: 0", "0\r\n\r\n"), &statuses)
}

fn a_transfer_coding_in_1_0_ends_the_connection(server: &Server) -> Result<(), Finding> {
    let head = "POST /plain.txt HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n";
    server.refuses_and_ends(format!("{head}0\r\n\r\n"), &[400, 405, 501])
}

fn an_unknown_transfer_coding_is_501(server: &Server) -> Result<(), Finding> {
    server.refuses_and_ends(post("Transfer-Encoding: strange, chunked", "0\r\n\r\n"), &[400, 501])
}

fn chunked_is_applied_once(server: &Server) -> Result<(), Finding> {
    server.refuses_and_ends(post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n"), &[400, 501])?;
    server.refuses_and_ends(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), &[400, 501])
}

fn a_response_to_1_0_has_no_transfer_coding(server: &Server) -> Result<(), Finding> {
    for target in ["/page.html", "/bare/", "/missing"] {
        let request = format!("GET {target} HTTP/1.0\r\nHost: a\r\nAccept-Encoding: gzip, br, zstd\r\n\r\n");
        server.raw(request)?.expect_no_field("Transfer-Encoding")?;
    }
    Ok(())
}

fn a_204_or_304_has_no_transfer_coding(server: &Server) -> Result<(), Finding> {
    let options = server.ask("OPTIONS", "/plain.txt", &[])?;
    if options.status == 204 {
        options.expect_no_field("Transfer-Encoding")?.expect_no_field("Content-Length")?;
    }
    let response = server.get_with("/page.html", &["If-None-Match: *", "Accept-Encoding: gzip"])?;
    response.expect(&[304])?.expect_no_field("Transfer-Encoding")?;
    Ok(())
}

fn a_response_has_no_length_beside_a_transfer_coding(server: &Server) -> Result<(), Finding> {
    for target in ["/page.html", "/bare/", "/plain.txt", "/missing"] {
        let response = server.get_with(target, &["Accept-Encoding: gzip, br, zstd"])?;
        if response.framing == Framing::Chunked {
            response.expect_no_field("Content-Length")?;
        }
    }
    Ok(())
}

fn a_request_whose_last_coding_is_not_chunked_is_400(server: &Server) -> Result<(), Finding> {
    for codings in ["gzip", "chunked, gzip", "identity", "chunked, identity"] {
        server.refuses_and_ends(post(&format!("Transfer-Encoding: {codings}"), "0\r\n\r\n"), &[400, 501])?;
    }
    Ok(())
}

fn an_obscured_chunked_is_not_taken_for_none(server: &Server) -> Result<(), Finding> {
    // Each has been read as "no transfer coding" by one server and as "chunked" by another in front of it.
    for line in [
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunkedx",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
        "Transfer-Encoding:\x0Bchunked",
        "Transfer-Encoding: chun\0ked",
        "Transfer-Encoding: chunked\x0C",
        "Transfer-Encoding:",
        "Transfer-Encoding: ,",
    ] {
        server.refuses_and_ends(post(&format!("{line}\r\nContent-Length: 5"), "0\r\n\r\n"), &[400, 501])?;
    }
    Ok(())
}

fn names_of_transfer_codings_have_no_case(server: &Server) -> Result<(), Finding> {
    for coding in ["Chunked", "CHUNKED", " chunked "] {
        let head = format!("GET /page.html HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:{coding}\r\n\r\n");
        server.reads_exactly(format!("{head}3\r\nabc\r\n0\r\n\r\n"))?;
    }
    Ok(())
}

fn a_client_that_takes_trailers_is_answered(server: &Server) -> Result<(), Finding> {
    let response = server.get_with("/page.html", &["TE: trailers, deflate;q=0.5", "Connection: TE"])?;
    response.expect(&[200])?;
    let coding = response.field("Transfer-Encoding").unwrap_or("chunked");
    expect(coding.eq_ignore_ascii_case("chunked"), || format!("expected chunked or none, found {coding}"))
}
