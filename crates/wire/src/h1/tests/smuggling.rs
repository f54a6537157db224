//! Two readers who disagree on where a request ends (RFC 9112 §11.2): each known way, and why it is refused.

use super::{check, check_fault, check_fields};
use alloc::format;

const LENGTH: &str = "400: Content-Length is not one number";
const CODING: &str = "400: Transfer-Encoding does not end with chunked";
const BOTH: &str = "400: Content-Length and Transfer-Encoding together";
const VALUE: &str = "400: field line: control character in the value";
const RETURN: &str = "400: CR without LF";
const NAME: &str = "400: field line: the name is not a token";
const SPACE: &str = "400: field line: space before the colon";
const FOLD: &str = "400: field line: begins with whitespace";

#[test]
fn length_and_chunks_together_are_refused_in_any_order() {
    check_fields("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", BOTH);
    check_fields("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", BOTH);
    check_fields("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", BOTH);
    check_fields("Content-Length: x\r\nTransfer-Encoding: identity\r\n", BOTH);
    check_fields("Content-Length: 4\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", BOTH);
    check_fault("POST / HTTP/1.0\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n", BOTH);
}

#[test]
fn a_transfer_coding_that_is_not_plainly_chunked_is_refused() {
    for value in [
        "xchunked",
        "chunked, identity",
        "chunked,",
        ",chunked",
        ", chunked",
        "chunked;a=b",
        "\"chunked\"",
        "chunked chunked",
        "chunked, chunked",
        "identity",
        "",
        "x",
        "chunke",
        "chunkedd",
        "gzip",
        "chunked, gzip",
        "chunk\u{e9}d",
        "cow",
        "'chunked'",
        "chunked\\",
        "chunked\u{a0}",
        "trailers, chunked;q=1",
    ] {
        check_fields(&format!("Transfer-Encoding: {value}\r\n"), CODING);
    }
    for value in ["gzip, chunked", "identity, chunked", "identity,chunked", "gzip\t,\tCHUNKED"] {
        check_fields(&format!("Transfer-Encoding: {value}\r\n"), "501: unsupported transfer coding");
    }
}

#[test]
fn chunked_is_taken_in_any_case_with_any_whitespace_around() {
    for value in ["chunked", "CHUNKED", "Chunked", " \t chunked \t ", "\tchunked"] {
        let input = format!("POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding:{value}\r\n\r\n0\r\n\r\n");
        check(input, &["POST / at a +chunks", "end"]);
    }
}

#[test]
fn more_than_one_transfer_encoding_line_is_refused() {
    check_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", CODING);
    check_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", CODING);
    check_fields("Transfer-Encoding: gzip\r\ntransfer-encoding: chunked\r\n", CODING);
}

#[test]
fn a_hidden_transfer_encoding_is_refused() {
    check_fields("Transfer-Encoding : chunked\r\n", SPACE);
    check_fields("Transfer-Encoding\t: chunked\r\n", SPACE);
    check_fields("Transfer-Encoding \t : chunked\r\n", SPACE);
    check_fields("Transfer-Encoding: \x0bchunked\r\n", VALUE);
    check_fields("Transfer-Encoding: \x0cchunked\r\n", VALUE);
    check_fields("Transfer-Encoding: chunked\0\r\n", VALUE);
    check_fields("Transfer-Encoding: \x7Fchunked\r\n", VALUE);
    check_fields("Transfer-Encoding\0: chunked\r\n", NAME);
    check_fields("Transfer-Encoding\x0b: chunked\r\n", NAME);
    check_fields("Transfer\rEncoding: chunked\r\n", RETURN);
    check_fields("Transfer Encoding: chunked\r\n", NAME);
    check_fields(" Transfer-Encoding: chunked\r\n", FOLD);
    check_fields("Transfer-Encoding\r\n: chunked\r\n", NAME);
    check_fields("Transfer-Encoding:\r\n chunked\r\n", FOLD);
    check_fields("X: y\r\n\tTransfer-Encoding: chunked\r\n", FOLD);
    check_fields("X: y\rTransfer-Encoding: chunked\r\n", RETURN);
    check_fields("X: y\nTransfer-Encoding: chunked\r\n", "400: a line ends with LF without CR");
    check_fields("X: y\r\r\nTransfer-Encoding: chunked\r\n", RETURN);
    check_fault("POST / HTTP/1.1\r\n Host: a\r\nTransfer-Encoding: chunked\r\n\r\n", FOLD);
}

#[test]
fn another_name_is_another_field() {
    for name in
        ["Transfer_Encoding", "Transfer-Encodin", "Transfer-Encodings", "XTransfer-Encoding", "Transfer.Encoding", "TE"]
    {
        check(format!("GET / HTTP/1.1\r\nHost: a\r\n{name}: chunked\r\n\r\n"), &["GET / at a"]);
    }
    for name in ["Content_Length", "Content-Lengt", "Content-Lengthy", "Content~Length"] {
        check(format!("GET / HTTP/1.1\r\nHost: a\r\n{name}: 5\r\n\r\n"), &["GET / at a"]);
    }
}

#[test]
fn http_1_0_has_no_transfer_coding() {
    check_fault("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", CODING);
    check_fault("POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n", CODING);
}

#[test]
fn a_length_is_digits_and_nothing_else() {
    for value in [
        "",
        "+5",
        "-5",
        "-0",
        "5 5",
        "5,5",
        "5, 5",
        "5,",
        ",5",
        "0x5",
        "5h",
        "5.0",
        "5e1",
        "\"5\"",
        "5;a",
        "a",
        "5\t6",
        "1_0",
        " ",
        "18446744073709551616",
        "99999999999999999999999",
        "\u{661}",
        "\u{ff15}",
        "5\u{a0}",
    ] {
        check_fields(&format!("Content-Length: {value}\r\n"), LENGTH);
    }
    check_fields("Content-Length: \x0b5\r\n", VALUE);
    check_fields("Content-Length: 5\0\r\n", VALUE);
    check_fields("Content-Length : 5\r\n", SPACE);
    check_fields("Content-Length: 5\r\n 6\r\n", FOLD);
    check_fields("Content-Length: 5\r6\r\n", RETURN);
}

#[test]
fn two_lengths_are_refused_even_when_they_agree() {
    check_fields("Content-Length: 5\r\nContent-Length: 5\r\n", LENGTH);
    check_fields("Content-Length: 5\r\ncontent-length: 6\r\n", LENGTH);
    check_fields("Content-Length: 0\r\nContent-Length: 5\r\n", LENGTH);
}

#[test]
fn lengths_that_are_right() {
    check(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 005\r\n\r\nabcde",
        &["POST / at a +5", "content abcde", "end"],
    );
    check("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", &["GET / at a"]);
    check("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: \t 2 \t\r\n\r\nGE", &["GET / at a +2", "content GE", "end"]);
}

#[test]
fn a_request_within_a_content_is_content() {
    let inner = "GET /inner HTTP/1.1\r\nHost: a\r\n\r\n";
    let input = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{inner}", inner.len());
    let content = format!("content {}", inner.escape_default());
    check(input, &[&format!("POST / at a +{}", inner.len()), &content, "end"]);
}

#[test]
fn chunk_sizes_that_others_read_otherwise_are_refused() {
    let refused = |chunks: &str, reason: &str| {
        let input = format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
        check(input, &["POST / at a +chunks", &format!("fault {reason}")]);
    };
    let size = "400: invalid chunk size";
    for chunk in [
        "\r\n",
        "x\r\n",
        "0x1\r\n",
        "0X1\r\n",
        "-1\r\n",
        "+1\r\n",
        " 1\r\n",
        "\t1\r\n",
        "1 \r\n",
        "1\t\r\n",
        "1 2\r\n",
        "1_0\r\n",
        "1g\r\n",
        "\"1\"\r\n",
        ";a\r\n",
        "1\n",
        "1,\r\n",
        "1\0\r\n",
        "1\x0b\r\n",
        "1\u{661}\r\n",
        "10000000000000000\r\n",
        "00000000000000001\r\n",
        "fffffffffffffffff\r\n",
    ] {
        refused(chunk, size);
    }
    refused("ffffffffffffffff\r\n", "413: content too large (more than 1048576 bytes)");
    refused("1\r\r\na", RETURN);
    refused("1\ra", RETURN);
    let extension = "400: invalid chunk extension";
    refused("1;a\n", extension);
    refused("1;a=\"\nb\"\r\n", extension);
    refused("1;\0\r\n", extension);
    refused("1;a\x7F\r\n", extension);
    refused("1;a\rb\r\n", RETURN);
    let end = "400: a chunk does not end where its size says";
    let content = |chunks: &str, content: &str| {
        let input = format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
        check(input, &["POST / at a +chunks", &format!("content {content}"), &format!("fault {end}")]);
    };
    content("1\r\nab\r\n0\r\n\r\n", "a");
    content("3\r\nabc0\r\n\r\n", "abc");
    content("3\r\nabc\n0\r\n\r\n", "abc");
    content("3\r\nabc\r0\r\n\r\n", "abc");
    content("2\r\nabc\r\n0\r\n\r\n", "ab");
    let trailer = "400: invalid trailer line";
    for line in [
        "bad\r\n",
        " a: b\r\n",
        "a : b\r\n",
        ": b\r\n",
        "a: b\n",
        "a: \0\r\n",
        "a: b\rc\r\n",
        "\n",
        "\rx",
        "a: b\r\n c\r\n",
        "a\r\n",
    ] {
        refused(&format!("0\r\n{line}"), trailer);
    }
}

#[test]
fn a_million_zeros_are_no_chunk_size() {
    let zeros = "0".repeat(1_000_000);
    let input = format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{zeros}");
    let trial = super::events([input.as_bytes()]);
    assert_eq!(trial.events, ["POST / at a +chunks", "fault 400: invalid chunk size"]);
}

#[test]
fn values_have_no_control_characters_but_tab() {
    for byte in (0..0x20).chain([0x7F]).filter(|byte| !b"\t\r\n".contains(byte)) {
        check_fields(&format!("X: a{}b\r\n", char::from(byte)), VALUE);
        check_fields(&format!("X: a long value of more than a block of bytes{}b\r\n", char::from(byte)), VALUE);
    }
}

#[test]
fn names_are_tokens() {
    for byte in b"\x00\x01\x0b\x1f\"(),/;<=>?@[\\]{}\x7f" {
        check_fields(&format!("X{}: a\r\n", char::from(*byte)), NAME);
        check_fields(&format!("{}X: a value of more than a block\r\n", char::from(*byte)), NAME);
    }
    check_fields("\u{e9}: a\r\n", NAME);
    check_fields(": a\r\n", NAME);
    check_fields("a\r\n", NAME);
    check_fields("a b\r\n", NAME);
}
