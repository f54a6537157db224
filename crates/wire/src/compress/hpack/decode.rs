//! From a field block to field lines (RFC 7541 §3, §6).

use super::integer;
use super::table::{MAX, Table};
use crate::compress::huffman;
use crate::fault::Reason;
use alloc::vec::Vec;
use core::ops::Range;

/// The receiving side of a connection. A block that it errs on ends the connection: the two tables are no longer the same.
#[derive(Debug)]
pub struct Decoder {
    table: Table,
}

/// More updates of the size than this at the start of a block are refused: two say all that can be said (§4.2).
const UPDATES_MAX: u32 = 2;

/// A string, where it stands.
enum Text<'a> {
    /// In the block, as it is.
    Plain(&'a [u8]),
    /// Decoded, in the scratch bytes.
    Decoded(Range<usize>),
}

impl Text<'_> {
    fn get<'a>(&'a self, scratch: &'a [u8]) -> &'a [u8] {
        match self {
            Text::Plain(bytes) => bytes,
            Text::Decoded(range) => &scratch[range.clone()],
        }
    }
}

impl Default for Decoder {
    fn default() -> Decoder {
        Decoder::new()
    }
}

impl Decoder {
    /// With an empty table.
    pub fn new() -> Decoder {
        Decoder { table: Table::new(MAX) }
    }

    /// Reads a whole block and gives each line to `each`: name and value. What these say is not checked here.
    /// `scratch` is overwritten.
    ///
    /// Errs when the block breaks a rule of HPACK. To give up before its end would be as bad as an error, so whoever
    /// has read enough goes on to be given lines.
    pub fn decode(
        &mut self,
        block: &[u8],
        scratch: &mut Vec<u8>,
        mut each: impl FnMut(&[u8], &[u8]),
    ) -> Result<(), Reason> {
        let mut rest = block;
        let mut updates = 0;
        let mut is_start = true;
        while let Some(&first) = rest.first() {
            if first & 0x80 != 0 {
                let index = integer::decode(&mut rest, 7)?;
                let (name, value) = self.table.get(index).ok_or(Reason::InvalidTableIndex)?;
                each(name, value);
                is_start = false;
            } else if first & 0xE0 == 0x20 {
                let max = integer::decode(&mut rest, 5)?;
                updates += 1;
                // RFC 7541 §4.2: at the start of a block, and never more than SETTINGS_HEADER_TABLE_SIZE allows.
                if max > MAX || !is_start || updates > UPDATES_MAX {
                    return Err(Reason::InvalidTableSize);
                }
                self.table.set_max(max);
            } else {
                let is_indexed = first & 0x40 != 0;
                let index = integer::decode(&mut rest, if is_indexed { 6 } else { 4 })?;
                self.literal(index, is_indexed, &mut rest, scratch, &mut each)?;
                is_start = false;
            }
        }
        Ok(())
    }

    fn literal(
        &mut self,
        index: usize,
        is_indexed: bool,
        rest: &mut &[u8],
        scratch: &mut Vec<u8>,
        each: &mut impl FnMut(&[u8], &[u8]),
    ) -> Result<(), Reason> {
        scratch.clear();
        let name = match index {
            0 => string(rest, scratch)?,
            _ => {
                // Copied: the line it is of may be evicted by this one (§4.4).
                let (name, _) = self.table.get(index).ok_or(Reason::InvalidTableIndex)?;
                scratch.extend_from_slice(name);
                Text::Decoded(0..name.len())
            }
        };
        let value = string(rest, scratch)?;
        let (name, value) = (name.get(scratch), value.get(scratch));
        each(name, value);
        if is_indexed {
            self.table.insert(name, value);
        }
        Ok(())
    }

    /// What it has taken of memory.
    #[cfg(test)]
    pub(crate) fn bytes_owned(&self) -> usize {
        self.table.bytes_owned()
    }

    /// Bytes of lines in the table.
    #[cfg(test)]
    pub(crate) fn table_size(&self) -> usize {
        self.table.size()
    }
}

/// Takes a string (§5.2).
fn string<'a>(rest: &mut &'a [u8], scratch: &mut Vec<u8>) -> Result<Text<'a>, Reason> {
    let is_coded = rest.first().is_some_and(|first| first & 0x80 != 0);
    let length = integer::decode(rest, 7)?;
    let (bytes, behind) = rest.split_at_checked(length).ok_or(Reason::TruncatedFieldBlock)?;
    *rest = behind;
    if !is_coded {
        return Ok(Text::Plain(bytes));
    }
    let start = scratch.len();
    huffman::decode(bytes, scratch).map_err(|_| Reason::InvalidHuffmanCode)?;
    Ok(Text::Decoded(start..scratch.len()))
}

#[cfg(test)]
mod tests;
