//! `quarry explain`: why a request is answered as it is, before it ever comes.

mod live;

use std::env;

use server::{Language, Trust};

use super::print;
use crate::exit::{Failure, Outcome};
use crate::terminal::Terminal;
use crate::value::prefix::Prefix;
use crate::{authority, config, flag, serve};

/// Thinks the request through and tells its journey; "no" when the answer is an error.
pub(super) fn run(flags: &flag::Explain) -> Result<Outcome, Failure> {
    let request = Request::new(flags)?;
    if let Some(url) = &flags.live {
        let Prefix::Path(prefix) = &flags.settings.pages.prefix else {
            return Err(Failure::cannot(
                "take --live and --prefix off together",
                "what was seen is told below the prefix",
            ));
        };
        let language = if language() == Language::SimplifiedChinese { "zh" } else { "en" };
        let server = live::Server::new(url, trust(flags), flags.login.as_deref())?;
        let told = live::ask(&server, prefix, &request, flags.json, language)?;
        print(|out| out.write_all(told.text.as_bytes()))?;
        return Ok(if told.is_error { Outcome::No } else { Outcome::Done });
    }
    let config = config::load(&flags.settings, "explain")?;
    let explanation = serve::explain(config, Terminal::of_output(), &request.bytes())?;
    let text = if flags.json { explanation.json() } else { explanation.text(language()) };
    print(|out| out.write_all(text.as_bytes()))?;
    Ok(if explanation.is_error() { Outcome::No } else { Outcome::Done })
}

/// Whom to believe that a server is who it says: those of the system, and the authority of this machine for its own servers.
fn trust(flags: &flag::Explain) -> Trust {
    match &flags.ca {
        _ if flags.insecure => Trust::Anybody,
        Some(file) => Trust::Files(vec![file.clone()]),
        None => {
            let own = authority::folders(flags.settings.tls.state.as_deref());
            let own = own.iter().map(|folder| authority::certificate_in(folder)).filter(|file| file.exists());
            Trust::Files(own.chain(acme::system_roots().map(Into::into)).collect())
        }
    }
}

/// What is asked.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    method: String,
    /// As it goes out.
    target: String,
    /// Host and port that the target names; none: it is a place on any host.
    authority: Option<String>,
    /// Fields with their names, in their order.
    fields: Vec<(String, String)>,
}

impl Request {
    fn new(flags: &flag::Explain) -> Result<Request, Failure> {
        let (authority, target) = split(&flags.target)?;
        let method = flags.method.clone();
        if method.is_empty() || method.bytes().any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control()) {
            return Err(Failure::cannot(format!("take --method {method:?}"), "expected a word, such as GET"));
        }
        let mut fields: Vec<(String, String)> = Vec::new();
        if flags.browser {
            fields.extend(OF_BROWSERS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        }
        for text in &flags.field {
            let (name, value) = field(text)?;
            // What is asked for by name is meant instead.
            if flags.browser {
                fields.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
            }
            fields.push((name, value));
        }
        Ok(Request { method, target: encoded(target), authority, fields })
    }

    /// As they would go over the network.
    fn bytes(&self) -> Vec<u8> {
        self.written("localhost", "")
    }

    /// The same to a server of that name, marked to be seen.
    fn marked(&self, authority: &str, mark: &str) -> Vec<u8> {
        self.written(authority, &format!("Quarry-Trace: {mark}\r\n"))
    }

    fn written(&self, authority: &str, mark: &str) -> Vec<u8> {
        let mut out = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        if !self.fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            out.push_str(&format!("Host: {}\r\n", self.authority.as_deref().unwrap_or(authority)));
        }
        out.push_str(mark);
        self.fields.iter().for_each(|(name, value)| out.push_str(&format!("{name}: {value}\r\n")));
        out.push_str("\r\n");
        out.into_bytes()
    }
}

/// What browsers say, as far as an answer depends on it.
const OF_BROWSERS: [(&str, &str); 4] = [
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
];

/// The authority of a whole address, and the target.
fn split(target: &str) -> Result<(Option<String>, &str), Failure> {
    if let Some(rest) = target.strip_prefix("http://").or_else(|| target.strip_prefix("https://")) {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let target = if rest[end..].starts_with('/') { &rest[end..] } else { "/" };
        return Ok((Some(rest[..end].to_owned()), target));
    }
    match target.starts_with('/') || target == "*" {
        true => Ok((None, target)),
        false => Err(Failure::cannot(
            format!("explain {target:?}"),
            format!("a target begins with a slash, as /{target}, or is a whole address, as http://localhost/{target}"),
        )),
    }
}

/// As browsers write what somebody types: no spaces, nothing beyond ASCII. What is encoded already stays so; what stands behind `#`
/// is never sent.
fn encoded(target: &str) -> String {
    let target = target.split('#').next().unwrap_or_default();
    let mut out = String::with_capacity(target.len());
    for byte in target.bytes() {
        match byte {
            b'!'..=b'~' if !b"\"<>`".contains(&byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The name and the value of `Name: value`. What no field may be is left to the server, which has a reason for it.
fn field(text: &str) -> Result<(String, String), Failure> {
    let refuse = |cause: &str| Failure::cannot(format!("take --field {text:?}"), cause);
    let (name, value) = text.split_once(':').ok_or_else(|| refuse("the colon is missing; expected NAME:VALUE"))?;
    match text.contains(['\r', '\n']) {
        true => Err(refuse("a field is one line")),
        false => Ok((name.to_owned(), value.trim().to_owned())),
    }
}

/// The language of whoever asks (locale(7)).
fn language() -> Language {
    let get = |name: &str| env::var(name).ok();
    match super::find::language(get).as_deref() {
        Some("zh") => Language::SimplifiedChinese,
        _ => Language::English,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(target: &str, authority: Option<&str>, expected: &str) {
        let (found, target) = split(target).unwrap();
        assert_eq!((found.as_deref(), encoded(target).as_str()), (authority, expected));
    }

    #[test]
    fn a_target_is_sent_as_browsers_send_it() {
        check("/a b/资料.txt?x=\"1\"#part", None, "/a%20b/%E8%B5%84%E6%96%99.txt?x=%221%22");
        check("/%20%zz", None, "/%20%zz");
        check("*", None, "*");
        check("http://example.org", Some("example.org"), "/");
        check("https://[::1]:8443/a", Some("[::1]:8443"), "/a");
        check("http://a?b", Some("a"), "/");
        assert!(split("a.txt").is_err());
    }

    #[test]
    fn a_field_is_one_line_with_a_colon() {
        assert_eq!(field("If-None-Match: \"a:b\"").unwrap(), ("If-None-Match".into(), "\"a:b\"".into()));
        assert!(field("Range").is_err());
        assert!(field("A: b\r\nC: d").is_err());
    }
}
