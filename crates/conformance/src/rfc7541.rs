//! RFC 7541: HPACK, as a server has to read it.

use crate::finding::{Finding, expect};
use crate::http2::{code, flag, frame, kind};
use crate::requirement::{Requirement, requirements};
use crate::server::Server;

pub(crate) const CHAPTERS: &[&[Requirement]] = &[REQUIREMENTS];

requirements! { 7541:
    Must "2.3.3" an_index_of_no_line_is_an_error,
    Must "6.1" index_zero_is_an_error,
    Must "3.2" lines_that_were_sent_before_are_known,
    Must "4.2" a_size_of_the_table_comes_first,
    Must "6.3" a_size_of_the_table_is_not_beyond_what_was_allowed,
    Must "4.3" a_smaller_table_forgets,
    Must "4.4" a_line_larger_than_the_table_empties_it,
    Must "5.1" an_integer_has_an_end,
    Must "5.2" strings_may_be_in_huffman_code,
    Must "5.2" padding_of_huffman_code_is_less_than_a_byte,
    Must "5.2" padding_of_huffman_code_is_ones,
    Must "5.2" the_end_of_string_is_no_part_of_a_string,
    Must "2.3.3" a_name_of_no_line_is_an_error,
    Must "4.2" two_sizes_of_the_table_may_come,
    Must "5.1" an_integer_is_not_too_large,
    Must "5.2" a_string_is_not_longer_than_its_block,
    Must "6.2.2" lines_that_are_not_indexed_enter_no_table,
    Must "6.2.3" lines_that_are_never_indexed_are_read,
}

/// GET of `/plain.txt` at `a`, over http.
const GET: &[u8] = b"\x82\x86\x04\x0a/plain.txt\x01\x01a";

const FLAGS: u8 = flag::END_HEADERS | flag::END_STREAM;

/// Blocks of requests on one connection, of which each is answered with the file.
fn answered(server: &Server, blocks: &[&[u8]]) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    for (at, block) in blocks.iter().enumerate() {
        let stream = 2 * at as u32 + 1;
        http2.send(frame(kind::HEADERS, FLAGS, stream, block))?;
        let (status, content) = http2.response(stream)?;
        expect(status == 200 && content == crate::material::plain(), || format!("block {at}: found {status}"))?;
    }
    Ok(())
}

/// The last of these blocks ends the connection.
fn refused(server: &Server, blocks: &[&[u8]]) -> Result<(), Finding> {
    let mut http2 = server.http2()?;
    for (at, block) in blocks.iter().enumerate() {
        http2.send(frame(kind::HEADERS, FLAGS, 2 * at as u32 + 1, block))?;
    }
    http2.expect_end(&[code::COMPRESSION_ERROR])
}

fn an_index_of_no_line_is_an_error(server: &Server) -> Result<(), Finding> {
    refused(server, &[&[GET, &[0xBE]].concat()])?;
    refused(server, &[&[GET, &[0xFF, 0x80, 0x01]].concat()])
}

fn index_zero_is_an_error(server: &Server) -> Result<(), Finding> {
    refused(server, &[&[GET, &[0x80]].concat()])
}

fn lines_that_were_sent_before_are_known(server: &Server) -> Result<(), Finding> {
    answered(server, &[b"\x82\x86\x44\x0a/plain.txt\x41\x01a", &[0x82, 0x86, 0xBF, 0xBE], &[0x82, 0x86, 0xBF, 0xBE]])
}

fn a_size_of_the_table_comes_first(server: &Server) -> Result<(), Finding> {
    answered(server, &[&[&[0x20], GET].concat(), &[&[0x20, 0x3F, 0xE1, 0x1F], GET].concat()])?;
    refused(server, &[&[GET, &[0x20]].concat()])
}

fn a_size_of_the_table_is_not_beyond_what_was_allowed(server: &Server) -> Result<(), Finding> {
    refused(server, &[&[&[0x3F, 0xE2, 0x1F], GET].concat()])
}

fn a_smaller_table_forgets(server: &Server) -> Result<(), Finding> {
    refused(server, &[b"\x82\x86\x44\x0a/plain.txt\x01\x01a", &[0x20, 0x82, 0x86, 0xBE]])
}

fn a_line_larger_than_the_table_empties_it(server: &Server) -> Result<(), Finding> {
    let large = [&[0x40, 1, b'x', 0x7F, 0x81, 0x1F][..], &[b'y'; 4096]].concat();
    answered(server, &[b"\x82\x86\x44\x0a/plain.txt\x01\x01a", &[GET, &large].concat(), GET])?;
    refused(server, &[b"\x82\x86\x44\x0a/plain.txt\x01\x01a", &[GET, &large].concat(), &[0x82, 0x86, 0xBE]])
}

fn an_integer_has_an_end(server: &Server) -> Result<(), Finding> {
    refused(server, &[&[GET, &[0xFF; 12]].concat()])
}

fn strings_may_be_in_huffman_code(server: &Server) -> Result<(), Finding> {
    // www.example.com, of Appendix C.4.1
    let host = [0x01, 0x8C, 0xF1, 0xE3, 0xC2, 0xE5, 0xF2, 0x3A, 0x6B, 0xA0, 0xAB, 0x90, 0xF4, 0xFF];
    answered(server, &[&[&GET[..GET.len() - 3], &host].concat()])
}

fn coded(code: &[u8]) -> Vec<u8> {
    [GET, &[0x00, 1, b'x', 0x80 | code.len() as u8], code].concat()
}

fn padding_of_huffman_code_is_less_than_a_byte(server: &Server) -> Result<(), Finding> {
    // "0", and a byte of ones.
    refused(server, &[&coded(&[0x07, 0xFF])])
}

fn padding_of_huffman_code_is_ones(server: &Server) -> Result<(), Finding> {
    refused(server, &[&coded(&[0x00])])
}

fn the_end_of_string_is_no_part_of_a_string(server: &Server) -> Result<(), Finding> {
    refused(server, &[&coded(&[0x07, 0xFF, 0xFF, 0xFF, 0xFF])])
}

fn lines_that_are_never_indexed_are_read(server: &Server) -> Result<(), Finding> {
    answered(server, &[&[GET, b"\x1f\x11\x03a=b"].concat(), GET])
}

fn a_name_of_no_line_is_an_error(server: &Server) -> Result<(), Finding> {
    refused(server, &[&[GET, &[0x7E, 1, b'a']].concat()])?;
    refused(server, &[&[GET, &[0x0F, 0x7F, 1, b'a']].concat()])
}

fn two_sizes_of_the_table_may_come(server: &Server) -> Result<(), Finding> {
    // Down and up again: what was there is gone.
    let again = [&[0x20, 0x3F, 0xE1, 0x1F][..], GET].concat();
    answered(server, &[b"\x82\x86\x44\x0a/plain.txt\x41\x01a", &again])?;
    refused(server, &[b"\x82\x86\x44\x0a/plain.txt\x41\x01a", &again, &[0x82, 0x86, 0xBF, 0xBE]])
}

fn an_integer_is_not_too_large(server: &Server) -> Result<(), Finding> {
    // An index of 2^35 and more; a length of 2^32.
    refused(server, &[&[GET, &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]].concat()])?;
    refused(server, &[&[GET, &[0x00, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, b'a']].concat()])
}

fn a_string_is_not_longer_than_its_block(server: &Server) -> Result<(), Finding> {
    refused(server, &[&[GET, &[0x00, 1, b'x', 5, b'a']].concat()])?;
    refused(server, &[&[GET, &[0x00, 1, b'x', 0x85, 0x1F]].concat()])
}

fn lines_that_are_not_indexed_enter_no_table(server: &Server) -> Result<(), Finding> {
    answered(server, &[&[GET, b"\x00\x01x\x01y"].concat(), GET])?;
    refused(server, &[&[GET, b"\x00\x01x\x01y"].concat(), &[GET, &[0xBE]].concat()])
}
