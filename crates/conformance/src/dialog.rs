//! One connection to the server: raw bytes out, responses in.

use crate::finding::{Finding, expect};
use crate::response::{Framing, Response};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// A connection, and what has come in on it and is not read yet.
#[derive(Debug)]
pub struct Dialog {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Dialog {
    /// Connects.
    pub fn open(address: SocketAddr) -> Result<Dialog, Finding> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Dialog { stream, buffer: Vec::new() })
    }

    /// Sends bytes. A server that has refused already may not take them; what it said can still be read.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Result<(), Finding> {
        match self.stream.write_all(bytes.as_ref()) {
            Err(error) if !is_gone(error.kind()) => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Sends each byte in a segment of its own.
    pub fn drip(&mut self, bytes: impl AsRef<[u8]>) -> Result<(), Finding> {
        bytes.as_ref().chunks(1).try_for_each(|byte| self.send(byte))
    }

    /// Says that nothing more will be sent.
    pub fn end(&mut self) -> Result<(), Finding> {
        match self.stream.shutdown(Shutdown::Write) {
            Err(error) if !is_gone(error.kind()) && error.kind() != ErrorKind::NotConnected => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The next final response, to a request of that method. Interim responses before it are dropped.
    pub fn receive(&mut self, method: &str) -> Result<Response, Finding> {
        loop {
            let response = self.receive_any(method)?;
            if response.status >= 200 {
                return Ok(response);
            }
        }
    }

    /// The next response, interim ones (1xx) too.
    pub fn receive_any(&mut self, method: &str) -> Result<Response, Finding> {
        let head = self.take_through(b"\r\n\r\n")?;
        let mut response = Response::parse_head(&head, method)?;
        response.content = match response.framing {
            Framing::None => Vec::new(),
            Framing::Length(length) => self.take(length)?,
            Framing::Chunked => self.take_chunks()?,
            Framing::Close => {
                while self.fill()? {}
                std::mem::take(&mut self.buffer)
            }
        };
        Ok(response)
    }

    /// The server ends the connection, and sends nothing before.
    pub fn expect_end(&mut self) -> Result<(), Finding> {
        while self.buffer.is_empty() {
            let is_more = self.fill().map_err(|finding| finding.during("waiting for the end of the connection"))?;
            if !is_more {
                return Ok(());
            }
        }
        let shown = String::from_utf8_lossy(&self.buffer[..self.buffer.len().min(40)]);
        Err(Finding::new(format!("expected the end of the connection, found {shown:?}")))
    }

    fn take_chunks(&mut self) -> Result<Vec<u8>, Finding> {
        let mut content = Vec::new();
        loop {
            let line = self.take_through(b"\r\n")?;
            let line = String::from_utf8_lossy(&line[..line.len() - 2]).into_owned();
            let digits = line.split(';').next().unwrap_or_default().trim_end();
            let size = u64::from_str_radix(digits, 16)
                .map_err(|_| Finding::new(format!("expected a chunk size, found {line:?}")))?;
            if size == 0 {
                // Trailer section.
                while self.take_through(b"\r\n")? != b"\r\n" {}
                return Ok(content);
            }
            content.extend(self.take(size)?);
            let end = self.take(2)?;
            expect(end == b"\r\n", || format!("expected CRLF behind a chunk, found {end:?}"))?;
        }
    }

    fn take(&mut self, length: u64) -> Result<Vec<u8>, Finding> {
        let length = usize::try_from(length).map_err(|_| Finding::new(format!("a length of {length} is too much")))?;
        while self.buffer.len() < length {
            let found = self.buffer.len();
            expect(self.fill()?, || format!("expected {length} bytes, found the end after {found}"))?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    fn take_through(&mut self, end: &[u8]) -> Result<Vec<u8>, Finding> {
        let mut searched = 0;
        loop {
            if let Some(found) = self.buffer[searched..].windows(end.len()).position(|window| window == end) {
                return Ok(self.buffer.drain(..searched + found + end.len()).collect());
            }
            searched = self.buffer.len().saturating_sub(end.len() - 1);
            let is_more = self.fill()?;
            let shown = String::from_utf8_lossy(&self.buffer[..self.buffer.len().min(40)]);
            expect(is_more, || format!("expected a response, found the end of the connection after {shown:?}"))?;
        }
    }

    /// Waits for more; false when the server has ended the connection.
    fn fill(&mut self) -> Result<bool, Finding> {
        let mut bytes = [0; 16 * 1024];
        match self.stream.read(&mut bytes) {
            Ok(0) => Ok(false),
            Ok(count) => {
                self.buffer.extend_from_slice(&bytes[..count]);
                Ok(true)
            }
            Err(error) if is_gone(error.kind()) => Ok(false),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Err(Finding::new(format!("nothing came for {} s", PATIENCE.as_secs())))
            }
            Err(error) => Err(error.into()),
        }
    }
}

fn is_gone(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted)
}

/// How long a server may take for anything. Nothing that is checked takes a working server a hundredth of it.
const PATIENCE: Duration = Duration::from_secs(5);
