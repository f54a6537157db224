//! A text as people are shown it: decoded, and how that was found out.

use crate::limit;
use crate::origin::Files;
use crate::workshop::examine;
use charset::{Confidence, Declared, Detector, Encoding, Fate, Reason, TextKind, Verdict};
use page::preview::{Charset, Ground, Sureness};
use site::Refusal;

/// A text, decoded.
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) label: &'static str,
    pub(crate) sureness: Sureness,
    pub(crate) is_cut: bool,
}

impl Text {
    pub(crate) fn charset(&self) -> Charset<'_> {
        Charset { label: self.label, sureness: self.sureness }
    }
}

/// Reads the beginning of a text. `chosen`: the label of the encoding that the reader wants. `None`: it is no text.
pub(crate) fn read<T: Files>(
    files: &T,
    file: &T::File,
    size: u64,
    kind: TextKind,
    chosen: Option<&'static str>,
) -> Result<Option<Text>, Refusal> {
    let mut bytes = vec![0; size.min(limit::TEXT_SHOWN_BYTES_MAX) as usize];
    let mut filled = 0;
    while filled < bytes.len() {
        match files.read(file, filled as u64, &mut bytes[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    bytes.truncate(filled);
    let is_cut = size > limit::TEXT_SHOWN_BYTES_MAX;
    if let Some(label) = chosen
        && let Some(encoding) = Encoding::for_label(label.as_bytes())
    {
        let (text, used, _) = encoding.decode(&bytes);
        // A mark at the beginning goes ahead of what anybody says, in browsers too.
        let (label, sureness) = match charset::label_for(used.name()) {
            Some(marked) if used != encoding => (marked, Sureness::Bom),
            _ => (label, Sureness::Chosen),
        };
        return Ok(Some(Text { text: text.into_owned(), label, sureness, is_cut }));
    }
    // The rest may hold what the beginning does not: an English head over a Chinese body.
    let verdict = match is_cut {
        true => examine(files, file, size, kind)?,
        false => {
            let mut detector = Detector::new(kind, None);
            detector.feed(&bytes);
            detector.finish()
        }
    };
    if !verdict.is_text {
        return Ok(None);
    }
    let text = charset::decode(&bytes, &verdict).into_owned();
    Ok(Some(Text { text, label: verdict.label, sureness: sureness(&verdict), is_cut }))
}

fn sureness(verdict: &Verdict) -> Sureness {
    let (ground, faults) = match verdict.reason {
        Reason::Bom => return Sureness::Bom,
        Reason::Utf8 if verdict.confidence == Confidence::Certain => return Sureness::Utf8,
        Reason::Ascii => return Sureness::Ascii,
        Reason::Declaration => match verdict.declared {
            Some(Declared { fate: Fate::KeptDamaged { faults }, .. }) => (Ground::Declared, faults),
            _ => return Sureness::Declared,
        },
        Reason::DamagedUtf8 { faults } => (Ground::Utf8, faults),
        Reason::Utf16 => (Ground::Zeros, 0),
        Reason::Escapes => (Ground::Escapes, 0),
        Reason::Statistics { faults, .. } => (Ground::Characters, faults),
        _ => (Ground::Characters, 0),
    };
    match verdict.confidence {
        Confidence::Doubtful => Sureness::Doubtful(ground, faults),
        Confidence::Likely | Confidence::Certain => Sureness::Likely(ground),
    }
}
