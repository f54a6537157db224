//! Sixteen bytes looked at at once.

use wide::u8x16;

/// Bytes of a block.
pub(crate) const BYTES: usize = 16;

/// The bytes from the first stop on; when there is none in whole blocks, the rest that is less than a block.
/// `stops` sets all bits of each byte that is one.
#[inline(always)]
pub(crate) fn skip(mut bytes: &[u8], stops: impl Fn(u8x16) -> u8x16) -> &[u8] {
    while let Some((block, behind)) = bytes.split_first_chunk() {
        let stops = stops(u8x16::new(*block)).to_bitmask();
        if stops != 0 {
            return &bytes[stops.trailing_zeros() as usize..];
        }
        bytes = behind;
    }
    bytes
}

/// Marks the bytes up to and with `last`.
#[inline(always)]
pub(crate) fn up_to(block: u8x16, last: u8) -> u8x16 {
    block.min(u8x16::splat(last)).simd_eq(block)
}

/// Marks the bytes that are `byte`.
#[inline(always)]
pub(crate) fn equal(block: u8x16, byte: u8) -> u8x16 {
    block.simd_eq(u8x16::splat(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &[u8], expected: usize) {
        assert_eq!(input.len() - skip(input, |block| equal(block, b'!')).len(), expected, "{input:?}");
    }

    #[test]
    fn a_skip_ends_at_a_stop_or_where_no_block_is_left() {
        check(b"", 0);
        check(b"!23456789abcdef", 0);
        check(b"0123456789abcdef", 16);
        check(b"0123456789abcde!", 15);
        check(b"01234567!9abcdef", 8);
        check(b"0123456789abcdef0123456789abcdef", 32);
        check(b"0123456789abcdef!123456789abcdef", 16);
        check(b"0123456789abcdef!123456789abcde", 16);
    }

    #[test]
    fn it_ends_at_the_first_stop_wherever_that_stands() {
        for first in 0..48 {
            for second in first..48 {
                let mut bytes = [b'x'; 48];
                (bytes[first], bytes[second]) = (b'!', b'!');
                check(&bytes, first);
            }
        }
    }

    #[test]
    fn bytes_are_compared_as_they_are_counted_without_sign() {
        for byte in 0..=255 {
            for last in 0..=255 {
                let block = u8x16::splat(byte);
                assert_eq!(up_to(block, last).to_bitmask(), if byte <= last { 0xFFFF } else { 0 }, "{byte} {last}");
                assert_eq!(equal(block, last).to_bitmask(), if byte == last { 0xFFFF } else { 0 }, "{byte} {last}");
            }
        }
    }
}
