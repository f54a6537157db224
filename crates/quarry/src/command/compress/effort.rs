//! The smallest that each coding makes of a whole file, however long it takes: it is done once and sent often.

use std::io;

use brotli::enc::BrotliEncoderParams;
use brotli::enc::backward_references::BrotliEncoderMode;
use libdeflater::{CompressionLvl, Compressor};
use semantics::coding::Coding;
use zstd::zstd_safe::CParameter;

/// The bytes under a content coding.
pub(super) fn compress(plain: &[u8], coding: Coding) -> io::Result<Vec<u8>> {
    match coding {
        Coding::Identity => Ok(plain.to_vec()),
        Coding::Gzip => gzip(plain),
        Coding::Brotli => brotli(plain),
        Coding::Zstd => zstd(plain),
    }
}

fn gzip(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut compressor = Compressor::new(CompressionLvl::best());
    let mut coded = vec![0; compressor.gzip_compress_bound(plain.len())];
    let length = compressor.gzip_compress(plain, &mut coded).map_err(io::Error::other)?;
    coded.truncate(length);
    Ok(coded)
}

fn brotli(mut plain: &[u8]) -> io::Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: 11,
        // A larger window costs every reader its memory, and texts this large hardly repeat from so far.
        lgwin: window_log(plain.len(), 10, 22) as i32,
        size_hint: plain.len(),
        mode: if std::str::from_utf8(plain).is_ok() {
            BrotliEncoderMode::BROTLI_MODE_TEXT
        } else {
            BrotliEncoderMode::BROTLI_MODE_GENERIC
        },
        ..BrotliEncoderParams::default()
    };
    let mut coded = Vec::new();
    brotli::BrotliCompress(&mut plain, &mut coded, &parameters)?;
    Ok(coded)
}

fn zstd(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut compressor = zstd::bulk::Compressor::new(19)?;
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
            let coded = compress(plain, coding).unwrap();
            assert!(unpack(&coded) == plain, "{coding:?} of {} bytes", plain.len());
        }
        assert!(compress(&text(), coding).unwrap().len() * 5 < text().len());
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
