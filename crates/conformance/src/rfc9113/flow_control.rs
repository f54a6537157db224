//! RFC 9113 §5.2, §6.9: windows.

use super::connection::ends;
use crate::finding::{Finding, expect};
use crate::http2::{Frame, code, frame, get, get_lines, kind, request_head, settings, window_update};
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9113:
    Must "6.9.1" content_stops_where_the_window_of_its_stream_ends,
    Must "6.9.1" content_stops_where_the_window_of_the_connection_ends,
    Must "6.9.2" a_changed_initial_window_changes_open_streams,
    Must "6.9" a_window_of_the_connection_grows_by_something,
    Must "6.9" a_window_of_a_stream_grows_by_something,
    Must "6.9" a_window_update_has_four_bytes,
    Must "6.9.1" a_window_of_the_connection_has_31_bits,
    Must "6.9.1" a_window_of_a_stream_has_31_bits,
    Must "6.9" content_beyond_our_window_is_an_error,
    Must "6.9.2" a_window_may_be_below_zero,
    Must "6.9.2" an_initial_window_that_is_too_much_for_a_stream_is_an_error,
    Must "6.5.3" settings_are_taken_in_their_order,
    Must "6.9" a_window_may_be_opened_on_a_stream_that_has_ended,
    Must "6.9" content_of_a_stream_that_was_reset_is_counted,
    Must "6.9.1" an_end_needs_no_window,
}

fn data_bytes(frames: &[Frame]) -> usize {
    frames.iter().filter(|frame| frame.kind == kind::DATA).map(|frame| frame.payload.len()).sum()
}

fn content_stops_where_the_window_of_its_stream_ends(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([settings(&[(4, 100)]), get(1, "/plain.txt")].concat())?;
    http2.find("DATA", |frame| frame.kind == kind::DATA && frame.payload.len() == 100)?;
    let more = data_bytes(&http2.until_ping()?);
    expect(more == 0, || format!("{more} bytes beyond the window"))?;
    http2.send(window_update(1, 50))?;
    let next = http2.find("DATA", |frame| frame.kind == kind::DATA)?;
    expect(next.payload.len() <= 50, || format!("{} bytes in a window of 50", next.payload.len()))
}

fn content_stops_where_the_window_of_the_connection_ends(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([settings(&[(4, 1 << 20)]), get(1, "/large.bin")].concat())?;
    let mut sent = 0;
    while sent < 65_535 {
        sent += http2.find("DATA", |frame| frame.kind == kind::DATA)?.payload.len();
    }
    sent += data_bytes(&http2.until_ping()?);
    expect(sent == 65_535, || format!("{sent} bytes in a window of 65535"))
}

fn a_changed_initial_window_changes_open_streams(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([settings(&[(4, 0)]), get(1, "/plain.txt")].concat())?;
    http2.find("HEADERS", |frame| frame.kind == kind::HEADERS)?;
    let more = data_bytes(&http2.until_ping()?);
    expect(more == 0, || format!("{more} bytes in a window of 0"))?;
    http2.send(settings(&[(4, 7)]))?;
    let next = http2.find("DATA", |frame| frame.kind == kind::DATA && !frame.payload.is_empty())?;
    expect(next.payload.len() == 7, || format!("{} bytes in a window of 7", next.payload.len()))
}

fn a_window_of_the_connection_grows_by_something(server: &Server) -> Result<(), Finding> {
    ends(server, window_update(0, 0), &[code::PROTOCOL_ERROR])
}

fn a_window_of_a_stream_grows_by_something(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([settings(&[(4, 1)]), get(1, "/plain.txt")].concat())?;
    http2.find("DATA", |frame| frame.kind == kind::DATA)?;
    http2.send(window_update(1, 0))?;
    http2.expect_reset(1, &[code::PROTOCOL_ERROR])
}

fn a_window_update_has_four_bytes(server: &Server) -> Result<(), Finding> {
    ends(server, frame(kind::WINDOW_UPDATE, 0, 0, [0, 0, 1]), &[code::FRAME_SIZE_ERROR])
}

fn a_window_of_the_connection_has_31_bits(server: &Server) -> Result<(), Finding> {
    ends(server, window_update(0, 0x7FFF_FFFF), &[code::FLOW_CONTROL_ERROR])
}

fn a_window_of_a_stream_has_31_bits(server: &Server) -> Result<(), Finding> {
    // The window of the connection keeps the stream from its end.
    let mut http2 = server.http2()?;
    http2.send([settings(&[(4, 1)]), get(1, "/large.bin")].concat())?;
    http2.find("DATA", |frame| frame.kind == kind::DATA)?;
    http2.send([window_update(1, 0x7FFF_FFFF), window_update(1, 0x7FFF_FFFF)].concat())?;
    http2.expect_reset(1, &[code::FLOW_CONTROL_ERROR])
}

fn content_beyond_our_window_is_an_error(server: &Server) -> Result<(), Finding> {
    // As much as no server takes at once, of a stream that waits for its own window and is not read.
    let mut http2 = server.http2()?;
    http2.send(settings(&[(4, 0)]))?;
    let post = [vec![(":method", "POST")], get_lines("/plain.txt").split_off(1)].concat();
    http2.send(request_head(1, &post))?;
    let data = frame(kind::DATA, 0, 1, [0; 16_384]);
    for _ in 0..2000 {
        http2.send(&data)?;
    }
    http2.expect_reset(1, &[0, code::FLOW_CONTROL_ERROR, code::STREAM_CLOSED, 8])
}

fn a_window_may_be_below_zero(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([settings(&[(4, 100)]), get(1, "/plain.txt")].concat())?;
    http2.find("DATA", |frame| frame.kind == kind::DATA && frame.payload.len() == 100)?;
    // 100 are sent and 10 are let: 90 are missing.
    http2.send([settings(&[(4, 10)]), window_update(1, 90)].concat())?;
    let more = data_bytes(&http2.until_ping()?);
    expect(more == 0, || format!("{more} bytes in a window of 0"))?;
    http2.send(window_update(1, 20))?;
    let next = http2.find("DATA", |frame| frame.kind == kind::DATA)?;
    expect(next.payload.len() == 20, || format!("{} bytes in a window of 20", next.payload.len()))
}

fn an_initial_window_that_is_too_much_for_a_stream_is_an_error(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([settings(&[(4, 1)]), get(1, "/large.bin")].concat())?;
    http2.find("DATA", |frame| frame.kind == kind::DATA)?;
    http2.send([window_update(1, 0x7FFF_FFFF), settings(&[(4, 0x7FFF_FFFF)])].concat())?;
    http2.expect_end(&[code::FLOW_CONTROL_ERROR])
}

fn settings_are_taken_in_their_order(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([settings(&[(4, 500), (4, 3), (4, 70)]), get(1, "/plain.txt")].concat())?;
    let next = http2.find("DATA", |frame| frame.kind == kind::DATA)?;
    expect(next.payload.len() == 70, || format!("{} bytes in a window of 70", next.payload.len()))
}

fn a_window_may_be_opened_on_a_stream_that_has_ended(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(get(1, "/plain.txt"))?;
    http2.response(1)?;
    http2.send(window_update(1, 100))?;
    http2.works(3)
}

fn content_of_a_stream_that_was_reset_is_counted(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    // Malformed, and its content is under way.
    http2.send(request_head(1, &[get_lines("/plain.txt"), vec![("connection", "close")]].concat()))?;
    for _ in 0..3 {
        http2.send(frame(kind::DATA, 0, 1, [0; 16_384]))?;
    }
    let is_opened = |frame: &Frame| frame.kind == kind::WINDOW_UPDATE && frame.stream == 0;
    http2.find("WINDOW_UPDATE of the connection", is_opened).map(drop)
}

fn an_end_needs_no_window(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([settings(&[(4, 0)]), get(1, "/empty.txt")].concat())?;
    let (status, content) = http2.response(1)?;
    expect(status == 200 && content.is_empty(), || format!("found {status} with {} bytes", content.len()))
}
