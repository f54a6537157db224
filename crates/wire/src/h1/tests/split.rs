//! However bytes are cut, the events are the same; whatever bytes come, nothing panics.

use super::{BEHIND, Trial, events, events_of};
use crate::h1::head::{Progress, read_fields, read_line};
use crate::{Reason, limit};
use alloc::vec::Vec;
use proptest::prelude::*;
use proptest::sample::Index;
use semantics::{Fields, Method, RequestHead, Version};

/// Requests that are right, and some that are not.
const SAMPLES: &[&str] = &[
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "\r\nGET /a?b HTTP/1.1\r\nHost: a\r\nUser-Agent: something rather long (with comments; and more)\r\nAccept: */*\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789",
    "PUT /x HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n\
     5;a=b\r\nabcde\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nTrailer: x\r\n\r\n",
    "GET http://b/c HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\nIf-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
    "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
];

/// Samples one after the other (so that some sections come again), with some bytes changed, taken out or put in.
pub(super) fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edit =
        (any::<Index>(), 0_u8..4, prop::sample::select(b"\r\n\0 \t:;,=aA09fF/\x7F\xFF#-%[".to_vec()), any::<u8>());
    (prop::collection::vec(prop::sample::select(SAMPLES), 1..4), prop::collection::vec(edit, 0..4)).prop_map(
        |(samples, edits)| {
            let mut bytes = samples.concat().into_bytes();
            for (at, kind, likely, any) in edits {
                let at = at.index(bytes.len());
                match kind {
                    0 => bytes[at] = likely,
                    1 => bytes[at] = any,
                    2 => bytes.insert(at, likely),
                    _ if bytes.len() > 1 => drop(bytes.remove(at)),
                    _ => {}
                }
            }
            bytes
        },
    )
}

fn pieces<'a>(bytes: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect()
}

fn check_cuts(bytes: &[u8], cuts: &[Index]) {
    let mut whole = events([bytes]);
    let mut bytewise = events(bytes.chunks(1));
    let mut cut = events(pieces(bytes, cuts));
    let again = events_of(Trial::knowing(core::mem::take(&mut cut.recent)), [bytes]);
    assert_eq!((&again.events, &again.out), (&whole.events, &whole.out), "again: {}", bytes.escape_ascii());
    assert_eq!(bytewise.events, whole.events, "byte by byte: {}", bytes.escape_ascii());
    assert_eq!(cut.events, whole.events, "cut: {}", bytes.escape_ascii());
    assert_eq!((&bytewise.out, &cut.out), (&whole.out, &whole.out));
    for trial in [&mut whole, &mut bytewise, &mut cut] {
        trial.events.clear();
        trial.end();
    }
    assert_eq!((&bytewise.events, &cut.events), (&whole.events, &whole.events), "at the end");
}

fn empty<'a>() -> RequestHead<'a> {
    RequestHead { method: Method::Get, target: &[], authority: &[], version: Version::Http11, fields: Fields::new() }
}

/// The length of the head at the start.
fn read(bytes: &[u8]) -> Result<usize, Reason> {
    let mut head = empty();
    let section = read_line(bytes, &mut head)?;
    let length = bytes.len() - section.len() + read_fields(section, &mut head.fields)?;
    if length > limit::HEAD_BYTES_MAX { Err(Reason::HeadTooLong) } else { Ok(length) }
}

/// What is read at once is what is found line by line.
fn check_twins(bytes: &[u8]) {
    let found = Progress::default().search(bytes);
    let quick = read(bytes);
    match found {
        Ok(Some(length)) => assert_eq!(quick, Ok(length), "{}", bytes.escape_ascii()),
        _ => assert!(quick.is_err(), "{found:?} but {quick:?}: {}", bytes.escape_ascii()),
    }
}

#[test]
fn every_sample_may_be_cut_anywhere() {
    for sample in SAMPLES {
        let bytes = [sample, BEHIND].concat();
        let whole = events([bytes.as_bytes()]);
        for at in 0..=bytes.len() {
            let (start, rest) = bytes.as_bytes().split_at(at);
            let cut = events([start, rest]);
            assert_eq!((&cut.events, &cut.out), (&whole.events, &whole.out), "cut at {at}");
        }
    }
}

#[test]
fn a_response_that_takes_its_time_changes_nothing() {
    let bytes = [SAMPLES[0], SAMPLES[2], SAMPLES[3], BEHIND].concat();
    let whole = events([bytes.as_bytes()]);
    let mut slow = Trial::silent();
    for piece in bytes.as_bytes().chunks(7) {
        slow.receive(piece);
    }
    while slow.waiting.is_some() {
        slow.answer();
    }
    let without_expectation = |trial: &Trial| trial.events.join("\n");
    assert_eq!(without_expectation(&slow), without_expectation(&whole));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn likely_bytes_may_be_cut_anywhere(bytes in mutated(), cuts: [Index; 4]) {
        check_cuts(&bytes, &cuts);
    }

    #[test]
    fn any_bytes_may_be_cut_anywhere(bytes: Vec<u8>, cuts: [Index; 4]) {
        check_cuts(&bytes, &cuts);
    }

    #[test]
    fn a_head_read_at_once_is_one_read_line_by_line(bytes in mutated()) {
        check_twins(&bytes);
    }

    #[test]
    fn a_line_of_any_bytes_is_read_alike(name in "[ -~]{0,20}", value in "[ -~\\t\\x00-\\x1F\\x7Fé]{0,40}", colon in "[: ]{0,2}") {
        let head = alloc::format!("GET / HTTP/1.1\r\n{name}{colon}{value}\r\nHost: a\r\n\r\n");
        check_twins(head.as_bytes());
    }
}
