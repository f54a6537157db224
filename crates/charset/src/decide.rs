//! The decision, top to bottom: mark, declaration, UTF-8, statistics.

use encoding_rs::{Encoding, GB18030, GBK, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

use crate::count::Tally;
use crate::declaration;
use crate::detect::TextKind;
use crate::label::label;
use crate::likelihood::{self, Cost};
use crate::statistics::{self, Outcome};
use crate::utf16;
use crate::verdict::{Confidence, Declared, Fate, Reason, Verdict};

/// What is known of a text once all of it has been seen.
pub(crate) struct Evidence<'a> {
    pub(crate) kind: TextKind,
    pub(crate) hint: Option<&'a str>,
    pub(crate) length: u64,
    pub(crate) zeros: u64,
    pub(crate) head: &'a [u8],
    pub(crate) sample: &'a [u8],
    pub(crate) histogram: &'a [u64; 256],
    pub(crate) utf8: Tally,
    pub(crate) legacy: Vec<(&'static Encoding, Tally)>,
    pub(crate) escapes: Option<Tally>,
}

pub(crate) fn decide(evidence: &Evidence<'_>) -> Verdict {
    let declared = declaration::find(evidence.kind, evidence.head);
    if let Some((encoding, _)) = Encoding::for_bom(evidence.head) {
        return by_mark(evidence, encoding, declared);
    }
    if evidence.zeros > 0 {
        return match utf16::recognise(evidence.head) {
            // A text of few characters is like a record of few small numbers.
            Some(encoding) if evidence.head.len() >= 16 => verdict(encoding, Confidence::Likely, Reason::Utf16),
            Some(encoding) => verdict(encoding, Confidence::Doubtful, Reason::Utf16),
            None => binary(),
        };
    }
    if utf16::has_controls(evidence.head) && !is_escaped(evidence) {
        return binary();
    }
    let Some(declared) = declared else { return by_bytes(evidence) };
    let Some(encoding) = declared else { return overridden(evidence, None, Fate::Unknown) };
    by_declaration(evidence, encoding)
}

/// Browsers put the mark before everything, the header's charset too; to say anything else would be in vain.
fn by_mark(
    evidence: &Evidence<'_>,
    encoding: &'static Encoding,
    declared: Option<Option<&'static Encoding>>,
) -> Verdict {
    let is_sound = match encoding {
        e if e == UTF_8 => evidence.utf8.faults == 0 && evidence.zeros == 0,
        // The mark of UTF-16 is also how some sound files begin.
        _ => match utf16::cost(encoding, evidence.head) {
            Some(_) => true,
            None => return binary(),
        },
    };
    let confidence = if is_sound { Confidence::Certain } else { Confidence::Doubtful };
    let declared = declared.map(|declared| Declared {
        encoding: declared,
        fate: match declared {
            None => Fate::Unknown,
            // A page in UTF-16 that declares it is read as declaring UTF-8: no conflict worth a word.
            Some(declared) if declared == encoding || declared == UTF_8 => Fate::Kept,
            Some(_) => Fate::BomFirst,
        },
    });
    Verdict { declared, ..verdict(encoding, confidence, Reason::Bom) }
}

/// A declaration is followed when all of the text decodes so, and nothing speaks strongly for another encoding.
fn by_declaration(evidence: &Evidence<'_>, encoding: &'static Encoding) -> Verdict {
    let tally = evidence.tally(encoding);
    let declared = |fate| Some(Declared { encoding: Some(encoding), fate });
    let kept = |confidence| Verdict {
        declared: declared(Fate::Kept),
        label: label(encoding),
        ..verdict(encoding, confidence, Reason::Declaration)
    };
    if tally.faults == 0 {
        if evidence.utf8.characters == 0 && evidence.utf8.faults == 0 || encoding == UTF_8 {
            return kept(Confidence::Certain);
        }
        if evidence.utf8.faults == 0 {
            return match is_utf8_likelier(evidence, encoding) {
                true => overridden(evidence, Some(encoding), Fate::IsUtf8),
                false => kept(Confidence::Likely),
            };
        }
        return match statistics(evidence).filter(|outcome| outcome.outweighs(decoder(encoding))) {
            Some(_) => overridden(evidence, Some(encoding), Fate::Implausible),
            None => kept(Confidence::Certain),
        };
    }
    let best = by_bytes(evidence);
    let is_damaged_only = tally.faults * DAMAGE_SHARE <= tally.characters;
    if is_damaged_only && (decoder(encoding) == best.encoding || best.confidence == Confidence::Doubtful) {
        let fate = Fate::KeptDamaged { faults: tally.faults };
        return Verdict { declared: declared(fate), ..kept(Confidence::Doubtful) };
    }
    Verdict { declared: declared(Fate::Malformed { faults: tally.faults }), ..best }
}

/// The verdict without regard to a declaration, with the reason why it was not followed.
fn overridden(evidence: &Evidence<'_>, encoding: Option<&'static Encoding>, fate: Fate) -> Verdict {
    Verdict { declared: Some(Declared { encoding, fate }), ..by_bytes(evidence) }
}

/// What the bytes themselves say.
fn by_bytes(evidence: &Evidence<'_>) -> Verdict {
    let utf8 = evidence.utf8;
    if utf8.faults == 0 {
        if is_escaped(evidence) {
            return verdict(ISO_2022_JP, Confidence::Likely, Reason::Escapes);
        }
        if utf8.characters == 0 && !utf8.is_truncated {
            return verdict(UTF_8, Confidence::Certain, Reason::Ascii);
        }
        if utf8.characters > 0 && !is_utf8_by_chance(evidence) {
            let is_sure = !utf8.is_truncated && !statistics::is_utf8_by_chance(evidence.sample);
            let confidence = if is_sure { Confidence::Certain } else { Confidence::Likely };
            return verdict(UTF_8, confidence, Reason::Utf8);
        }
    }
    if utf8.faults > 0 && utf8.faults * UTF8_DAMAGE_SHARE <= utf8.characters {
        return verdict(UTF_8, Confidence::Doubtful, Reason::DamagedUtf8 { faults: utf8.faults });
    }
    let Some(outcome) = statistics(evidence) else {
        // UTF-8 for 64 KiB, and then too much that is not: two texts in one file. Some of it at least will be read.
        return verdict(UTF_8, Confidence::Doubtful, Reason::DamagedUtf8 { faults: utf8.faults });
    };
    by_statistics(outcome)
}

/// The likeliest reading, as a verdict.
pub(crate) fn by_statistics(outcome: Outcome) -> Verdict {
    let reason = match outcome.encoding {
        e if e == UTF_8 => Reason::Utf8,
        e if e == UTF_16LE || e == UTF_16BE => Reason::Utf16,
        _ => Reason::Statistics { faults: outcome.faults, lead: u32::try_from(outcome.lead).unwrap_or(u32::MAX) },
    };
    verdict(outcome.encoding, outcome.confidence(), reason)
}

fn statistics(evidence: &Evidence<'_>) -> Option<Outcome> {
    let is_utf8 = evidence.utf8.faults == 0;
    let has_followed = !evidence.legacy.is_empty() || is_utf8;
    has_followed.then(|| {
        let sample = statistics::without_repeats(evidence.sample);
        let language = declaration::language(evidence.kind, evidence.head);
        let question = statistics::Question {
            sample: &sample,
            support: &[],
            whole: (evidence.length == evidence.head.len() as u64).then_some(evidence.head),
            is_utf8: is_utf8 && evidence.utf8.characters > 0,
            hint: evidence.hint.or(language.as_deref()),
        };
        statistics::weigh(question, |encoding| evidence.tally(encoding).faults)
    })
}

/// Whether text that is strictly valid UTF-8 is more likely that than what it declares.
fn is_utf8_likelier(evidence: &Evidence<'_>, encoding: &'static Encoding) -> bool {
    let Cost { cost, .. } = likelihood::cost(encoding, evidence.sample);
    // That a text in another encoding is valid UTF-8 by chance is unlikely in itself, but for a few characters.
    let bonus = if is_utf8_by_chance(evidence) { 0 } else { UTF8_BONUS };
    likelihood::cost(UTF_8, evidence.sample).cost <= cost + bonus
}

/// Whether it may be valid UTF-8 by chance. Among much ASCII it is a sign or an accent in a program, and those are UTF-8.
fn is_utf8_by_chance(evidence: &Evidence<'_>) -> bool {
    evidence.length <= CHANCE_LENGTH_MAX && statistics::is_utf8_by_chance(evidence.sample)
}

/// Only ASCII, with escape sequences that decode to Japanese.
fn is_escaped(evidence: &Evidence<'_>) -> bool {
    evidence.utf8.characters == 0
        && evidence.utf8.faults == 0
        && evidence.escapes.is_some_and(|escapes| escapes.faults == 0 && escapes.characters > 0)
}

impl Evidence<'_> {
    /// What was counted of this reading over the whole text.
    fn tally(&self, encoding: &'static Encoding) -> Tally {
        let encoding = decoder(encoding);
        if encoding == UTF_8 {
            return self.utf8;
        }
        if encoding == ISO_2022_JP {
            let beyond_ascii = self.utf8.characters + self.utf8.faults;
            let escapes = self.escapes.unwrap_or_default();
            return Tally { faults: escapes.faults + beyond_ascii, ..escapes };
        }
        if let Some((_, tally)) = self.legacy.iter().find(|(counted, _)| *counted == encoding) {
            return *tally;
        }
        if encoding.is_single_byte() {
            return self.tally_single_byte(encoding);
        }
        // It was not counted because all of the sample is UTF-8; the sample will do.
        let Cost { faults, characters, .. } = likelihood::cost(encoding, self.sample);
        Tally { faults, characters, is_truncated: false }
    }

    /// Each byte is a character or is not, wherever it stands.
    fn tally_single_byte(&self, encoding: &'static Encoding) -> Tally {
        let mut tally = Tally::default();
        for (byte, &count) in (0u8..=0xff).zip(self.histogram).skip(0x80) {
            match encoding.decode_without_bom_handling(&[byte]).1 {
                true => tally.faults += count,
                false => tally.characters += count,
            }
        }
        tally
    }
}

/// GBK and GB 18030 are decoded alike.
fn decoder(encoding: &'static Encoding) -> &'static Encoding {
    if encoding == GBK { GB18030 } else { encoding }
}

pub(crate) fn verdict(encoding: &'static Encoding, confidence: Confidence, reason: Reason) -> Verdict {
    let encoding = decoder(encoding);
    Verdict { encoding, label: label(encoding), confidence, reason, declared: None, is_text: true }
}

fn binary() -> Verdict {
    // Latin-1 gives each byte a character, for whoever decodes it all the same.
    Verdict { is_text: false, ..verdict(encoding_rs::WINDOWS_1252, Confidence::Likely, Reason::Binary) }
}

/// A declared encoding is kept when at least so many characters are right for each place that is not.
const DAMAGE_SHARE: u64 = 50;

/// UTF-8 is so unlikely to come about by chance that fewer will do.
const UTF8_DAMAGE_SHARE: u64 = 8;

/// A text of a line or two.
const CHANCE_LENGTH_MAX: u64 = 128;

/// What being valid UTF-8 counts for.
const UTF8_BONUS: u64 = 100;
