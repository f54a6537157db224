//! Pages and streams that the server makes: whole, and true to what is in the folder.

use super::Case;
use super::possible::{Window, states, versions};
use crate::client::ask::Query;
use crate::disk::State;
use crate::sample;
use semantics::target::encode_segment;

/// Checks the answer about a folder.
pub(crate) fn check_folder(case: &Case<'_>) -> Result<(), String> {
    if case.ask.method == "HEAD" {
        return Ok(());
    }
    match case.ask.query {
        Query::Tar => check_tar(case),
        Query::Zip => check_zip(case),
        Query::Json => check_json(case),
        _ => {
            check_html(case)?;
            let page = String::from_utf8_lossy(&case.response.content);
            check_names(case, |name| page.contains(&encode_segment(name.as_bytes())), |_| false)
        }
    }
}

/// A page for people.
pub(crate) fn check_html(case: &Case<'_>) -> Result<(), String> {
    let media_type = case.response.field("Content-Type").unwrap_or_default();
    if media_type != "text/html; charset=utf-8" || case.response.field("Content-Security-Policy").is_none() {
        return Err(format!("a page as {media_type}"));
    }
    if case.ask.method == "HEAD" {
        return Ok(());
    }
    let content = case.response.content.trim_ascii();
    // HTML needs no closing tags of its root; ours end with the list of keys.
    check_ends(content, b"<!doctype html>", b"</dialog>", "a page")
}

fn check_ends(content: &[u8], begin: &[u8], end: &[u8], what: &str) -> Result<(), String> {
    let begins = content.get(..begin.len()).is_some_and(|start| start.eq_ignore_ascii_case(begin));
    if begins && content.ends_with(end) { Ok(()) } else { Err(format!("{what} that is not whole")) }
}

/// Names that were there all the time must be listed, and names that never were must not.
fn check_json(case: &Case<'_>) -> Result<(), String> {
    let listing: serde_json::Value = serde_json::from_slice(&case.response.content)
        .map_err(|error| format!("a listing that is no JSON: {error}"))?;
    let entries = listing["entries"].as_array().ok_or("a listing without entries")?;
    let names: Vec<&str> = entries.iter().filter_map(|entry| entry["name"].as_str()).collect();
    let has = |name: &str| names.contains(&name);
    check_names(case, has, has)
}

/// `has`: whether it is listed. `has_for_certain`: that it is, and not some other text that looks so.
fn check_names(
    case: &Case<'_>,
    has: impl Fn(&str) -> bool,
    has_for_certain: impl Fn(&str) -> bool,
) -> Result<(), String> {
    // Listings are not kept: what was before the request is nothing to them.
    let window = Window { from: case.window.asked, ..case.window };
    if case.has_failed {
        return Ok(());
    }
    for path in sample::NAMES {
        let (folder, name) = match path.iter().rposition(|&byte| byte == b'/') {
            Some(slash) => (&path[..slash], &path[slash + 1..]),
            None => (&b""[..], &path[..]),
        };
        if folder != case.ask.path {
            continue;
        }
        let states = states(case.history, path, window);
        let name = String::from_utf8_lossy(name);
        let is_shown = |state: &State| matches!(state, State::File(_) | State::Directory) && !name.starts_with('.');
        if states.iter().all(is_shown) && !has(&name) {
            return Err(format!("{name} is not in it"));
        }
        if states.iter().all(|state| matches!(state, State::Absent)) && has_for_certain(&name) {
            return Err(format!("{name} is in it"));
        }
    }
    Ok(())
}

/// POSIX ustar, as far as our names need it.
fn check_tar(case: &Case<'_>) -> Result<(), String> {
    let mut rest = &case.response.content[..];
    let mut names = Vec::new();
    loop {
        let header = rest.get(..512).ok_or("a tar without end")?;
        if header.iter().all(|&byte| byte == 0) {
            break;
        }
        let text = |range: std::ops::Range<usize>| {
            let field = &header[range];
            let end = field.iter().position(|&byte| byte == 0 || byte == b' ').unwrap_or(field.len());
            String::from_utf8_lossy(&field[..end]).into_owned()
        };
        let sum: u64 = header
            .iter()
            .enumerate()
            .map(|(at, &byte)| if (148..156).contains(&at) { 32 } else { u64::from(byte) })
            .sum();
        let stated = u64::from_str_radix(text(148..155).trim(), 8).map_err(|_| "a tar header without sum")?;
        if sum != stated {
            return Err("a tar header with a wrong sum".to_owned());
        }
        let size = usize::from_str_radix(&text(124..136), 8).map_err(|_| "a tar header without size")?;
        let content = rest.get(512..512 + size).ok_or("a tar that ends within a file")?;
        // Names with spaces and other scripts come in extended headers, which are not read here.
        if header[156] == b'0' && text(0..100).is_ascii() {
            // All of it stands below one folder.
            let name = text(0..100);
            let (_, name) = name.split_once('/').ok_or_else(|| format!("{name} stands beside the folder"))?;
            check_member(case, name, content)?;
            names.push(name.to_owned());
        }
        rest = rest.get(512 + size.div_ceil(512) * 512..).ok_or("a tar without padding")?;
    }
    if rest.len() < 1024 || !rest.iter().all(|&byte| byte == 0) {
        return Err("a tar without its two empty blocks".to_owned());
    }
    check_members(case, &names)
}

/// What was there all the time must be in it.
fn check_members(case: &Case<'_>, names: &[String]) -> Result<(), String> {
    let window = Window { from: case.window.asked, ..case.window };
    let folder = if case.ask.path.is_empty() { Vec::new() } else { [&case.ask.path[..], b"/"].concat() };
    for path in sample::NAMES.iter().filter(|_| !case.has_failed) {
        let Some(name) = path.strip_prefix(&folder[..]).and_then(|name| std::str::from_utf8(name).ok()) else {
            continue;
        };
        let folders = path.iter().enumerate().filter(|&(_, &byte)| byte == b'/').map(|(at, _)| &path[..at]);
        let is_folder = |state: &State| matches!(state, State::Directory);
        let is_reached = folders.into_iter().all(|folder| states(case.history, folder, window).iter().all(is_folder));
        let is_file = states(case.history, path, window).iter().all(|state| matches!(state, State::File(_)));
        // Longer names and other scripts stand in extended headers.
        let is_plain = name.is_ascii() && !name.starts_with('.') && !name.is_empty();
        if is_reached && is_file && is_plain && !names.iter().any(|known| known == name) {
            return Err(format!("{name} is not in the archive"));
        }
    }
    Ok(())
}

/// That it begins with an entry or its end, and ends with the record of the end, which has no comment.
fn check_zip(case: &Case<'_>) -> Result<(), String> {
    let content = &case.response.content;
    let is_whole = content.len() >= 22 && content[content.len() - 22..].starts_with(b"PK\x05\x06");
    if is_whole && content.starts_with(b"PK") { Ok(()) } else { Err("a zip that is not whole".to_owned()) }
}

fn check_member(case: &Case<'_>, name: &str, content: &[u8]) -> Result<(), String> {
    let path = if case.ask.path.is_empty() {
        name.as_bytes().to_vec()
    } else {
        [&case.ask.path[..], b"/", name.as_bytes()].concat()
    };
    let window = Window { from: case.window.asked, ..case.window };
    let versions = versions(case.history, &path, window);
    // One that is written into while it is packed is some of both.
    let is_known = versions.iter().any(|version| *version.bytes == *content || version.is_in_place);
    let is_odd = !sample::NAMES.contains(&&path[..]);
    if is_known || is_odd { Ok(()) } else { Err(format!("{name} in the archive with bytes that it never had")) }
}
