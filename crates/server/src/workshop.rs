//! What takes long and is done once: finding the encoding of a text, compressing a representation.

use crate::coder::{self, Effort};
use crate::limit;
use charset::{Detector, TextKind, Verdict};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use semantics::Timestamp;
use semantics::coding::Coding;
use site::{Identity, Metadata, Refusal, Tree, Workshop};
use std::sync::Arc;

/// The workshop of the fast paths: whatever may take long is done elsewhere.
pub(crate) struct Elsewhere;

impl<F> Workshop<F> for Elsewhere {
    fn has_time(&self) -> bool {
        false
    }

    fn charset(&self, _: &F, _: &Metadata, _: TextKind) -> Result<Option<&'static str>, Refusal> {
        Err(Refusal::WouldWait)
    }

    fn compress(&self, _: &F, _: &Metadata, _: Coding) -> Result<Option<Arc<[u8]>>, Refusal> {
        Err(Refusal::WouldWait)
    }

    fn thumbnail(&self, _: &F, _: &Metadata) -> Result<Option<Arc<[u8]>>, Refusal> {
        Err(Refusal::WouldWait)
    }
}

/// The workshop for the owner's files for errors, where a worker sends one: it looks at what the kernel has at hand, and only at a
/// little of that.
pub(crate) struct Brief<'a, T>(pub(crate) &'a T);

impl<T: Tree> Workshop<T::File> for Brief<'_, T> {
    fn has_time(&self) -> bool {
        false
    }

    fn charset(&self, file: &T::File, metadata: &Metadata, kind: TextKind) -> Result<Option<&'static str>, Refusal> {
        if metadata.size > limit::ERROR_FILE_BYTES_AT_HAND {
            return Err(Refusal::WouldWait);
        }
        Ok(examine(self.0, file, metadata.size, kind)?.charset())
    }

    fn compress(&self, _: &T::File, _: &Metadata, _: Coding) -> Result<Option<Arc<[u8]>>, Refusal> {
        Err(Refusal::WouldWait)
    }

    fn thumbnail(&self, _: &T::File, _: &Metadata) -> Result<Option<Arc<[u8]>>, Refusal> {
        Err(Refusal::WouldWait)
    }
}

/// The workshop of the pool. What it found is kept with the identity of the file, shared by all workers.
pub(crate) struct Bench {
    verdicts: Cache<(Identity, u8), Verdict>,
    coded: Cache<(Identity, Coding), Option<Arc<[u8]>>, ByBytes>,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<(Identity, Coding), Option<Arc<[u8]>>> for ByBytes {
    fn weight(&self, _: &(Identity, Coding), bytes: &Option<Arc<[u8]>>) -> u64 {
        bytes.as_ref().map_or(0, |bytes| bytes.len() as u64) + 128
    }
}

impl Bench {
    /// Keeps at most `bytes_max` of compressed representations.
    pub(crate) fn new(bytes_max: u64) -> Bench {
        Bench {
            verdicts: Cache::new(limit::VERDICTS_MAX),
            coded: Cache::with_weighter((bytes_max / (16 << 10)).max(64) as usize, bytes_max, ByBytes),
        }
    }

    /// What a text is, found out from the whole file once for each version of it.
    pub(crate) fn verdict<T: Tree>(
        &self,
        tree: &T,
        file: &T::File,
        metadata: &Metadata,
        kind: TextKind,
        now: Timestamp,
    ) -> Result<Verdict, Refusal> {
        let find_out = || examine(tree, file, metadata.size, kind);
        // Within a tick of the clock, other bytes could stand under the same identity.
        match site::is_settled(metadata, now) {
            true => self.verdicts.get_or_insert_with(&(metadata.identity(), kind as u8), find_out),
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
            let coded = coder::compress(&plain, coding, Effort::Soon)
                .map_err(|cause| Refusal::Failed(format!("cannot compress: {cause}")))?;
            Ok((coded.len() < plain.len()).then(|| Arc::from(coded)))
        })
    }
}

/// Finds out about a text from the whole of it; of one larger than [`EXAMINED_BYTES_MAX`](limit::EXAMINED_BYTES_MAX), from its beginning and its end.
pub(crate) fn examine<T: Tree>(tree: &T, file: &T::File, size: u64, kind: TextKind) -> Result<Verdict, Refusal> {
    let mut detector = Detector::new(kind, None);
    if size <= limit::EXAMINED_BYTES_MAX {
        for_each_piece(tree, file, |piece| detector.feed(piece))?;
        return Ok(detector.finish());
    }
    let mut buffer = vec![0; limit::READ_BYTES];
    for (start, end) in [(0, limit::EXAMINED_BYTES_MAX - limit::EXAMINED_AT_END), (size - limit::EXAMINED_AT_END, size)]
    {
        let mut offset = start;
        while offset < end {
            match tree.read(file, offset, &mut buffer)? {
                0 => break,
                bytes => {
                    detector.feed(&buffer[..bytes]);
                    offset += bytes as u64;
                }
            }
        }
    }
    Ok(detector.finish())
}

/// Reads a file from its beginning to its end.
pub(crate) fn for_each_piece<T: Tree>(
    tree: &T,
    file: &T::File,
    mut use_piece: impl FnMut(&[u8]),
) -> Result<(), Refusal> {
    let mut buffer = vec![0; limit::READ_BYTES];
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
