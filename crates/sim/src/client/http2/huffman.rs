//! The Huffman code of RFC 7541 Appendix B, read bit by bit along a tree: slow, and plain enough to be right.
//!
//! The lengths are those that Python's `hpack` has, for `wire` is not to be asked whether `wire` is right.

use std::sync::OnceLock;

/// Bits of the code of each byte, and last of EOS.
#[rustfmt::skip]
const LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7,
    7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21,
    23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24,
    21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

/// Stands at the end of a string, and nowhere in one.
const EOS: usize = 256;

/// The code is canonical: shorter ones first, those of one length in the order of their symbols.
fn codes() -> [(u32, u8); 257] {
    let mut order: Vec<usize> = (0..LENGTHS.len()).collect();
    order.sort_by_key(|&symbol| (LENGTHS[symbol], symbol));
    let mut codes = [(0, 0); 257];
    let (mut code, mut before) = (0_u32, LENGTHS[order[0]]);
    for (at, &symbol) in order.iter().enumerate() {
        let length = LENGTHS[symbol];
        code = if at == 0 { 0 } else { (code + 1) << (length - before) };
        (codes[symbol], before) = ((code, length), length);
    }
    codes
}

/// Where a bit leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Nowhere,
    Node(usize),
    Symbol(usize),
}

/// The ways from each node, by 0 and by 1; the first is the root.
fn tree() -> &'static [[Way; 2]] {
    static TREE: OnceLock<Vec<[Way; 2]>> = OnceLock::new();
    TREE.get_or_init(|| {
        let mut nodes = vec![[Way::Nowhere; 2]];
        for (symbol, &(code, length)) in codes().iter().enumerate() {
            let mut node = 0;
            for at in (0..length).rev() {
                let bit = (code >> at & 1) as usize;
                match nodes[node][bit] {
                    _ if at == 0 => nodes[node][bit] = Way::Symbol(symbol),
                    Way::Node(next) => node = next,
                    _ => {
                        nodes.push([Way::Nowhere; 2]);
                        let next = nodes.len() - 1;
                        nodes[node][bit] = Way::Node(next);
                        node = next;
                    }
                }
            }
        }
        nodes
    })
}

/// Errs with what RFC 7541 §5.2 forbids.
pub(crate) fn decode(coded: &[u8]) -> Result<Vec<u8>, String> {
    let (tree, mut plain) = (tree(), Vec::new());
    let (mut node, mut since, mut all_ones) = (0, 0, true);
    for bit in coded.iter().flat_map(|byte| (0..8).rev().map(move |at| usize::from(byte >> at & 1))) {
        (since, all_ones) = (since + 1, all_ones && bit == 1);
        match tree[node][bit] {
            Way::Node(next) => node = next,
            Way::Symbol(EOS) | Way::Nowhere => return Err("EOS within a string".to_owned()),
            Way::Symbol(symbol) => {
                plain.push(symbol as u8);
                (node, since, all_ones) = (0, 0, true);
            }
        }
    }
    if since > 7 || !all_ones {
        return Err(format!("{since} bits behind a string that are no padding"));
    }
    Ok(plain)
}

pub(crate) fn encode(plain: &[u8]) -> Vec<u8> {
    static CODES: OnceLock<[(u32, u8); 257]> = OnceLock::new();
    let codes = CODES.get_or_init(codes);
    let (mut coded, mut bits, mut count) = (Vec::new(), 0_u64, 0_u32);
    for &byte in plain {
        let (code, length) = codes[usize::from(byte)];
        (bits, count) = (bits << length | u64::from(code), count + u32::from(length));
        while count >= 8 {
            count -= 8;
            coded.push((bits >> count) as u8);
        }
    }
    if count > 0 {
        coded.push((bits << (8 - count)) as u8 | 0xFF >> count);
    }
    coded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_of_the_rfc_are_read_and_written() {
        // RFC 7541 §C.4.1, §C.6.1
        for (plain, coded) in [
            ("www.example.com", &b"\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"[..]),
            ("no-cache", b"\xa8\xeb\x10\x64\x9c\xbf"),
            ("302", b"\x64\x02"),
            ("", b""),
        ] {
            assert_eq!(encode(plain.as_bytes()), coded, "{plain}");
            assert_eq!(decode(coded).as_deref(), Ok(plain.as_bytes()), "{plain}");
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(&encode(&all)), Ok(all));
    }

    #[test]
    fn what_is_no_padding_is_refused() {
        // A byte of ones too many; zeros.
        assert!(decode(b"\x64\x02\xff").is_err());
        assert!(decode(b"\x00").is_err());
        assert!(decode(b"\xff\xff\xff\xff").is_err());
    }
}
