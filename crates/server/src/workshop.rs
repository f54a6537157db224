//! What takes long and is done once: finding the encoding of a text, compressing a representation.

use charset::{Detector, TextKind};
use libdeflater::{CompressionLvl, Compressor};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use semantics::Timestamp;
use semantics::coding::Coding;
use site::{Identity, Metadata, Refusal, Tree, Workshop};
use std::io::Write;
use std::sync::Arc;

/// The workshop of the fast paths: whatever may take long is done elsewhere.
pub(crate) struct Elsewhere;

impl<F> Workshop<F> for Elsewhere {
    fn charset(&self, _: &F, _: &Metadata, _: TextKind) -> Result<Option<&'static str>, Refusal> {
        Err(Refusal::WouldWait)
    }

    fn compress(&self, _: &F, _: &Metadata, _: Coding) -> Result<Option<Arc<[u8]>>, Refusal> {
        Err(Refusal::WouldWait)
    }
}

/// The workshop of the pool. What it found is kept with the identity of the file, shared by all workers.
pub(crate) struct Bench {
    labels: Cache<(Identity, u8), Option<&'static str>>,
    coded: Cache<(Identity, Coding), Option<Arc<[u8]>>, ByBytes>,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<(Identity, Coding), Option<Arc<[u8]>>> for ByBytes {
    fn weight(&self, _: &(Identity, Coding), bytes: &Option<Arc<[u8]>>) -> u64 {
        bytes.as_ref().map_or(0, |bytes| bytes.len() as u64) + 128
    }
}

/// Labels are small; this many are remembered.
const LABELS_MAX: usize = 100_000;

/// Bytes read of a file at a time.
const READ_BYTES: usize = 64 << 10;

impl Bench {
    /// Keeps at most `bytes_max` of compressed representations.
    pub(crate) fn new(bytes_max: u64) -> Bench {
        Bench {
            labels: Cache::new(LABELS_MAX),
            coded: Cache::with_weighter((bytes_max / (16 << 10)).max(64) as usize, bytes_max, ByBytes),
        }
    }

    /// The charset to send with a text, found out from the whole file once for each version of it.
    pub(crate) fn label<T: Tree>(
        &self,
        tree: &T,
        file: &T::File,
        metadata: &Metadata,
        kind: TextKind,
        now: Timestamp,
    ) -> Result<Option<&'static str>, Refusal> {
        let find_out = || {
            let mut detector = Detector::new(kind, None);
            for_each_piece(tree, file, |piece| detector.feed(piece))?;
            Ok(detector.finish().charset())
        };
        // Within a tick of the clock, other bytes could stand under the same identity.
        match site::is_settled(metadata, now) {
            true => self.labels.get_or_insert_with(&(metadata.identity(), kind as u8), find_out),
            false => find_out(),
        }
    }

    /// The file under a content coding, made once for each version of it. `None`: it did not get smaller.
    pub(crate) fn coded<T: Tree>(
        &self,
        tree: &T,
        file: &T::File,
        metadata: &Metadata,
        coding: Coding,
    ) -> Result<Option<Arc<[u8]>>, Refusal> {
        self.coded.get_or_insert_with(&(metadata.identity(), coding), || {
            let mut plain = Vec::with_capacity(metadata.size as usize);
            for_each_piece(tree, file, |piece| plain.extend_from_slice(piece))?;
            let coded =
                compress(&plain, coding).map_err(|cause| Refusal::Failed(format!("cannot compress: {cause}")))?;
            Ok(coded.filter(|coded| coded.len() < plain.len()).map(Arc::from))
        })
    }
}

/// Reads a file from its beginning to its end.
pub(crate) fn for_each_piece<T: Tree>(
    tree: &T,
    file: &T::File,
    mut use_piece: impl FnMut(&[u8]),
) -> Result<(), Refusal> {
    let mut buffer = vec![0; READ_BYTES];
    let mut offset = 0;
    loop {
        match tree.read(file, offset, &mut buffer)? {
            0 => return Ok(()),
            bytes => {
                use_piece(&buffer[..bytes]);
                offset += bytes as u64;
            }
        }
    }
}

/// Levels that pay for what is made once and sent many times, while somebody waits for the first: measured on 1 MiB of
/// HTML, each takes at most some tens of milliseconds.
const GZIP_LEVEL: i32 = 9;
const BROTLI_QUALITY: i32 = 6;
const ZSTD_LEVEL: i32 = 12;

fn compress(plain: &[u8], coding: Coding) -> std::io::Result<Option<Vec<u8>>> {
    match coding {
        Coding::Identity => Ok(None),
        Coding::Gzip => {
            let level = CompressionLvl::new(GZIP_LEVEL).map_err(|error| std::io::Error::other(format!("{error:?}")))?;
            let mut compressor = Compressor::new(level);
            let mut coded = vec![0; compressor.gzip_compress_bound(plain.len())];
            let length = compressor.gzip_compress(plain, &mut coded).map_err(std::io::Error::other)?;
            coded.truncate(length);
            Ok(Some(coded))
        }
        Coding::Brotli => {
            let mut coded = Vec::with_capacity(plain.len() / 3);
            // A window no larger than the text: 2^n - 16 bytes, RFC 7932 §9.1.
            let window = (plain.len() + 16).next_power_of_two().trailing_zeros().clamp(10, 22);
            brotli::CompressorWriter::new(&mut coded, 4096, BROTLI_QUALITY as u32, window).write_all(plain)?;
            Ok(Some(coded))
        }
        // RFC 9659 bounds the window to 8 MiB; a text of at most that size has no larger one.
        Coding::Zstd => zstd::bulk::compress(plain, ZSTD_LEVEL).map(Some),
    }
}
