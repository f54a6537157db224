//! The examples of RFC 7541 Appendix C, vectors of another implementation, and what is refused.

use super::*;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use proptest::prelude::*;

fn lines(decoder: &mut Decoder, block: &[u8]) -> Result<Vec<String>, Reason> {
    let mut lines = Vec::new();
    let each = |name: &[u8], value: &[u8]| lines.push(format!("{}: {}", name.escape_ascii(), value.escape_ascii()));
    decoder.decode(block, &mut Vec::new(), each)?;
    Ok(lines)
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(core::str::from_utf8(pair).expect("ASCII"), 16).expect("digits");
    digits.chunks(2).map(pair).collect()
}

/// Blocks one after the other on one connection; behind each the lines and the size of the table.
#[track_caller]
fn check_blocks(max: usize, blocks: &[(&str, &[&str], usize)]) {
    let mut decoder = Decoder::new();
    decoder.table.set_max(max);
    for (block, expected, size) in blocks {
        assert_eq!(lines(&mut decoder, &bytes(block)).expect("valid"), *expected);
        assert_eq!(decoder.table_size(), *size, "{block}");
    }
}

#[track_caller]
fn check_error(block: &[u8], expected: Reason) {
    assert_eq!(lines(&mut Decoder::new(), block), Err(expected), "{block:x?}");
}

const REQUESTS: [&[&str]; 3] = [
    &[":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"],
    &[":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com", "cache-control: no-cache"],
    &[
        ":method: GET",
        ":scheme: https",
        ":path: /index.html",
        ":authority: www.example.com",
        "custom-key: custom-value",
    ],
];

const RESPONSES: [&[&str]; 3] = [
    &[
        ":status: 302",
        "cache-control: private",
        "date: Mon, 21 Oct 2013 20:13:21 GMT",
        "location: https://www.example.com",
    ],
    &[
        ":status: 307",
        "cache-control: private",
        "date: Mon, 21 Oct 2013 20:13:21 GMT",
        "location: https://www.example.com",
    ],
    &[
        ":status: 200",
        "cache-control: private",
        "date: Mon, 21 Oct 2013 20:13:22 GMT",
        "location: https://www.example.com",
        "content-encoding: gzip",
        "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
    ],
];

#[test]
fn c_2_single_lines() {
    check_blocks(
        4096,
        &[("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572", &["custom-key: custom-header"], 55)],
    );
    check_blocks(4096, &[("040c 2f73 616d 706c 652f 7061 7468", &[":path: /sample/path"], 0)]);
    check_blocks(4096, &[("1008 7061 7373 776f 7264 0673 6563 7265 74", &["password: secret"], 0)]);
    check_blocks(4096, &[("82", &[":method: GET"], 0)]);
}

#[test]
fn c_3_requests_without_huffman() {
    check_blocks(
        4096,
        &[
            ("8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", REQUESTS[0], 57),
            ("8286 84be 5808 6e6f 2d63 6163 6865", REQUESTS[1], 110),
            ("8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65", REQUESTS[2], 164),
        ],
    );
}

#[test]
fn c_4_requests_with_huffman() {
    check_blocks(
        4096,
        &[
            ("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", REQUESTS[0], 57),
            ("8286 84be 5886 a8eb 1064 9cbf", REQUESTS[1], 110),
            ("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf", REQUESTS[2], 164),
        ],
    );
}

#[test]
fn c_5_responses_without_huffman_in_a_small_table() {
    check_blocks(256, &[
        ("4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d
          546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", RESPONSES[0], 222),
        ("4803 3330 37c1 c0bf", RESPONSES[1], 222),
        ("88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f
          6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b
          2076 6572 7369 6f6e 3d31", RESPONSES[2], 215),
    ]);
}

#[test]
fn c_6_responses_with_huffman_in_a_small_table() {
    check_blocks(256, &[
        ("4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7
          8f0b 97c8 e9ae 82ae 43d3", RESPONSES[0], 222),
        ("4883 640e ffc1 c0bf", RESPONSES[1], 222),
        ("88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335
          dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07", RESPONSES[2], 215),
    ]);
}

/// Made by PyPI's `hpack` 4.2 over requests and responses of several kinds, with tables that change their size: blocks in
/// hexadecimal, each behind the lines that are in it.
#[test]
fn vectors_of_another_implementation_are_read() {
    let mut decoder = Decoder::new();
    let mut expected: Vec<String> = Vec::new();
    let mut blocks = 0;
    for line in include_str!("vectors.txt").lines() {
        match line.split_once(' ') {
            Some(("new", _)) => decoder = Decoder::new(),
            Some(("line", text)) => expected.push(text.to_string()),
            Some(("block", hex)) => {
                assert_eq!(lines(&mut decoder, &bytes(hex)).as_ref(), Ok(&expected), "{hex}");
                expected.clear();
                blocks += 1;
            }
            _ => {}
        }
    }
    assert!(blocks > 100, "{blocks} blocks");
}

#[test]
fn an_index_that_is_in_no_table_is_refused() {
    check_error(&[0x80], Reason::InvalidTableIndex);
    check_error(&[0xBE], Reason::InvalidTableIndex);
    check_error(&[0x7E, 0x00], Reason::InvalidTableIndex);
    check_error(&[0x0F, 0x2F, 0x00], Reason::InvalidTableIndex);
    check_error(&[0xFF, 0xFF, 0xFF, 0xFF, 0x7F], Reason::InvalidTableIndex);
}

#[test]
fn a_size_beyond_ours_or_behind_a_line_is_refused() {
    check_error(&[0x3F, 0xE2, 0x1F], Reason::InvalidTableSize);
    check_error(&[0x82, 0x20], Reason::InvalidTableSize);
    check_error(&[0x20, 0x20, 0x20], Reason::InvalidTableSize);
    assert_eq!(lines(&mut Decoder::new(), &[0x20, 0x3F, 0xE1, 0x1F, 0x82]), Ok(vec![":method: GET".to_string()]));
}

#[test]
fn a_block_that_ends_within_a_line_is_refused() {
    let whole = bytes("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572");
    for length in 1..whole.len() {
        check_error(&whole[..length], Reason::TruncatedFieldBlock);
    }
    check_error(&[0x40, 0x81, 0x00], Reason::InvalidHuffmanCode);
    check_error(&[0x40, 0x00, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], Reason::IntegerTooLarge);
}

#[test]
fn a_name_of_a_line_that_goes_is_still_right() {
    let mut decoder = Decoder::new();
    // A table for one line, and a line that takes its name from the one that it pushes out.
    let block = bytes("3f13 4001 6101 31 7e01 32 be");
    assert_eq!(lines(&mut decoder, &block), Ok(vec!["a: 1".to_string(), "a: 2".to_string(), "a: 2".to_string()]));
}

#[test]
fn a_smaller_table_forgets_the_oldest() {
    let mut decoder = Decoder::new();
    assert!(lines(&mut decoder, &bytes("4001 6101 31 4001 6201 32")).is_ok());
    assert_eq!(lines(&mut decoder, &bytes("3f13 be")), Ok(vec!["b: 2".to_string()]));
    assert_eq!(lines(&mut decoder, &bytes("bf")), Err(Reason::InvalidTableIndex));
}

proptest! {
    #[test]
    fn no_bytes_are_too_odd_and_the_table_stays_small(blocks: Vec<Vec<u8>>) {
        let mut decoder = Decoder::new();
        for block in blocks {
            let mut count = 0;
            let result = decoder.decode(&block, &mut Vec::new(), |_, _| count += 1);
            // A line takes a byte at least, so the work is bounded by the block.
            prop_assert!(count <= block.len());
            prop_assert!(decoder.table_size() <= MAX);
            if result.is_err() {
                break;
            }
        }
    }
}
