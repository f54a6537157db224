//! A server under test, and the usual ways to ask it something.

use crate::dialog::Dialog;
use crate::finding::Finding;
use crate::http2::Http2;
use crate::response::Response;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A running server that serves a folder of [`material`](crate::material).
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it speaks HTTP/2 with prior knowledge: the same, unless it needs another port for it.
    pub http2: SocketAddr,
    /// The folder it serves, where requirements may change files of their own.
    pub root: PathBuf,
}

impl Server {
    /// A connection of its own.
    pub fn dialog(&self) -> Result<Dialog, Finding> {
        Dialog::open(self.address)
    }

    /// A connection of HTTP/2 of its own, with preface and SETTINGS.
    pub fn http2(&self) -> Result<Http2, Finding> {
        Http2::open(self.http2, &[])
    }

    /// GET without further fields.
    pub fn get(&self, target: &str) -> Result<Response, Finding> {
        self.ask("GET", target, &[])
    }

    /// GET with field lines.
    pub fn get_with(&self, target: &str, lines: &[&str]) -> Result<Response, Finding> {
        self.ask("GET", target, lines)
    }

    /// HEAD without further fields.
    pub fn head(&self, target: &str) -> Result<Response, Finding> {
        self.ask("HEAD", target, &[])
    }

    /// A well-formed request on a connection of its own, and its response.
    pub fn ask(&self, method: &str, target: &str, lines: &[&str]) -> Result<Response, Finding> {
        let response = self.raw(self.request(method, target, &[lines, &["Connection: close"]].concat()));
        response.map_err(|finding| finding.during(format_args!("{method} {target}")))
    }

    /// The bytes of a well-formed request without content.
    pub fn request(&self, method: &str, target: &str, lines: &[&str]) -> String {
        let lines: String = lines.iter().flat_map(|line| [line, "\r\n"]).collect();
        format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n{lines}\r\n", self.address)
    }

    /// Any bytes on a connection of its own, and the first final response.
    pub fn raw(&self, bytes: impl AsRef<[u8]>) -> Result<Response, Finding> {
        let bytes = bytes.as_ref();
        let mut dialog = self.dialog()?;
        dialog.send(bytes)?;
        dialog.receive(if bytes.starts_with(b"HEAD ") { "HEAD" } else { "GET" })
    }

    /// These bytes are refused with one of these statuses.
    pub fn refuses(&self, bytes: impl AsRef<[u8]>, statuses: &[u16]) -> Result<(), Finding> {
        let bytes = bytes.as_ref();
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        let response = self.raw(bytes).map_err(|finding| finding.during(format_args!("{shown:?}")))?;
        response.expect(statuses).map_err(|finding| finding.during(format_args!("{shown:?}")))?;
        Ok(())
    }

    /// These bytes are refused with one of these statuses, and nothing behind them is read as a request: the
    /// connection ends.
    pub fn refuses_and_ends(&self, bytes: impl AsRef<[u8]>, statuses: &[u16]) -> Result<(), Finding> {
        let bytes = bytes.as_ref();
        let attempt = || {
            let mut dialog = self.dialog()?;
            dialog.send([bytes, self.request("GET", "/plain.txt", &[]).as_bytes()].concat())?;
            dialog.receive("GET")?.expect(statuses)?;
            dialog.expect_end()
        };
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(160)]).into_owned();
        attempt().map_err(|finding: Finding| finding.during(format_args!("{shown:?}")))
    }

    /// These bytes are a complete request that is answered, whatever the status; behind them a second request is
    /// answered with the plain file. So the server knows where the first ends.
    pub fn reads_exactly(&self, bytes: impl AsRef<[u8]>) -> Result<(), Finding> {
        let bytes = bytes.as_ref();
        let attempt = || {
            let mut dialog = self.dialog()?;
            dialog.send([bytes, self.request("GET", "/plain.txt", &[]).as_bytes()].concat())?;
            let first = dialog.receive(if bytes.starts_with(b"HEAD ") { "HEAD" } else { "GET" })?;
            first.expect(&[200, 204, 206, 301, 304, 404, 405, 411, 412, 501])?;
            dialog.receive("GET")?.expect(&[200])?.expect_content(&crate::material::plain())?;
            Ok(())
        };
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(160)]).into_owned();
        attempt().map_err(|finding: Finding| finding.during(format_args!("{shown:?}")))
    }
}
