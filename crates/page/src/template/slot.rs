//! Places in a template for what is not there yet, or is too long to pass through it: the rows of a folder, a whole text.
//!
//! A slot is written by a mark that no text can hold, for zeros are in no name, and are shown as a sign.

use minijinja::value::Value;

/// A place in a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// In a page: what it is about.
    Content,
    /// In a listing.
    Rows,
    /// In a listing: what is written about the folder.
    Readme,
    /// In a preview: the material itself.
    Material,
    /// In a text that is read: the text.
    Prose,
}

impl Slot {
    /// As a template has it.
    pub(crate) fn value(self) -> Value {
        Value::from_safe_string(String::from(self.mark()))
    }

    fn mark(self) -> &'static str {
        match self {
            Slot::Content => "\0content\0",
            Slot::Rows => "\0rows\0",
            Slot::Readme => "\0readme\0",
            Slot::Material => "\0material\0",
            Slot::Prose => "\0prose\0",
        }
    }

    fn name(self) -> &'static str {
        self.mark().trim_matches('\0')
    }
}

/// What a text with slots is made of, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Html(&'a str),
    Slot(Slot),
}

/// Takes a text apart at these slots.
pub(crate) fn pieces<'a>(text: &'a str, slots: &[Slot]) -> Vec<Piece<'a>> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    let next = |rest: &'a str| {
        slots.iter().filter_map(|&slot| Some((rest.find(slot.mark())?, slot))).min_by_key(|(at, _)| *at)
    };
    while let Some((at, slot)) = next(rest) {
        pieces.extend([Piece::Html(&rest[..at]), Piece::Slot(slot)]);
        rest = &rest[at + slot.mark().len()..];
    }
    pieces.push(Piece::Html(rest));
    pieces
}

/// The text before a slot, and the text behind it. Errs with a sentence when it does not stand there exactly once: it cannot
/// be made twice.
pub(crate) fn cut(text: &str, slot: Slot) -> Result<(&str, &str), String> {
    match pieces(text, &[slot])[..] {
        [Piece::Html(before), _, Piece::Html(behind)] => Ok((before, behind)),
        [_] => Err(fault(slot, "nowhere")),
        _ => Err(fault(slot, "more than once")),
    }
}

/// A slot stands where it cannot.
pub(crate) fn fault(slot: Slot, count: &str) -> String {
    format!("{{{{ {} }}}} is written {count}, expected once, as it is", slot.name())
}

/// The text with a slot filled, wherever it stands.
pub(crate) fn fill(text: &str, slot: Slot, content: &str) -> String {
    text.replace(slot.mark(), content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_cut_where_it_stands_once() {
        assert_eq!(cut("a\0rows\0b", Slot::Rows), Ok(("a", "b")));
        assert_eq!(cut("\0rows\0", Slot::Rows), Ok(("", "")));
        let fault = |text| cut(text, Slot::Rows).unwrap_err();
        assert_eq!(fault("a\0readme\0"), "{{ rows }} is written nowhere, expected once, as it is");
        assert_eq!(fault("\0rows\0\0rows\0"), "{{ rows }} is written more than once, expected once, as it is");
        // Somebody made it large.
        assert_eq!(fault("\0ROWS\0"), "{{ rows }} is written nowhere, expected once, as it is");
    }

    #[test]
    fn slots_stand_in_any_order() {
        use Piece::{Html, Slot as At};
        let slots = [Slot::Rows, Slot::Readme];
        let expected = [Html("a"), At(Slot::Readme), Html(""), At(Slot::Rows), Html("b\0prose\0")];
        assert_eq!(pieces("a\0readme\0\0rows\0b\0prose\0", &slots), expected);
        assert_eq!(pieces("", &slots), [Html("")]);
    }

    #[test]
    fn a_slot_is_filled_wherever_it_stands() {
        assert_eq!(fill("a\0prose\0b\0prose\0", Slot::Prose, "-"), "a-b-");
        assert_eq!(fill("a", Slot::Prose, "-"), "a");
    }
}
