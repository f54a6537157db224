//! RFC 9112 §3.2, §3.3: the request target and its host.

use crate::finding::Finding;
use crate::material;
use crate::requirement::requirements;
use crate::server::Server;

requirements! { 9112:
    Must "3.2" a_request_of_1_1_without_host_is_400,
    Must "3.2" two_hosts_are_400,
    Must "3.2" two_equal_hosts_are_400,
    Must "3.2" a_host_with_a_space_is_400,
    Must "3.2" a_host_with_a_path_is_400,
    Must "3.2" a_host_with_user_information_is_400,
    Must "3.2" a_host_with_a_bad_port_is_400,
    Must "3.2" a_host_with_half_a_bracket_is_400,
    Must "3.2" good_hosts_are_accepted,
    Must "3.2" a_request_of_1_0_needs_no_host,
    Must "3.2.1" the_query_is_no_part_of_the_path,
    Must "3.2.1" a_target_without_slash_is_refused,
    Should "3.2" a_bad_percent_escape_is_refused,
    Must "3.2.2" absolute_form_is_accepted,
    Must "3.2.2" the_host_of_absolute_form_goes_before_the_field,
    Must "3.2.2" absolute_form_without_path_is_the_root,
    Must "3.2.2" absolute_form_without_path_may_have_a_query,
    Must "3.2.2" the_scheme_of_absolute_form_has_no_case,
    Must "3.2.2" absolute_form_needs_a_host_field_too,
    Must "3.2.3" authority_form_is_for_connect_only,
    Must "3.2.4" an_asterisk_is_for_options_only,
    Should "3.2.4" options_with_an_asterisk_asks_the_server,
}

const GET: &str = "GET /plain.txt HTTP/1.1\r\n";

fn a_request_of_1_1_without_host_is_400(server: &Server) -> Result<(), Finding> {
    server.refuses(format!("{GET}\r\n"), &[400])?;
    server.refuses(format!("{GET}Accept: */*\r\n\r\n"), &[400])
}

fn two_hosts_are_400(server: &Server) -> Result<(), Finding> {
    server.refuses(format!("{GET}Host: a\r\nHost: b\r\n\r\n"), &[400])?;
    server.refuses(format!("{GET}Host: a\r\nAccept: */*\r\nhost: b\r\n\r\n"), &[400])
}

fn two_equal_hosts_are_400(server: &Server) -> Result<(), Finding> {
    server.refuses(format!("{GET}Host: a\r\nHost: a\r\n\r\n"), &[400])
}

fn a_host_with_a_space_is_400(server: &Server) -> Result<(), Finding> {
    server.refuses(format!("{GET}Host: a b\r\n\r\n"), &[400])?;
    server.refuses(format!("{GET}Host: a, b c\r\n\r\n"), &[400])
}

fn a_host_with_a_path_is_400(server: &Server) -> Result<(), Finding> {
    for host in ["a/b", "a?b", "a#b", "http://a", "/", "a\\b"] {
        server.refuses(format!("{GET}Host: {host}\r\n\r\n"), &[400])?;
    }
    Ok(())
}

fn a_host_with_user_information_is_400(server: &Server) -> Result<(), Finding> {
    server.refuses(format!("{GET}Host: user@a\r\n\r\n"), &[400])
}

fn a_host_with_a_bad_port_is_400(server: &Server) -> Result<(), Finding> {
    for host in ["a:b", "a:80x", "a:-1", "a:80:80"] {
        server.refuses(format!("{GET}Host: {host}\r\n\r\n"), &[400])?;
    }
    Ok(())
}

fn a_host_with_half_a_bracket_is_400(server: &Server) -> Result<(), Finding> {
    for host in ["[::1", "::1]", "[::1]x", "[]", "a[b]"] {
        server.refuses(format!("{GET}Host: {host}\r\n\r\n"), &[400])?;
    }
    Ok(())
}

fn good_hosts_are_accepted(server: &Server) -> Result<(), Finding> {
    for host in [
        "a",
        "a:80",
        "a:",
        "EXAMPLE.com",
        "127.0.0.1",
        "[::1]",
        "[::1]:8080",
        "xn--fiq228c.example",
        "a_b.example",
        "a.",
    ] {
        let request = format!("{GET}Host: {host}\r\n\r\n");
        // 421 is for hosts that are not served here (RFC 9110 §7.4).
        server.raw(request)?.expect(&[200, 421]).map_err(|finding| finding.during(format_args!("Host: {host}")))?;
    }
    Ok(())
}

fn a_request_of_1_0_needs_no_host(server: &Server) -> Result<(), Finding> {
    server.raw("GET /plain.txt HTTP/1.0\r\n\r\n")?.expect(&[200])?.expect_content(&material::plain())?;
    Ok(())
}

fn the_query_is_no_part_of_the_path(server: &Server) -> Result<(), Finding> {
    for target in ["/plain.txt?", "/plain.txt?a=b", "/plain.txt?/../missing", "/plain.txt?a?b"] {
        server.get(target)?.expect(&[200])?.expect_content(&material::plain())?;
    }
    Ok(())
}

fn a_target_without_slash_is_refused(server: &Server) -> Result<(), Finding> {
    for target in ["plain.txt", "?a", "./plain.txt", "\\plain.txt"] {
        server.refuses(server.request("GET", target, &[]), &[400])?;
    }
    Ok(())
}

fn a_bad_percent_escape_is_refused(server: &Server) -> Result<(), Finding> {
    for target in ["/%", "/%4", "/%zz", "/plain.txt%", "/%u0041"] {
        server.refuses(server.request("GET", target, &[]), &[400, 404])?;
    }
    Ok(())
}

fn absolute_form_is_accepted(server: &Server) -> Result<(), Finding> {
    let target = format!("http://{}/plain.txt?a", server.address);
    server.get(&target)?.expect(&[200])?.expect_content(&material::plain())?;
    Ok(())
}

fn the_host_of_absolute_form_goes_before_the_field(server: &Server) -> Result<(), Finding> {
    let request = format!("GET http://{}/plain.txt HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n", server.address);
    server.raw(request)?.expect(&[200])?;
    Ok(())
}

fn absolute_form_without_path_is_the_root(server: &Server) -> Result<(), Finding> {
    let root = server.get("/")?.content;
    server.get(&format!("http://{}", server.address))?.expect(&[200])?.expect_content(&root)?;
    Ok(())
}

fn absolute_form_without_path_may_have_a_query(server: &Server) -> Result<(), Finding> {
    server.get(&format!("http://{}?a", server.address))?.expect(&[200])?;
    Ok(())
}

fn the_scheme_of_absolute_form_has_no_case(server: &Server) -> Result<(), Finding> {
    server.get(&format!("HTTP://{}/plain.txt", server.address))?.expect(&[200])?;
    Ok(())
}

fn absolute_form_needs_a_host_field_too(server: &Server) -> Result<(), Finding> {
    server.refuses(format!("GET http://{}/plain.txt HTTP/1.1\r\n\r\n", server.address), &[400])
}

fn authority_form_is_for_connect_only(server: &Server) -> Result<(), Finding> {
    server.refuses(server.request("GET", "example.com:80", &[]), &[400])?;
    server.raw("CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n")?.expect_refusal()?;
    Ok(())
}

fn an_asterisk_is_for_options_only(server: &Server) -> Result<(), Finding> {
    server.refuses(server.request("GET", "*", &[]), &[400])?;
    server.refuses(server.request("HEAD", "*", &[]), &[400])
}

fn options_with_an_asterisk_asks_the_server(server: &Server) -> Result<(), Finding> {
    server.ask("OPTIONS", "*", &[])?.expect(&[200, 204])?;
    Ok(())
}
