//! RFC 9110 §12: proactive negotiation of content codings, and Vary.

use crate::finding::{Finding, expect};
use crate::material;
use crate::requirement::requirements;
use crate::response::Response;
use crate::server::Server;
use flate2::read::GzDecoder;
use std::io::Read;

requirements! { 9110:
    Should "12.5.3" gzip_is_had_for_the_asking,
    Must "12.5.3" coded_content_decodes_to_the_same,
    Must "12.5.3" only_listed_codings_are_used,
    Must "12.5.3" a_coding_with_weight_0_is_not_used,
    Must "12.5.3" a_refused_asterisk_refuses_what_is_not_listed,
    Must "12.5.3" an_empty_field_wants_no_coding,
    Should "12.5.3" a_coding_nobody_knows_is_passed_over,
    Should "12.5.3" the_greater_weight_goes_first,
    Must "12.5.3" names_of_codings_have_no_case,
    Should "8.4.1.3" x_gzip_is_gzip,
    Must "12.5.3" malformed_weights_are_no_reason_to_fail,
    Should "12.5.5" what_varies_says_so,
    Must "12.5.5" vary_is_on_304_as_on_200,
    Must "12.5.1" a_type_that_cannot_be_had_is_406_or_passed_over,
    Must "12.5.4" a_language_that_cannot_be_had_is_406_or_passed_over,
}

/// The page, under that `Accept-Encoding`. Asked for twice, for a server may code the first time and keep the result.
fn page(server: &Server, codings: &str) -> Result<Response, Finding> {
    let line = format!("Accept-Encoding: {codings}");
    server.get_with("/page.html", &[&line])?;
    let response = server.get_with("/page.html", &[&line])?;
    response.expect(&[200])?;
    Ok(response)
}

fn coding(response: &Response) -> &str {
    response.field("Content-Encoding").unwrap_or("identity")
}

fn has_coding(server: &Server, codings: &str, allowed: &[&str]) -> Result<(), Finding> {
    let response = page(server, codings)?;
    let found = coding(&response);
    expect(allowed.contains(&found), || format!("expected {allowed:?} for {codings:?}, found {found}"))
}

fn gzip_is_had_for_the_asking(server: &Server) -> Result<(), Finding> {
    has_coding(server, "gzip", &["gzip"])
}

fn coded_content_decodes_to_the_same(server: &Server) -> Result<(), Finding> {
    let response = page(server, "gzip")?;
    match coding(&response) {
        "gzip" => {
            let mut decoded = Vec::new();
            GzDecoder::new(&response.content[..]).read_to_end(&mut decoded)?;
            expect(decoded == material::page(), || "the content decodes to something else".to_owned())
        }
        _ => response.expect_content(&material::page()).map(|_| ()),
    }
}

fn only_listed_codings_are_used(server: &Server) -> Result<(), Finding> {
    has_coding(server, "gzip", &["gzip", "identity"])?;
    has_coding(server, "br", &["br", "identity"])?;
    has_coding(server, "zstd", &["zstd", "identity"])?;
    has_coding(server, "deflate", &["deflate", "identity"])?;
    has_coding(server, "identity", &["identity"])
}

fn a_coding_with_weight_0_is_not_used(server: &Server) -> Result<(), Finding> {
    has_coding(server, "gzip;q=0", &["identity"])?;
    has_coding(server, "gzip;q=0.000, br;q=0, zstd;q=0.0", &["identity"])?;
    has_coding(server, "gzip ; q=0, *", &["br", "zstd", "deflate", "compress", "identity"])
}

fn a_refused_asterisk_refuses_what_is_not_listed(server: &Server) -> Result<(), Finding> {
    has_coding(server, "identity, *;q=0", &["identity"])?;
    has_coding(server, "gzip, identity, *;q=0", &["gzip", "identity"])
}

fn an_empty_field_wants_no_coding(server: &Server) -> Result<(), Finding> {
    has_coding(server, "", &["identity"])
}

fn a_coding_nobody_knows_is_passed_over(server: &Server) -> Result<(), Finding> {
    has_coding(server, "strange", &["identity"])?;
    has_coding(server, "gzipped, xgzip, gzip2", &["identity"])
}

fn the_greater_weight_goes_first(server: &Server) -> Result<(), Finding> {
    has_coding(server, "identity;q=1, gzip;q=0.5", &["identity"])?;
    has_coding(server, "gzip;q=1, br;q=0.1, zstd;q=0.1", &["gzip"])
}

fn names_of_codings_have_no_case(server: &Server) -> Result<(), Finding> {
    let plain = coding(&page(server, "gzip")?).to_owned();
    has_coding(server, "GZip", &[&plain])?;
    has_coding(server, "GZIP;Q=0", &["identity"])
}

fn x_gzip_is_gzip(server: &Server) -> Result<(), Finding> {
    let plain = coding(&page(server, "gzip")?).to_owned();
    has_coding(server, "x-gzip", &[&plain, "x-gzip"])
}

fn malformed_weights_are_no_reason_to_fail(server: &Server) -> Result<(), Finding> {
    for codings in
        ["gzip;q=x", "gzip;q=", ";;;", ",,,", "gzip;q=1.5", "gzip;q=-1", "gzip;q=0.12345", "\"gzip\"", "=", "gzip;;q=1"]
    {
        let line = format!("Accept-Encoding: {codings}");
        server.get_with("/page.html", &[&line])?.expect(&[200]).map_err(|finding| finding.during(&line))?;
    }
    Ok(())
}

fn what_varies_says_so(server: &Server) -> Result<(), Finding> {
    let (coded, plain) = (page(server, "gzip")?, page(server, "identity")?);
    if coding(&coded) == coding(&plain) {
        return Ok(());
    }
    for response in [coded, plain, server.get("/page.html")?] {
        let varies = response.has_member("Vary", "Accept-Encoding") || response.has_member("Vary", "*");
        expect(varies, || format!("expected Vary: Accept-Encoding, found {:?}", response.list("Vary")))?;
    }
    Ok(())
}

fn vary_is_on_304_as_on_200(server: &Server) -> Result<(), Finding> {
    let response = page(server, "gzip")?;
    let vary = response.list("Vary");
    let line = format!("If-None-Match: {}", response.expect_field("ETag")?);
    let not_modified = server.get_with("/page.html", &["Accept-Encoding: gzip", &line])?;
    let found = not_modified.expect(&[304])?.list("Vary");
    expect(found == vary, || format!("expected Vary: {vary}, found {found:?}"))
}

fn a_type_that_cannot_be_had_is_406_or_passed_over(server: &Server) -> Result<(), Finding> {
    for value in ["image/webp", "text/html;q=0", "*/*;q=0", "nonsense", ""] {
        server.get_with("/plain.txt", &[&format!("Accept: {value}")])?.expect(&[200, 406])?;
    }
    Ok(())
}

fn a_language_that_cannot_be_had_is_406_or_passed_over(server: &Server) -> Result<(), Finding> {
    for value in ["tlh", "*;q=0", "-", "zh-Hans-CN, en;q=0"] {
        server.get_with("/plain.txt", &[&format!("Accept-Language: {value}")])?.expect(&[200, 406])?;
    }
    Ok(())
}
