//! Asks a server that runs: a request that is marked, then what was seen of it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::process;
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use server::{Secured, Trust};

use super::Request;
use crate::exit::{self, Failure};

/// What was seen of a request by a server, as it tells it.
pub(super) struct Told {
    pub(super) text: String,
    /// Whether the answer is an error.
    pub(super) is_error: bool,
}

/// Sends the request to the server, marked to be seen, and asks for its journey. `prefix`: where its own pages live.
pub(super) fn ask(
    server: &Server<'_>,
    prefix: &str,
    request: &Request,
    is_json: bool,
    language: &str,
) -> Result<Told, Failure> {
    let (status, text) = server.get(&format!("{prefix}/xray/token"), "")?;
    let token = serde_json::from_str::<Value>(&text).ok().and_then(|told| Some(told["token"].as_str()?.to_owned()));
    let Some(token) = token.filter(|_| status == 200) else {
        return Err(server.refuse(match (status, server.credentials.is_empty()) {
            (401, true) => "it wants a password from whoever asks for what it has seen (--login NAME:PASSWORD)",
            (401, false) => "the name or the password is not the one for what it has seen",
            (301 | 308, _) => "it speaks HTTPS: begin its address with https://",
            _ => "it does not show requests to this machine (see docs/xray.md)",
        }));
    };
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let mark = format!("e{}-{since:x}", process::id());
    let (status, _) = server.send(&request.marked(server.authority, &format!("{token}.{mark}")))?;
    for _ in 0..TRIES {
        let (status, text) = server.get(&format!("{prefix}/xray/{mark}?format=json"), language)?;
        if status == 200 {
            let journey: Value =
                serde_json::from_str(&text).map_err(|_| server.refuse("it does not speak as Quarry does"))?;
            let is_error = !(100..400).contains(&journey["status"].as_u64().unwrap_or(0));
            let text = match is_json {
                true => text,
                false => server.get(&format!("{prefix}/xray/{mark}?format=text"), language)?.1,
            };
            return Ok(Told { text, is_error });
        }
        thread::sleep(PAUSE);
    }
    Err(server.refuse(match status {
        400..500 => "the request broke a rule, so that its mark was not read; open /-/xray there, and ask again",
        _ => "it did not tell of the request",
    }))
}

/// A server is asked so often whether it has seen the request…
const TRIES: u32 = 50;
/// …with so much time between: a second in all.
const PAUSE: Duration = Duration::from_millis(20);
/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Of an answer, no more is read.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// A server that runs.
pub(super) struct Server<'a> {
    url: &'a str,
    /// As it stands in the address.
    authority: &'a str,
    /// Whom to believe that it is the one; none: it speaks in clear.
    trust: Option<Trust>,
    /// The field that lets us see inside; may be empty.
    credentials: String,
}

impl<'a> Server<'a> {
    /// The one at that address. `login`: name and password of whoever may see what it has seen.
    pub(super) fn new(url: &'a str, trust: Trust, login: Option<&str>) -> Result<Server<'a>, Failure> {
        let (rest, trust) = match url.strip_prefix("https://") {
            Some(rest) => (Some(rest), Some(trust)),
            None => (url.strip_prefix("http://"), None),
        };
        let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
        let credentials = login.map(|login| format!("Authorization: Basic {}\r\n", base64(login.as_bytes())));
        match authority.filter(|authority| !authority.is_empty()) {
            Some(authority) => Ok(Server { url, authority, trust, credentials: credentials.unwrap_or_default() }),
            None => Err(Failure::cannot(
                format!("take --live {url:?}"),
                "expected the address of a server, such as http://127.0.0.1:8000 or https://localhost:8000",
            )),
        }
    }

    fn refuse(&self, cause: impl std::fmt::Display) -> Failure {
        Failure::cannot(format!("ask {}", self.url), cause)
    }

    fn get(&self, target: &str, language: &str) -> Result<(u16, String), Failure> {
        let fields = match language {
            "" => String::new(),
            language => format!("Accept-Language: {language}\r\n"),
        };
        let (host, credentials) = (self.authority, &self.credentials);
        self.send(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n{credentials}{fields}\r\n").as_bytes())
    }

    /// Sends these bytes, says that nothing more will come, and reads the answer: its status and content.
    fn send(&self, request: &[u8]) -> Result<(u16, String), Failure> {
        let answer = self.exchange(request).map_err(|cause| self.refuse(cause))?;
        let status = answer.get(9..12).and_then(|code| std::str::from_utf8(code).ok()?.parse().ok()).unwrap_or(0);
        let end = answer.windows(4).position(|end| end == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
        Ok((status, String::from_utf8_lossy(&answer[end..]).into_owned()))
    }

    fn exchange(&self, request: &[u8]) -> Result<Vec<u8>, String> {
        let said = |error: io::Error| exit::cause(&error);
        let stream = self.connect().map_err(said)?;
        let mut answer = Vec::new();
        let Some(trust) = &self.trust else {
            (&stream).write_all(request).map_err(said)?;
            stream.shutdown(Shutdown::Write).map_err(said)?;
            stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).map_err(said)?;
            return Ok(answer);
        };
        let host = self.place().0.trim_matches(['[', ']']);
        let mut secured = Secured::connect(stream, host, trust).map_err(|cause| match trust {
            Trust::Files(_) if cause.starts_with("its certificate") => {
                format!("{cause} (--ca FILE names who vouches for it, --insecure does not ask)")
            }
            _ => cause,
        })?;
        secured.write_all(request).map_err(said)?;
        secured.end().map_err(said)?;
        secured.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).map_err(said)?;
        Ok(answer)
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let (host, port) = self.place();
        let mut addresses = format!("{host}:{port}").to_socket_addrs()?;
        let first = addresses.next().ok_or(io::ErrorKind::NotFound)?;
        let mut others = addresses.take(ADDRESSES_MAX - 1);
        let mut tried = TcpStream::connect_timeout(&first, PATIENCE);
        // A name such as localhost may mean several, of which a server has one.
        while tried.is_err()
            && let Some(next) = others.next()
        {
            tried = TcpStream::connect_timeout(&next, PATIENCE);
        }
        let stream = tried?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(stream)
    }

    /// Host and port; where no port is named, the usual one.
    fn place(&self) -> (&'a str, &'a str) {
        let usual = if self.trust.is_some() { "443" } else { "80" };
        match self.authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port),
            _ => (self.authority, usual),
        }
    }
}

/// Of the addresses that a name has, so many are tried.
const ADDRESSES_MAX: usize = 4;

/// RFC 4648 §4
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32| char::from(LETTERS[(bits & 63) as usize]);
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group.iter().chain([&0; 2]).take(3).fold(0, |bits, &byte| bits << 8 | u32::from(byte));
        for place in 0..4 {
            out.push(if place <= group.len() { letter(bits >> (18 - 6 * place)) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_for_bytes() {
        // RFC 4648 §10
        for (bytes, expected) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("\u{ff}", "w78=")]
        {
            assert_eq!(base64(bytes.as_bytes()), expected);
        }
    }

    #[test]
    fn a_port_that_is_not_named_is_the_usual_one() {
        let check = |url: &str, expected: (&str, &str)| {
            let server = Server::new(url, Trust::Anybody, None).unwrap_or_else(|_| panic!("{url}"));
            assert_eq!(server.place(), expected, "{url}");
        };
        check("http://a", ("a", "80"));
        check("https://a/b:c", ("a", "443"));
        check("https://[::1]", ("[::1]", "443"));
        check("https://[::1]:8443/", ("[::1]", "8443"));
        check("http://127.0.0.1:8000", ("127.0.0.1", "8000"));
        for url in ["ftp://a", "https://", "a", "https:///a"] {
            assert!(Server::new(url, Trust::Anybody, None).is_err(), "{url}");
        }
    }
}
