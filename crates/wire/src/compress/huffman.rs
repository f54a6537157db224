//! The Huffman code of RFC 7541 Appendix B.
//!
//! The code is canonical: codes of one length are consecutive numbers in the order of their symbols, and those of the
//! next length go on from there. So the lengths are the whole table, and all else is computed from them at build time.

use alloc::vec::Vec;

/// Why a string is no Huffman code (RFC 7541 §5.2): padding of a byte or more, or not the start of the code of EOS; or EOS
/// itself within the string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid;

/// Decodes `coded` and appends what it says.
///
/// Errs when it is no code; what was appended until then is to be thrown away.
pub fn decode(coded: &[u8], out: &mut Vec<u8>) -> Result<(), Invalid> {
    // No code is shorter than 5 bits.
    out.reserve(coded.len() * 8 / 5);
    let mut rest = coded;
    // The next `count` bits stand at the top of `bits`.
    let (mut bits, mut count) = (0_u64, 0_u32);
    loop {
        while count <= 56
            && let [byte, behind @ ..] = rest
        {
            bits |= u64::from(*byte) << (56 - count);
            count += 8;
            rest = behind;
        }
        let (symbol, length) = QUICK[(bits >> (64 - QUICK_BITS)) as usize];
        let (symbol, length) = match length {
            0 => long(bits),
            length => (u16::from(symbol), u32::from(length)),
        };
        if length > count {
            // The bits behind the end are read as zeros, so a code that needs them is no code but padding.
            let padding = bits >> (64 - 8);
            let is_padding = count < 8 && padding == 0xFF & !(0xFF >> count);
            return if is_padding { Ok(()) } else { Err(Invalid) };
        }
        if symbol == EOS {
            return Err(Invalid);
        }
        out.push(symbol as u8);
        bits <<= length;
        count -= length;
    }
}

/// A code longer than [`QUICK_BITS`]: the first length whose last code is not below these bits.
#[cold]
fn long(bits: u64) -> (u16, u32) {
    let mut length = QUICK_BITS + 1;
    while length < BITS_MAX && bits >> (64 - length) >= u64::from(ENDS[length as usize].0) {
        length += 1;
    }
    let (end, last) = ENDS[length as usize];
    let code = (bits >> (64 - length)) as u32;
    // `code` is below `end`, and the codes of this length are consecutive: counted back from the last symbol.
    let back = (end - code) as usize;
    (ORDER[last as usize - back], length)
}

/// How long `plain` is when it is coded, in bytes.
pub fn encoded_length(plain: &[u8]) -> usize {
    let bits: usize = plain.iter().map(|&byte| usize::from(LENGTHS[usize::from(byte)])).sum();
    bits.div_ceil(8)
}

/// Appends the code of `plain`, padded with the start of that of EOS.
pub fn encode(plain: &[u8], out: &mut Vec<u8>) {
    let (mut bits, mut count) = (0_u64, 0_u32);
    for &byte in plain {
        let length = u32::from(LENGTHS[usize::from(byte)]);
        bits = bits << length | u64::from(CODES[usize::from(byte)]);
        count += length;
        while count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    if count > 0 {
        out.push((bits << (8 - count)) as u8 | 0xFF >> count);
    }
}

const EOS: u16 = 256;
const SYMBOLS: usize = 257;
const BITS_MAX: u32 = 30;

/// Bits of the code of each byte.
const LENGTHS: [u8; SYMBOLS] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
    28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12,
    10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6,
    5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22,
    22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20,
    22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28,
    27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28,
    27, 27, 27, 27, 27, 26, 30,
];

/// The symbols in the order of their codes: by length, then by number.
const ORDER: [u16; SYMBOLS] = {
    let mut order = [0; SYMBOLS];
    let (mut length, mut at) = (1, 0);
    while length <= BITS_MAX {
        let mut symbol = 0;
        while symbol < SYMBOLS {
            if LENGTHS[symbol] as u32 == length {
                order[at] = symbol as u16;
                at += 1;
            }
            symbol += 1;
        }
        length += 1;
    }
    order
};

/// For each length: the number behind its last code, and how many symbols have a code of that length or less.
const ENDS: [(u32, u16); BITS_MAX as usize + 1] = {
    let mut ends = [(0, 0); BITS_MAX as usize + 1];
    let (mut code, mut at, mut length) = (0_u32, 0, 1);
    while length <= BITS_MAX {
        code <<= 1;
        while at < SYMBOLS && LENGTHS[ORDER[at] as usize] as u32 == length {
            code += 1;
            at += 1;
        }
        ends[length as usize] = (code, at as u16);
        length += 1;
    }
    ends
};

static CODES: [u32; SYMBOLS] = {
    let mut codes = [0; SYMBOLS];
    let mut at = 0;
    while at < SYMBOLS {
        let symbol = ORDER[at] as usize;
        let (end, last) = ENDS[LENGTHS[symbol] as usize];
        codes[symbol] = end - (last as u32 - at as u32);
        at += 1;
    }
    codes
};

/// All that is common in field values has a code of at most this many bits.
const QUICK_BITS: u32 = 10;

/// By the next bits: the symbol, and the length of its code; 0: it is longer.
static QUICK: [(u8, u8); 1 << QUICK_BITS] = {
    let mut table = [(0, 0); 1 << QUICK_BITS];
    let (mut at, mut entry) = (0, 0);
    while at < SYMBOLS {
        let symbol = ORDER[at] as usize;
        let length = LENGTHS[symbol] as u32;
        if length > QUICK_BITS {
            break;
        }
        let mut copies = 1 << (QUICK_BITS - length);
        while copies > 0 {
            table[entry] = (symbol as u8, length as u8);
            entry += 1;
            copies -= 1;
        }
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    #[track_caller]
    fn check(coded: &[u8], expected: Result<&[u8], Invalid>) {
        let mut out = Vec::new();
        let result = decode(coded, &mut out);
        assert_eq!(result.map(|()| &out[..]), expected, "{coded:x?}");
    }

    /// The plain twin: bit by bit, by the list of codes.
    fn decode_plainly(coded: &[u8]) -> Result<Vec<u8>, Invalid> {
        let (mut out, mut code, mut length) = (Vec::new(), 0_u32, 0);
        for bit in coded.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)) {
            (code, length) = (code << 1 | u32::from(bit), length + 1);
            let found = (0..SYMBOLS).find(|&symbol| LENGTHS[symbol] == length && CODES[symbol] == code);
            match found {
                Some(256) => return Err(Invalid),
                Some(symbol) => {
                    out.push(symbol as u8);
                    (code, length) = (0, 0);
                }
                None if length > 30 => return Err(Invalid),
                None => {}
            }
        }
        if length < 8 && code == (1 << length) - 1 { Ok(out) } else { Err(Invalid) }
    }

    #[test]
    fn the_codes_are_those_of_appendix_b() {
        for (symbol, code, length) in [
            (b'0', 0x0, 5),
            (b' ', 0x14, 6),
            (b'A', 0x21, 6),
            (b':', 0x5c, 7),
            (b'&', 0xf8, 8),
            (b'!', 0x3f8, 10),
            (b'\\', 0x7fff0, 19),
            (0, 0x1ff8, 13),
            (1, 0x7fffd8, 23),
            (b'\n', 0x3ffffffc, 30),
            (22, 0x3ffffffe, 30),
            (255, 0x3ffffee, 26),
        ] {
            assert_eq!((CODES[usize::from(symbol)], LENGTHS[usize::from(symbol)]), (code, length), "{symbol}");
        }
        assert_eq!(CODES[256], 0x3fffffff);
    }

    #[test]
    fn strings_of_appendix_c_are_read_and_written() {
        for (plain, coded) in [
            ("www.example.com", &b"\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"[..]),
            ("no-cache", b"\xa8\xeb\x10\x64\x9c\xbf"),
            ("custom-key", b"\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f"),
            ("302", b"\x64\x02"),
            ("private", b"\xae\xc3\x77\x1a\x4b"),
            ("", b""),
        ] {
            check(coded, Ok(plain.as_bytes()));
            let mut out = Vec::new();
            encode(plain.as_bytes(), &mut out);
            assert_eq!(out, coded, "{plain}");
            assert_eq!(encoded_length(plain.as_bytes()), coded.len(), "{plain}");
        }
    }

    #[test]
    fn padding_is_less_than_a_byte_of_ones() {
        check(b"\x07", Ok(b"0"));
        check(b"\x06", Err(Invalid));
        check(b"\x00", Err(Invalid));
        check(b"\xff", Err(Invalid));
        check(b"\x07\xff", Err(Invalid));
        // A code of 5 bits, and three zeros.
        check(b"\x18", Err(Invalid));
        // Codes that end with the byte.
        check(b"\xf8", Ok(b"&"));
        check(b"\xf8\xff", Err(Invalid));
    }

    #[test]
    fn eos_is_no_part_of_a_string() {
        check(b"\xff\xff\xff\xff", Err(Invalid));
        check(b"\x07\xff\xff\xff\xff\x07", Err(Invalid));
        check(b"\xff\xff\xff\xfc", Err(Invalid));
    }

    #[test]
    fn each_byte_comes_back_wherever_it_stands() {
        for byte in 0..=255 {
            for before in 0..9 {
                let plain = [&vec![b'a'; before][..], &[byte, b'z']].concat();
                let mut coded = Vec::new();
                encode(&plain, &mut coded);
                check(&coded, Ok(&plain));
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_coded_comes_back(plain: Vec<u8>) {
            let mut coded = Vec::new();
            encode(&plain, &mut coded);
            prop_assert_eq!(coded.len(), encoded_length(&plain));
            check(&coded, Ok(&plain));
        }

        #[test]
        fn the_quick_way_is_the_plain_one(coded: Vec<u8>) {
            let mut out = Vec::new();
            let quick = decode(&coded, &mut out).map(|()| out);
            prop_assert_eq!(quick, decode_plainly(&coded));
        }

        #[test]
        fn the_quick_way_is_the_plain_one_with_long_codes(coded in prop::collection::vec(0xF0_u8.., 0..20)) {
            let mut out = Vec::new();
            let quick = decode(&coded, &mut out).map(|()| out);
            prop_assert_eq!(quick, decode_plainly(&coded));
        }
    }
}
