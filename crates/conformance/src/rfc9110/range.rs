//! RFC 9110 §14, §15.3.7.1: one range.

use crate::finding::{Finding, expect};
use crate::material;
use crate::requirement::requirements;
use crate::server::Server;
use std::ops::Range;

requirements! { 9110:
    Should "14.3" ranges_are_offered,
    Must "15.3.7.1" the_first_bytes_are_had,
    Must "15.3.7.1" bytes_in_the_middle_are_had,
    Must "14.1.2" an_open_range_goes_to_the_end,
    Must "14.1.2" a_range_beyond_the_end_is_clipped,
    Must "14.1.2" a_suffix_counts_from_the_end,
    Must "14.1.2" a_suffix_longer_than_all_is_all,
    Must "14.1.2" numbers_beyond_64_bits_are_numbers,
    Must "14.2" an_unknown_unit_is_passed_over,
    Must "14.1" the_unit_has_no_case,
    Must "14.2" a_malformed_range_is_passed_over_or_refused,
    Must "14.2" a_range_with_head_is_passed_over,
    Must "14.2" a_range_with_another_method_is_passed_over,
    Must "14.2" conditions_come_before_ranges,
    Must "14.2" what_is_missing_has_no_ranges,
    Should "15.5.17" a_range_behind_the_end_is_416,
    Should "15.5.17" a_416_tells_the_length,
    Must "15.5.17" a_suffix_of_length_0_is_not_206,
    Must "14.4" an_empty_file_has_no_range,
    Must "15.3.7" a_part_has_the_fields_of_the_whole,
    Must "8.6" the_length_of_a_part_is_its_own,
    Must "14.2" parts_of_a_large_file_are_right_everywhere,
    Must "14.4" a_part_of_coded_content_is_of_coded_content,
}

fn has_part(server: &Server, range: &str, expected: Range<usize>) -> Result<(), Finding> {
    let response = server.get_with("/bytes.bin", &[&format!("Range: {range}")])?;
    let part = || {
        let content_range = format!("bytes {}-{}/10000", expected.start, expected.end - 1);
        response.expect(&[206])?.expect_field_is("Content-Range", &content_range)?;
        response.expect_field_is("Content-Length", &expected.len().to_string())?;
        response.expect_content(&material::bytes()[expected.clone()])
    };
    part().map_err(|finding| finding.during(range))?;
    Ok(())
}

fn is_whole(server: &Server, lines: &[&str]) -> Result<(), Finding> {
    let response = server.get_with("/bytes.bin", lines)?;
    let whole = || response.expect(&[200])?.expect_no_field("Content-Range")?.expect_content(&material::bytes());
    whole().map_err(|finding| finding.during(lines.join(", ")))?;
    Ok(())
}

fn ranges_are_offered(server: &Server) -> Result<(), Finding> {
    server.get("/bytes.bin")?.expect_field_is("Accept-Ranges", "bytes")?;
    Ok(())
}

fn the_first_bytes_are_had(server: &Server) -> Result<(), Finding> {
    has_part(server, "bytes=0-0", 0..1)?;
    has_part(server, "bytes=0-499", 0..500)?;
    has_part(server, "bytes=0-9999", 0..10_000)
}

fn bytes_in_the_middle_are_had(server: &Server) -> Result<(), Finding> {
    has_part(server, "bytes=500-999", 500..1000)?;
    has_part(server, "bytes=9999-9999", 9999..10_000)?;
    has_part(server, "bytes=0500-00999", 500..1000)
}

fn an_open_range_goes_to_the_end(server: &Server) -> Result<(), Finding> {
    has_part(server, "bytes=9500-", 9500..10_000)?;
    has_part(server, "bytes=0-", 0..10_000)
}

fn a_range_beyond_the_end_is_clipped(server: &Server) -> Result<(), Finding> {
    has_part(server, "bytes=9500-10000", 9500..10_000)?;
    has_part(server, "bytes=0-99999999", 0..10_000)
}

fn a_suffix_counts_from_the_end(server: &Server) -> Result<(), Finding> {
    has_part(server, "bytes=-1", 9999..10_000)?;
    has_part(server, "bytes=-500", 9500..10_000)
}

fn a_suffix_longer_than_all_is_all(server: &Server) -> Result<(), Finding> {
    has_part(server, "bytes=-10000", 0..10_000)?;
    has_part(server, "bytes=-10001", 0..10_000)
}

fn numbers_beyond_64_bits_are_numbers(server: &Server) -> Result<(), Finding> {
    // The second is 2^64 + 5: cut to 64 bits it would be five. A server may also ignore the field.
    for range in ["bytes=0-99999999999999999999999", "bytes=0-18446744073709551621"] {
        let response = server.get_with("/bytes.bin", &[&format!("Range: {range}")])?;
        if response.expect(&[200, 206, 416])?.status != 416 {
            response.expect_content(&material::bytes())?;
        }
    }
    for range in ["bytes=18446744073709551621-18446744073709551630", "bytes=99999999999999999999999-"] {
        let response = server.get_with("/bytes.bin", &[&format!("Range: {range}")])?;
        response.expect(&[200, 416]).map_err(|finding| finding.during(range))?;
    }
    Ok(())
}

fn an_unknown_unit_is_passed_over(server: &Server) -> Result<(), Finding> {
    is_whole(server, &["Range: lines=0-1"])?;
    is_whole(server, &["Range: bytesx=0-1"])?;
    is_whole(server, &["Range: byte=0-1"])
}

fn the_unit_has_no_case(server: &Server) -> Result<(), Finding> {
    // RFC 9110 §14.1. A server may still ignore any Range (§14.2).
    let response = server.get_with("/bytes.bin", &["Range: BYTES=0-1"])?;
    response.expect(&[200, 206])?;
    Ok(())
}

fn a_malformed_range_is_passed_over_or_refused(server: &Server) -> Result<(), Finding> {
    for range in [
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-1",
        "bytes=1-2-3",
        "bytes=--1",
        "bytes=+1-2",
        "bytes=0x1-2",
        "bytes=1",
        "=1-2",
        "bytes 1-2",
        "bytes=1-2;3-4",
    ] {
        let response = server.get_with("/bytes.bin", &[&format!("Range: {range}")])?;
        response.expect(&[200, 400, 416]).map_err(|finding| finding.during(range))?;
    }
    Ok(())
}

fn a_range_with_head_is_passed_over(server: &Server) -> Result<(), Finding> {
    let response = server.ask("HEAD", "/bytes.bin", &["Range: bytes=0-1"])?;
    response.expect(&[200])?.expect_no_field("Content-Range")?.expect_field_is("Content-Length", "10000")?;
    Ok(())
}

fn a_range_with_another_method_is_passed_over(server: &Server) -> Result<(), Finding> {
    server.ask("POST", "/bytes.bin", &["Range: bytes=0-1", "Content-Length: 0"])?.expect(&[405])?;
    server.ask("OPTIONS", "/bytes.bin", &["Range: bytes=99999-"])?.expect(&[200, 204, 405])?;
    Ok(())
}

fn conditions_come_before_ranges(server: &Server) -> Result<(), Finding> {
    let range = "Range: bytes=0-1";
    server.get_with("/bytes.bin", &[range, "If-None-Match: *"])?.expect(&[304])?;
    server.get_with("/bytes.bin", &[range, "If-Match: \"other\""])?.expect(&[412])?;
    server.get_with("/bytes.bin", &["Range: bytes=99999-", "If-None-Match: *"])?.expect(&[304])?;
    Ok(())
}

fn what_is_missing_has_no_ranges(server: &Server) -> Result<(), Finding> {
    server.get_with("/missing", &["Range: bytes=0-1"])?.expect(&[404])?.expect_no_field("Content-Range")?;
    server.get_with("/folder", &["Range: bytes=0-1"])?.expect(&[301, 302, 307, 308])?;
    Ok(())
}

fn a_range_behind_the_end_is_416(server: &Server) -> Result<(), Finding> {
    for range in ["bytes=10000-", "bytes=10000-10001", "bytes=99999-"] {
        server.get_with("/bytes.bin", &[&format!("Range: {range}")])?.expect(&[416])?;
    }
    Ok(())
}

fn a_416_tells_the_length(server: &Server) -> Result<(), Finding> {
    server
        .get_with("/bytes.bin", &["Range: bytes=10000-"])?
        .expect(&[416])?
        .expect_field_is("Content-Range", "bytes */10000")?;
    Ok(())
}

fn a_suffix_of_length_0_is_not_206(server: &Server) -> Result<(), Finding> {
    server.get_with("/bytes.bin", &["Range: bytes=-0"])?.expect(&[200, 416])?;
    Ok(())
}

fn an_empty_file_has_no_range(server: &Server) -> Result<(), Finding> {
    for range in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
        server.get_with("/empty.txt", &[&format!("Range: {range}")])?.expect(&[200, 416])?;
    }
    Ok(())
}

fn a_part_has_the_fields_of_the_whole(server: &Server) -> Result<(), Finding> {
    let whole = server.get("/bytes.bin")?;
    let part = server.get_with("/bytes.bin", &["Range: bytes=0-1"])?;
    part.expect(&[206])?.expect_field("Date")?;
    for name in ["Cache-Control", "Content-Location", "ETag", "Vary", "Content-Type", "Last-Modified"] {
        if whole.field(name).is_some() {
            part.expect_field_is(name, &whole.list(name))?;
        }
    }
    Ok(())
}

fn the_length_of_a_part_is_its_own(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    for range in [0..1, 100..5000, 9999..10_000] {
        let line = format!("Range: bytes={}-{}", range.start, range.end - 1);
        dialog.send(server.request("GET", "/bytes.bin", &[&line]))?;
        dialog.receive("GET")?.expect(&[206])?.expect_content(&material::bytes()[range])?;
    }
    Ok(())
}

fn parts_of_a_large_file_are_right_everywhere(server: &Server) -> Result<(), Finding> {
    let large = material::large();
    for start in [0, 1, 4095, 4096, 65_535, 65_536, 500_000, large.len() - 1] {
        for length in [1, 4096, 100_000] {
            let end = large.len().min(start + length);
            let line = format!("Range: bytes={start}-{}", end - 1);
            let response = server.get_with("/large.bin", &[&line])?;
            response.expect(&[206])?.expect_content(&large[start..end]).map_err(|finding| finding.during(&line))?;
        }
    }
    Ok(())
}

fn a_part_of_coded_content_is_of_coded_content(server: &Server) -> Result<(), Finding> {
    let coded = "Accept-Encoding: gzip";
    server.get_with("/page.html", &[coded])?;
    let whole = server.get_with("/page.html", &[coded])?;
    let part = server.get_with("/page.html", &[coded, "Range: bytes=0-9"])?;
    if part.status == 200 {
        return Ok(());
    }
    // Two ways are right: a part of the coded bytes, or of the plain ones under the tag of the plain ones.
    let is_coded = part.field("Content-Encoding").is_some();
    let plain = server.get_with("/page.html", &["Accept-Encoding: identity"])?;
    let base = if is_coded { &whole } else { &plain };
    part.expect(&[206])?.expect_content(&base.content[..10])?;
    part.expect_field_is("ETag", base.expect_field("ETag")?)?;
    let range = part.expect_field("Content-Range")?;
    let expected = format!("bytes 0-9/{}", base.content.len());
    expect(range == expected, || format!("expected Content-Range: {expected}, found {range}"))
}
