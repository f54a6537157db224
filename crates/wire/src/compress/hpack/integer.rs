//! Integers with a prefix (RFC 7541 §5.1).

use crate::fault::Reason;
use alloc::vec::Vec;

/// Bytes behind the prefix. Four carry 28 bits, more than any length or index we take; without a bound a peer could
/// send continuation bytes for ever.
const BYTES_MAX: usize = 4;

/// Takes an integer whose prefix is the low `bits` of the first byte.
///
/// Errs when it is not complete, or has more than [`BYTES_MAX`] bytes behind its prefix.
#[inline]
pub(crate) fn decode(bytes: &mut &[u8], bits: u32) -> Result<usize, Reason> {
    let (&first, mut rest) = bytes.split_first().ok_or(Reason::TruncatedFieldBlock)?;
    let max = (1 << bits) - 1;
    let mut value = usize::from(first) & max;
    if value == max {
        for at in 0.. {
            if at == BYTES_MAX {
                return Err(Reason::IntegerTooLarge);
            }
            let (&byte, behind) = rest.split_first().ok_or(Reason::TruncatedFieldBlock)?;
            rest = behind;
            value += usize::from(byte & 0x7F) << (7 * at);
            if byte & 0x80 == 0 {
                break;
            }
        }
    }
    *bytes = rest;
    Ok(value)
}

/// Appends an integer; `pattern` are the bits above the prefix.
pub(crate) fn encode(value: usize, bits: u32, pattern: u8, out: &mut Vec<u8>) {
    let max = (1 << bits) - 1;
    if value < max {
        return out.push(pattern | value as u8);
    }
    out.push(pattern | max as u8);
    let mut rest = value - max;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(mut bytes: &[u8], bits: u32, expected: Result<usize, Reason>) {
        assert_eq!(decode(&mut bytes, bits), expected, "{bytes:x?}");
    }

    #[test]
    fn integers_of_appendix_c_are_read() {
        check(&[0b1110_1010], 5, Ok(10));
        check(&[0b1111_1111, 0b1001_1010, 0b0000_1010], 5, Ok(1337));
        check(&[0b0010_1010], 8, Ok(42));
    }

    #[test]
    fn what_is_too_large_or_not_complete_is_refused() {
        check(&[], 7, Err(Reason::TruncatedFieldBlock));
        check(&[0x7F], 7, Err(Reason::TruncatedFieldBlock));
        check(&[0x7F, 0x80], 7, Err(Reason::TruncatedFieldBlock));
        check(&[0x7F, 0xFF, 0xFF, 0xFF, 0x7F], 7, Ok(0x7F + 0x0FFF_FFFF));
        check(&[0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], 7, Err(Reason::IntegerTooLarge));
        // Zeros that mean nothing are counted too.
        check(&[0x7F, 0x80, 0x80, 0x80, 0x00], 7, Ok(0x7F));
        check(&[0x7F, 0x80, 0x80, 0x80, 0x80, 0x00], 7, Err(Reason::IntegerTooLarge));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in 0_usize..1 << 28, bits in 4_u32..8) {
            let mut out = Vec::new();
            encode(value, bits, 0, &mut out);
            out.push(0xAA);
            let mut rest = &out[..];
            prop_assert_eq!(decode(&mut rest, bits), Ok(value));
            prop_assert_eq!(rest, [0xAA]);
        }
    }
}
