//! Every known way to make a server of HTTP/2 work or remember for nothing: each ends within its budget, by work that is
//! counted and memory that is bounded.

use super::*;
use crate::limit;
use alloc::vec;

/// Sends the same again and again, until the connection ends: after how many.
#[track_caller]
fn flood(trial: &mut Trial, most: usize, mut next: impl FnMut(u32) -> Vec<u8>, reason: &str) -> usize {
    let mut written = 0;
    for count in 1..=most {
        trial.receive(next(count as u32));
        written += trial.out.len();
        trial.out.clear();
        if trial.connection.is_closing() {
            let last = trial.events.last().cloned().unwrap_or_default();
            assert!(last.ends_with(reason), "{last}, not {reason}");
            // Reading and writing take a few steps for each.
            assert!(trial.steps <= 10 * count + 100, "{} steps for {count}", trial.steps);
            assert!(written <= 200 * count + 1000, "{written} bytes for {count}");
            return count;
        }
    }
    panic!("it goes on after {most}");
}

/// What is sent each time, by its number.
type Way = fn(u32) -> Vec<u8>;

fn stream(count: u32) -> u32 {
    2 * count - 1
}

#[test]
fn rapid_reset() {
    // CVE-2023-44487
    let reason = "too many requests given up";
    let count = flood(&mut Trial::silent(), 1000, |at| [get(stream(at)), rst_stream(stream(at))].concat(), reason);
    assert_eq!(count, limit::RESETS_BURST as usize + 1);
}

#[test]
fn rapid_reset_of_what_is_answered_at_once() {
    // Each reset comes too late: it costs what a request costs, and a little of the budget for talk.
    let mut trial = Trial::open();
    for at in 1..=limit::TALK_BURST {
        trial.receive([get(stream(at)), rst_stream(stream(at))].concat());
    }
    assert!(!trial.connection.is_closing());
    assert!(trial.connection.is_idle());
}

#[test]
fn who_leaves_a_page_may_give_up_all_of_it_again_and_again() {
    let mut trial = Trial::silent();
    let mut at = 0;
    for _ in 0..20 {
        let streams: Vec<u32> = (at + 1..=at + limit::STREAMS_MAX as u32).map(stream).collect();
        at += limit::STREAMS_MAX as u32;
        let asked: Vec<Vec<u8>> = streams.iter().map(|stream| get(*stream)).collect();
        let given_up: Vec<Vec<u8>> = streams.iter().map(|stream| rst_stream(*stream)).collect();
        trial.receive(asked.concat()).receive(given_up.concat()).seconds(8);
    }
    assert!(!trial.connection.is_closing());
}

#[test]
fn made_you_reset() {
    // CVE-2025-8671: each of the ways to make us send the reset.
    let ways: [Way; 7] = [
        |stream| window_update(stream, 0),
        |stream| window_update(stream, 0x7FFF_FFFF),
        |stream| frame(kind::PRIORITY, 0, stream, [0; 4]),
        |stream| data(stream, true, "x"),
        |stream| headers(stream, true, &[("a", "b")]),
        |stream| data(stream, false, [0; 1000]),
        |stream| headers(stream, false, &[("a", "b")]),
    ];
    for way in ways {
        let next = |at: u32| [get(stream(at)), way(stream(at))].concat();
        let count = flood(&mut Trial::silent(), 1000, next, "too many streams with faults");
        assert_eq!(count, limit::RESETS_BURST as usize + 1);
    }
    // And those that are no request to begin with.
    let next = |at: u32| headers(stream(at), true, &[(":method", "GET")]);
    flood(&mut Trial::open(), 1000, next, "too many streams with faults");
}

#[test]
fn continuation_flood() {
    // CVE-2024-27316 and its like.
    let begin = frame(kind::HEADERS, flag::END_STREAM, 1, block(GET));
    for fragment in [&[][..], &[0x82], &[0; 16_384]] {
        let mut trial = Trial::open();
        trial.receive(&begin);
        let next = |_| frame(kind::CONTINUATION, 0, 1, fragment);
        let reason = match fragment.len() {
            16_384 => "field block too long (more than 32768 bytes)",
            _ => "too many CONTINUATION frames (more than 8)",
        };
        let count = flood(&mut trial, 1000, next, reason);
        assert!(count <= usize::from(limit::CONTINUATIONS_MAX) + 1);
    }
}

#[test]
fn floods_of_frames_that_move_nothing() {
    // CVE-2019-9511 to 9518, and RUSTSEC-2026-0258.
    let ways: [(&str, Way); 11] = [
        ("ping", |_| frame(kind::PING, 0, 0, [0; 8])),
        ("answers of pings", |_| frame(kind::PING, flag::ACK, 0, [0; 8])),
        ("settings", |_| settings(&[])),
        ("settings that change windows", |at| settings(&[(4, at)])),
        ("settings that change tables", |at| settings(&[(1, at % 2 * 4096)])),
        ("answers of settings", |_| frame(kind::SETTINGS, flag::ACK, 0, "")),
        ("priority", |at| frame(kind::PRIORITY, 0, stream(at), [0; 5])),
        ("priority update", |at| frame(kind::PRIORITY_UPDATE, 0, 0, [0, 0, 0, at as u8 | 1, b'i'])),
        ("windows", |_| window_update(0, 1)),
        ("unknown", |_| frame(0xFA, 0, 0, "grease")),
        ("goaway", |_| frame(kind::GOAWAY, 0, 0, [0; 8])),
    ];
    for (what, way) in ways {
        let count = flood(&mut Trial::open(), 5000, way, "too many frames that move nothing");
        assert!(count <= limit::TALK_BURST as usize + 1, "{what}: {count}");
    }
    for content in [&[][..], b"x", &[b'x'; 255]] {
        let mut trial = Trial::silent();
        trial.receive(headers(1, false, POST));
        flood(&mut trial, 5000, |_| data(1, false, content), "too many frames that move nothing");
    }
}

#[test]
fn floods_go_on_only_as_slowly_as_is_harmless() {
    let mut trial = Trial::open();
    for at in 0..10 {
        for _ in 0..300 {
            trial.receive(frame(kind::PING, 0, 0, [0; 8]));
        }
        // Else it were idle.
        trial.receive(get(2 * at + 1)).seconds(10);
    }
    assert!(!trial.connection.is_closing());
}

#[test]
fn windows_that_are_opened_for_what_was_sent_are_no_flood() {
    // As clients do that say so for each frame, of the stream and of the connection.
    let mut trial = Trial::silent();
    trial.receive([get(1), window_update(0, 1 << 20), window_update(1, 1 << 20)].concat());
    trial.respond(1, Status::OK, 1 << 30).pump();
    for _ in 0..10_000 {
        trial.receive([window_update(0, 16_384), window_update(1, 16_384)].concat());
        trial.out.clear();
    }
    assert!(!trial.connection.is_closing());
}

#[test]
fn hpack_bomb() {
    // CVE-2016-6581, CVE-2026-49975: a line of 4 KiB that takes a byte each time.
    let big = ("x", "y".repeat(4000));
    let mut first = block(GET);
    first.extend_from_slice(&[0x40, 1, b'x', 0x7F, 0xA1, 0x1E]);
    first.extend_from_slice(big.1.as_bytes());
    let mut second = block(GET);
    second.resize(second.len() + 16_000, 0xBE);
    let flags = flag::END_HEADERS | flag::END_STREAM;
    let mut trial = Trial::open();
    trial.receive(frame(kind::HEADERS, flags, 1, &first));
    assert!(trial.events[0].starts_with("1 GET / at a x: yyy"), "{:?}", trial.events);
    for at in 0..100 {
        trial.events.clear();
        trial.receive(frame(kind::HEADERS, flags, 3 + 2 * at, &second));
        assert_eq!(trial.events.len(), 1);
        assert!(trial.events[0].ends_with("431: request head too long (more than 16384 bytes)"), "{:?}", trial.events);
    }
    // What was unpacked is as much as a head may have.
    assert!(trial.head.bytes_owned() <= 4 * limit::FIELD_LIST_BYTES_MAX, "{}", trial.head.bytes_owned());
}

#[test]
fn hpack_bomb_of_crumbs() {
    // CVE-2026-49975: crumbs are not counted as field lines, and unpack to more than a byte each.
    let mut lines = block(GET);
    lines.extend_from_slice(&[0x40, 6]);
    lines.extend_from_slice(b"cookie\x00");
    lines.resize(lines.len() + 16_000, 0xBE);
    check(
        frame(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, 1, lines),
        &["1 fault of stream 431: too many cookies (more than 180)"],
        &["HEADERS 1 end :status=431 content-length=0"],
    );
}

#[test]
fn a_window_that_stays_shut_is_not_waited_for() {
    // CVE-2016-1546: as many responses as there are streams, held for ever.
    let mut trial = Trial::with_content(1 << 20);
    trial.receive(settings(&[(4, 0)]));
    for at in 1..=limit::STREAMS_MAX as u32 {
        trial.receive(get(stream(at)));
    }
    trial.frames();
    trial.events.clear();
    // Windows that open by a byte are no progress.
    for _ in 0..3 {
        trial.seconds(8).receive(window_update(1, 1)).receive(frame(kind::PING, 0, 0, [0; 8]));
    }
    trial.frames();
    trial.seconds(6);
    assert_eq!(trial.events.len(), limit::STREAMS_MAX);
    let reason = "fault of stream: response taken too slowly (less than 16384 bytes in 30 s)";
    assert!(trial.events.iter().all(|event| event.ends_with(reason)));
    assert_eq!(trial.frames()[0], "RST_STREAM 1 CANCEL");
    assert!(trial.connection.is_idle());
}

#[test]
fn a_connection_whose_window_stays_shut_ends() {
    let mut trial = Trial::with_content(1 << 20);
    trial.receive([get(1), window_update(1, 1 << 20)].concat()).frames();
    trial.events.clear();
    trial.seconds(29).receive(window_update(0, 1000)).expect(&[]).seconds(1);
    trial.expect(&["0 fault of connection: responses taken too slowly (less than 16384 bytes in 30 s)"]);
}

#[test]
fn who_takes_a_little_all_the_time_is_served() {
    let mut trial = Trial::with_content(1 << 20);
    trial.receive([get(1), get(3)].concat());
    trial.events.clear();
    for _ in 0..60 {
        trial.seconds(10).receive([window_update(0, 9000), window_update(1, 9000)].concat()).expect(&[]);
        trial.out.clear();
    }
    // The other waited for the connection, not for a window of its own.
    assert!(trial.connection.is_open(StreamId(3)));
}

#[test]
fn a_drip_of_windows_is_a_flood_or_a_stall() {
    // CVE-2019-9511: a byte a frame.
    let mut trial = Trial::with_content(1 << 20);
    trial.receive([settings(&[(4, 0)]), get(1)].concat());
    let count = flood(&mut trial, 5000, |_| window_update(1, 1), "too many frames that move nothing");
    assert!(count <= limit::TALK_BURST as usize + 2);
}

#[test]
fn windows_of_all_streams_that_open_by_a_byte_are_a_flood() {
    let mut trial = Trial::with_content(1 << 20);
    trial.receive(settings(&[(4, 0)]));
    for at in 1..=limit::STREAMS_MAX as u32 {
        trial.receive(get(stream(at)));
    }
    trial.out.clear();
    let (mut count, before) = (0, trial.steps);
    while !trial.connection.is_closing() {
        count += 1;
        trial.receive(settings(&[(4, count)]));
    }
    assert!(count <= 80, "{count} settings");
    assert!(trial.steps - before <= 150 * count as usize, "{} steps", trial.steps - before);
}

#[test]
fn more_streams_than_may_be_are_refused() {
    let mut trial = Trial::silent();
    for at in 1..=limit::STREAMS_MAX as u32 {
        trial.receive(get(stream(at)));
    }
    trial.events.clear();
    trial.receive(get(1001)).expect(&["1001 fault of stream: too many streams at a time (more than 128)"]);
    trial.expect_out(&["RST_STREAM 1001 REFUSED_STREAM"]);
    // One that ends makes room.
    trial.respond(1, Status::NO_CONTENT, 0).pump().receive(get(1003)).expect(&["1003 GET / at a"]);
    let count = flood(&mut trial, 1000, |at| get(2001 + 2 * at), "too many streams with faults");
    assert_eq!(count, limit::RESETS_BURST as usize);
}

#[test]
fn content_for_closed_streams_is_a_fault_each() {
    let mut trial = Trial::open();
    trial.receive(get(1));
    let mut at = 1;
    let next = |_| {
        at += 2;
        [get(at), data(at, false, [0; 300])].concat()
    };
    flood(&mut trial, 1000, next, "too many streams with faults");
}

#[test]
fn frames_for_streams_that_we_have_reset_are_talk() {
    let late: [Way; 4] = [
        |_| headers(1, true, &[("a", "b")]),
        |_| data(1, true, ""),
        |_| data(1, false, ""),
        |_| data(1, false, [0; 1000]),
    ];
    for way in late {
        let mut trial = Trial::silent();
        trial.receive([headers(1, false, POST), window_update(1, 0)].concat());
        trial.expect(&["1 POST / at a +", "1 fault of stream: WINDOW_UPDATE of 0"]);
        let count = flood(&mut trial, 5000, way, "too many frames that move nothing");
        // The window took one.
        assert_eq!(count, limit::TALK_BURST as usize);
    }
}

#[test]
fn requests_behind_the_last_word_are_talk() {
    let mut trial = Trial::silent();
    trial.receive(get(1));
    trial.connection.refuse_more(&mut trial.out, trial.now);
    trial.receive(frame(kind::PING, flag::ACK, 0, "farewell"));
    let count = flood(&mut trial, 5000, |at| get(stream(at + 1)), "too many frames that move nothing");
    assert!(count <= limit::TALK_BURST as usize + 1, "{count}");
}

#[test]
fn an_idle_connection_is_small() {
    let mut trial = Trial::open();
    let mut encoder = Encoder::new();
    for at in 1..=limit::STREAMS_MAX as u32 {
        let value = format!("{at}{}", "v".repeat(at as usize));
        trial.receive(indexed(&mut encoder, stream(at), &[GET, &[("content-type", &value)]].concat()));
    }
    assert!(trial.connection.is_idle());
    let bytes = trial.connection.bytes_owned();
    assert!(bytes <= 10 << 10, "{bytes} bytes");
    let mut trial = Trial::open();
    trial.receive(vec![]);
    assert!(trial.connection.bytes_owned() <= 1 << 10);
}
