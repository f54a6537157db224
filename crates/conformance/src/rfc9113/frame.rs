//! RFC 9113 §4, §6.1 to §6.4, §6.10: frames and field blocks.

use super::connection::ends;
use crate::finding::{Finding, expect};
use crate::http2::{Frame, block, code, flag, frame, get, get_lines, kind, request_head, settings, window_update};
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9113:
    Must "4.1" frames_of_unknown_types_are_passed_over,
    Must "4.1" the_reserved_bit_is_passed_over,
    Must "4.2" a_frame_is_not_larger_than_was_allowed,
    Must "4.3" a_field_block_that_cannot_be_read_ends_the_connection,
    Must "6.1" data_is_of_a_stream,
    Must "6.1" padding_of_data_is_shorter_than_its_frame,
    Must "6.2" headers_are_of_a_stream,
    Must "6.2" padding_of_headers_is_taken_off,
    Must "6.2" padding_of_headers_is_shorter_than_its_frame,
    Must "6.3" a_priority_is_of_a_stream,
    Must "6.3" a_priority_has_five_bytes,
    Must "5.3.2" a_priority_does_nothing,
    Must "6.4" a_reset_is_of_a_stream,
    Must "6.4" a_reset_has_four_bytes,
    Must "6.10" a_field_block_may_come_in_pieces,
    Must "6.10" nothing_comes_between_the_pieces_of_a_field_block,
    Must "6.10" a_continuation_continues_something,
    Should "10.5.1" a_field_block_has_an_end,
    Must "4.1" unused_flags_are_passed_over,
    Must "4.1" a_server_sets_the_flags_that_its_frames_have,
    Must "4.2" a_frame_may_be_as_long_as_was_allowed,
    Must "4.1" a_server_sends_no_longer_frames_than_are_let,
    Must "6.1" padding_is_not_all_of_a_frame,
    Must "6.2" a_priority_in_headers_does_nothing,
    Must "6.10" a_continuation_is_of_a_stream,
    Must "6.4" a_reset_is_not_answered_with_a_reset,
    Must "7" unknown_error_codes_do_nothing,
    Must "10.5.1" a_field_block_that_is_refused_is_read_all_the_same,
}

fn frames_of_unknown_types_are_passed_over(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(frame(0xBA, 0xFF, 0, "grease"))?;
    http2.send(frame(0xFA, 0, 7, ""))?;
    http2.works(1)
}

fn the_reserved_bit_is_passed_over(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(frame(kind::PING, 0, 1 << 31, "12345678"))?;
    http2.find("PING", |frame| frame.kind == kind::PING)?;
    http2.works(1)
}

fn a_frame_is_not_larger_than_was_allowed(server: &Server) -> Result<(), Finding> {
    ends(
        server,
        frame(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, 1, [0; 16_385]),
        &[code::FRAME_SIZE_ERROR],
    )?;
    let post = [get_lines("/plain.txt"), vec![("content-length", "16385")]].concat();
    let mut http2 = server.http2()?;
    http2.send([request_head(1, &post), frame(kind::DATA, 0, 1, [0; 16_385])].concat())?;
    http2.expect_reset(1, &[code::FRAME_SIZE_ERROR])
}

fn a_field_block_that_cannot_be_read_ends_the_connection(server: &Server) -> Result<(), Finding> {
    let flags = flag::END_HEADERS | flag::END_STREAM;
    // A literal whose value is not all there.
    ends(server, frame(kind::HEADERS, flags, 1, [0x82, 0x86, 0x84, 0x41, 5, b'a']), &[code::COMPRESSION_ERROR])
}

fn data_is_of_a_stream(server: &Server) -> Result<(), Finding> {
    ends(server, frame(kind::DATA, 0, 0, "x"), &[code::PROTOCOL_ERROR])
}

fn padding_of_data_is_shorter_than_its_frame(server: &Server) -> Result<(), Finding> {
    let data = frame(kind::DATA, flag::PADDED | flag::END_STREAM, 1, [5, b'a', 0, 0]);
    ends(server, [request_head(1, &get_lines("/plain.txt")), data].concat(), &[code::PROTOCOL_ERROR])
}

fn headers_are_of_a_stream(server: &Server) -> Result<(), Finding> {
    let headers = frame(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, 0, block(&get_lines("/plain.txt")));
    ends(server, headers, &[code::PROTOCOL_ERROR])
}

fn padding_of_headers_is_taken_off(server: &Server) -> Result<(), Finding> {
    let flags = flag::END_HEADERS | flag::END_STREAM | flag::PADDED;
    let padded = [&[9][..], &block(&get_lines("/plain.txt")), &[0; 9]].concat();
    let mut http2 = server.http2()?;
    http2.send(frame(kind::HEADERS, flags, 1, padded))?;
    http2.response(1)?;
    http2.works(3)
}

fn padding_of_headers_is_shorter_than_its_frame(server: &Server) -> Result<(), Finding> {
    let flags = flag::END_HEADERS | flag::END_STREAM | flag::PADDED;
    ends(server, frame(kind::HEADERS, flags, 1, [9, 0x82, 0x86, 0x84]), &[code::PROTOCOL_ERROR])
}

fn a_priority_is_of_a_stream(server: &Server) -> Result<(), Finding> {
    ends(server, frame(kind::PRIORITY, 0, 0, [0; 5]), &[code::PROTOCOL_ERROR])
}

fn a_priority_has_five_bytes(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([request_head(1, &get_lines("/plain.txt")), frame(kind::PRIORITY, 0, 1, [0; 4])].concat())?;
    http2.expect_reset(1, &[code::FRAME_SIZE_ERROR])
}

fn a_priority_does_nothing(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    // A loop, and a stream that does not exist.
    http2
        .send([frame(kind::PRIORITY, 0, 3, [0, 0, 0, 5, 1]), frame(kind::PRIORITY, 0, 5, [0, 0, 0, 3, 1])].concat())?;
    http2.works(7)
}

fn a_reset_is_of_a_stream(server: &Server) -> Result<(), Finding> {
    ends(server, frame(kind::RST_STREAM, 0, 0, [0; 4]), &[code::PROTOCOL_ERROR])
}

fn a_reset_has_four_bytes(server: &Server) -> Result<(), Finding> {
    let bytes = [request_head(1, &get_lines("/plain.txt")), frame(kind::RST_STREAM, 0, 1, [0; 3])].concat();
    ends(server, bytes, &[code::FRAME_SIZE_ERROR])
}

/// The start of a request, and its rest in a CONTINUATION.
fn pieces(stream: u32) -> [Vec<u8>; 2] {
    let block = block(&get_lines("/plain.txt"));
    let (start, rest) = block.split_at(7);
    [frame(kind::HEADERS, flag::END_STREAM, stream, start), frame(kind::CONTINUATION, flag::END_HEADERS, stream, rest)]
}

fn a_field_block_may_come_in_pieces(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    let [start, rest] = pieces(1);
    http2.send(&start)?;
    http2.send(&rest)?;
    http2.response(1)?;
    http2.works(3)
}

fn nothing_comes_between_the_pieces_of_a_field_block(server: &Server) -> Result<(), Finding> {
    let [start, rest] = pieces(1);
    let other = frame(kind::CONTINUATION, flag::END_HEADERS, 3, &rest[9..]);
    for between in [frame(kind::PING, 0, 0, "12345678"), get(3, "/plain.txt"), frame(0xBA, 0, 0, ""), other] {
        ends(server, [&start[..], &between, &rest].concat(), &[code::PROTOCOL_ERROR])?;
    }
    Ok(())
}

fn a_continuation_continues_something(server: &Server) -> Result<(), Finding> {
    let [_, rest] = pieces(1);
    ends(server, &rest, &[code::PROTOCOL_ERROR])?;
    ends(server, [get(1, "/plain.txt"), rest].concat(), &[code::PROTOCOL_ERROR, code::STREAM_CLOSED])
}

/// A server that reads on for ever can be made to do nothing else (CVE-2024-27316 and its like).
fn a_field_block_has_an_end(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(&pieces(1)[0])?;
    let more = frame(kind::CONTINUATION, 0, 1, [0; 4096]);
    for _ in 0..100 {
        http2.send(&more)?;
    }
    let is_end = |frame: Option<Frame>| frame.is_none_or(|frame| frame.kind == kind::GOAWAY);
    loop {
        if is_end(http2.receive()?) {
            return Ok(());
        }
    }
}

fn unused_flags_are_passed_over(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([frame(kind::SETTINGS, 0xFE, 0, ""), frame(kind::WINDOW_UPDATE, 0xFF, 0, [0, 0, 0, 1])].concat())?;
    let lines = block(&get_lines("/plain.txt"));
    http2.send(frame(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM | 0xD2, 1, lines))?;
    http2.response(1)?;
    http2.send(frame(kind::PING, 0xFE, 0, "12345678"))?;
    http2.find("PING", |frame| frame.kind == kind::PING).map(drop)
}

fn a_server_sets_the_flags_that_its_frames_have(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([get(1, "/plain.txt"), get(3, "/none")].concat())?;
    for frame in http2.until_ping()? {
        let flags = match frame.kind {
            kind::DATA => flag::END_STREAM | flag::PADDED,
            kind::HEADERS => flag::END_STREAM | flag::END_HEADERS | flag::PADDED | flag::PRIORITY,
            kind::SETTINGS => flag::ACK,
            _ => 0,
        };
        let is_sound = frame.flags & !flags == 0 && frame.stream < 1 << 31;
        expect(is_sound, || format!("a frame of type {} with flags {:#x}", frame.kind, frame.flags))?;
    }
    Ok(())
}

fn a_frame_may_be_as_long_as_was_allowed(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([frame(0xBA, 0, 0, [0; 16_384]), request_head(1, &get_lines("/plain.txt"))].concat())?;
    http2.send(frame(kind::DATA, flag::END_STREAM, 1, [0; 16_384]))?;
    http2.response(1)?;
    http2.works(3)
}

fn a_server_sends_no_longer_frames_than_are_let(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([settings(&[(4, 1 << 21)]), window_update(0, 1 << 21), get(1, "/large.bin")].concat())?;
    // Longer ones than 16,384 bytes are not even received.
    let (_, content) = http2.response(1)?;
    expect(content == crate::material::large(), || format!("{} other bytes", content.len()))
}

fn padding_is_not_all_of_a_frame(server: &Server) -> Result<(), Finding> {
    // As long as the payload, its own length included.
    let data = frame(kind::DATA, flag::PADDED | flag::END_STREAM, 1, [4, 0, 0, 0]);
    ends(server, [request_head(1, &get_lines("/plain.txt")), data].concat(), &[code::PROTOCOL_ERROR])
}

fn a_priority_in_headers_does_nothing(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    let payload = [&[0x80, 0, 0, 7, 200][..], &block(&get_lines("/plain.txt"))].concat();
    http2.send(frame(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM | flag::PRIORITY, 1, payload))?;
    http2.response(1)?;
    http2.works(3)
}

fn a_continuation_is_of_a_stream(server: &Server) -> Result<(), Finding> {
    let [start, rest] = pieces(1);
    let rest = frame(kind::CONTINUATION, flag::END_HEADERS, 0, &rest[9..]);
    ends(server, [start, rest].concat(), &[code::PROTOCOL_ERROR])
}

fn a_reset_is_not_answered_with_a_reset(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([request_head(1, &get_lines("/plain.txt")), frame(kind::RST_STREAM, 0, 1, [0, 0, 0, 8])].concat())?;
    let reset = http2.until_ping()?.into_iter().find(|frame| frame.kind == kind::RST_STREAM);
    expect(reset.is_none(), || format!("found {reset:?}"))
}

fn unknown_error_codes_do_nothing(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    let reset = frame(kind::RST_STREAM, 0, 1, [0xDE, 0xAD, 0xBE, 0xEF]);
    http2.send([request_head(1, &get_lines("/plain.txt")), reset].concat())?;
    http2.works(3)
}

fn a_field_block_that_is_refused_is_read_all_the_same(server: &Server) -> Result<(), Finding> {
    // A line that enters the table, in a request that is malformed; the next request needs it.
    let flags = flag::END_HEADERS | flag::END_STREAM;
    let bad = b"\x82\x86\x44\x0a/plain.txt\x41\x01a\x00\x0aconnection\x05close";
    let mut http2 = server.http2()?;
    http2.send(frame(kind::HEADERS, flags, 1, bad))?;
    http2.send(frame(kind::HEADERS, flags, 3, [0x82, 0x86, 0xBF, 0xBE]))?;
    let (status, content) = http2.response(3)?;
    expect(status == 200 && content == crate::material::plain(), || format!("found {status}"))
}
