//! RFC 9110 §13: preconditions.

use crate::finding::Finding;
use crate::material::{AFTER, BEFORE, MODIFIED};
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9110:
    Must "13.1.1" if_match_with_another_tag_is_412,
    Must "13.1.1" if_match_with_the_tag_proceeds,
    Must "13.1.1" if_match_with_an_asterisk_proceeds,
    Must "13.1.1" if_match_compares_strongly,
    Must "13.1.1" if_match_is_a_list,
    Must "13.1.1" if_match_on_several_lines_is_one_list,
    Must "13.1.2" if_none_match_with_the_tag_is_304,
    Must "13.1.2" if_none_match_with_another_tag_proceeds,
    Must "13.1.2" if_none_match_with_an_asterisk_is_304,
    Must "13.1.2" if_none_match_compares_weakly,
    Must "13.1.2" if_none_match_is_a_list,
    Must "13.1.2" if_none_match_on_several_lines_is_one_list,
    Must "13.1.2" a_comma_inside_a_tag_parts_nothing,
    Must "13.1.2" if_none_match_with_head_is_304,
    Must "13.1.2" if_none_match_with_another_method_is_no_304,
    Must "13.1.3" if_modified_since_the_date_is_304,
    Must "13.1.3" if_modified_since_a_later_date_is_304,
    Must "13.1.3" if_modified_since_an_earlier_date_proceeds,
    Must "13.1.3" if_modified_since_no_date_is_passed_over,
    Must "13.1.3" if_modified_since_is_put_aside_by_if_none_match,
    Must "13.1.3" if_modified_since_is_for_get_and_head,
    Must "13.1.4" if_unmodified_since_an_earlier_date_is_412,
    Must "13.1.4" if_unmodified_since_the_date_proceeds,
    Must "13.1.4" if_unmodified_since_no_date_is_passed_over,
    Must "13.1.4" if_unmodified_since_is_put_aside_by_if_match,
    Must "13.2.2" if_match_comes_before_if_none_match,
    Must "13.2.2" if_unmodified_since_comes_before_if_none_match,
    Must "13.2.2" if_none_match_is_asked_after_if_match_was_true,
    Must "13.2.1" conditions_are_nothing_to_what_is_missing,
    Must "13.2.1" conditions_are_nothing_to_a_redirect,
    Must "15.4.5" a_304_has_the_fields_a_cache_needs,
    Should "15.4.5" a_304_has_no_fields_of_content,
}

/// `TAG` in a line stands for the entity tag of the file, the names of dates for the dates.
fn is(server: &Server, method: &str, lines: &[&str], status: u16) -> Result<(), Finding> {
    let tag = server.get("/plain.txt")?.expect_field("ETag")?.to_owned();
    let fill = |line: &&str| {
        let line = line.replace("TAG", &tag).replace("MODIFIED", MODIFIED);
        line.replace("BEFORE", BEFORE).replace("AFTER", AFTER)
    };
    let lines: Vec<String> = lines.iter().map(fill).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let response = server.ask(method, "/plain.txt", &lines)?;
    response.expect(&[status]).map_err(|finding| finding.during(format_args!("{method} with {}", lines.join(", "))))?;
    Ok(())
}

fn if_match_with_another_tag_is_412(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-Match: \"other\""], 412)?;
    is(server, "HEAD", &["If-Match: \"other\", \"another\""], 412)
}

fn if_match_with_the_tag_proceeds(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-Match: TAG"], 200)?;
    is(server, "HEAD", &["If-Match: TAG"], 200)
}

fn if_match_with_an_asterisk_proceeds(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-Match: *"], 200)
}

fn if_match_compares_strongly(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-Match: W/TAG"], 412)
}

fn if_match_is_a_list(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-Match: \"other\", TAG"], 200)?;
    is(server, "GET", &["If-Match: , TAG ,"], 200)
}

fn if_match_on_several_lines_is_one_list(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-Match: \"other\"", "If-Match: TAG"], 200)
}

fn if_none_match_with_the_tag_is_304(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-None-Match: TAG"], 304)
}

fn if_none_match_with_another_tag_proceeds(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-None-Match: \"other\""], 200)?;
    is(server, "GET", &["If-None-Match: \"\""], 200)
}

fn if_none_match_with_an_asterisk_is_304(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-None-Match: *"], 304)
}

fn if_none_match_compares_weakly(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-None-Match: W/TAG"], 304)
}

fn if_none_match_is_a_list(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-None-Match: \"other\", TAG"], 304)?;
    is(server, "GET", &["If-None-Match: \"other\",TAG,\"another\""], 304)?;
    is(server, "GET", &["If-None-Match: , W/\"other\" ,, W/TAG ,"], 304)?;
    is(server, "GET", &["If-None-Match: \"other\", \"another\""], 200)
}

fn if_none_match_on_several_lines_is_one_list(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-None-Match: \"other\"", "If-None-Match: TAG"], 304)
}

fn a_comma_inside_a_tag_parts_nothing(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-None-Match: \"a,b\", TAG"], 304)
}

fn if_none_match_with_head_is_304(server: &Server) -> Result<(), Finding> {
    is(server, "HEAD", &["If-None-Match: TAG"], 304)
}

fn if_none_match_with_another_method_is_no_304(server: &Server) -> Result<(), Finding> {
    let response = server.ask("POST", "/plain.txt", &["If-None-Match: *", "Content-Length: 0"])?;
    response.expect(&[405, 412])?;
    Ok(())
}

fn if_modified_since_the_date_is_304(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-Modified-Since: MODIFIED"], 304)?;
    is(server, "HEAD", &["If-Modified-Since: MODIFIED"], 304)
}

fn if_modified_since_a_later_date_is_304(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-Modified-Since: AFTER"], 304)
}

fn if_modified_since_an_earlier_date_proceeds(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-Modified-Since: BEFORE"], 200)
}

fn if_modified_since_no_date_is_passed_over(server: &Server) -> Result<(), Finding> {
    for value in
        ["", "0", "-1", "yesterday", "Tue, 02 Jan 2024", "2024-01-02T03:04:05Z", "Tue, 99 Jan 2024 03:04:05 GMT"]
    {
        is(server, "GET", &[&format!("If-Modified-Since: {value}")], 200)?;
    }
    Ok(())
}

fn if_modified_since_is_put_aside_by_if_none_match(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-None-Match: \"other\"", "If-Modified-Since: AFTER"], 200)?;
    is(server, "GET", &["If-None-Match: TAG", "If-Modified-Since: BEFORE"], 304)
}

fn if_modified_since_is_for_get_and_head(server: &Server) -> Result<(), Finding> {
    server
        .ask("POST", "/plain.txt", &[&format!("If-Modified-Since: {MODIFIED}"), "Content-Length: 0"])?
        .expect(&[405])?;
    Ok(())
}

fn if_unmodified_since_an_earlier_date_is_412(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-Unmodified-Since: BEFORE"], 412)
}

fn if_unmodified_since_the_date_proceeds(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-Unmodified-Since: MODIFIED"], 200)?;
    is(server, "GET", &["If-Unmodified-Since: AFTER"], 200)
}

fn if_unmodified_since_no_date_is_passed_over(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-Unmodified-Since: yesterday"], 200)
}

fn if_unmodified_since_is_put_aside_by_if_match(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-Match: TAG", "If-Unmodified-Since: BEFORE"], 200)?;
    is(server, "GET", &["If-Match: \"other\"", "If-Unmodified-Since: AFTER"], 412)
}

fn if_match_comes_before_if_none_match(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-None-Match: TAG", "If-Match: \"other\""], 412)
}

fn if_unmodified_since_comes_before_if_none_match(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-None-Match: TAG", "If-Unmodified-Since: BEFORE"], 412)
}

fn if_none_match_is_asked_after_if_match_was_true(server: &Server) -> Result<(), Finding> {
    is(server, "GET", &["If-Match: TAG", "If-None-Match: TAG"], 304)?;
    is(server, "GET", &["If-Match: TAG", "If-None-Match: \"other\""], 200)?;
    is(server, "GET", &["If-Unmodified-Since: MODIFIED", "If-Modified-Since: MODIFIED"], 304)
}

fn conditions_are_nothing_to_what_is_missing(server: &Server) -> Result<(), Finding> {
    for line in ["If-None-Match: *", "If-Match: *", "If-Match: \"other\"", &format!("If-Unmodified-Since: {BEFORE}")] {
        server.get_with("/missing", &[line])?.expect(&[404]).map_err(|finding| finding.during(line))?;
    }
    Ok(())
}

fn conditions_are_nothing_to_a_redirect(server: &Server) -> Result<(), Finding> {
    for line in ["If-None-Match: *", "If-Match: \"other\""] {
        server.get_with("/folder", &[line])?.expect(&[301, 302, 307, 308]).map_err(|finding| finding.during(line))?;
    }
    Ok(())
}

fn a_304_has_the_fields_a_cache_needs(server: &Server) -> Result<(), Finding> {
    for line in ["Accept-Encoding: identity", "Accept-Encoding: gzip"] {
        let whole = server.get_with("/page.html", &[line])?;
        let not_modified = server.get_with("/page.html", &[line, "If-None-Match: *"])?;
        not_modified.expect(&[304])?.expect_field("Date")?;
        for name in ["Cache-Control", "Content-Location", "ETag", "Expires", "Vary"] {
            if whole.field(name).is_some() && name != "Expires" {
                not_modified.expect_field_is(name, &whole.list(name))?;
            }
        }
    }
    Ok(())
}

fn a_304_has_no_fields_of_content(server: &Server) -> Result<(), Finding> {
    let response = server.get_with("/plain.txt", &["If-None-Match: *"])?;
    response.expect(&[304])?.expect_no_field("Content-Encoding")?.expect_no_field("Content-Range")?;
    // A length may stand there only if it is that of the 200 (RFC 9110 §8.6).
    let length = response.field("Content-Length").unwrap_or("1000");
    crate::finding::expect(length == "1000", || format!("expected no length or 1000, found {length}"))
}
