//! RFC 9110 §13.1.5: If-Range.

use crate::finding::Finding;
use crate::material::{self, AFTER, BEFORE, MODIFIED};
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9110:
    Must "13.1.5" if_range_with_the_tag_is_a_part,
    Must "13.1.5" if_range_with_another_tag_is_the_whole,
    Must "13.1.5" if_range_compares_strongly,
    Must "13.1.5" if_range_with_the_date_is_a_part,
    Must "13.1.5" if_range_with_a_later_date_is_the_whole,
    Must "13.1.5" if_range_with_an_earlier_date_is_the_whole,
    Must "13.1.5" if_range_with_no_date_and_no_tag_is_the_whole,
    Must "13.1.5" if_range_without_range_is_passed_over,
    Must "13.2.2" if_range_comes_after_the_other_conditions,
}

fn is(server: &Server, lines: &[&str], status: u16) -> Result<(), Finding> {
    let tag = server.get("/bytes.bin")?.expect_field("ETag")?.to_owned();
    let lines: Vec<String> = lines.iter().map(|line| line.replace("TAG", &tag)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let response = server.get_with("/bytes.bin", &lines)?;
    let content = match status {
        200 => material::bytes(),
        206 => material::bytes()[..2].to_vec(),
        _ => Vec::new(),
    };
    let is_so = || response.expect(&[status])?.expect_content(&content);
    is_so().map_err(|finding| finding.during(lines.join(", ")))?;
    Ok(())
}

const RANGE: &str = "Range: bytes=0-1";

fn if_range_with_the_tag_is_a_part(server: &Server) -> Result<(), Finding> {
    is(server, &[RANGE, "If-Range: TAG"], 206)
}

fn if_range_with_another_tag_is_the_whole(server: &Server) -> Result<(), Finding> {
    is(server, &[RANGE, "If-Range: \"other\""], 200)?;
    is(server, &["Range: bytes=99999-", "If-Range: \"other\""], 200)
}

fn if_range_compares_strongly(server: &Server) -> Result<(), Finding> {
    is(server, &[RANGE, "If-Range: W/TAG"], 200)
}

fn if_range_with_the_date_is_a_part(server: &Server) -> Result<(), Finding> {
    is(server, &[RANGE, &format!("If-Range: {MODIFIED}")], 206)
}

fn if_range_with_a_later_date_is_the_whole(server: &Server) -> Result<(), Finding> {
    is(server, &[RANGE, &format!("If-Range: {AFTER}")], 200)
}

fn if_range_with_an_earlier_date_is_the_whole(server: &Server) -> Result<(), Finding> {
    is(server, &[RANGE, &format!("If-Range: {BEFORE}")], 200)
}

fn if_range_with_no_date_and_no_tag_is_the_whole(server: &Server) -> Result<(), Finding> {
    for value in ["nonsense", "*", "0"] {
        is(server, &[RANGE, &format!("If-Range: {value}")], 200)?;
    }
    Ok(())
}

fn if_range_without_range_is_passed_over(server: &Server) -> Result<(), Finding> {
    is(server, &["If-Range: \"other\""], 200)?;
    is(server, &["If-Range: TAG"], 200)
}

fn if_range_comes_after_the_other_conditions(server: &Server) -> Result<(), Finding> {
    is(server, &[RANGE, "If-Range: TAG", "If-None-Match: TAG"], 304)?;
    let refused = server.get_with("/bytes.bin", &[RANGE, "If-Range: \"other\"", "If-Match: \"other\""])?;
    refused.expect(&[412])?;
    Ok(())
}
