//! Whatever the bytes are, and however they are cut: a verdict, always the same, and no panic.

use charset::{Detector, TextKind, Verdict, decode, name};
use proptest::prelude::*;

const KINDS: [TextKind; 4] = [TextKind::Plain, TextKind::Html, TextKind::Css, TextKind::Xml];

fn verdict<'a>(kind: TextKind, hint: Option<&str>, pieces: impl IntoIterator<Item = &'a [u8]>) -> Verdict {
    let mut detector = Detector::new(kind, hint);
    pieces.into_iter().for_each(|piece| detector.feed(piece));
    detector.finish()
}

/// Bytes as texts have them: markup, marks, escapes, and pieces of many encodings.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..24),
        2 => prop::collection::vec(0xa1u8..0xff, 0..24),
        2 => "[ -~\n]{0,40}".prop_map(String::into_bytes),
        2 => "\\PC{0,12}".prop_map(String::into_bytes),
        1 => prop::sample::select(FRAGMENTS).prop_map(<[u8]>::to_vec),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

const FRAGMENTS: &[&[u8]] = &[
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"<meta charset=gbk>",
    b"<meta http-equiv=content-type content='text/html; charset=",
    b"<?xml version='1.0' encoding='big5'?>",
    b"@charset \"shift_jis\";",
    b"<html lang=ja-JP>",
    b"<script>",
    b"<!--",
    b"\x1b$B",
    b"\x1b(B",
    b"\x00",
    b"\x81\x30\x81\x30",
];

proptest! {
    #[test]
    fn the_verdict_does_not_depend_on_the_pieces(
        bytes in bytes(),
        kind in 0usize..4,
        hint in prop::option::of("[a-zA-Z.é-]{0,8}"),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let kind = KINDS[kind];
        let whole = verdict(kind, hint.as_deref(), [bytes.as_slice()]);
        prop_assert_eq!(&verdict(kind, hint.as_deref(), bytes.chunks(1)), &whole);
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        prop_assert_eq!(&verdict(kind, hint.as_deref(), cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]])), &whole);
        prop_assert_eq!(charset::label_for(whole.label), Some(whole.label));
        decode(&bytes, &whole);
    }

    #[test]
    fn utf8_is_always_found(text in "[\u{4e00}-\u{9fff}a-z .\n]{0,200}") {
        let verdict = verdict(TextKind::Plain, None, [text.as_bytes()]);
        prop_assert_eq!(verdict.label, "utf-8");
        prop_assert_eq!(decode(text.as_bytes(), &verdict), text.as_str());
    }

    #[test]
    fn any_name_is_shown(bytes in bytes(), siblings in prop::collection::vec(bytes(), 0..4)) {
        let siblings: Vec<&[u8]> = siblings.iter().map(Vec::as_slice).collect();
        let (text, verdict) = name(&bytes, &siblings);
        prop_assert_eq!(text.is_empty(), bytes.is_empty());
        prop_assert!(verdict.is_text);
    }
}

/// Longer than what is kept, so that the limits are crossed inside a piece and between two.
#[test]
fn long_texts_do_not_depend_on_the_pieces_either() {
    let line = b"<p>\xb2\xe2\xca\xd4 abc</p> and so on, in English\n";
    for text in [line.repeat(20_000), [line.repeat(3_000), vec![0xff], line.repeat(9_000)].concat()] {
        let whole = verdict(TextKind::Html, None, [text.as_slice()]);
        for size in [1, 13, 4095, 4096, 65_537] {
            assert_eq!(verdict(TextKind::Html, None, text.chunks(size)), whole, "pieces of {size}");
        }
        assert_eq!(whole.label, "gb18030");
    }
}
