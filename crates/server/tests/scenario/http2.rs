//! Many exchanges on one connection: HTTP/2.

use super::stage::Stage;
use std::time::Duration;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
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

/// Type, stream and payload of each frame.
fn read(mut output: &[u8]) -> Vec<(u8, u32, &[u8])> {
    let mut frames = Vec::new();
    while let Some((&[a, b, c, kind, _, d, e, f, g], behind)) = output.split_first_chunk::<9>() {
        let (payload, behind) = behind.split_at(u32::from_be_bytes([0, a, b, c]) as usize);
        frames.push((kind, u32::from_be_bytes([d, e, f, g]), payload));
        output = behind;
    }
    assert!(output.is_empty(), "a part of a frame");
    frames
}

/// Type and stream of the frames that the client has got since the last call of this.
fn frames(stage: &mut Stage, client: usize) -> Vec<(u8, u32)> {
    read(&stage.take_bytes(client)).into_iter().map(|(kind, stream, _)| (kind, stream)).collect()
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

#[test]
fn no_more_than_16_mib_are_made_for_who_takes_nothing() {
    let mut stage = Stage::new();
    let client = open(&mut stage);
    stage.shelf.write("large.txt", "0123456789abcdef\n".repeat(60_000));
    // SETTINGS_INITIAL_WINDOW_SIZE of 0.
    stage.send(client, frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]));
    stage.take_bytes(client);
    // A preview of a text of a MiB, which is more than that as a page.
    let block = [&[0x82, 0x86, 0x04, 18], &b"/large.txt?preview\x01\x01a"[..]].concat();
    let mut statuses = Vec::new();
    for at in 0..40 {
        stage.send(client, frame(HEADERS, END_HEADERS | END_STREAM, 2 * at + 1, &block));
        stage.run_pool();
        statuses.push(status(&stage.take_bytes(client)));
    }
    let made = statuses.iter().take_while(|status| **status == 200).count();
    assert!(statuses[made..].iter().all(|status| *status == 503), "{statuses:?}");
    // Who takes it is served again.
    for at in 0..40 {
        stage.send(client, frame(WINDOW_UPDATE, 0, 2 * at + 1, &(64_u32 << 20).to_be_bytes()));
    }
    stage.send(client, frame(WINDOW_UPDATE, 0, 0, &(1_u32 << 30).to_be_bytes()));
    for _ in 0..100 {
        stage.turn();
        stage.run_pool();
    }
    let page = content_bytes(&stage.take_bytes(client), 1);
    assert!(page > 1 << 20 && made * page > 16 << 20 && (made - 1) * page <= 16 << 20, "{made} pages of {page} bytes");
    stage.send(client, frame(HEADERS, END_HEADERS | END_STREAM, 101, &block));
    stage.run_pool();
    assert_eq!(status(&stage.take_bytes(client)), 200);
}

/// How much content of a stream that is.
fn content_bytes(output: &[u8], stream: u32) -> usize {
    let frames = read(output).into_iter().filter(|(kind, of, _)| (*kind, *of) == (DATA, stream));
    frames.map(|(.., payload)| payload.len()).sum()
}

/// That of the first response. Only 200 has an index in the static table.
fn status(output: &[u8]) -> u16 {
    let frames = read(output);
    let (.., block) = frames.iter().find(|(kind, ..)| *kind == HEADERS).expect("a response");
    // A size of the table may come first.
    match block.strip_prefix(&[0x3F, 0xE1, 0x0F]).unwrap_or(block) {
        [0x88, ..] => 200,
        [_, 3, a, b, c, ..] => std::str::from_utf8(&[*a, *b, *c]).unwrap().parse().unwrap(),
        other => panic!("{other:x?}"),
    }
}
