//! Many exchanges on one connection: HTTP/2.

use super::stage::Stage;
use std::time::Duration;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The head of a GET whose content is to come.
fn head(stream: u32, lines: &[u8]) -> Vec<u8> {
    // GET, http; `:path` and `:authority` as literals that enter no table.
    let block = [&[0x82, 0x86, 0x04, 10], &b"/small.png\x01\x01a"[..], lines].concat();
    frame(HEADERS, END_HEADERS, stream, &block)
}

/// Behind preface and settings.
fn open(stage: &mut Stage) -> usize {
    stage.shelf.write("small.png", "0123456789");
    let client = stage.connect();
    stage.send(client, [&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(4, 0, 0, &[])].concat());
    stage.take_bytes(client);
    client
}

/// Type and stream of the frames that the client has got since the last call of this.
fn frames(stage: &mut Stage, client: usize) -> Vec<(u8, u32)> {
    let output = stage.take_bytes(client);
    let (mut rest, mut frames) = (&output[..], Vec::new());
    while let Some((&[a, b, c, kind, _, d, e, f, g], behind)) = rest.split_first_chunk::<9>() {
        frames.push((kind, u32::from_be_bytes([d, e, f, g])));
        rest = &behind[u32::from_be_bytes([0, a, b, c]) as usize..];
    }
    assert!(rest.is_empty(), "a part of a frame");
    frames
}

#[test]
fn heads_that_wait_for_content_are_kept_up_to_64_kib() {
    let mut stage = Stage::new();
    let client = open(&mut stage);
    // A literal name and a value of 8 KiB.
    let long = [&[0, 1, b'x', 0x7F, 0x81, 0x3F], &[b'y'; 8192][..]].concat();
    let streams: Vec<u32> = (0..20).map(|at| 2 * at + 1).collect();
    for stream in &streams {
        stage.send(client, head(*stream, &long));
    }
    let answered = frames(&mut stage, client);
    // Eight are kept; to ask for more than that is to be answered without what is to come.
    let expected: Vec<(u8, u32)> =
        streams[8..].iter().flat_map(|stream| [(HEADERS, *stream), (DATA, *stream)]).collect();
    assert_eq!(answered, expected);
    for stream in &streams[..8] {
        stage.send(client, frame(DATA, END_STREAM, *stream, b"z"));
        assert_eq!(frames(&mut stage, client), [(HEADERS, *stream), (DATA, *stream)]);
    }
    // They make room.
    stage.send(client, head(41, &long));
    assert_eq!(frames(&mut stage, client), []);
}

#[test]
fn content_that_is_too_large_to_be_read_is_not_waited_for() {
    let mut stage = Stage::new();
    let client = open(&mut stage);
    // `content-length` and `expect` of the static table.
    let lines = [&[0x0F, 28 - 15, 7], &b"2000000"[..], &[0x0F, 35 - 15, 12], b"100-continue"].concat();
    stage.send(client, head(1, &lines));
    assert_eq!(frames(&mut stage, client), [(HEADERS, 1), (DATA, 1)]);
    stage.advance(Duration::from_secs(2));
    assert_eq!(frames(&mut stage, client), [(RST_STREAM, 1)]);
}

#[test]
fn who_is_told_of_a_fault_and_does_not_go_is_not_waited_for_at_the_end() {
    let mut stage = Stage::new();
    let client = open(&mut stage);
    // HEADERS on stream 2.
    stage.send(client, frame(HEADERS, END_HEADERS, 2, &[0x82]));
    assert_eq!((frames(&mut stage, client), stage.state(client)), (vec![(GOAWAY, 0)], "shut"));
    stage.drain();
    assert!(!stage.has_ended());
    stage.advance(Duration::from_secs(2));
    assert_eq!((stage.state(client), stage.has_ended()), ("closed", true));
}
