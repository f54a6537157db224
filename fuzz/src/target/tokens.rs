//! Texts as tokens for the look-up.

use crate::Target;
use lookup::token::{Part, Script, Tokens};

/// Each token stands for a part of the text; each kind of them alone is the same; a pair of letters, folded, stays as it is.
pub const TARGET: Target = Target { name: "tokens", run };

fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut all = Tokens::new(&text);
    let mut words = Tokens::only(&text, Script::Word);
    let mut runs = Tokens::only(&text, Script::Run);
    let mut last = 0;
    while all.advance() {
        assert!(!all.text().is_empty());
        assert!(text.get(all.span()).is_some_and(|part| !part.is_empty()));
        assert!(text.get(all.first_span()).is_some() && all.first_span().end <= all.span().end);
        assert!(all.position() >= last || all.part() == Part::Piece);
        last = all.position();
        let alone = match all.script() {
            Script::Word => &mut words,
            Script::Run => &mut runs,
        };
        assert!(alone.advance());
        assert_eq!((alone.text(), alone.position(), alone.span()), (all.text(), all.position(), all.span()));
        // Two single sounds of Hangul that stand apart are letters, and a syllable when they are written together.
        let has_sounds = all.text().chars().any(|letter| ('\u{1100}'..='\u{11FF}').contains(&letter));
        if all.script() == Script::Run && !has_sounds {
            let mut again = Tokens::new(all.text());
            assert!(again.advance());
            assert_eq!(again.text(), all.text());
        }
    }
    assert!(!words.advance() && !runs.advance());
}
