//! Under which content coding a file is sent: a coded copy beside it, one made by the workshop, or as it is.

use crate::limit;
use crate::path::SitePath;
use crate::representation::{Workshop, is_settled};
use crate::tree::{Metadata, Refusal, Tree};
use crate::visit::Visit;
use crate::witness::{Step, WhyPlain, Witness};
use semantics::coding::{AcceptedCodings, Coding};
use semantics::{Content, FieldName};

/// The bytes to send, and what they are.
pub(crate) struct Variant<F> {
    pub(crate) coding: Coding,
    pub(crate) content: Content<F>,
    /// Of the file that holds the bytes, or that they were made from.
    pub(crate) metadata: Metadata,
    /// Whether the workshop made them.
    pub(crate) is_made: bool,
}

impl<'a, T: Tree, W: Workshop<T::File>, X: Witness> Visit<'a, T, W, X> {
    /// Chooses among codings what the client likes best of what there is. `None`: it refuses all there is.
    pub(crate) fn variant(
        &mut self,
        path: &SitePath,
        file: &T::File,
        metadata: &Metadata,
        is_compressible: bool,
    ) -> Result<Option<Variant<T::File>>, Refusal> {
        let accepted = AcceptedCodings::parse(self.head.fields.values(FieldName::AcceptEncoding));
        let mut why = if metadata.size == 0 { WhyPlain::Empty } else { WhyPlain::Type };
        if is_compressible && metadata.size > 0 {
            // Who refuses identity gets even a small file coded, rather than nothing.
            let bytes_min = if accepted.quality(Coding::Identity) == 0 { 0 } else { limit::COMPRESS_BYTES_MIN };
            let is_worth_it = (bytes_min..=limit::COMPRESS_BYTES_MAX).contains(&metadata.size);
            // What changes this moment may change while it is compressed; the copy would be kept under a wrong name.
            let can_compress = self.options.compress && is_worth_it && is_settled(metadata, self.now);

            if self.options.siblings
                && let Some(variant) = self.sibling(path, metadata, &accepted)?
            {
                return Ok(Some(variant));
            }
            why = self.why_plain(&accepted, metadata, bytes_min);
            for coding in preferred(&accepted).filter(|_| can_compress) {
                if let Some(bytes) = self.workshop.compress(file, metadata, coding)? {
                    self.witness.step(Step::Compressed(coding));
                    let content = Content::from_bytes(bytes);
                    return Ok(Some(Variant { coding, content, metadata: *metadata, is_made: true }));
                }
                why = WhyPlain::NotSmaller;
                // What one coding cannot make smaller is not compressible; the others need not try.
                if bytes_min > 0 {
                    break;
                }
            }
        }
        if accepted.quality(Coding::Identity) == 0 {
            return Ok(None);
        }
        self.witness.step(Step::Plain(why));
        Ok(Some(Variant {
            coding: Coding::Identity,
            content: whole(file, metadata),
            metadata: *metadata,
            is_made: false,
        }))
    }

    /// Why nothing was compressed, should it come to that: the first that holds, beginning with what the client can change.
    fn why_plain(&self, accepted: &AcceptedCodings, metadata: &Metadata, bytes_min: u64) -> WhyPlain {
        match metadata.size {
            _ if preferred(accepted).next().is_none() => WhyPlain::Client,
            _ if !self.options.compress => WhyPlain::Off,
            size if size < bytes_min => WhyPlain::Small,
            size if size > limit::COMPRESS_BYTES_MAX => WhyPlain::Large,
            _ => WhyPlain::Unsettled,
        }
    }

    /// A coded copy beside the file, the best that the client takes. One that is older than the file is of another text.
    fn sibling(
        &mut self,
        path: &SitePath,
        original: &Metadata,
        accepted: &AcceptedCodings,
    ) -> Result<Option<Variant<T::File>>, Refusal> {
        for coding in preferred(accepted) {
            let Some(beside) = path.beside(coding.suffix()) else { continue };
            match self.look_for_file(&beside)? {
                Some((_, metadata)) if metadata.modified < original.modified => {
                    self.witness.step(Step::OldSibling(&beside));
                }
                Some((file, metadata)) if metadata.size > 0 => {
                    self.witness.step(Step::Sibling(&beside, coding));
                    return Ok(Some(Variant { coding, content: whole(&file, &metadata), metadata, is_made: false }));
                }
                _ => {}
            }
        }
        Ok(None)
    }
}

/// The codings that the client likes better than none, best first.
fn preferred(accepted: &AcceptedCodings) -> impl Iterator<Item = Coding> {
    let mut left = Coding::ALL.to_vec();
    let accepted = *accepted;
    std::iter::from_fn(move || {
        let best = accepted.choose(&left).filter(|&coding| coding != Coding::Identity)?;
        left.retain(|&coding| coding != best);
        Some(best)
    })
}

/// A file as it is.
pub(crate) fn whole<F: Clone>(file: &F, metadata: &Metadata) -> Content<F> {
    match metadata.size {
        0 => Content::Empty,
        length => Content::File { file: file.clone(), offset: 0, length },
    }
}
