//! However bytes are cut, events and output are the same; whatever bytes come, nothing panics, and whatever is done in
//! whatever order, what is written is HTTP/2.

use super::*;
use alloc::vec;
use proptest::prelude::*;
use proptest::sample::Index;

/// Frames that are right, and some that are not.
fn samples() -> Vec<Vec<u8>> {
    let expecting = [POST, &[("expect", "100-continue"), ("content-length", "5")]].concat();
    vec![
        get(1),
        get(3),
        get(5),
        headers(1, false, POST),
        headers(3, false, &expecting),
        headers(1, true, &[("trailer", "x")]),
        headers(7, true, &[(":method", "GET"), ("X", "y")]),
        frame(kind::HEADERS, flag::END_STREAM, 9, &block(GET)[..4]),
        frame(kind::CONTINUATION, flag::END_HEADERS, 9, &block(GET)[4..]),
        data(1, false, "hello"),
        data(3, true, "hello"),
        data(1, true, ""),
        frame(kind::DATA, flag::PADDED, 1, [3, b'a', b'b', 0, 0, 0]),
        frame(kind::PRIORITY, 0, 1, [0; 5]),
        rst_stream(1),
        rst_stream(3),
        settings(&[(4, 10)]),
        settings(&[(4, 100_000), (1, 0), (5, 20_000)]),
        frame(kind::SETTINGS, flag::ACK, 0, ""),
        frame(kind::PING, 0, 0, "12345678"),
        frame(kind::GOAWAY, 0, 0, [0; 9]),
        window_update(0, 1000),
        window_update(1, 1000),
        window_update(3, 0),
        frame(kind::PRIORITY_UPDATE, 0, 0, [0, 0, 0, 1, b'i']),
        frame(0xBB, 0, 0, "unknown"),
    ]
}

fn events<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<String>, Vec<u8>) {
    // When a response goes out depends on what is at hand; what is told does not.
    let mut trial = Trial::silent();
    for piece in pieces {
        trial.receive(piece);
    }
    (trial.events, trial.out)
}

fn pieces<'a>(bytes: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect()
}

proptest! {
    #[test]
    fn cuts_change_nothing(
        samples in prop::collection::vec(prop::sample::select(samples()), 1..12),
        edits in prop::collection::vec((any::<Index>(), any::<u8>()), 0..3),
        cuts in prop::collection::vec(any::<Index>(), 0..8),
    ) {
        let mut bytes = samples.concat();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let whole = events([&bytes[..]]);
        let single = events(bytes.chunks(1));
        let cut = events(pieces(&bytes, &cuts));
        prop_assert_eq!(&single, &whole);
        prop_assert_eq!(&cut, &whole);
    }

    #[test]
    fn answered_or_not_all_that_is_written_is_http_2(
        samples in prop::collection::vec(prop::sample::select(samples()), 1..30),
        content in 0_usize..50_000,
    ) {
        let mut trial = Trial::with_content(content);
        for sample in samples {
            trial.receive(sample);
        }
        // Blocks are whole in their frames, and decode one after the other.
        trial.frames();
    }

    #[test]
    fn no_bytes_are_too_odd(bytes: Vec<u8>) {
        prop_assert_eq!(events(bytes.chunks(7)), events([&bytes[..]]));
        Trial::new().receive(bytes);
    }
}
