//! Texts as tokens: the same for what is read and for what is looked for.
//!
//! ```text
//! text       HTTP服务器  getUserName
//! words      http@0      getusername@6 get@6 user@7 name@8
//! runs       服务@1 务器@2 器@3
//! ```
//!
//! **Words** are what stands between spaces and punctuation. A name in a program is there whole and in its parts. **Runs** are letters of scripts
//! without spaces (and of Hangul): each pair of neighbours is a token, so that any part of a run is found, wherever a dictionary would
//! cut it; the last letter is there on its own, so that each letter begins a token and one letter can be looked for too. Words and runs count
//! their positions together; behind a run one position stays free, so that no phrase goes on across what ended it.

use crate::fold::{Class, Letter, Letters, PART};
use std::ops::Range;

/// What a token was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// A word between spaces.
    Word,
    /// A pair of letters, or the last letter, of a run.
    Run,
}

/// Which part of a word a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it; the number of positions it takes: one, or one for each of its parts, which follow.
    Whole {
        /// At least 1.
        width: u32,
    },
    /// One of several.
    Piece,
    /// Two letters of a run.
    Pair,
    /// The last letter of a run.
    Last,
}

/// The tokens of a text, one after another.
///
/// ```
/// use lookup::token::Tokens;
/// let mut tokens = Tokens::new("Über 資料");
/// let mut texts = Vec::new();
/// while tokens.advance() {
///     texts.push((tokens.text().to_owned(), tokens.span()));
/// }
/// assert_eq!(texts, [("uber".into(), 0..5), ("资料".into(), 6..12), ("料".into(), 9..12)]);
/// ```
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    letters: Letters<'a>,
    only: Option<Script>,
    position: u32,
    /// Letters of the word that was read last, folded.
    word: String,
    /// The tokens of that word that are still to be given, in reverse.
    pieces: Vec<Piece>,
    /// Where its parts begin.
    marks: Vec<Mark>,
    /// The letter of a run that waits for its neighbour.
    held: Option<Letter>,
    /// Where the line began; a line that was wrapped inside a run goes on in the next one.
    line_start: usize,
    token: Token,
    pair: String,
}

#[derive(Clone, Debug)]
struct Token {
    script: Script,
    part: Part,
    position: u32,
    span: Range<usize>,
    first_end: usize,
    /// In `word`; for a run, all of `pair`.
    text: Range<usize>,
}

#[derive(Clone, Debug)]
struct Piece {
    part: Part,
    position: u32,
    text: Range<usize>,
    span: Range<usize>,
}

/// Where a part of a word begins, in the folded word and in the text.
#[derive(Clone, Copy, Debug)]
struct Mark {
    folded: usize,
    start: usize,
    /// Where the part before it ends in the text.
    end_before: usize,
}

impl<'a> Tokens<'a> {
    /// All tokens of a text.
    pub fn new(text: &'a str) -> Tokens<'a> {
        Tokens {
            letters: Letters::new(text),
            only: None,
            position: 0,
            word: String::new(),
            pieces: Vec::new(),
            marks: Vec::new(),
            held: None,
            line_start: 0,
            token: Token { script: Script::Word, part: Part::Piece, position: 0, span: 0..0, first_end: 0, text: 0..0 },
            pair: String::new(),
        }
    }

    /// Those of one kind; the positions are the same.
    pub fn only(text: &'a str, script: Script) -> Tokens<'a> {
        Tokens { only: Some(script), ..Tokens::new(text) }
    }

    /// Goes to the next token; false: there is none.
    #[inline]
    pub fn advance(&mut self) -> bool {
        loop {
            if let Some(piece) = self.pieces.pop() {
                let Piece { part, position, text, span } = piece;
                self.token = Token { script: Script::Word, part, position, first_end: span.end, span, text };
                return true;
            }
            if let Some(held) = self.held {
                if self.advance_run(held) {
                    return true;
                }
                continue;
            }
            let Some(letter) = self.letters.peek() else { return false };
            match letter.class {
                Class::Run => {
                    self.letters.skip();
                    self.held = Some(letter);
                }
                Class::Break => {
                    self.letters.skip();
                    self.pass_break(letter);
                }
                _ => self.read_word(),
            }
        }
    }

    /// Folded.
    #[inline]
    pub fn text(&self) -> &str {
        match self.token.script {
            Script::Word => &self.word[self.token.text.clone()],
            Script::Run => &self.pair,
        }
    }

    /// What it was made from.
    pub fn script(&self) -> Script {
        self.token.script
    }

    /// Which part of a word it is.
    pub fn part(&self) -> Part {
        self.token.part
    }

    /// Counted over words and runs.
    pub fn position(&self) -> u32 {
        self.token.position
    }

    /// Where it stands in the text as it was written, in bytes.
    pub fn span(&self) -> Range<usize> {
        self.token.span.clone()
    }

    /// Where its first letter stands; for a word: all of it.
    pub fn first_span(&self) -> Range<usize> {
        self.token.span.start..self.token.first_end
    }

    fn pass_break(&mut self, letter: Letter) {
        match letter.folded {
            '\n' => self.line_start = letter.end,
            PART => {
                self.line_start = letter.end;
                self.position += PART_GAP;
            }
            _ => {}
        }
    }

    /// Gives the pair that the held letter begins, or the letter itself at the end of a run. False: not what is wanted.
    #[inline]
    fn advance_run(&mut self, held: Letter) -> bool {
        let next = self.letters.peek().filter(|next| next.class == Class::Run).or_else(|| self.peek_wrapped(held));
        let position = self.position;
        self.held = next;
        match next {
            Some(_) => {
                self.letters.skip();
                self.position += 1;
            }
            None => self.position += 1 + RUN_GAP,
        }
        if self.only == Some(Script::Word) {
            return false;
        }
        self.pair.clear();
        self.pair.push(held.folded);
        let (part, end) = match next {
            Some(next) => {
                self.pair.push(next.folded);
                (Part::Pair, next.end)
            }
            None => (Part::Last, held.end),
        };
        let span = held.start..end;
        self.token = Token { script: Script::Run, part, position, span, first_end: held.end, text: 0..0 };
        true
    }

    /// The first letter of the next line, where a long line ends inside a run: a text that was wrapped by hand.
    fn peek_wrapped(&mut self, held: Letter) -> Option<Letter> {
        let line_break = self.letters.peek()?;
        if line_break.folded != '\n' && line_break.folded != ' ' {
            return None;
        }
        if line_break.start != held.end || held.end - self.line_start < WRAPPED_LINE_BYTES_MIN {
            return None;
        }
        let rest = self.letters.rest(line_break.start);
        let behind = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?;
        let mut ahead = Letters::new(behind);
        let next = ahead.peek().filter(|next| next.class == Class::Run && next.start == 0)?;
        while let Some(letter) = self.letters.peek() {
            if letter.class == Class::Run {
                break;
            }
            self.letters.skip();
            self.pass_break(letter);
        }
        self.letters.peek().filter(|letter| letter.folded == next.folded)
    }

    /// Reads a word and sets out its tokens.
    fn read_word(&mut self) {
        self.word.clear();
        self.marks.clear();
        let mut previous = Class::Joiner;
        let mut previous_start = Mark { folded: 0, start: 0, end_before: 0 };
        let mut end = 0;
        let mut letters = 0;
        while let Some(letter) = self.letters.peek() {
            if matches!(letter.class, Class::Break | Class::Run) {
                break;
            }
            self.letters.skip();
            let class = letter.class;
            if class == Class::Joiner {
                previous = class;
                continue;
            }
            if letters < WORD_LETTERS_MAX {
                let here = Mark { folded: self.word.len(), start: letter.start, end_before: end };
                let is_boundary = match (previous, class) {
                    (Class::Joiner, _) | (Class::Lower, Class::Upper) => true,
                    (Class::Digit, _) | (_, Class::Digit) => previous != class,
                    // HTTPServer: the last capital begins the next part.
                    (Class::Upper, Class::Lower)
                        if previous_start.folded > self.marks.last().map_or(0, |mark| mark.folded) =>
                    {
                        self.marks.push(previous_start);
                        false
                    }
                    _ => false,
                };
                if is_boundary {
                    self.marks.push(here);
                }
                previous_start = here;
                self.word.push(letter.folded);
                end = letter.end;
                letters += 1;
            }
            previous = class;
        }
        if self.word.is_empty() {
            return;
        }
        self.set_out(end, letters);
    }

    /// Sets out the tokens of the word that was read: the whole first, then its parts.
    fn set_out(&mut self, end: usize, letters: usize) {
        let start = self.marks.first().map_or(0, |mark| mark.start);
        let position = self.position;
        // C++, C#, F#: the sign is part of the name.
        let sign = if letters == 1 && self.word.is_ascii() { self.sign_behind(end) } else { "" };
        if !sign.is_empty() {
            let name = self.word.len();
            self.word.push_str(sign);
            self.position += 1;
            if self.only != Some(Script::Run) {
                self.pieces.push(Piece { part: Part::Piece, position, text: 0..name, span: start..end });
                let (part, text) = (Part::Whole { width: 1 }, 0..self.word.len());
                self.pieces.push(Piece { part, position, text, span: start..end + sign.len() });
            }
            return;
        }
        let count = self.marks.len();
        let is_split = (2..=WORD_PARTS_MAX).contains(&count);
        let width = if is_split { count as u32 } else { 1 };
        self.position += width;
        if self.only == Some(Script::Run) {
            return;
        }
        if is_split {
            let mut part_end = (self.word.len(), end);
            for (at, mark) in self.marks.iter().enumerate().rev() {
                let (text, span) = (mark.folded..part_end.0, mark.start..part_end.1);
                self.pieces.push(Piece { part: Part::Piece, position: position + at as u32, text, span });
                part_end = (mark.folded, mark.end_before);
            }
        }
        self.pieces.push(Piece { part: Part::Whole { width }, position, text: 0..self.word.len(), span: start..end });
    }

    fn sign_behind(&mut self, end: usize) -> &'static str {
        let rest = self.letters.rest(end).as_bytes();
        let sign = match rest {
            [b'+', b'+', ..] => "++",
            [b'#', ..] => "#",
            _ => return "",
        };
        match rest.get(sign.len()) {
            Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'#' | b'_') => "",
            _ => sign,
        }
    }
}

/// Longer words are cut, in texts and in what is looked for: what is longer is no word (base64, sums).
pub const WORD_LETTERS_MAX: usize = 64;
/// A name of more parts is no name: sums in hexadecimal would fall into dozens.
const WORD_PARTS_MAX: usize = 8;
/// Positions that stay free behind a run.
const RUN_GAP: u32 = 1;
/// Positions that stay free between the parts of a text: more than stand between two neighbours of any phrase ([`WORD_PARTS_MAX`] and a
/// run's end), and no more, for each position of what follows is kept with its list.
const PART_GAP: u32 = 16;
/// Shorter lines end where their sentence does (items of a list, verses): about twenty hanzi.
const WRAPPED_LINE_BYTES_MIN: usize = 60;

#[cfg(test)]
mod tests;
