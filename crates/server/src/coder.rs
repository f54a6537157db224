//! The bytes of a representation under a content coding (RFC 9110 §8.4).

use brotli::enc::BrotliEncoderParams;
use brotli::enc::backward_references::BrotliEncoderMode;
use libdeflater::{CompressionLvl, Compressor};
use semantics::coding::Coding;
use std::io;
use zstd::zstd_safe::CParameter;

/// How long it may take to make something smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// Somebody waits for it: at most some tens of milliseconds for 1 MiB of HTML.
    Soon,
    /// It is done once and sent often, however long it takes.
    Thorough,
}

/// The levels of one effort.
struct Levels {
    gzip: i32,
    brotli: i32,
    zstd: i32,
}

impl Effort {
    fn levels(self) -> Levels {
        match self {
            Effort::Soon => Levels { gzip: 9, brotli: 6, zstd: 12 },
            Effort::Thorough => Levels { gzip: 12, brotli: 11, zstd: 19 },
        }
    }
}

/// The bytes under a content coding.
///
/// Errs when there is no memory for the coder.
pub fn compress(plain: &[u8], coding: Coding, effort: Effort) -> io::Result<Vec<u8>> {
    let levels = effort.levels();
    match coding {
        Coding::Identity => Ok(plain.to_vec()),
        Coding::Gzip => gzip(plain, levels.gzip),
        Coding::Brotli => brotli(plain, levels.brotli),
        Coding::Zstd => zstd(plain, levels.zstd),
    }
}

fn gzip(plain: &[u8], level: i32) -> io::Result<Vec<u8>> {
    // The levels above are among those it has; were one not, its best would do.
    let level = CompressionLvl::new(level).unwrap_or(CompressionLvl::best());
    let mut compressor = Compressor::new(level);
    let mut coded = vec![0; compressor.gzip_compress_bound(plain.len())];
    let length = compressor.gzip_compress(plain, &mut coded).map_err(io::Error::other)?;
    coded.truncate(length);
    Ok(coded)
}

fn brotli(mut plain: &[u8], quality: i32) -> io::Result<Vec<u8>> {
    let is_text = std::str::from_utf8(plain).is_ok();
    let parameters = BrotliEncoderParams {
        quality,
        // A larger window costs every reader its memory, and texts this large hardly repeat from so far.
        lgwin: window_log(plain.len(), 10, 22) as i32,
        size_hint: plain.len(),
        mode: if is_text { BrotliEncoderMode::BROTLI_MODE_TEXT } else { BrotliEncoderMode::BROTLI_MODE_GENERIC },
        ..BrotliEncoderParams::default()
    };
    let mut coded = Vec::with_capacity(plain.len() / 3);
    brotli::BrotliCompress(&mut plain, &mut coded, &parameters)?;
    Ok(coded)
}

fn zstd(plain: &[u8], level: i32) -> io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(level)?;
    // RFC 9659 §3: at most 8 MiB in HTTP; browsers refuse more.
    compressor.set_parameter(CParameter::WindowLog(window_log(plain.len(), 10, 23)))?;
    compressor.compress(plain)
}

/// The logarithm of a window that holds the whole file, within bounds. RFC 7932 §9.1 keeps 16 bytes of it for itself.
fn window_log(length: usize, least: u32, most: u32) -> u32 {
    (length + 16).next_power_of_two().trailing_zeros().clamp(least, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> Vec<u8> {
        (0..1_000).flat_map(|number: u32| format!("line {number} of the same text\n").into_bytes()).collect()
    }

    #[track_caller]
    fn check(coding: Coding, unpack: impl Fn(&[u8]) -> Vec<u8>) {
        for plain in [&b""[..], b"a", &text(), &[0xFF; 5000]] {
            for effort in [Effort::Soon, Effort::Thorough] {
                let coded = compress(plain, coding, effort).unwrap();
                assert!(unpack(&coded) == plain, "{coding:?} of {} bytes, {effort:?}", plain.len());
            }
        }
        for effort in [Effort::Soon, Effort::Thorough] {
            assert!(compress(&text(), coding, effort).unwrap().len() * 5 < text().len(), "{coding:?}, {effort:?}");
        }
    }

    #[test]
    fn what_is_packed_comes_out_as_it_was() {
        check(Coding::Gzip, |coded| {
            let mut plain = vec![0; 1 << 20];
            let length = libdeflater::Decompressor::new().gzip_decompress(coded, &mut plain).unwrap();
            plain.truncate(length);
            plain
        });
        check(Coding::Zstd, |coded| zstd::bulk::decompress(coded, 1 << 20).unwrap());
        check(Coding::Brotli, |mut coded| {
            let mut plain = Vec::new();
            brotli::BrotliDecompress(&mut coded, &mut plain).unwrap();
            plain
        });
    }

    #[test]
    fn windows_hold_the_file_but_are_bounded() {
        let cases = [(0, 10), (1 << 10, 11), ((1 << 16) - 16, 16), (1 << 16, 17), (1 << 30, 22)];
        cases.iter().for_each(|(length, expected)| assert_eq!(window_log(*length, 10, 22), *expected, "{length}"));
    }
}
