//! Counting, over a whole text, the places where one reading of it does not decode.

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// A reading that is given up has at least this many places that do not decode.
const FAULTS_MAX: u64 = 4096;

/// One reading of a text that comes in pieces.
pub(crate) struct Count {
    /// None when the reading has been given up.
    decoder: Option<Decoder>,
    pub(crate) encoding: &'static Encoding,
    faults: u64,
    /// Characters beyond ASCII.
    characters: u64,
}

impl Count {
    pub(crate) fn new(encoding: &'static Encoding) -> Count {
        Count { decoder: Some(encoding.new_decoder_without_bom_handling()), encoding, faults: 0, characters: 0 }
    }

    pub(crate) fn feed(&mut self, mut bytes: &[u8]) {
        let mut text = [0; 4096];
        while let Some(decoder) = &mut self.decoder {
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(bytes, &mut text, false);
            bytes = &bytes[read..];
            self.characters += text[..written].iter().filter(|&&byte| byte >= 0xc0).count() as u64;
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    self.faults += 1;
                    // Decided at the fault and not at the end of a piece, so that pieces do not matter.
                    if self.faults >= FAULTS_MAX {
                        self.decoder = None;
                    }
                }
            }
        }
    }

    pub(crate) fn has_faults(&self) -> bool {
        self.faults > 0
    }

    /// What was counted, once all pieces have been fed.
    pub(crate) fn finish(mut self) -> Tally {
        let mut text = [0; 16];
        let is_truncated = self.decoder.as_mut().is_some_and(|decoder| {
            let (result, ..) = decoder.decode_to_utf8_without_replacement(&[], &mut text, true);
            matches!(result, DecoderResult::Malformed(..))
        });
        Tally { faults: self.faults, characters: self.characters, is_truncated }
    }
}

/// What was counted of one reading.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Places that do not decode.
    pub(crate) faults: u64,
    /// Characters beyond ASCII.
    pub(crate) characters: u64,
    /// Whether the text ends inside a character. That is no fault: many a file was cut by its size.
    pub(crate) is_truncated: bool,
}
