//! RFC 9112 §9: connections, kept, shared by pipelining, and ended.

use crate::finding::{Finding, expect};
use crate::material;
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9112:
    Must "9.3" a_connection_of_1_1_is_kept,
    Must "9.3" a_connection_of_1_0_ends_unless_asked_to_stay,
    Must "9.3" a_connection_of_1_0_that_stays_says_so,
    Must "9.3.2" pipelined_requests_are_answered_in_order,
    Must "9.3.2" pipelined_requests_of_all_kinds_are_answered_in_order,
    Must "9.3" a_request_that_comes_byte_by_byte_is_one_request,
    Must "9.3" a_request_may_be_cut_anywhere,
    Must "9.6" close_ends_the_connection,
    Should "9.6" close_is_answered_with_close,
    Must "9.6" close_has_no_case,
    Must "9.6" close_is_found_among_other_options,
    Must "9.6" nothing_behind_close_is_answered,
    Must "9.6" close_wins_over_keep_alive,
    Must "9.6" a_client_that_ends_its_half_is_still_answered,
    Must "9.6" a_refusal_can_be_read_though_content_is_still_coming,
    Must "9.3" an_error_that_is_no_fault_of_framing_keeps_the_connection,
    Must "9.3" a_hundred_requests_fit_one_connection,
    Should "9.5" other_connections_do_not_wait_for_a_silent_one,
}

fn a_connection_of_1_1_is_kept(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    for target in ["/plain.txt", "/page.html", "/plain.txt"] {
        dialog.send(server.request("GET", target, &[]))?;
        dialog.receive("GET")?.expect(&[200])?;
    }
    Ok(())
}

fn a_connection_of_1_0_ends_unless_asked_to_stay(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    dialog.send("GET /plain.txt HTTP/1.0\r\nHost: a\r\n\r\n")?;
    dialog.receive("GET")?.expect(&[200])?;
    dialog.expect_end()
}

fn a_connection_of_1_0_that_stays_says_so(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    let request = "GET /plain.txt HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n";
    dialog.send(request)?;
    let response = dialog.receive("GET")?;
    if !response.expect(&[200])?.has_member("Connection", "keep-alive") {
        return dialog.expect_end();
    }
    dialog.send(request)?;
    dialog.receive("GET")?.expect(&[200])?;
    Ok(())
}

fn pipelined_requests_are_answered_in_order(server: &Server) -> Result<(), Finding> {
    let contents =
        [("/plain.txt", material::plain()), ("/large.bin", material::large()), ("/bytes.bin", material::bytes())];
    let mut dialog = server.dialog()?;
    let order: Vec<_> = (0..12).map(|number| &contents[number % 3]).collect();
    dialog.send(order.iter().map(|(target, _)| server.request("GET", target, &[])).collect::<String>())?;
    for (target, content) in order {
        dialog.receive("GET")?.expect(&[200])?.expect_content(content).map_err(|finding| finding.during(target))?;
    }
    Ok(())
}

fn pipelined_requests_of_all_kinds_are_answered_in_order(server: &Server) -> Result<(), Finding> {
    let kinds = [
        ("GET", "/plain.txt", "", 200),
        ("HEAD", "/large.bin", "", 200),
        ("GET", "/missing", "", 404),
        ("GET", "/plain.txt", "If-None-Match: *", 304),
        ("GET", "/bytes.bin", "Range: bytes=0-1", 206),
        ("HEAD", "/missing", "", 404),
        ("GET", "/folder", "", 301),
        ("GET", "/page.html", "Accept-Encoding: gzip", 200),
        ("GET", "/bare/", "", 200),
        ("GET", "/plain.txt", "Range: bytes=99999-", 416),
        ("GET", "/plain.txt", "", 200),
    ];
    let lines = |line: &'static str| if line.is_empty() { vec![] } else { vec![line] };
    let mut dialog = server.dialog()?;
    dialog.send(
        kinds.iter().map(|(method, target, line, _)| server.request(method, target, &lines(line))).collect::<String>(),
    )?;
    for (method, target, line, status) in kinds {
        let response = dialog.receive(method).and_then(|response| response.expect(&[status, status.max(307)]).cloned());
        response.map_err(|finding| finding.during(format_args!("{method} {target} {line}")))?;
    }
    Ok(())
}

fn a_request_that_comes_byte_by_byte_is_one_request(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    for _ in 0..2 {
        dialog.drip(server.request("GET", "/plain.txt", &["Accept: */*"]))?;
        dialog.receive("GET")?.expect(&[200])?.expect_content(&material::plain())?;
    }
    Ok(())
}

fn a_request_may_be_cut_anywhere(server: &Server) -> Result<(), Finding> {
    let requests = server.request("GET", "/plain.txt", &[]) + &server.request("GET", "/bytes.bin", &[]);
    for cut in 0..requests.len() {
        let mut dialog = server.dialog()?;
        dialog.send(&requests[..cut])?;
        dialog.send(&requests[cut..])?;
        let during = |finding: Finding| finding.during(format_args!("cut at {cut}"));
        dialog.receive("GET").and_then(|first| first.expect_content(&material::plain()).cloned()).map_err(during)?;
        dialog.receive("GET").and_then(|second| second.expect_content(&material::bytes()).cloned()).map_err(during)?;
    }
    Ok(())
}

fn ends(server: &Server, line: &str) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    dialog.send(server.request("GET", "/plain.txt", &[line]))?;
    dialog.receive("GET")?.expect(&[200])?;
    dialog.expect_end().map_err(|finding| finding.during(line))
}

fn close_ends_the_connection(server: &Server) -> Result<(), Finding> {
    ends(server, "Connection: close")
}

fn close_is_answered_with_close(server: &Server) -> Result<(), Finding> {
    for target in ["/plain.txt", "/missing", "/bare/"] {
        let response = server.get(target)?;
        expect(response.has_member("Connection", "close"), || "expected Connection: close, found none".to_owned())?;
    }
    Ok(())
}

fn close_has_no_case(server: &Server) -> Result<(), Finding> {
    ends(server, "connection: CLOSE")?;
    ends(server, "Connection: Close")
}

fn close_is_found_among_other_options(server: &Server) -> Result<(), Finding> {
    for line in [
        "Connection: close, x",
        "Connection: x, close",
        "Connection: x,close,y",
        "Connection: , close ,",
        "Connection: x\r\nConnection: close",
    ] {
        ends(server, line)?;
    }
    Ok(())
}

fn nothing_behind_close_is_answered(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    let first = server.request("GET", "/plain.txt", &["Connection: close"]);
    dialog.send(first + &server.request("GET", "/bytes.bin", &[]))?;
    dialog.receive("GET")?.expect(&[200])?;
    dialog.expect_end()
}

fn close_wins_over_keep_alive(server: &Server) -> Result<(), Finding> {
    ends(server, "Connection: keep-alive, close")?;
    ends(server, "Connection: close, keep-alive")
}

fn a_client_that_ends_its_half_is_still_answered(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    dialog.send(server.request("GET", "/large.bin", &[]))?;
    dialog.end()?;
    dialog.receive("GET")?.expect(&[200])?.expect_content(&material::large())?;
    dialog.expect_end()
}

fn a_refusal_can_be_read_though_content_is_still_coming(server: &Server) -> Result<(), Finding> {
    // RFC 9112 §9.6: a server that resets while the client still sends takes its own response away.
    for _ in 0..5 {
        let mut dialog = server.dialog()?;
        dialog.send("POST /plain.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n")?;
        for _ in 0..20 {
            dialog.send([b'a'; 50_000])?;
        }
        dialog.receive("GET")?.expect_refusal()?;
    }
    Ok(())
}

fn an_error_that_is_no_fault_of_framing_keeps_the_connection(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    for _ in 0..3 {
        dialog.send(server.request("GET", "/missing", &[]))?;
        dialog.receive("GET")?.expect(&[404])?;
    }
    Ok(())
}

fn a_hundred_requests_fit_one_connection(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    for _ in 0..100 {
        dialog.send(server.request("GET", "/plain.txt", &[]))?;
        dialog.receive("GET")?.expect(&[200])?.expect_content(&material::plain())?;
    }
    Ok(())
}

fn other_connections_do_not_wait_for_a_silent_one(server: &Server) -> Result<(), Finding> {
    let silent = (0..20).map(|_| server.dialog()).collect::<Result<Vec<_>, _>>()?;
    let mut half = server.dialog()?;
    half.send("GET /plain.txt HT")?;
    server.get("/plain.txt")?.expect(&[200])?;
    half.send("TP/1.1\r\nHost: a\r\n\r\n")?;
    half.receive("GET")?.expect(&[200])?;
    drop(silent);
    Ok(())
}
