//! Which bytes may stand where (RFC 9110 §5.6, RFC 9112, RFC 3986): a table, and searches that go eight bytes at a time.

/// `tchar` (RFC 9110 §5.6.2).
pub(crate) const TOKEN: u8 = 1;
/// What may stand in a request target: visible ASCII without `"<>\^`{|}` and `#`, which RFC 3986 excludes and clients
/// send all the same but for `#`, and bytes above 0x7F, which some clients do not encode. See docs/support.md.
pub(crate) const TARGET: u8 = 2;
/// Visible characters, obs-text, space and tab (RFC 9110 §5.5).
pub(crate) const VALUE: u8 = 4;
/// What may stand in a registered name or an IPv4 address (RFC 3986 §3.2.2), percent signs included.
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
        if is_alphanumeric || is_one_of(byte as u8, b"-._~!$&'()*+,;=%") {
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

/// How many bytes at the start can stand in a field value; [`span`] of [`VALUE`], eight bytes at a time.
#[inline]
pub(crate) fn value_span(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    let mut at = 0;
    while let Some(word) = bytes.get(at..at + 8) {
        let word = u64::from_le_bytes(word.try_into().unwrap_or([0; 8]));
        // A high bit for each byte below 0x20, and for each that is 0x7F (RFC 9110 §5.5 has them, but for tab, as
        // invalid). A borrow can also mark a byte behind a marked one, but never one ahead of it.
        let below = word.wrapping_sub(ONES * 0x20) & !word;
        let delete = word ^ (ONES * 0x7F);
        let delete = delete.wrapping_sub(ONES) & !delete;
        let marks = (below | delete) & HIGHS;
        if marks == 0 {
            at += 8;
            continue;
        }
        at += (marks.trailing_zeros() / 8) as usize;
        if bytes[at] != b'\t' {
            return at;
        }
        at += 1;
    }
    at + span(&bytes[at..], VALUE)
}

/// A value without the whitespace around it (OWS, RFC 9110 §5.6.3).
#[inline]
pub(crate) fn trim(mut value: &[u8]) -> &[u8] {
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_quick_span_is_the_plain_one(bytes: Vec<u8>, tail in 0_usize..20) {
            prop_assert_eq!(value_span(&bytes), span(&bytes, VALUE));
            let mut long = vec![b'a'; tail];
            long.extend_from_slice(&bytes);
            prop_assert_eq!(value_span(&long), span(&long, VALUE));
        }
    }

    #[test]
    fn each_byte_ends_a_value_wherever_it_stands_or_nowhere() {
        for byte in 0..=255 {
            for at in 0..24 {
                let mut bytes = [b'x'; 24];
                bytes[at] = byte;
                assert_eq!(value_span(&bytes), span(&bytes, VALUE), "{byte} at {at}");
            }
        }
    }
}
