//! Asks a server that runs: a request that is marked, then what was seen of it.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::process;
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::Request;
use crate::exit::{self, Failure};

/// What was seen of a request by a server, as it tells it.
pub(super) struct Told {
    pub(super) text: String,
    /// Whether the answer is an error.
    pub(super) is_error: bool,
}

/// Sends the request to the server at `url`, marked to be seen, and asks for its journey. `prefix`: where its own pages live.
pub(super) fn ask(url: &str, prefix: &str, request: &Request, is_json: bool, language: &str) -> Result<Told, Failure> {
    let server = Server::new(url)?;
    let (status, text) = server.get(&format!("{prefix}/xray/token"), "")?;
    let token = serde_json::from_str::<Value>(&text).ok().and_then(|told| Some(told["token"].as_str()?.to_owned()));
    let Some(token) = token.filter(|_| status == 200) else {
        return Err(server.refuse("it does not show requests to this machine (see docs/xray.md)"));
    };
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let mark = format!("e{}-{since:x}", process::id());
    server.send(&request.marked(&server.authority, &format!("{token}.{mark}")))?;
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
    Err(server.refuse("it did not tell of the request"))
}

/// A server is asked so often whether it has seen the request…
const TRIES: u32 = 50;
/// …with so much time between: a second in all.
const PAUSE: Duration = Duration::from_millis(20);
/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Of an answer, no more is read.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

struct Server<'a> {
    url: &'a str,
    /// As it stands in the address.
    authority: String,
}

impl<'a> Server<'a> {
    fn new(url: &'a str) -> Result<Server<'a>, Failure> {
        let authority = url.strip_prefix("http://").and_then(|rest| rest.split(['/', '?', '#']).next());
        match authority.filter(|authority| !authority.is_empty()) {
            Some(authority) => Ok(Server { url, authority: authority.to_owned() }),
            None => Err(Failure::cannot(
                format!("take --live {url:?}"),
                "expected the address of a server that speaks in clear, such as http://127.0.0.1:8000",
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
        self.send(format!("GET {target} HTTP/1.1\r\nHost: {}\r\n{fields}\r\n", self.authority).as_bytes())
    }

    /// Sends these bytes, says that nothing more will come, and reads the answer: its status and content.
    fn send(&self, request: &[u8]) -> Result<(u16, String), Failure> {
        let answer = self.exchange(request).map_err(|error| self.refuse(exit::cause(&error)))?;
        let status = answer.get(9..12).and_then(|code| std::str::from_utf8(code).ok()?.parse().ok()).unwrap_or(0);
        let end = answer.windows(4).position(|end| end == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
        Ok((status, String::from_utf8_lossy(&answer[end..]).into_owned()))
    }

    fn exchange(&self, request: &[u8]) -> std::io::Result<Vec<u8>> {
        let address = if self.authority.rsplit(']').next().is_some_and(|rest| rest.contains(':')) {
            self.authority.clone()
        } else {
            format!("{}:80", self.authority)
        };
        let mut addresses = address.to_socket_addrs()?;
        let first = addresses.next().ok_or(std::io::ErrorKind::NotFound)?;
        let mut stream = TcpStream::connect_timeout(&first, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(request)?;
        stream.shutdown(Shutdown::Write)?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
        Ok(answer)
    }
}
