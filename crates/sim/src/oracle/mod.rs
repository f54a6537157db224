//! Whether an answer can be right: held against what was asked, what was on the disk, and what time it was.

mod page;
pub(crate) mod possible;
mod representation;
pub(crate) mod response;
mod tag;

pub(crate) use tag::Tags;

use crate::client::ask::{Ask, Query};
use crate::disk::{History, State};
use possible::{Possible, Window, states, versions};
use response::Response;
use semantics::Timestamp;
use semantics::date::parse_date;

/// An answer, and all that it is held against.
pub(crate) struct Case<'a> {
    pub(crate) ask: &'a Ask,
    pub(crate) response: &'a Response,
    pub(crate) history: &'a History,
    pub(crate) window: Window,
    /// What the calendar says when it is read, and for how many seconds it was under way.
    pub(crate) date: Timestamp,
    pub(crate) seconds: i64,
    /// The disk failed meanwhile.
    pub(crate) has_failed: bool,
    /// The pool gave errands back meanwhile.
    pub(crate) is_pool_full: bool,
    pub(crate) is_draining: bool,
}

/// Errs with what cannot be.
pub(crate) fn judge(case: &Case<'_>, tags: &mut Tags) -> Result<(), String> {
    check_message(case)?;
    let (ask, status) = (case.ask, case.response.status);
    if case.response.framing == response::Framing::Connection && (case.has_failed || case.is_pool_full) {
        // What is cut short looks whole to HTTP/1.0.
        return Ok(());
    }
    match status {
        500 if case.has_failed => return Ok(()),
        503 if case.has_failed || case.is_pool_full => return Ok(()),
        _ => {}
    }
    match ask.method {
        "OPTIONS" => return expect(status == 204 && has_allow(case), || format!("{status} to OPTIONS")),
        "PROPFIND" => return expect(status == 501, || format!("{status} to PROPFIND")),
        "POST" | "DELETE" => {
            return expect(status == 405 && has_allow(case), || format!("{status} to {}", ask.method));
        }
        _ => {}
    }
    let possible = Possible::new(case.history, ask, case.window);
    match status {
        301 => {
            let place = Ask { has_slash: true, ..ask.clone() }.target();
            expect(possible.is_redirect, || "301, but it was no folder".to_owned())?;
            expect(case.response.field("Location") == Some(&place), || format!("Location is not {place}"))
        }
        403 => expect(possible.is_forbidden, || "403, but it may be read".to_owned()),
        // What was a file when it was selected may be a folder when its page is made.
        404 if is_page_of_file(ask) && possible.is_redirect => Ok(()),
        404 => expect(possible.is_absent, || "404, but it was there".to_owned()).and_then(|()| check_missing(case)),
        200 if is_page_of_file(ask) && !is_archive(ask) && !possible.versions.is_empty() => page::check_html(case),
        200 if is_folder_answer(case, &possible) => page::check_folder(case),
        _ => representation::check(case, &possible, tags),
    }
}

/// What every response must be.
fn check_message(case: &Case<'_>) -> Result<(), String> {
    let response = case.response;
    let date = response.field("Date").and_then(|date| parse_date(date.as_bytes(), case.date)).ok_or("no date")?;
    let age = case.date.seconds() - date;
    expect((0..=case.seconds + 1).contains(&age), || format!("a date {age} s ago"))?;
    expect(response.field("X-Content-Type-Options") == Some("nosniff"), || "no X-Content-Type-Options".to_owned())?;
    let is_due = case.ask.closes() || case.ask.is_refused_early();
    expect(!case.ask.closes() || response.closes(), || {
        "the connection is to go on, though it was the last".to_owned()
    })?;
    // A stream to HTTP/1.0 can only end with the connection.
    let may_close =
        is_due || case.is_draining || response.framing == response::Framing::Connection || case.ask.is_http10;
    expect(may_close || !response.closes(), || "closes without a reason".to_owned())?;
    let is_kept = case.ask.is_http10 && !response.closes();
    expect(!is_kept || response.field("Connection") == Some("keep-alive"), || {
        "HTTP/1.0 is not told to go on".to_owned()
    })
}

fn has_allow(case: &Case<'_>) -> bool {
    case.response.field("Allow") == Some("GET, HEAD, OPTIONS")
}

/// An archive is of the folder, whatever its index file says; a listing only when there is none.
fn is_folder_answer(case: &Case<'_>, possible: &Possible) -> bool {
    if !case.ask.has_slash {
        return false;
    }
    let has_folder = || {
        let states = states(case.history, &case.ask.path, case.window);
        states.iter().any(|state| matches!(state, State::Directory | State::Forbidden))
    };
    is_archive(case.ask) && has_folder() || possible.is_folder && case.response.field("ETag").is_none()
}

fn is_archive(ask: &Ask) -> bool {
    ask.has_slash && matches!(ask.query, Query::Tar | Query::Zip)
}

/// The preview, or Markdown for a person.
fn is_page_of_file(ask: &Ask) -> bool {
    let is_markdown = ask.path.ends_with(b".md") && ask.is_navigation;
    ask.query == Query::Preview || is_markdown && !matches!(ask.query, Query::Raw | Query::Download)
}

/// The site's own page for what is missing, if it has one.
fn check_missing(case: &Case<'_>) -> Result<(), String> {
    let states = states(case.history, b"404.html", case.window);
    let is_there = states.iter().all(|state| matches!(state, State::File(_)));
    // What vanished after it was selected is answered with the plain line.
    let vanished = states.len() > 1 || is_page_of_file(case.ask) || case.ask.has_slash;
    if !is_there || case.has_failed || vanished {
        return Ok(());
    }
    let versions = versions(case.history, b"404.html", case.window);
    let is_one = versions.iter().any(|version| match case.ask.method {
        "HEAD" => case.response.promised() == Some(version.bytes.len()),
        _ => *version.bytes == *case.response.content,
    });
    expect(is_one, || "404 with other bytes than those of 404.html".to_owned())
}

fn expect(is: bool, cause: impl FnOnce() -> String) -> Result<(), String> {
    if is { Ok(()) } else { Err(cause()) }
}
