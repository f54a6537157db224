//! RFC 9110 §10.1.1: Expect; §7.8: Upgrade.

use crate::finding::{Finding, expect};
use crate::material;
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9110:
    Must "10.1.1" who_waits_for_100_is_answered,
    Must "10.1.1" after_100_comes_the_final_response,
    Must "10.1.1" the_expectation_has_no_case,
    Must "10.1.1" a_request_of_1_0_gets_no_100,
    Must "10.1.1" an_unknown_expectation_is_417_or_passed_over,
    Must "7.8" an_upgrade_nobody_knows_is_passed_over,
    Must "7.8" an_upgrade_in_1_0_is_passed_over,
    Must "7.6.3" fields_of_intermediaries_are_passed_over,
}

fn with_expectation(value: &str) -> String {
    format!("POST /plain.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: {value}\r\n\r\n")
}

fn who_waits_for_100_is_answered(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    dialog.send(with_expectation("100-continue"))?;
    let status = dialog.receive_any("GET")?.status;
    expect(status == 100 || status >= 200, || format!("expected 100 or a final status, found {status}"))
}

fn after_100_comes_the_final_response(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    dialog.send("GET /plain.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")?;
    let mut response = dialog.receive_any("GET")?;
    if response.status == 100 {
        dialog.send("12345")?;
        response = dialog.receive_any("GET")?;
    }
    response.expect(&[200, 413, 417])?;
    Ok(())
}

fn the_expectation_has_no_case(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    dialog.send(with_expectation("100-Continue"))?;
    let status = dialog.receive_any("GET")?.status;
    expect(status != 417, || "expected 100 or a final status other than 417, found 417".to_owned())
}

fn a_request_of_1_0_gets_no_100(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    dialog.send("GET /plain.txt HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n12345")?;
    let status = dialog.receive_any("GET")?.status;
    expect(status >= 200, || format!("expected a final status, found {status}"))
}

fn an_unknown_expectation_is_417_or_passed_over(server: &Server) -> Result<(), Finding> {
    server.get_with("/plain.txt", &["Expect: wonders"])?.expect(&[200, 417])?;
    Ok(())
}

fn an_upgrade_nobody_knows_is_passed_over(server: &Server) -> Result<(), Finding> {
    let request = server.request("GET", "/plain.txt", &["Upgrade: strange/1", "Connection: Upgrade"]);
    server.raw(request)?.expect(&[200])?.expect_content(&material::plain())?;
    // Of a browser that hopes for HTTP/2 in clear, which RFC 9113 has given up.
    let lines = ["Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"];
    let mut dialog = server.dialog()?;
    dialog.send(server.request("GET", "/plain.txt", &lines))?;
    dialog.receive_any("GET")?.expect(&[200, 101])?;
    Ok(())
}

fn an_upgrade_in_1_0_is_passed_over(server: &Server) -> Result<(), Finding> {
    server
        .raw("GET /plain.txt HTTP/1.0\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")?
        .expect(&[200])?;
    Ok(())
}

fn fields_of_intermediaries_are_passed_over(server: &Server) -> Result<(), Finding> {
    let lines = [
        "Via: 1.0 fred, 1.1 p.example.net",
        "Max-Forwards: 0",
        "Forwarded: for=192.0.2.60;proto=http",
        "Keep-Alive: timeout=5",
    ];
    server.get_with("/plain.txt", &lines)?.expect(&[200])?.expect_content(&material::plain())?;
    Ok(())
}
