//! RFC 9113 §3, §6.5, §6.7, §6.8: how a connection begins, and what is said on it.

use crate::finding::{Finding, expect};
use crate::http2::{Frame, Http2, PREFACE, code, flag, frame, get, kind, settings};
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9113:
    Must "3.4" settings_are_the_first_frame_of_a_server,
    Must "3.4" a_preface_that_is_none_ends_the_connection,
    Must "3.4" a_connection_begins_with_settings,
    Must "6.5.3" settings_are_acknowledged,
    Must "6.5" an_acknowledgement_has_no_settings,
    Must "6.5" settings_are_of_the_connection,
    Must "6.5" settings_are_whole,
    Must "6.5.2" unknown_settings_are_passed_over,
    Must "6.5.2" settings_have_values_that_they_can_have,
    Must "6.5.2" an_initial_window_is_less_than_two_to_the_31,
    Must "6.7" a_ping_comes_back_as_it_was,
    Must "6.7" an_answered_ping_is_not_answered,
    Must "6.7" a_ping_has_eight_bytes,
    Must "6.7" a_ping_is_of_the_connection,
    Must "6.8" goaway_is_of_the_connection,
    Must "6.6" a_client_does_not_push,
    Must "6.5.2" settings_of_a_server_have_values_that_they_can_have,
    Must "6.5.2" nothing_is_pushed_to_whoever_wants_none,
    Must "4.3.1" a_smaller_table_of_ours_is_obeyed,
}

/// These bytes, behind the preface and SETTINGS, end the connection with this error.
pub(super) fn ends(server: &Server, bytes: impl AsRef<[u8]>, codes: &[u32]) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(bytes)?;
    http2.expect_end(codes)
}

fn settings_are_the_first_frame_of_a_server(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    let first = http2.receive()?;
    let is_settings = |frame: &Frame| frame.kind == kind::SETTINGS && frame.flags & flag::ACK == 0;
    expect(first.as_ref().is_some_and(is_settings), || format!("expected SETTINGS, found {first:?}"))
}

fn a_preface_that_is_none_ends_the_connection(server: &Server) -> Result<(), Finding> {
    let mut http2 = Http2::connect(server.http2)?;
    http2.send("PRI * HTTP/2.0\r\n\r\nSN\r\n\r\n")?;
    http2.send(settings(&[]))?;
    http2.expect_end(&[code::PROTOCOL_ERROR])
}

fn a_connection_begins_with_settings(server: &Server) -> Result<(), Finding> {
    let mut http2 = Http2::connect(server.http2)?;
    http2.send([PREFACE, &get(1, "/plain.txt")].concat())?;
    http2.expect_end(&[code::PROTOCOL_ERROR])
}

fn settings_are_acknowledged(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    let is_answer = |frame: &Frame| frame.kind == kind::SETTINGS && frame.flags & flag::ACK != 0;
    for _ in 0..2 {
        let answer = http2.find("SETTINGS with ACK", is_answer)?;
        expect(answer.payload.is_empty(), || format!("an acknowledgement with {:?}", answer.payload))?;
        http2.send(settings(&[(3, 10)]))?;
    }
    Ok(())
}

fn an_acknowledgement_has_no_settings(server: &Server) -> Result<(), Finding> {
    ends(server, frame(kind::SETTINGS, flag::ACK, 0, [0; 6]), &[code::FRAME_SIZE_ERROR])
}

fn settings_are_of_the_connection(server: &Server) -> Result<(), Finding> {
    ends(server, frame(kind::SETTINGS, 0, 1, [0, 3, 0, 0, 0, 100]), &[code::PROTOCOL_ERROR])
}

fn settings_are_whole(server: &Server) -> Result<(), Finding> {
    ends(server, frame(kind::SETTINGS, 0, 0, [0, 3, 0, 0, 0]), &[code::FRAME_SIZE_ERROR])
}

fn unknown_settings_are_passed_over(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(settings(&[(0xFF, 1), (0x0A0A, u32::MAX)]))?;
    http2.works(1)
}

fn settings_have_values_that_they_can_have(server: &Server) -> Result<(), Finding> {
    ends(server, settings(&[(2, 2)]), &[code::PROTOCOL_ERROR])?;
    ends(server, settings(&[(5, 16_383)]), &[code::PROTOCOL_ERROR])?;
    ends(server, settings(&[(5, 1 << 24)]), &[code::PROTOCOL_ERROR])
}

fn an_initial_window_is_less_than_two_to_the_31(server: &Server) -> Result<(), Finding> {
    ends(server, settings(&[(4, 1 << 31)]), &[code::FLOW_CONTROL_ERROR])
}

fn a_ping_comes_back_as_it_was(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send(frame(kind::PING, 0, 0, "12345678"))?;
    let answer = http2.find("PING", |frame| frame.kind == kind::PING)?;
    expect(answer.flags == flag::ACK && answer.payload == b"12345678", || format!("found {answer:?}"))
}

fn an_answered_ping_is_not_answered(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([frame(kind::PING, flag::ACK, 0, "answered"), frame(kind::PING, 0, 0, "12345678")].concat())?;
    let answer = http2.find("PING", |frame| frame.kind == kind::PING)?;
    expect(answer.payload == b"12345678", || format!("found {answer:?}"))
}

fn a_ping_has_eight_bytes(server: &Server) -> Result<(), Finding> {
    ends(server, frame(kind::PING, 0, 0, "1234567"), &[code::FRAME_SIZE_ERROR])?;
    ends(server, frame(kind::PING, 0, 0, "123456789"), &[code::FRAME_SIZE_ERROR])
}

fn a_ping_is_of_the_connection(server: &Server) -> Result<(), Finding> {
    ends(server, frame(kind::PING, 0, 1, "12345678"), &[code::PROTOCOL_ERROR])
}

fn goaway_is_of_the_connection(server: &Server) -> Result<(), Finding> {
    ends(server, frame(kind::GOAWAY, 0, 1, [0; 8]), &[code::PROTOCOL_ERROR])
}

fn a_client_does_not_push(server: &Server) -> Result<(), Finding> {
    let push = frame(kind::PUSH_PROMISE, flag::END_HEADERS, 1, [0, 0, 0, 2, 0x82]);
    ends(server, [get(1, "/plain.txt"), push].concat(), &[code::PROTOCOL_ERROR])
}

fn settings_of_a_server_have_values_that_they_can_have(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    let said = http2.find("SETTINGS", |frame| frame.kind == kind::SETTINGS)?;
    expect(said.payload.len().is_multiple_of(6), || format!("SETTINGS of {} bytes", said.payload.len()))?;
    for setting in said.payload.chunks(6) {
        let id = u16::from_be_bytes([setting[0], setting[1]]);
        let value = u32::from_be_bytes([setting[2], setting[3], setting[4], setting[5]]);
        let is_sound = match id {
            // A server takes no pushes (RFC 9113 §6.5.2).
            2 => value == 0,
            4 => value < 1 << 31,
            5 => (16_384..1 << 24).contains(&value),
            _ => true,
        };
        expect(is_sound, || format!("setting {id} is {value}"))?;
    }
    Ok(())
}

fn nothing_is_pushed_to_whoever_wants_none(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.send([settings(&[(2, 0)]), get(1, "/index.html")].concat())?;
    http2.response(1)?;
    let pushed = http2.until_ping()?.into_iter().find(|frame| frame.kind == kind::PUSH_PROMISE);
    expect(pushed.is_none(), || format!("found {pushed:?}"))
}

fn a_smaller_table_of_ours_is_obeyed(server: &Server) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    http2.works(1)?;
    http2.send([settings(&[(1, 0)]), get(3, "/plain.txt"), get(5, "/plain.txt")].concat())?;
    let head = http2.find("HEADERS", |frame| frame.kind == kind::HEADERS && frame.stream == 3)?;
    // Its size from here on is 0, which is one byte; or no line of it is ever referred to, for it was 0 from the start.
    let is_said = head.payload.first() == Some(&0x20);
    expect(is_said, || format!("a block that begins with {:x?}", head.payload.first()))?;
    http2.response(5).map(drop)
}
