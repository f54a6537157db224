//! Field blocks of HTTP/2, and the Huffman code in them.

use crate::Target;
use wire::compress::hpack::{Decoder, Encoder};
use wire::compress::huffman;

/// Blocks one after the other cost no more than their bytes, and what was read can be written and read again.
pub const TARGET: Target = Target { name: "hpack", run };

/// A block ends where this byte stands; blocks are short that way, and there are many.
const END: u8 = 0x0A;

fn run(bytes: &[u8]) {
    let (mut decoder, mut scratch) = (Decoder::new(), Vec::new());
    // The other way: lines are written with a table of their own, and read again.
    let (mut encoder, mut again) = (Encoder::new(), Decoder::new());
    for block in bytes.split(|&byte| byte == END) {
        let mut lines: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        let result = decoder.decode(block, &mut scratch, |name, value| lines.push((name.to_vec(), value.to_vec())));
        assert!(lines.len() <= block.len(), "a line takes a byte at least");
        assert!(scratch.len() <= 4096 + 2 * block.len(), "what is unpacked is little more than the block");
        let mut written = Vec::new();
        encoder.begin(&mut written);
        lines.iter().for_each(|(name, value)| encoder.field(name, value, &mut written));
        let mut read = Vec::new();
        let back = again.decode(&written, &mut scratch, |name, value| read.push((name.to_vec(), value.to_vec())));
        assert_eq!((back, &read), (Ok(()), &lines));
        if result.is_err() {
            break;
        }
    }
    let mut plain = Vec::new();
    if huffman::decode(bytes, &mut plain).is_ok() {
        // The code is canonical: one text has one code.
        let mut coded = Vec::new();
        huffman::encode(&plain, &mut coded);
        assert_eq!((coded.as_slice(), huffman::encoded_length(&plain)), (bytes, bytes.len()));
    }
}
