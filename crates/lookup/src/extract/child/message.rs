//! What parent and child say to each other.
//!
//! ```text
//! request   ask 1 │ name length 2 │ name                                  with one open file beside the first byte
//! answer    length 4 │ bytes
//! extract   title │ headings │ body │ language │ fault                    each: length 4 │ UTF-8; all ones: none
//! ```
//!
//! Numbers are little-endian. The parent believes nothing: lengths are bounded before anything is kept, and text is checked.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
};

use crate::extract::{Extract, limit};

/// What the parent wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// The words of the file.
    Words = 0,
    /// What the child could do and should not.
    Escapes = 1,
    /// What a bad file might make of it, to see that the parent copes.
    Misbehave = 2,
}

/// What the child was asked.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) ask: Ask,
    pub(crate) name: Vec<u8>,
    pub(crate) file: Option<File>,
}

/// Longest answer: all that an extract may hold, and the lengths.
pub(crate) const ANSWER_BYTES_MAX: usize =
    limit::BODY_BYTES_MAX + limit::HEADINGS_BYTES_MAX + limit::TITLE_BYTES_MAX + 64 * 1024;

const HEAD_BYTES: usize = 3;

/// Sends a request with an open file.
pub(crate) fn send(socket: &UnixStream, ask: Ask, name: &[u8], file: Option<BorrowedFd<'_>>) -> io::Result<()> {
    // The end tells the format; a longer name exists on no file system.
    let name = &name[name.len().saturating_sub(limit::NAME_BYTES_MAX)..];
    let mut bytes = Vec::with_capacity(HEAD_BYTES + name.len());
    bytes.push(ask as u8);
    bytes.extend_from_slice(&(name.len() as u16).to_le_bytes());
    bytes.extend_from_slice(name);
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let files = file.map(|file| [file]);
    if let Some(files) = &files {
        control.push(SendAncillaryMessage::ScmRights(files));
    }
    // No signal when the child has just ended: that is seen, and another one is started.
    let sent = rustix::net::sendmsg(socket, &[IoSlice::new(&bytes)], &mut control, SendFlags::NOSIGNAL)?;
    // A socket that takes megabytes takes this at once.
    if sent == bytes.len() { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
}

/// Waits for a request. `None`: the parent has ended.
pub(crate) fn receive(socket: &UnixStream) -> io::Result<Option<Request>> {
    let mut bytes = [0; HEAD_BYTES + limit::NAME_BYTES_MAX];
    let (mut filled, mut wanted, mut file) = (0, HEAD_BYTES, None);
    while filled < wanted {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let mut slices = [IoSliceMut::new(&mut bytes[filled..])];
        match rustix::net::recvmsg(socket.as_fd(), &mut slices, &mut control, RecvFlags::CMSG_CLOEXEC) {
            Ok(message) if message.bytes == 0 => return Ok(None),
            Ok(message) => filled += message.bytes,
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        for message in control.drain() {
            if let RecvAncillaryMessage::ScmRights(mut files) = message {
                file = files.next().map(File::from).or(file);
            }
        }
        if filled >= HEAD_BYTES {
            wanted = HEAD_BYTES + usize::from(u16::from_le_bytes([bytes[1], bytes[2]])).min(limit::NAME_BYTES_MAX);
        }
    }
    let ask = match bytes[0] {
        1 => Ask::Escapes,
        2 => Ask::Misbehave,
        _ => Ask::Words,
    };
    Ok(Some(Request { ask, name: bytes[HEAD_BYTES..wanted].to_vec(), file }))
}

/// Writes an answer.
pub(crate) fn write(out: &mut impl Write, answer: &[u8]) -> io::Result<()> {
    out.write_all(&(answer.len() as u32).to_le_bytes())?;
    out.write_all(answer)
}

/// An extract as bytes.
pub(crate) fn encode(extract: &Extract) -> Vec<u8> {
    let mut out = Vec::with_capacity(extract.body.len() + extract.headings.len() + 1024);
    push(&mut out, extract.title.as_deref());
    push(&mut out, Some(&extract.headings));
    push(&mut out, Some(&extract.body));
    push(&mut out, extract.language.as_deref());
    push(&mut out, extract.fault.as_deref());
    out
}

/// An extract from bytes; none where they are none.
pub(crate) fn decode(mut bytes: &[u8]) -> Option<Extract> {
    let title = take(&mut bytes, limit::TITLE_BYTES_MAX)?;
    let headings = take(&mut bytes, limit::HEADINGS_BYTES_MAX)??;
    let body = take(&mut bytes, limit::BODY_BYTES_MAX)??;
    let language = take(&mut bytes, limit::LANGUAGE_BYTES_MAX)?;
    let fault = take(&mut bytes, limit::FAULT_BYTES_MAX)?;
    bytes.is_empty().then_some(Extract { title, headings, body, language, fault })
}

fn push(out: &mut Vec<u8>, text: Option<&str>) {
    let length = text.map_or(NONE, |text| text.len() as u32);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(text.unwrap_or_default().as_bytes());
}

#[expect(clippy::option_option, reason = "outside: whether the bytes make sense; inside: whether there is a text")]
fn take(bytes: &mut &[u8], bytes_max: usize) -> Option<Option<String>> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = u32::from_le_bytes(*length);
    *bytes = rest;
    if length == NONE {
        return Some(None);
    }
    let length = usize::try_from(length).ok().filter(|&length| length <= bytes_max)?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(Some(String::from_utf8(text.to_vec()).ok()?))
}

const NONE: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Extract {
        Extract {
            title: Some("题".into()),
            headings: "甲\n乙".into(),
            body: "words".into(),
            language: None,
            fault: Some("read the first 8 MiB of 9 MiB".into()),
        }
    }

    #[test]
    fn an_extract_comes_back_as_it_was() {
        for extract in [sample(), Extract::default()] {
            assert_eq!(decode(&encode(&extract)), Some(extract));
        }
    }

    #[test]
    fn nothing_that_a_child_says_is_believed() {
        let whole = encode(&sample());
        for length in 0..whole.len() {
            assert_eq!(decode(&whole[..length]), None, "cut at {length}");
        }
        assert_eq!(decode(&[&whole[..], b"x"].concat()), None, "more behind it");
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x80;
            let _ = decode(&damaged);
        }
        let long = Extract { title: Some("x".repeat(limit::TITLE_BYTES_MAX + 1)), ..Extract::default() };
        assert_eq!(decode(&encode(&long)), None, "a title longer than any");
        assert_eq!(decode(b"\x01\0\0\0\xff"), None, "no UTF-8");
    }

    #[test]
    fn a_request_arrives_with_its_file() {
        let (parent, child) = UnixStream::pair().unwrap();
        let file = tempfile::tempfile().unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, b"content", 0).unwrap();
        send(&parent, Ask::Words, "资料.pdf".as_bytes(), Some(file.as_fd())).unwrap();
        send(&parent, Ask::Escapes, b"", None).unwrap();
        drop(parent);
        let first = receive(&child).unwrap().unwrap();
        assert_eq!((first.ask, first.name.as_slice()), (Ask::Words, "资料.pdf".as_bytes()));
        let mut bytes = [0; 7];
        std::os::unix::fs::FileExt::read_exact_at(&first.file.unwrap(), &mut bytes, 0).unwrap();
        assert_eq!(&bytes, b"content");
        let second = receive(&child).unwrap().unwrap();
        assert_eq!((second.ask, second.name.len(), second.file.is_none()), (Ask::Escapes, 0, true));
        assert!(receive(&child).unwrap().is_none(), "the parent has ended");
    }

    #[test]
    fn of_a_name_that_is_too_long_the_end_is_told() {
        let (parent, child) = UnixStream::pair().unwrap();
        send(&parent, Ask::Words, &[&[b'a'; 70_000][..], b".pdf"].concat(), None).unwrap();
        let name = receive(&child).unwrap().unwrap().name;
        assert_eq!((name.len(), name.ends_with(b".pdf")), (limit::NAME_BYTES_MAX, true));
    }
}
