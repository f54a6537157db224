//! Sections that came before mean what they mean when they are read anew, whatever comes with them.

use super::split::mutated;
use super::{BEHIND, Trial, events, events_of};
use crate::h1::RecentSections;
use crate::h1::head::read;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem::take;
use proptest::prelude::*;
use semantics::{FieldName, Fields, Method, RequestHead, Version};

const SECTION: &str = "Host: a\r\nConnection: keep-alive\r\nUser-Agent: b (c; d)\r\nAccept: */*\r\nX-Y: \t z\r\n\r\n";

fn head_of(section: &str) -> String {
    format!("GET / HTTP/1.1\r\n{section}")
}

/// Sections of which one was read that often.
fn knowing(section: &str, times: usize) -> RecentSections {
    let mut trial = Trial::new();
    for _ in 0..times {
        trial.receive(head_of(section));
    }
    trial.recent
}

fn is_known(recent: &mut RecentSections, section: &str) -> bool {
    recent.find(section.as_bytes()).is_some()
}

/// A server that knows the section tells of these bytes what one tells that knows nothing.
#[track_caller]
fn check(recent: &mut RecentSections, bytes: &[u8]) {
    let anew = events([bytes]);
    let mut known = events_of(Trial::knowing(take(recent)), [bytes]);
    assert_eq!((&known.events, &known.out), (&anew.events, &anew.out), "{}", bytes.escape_ascii());
    *recent = take(&mut known.recent);
}

#[test]
fn the_fields_of_a_known_section_are_those_that_were_read() {
    let bytes = head_of(SECTION);
    let mut recent = RecentSections::new();
    let mut places = Vec::new();
    for _ in 0..2 {
        let mut head = RequestHead {
            method: Method::Head,
            target: &[],
            authority: &[],
            version: Version::Http10,
            fields: Fields::new(),
        };
        let (length, _) = read(bytes.as_bytes(), &mut head, &mut recent).expect("a right head");
        assert_eq!((length, head.authority, head.version), (bytes.len(), &b"a"[..], Version::Http11));
        assert_eq!(head.field(FieldName::UserAgent), Some(&b"b (c; d)"[..]));
        assert_eq!(head.fields.section(), &SECTION.as_bytes()[..SECTION.len() - 2]);
        places.push(head.fields.places());
    }
    assert_eq!(places[0], places[1]);
    assert!(is_known(&mut recent, SECTION), "the second time it was not read");
}

#[test]
fn each_byte_in_each_place_is_read_as_by_who_knows_nothing() {
    let mut recent = knowing(SECTION, 1);
    let bytes = [&head_of(SECTION), BEHIND].concat();
    for at in 0..bytes.len() {
        for byte in [0, b'\t', b'\n', b'\r', b' ', b',', b':', b'A', b'a', b'z', 0x7F, 0xFF] {
            let mut changed = bytes.clone().into_bytes();
            changed[at] = byte;
            check(&mut recent, &changed);
        }
        check(&mut recent, &bytes.as_bytes()[..at]);
        check(&mut recent, head_of(SECTION).as_bytes());
    }
}

#[test]
fn a_known_section_may_be_cut_anywhere_and_stand_behind_any_line() {
    for line in ["GET /a?b", "HEAD http://b:80/c", "OPTIONS *", "DELETE /x", "GET b", "BREW /"] {
        for version in ["HTTP/1.1", "HTTP/1.2", "HTTP/1.0", "HTTP/2.0", "http/1.1"] {
            let bytes = format!("{line} {version}\r\n{SECTION}{BEHIND}");
            let anew = events([bytes.as_bytes()]);
            for at in 0..=bytes.len() {
                let (start, rest) = bytes.as_bytes().split_at(at);
                let known = events_of(Trial::knowing(knowing(SECTION, 1)), [start, rest]);
                assert_eq!((&known.events, &known.out), (&anew.events, &anew.out), "{bytes:?} cut at {at}");
            }
        }
    }
}

#[test]
fn what_binds_the_connection_is_not_remembered() {
    for lines in [
        "Content-Length: 1\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Connection: close\r\n",
        "Content-Length: 1\r\nExpect: 100-continue\r\n",
    ] {
        let section = format!("Host: a\r\n{lines}\r\n");
        assert!(!is_known(&mut knowing(&section, 1), &section), "{lines}");
    }
}

#[test]
fn secrets_are_not_remembered() {
    for line in ["Authorization: Basic YTpi\r\n", "cookie: a=b\r\n"] {
        let section = format!("Host: a\r\n{line}\r\n");
        assert!(!is_known(&mut knowing(&section, 1), &section), "{line}");
    }
}

#[test]
fn a_section_of_the_old_version_is_not_taken_for_one_of_the_new() {
    // In HTTP/1.0 it needs no host.
    let section = "Connection: keep-alive\r\n\r\n";
    let mut recent = events([format!("GET / HTTP/1.0\r\n{section}").as_bytes()]).recent;
    check(&mut recent, head_of(section).as_bytes());
    // Nor the other way round: there it ends the connection.
    let mut recent = knowing("Host: a\r\n\r\n", 1);
    check(&mut recent, b"GET / HTTP/1.0\r\nHost: a\r\n\r\nGET / HTTP/1.0\r\n\r\n");
}

#[test]
fn long_sections_are_not_remembered() {
    let section = |length: usize| format!("Host: a\r\nX: {}\r\n\r\n", "x".repeat(length - 16));
    assert!(is_known(&mut knowing(&section(1024), 1), &section(1024)));
    assert!(!is_known(&mut knowing(&section(1025), 1), &section(1025)));
}

#[test]
fn those_that_come_once_do_not_push_out_one_that_comes_again() {
    let mut trial = Trial::knowing(knowing(SECTION, 2));
    for number in 0..100 {
        trial.receive(head_of(&format!("Host: a\r\nIf-None-Match: \"{number}\"\r\n\r\n")));
    }
    assert!(is_known(&mut trial.recent, SECTION));
    // But those that do come again get a place.
    let section = |number| format!("Host: b\r\nX: {number}\r\n\r\n");
    for number in (0..4).chain(0..4).chain(0..4) {
        trial.receive(head_of(&section(number)));
    }
    assert!((0..4).all(|number| is_known(&mut trial.recent, &section(number))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn who_knows_some_sections_reads_all_as_who_knows_none(inputs in prop::collection::vec(mutated(), 1..12)) {
        let mut recent = RecentSections::new();
        for input in inputs.iter().chain(&inputs) {
            check(&mut recent, input);
        }
    }
}
