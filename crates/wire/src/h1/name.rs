//! Which field a name names, found in one comparison whatever the name.

use crate::block::BYTES;
use semantics::FieldName;
use wide::u8x16;

/// The field of the name that is the first `length` of `block`, if we act on it. Other bytes than those of a token may
/// be among them; then it is none.
#[inline(always)]
pub(crate) fn find(block: &[u8; BYTES], length: usize) -> Option<FieldName> {
    let &[.., last, end] = block.get(..length)? else { return None };
    let entry = &TABLE[slot([last, end], length)];
    (usize::from(entry.length) == length && entry.is_start_of(block)).then_some(entry.field)
}

/// A name, ready to be compared.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Entry {
    field: FieldName,
    length: u8,
    /// Its start, in lower case.
    name: [u8; BYTES],
    /// The bit that makes a letter of `name` lower case; no hyphen has one, for CR would become a hyphen by it.
    case: [u8; BYTES],
    /// A bit for each byte of `name`.
    mask: u32,
}

impl Entry {
    #[inline(always)]
    fn is_start_of(&self, block: &[u8; BYTES]) -> bool {
        let lowered = u8x16::new(*block) | u8x16::new(self.case);
        !lowered.simd_eq(u8x16::new(self.name)).to_bitmask() & self.mask == 0
    }

    const fn new(field: FieldName) -> Entry {
        let text = field.as_str().as_bytes();
        let (mut name, mut case) = ([0; BYTES], [0; BYTES]);
        let mut at = 0;
        while at < text.len() && at < BYTES {
            name[at] = text[at];
            case[at] = if text[at] == b'-' { 0 } else { 0x20 };
            at += 1;
        }
        Entry { field, length: text.len() as u8, name, case, mask: (1 << at) - 1 }
    }
}

/// Where a name stands in [`TABLE`], told by its last two bytes and its length. The numbers are found by trying.
#[inline(always)]
const fn slot(end: [u8; 2], length: usize) -> usize {
    let end = (u16::from_le_bytes(end) | 0x2020) as usize;
    (((end * 3) >> 5) + length) % SLOTS
}

const SLOTS: usize = 64;

static TABLE: [Entry; SLOTS] = {
    // Of length 0, so that no name is the same.
    let nothing = Entry { field: FieldName::Accept, length: 0, name: [0; BYTES], case: [0; BYTES], mask: 0 };
    let mut table = [nothing; SLOTS];
    let mut index = 0;
    while index < FieldName::COUNT {
        let entry = Entry::new(FieldName::ALL[index]);
        let name = entry.field.as_str().as_bytes();
        let slot = slot([name[name.len() - 2], name[name.len() - 1]], name.len());
        assert!(table[slot].length == 0, "two names in one slot: other numbers are needed");
        table[slot] = entry;
        index += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is found is what the plain look-up finds, whatever stands behind the name. Long names are not for this.
    #[track_caller]
    fn check(name: &[u8]) {
        let expected = FieldName::from_bytes(name).filter(|_| name.len() <= BYTES);
        for behind in [0, b':', b'-', b'a', 0xFF] {
            let mut block = [behind; BYTES];
            let length = name.len().min(BYTES);
            block[..length].copy_from_slice(&name[..length]);
            assert_eq!(find(&block, name.len()), expected, "{name:?}");
        }
    }

    #[test]
    fn each_field_with_a_short_name_is_found_in_any_case() {
        for field in FieldName::ALL {
            let name = field.as_str();
            check(name.as_bytes());
            check(name.to_ascii_uppercase().as_bytes());
        }
        check(b"");
    }

    #[test]
    fn no_other_name_is_found() {
        for field in FieldName::ALL {
            let name = field.as_str().as_bytes();
            for at in 0..name.len() {
                for byte in 0..=255 {
                    let mut other = name.to_vec();
                    other[at] = byte;
                    check(&other);
                }
            }
            check(&name[..name.len() - 1]);
            check(&[name, b"-"].concat());
        }
    }

    proptest! {
        #[test]
        fn the_quick_look_up_is_the_plain_one(block: [u8; BYTES], length in 0..=BYTES) {
            check(&block[..length]);
        }
    }
}
