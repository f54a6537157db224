//! RFC 9113 §8: requests, and what is none.

use crate::finding::{Finding, expect};
use crate::http2::{block, code, flag, frame, get_lines, kind, request, request_head};
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9113:
    Must "8.1" a_response_to_head_has_no_data_frame,
    Must "8.1" trailers_end_a_request,
    Must "8.1" trailers_that_do_not_end_a_request_are_an_error,
    Must "8.1.1" content_is_as_long_as_it_says,
    Must "8.2" names_are_in_lower_case,
    Must "8.2.1" values_end_no_line,
    Must "8.2.2" fields_of_a_connection_are_malformed,
    Must "8.2.2" te_says_trailers_or_nothing,
    Must "8.2.3" crumbs_of_cookies_are_taken,
    Must "8.3" pseudo_fields_come_first,
    Must "8.3" pseudo_fields_are_those_of_requests,
    Must "8.3" pseudo_fields_come_once,
    Must "8.3" trailers_have_no_pseudo_fields,
    Must "8.3.1" a_request_says_method_scheme_and_path,
    Must "8.3.1" a_path_is_not_empty,
    Should "8.3.1" one_request_is_for_one_host,
    Must "8.1" content_in_frames_is_read,
    Must "8.2.1" names_have_no_other_characters,
    Must "8.2.1" values_have_no_whitespace_around_them,
    Should "8.2.1" what_is_wrong_with_a_field_is_400,
    Must "8.3.1" a_path_begins_with_a_slash,
    Must "8.3.1" options_may_ask_of_the_server_as_a_whole,
    Must "8.5" connect_has_neither_scheme_nor_path,
    Must "8.6" nobody_switches_protocols,
}

fn malformed(server: &Server, lines: &[(&str, &str)]) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(request(1, lines))?;
    http2.expect_reset(1, &[code::PROTOCOL_ERROR]).map_err(|finding| finding.during(format_args!("{lines:?}")))
}

fn malformed_with(server: &Server, line: (&str, &str)) -> Result<(), Finding> {
    malformed(server, &[get_lines("/plain.txt"), vec![line]].concat())
}

fn a_response_to_head_has_no_data_frame(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    let head = [vec![(":method", "HEAD")], get_lines("/plain.txt").split_off(1)].concat();
    http2.send(request(1, &head))?;
    let (status, content) = http2.response(1)?;
    expect(status == 200 && content.is_empty(), || format!("found {status} with {} bytes", content.len()))?;
    http2.works(3)
}

fn trailers_end_a_request(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(request_head(1, &get_lines("/plain.txt")))?;
    http2.send([frame(kind::DATA, 0, 1, "abc"), request(1, &[("checksum", "1")])].concat())?;
    http2.response(1)?;
    http2.works(3)
}

fn trailers_that_do_not_end_a_request_are_an_error(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([request_head(1, &get_lines("/plain.txt")), request_head(1, &[("a", "b")])].concat())?;
    http2.expect_reset(1, &[code::PROTOCOL_ERROR])
}

fn content_is_as_long_as_it_says(server: &Server) -> Result<(), Finding> {
    let lines = [get_lines("/plain.txt"), vec![("content-length", "5")]].concat();
    for content in ["1234", "123456"] {
        let mut http2 = server.http2()?;
        http2.send([request_head(1, &lines), frame(kind::DATA, flag::END_STREAM, 1, content)].concat())?;
        http2.expect_reset(1, &[code::PROTOCOL_ERROR])?;
    }
    malformed(server, &lines)
}

fn names_are_in_lower_case(server: &Server) -> Result<(), Finding> {
    malformed_with(server, ("X-Upper", "a"))
}

fn values_end_no_line(server: &Server) -> Result<(), Finding> {
    for value in ["a\r\nb: c", "a\nb", "a\0b"] {
        malformed_with(server, ("x-value", value))?;
    }
    Ok(())
}

fn fields_of_a_connection_are_malformed(server: &Server) -> Result<(), Finding> {
    for line in [
        ("connection", "close"),
        ("keep-alive", "1"),
        ("proxy-connection", "a"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "a"),
    ] {
        malformed_with(server, line)?;
    }
    Ok(())
}

fn te_says_trailers_or_nothing(server: &Server) -> Result<(), Finding> {
    malformed_with(server, ("te", "trailers, deflate"))
}

fn crumbs_of_cookies_are_taken(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(request(1, &[get_lines("/plain.txt"), vec![("cookie", "a=b"), ("cookie", "c=d")]].concat()))?;
    let (status, _) = http2.response(1)?;
    expect(status == 200, || format!("expected 200, found {status}"))
}

fn pseudo_fields_come_first(server: &Server) -> Result<(), Finding> {
    let mut lines = get_lines("/plain.txt");
    lines.insert(3, ("accept", "*/*"));
    malformed(server, &lines)
}

fn pseudo_fields_are_those_of_requests(server: &Server) -> Result<(), Finding> {
    malformed_with(server, (":status", "200"))?;
    malformed_with(server, (":unknown", "a"))
}

fn pseudo_fields_come_once(server: &Server) -> Result<(), Finding> {
    for line in get_lines("/plain.txt").split_off(0) {
        // A second host would also be a conflict of the first.
        if line.0 != ":authority" {
            malformed_with(server, line)?;
        }
    }
    Ok(())
}

fn trailers_have_no_pseudo_fields(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([request_head(1, &get_lines("/plain.txt")), request(1, &[(":method", "GET")])].concat())?;
    http2.expect_reset(1, &[code::PROTOCOL_ERROR])
}

fn a_request_says_method_scheme_and_path(server: &Server) -> Result<(), Finding> {
    for at in 0..3 {
        let mut lines = get_lines("/plain.txt");
        lines.remove(at);
        malformed(server, &lines)?;
    }
    Ok(())
}

fn a_path_is_not_empty(server: &Server) -> Result<(), Finding> {
    malformed(server, &get_lines(""))
}

fn one_request_is_for_one_host(server: &Server) -> Result<(), Finding> {
    malformed_with(server, ("host", "b"))
}

fn content_in_frames_is_read(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    let head = frame(kind::HEADERS, flag::END_HEADERS, 1, block(&get_lines("/plain.txt")));
    let padded = frame(kind::DATA, flag::PADDED, 1, [3, b'a', 0, 0, 0]);
    http2.send([head, padded, frame(kind::DATA, 0, 1, ""), frame(kind::DATA, flag::END_STREAM, 1, "b")].concat())?;
    http2.response(1)?;
    http2.works(3)
}

fn names_have_no_other_characters(server: &Server) -> Result<(), Finding> {
    for name in ["a b", "a:b", "a\u{7F}", "a\u{E9}", "a\r", "\0", ""] {
        malformed_with(server, (name, "a"))?;
    }
    Ok(())
}

fn values_have_no_whitespace_around_them(server: &Server) -> Result<(), Finding> {
    for value in [" a", "a ", "\ta", "a\t"] {
        malformed_with(server, ("x-value", value))?;
    }
    Ok(())
}

fn what_is_wrong_with_a_field_is_400(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(request(1, &[get_lines("/plain.txt"), vec![("x-value", "a\nb")]].concat()))?;
    let (status, _) = http2.response(1)?;
    expect(status == 400, || format!("expected 400, found {status}"))
}

fn a_path_begins_with_a_slash(server: &Server) -> Result<(), Finding> {
    for path in ["plain.txt", "*", "http://a/plain.txt"] {
        malformed(server, &get_lines(path))?;
    }
    Ok(())
}

fn options_may_ask_of_the_server_as_a_whole(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(request(1, &[vec![(":method", "OPTIONS")], get_lines("*").split_off(1)].concat()))?;
    let (status, _) = http2.response(1)?;
    expect((200..300).contains(&status), || format!("expected 2xx, found {status}"))
}

fn connect_has_neither_scheme_nor_path(server: &Server) -> Result<(), Finding> {
    malformed(server, &[vec![(":method", "CONNECT")], get_lines("/plain.txt").split_off(1)].concat())?;
    malformed(server, &[(":method", "CONNECT")])
}

fn nobody_switches_protocols(server: &Server) -> Result<(), Finding> {
    let request = server.request(
        "GET",
        "/plain.txt",
        &["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: "],
    );
    server.raw(request)?.expect(&[200]).map(drop)
}
