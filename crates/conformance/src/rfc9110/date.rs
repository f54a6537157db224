//! RFC 9110 §5.6.7, §6.6.1, §8.8.2: dates.

use crate::finding::{Finding, expect};
use crate::material;
use crate::requirement::requirements;
use crate::response::Response;
use crate::server::Server;
use std::fs;
use std::time::{Duration, SystemTime};

requirements! { 9110:
    Must "6.6.1" a_200_has_a_date,
    Must "6.6.1" a_304_has_a_date,
    Must "6.6.1" a_206_has_a_date,
    Must "6.6.1" a_redirect_has_a_date,
    Must "6.6.1" a_4xx_has_a_date,
    Must "5.6.7" a_date_is_sent_as_imf_fixdate,
    Must "6.6.1" the_date_is_now,
    Should "8.8.2" a_file_has_the_date_of_its_modification,
    Must "8.8.2.1" a_file_of_the_future_is_not_modified_later_than_now,
    Must "5.6.7" a_date_in_the_form_of_rfc_850_is_read,
    Must "5.6.7" a_date_in_the_form_of_asctime_is_read,
}

/// IMF-fixdates of now, a few seconds ago and a few seconds ahead: none else is the time of a response just made.
fn is_now(date: &str) -> bool {
    let now = SystemTime::now();
    (0..=10).any(|seconds| {
        let time = now + Duration::from_secs(5) - Duration::from_secs(seconds);
        material::imf_fixdate(time) == date
    })
}

fn has_date(response: &Response, status: u16) -> Result<(), Finding> {
    let date = response.expect(&[status, status.max(307)])?.expect_field("Date")?;
    expect(is_now(date), || format!("expected the date of now, found {date}"))
}

fn a_200_has_a_date(server: &Server) -> Result<(), Finding> {
    has_date(&server.get("/plain.txt")?, 200)?;
    has_date(&server.head("/plain.txt")?, 200)?;
    has_date(&server.get("/bare/")?, 200)
}

fn a_304_has_a_date(server: &Server) -> Result<(), Finding> {
    has_date(&server.get_with("/plain.txt", &["If-None-Match: *"])?, 304)
}

fn a_206_has_a_date(server: &Server) -> Result<(), Finding> {
    has_date(&server.get_with("/plain.txt", &["Range: bytes=0-1"])?, 206)
}

fn a_redirect_has_a_date(server: &Server) -> Result<(), Finding> {
    has_date(&server.get("/folder")?, 301)
}

fn a_4xx_has_a_date(server: &Server) -> Result<(), Finding> {
    has_date(&server.get("/missing")?, 404)?;
    has_date(&server.ask("POST", "/plain.txt", &["Content-Length: 0"])?, 405)?;
    has_date(&server.raw("GET / HTTP/1.1\r\n\r\n")?, 400)?;
    has_date(&server.get_with("/plain.txt", &["If-Match: \"other\""])?, 412)?;
    has_date(&server.get_with("/plain.txt", &["Range: bytes=99999-"])?, 416)
}

fn a_date_is_sent_as_imf_fixdate(server: &Server) -> Result<(), Finding> {
    let response = server.get("/plain.txt")?;
    for name in ["Date", "Last-Modified"] {
        let date = response.expect_field(name)?;
        let shape: String = date.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
        let is_fixdate = shape.len() == 29 && shape.ends_with(" 0000 00:00:00 GMT") && shape[3..].starts_with(", 00 ");
        expect(is_fixdate, || format!("expected an IMF-fixdate, found {name}: {date}"))?;
    }
    Ok(())
}

fn the_date_is_now(server: &Server) -> Result<(), Finding> {
    let mut dialog = server.dialog()?;
    for _ in 0..2 {
        dialog.send(server.request("GET", "/plain.txt", &[]))?;
        let response = dialog.receive("GET")?;
        let date = response.expect_field("Date")?;
        expect(is_now(date), || format!("expected the date of now, found {date}"))?;
    }
    Ok(())
}

fn a_file_has_the_date_of_its_modification(server: &Server) -> Result<(), Finding> {
    server.get("/plain.txt")?.expect_field_is("Last-Modified", material::MODIFIED)?;
    server.get("/folder/")?.expect_field_is("Last-Modified", material::MODIFIED)?;
    Ok(())
}

fn a_file_of_the_future_is_not_modified_later_than_now(server: &Server) -> Result<(), Finding> {
    let path = server.root.join("future.txt");
    fs::write(&path, b"from the future\n")?;
    material::set_modified(&path, SystemTime::now() + Duration::from_secs(86_400))?;
    let response = server.get("/future.txt")?;
    let Some(modified) = response.expect(&[200])?.field("Last-Modified") else { return Ok(()) };
    expect(is_now(modified), || format!("expected no date beyond now, found Last-Modified: {modified}"))
}

fn a_date_in_the_form_of_rfc_850_is_read(server: &Server) -> Result<(), Finding> {
    let line = format!("If-Modified-Since: {}", material::MODIFIED_RFC850);
    server.get_with("/plain.txt", &[&line])?.expect(&[304])?;
    Ok(())
}

fn a_date_in_the_form_of_asctime_is_read(server: &Server) -> Result<(), Finding> {
    let line = format!("If-Modified-Since: {}", material::MODIFIED_ASCTIME);
    server.get_with("/plain.txt", &[&line])?.expect(&[304])?;
    Ok(())
}
