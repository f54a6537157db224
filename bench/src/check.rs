//! Each answer of each server is looked at once before anything is timed: a wrong answer is quick to give.

use std::error::Error;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::case::{Case, Load};
use crate::install::Place;
use crate::server::{Running, Server};

/// What is sent to a server in a case, besides the target and `Host`.
#[derive(Clone, Default)]
pub(crate) struct Request {
    pub(crate) fields: Vec<(&'static str, String)>,
}

/// What came back.
pub(crate) struct Response {
    pub(crate) status: u16,
    head: String,
    pub(crate) content: Vec<u8>,
}

/// Starts the server, looks at its answer, and gives the request to measure with. Errs with what is wrong.
pub(crate) fn check(server: &Server, case: &Case, place: &Place) -> Result<Request, Box<dyn Error>> {
    let mut running = server.start(place)?;
    wait_until_ready(server, &mut running)?;
    let mut request = Request::default();
    match case.load {
        Load::Conditional => {
            let first = ask(server.port, case.target, &request)?;
            // The validator a browser would send: the entity tag where there is one.
            if let Some(tag) = first.field("etag") {
                request.fields.push(("If-None-Match", tag.to_owned()));
            } else {
                let date = first.field("last-modified").ok_or("no validator to ask with")?;
                request.fields.push(("If-Modified-Since", date.to_owned()));
            }
        }
        Load::Close => request.fields.push(("Connection", "close".to_owned())),
        Load::Gzip => request.fields.push(("Accept-Encoding", "gzip".to_owned())),
        Load::Plain | Load::Random | Load::Pipelined => {}
    }
    // Some compress only what they have been asked for before.
    let mut response = ask(server.port, case.target, &request)?;
    if case.load == Load::Gzip && response.field("content-encoding").is_none() {
        std::thread::sleep(Duration::from_millis(500));
        response = ask(server.port, case.target, &request)?;
    }
    look_at(&response, case, place)?;
    if case.load == Load::Close
        && !response.field("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    {
        return Err("keeps a connection that was to be closed".into());
    }
    Ok(request)
}

fn look_at(response: &Response, case: &Case, place: &Place) -> Result<(), Box<dyn Error>> {
    if response.status != case.status {
        return Err(format!("status {}, expected {}", response.status, case.status).into());
    }
    if response.status != 200 {
        return Ok(());
    }
    let expected = fs::read(place.site.join(&case.target[1..]))?;
    let content = match (case.load, response.field("content-encoding")) {
        (Load::Gzip, Some("gzip")) => gunzip(&response.content)?,
        (Load::Gzip, _) => return Err("does not compress".into()),
        (_, None) => response.content.clone(),
        (_, Some(coding)) => return Err(format!("{coding}, which was not asked for").into()),
    };
    if content != expected {
        return Err(format!("wrong content: {} bytes, expected {}", content.len(), expected.len()).into());
    }
    Ok(())
}

fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut child = Command::new("gzip").args(["-d", "-c"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut input = child.stdin.take().ok_or("no input")?;
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output()?;
    writer.join().map_err(|_| "the writer has panicked")??;
    Ok(output.stdout)
}

/// Waits until the server answers; gives how long that took from now.
pub(crate) fn wait_until_ready(server: &Server, running: &mut Running) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(10) {
        if ask(server.port, "/small.txt", &Request::default()).is_ok() {
            return Ok(start.elapsed());
        }
        if running.has_ended() {
            return Err("ended at its start (bench/run in the target folder has what it said)".into());
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    Err("does not answer within 10 s".into())
}

fn ask(port: u16, target: &str, request: &Request) -> Result<Response, Box<dyn Error>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut head = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n");
    for (name, value) in &request.fields {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    let mut bytes = Vec::new();
    loop {
        if let Some(response) = Response::parse(&bytes)? {
            return Ok(response);
        }
        let before = bytes.len();
        bytes.resize(before + (1 << 16), 0);
        let received = stream.read(&mut bytes[before..])?;
        bytes.truncate(before + received);
        if received == 0 {
            return Err("the connection has ended within an answer".into());
        }
    }
}

impl Response {
    /// `None`: not complete yet.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Response>, Box<dyn Error>> {
        let searched = &bytes[..bytes.len().min(16_384)];
        let Some(end) = searched.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
        let head = String::from_utf8(bytes[..end].to_vec())?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no status")?;
        let mut response = Response { status, head, content: Vec::new() };
        let rest = &bytes[end + 4..];
        if status == 304 {
            return Ok(Some(response));
        }
        if response.field("transfer-encoding") == Some("chunked") {
            return Ok(dechunk(rest)?.map(|content| Response { content, ..response }));
        }
        let length: usize = response.field("content-length").ok_or("no length")?.parse()?;
        if rest.len() < length {
            return Ok(None);
        }
        response.content = rest[..length].to_vec();
        Ok(Some(response))
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

fn dechunk(mut bytes: &[u8]) -> Result<Option<Vec<u8>>, Box<dyn Error>> {
    let mut content = Vec::new();
    loop {
        let Some(end) = bytes.windows(2).position(|window| window == b"\r\n") else { return Ok(None) };
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..end])?, 16)?;
        let rest = &bytes[end + 2..];
        if rest.len() < size + 2 {
            return Ok(None);
        }
        if size == 0 {
            return Ok(Some(content));
        }
        content.extend_from_slice(&rest[..size]);
        bytes = &rest[size + 2..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &str, expected: Option<&str>) {
        let response = Response::parse(bytes.as_bytes()).expect("understood");
        let content = response.map(|response| String::from_utf8(response.content).expect("text"));
        assert_eq!(content.as_deref(), expected);
    }

    #[test]
    fn answers_are_whole_or_not_there() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", None);
        check("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", Some("abc"));
        check("HTTP/1.1 304 Not Modified\r\nEtag: \"x\"\r\n\r\n", Some(""));
        check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n", None);
        check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", Some("abc"));
    }
}
