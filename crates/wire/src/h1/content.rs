//! The content of a request, out of its framing (RFC 9112 §6.2, §7.1).
//!
//! ```text
//! chunk   = 1*16HEXDIG *( BWS ";" … ) CRLF data CRLF
//! last    = 1*16"0"    *( BWS ";" … ) CRLF *( field-line CRLF ) CRLF
//! ```

use crate::fault::Reason;
use crate::grammar::{TOKEN, VALUE, is};
use crate::input::Input;
use crate::limit;

/// How far the content is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// This many bytes are still to come.
    Length(u64),
    /// In chunks.
    Chunks(Chunks),
}

/// Within a chunked content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunks {
    at: At,
    /// Of the chunk under way: its size while that is read, then what is still to come.
    chunk: u64,
    /// Content in all, so far: compared with [`limit::CONTENT_BYTES_MAX`].
    total: u32,
    /// Extensions and trailers in all, so far: compared with [`limit::FRAMING_BYTES_MAX`].
    framing: u32,
}

/// What the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// First digit of a size.
    SizeStart,
    /// Behind so many digits of a size: compared with [`limit::CHUNK_SIZE_DIGITS_MAX`].
    Size(u8),
    /// Whitespace behind a size: only an extension may follow (BWS, RFC 9110 §5.6.3).
    SizeSpace,
    Extension,
    SizeLineFeed,
    Data,
    DataReturn,
    DataLineFeed,
    TrailerStart,
    TrailerName,
    TrailerValue,
    TrailerLineFeed,
    LastLineFeed,
    End,
}

/// What a step gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    Bytes(&'a [u8]),
    End,
    NeedsMore,
}

impl Content {
    pub(crate) fn chunked() -> Content {
        Content::Chunks(Chunks { at: At::SizeStart, chunk: 0, total: 0, framing: 0 })
    }

    /// The next part of the content.
    pub(crate) fn next<'a>(&mut self, input: &mut Input<'a>) -> Result<Part<'a>, Reason> {
        match self {
            Content::Length(0) => Ok(Part::End),
            Content::Length(left) if *left > limit::CONTENT_BYTES_MAX => Err(Reason::ContentTooLarge),
            Content::Length(left) => Ok(take(left, input)),
            Content::Chunks(chunks) => chunks.next(input),
        }
    }

    /// Whether it is already known to be more than we read.
    pub(crate) fn is_too_large(&self) -> bool {
        matches!(self, Content::Length(length) if *length > limit::CONTENT_BYTES_MAX)
    }
}

/// At most `left` bytes of the input.
fn take<'a>(left: &mut u64, input: &mut Input<'a>) -> Part<'a> {
    let bytes = input.take(usize::try_from(*left).unwrap_or(usize::MAX));
    *left -= bytes.len() as u64;
    match bytes {
        [] => Part::NeedsMore,
        bytes => Part::Bytes(bytes),
    }
}

impl Chunks {
    fn next<'a>(&mut self, input: &mut Input<'a>) -> Result<Part<'a>, Reason> {
        loop {
            match self.at {
                At::End => return Ok(Part::End),
                At::Data => {
                    let part = take(&mut self.chunk, input);
                    if self.chunk == 0 {
                        self.at = At::DataReturn;
                    }
                    return Ok(part);
                }
                _ => {}
            }
            let Some(&byte) = input.take(1).first() else { return Ok(Part::NeedsMore) };
            self.at = self.step(byte)?;
        }
    }

    /// Where one byte of framing leads.
    fn step(&mut self, byte: u8) -> Result<At, Reason> {
        Ok(match (self.at, byte) {
            (At::SizeStart, byte) => self.digit(byte, 0)?,
            (At::Size(_) | At::SizeSpace, b';') => At::Extension,
            (At::Size(_) | At::SizeSpace, b' ' | b'\t') => self.framed(At::SizeSpace)?,
            (At::Size(_) | At::Extension, b'\r') => At::SizeLineFeed,
            (At::Size(digits), byte) => self.digit(byte, digits)?,
            (At::SizeSpace, _) => return Err(Reason::InvalidChunkSize),
            (At::Extension, byte) if is(byte, VALUE) => self.framed(At::Extension)?,
            (At::Extension, _) => return Err(Reason::InvalidChunkExtension),
            (At::SizeLineFeed, b'\n') => self.chunk_begins()?,
            (At::SizeLineFeed, _) => return Err(Reason::BareCarriageReturn),
            (At::DataReturn, b'\r') => At::DataLineFeed,
            (At::DataLineFeed, b'\n') => At::SizeStart,
            (At::DataReturn | At::DataLineFeed, _) => return Err(Reason::InvalidChunkEnd),
            (At::TrailerStart, b'\r') => At::LastLineFeed,
            (At::TrailerStart | At::TrailerName, byte) if is(byte, TOKEN) => self.framed(At::TrailerName)?,
            (At::TrailerName, b':') => At::TrailerValue,
            (At::TrailerValue, b'\r') => At::TrailerLineFeed,
            (At::TrailerValue, byte) if is(byte, VALUE) => self.framed(At::TrailerValue)?,
            (At::TrailerLineFeed, b'\n') => At::TrailerStart,
            (At::LastLineFeed, b'\n') => At::End,
            (At::TrailerStart | At::TrailerName | At::TrailerValue | At::TrailerLineFeed | At::LastLineFeed, _) => {
                return Err(Reason::InvalidTrailer);
            }
            // `next` deals with both before it comes here.
            (At::Data | At::End, _) => self.at,
        })
    }

    /// One more digit of a chunk size.
    fn digit(&mut self, byte: u8, digits: u8) -> Result<At, Reason> {
        match char::from(byte).to_digit(16) {
            Some(digit) if digits < limit::CHUNK_SIZE_DIGITS_MAX => {
                self.chunk = self.chunk << 4 | u64::from(digit);
                Ok(At::Size(digits + 1))
            }
            _ => Err(Reason::InvalidChunkSize),
        }
    }

    /// The line of a chunk size is complete.
    fn chunk_begins(&mut self) -> Result<At, Reason> {
        if self.chunk == 0 {
            return Ok(At::TrailerStart);
        }
        let total = u64::from(self.total).saturating_add(self.chunk);
        if total > limit::CONTENT_BYTES_MAX {
            return Err(Reason::ContentTooLarge);
        }
        self.total = u32::try_from(total).map_err(|_| Reason::ContentTooLarge)?;
        Ok(At::Data)
    }

    /// One more byte of framing that carries nothing.
    fn framed(&mut self, at: At) -> Result<At, Reason> {
        self.framing += 1;
        if self.framing > limit::FRAMING_BYTES_MAX { Err(Reason::FramingTooLong) } else { Ok(at) }
    }
}
