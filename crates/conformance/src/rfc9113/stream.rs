//! RFC 9113 §5.1: streams.

use super::connection::ends;
use crate::finding::{Finding, expect};
use crate::http2::{code, flag, frame, get, get_lines, kind, request, request_head, settings, window_update};
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9113:
    Must "5.1" data_is_of_a_stream_that_is_open,
    Must "5.1" a_reset_is_of_a_stream_that_is_open,
    Must "5.1" a_window_is_of_a_stream_that_is_open,
    Must "5.1" nothing_comes_behind_the_end_of_a_request,
    Must "5.1.1" streams_of_a_client_are_odd,
    Must "5.1.1" numbers_of_streams_go_up,
    Must "5.1.2" more_streams_than_allowed_are_refused,
    Must "5.4.2" a_stream_that_ends_ends_alone,
    Must "5.1" a_reset_stream_sends_nothing_more,
    Must "5.1.1" a_number_is_used_once,
    Must "6.1" content_of_a_stream_that_has_ended_is_an_error,
    Must "5.4.1" behind_an_error_the_connection_is_closed,
    Should "5.4.1" an_error_says_which_stream_was_the_last,
    Must "8.7" requests_may_be_answered_in_any_order,
}

fn data_is_of_a_stream_that_is_open(server: &Server) -> Result<(), Finding> {
    ends(server, frame(kind::DATA, flag::END_STREAM, 1, "x"), &[code::PROTOCOL_ERROR, code::STREAM_CLOSED])
}

fn a_reset_is_of_a_stream_that_is_open(server: &Server) -> Result<(), Finding> {
    ends(server, frame(kind::RST_STREAM, 0, 1, [0, 0, 0, 8]), &[code::PROTOCOL_ERROR])
}

fn a_window_is_of_a_stream_that_is_open(server: &Server) -> Result<(), Finding> {
    ends(server, window_update(1, 100), &[code::PROTOCOL_ERROR])
}

fn nothing_comes_behind_the_end_of_a_request(server: &Server) -> Result<(), Finding> {
    // The windows are shut, so the stream is still there.
    for behind in [frame(kind::DATA, 0, 1, "x"), request(1, &get_lines("/plain.txt"))] {
        let mut http2 = server.http2()?;
        http2.send(settings(&[(4, 0)]))?;
        http2.send([get(1, "/plain.txt"), behind].concat())?;
        let is_meant = |kind: u8| kind == kind::RST_STREAM || kind == kind::GOAWAY;
        while let Some(frame) = http2.receive()? {
            if is_meant(frame.kind) {
                let code = frame.payload.get(if frame.kind == kind::GOAWAY { 4..8 } else { 0..4 });
                let codes: [&[u8]; 2] = [&[0, 0, 0, 5], &[0, 0, 0, 1]];
                return expect(code.is_some_and(|code| codes.contains(&code)), || format!("found {frame:?}"));
            }
        }
    }
    Ok(())
}

fn streams_of_a_client_are_odd(server: &Server) -> Result<(), Finding> {
    ends(server, get(2, "/plain.txt"), &[code::PROTOCOL_ERROR])
}

fn numbers_of_streams_go_up(server: &Server) -> Result<(), Finding> {
    ends(server, [get(5, "/plain.txt"), get(3, "/plain.txt")].concat(), &[code::PROTOCOL_ERROR])
}

fn more_streams_than_allowed_are_refused(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    let said = http2.find("SETTINGS", |frame| frame.kind == kind::SETTINGS)?;
    let max = said.payload.chunks(6).find(|setting| setting[..2] == [0, 3]);
    // Without a word any number is allowed.
    let Some(&[_, _, a, b, c, d]) = max else { return Ok(()) };
    let max = u32::from_be_bytes([a, b, c, d]).min(5000);
    http2.send(settings(&[(4, 0)]))?;
    let all: Vec<u8> = (0..=max).flat_map(|at| get(2 * at + 1, "/plain.txt")).collect();
    http2.send(all)?;
    http2.expect_reset(2 * max + 1, &[code::PROTOCOL_ERROR, 7])
}

fn a_stream_that_ends_ends_alone(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([request_head(1, &get_lines("/plain.txt")), frame(kind::RST_STREAM, 0, 1, [0, 0, 0, 8])].concat())?;
    http2.works(3)
}

fn a_reset_stream_sends_nothing_more(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([settings(&[(4, 100)]), get(1, "/plain.txt")].concat())?;
    http2.find("DATA", |frame| frame.kind == kind::DATA)?;
    http2.send([frame(kind::RST_STREAM, 0, 1, [0, 0, 0, 8]), frame(kind::PING, 0, 0, "12345678")].concat())?;
    http2.find("PING", |frame| frame.kind == kind::PING)?;
    http2.send([settings(&[(4, 60_000)]), get(3, "/plain.txt")].concat())?;
    let next = http2.find("DATA", |frame| frame.kind == kind::DATA)?;
    expect(next.stream == 3, || format!("found DATA of stream {}", next.stream))
}

fn requests_may_be_answered_in_any_order(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([settings(&[(4, 100)]), get(1, "/plain.txt"), settings(&[(4, 100)])].concat())?;
    http2.find("DATA", |frame| frame.kind == kind::DATA)?;
    // The first waits for its window.
    http2.send([get(3, "/style.css"), window_update(3, 1000)].concat())?;
    let (status, content) = http2.response(3)?;
    expect((status, content.as_slice()) == (200, b"p { color: black }\n"), || format!("found {status}"))
}

fn a_number_is_used_once(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(get(1, "/plain.txt"))?;
    http2.response(1)?;
    http2.send(get(1, "/plain.txt"))?;
    http2.expect_end(&[code::PROTOCOL_ERROR, code::STREAM_CLOSED])
}

fn content_of_a_stream_that_has_ended_is_an_error(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(get(1, "/plain.txt"))?;
    http2.response(1)?;
    http2.send(frame(kind::DATA, flag::END_STREAM, 1, "x"))?;
    http2.expect_reset(1, &[code::STREAM_CLOSED])
}

fn behind_an_error_the_connection_is_closed(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(frame(kind::PING, 0, 1, "12345678"))?;
    while http2.receive()?.is_some() {}
    Ok(())
}

fn an_error_says_which_stream_was_the_last(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.works(5)?;
    http2.send(frame(kind::PING, 0, 1, "12345678"))?;
    loop {
        match http2.receive()? {
            Some(frame) if frame.kind == kind::GOAWAY => {
                return expect(frame.number(0) == 5, || format!("GOAWAY with {} behind stream 5", frame.number(0)));
            }
            Some(_) => {}
            None => return Err(Finding::new("the end of the connection without GOAWAY")),
        }
    }
}
