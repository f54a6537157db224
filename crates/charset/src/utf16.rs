//! UTF-16 without a byte order mark, and bytes that are no text at all.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use crate::likelihood::{Model, Scorer};

/// The bytes read as UTF-16: what that costs, or none when something in it cannot be text.
pub(crate) fn cost(encoding: &'static Encoding, bytes: &[u8]) -> Option<u64> {
    let units = bytes.as_chunks::<2>().0.iter().map(|&pair| match encoding {
        e if e == UTF_16LE => u16::from_le_bytes(pair),
        _ => u16::from_be_bytes(pair),
    });
    let mut scorer = Scorer::new(Model::Any);
    let mut cost = 0;
    for c in char::decode_utf16(units) {
        let c = match c {
            Ok(c) if is_textual(c) => c,
            // Half a pair where the head of a longer text was cut.
            Err(half) if (0xd800..0xdc00).contains(&half.unpaired_surrogate()) && bytes.len() > 2 => {
                cost += HALF_PAIR_COST;
                continue;
            }
            _ => return None,
        };
        cost += scorer.charge(c);
    }
    Some(cost)
}

/// UTF-16 among whose bytes are zeros: those of its ASCII characters, its line ends at least.
///
/// None when it is neither: then it is no text, because no other encoding has zeros.
pub(crate) fn recognise(head: &[u8]) -> Option<&'static Encoding> {
    let costs = [UTF_16LE, UTF_16BE].map(|encoding| (encoding, cost(encoding, head)));
    let (encoding, cost) =
        costs.into_iter().filter_map(|(encoding, cost)| Some((encoding, cost?))).min_by_key(|c| c.1)?;
    let units = head.len() as u64 / 2;
    (units > 0 && cost <= units * UNIT_COST_MAX).then_some(encoding)
}

/// Whether the bytes have more control characters than any text.
///
/// Escape, backspace and the end mark of DOS are met in texts: in logs of terminals, in manuals, in old files.
pub(crate) fn has_controls(head: &[u8]) -> bool {
    let controls = head.iter().filter(|&&byte| is_control(byte)).count();
    controls >= 2 && controls * 50 > head.len()
}

fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=0x07 | 0x0b | 0x0e..=0x19 | 0x1c..=0x1f | 0x7f)
}

fn is_textual(c: char) -> bool {
    !matches!(c, '\0'..='\u{08}' | '\u{0b}' | '\u{0e}'..='\u{1a}' | '\u{1c}'..='\u{1f}' | '\u{7f}' | '\u{fdd0}'..='\u{fdef}' | '\u{fff0}'..='\u{fffc}' | '\u{fffe}'..='\u{ffff}')
}

/// What half a surrogate pair costs: more than any character.
const HALF_PAIR_COST: u64 = 300;

/// Text stays below this on average; rare hanzi and private characters, which wrong readings give, are above.
const UNIT_COST_MAX: u64 = 95;
