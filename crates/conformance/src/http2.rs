//! One connection of HTTP/2 to the server: frames out, frames in.

use crate::finding::{Finding, expect};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Types of frames.
#[allow(missing_docs)] // They are named as in RFC 9113 §6.
pub mod kind {
    pub const DATA: u8 = 0;
    pub const HEADERS: u8 = 1;
    pub const PRIORITY: u8 = 2;
    pub const RST_STREAM: u8 = 3;
    pub const SETTINGS: u8 = 4;
    pub const PUSH_PROMISE: u8 = 5;
    pub const PING: u8 = 6;
    pub const GOAWAY: u8 = 7;
    pub const WINDOW_UPDATE: u8 = 8;
    pub const CONTINUATION: u8 = 9;
}

/// Flags of frames.
#[allow(missing_docs)] // They are named as in RFC 9113 §6.
pub mod flag {
    pub const ACK: u8 = 0x1;
    pub const END_STREAM: u8 = 0x1;
    pub const END_HEADERS: u8 = 0x4;
    pub const PADDED: u8 = 0x8;
    pub const PRIORITY: u8 = 0x20;
}

/// Error codes (RFC 9113 §7).
#[allow(missing_docs)] // They are named as there.
pub mod code {
    pub const PROTOCOL_ERROR: u32 = 0x1;
    pub const FLOW_CONTROL_ERROR: u32 = 0x3;
    pub const STREAM_CLOSED: u32 = 0x5;
    pub const FRAME_SIZE_ERROR: u32 = 0x6;
    pub const COMPRESSION_ERROR: u32 = 0x9;
}

/// The 24 bytes that begin a connection.
pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its type.
    pub kind: u8,
    /// Its flags.
    pub flags: u8,
    /// Its stream.
    pub stream: u32,
    /// What it carries.
    pub payload: Vec<u8>,
}

impl Frame {
    /// The frame as bytes.
    pub fn bytes(&self) -> Vec<u8> {
        // Frames of tests are short.
        let length = (self.payload.len() as u32).to_be_bytes();
        [&length[1..], &[self.kind, self.flags], &self.stream.to_be_bytes(), &self.payload].concat()
    }

    /// Four bytes of the payload as a number; 0 where there are none.
    pub fn number(&self, at: usize) -> u32 {
        self.payload.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes)
    }
}

/// A frame as bytes.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: impl AsRef<[u8]>) -> Vec<u8> {
    Frame { kind, flags, stream, payload: payload.as_ref().to_vec() }.bytes()
}

/// A field line that enters no table and is not coded.
pub fn line(name: &str, value: &str) -> Vec<u8> {
    let string = |text: &str| {
        assert!(text.len() < 127, "lines of tests are short");
        [&[text.len() as u8], text.as_bytes()].concat()
    };
    [vec![0], string(name), string(value)].concat()
}

/// A field block of such lines.
pub fn block(lines: &[(&str, &str)]) -> Vec<u8> {
    lines.iter().flat_map(|(name, value)| line(name, value)).collect()
}

/// What a usual GET has.
pub fn get_lines(target: &str) -> Vec<(&str, &str)> {
    vec![(":method", "GET"), (":scheme", "http"), (":path", target), (":authority", "a")]
}

/// HEADERS with a whole block of a request that ends with it.
pub fn request(stream: u32, lines: &[(&str, &str)]) -> Vec<u8> {
    frame(kind::HEADERS, flag::END_HEADERS | flag::END_STREAM, stream, block(lines))
}

/// The same, of a request whose content follows.
pub fn request_head(stream: u32, lines: &[(&str, &str)]) -> Vec<u8> {
    frame(kind::HEADERS, flag::END_HEADERS, stream, block(lines))
}

/// A GET for a file.
pub fn get(stream: u32, target: &str) -> Vec<u8> {
    request(stream, &get_lines(target))
}

/// SETTINGS.
pub fn settings(settings: &[(u16, u32)]) -> Vec<u8> {
    let payload: Vec<u8> =
        settings.iter().flat_map(|(id, value)| [&id.to_be_bytes()[..], &value.to_be_bytes()].concat()).collect();
    frame(kind::SETTINGS, 0, 0, payload)
}

/// WINDOW_UPDATE.
pub fn window_update(stream: u32, increment: u32) -> Vec<u8> {
    frame(kind::WINDOW_UPDATE, 0, stream, increment.to_be_bytes())
}

/// A connection of HTTP/2.
#[derive(Debug)]
pub struct Http2 {
    stream: TcpStream,
}

impl Http2 {
    /// Connects, and says nothing yet.
    pub fn connect(address: SocketAddr) -> Result<Http2, Finding> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Http2 { stream })
    }

    /// Connects, and says the preface and SETTINGS.
    pub fn open(address: SocketAddr, ours: &[(u16, u32)]) -> Result<Http2, Finding> {
        let mut http2 = Http2::connect(address)?;
        http2.send(PREFACE)?;
        http2.send(settings(ours))?;
        Ok(http2)
    }

    /// Sends bytes. A server that has ended already may not take them; what it said can still be read.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Result<(), Finding> {
        match self.stream.write_all(bytes.as_ref()) {
            Err(error) if !is_gone(error.kind()) => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The next frame; `None`: the server has ended the connection.
    pub fn receive(&mut self) -> Result<Option<Frame>, Finding> {
        let mut header = [0; 9];
        if !self.fill(&mut header)? {
            return Ok(None);
        }
        let [a, b, c, kind, flags, d, e, f, g] = header;
        let length = u32::from_be_bytes([0, a, b, c]);
        expect(length <= 16_384, || format!("a frame of {length} bytes, which is more than SETTINGS_MAX_FRAME_SIZE"))?;
        let mut payload = vec![0; length as usize];
        expect(self.fill(&mut payload)?, || String::from("the end of the connection within a frame"))?;
        Ok(Some(Frame { kind, flags, stream: u32::from_be_bytes([d, e, f, g]), payload }))
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<bool, Finding> {
        match self.stream.read_exact(bytes) {
            Ok(()) => Ok(true),
            Err(error) if is_gone(error.kind()) || error.kind() == ErrorKind::UnexpectedEof => Ok(false),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Err(Finding::new(format!("nothing came for {} s", PATIENCE.as_secs())))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The next frame that is meant; others are passed over.
    pub fn find(&mut self, what: &str, is_meant: impl Fn(&Frame) -> bool) -> Result<Frame, Finding> {
        loop {
            match self.receive()? {
                Some(frame) if is_meant(&frame) => return Ok(frame),
                Some(Frame { kind: kind::GOAWAY, payload, .. }) => {
                    return Err(Finding::new(format!("expected {what}, found GOAWAY {payload:?}")));
                }
                Some(_) => {}
                None => return Err(Finding::new(format!("expected {what}, found the end of the connection"))),
            }
        }
    }

    /// The status and the content of a response.
    pub fn response(&mut self, stream: u32) -> Result<(u16, Vec<u8>), Finding> {
        let mut found = (0, Vec::new());
        loop {
            let next = self.find("a response", |frame| frame.stream == stream)?;
            match next.kind {
                kind::HEADERS if found.0 < 200 => {
                    found.0 = status(&next.payload).ok_or(Finding::new("a response without :status at its start"))?;
                }
                kind::DATA => found.1.extend_from_slice(&next.payload),
                kind::RST_STREAM => return Err(Finding::new(format!("expected a response, found {next:?}"))),
                _ => {}
            }
            if matches!(next.kind, kind::HEADERS | kind::DATA) && next.flags & flag::END_STREAM != 0 {
                return Ok(found);
            }
        }
    }

    /// A GET for the plain file is answered with it, so the connection works.
    pub fn works(&mut self, stream: u32) -> Result<(), Finding> {
        self.send(get(stream, "/plain.txt"))?;
        let (status, content) = self.response(stream)?;
        expect(status == 200 && content == crate::material::plain(), || {
            format!("expected the plain file, found {status} with {} bytes", content.len())
        })
    }

    /// All frames until a PING is back: so much the server says of what it was told before.
    pub fn until_ping(&mut self) -> Result<Vec<Frame>, Finding> {
        self.send(frame(kind::PING, 0, 0, "12345678"))?;
        let mut frames = Vec::new();
        loop {
            match self.receive()? {
                Some(frame) if frame.kind == kind::PING => return Ok(frames),
                Some(frame) => frames.push(frame),
                None => return Err(Finding::new("expected PING, found the end of the connection")),
            }
        }
    }

    /// The server ends the connection, and where it says why, with one of these codes.
    pub fn expect_end(&mut self, codes: &[u32]) -> Result<(), Finding> {
        loop {
            match self.receive()? {
                None => return Ok(()),
                Some(frame) if frame.kind == kind::GOAWAY => {
                    let code = frame.number(4);
                    return expect(codes.contains(&code), || {
                        format!("expected one of {codes:?}, found GOAWAY with {code}")
                    });
                }
                Some(_) => {}
            }
        }
    }

    /// The server resets the stream with one of these codes, or does more than it has to and ends the connection.
    pub fn expect_reset(&mut self, stream: u32, codes: &[u32]) -> Result<(), Finding> {
        loop {
            let (what, code) = match self.receive()? {
                None => return Ok(()),
                Some(frame) if frame.kind == kind::GOAWAY => ("GOAWAY", frame.number(4)),
                Some(frame) if frame.kind == kind::RST_STREAM && frame.stream == stream => {
                    ("RST_STREAM", frame.number(0))
                }
                Some(frame) if frame.kind == kind::HEADERS && frame.stream == stream => {
                    // RFC 9113 §8.1.1: a response ahead of the reset is allowed, if it says that the request was bad.
                    let status = status(&frame.payload).unwrap_or_default();
                    expect((400..500).contains(&status), || {
                        format!("expected a reset, found a response with {status}")
                    })?;
                    return Ok(());
                }
                Some(_) => continue,
            };
            return expect(codes.contains(&code), || format!("expected one of {codes:?}, found {what} with {code}"));
        }
    }
}

/// The status at the start of a block: of the static table, or a literal with the name of it.
fn status(block: &[u8]) -> Option<u16> {
    let mut rest = block;
    // Sizes of the table come first.
    while let [first, behind @ ..] = rest
        && first & 0xE0 == 0x20
    {
        let more = if first & 0x1F == 0x1F { behind.iter().position(|byte| byte & 0x80 == 0)? + 1 } else { 0 };
        rest = &behind[more..];
    }
    match rest {
        [index @ 0x88..=0x8E, ..] => Some([200, 204, 206, 304, 400, 404, 500][usize::from(index - 0x88)]),
        // With or without indexing, or never; the index of `:status` is 8 to 14.
        [0x48..=0x4E | 0x08..=0x0E | 0x18..=0x1E, 3, a, b, c, ..] => {
            core::str::from_utf8(&[*a, *b, *c]).ok()?.parse().ok()
        }
        [0x48..=0x4E | 0x08..=0x0E | 0x18..=0x1E, length, coded @ ..] if length & 0x80 != 0 => {
            huffman_number(coded.get(..usize::from(length & 0x7F))?)
        }
        _ => None,
    }
}

/// Three digits in the Huffman code: 5 bits for 0 to 2, 6 for the others.
fn huffman_number(coded: &[u8]) -> Option<u16> {
    let mut bits = coded.iter().flat_map(|byte| (0..8).rev().map(move |at| u16::from(byte >> at & 1)));
    let mut number = 0;
    for _ in 0..3 {
        let mut code = 0;
        for _ in 0..5 {
            code = code << 1 | bits.next()?;
        }
        let digit = if code > 2 { (code << 1 | bits.next()?).checked_sub(0x19)? + 3 } else { code };
        number = 10 * number + digit;
    }
    Some(number)
}

fn is_gone(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted)
}

const PATIENCE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_however_it_is_written() {
        for (block, expected) in [
            (&[0x88, 0x00][..], Some(200)),
            (&[0x3F, 0xE1, 0x0F, 0x8D], Some(404)),
            (b"\x08\x03405", Some(405)),
            (&[0x48, 0x82, 0x64, 0x02], Some(302)),
            (&[0x48, 0x83, 0x64, 0x0E, 0xFF], Some(307)),
            (&[0x61], None),
        ] {
            assert_eq!(status(block), expected, "{block:x?}");
        }
    }
}
