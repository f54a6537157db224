//! RFC 9110 §14.6, §15.3.7.2: several ranges.

use crate::finding::{Finding, expect};
use crate::material;
use crate::requirement::requirements;
use crate::response::Response;
use crate::server::Server;
use std::ops::Range;

requirements! { 9110:
    Must "15.3.7.2" several_ranges_are_parts,
    Must "15.3.7.2" several_parts_have_no_content_range_outside,
    Must "15.3.7.2" each_part_has_its_content_range,
    Should "15.3.7.2" each_part_has_the_type_of_the_whole,
    Should "15.3.7.2" parts_come_in_the_order_asked_for,
    Must "15.3.7.2" one_range_is_not_multipart,
    Must "15.3.7.2" one_range_that_is_left_is_right,
    Must "14.1.2" empty_members_of_the_list_are_passed_over,
    Must "14.2" overlapping_ranges_are_right,
    Must "14.2" a_flood_of_ranges_is_not_multiplied,
    Must "8.6" the_length_of_parts_is_that_of_all,
    Must "14.6" the_boundary_is_in_no_part,
    Should "15.5.17" several_ranges_behind_the_end_are_416,
}

struct Part {
    range: Range<usize>,
    media_type: Option<String>,
    content: Vec<u8>,
}

fn ask(server: &Server, range: &str) -> Result<Response, Finding> {
    server.get_with("/bytes.bin", &[&format!("Range: bytes={range}")])
}

fn boundary(response: &Response) -> Result<Option<String>, Finding> {
    let value = response.expect_field("Content-Type")?;
    let Some(rest) = value.strip_prefix("multipart/byteranges") else { return Ok(None) };
    let boundary = rest.split_once("boundary=").map(|(_, boundary)| boundary.trim_matches('"').to_owned());
    boundary.map(Some).ok_or_else(|| Finding::new(format!("expected a boundary, found {value}")))
}

/// The parts of a 206, or the one it is.
fn parts(response: &Response) -> Result<Vec<Part>, Finding> {
    response.expect(&[206])?;
    let Some(boundary) = boundary(response)? else {
        let range = content_range(response.expect_field("Content-Range")?)?;
        return Ok(vec![Part { range, media_type: None, content: response.content.clone() }]);
    };
    let (begin, end) = (format!("--{boundary}\r\n"), format!("--{boundary}--"));
    let mut rest = &response.content[..];
    // The first boundary may have an empty line before it.
    rest = rest.strip_prefix(b"\r\n").unwrap_or(rest);
    let mut parts = Vec::new();
    while !rest.starts_with(end.as_bytes()) {
        rest = rest.strip_prefix(begin.as_bytes()).ok_or_else(|| Finding::new("expected a boundary before a part"))?;
        let length = find(rest, b"\r\n\r\n").ok_or_else(|| Finding::new("expected the head of a part"))?;
        let head = String::from_utf8_lossy(&rest[..length]).into_owned();
        let field = |name: &str| {
            let fields = head.split("\r\n").filter_map(|line| line.split_once(':'));
            fields
                .into_iter()
                .find(|(found, _)| found.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.trim().to_owned())
        };
        let value =
            field("Content-Range").ok_or_else(|| Finding::new("expected Content-Range in a part, found none"))?;
        let range = content_range(&value)?;
        rest = &rest[length + 4..];
        expect(rest.len() >= range.len(), || {
            format!("expected {} bytes of a part, found {}", range.len(), rest.len())
        })?;
        let (content, behind) = rest.split_at(range.len());
        rest = behind.strip_prefix(b"\r\n").ok_or_else(|| Finding::new("expected CRLF behind a part"))?;
        parts.push(Part { range, media_type: field("Content-Type"), content: content.to_vec() });
    }
    Ok(parts)
}

fn content_range(value: &str) -> Result<Range<usize>, Finding> {
    let parse = || {
        let (range, length) = value.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        (length == "10000").then_some(first.parse().ok()?..last.parse::<usize>().ok()? + 1)
    };
    let range: Option<Range<usize>> = parse();
    range
        .filter(|range| range.start < range.end)
        .ok_or_else(|| Finding::new(format!("expected a range of 10000, found {value}")))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Each part holds the bytes it says; together they are all that was asked for, from each start to before each end.
fn is_right(server: &Server, range: &str, asked: &[(usize, usize)]) -> Result<Vec<(usize, usize)>, Finding> {
    let response = ask(server, range)?;
    // RFC 9110 §14.2: a server may ignore any Range.
    if response.expect(&[200, 206])?.status == 200 {
        response.expect_content(&material::bytes())?;
        return Ok(asked.to_vec());
    }
    let (bytes, parts) = (material::bytes(), parts(&response)?);
    for part in &parts {
        expect(part.content == bytes[part.range.clone()], || format!("other bytes in the part {:?}", part.range))?;
    }
    for byte in asked.iter().flat_map(|&(start, end)| start..end) {
        expect(parts.iter().any(|part| part.range.contains(&byte)), || {
            format!("byte {byte} was asked for, and left out")
        })?;
    }
    Ok(parts.into_iter().map(|part| (part.range.start, part.range.end)).collect())
}

fn several_ranges_are_parts(server: &Server) -> Result<(), Finding> {
    is_right(server, "0-1,5000-5999", &[(0, 2), (5000, 6000)])?;
    is_right(server, "0-1, 500-600, -1", &[(0, 2), (500, 601), (9999, 10_000)])?;
    is_right(server, "-1,0-0", &[(9999, 10_000), (0, 1)])?;
    Ok(())
}

fn several_parts_have_no_content_range_outside(server: &Server) -> Result<(), Finding> {
    let response = ask(server, "0-1,5000-5999")?;
    if boundary(&response)?.is_some() {
        response.expect_no_field("Content-Range")?;
    }
    Ok(())
}

fn each_part_has_its_content_range(server: &Server) -> Result<(), Finding> {
    let response = ask(server, "0-1,5000-5999")?;
    if response.status == 206 {
        // The reader of parts finds none without.
        parts(&response)?;
    }
    Ok(())
}

fn each_part_has_the_type_of_the_whole(server: &Server) -> Result<(), Finding> {
    let whole = server.get("/bytes.bin")?.expect_field("Content-Type")?.to_owned();
    let response = ask(server, "0-1,5000-5999")?;
    if response.status == 206 && boundary(&response)?.is_some() {
        for part in parts(&response)? {
            expect(part.media_type.as_deref() == Some(&whole), || {
                format!("expected {whole}, found {:?}", part.media_type)
            })?;
        }
    }
    Ok(())
}

fn parts_come_in_the_order_asked_for(server: &Server) -> Result<(), Finding> {
    let order = [(9000, 9001), (0, 1), (5000, 5001)];
    let found = is_right(server, "9000-9000,0-0,5000-5000", &order)?;
    expect(found == order, || format!("expected {order:?}, found {found:?}"))
}

fn one_range_is_not_multipart(server: &Server) -> Result<(), Finding> {
    let boundary = boundary(&ask(server, "0-1")?)?;
    expect(boundary.is_none(), || "expected one part, found multipart".to_owned())
}

fn one_range_that_is_left_is_right(server: &Server) -> Result<(), Finding> {
    is_right(server, "0-1,20000-30000", &[(0, 2)])?;
    is_right(server, "20000-,5-6,-0", &[(5, 7)])?;
    Ok(())
}

fn empty_members_of_the_list_are_passed_over(server: &Server) -> Result<(), Finding> {
    is_right(server, ",0-1,,5000-5001,", &[(0, 2), (5000, 5002)])?;
    Ok(())
}

fn overlapping_ranges_are_right(server: &Server) -> Result<(), Finding> {
    is_right(server, "0-99,50-149", &[(0, 150)])?;
    is_right(server, "0-99,100-199", &[(0, 200)])?;
    is_right(server, "0-,0-,0-", &[(0, 10_000)])?;
    is_right(server, "5-6,0-", &[(0, 10_000)])?;
    Ok(())
}

fn a_flood_of_ranges_is_not_multiplied(server: &Server) -> Result<(), Finding> {
    // The attack of 2011: each of a thousand ranges is nearly the whole.
    let flood = (0..1000).map(|start| format!("{start}-")).collect::<Vec<_>>().join(",");
    let response = ask(server, &flood)?;
    let length = response.expect(&[200, 206, 400, 416, 431])?.content.len();
    expect(length < 50_000, || format!("expected at most a few times the file of 10000 bytes, found {length}"))
}

fn the_length_of_parts_is_that_of_all(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    dialog.send(server.request("GET", "/bytes.bin", &["Range: bytes=0-1,5000-5999"]))?;
    dialog.send(server.request("GET", "/plain.txt", &[]))?;
    let response = dialog.receive("GET")?;
    if response.status == 206 {
        parts(&response)?;
    }
    dialog.receive("GET")?.expect(&[200])?.expect_content(&material::plain())?;
    Ok(())
}

fn the_boundary_is_in_no_part(server: &Server) -> Result<(), Finding> {
    let response = server.get_with("/large.bin", &["Range: bytes=0-99999,500000-599999"])?;
    if let Some(boundary) = boundary(&response)? {
        let large = material::large();
        let delimiter = format!("\r\n--{boundary}");
        expect(find(&large, delimiter.as_bytes()).is_none(), || "the boundary is in the content".to_owned())?;
        expect((1..=70).contains(&boundary.len()), || format!("expected at most 70 letters, found {boundary}"))?;
    }
    Ok(())
}

fn several_ranges_behind_the_end_are_416(server: &Server) -> Result<(), Finding> {
    ask(server, "10000-,20000-30000")?.expect(&[416])?.expect_field_is("Content-Range", "bytes */10000")?;
    Ok(())
}
