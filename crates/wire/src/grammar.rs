//! Which bytes may stand where (RFC 9110 §5.6, RFC 9112, RFC 3986): a table, and searches that go a block at a time.

use crate::block::{equal, skip, up_to};
use wide::u8x16;

/// `tchar` (RFC 9110 §5.6.2).
pub(crate) const TOKEN: u8 = 1;
/// What may stand in a request target: visible ASCII without `"<>\^`{|}` and `#`, which RFC 3986 excludes and clients
/// send all the same but for `#`, and bytes above 0x7F, which some clients do not encode. See docs/support.md.
pub(crate) const TARGET: u8 = 2;
/// Visible characters, obs-text, space and tab (RFC 9110 §5.5).
pub(crate) const VALUE: u8 = 4;
/// What may stand in a registered name or an IPv4 address (RFC 3986 §3.2.2), but for escapes.
pub(crate) const HOST: u8 = 8;

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let is_alphanumeric = (byte as u8).is_ascii_alphanumeric();
        let mut class = 0;
        if is_alphanumeric || is_one_of(byte as u8, b"!#$%&'*+-.^_`|~") {
            class |= TOKEN;
        }
        if byte > 0x20 && byte != 0x7F && byte != b'#' as usize {
            class |= TARGET;
        }
        if (byte >= 0x20 && byte != 0x7F) || byte == b'\t' as usize {
            class |= VALUE;
        }
        if is_alphanumeric || is_one_of(byte as u8, b"-._~!$&'()*+,;=") {
            class |= HOST;
        }
        classes[byte] = class;
        byte += 1;
    }
    classes
};

const fn is_one_of(byte: u8, set: &[u8]) -> bool {
    let mut index = 0;
    while index < set.len() {
        if set[index] == byte {
            return true;
        }
        index += 1;
    }
    false
}

/// Whether the byte is of the class.
#[inline]
pub(crate) fn is(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// How many bytes at the start are of the class.
#[inline]
pub(crate) fn span(bytes: &[u8], class: u8) -> usize {
    bytes.iter().position(|&byte| !is(byte, class)).unwrap_or(bytes.len())
}

/// What stands behind the bytes that can be of a request target: behind the [`span`] of [`TARGET`].
#[inline(always)]
pub(crate) fn behind_target(bytes: &[u8]) -> &[u8] {
    let rest = skip(bytes, |block| up_to(block, b' ') | equal(block, 0x7F) | equal(block, b'#'));
    &rest[span(rest, TARGET)..]
}

/// What stands behind the bytes that can be of a field value, up to a tab or to the last few bytes at hand.
#[inline(always)]
pub(crate) fn behind_visible(bytes: &[u8]) -> &[u8] {
    skip(bytes, |block| up_to(block, 0x1F) | equal(block, 0x7F))
}

/// What stands behind the bytes that can be of a field value: behind the [`span`] of [`VALUE`].
#[inline(never)]
pub(crate) fn behind_value(bytes: &[u8]) -> &[u8] {
    &bytes[span(bytes, VALUE)..]
}

/// Marks letters and hyphens, of which nearly all field names are made.
#[inline(always)]
pub(crate) fn letters(block: u8x16) -> u8x16 {
    let lowered = block | u8x16::splat(0x20);
    up_to(lowered - u8x16::splat(b'a'), b'z' - b'a') | equal(block, b'-')
}

/// A value without the whitespace around it (OWS, RFC 9110 §5.6.3).
#[inline(always)]
pub(crate) fn trim(value: &[u8]) -> &[u8] {
    match value {
        // As nearly everyone writes it.
        [b' ', inner @ ..] if matches!(inner, [first, .., last] if *first > b' ' && *last > b' ') => inner,
        _ => trim_all(value),
    }
}

fn trim_all(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = value {
        value = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// The members of a comma-separated list (RFC 9110 §5.6.1), empty ones left out.
pub(crate) fn members(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(trim).filter(|member| !member.is_empty())
}

/// Whether a field can be written as it is, in any version: a token and a value, and nothing that ends them.
pub(crate) fn is_sound(name: &str, value: &str) -> bool {
    let is_sound =
        !name.is_empty() && name.bytes().all(|byte| is(byte, TOKEN)) && value.bytes().all(|byte| is(byte, VALUE));
    debug_assert!(is_sound, "field {name:?}: {value:?}");
    is_sound
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[track_caller]
    fn check(bytes: &[u8]) {
        assert_eq!(behind_target(bytes), &bytes[span(bytes, TARGET)..], "{bytes:x?}");
        assert_eq!(behind_value(behind_visible(bytes)), &bytes[span(bytes, VALUE)..], "{bytes:x?}");
        if let Some(&block) = bytes.first_chunk() {
            for (index, byte) in block.iter().enumerate() {
                let is_letter = byte.is_ascii_alphabetic() || *byte == b'-';
                assert_eq!(letters(u8x16::new(block)).to_bitmask() >> index & 1 != 0, is_letter, "{byte:x}");
            }
        }
    }

    #[test]
    fn each_byte_ends_a_span_wherever_it_stands_or_nowhere() {
        for byte in 0..=255 {
            for at in 0..40 {
                let mut bytes = [b'x'; 40];
                bytes[at] = byte;
                check(&bytes);
            }
        }
    }

    proptest! {
        #[test]
        fn the_quick_spans_are_the_plain_one(letters in 0_usize..40, bytes: Vec<u8>) {
            let mut long = vec![b'a'; letters];
            long.extend_from_slice(&bytes);
            check(&long);
        }
    }

    #[test]
    fn classes_are_those_of_the_grammar() {
        for byte in 0..=255_u8 {
            let is_token = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            assert_eq!(is(byte, TOKEN), is_token, "{byte}");
            assert_eq!(is(byte, TARGET), byte.is_ascii_graphic() && byte != b'#' || byte >= 0x80, "{byte}");
            assert_eq!(is(byte, VALUE), byte.is_ascii_graphic() || b" \t".contains(&byte) || byte >= 0x80, "{byte}");
        }
    }

    #[test]
    fn members_of_a_list_are_trimmed_and_empty_ones_left_out() {
        let check = |value: &[u8], expected: &[&[u8]]| assert_eq!(members(value).collect::<Vec<_>>(), expected);
        check(b"a", &[b"a"]);
        check(b"a, b\t,\t c", &[b"a", b"b", b"c"]);
        check(b" ,, a b ,", &[b"a b"]);
        check(b"", &[]);
        check(b" , \t", &[]);
    }
}
