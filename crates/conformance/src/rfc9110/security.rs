//! RFC 9110 §17, RFC 9112 §11: what attackers try.

use crate::finding::{Finding, expect};
use crate::material;
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9110:
    Must "17.3" dot_segments_lead_to_nothing_outside,
    Must "17.3" encoded_dot_segments_lead_to_nothing_outside,
    Must "17.3" encoded_slashes_lead_to_nothing_outside,
    Must "17.3" backslashes_lead_to_nothing_outside,
    Must "17.3" overlong_encodings_lead_to_nothing_outside,
    Must "17.3" files_of_the_system_are_not_served,
    Must "17.3" a_nul_cuts_no_name,
    Must "17.3" dot_segments_inside_are_resolved_or_refused,
    Must "17.3" a_symbolic_link_out_is_refused_or_meant,
    Must "5.5" an_encoded_crlf_makes_no_field,
    Must "17.3" a_name_that_is_too_long_is_refused,
    Must "17.11" a_response_tells_nothing_of_the_disk,
    Should "10.2.4" the_server_tells_no_more_than_its_name,
}

/// None of these gives the file beside the folder.
fn stays_inside(server: &Server, targets: &[&str]) -> Result<(), Finding> {
    for target in targets {
        let response = server.raw(server.request("GET", target, &["Connection: close"]))?;
        let is_outside = find(&response.content, material::OUTSIDE) || find(&response.content, b"root:x:0:0:");
        expect(!is_outside, || format!("{target} gives a file outside of the folder"))?;
        response.expect(&[301, 302, 307, 308, 400, 403, 404]).map_err(|finding| finding.during(target))?;
    }
    Ok(())
}

fn find(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

fn dot_segments_lead_to_nothing_outside(server: &Server) -> Result<(), Finding> {
    stays_inside(
        server,
        &[
            "/../outside.txt",
            "/folder/../../outside.txt",
            "/./../outside.txt",
            "/folder/.././../outside.txt",
            "//../outside.txt",
            "/../site/../outside.txt",
        ],
    )
}

fn encoded_dot_segments_lead_to_nothing_outside(server: &Server) -> Result<(), Finding> {
    stays_inside(
        server,
        &[
            "/%2e%2e/outside.txt",
            "/.%2e/outside.txt",
            "/%2E./outside.txt",
            "/folder/%2e%2e/%2e%2e/outside.txt",
            "/%252e%252e/outside.txt",
        ],
    )
}

fn encoded_slashes_lead_to_nothing_outside(server: &Server) -> Result<(), Finding> {
    stays_inside(
        server,
        &[
            "/..%2foutside.txt",
            "/%2e%2e%2foutside.txt",
            "/folder%2f..%2f..%2foutside.txt",
            "/folder/..%2F..%2Foutside.txt",
            "/..%252foutside.txt",
        ],
    )
}

fn backslashes_lead_to_nothing_outside(server: &Server) -> Result<(), Finding> {
    stays_inside(
        server,
        &["/..\\outside.txt", "/..%5coutside.txt", "/folder\\..\\..\\outside.txt", "/%5c..%5coutside.txt"],
    )
}

fn overlong_encodings_lead_to_nothing_outside(server: &Server) -> Result<(), Finding> {
    stays_inside(
        server,
        &[
            "/%c0%ae%c0%ae/outside.txt",
            "/..%c0%afoutside.txt",
            "/%e0%80%ae%e0%80%ae/outside.txt",
            "/%uff0e%uff0e/outside.txt",
        ],
    )
}

fn files_of_the_system_are_not_served(server: &Server) -> Result<(), Finding> {
    stays_inside(
        server,
        &[
            "//etc/passwd",
            "/%2fetc/passwd",
            "/../../../../../../../../etc/passwd",
            "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
            "/file:///etc/passwd",
        ],
    )
}

fn a_nul_cuts_no_name(server: &Server) -> Result<(), Finding> {
    for target in ["/plain.txt%00", "/plain.txt%00.html", "/plain.txt%00/../page.html", "/%00"] {
        let response = server.raw(server.request("GET", target, &["Connection: close"]))?;
        expect(response.content != material::plain(), || format!("{target} gives /plain.txt"))?;
    }
    server.get("/plain.txt%00")?.expect(&[400, 404])?;
    Ok(())
}

fn dot_segments_inside_are_resolved_or_refused(server: &Server) -> Result<(), Finding> {
    for target in ["/folder/../plain.txt", "/./plain.txt", "/folder/./../plain.txt", "/folder/%2e%2e/plain.txt"] {
        let response = server.raw(server.request("GET", target, &["Connection: close"]))?;
        match response.expect(&[200, 301, 308, 400, 404])?.status {
            200 => drop(response.expect_content(&material::plain())?),
            301 | 308 => drop(response.expect_field("Location")?),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(unix)]
fn a_symbolic_link_out_is_refused_or_meant(server: &Server) -> Result<(), Finding> {
    // No rule of HTTP; but a link must never make the server fail, nor a link to itself make it run for ever.
    let link = server.root.join("loop");
    if link.symlink_metadata().is_err() {
        std::os::unix::fs::symlink("loop", &link)?;
        std::os::unix::fs::symlink("missing", server.root.join("dangling"))?;
    }
    server.get("/loop")?.expect(&[403, 404])?;
    server.get("/loop/loop/plain.txt")?.expect(&[403, 404])?;
    server.get("/dangling")?.expect(&[403, 404])?;
    Ok(())
}

#[cfg(not(unix))]
fn a_symbolic_link_out_is_refused_or_meant(_server: &Server) -> Result<(), Finding> {
    Ok(())
}

fn an_encoded_crlf_makes_no_field(server: &Server) -> Result<(), Finding> {
    for target in [
        "/folder%0d%0aX-Injected:1",
        "/folder?%0d%0aX-Injected:1",
        "/%0aX-Injected:1",
        "/folder%E5%98%8D%E5%98%8AX-Injected:1",
    ] {
        let response = server.raw(server.request("GET", target, &["Connection: close"]))?;
        response.expect_no_field("X-Injected").map_err(|finding| finding.during(target))?;
    }
    Ok(())
}

fn a_name_that_is_too_long_is_refused(server: &Server) -> Result<(), Finding> {
    // Longer than file systems can name, shorter than servers can read.
    let long = format!("/{}", "a".repeat(300));
    server.get(&long)?.expect(&[403, 404, 414])?;
    let deep = "/a".repeat(2500);
    server.get(&deep)?.expect(&[403, 404, 414])?;
    Ok(())
}

fn a_response_tells_nothing_of_the_disk(server: &Server) -> Result<(), Finding> {
    let root = server.root.display().to_string();
    for target in ["/missing", "/folder", "/bare/", "/%00", "/loop"] {
        let response = server.raw(server.request("GET", target, &["Connection: close"]))?;
        let tells = find(&response.head, root.as_bytes()) || find(&response.content, root.as_bytes());
        expect(!tells, || format!("{target} gives away where the folder is"))?;
    }
    Ok(())
}

fn the_server_tells_no_more_than_its_name(server: &Server) -> Result<(), Finding> {
    let response = server.get("/plain.txt")?;
    let name = response.field("Server").unwrap_or_default();
    expect(!name.contains('('), || format!("expected no needlessly fine detail, found Server: {name}"))
}
