//! A client that asks again and again on one connection.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::check::Response;

/// Asks one server, one request at a time.
pub(crate) struct Client {
    port: u16,
    stream: Option<TcpStream>,
    bytes: Vec<u8>,
}

/// Longer than any of those that are measured may take.
const PATIENCE: Duration = Duration::from_secs(60);

impl Client {
    pub(crate) fn new(port: u16) -> Client {
        Client { port, stream: None, bytes: Vec::new() }
    }

    /// The content of an answer with status 200. `language`: as a browser says which one its user reads. Errs with what came instead.
    pub(crate) fn get(&mut self, target: &str, language: &str) -> Result<Vec<u8>, Box<dyn Error>> {
        let mut request = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", self.port);
        if !language.is_empty() {
            request.push_str(&format!("Accept-Language: {language}\r\n"));
        }
        request.push_str("\r\n");
        let was_open = self.stream.is_some();
        let response = match self.exchange(request.as_bytes()) {
            // A server may close a connection at any time between two requests (RFC 9112 §9.3.1).
            Err(_) if was_open => self.exchange(request.as_bytes()),
            first => first,
        }?;
        if response.status != 200 {
            let content = String::from_utf8_lossy(&response.content).into_owned();
            return Err(format!("status {} to {target}: {}", response.status, content.trim_end()).into());
        }
        Ok(response.content)
    }

    fn exchange(&mut self, request: &[u8]) -> Result<Response, Box<dyn Error>> {
        // What fails half-way is not used again.
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(self.port)?,
        };
        stream.write_all(request)?;
        self.bytes.clear();
        loop {
            if let Some(response) = Response::parse(&self.bytes)? {
                let is_last = response.field("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
                self.stream = (!is_last).then_some(stream);
                return Ok(response);
            }
            let before = self.bytes.len();
            self.bytes.resize(before + (1 << 16), 0);
            let received = stream.read(&mut self.bytes[before..])?;
            self.bytes.truncate(before + received);
            if received == 0 {
                return Err("the connection has ended within an answer".into());
            }
        }
    }
}

fn connect(port: u16) -> Result<TcpStream, Box<dyn Error>> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// As it stands in a query.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

/// What a target means, without its first slash.
pub(crate) fn unescape(target: &str) -> String {
    let target = target.strip_prefix('/').unwrap_or(target).as_bytes();
    let mut bytes = Vec::with_capacity(target.len());
    let mut at = 0;
    while at < target.len() {
        let digits = target.get(at + 1..at + 3).and_then(|digits| str::from_utf8(digits).ok());
        match (target[at], digits.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                at += 3;
            }
            (byte, _) => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_means_the_same() {
        assert_eq!(escape("a b\"资"), "a%20b%22%E8%B5%84");
        assert_eq!(unescape(&format!("/{}", escape("a b\"资+%"))), "a b\"资+%");
        assert_eq!(unescape("/100%"), "100%");
    }
}
