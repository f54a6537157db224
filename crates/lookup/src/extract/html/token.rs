//! The tokenizer of the HTML Standard (§13.2.5), for readers of words: text and tags, as slices of the source.
//!
//! The states are those of the standard; what differs is what is not made. No tag is built of attributes that nobody asks for, no text is
//! copied, and errors are not counted. That is why it is here at all: the tokenizer of html5ever, which is its twin in the tests, reads 40 MB
//! a second of pages with many attributes, and this one a multiple.

use std::borrow::Cow;

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};
use memchr::{memchr, memchr2, memchr3, memmem};

/// What comes next in a page.
#[derive(Debug)]
pub(super) enum Token<'t, 'a> {
    /// Characters; one text comes in pieces.
    Text(&'a str),
    /// What a character reference stands for: one character, or two.
    Characters([char; 2]),
    /// A start tag.
    Start(&'t Tag<'a>),
    /// An end tag, by its name as it is written.
    End(&'a str),
}

/// A start tag. Kept from tag to tag, for the memory of its attributes.
#[derive(Debug, Default)]
pub(super) struct Tag<'a> {
    /// As it is written: in capitals or not.
    pub(super) name: &'a str,
    /// Whether it ends with `/>`.
    pub(super) is_self_closing: bool,
    attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> Tag<'a> {
    /// The value of an attribute; its first, if there are several of the name.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        let found = self.attributes.iter().find(|(written, _)| written.eq_ignore_ascii_case(name));
        found.map(|(_, value)| decode(value))
    }

    /// Names and values as they are written.
    pub(super) fn attributes(&self) -> &[(&'a str, &'a str)] {
        &self.attributes
    }
}

/// How the content of an element is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raw {
    /// Text with character references, up to the end tag.
    Rcdata,
    /// Text without, up to the end tag.
    Rawtext,
    /// The same, but for what looks like a comment.
    Script,
    /// Text to the end of the page.
    Plaintext,
}

/// A page that is being cut into tokens.
#[derive(Debug)]
pub(super) struct Tokenizer<'a> {
    text: &'a str,
    /// Before it, all has been given out.
    at: usize,
    /// How what follows is read, up to the end tag of the element of this name.
    raw: Option<(Raw, &'a str)>,
    tag: Tag<'a>,
}

impl<'a> Tokenizer<'a> {
    pub(super) fn new(text: &'a str) -> Tokenizer<'a> {
        // The standard removes one mark at the very beginning.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Tokenizer { text, at: 0, raw: None, tag: Tag::default() }
    }

    /// The content of the tag that was just given out is read so.
    pub(super) fn set_raw(&mut self, raw: Raw) {
        self.raw = Some((raw, self.tag.name));
    }

    /// The next token; none at the end. `is_foreign`: whether we are within SVG or MathML, where there are CDATA sections.
    pub(super) fn next(&mut self, is_foreign: bool) -> Option<Token<'_, 'a>> {
        loop {
            if self.at >= self.text.len() {
                return None;
            }
            match self.raw {
                Some((raw, name)) => match self.raw_step(raw, name) {
                    Step::Text(text) => return Some(Token::Text(text)),
                    Step::Characters(characters) => return Some(Token::Characters(characters)),
                    Step::End(name) => return Some(Token::End(name)),
                    Step::Start | Step::Nothing => {}
                },
                None => match self.data_step(is_foreign) {
                    Step::Text(text) => return Some(Token::Text(text)),
                    Step::Characters(characters) => return Some(Token::Characters(characters)),
                    Step::End(name) => return Some(Token::End(name)),
                    Step::Start => return Some(Token::Start(&self.tag)),
                    Step::Nothing => {}
                },
            }
        }
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// Gives out text up to a place.
    fn text_to(&mut self, end: usize) -> Step<'a> {
        let text = &self.text[self.at..end];
        self.at = end;
        Step::Text(text)
    }

    /// Data state.
    fn data_step(&mut self, is_foreign: bool) -> Step<'a> {
        let bytes = self.bytes();
        let end = memchr3(b'<', b'&', 0, &bytes[self.at..]).map_or(bytes.len(), |length| self.at + length);
        if end > self.at {
            return self.text_to(end);
        }
        match bytes[self.at] {
            b'&' => self.reference(),
            b'<' => self.tag_open(is_foreign),
            // The tree builder leaves NUL out.
            _ => {
                self.at += 1;
                Step::Nothing
            }
        }
    }

    /// Tag open state, and end tag open state.
    fn tag_open(&mut self, is_foreign: bool) -> Step<'a> {
        let bytes = self.bytes();
        match bytes.get(self.at + 1) {
            Some(letter) if letter.is_ascii_alphabetic() => {
                let name = self.at + 1;
                self.start_tag(name)
            }
            Some(b'/') => match bytes.get(self.at + 2) {
                Some(letter) if letter.is_ascii_alphabetic() => {
                    let name = self.at + 2;
                    match self.start_tag(name) {
                        Step::Start => Step::End(self.tag.name),
                        other => other,
                    }
                }
                Some(b'>') => self.pass(3),
                Some(_) => self.bogus_comment(2),
                None => self.text_to(bytes.len()),
            },
            Some(b'!') => self.declaration(is_foreign),
            Some(b'?') => self.bogus_comment(1),
            _ => {
                let end = self.at + 1;
                self.text_to(end)
            }
        }
    }

    fn pass(&mut self, bytes: usize) -> Step<'a> {
        self.at = self.at.saturating_add(bytes).min(self.text.len());
        Step::Nothing
    }

    fn bogus_comment(&mut self, bytes: usize) -> Step<'a> {
        let from = self.at + bytes;
        self.at = memchr(b'>', &self.bytes()[from..]).map_or(self.text.len(), |length| from + length + 1);
        Step::Nothing
    }

    /// Markup declaration open state, and the comment states.
    fn declaration(&mut self, is_foreign: bool) -> Step<'a> {
        let rest = &self.bytes()[self.at + 2..];
        if let Some(comment) = rest.strip_prefix(b"--") {
            let length = if comment.starts_with(b">") {
                1
            } else if comment.starts_with(b"->") {
                2
            } else {
                comment_length(comment)
            };
            return self.pass(4 + length);
        }
        if is_foreign && let Some(section) = rest.strip_prefix(b"[CDATA[") {
            let length = memmem::find(section, b"]]>").unwrap_or(section.len());
            let from = self.at + 9;
            self.at = (from + length + 3).min(self.text.len());
            return Step::Text(&self.text[from..from + length]);
        }
        // A DOCTYPE ends where a bogus comment does: `>` ends it in all of its states.
        self.bogus_comment(2)
    }

    /// Tag name state and all attribute states, from the first letter of the name. A tag that the page ends in is none.
    fn start_tag(&mut self, name: usize) -> Step<'a> {
        let bytes = self.bytes();
        let mut at = name + bytes[name..].iter().take_while(|&&byte| !ends_name(byte)).count();
        self.tag.name = &self.text[name..at];
        self.tag.is_self_closing = false;
        self.tag.attributes.clear();
        loop {
            // Before attribute name state.
            at += spaces(&bytes[at..]);
            match bytes.get(at) {
                None => return self.pass(usize::MAX),
                Some(b'>') => {
                    self.at = at + 1;
                    return Step::Start;
                }
                // Self-closing start tag state.
                Some(b'/') => {
                    at += 1;
                    if bytes.get(at) == Some(&b'>') {
                        self.tag.is_self_closing = true;
                    }
                    continue;
                }
                Some(_) => {}
            }
            // Attribute name state. A `=` at the beginning belongs to the name.
            let start = at;
            at += 1;
            at += bytes[at..].iter().take_while(|&&byte| !ends_name(byte) && byte != b'=').count();
            let written = &self.text[start..at];
            // After attribute name state.
            let behind = at + spaces(&bytes[at..]);
            if bytes.get(behind) != Some(&b'=') {
                self.tag.attributes.push((written, ""));
                continue;
            }
            // Before attribute value state.
            at = behind + 1;
            at += spaces(&bytes[at..]);
            let (from, length, end) = match bytes.get(at) {
                None => return self.pass(usize::MAX),
                Some(&quote @ (b'"' | b'\'')) => match memchr(quote, &bytes[at + 1..]) {
                    None => return self.pass(usize::MAX),
                    Some(length) => (at + 1, length, at + length + 2),
                },
                Some(_) => {
                    let ends = |byte: &&u8| !is_space(**byte) && **byte != b'>';
                    let length = bytes[at..].iter().take_while(ends).count();
                    (at, length, at + length)
                }
            };
            self.tag.attributes.push((written, &self.text[from..from + length]));
            at = end;
        }
    }

    /// RCDATA, RAWTEXT and script data states, and their end tags.
    fn raw_step(&mut self, raw: Raw, name: &str) -> Step<'a> {
        let bytes = self.bytes();
        let end = match raw {
            Raw::Rcdata => memchr2(b'<', b'&', &bytes[self.at..]).map_or(bytes.len(), |length| self.at + length),
            Raw::Plaintext => bytes.len(),
            Raw::Rawtext => memchr(b'<', &bytes[self.at..]).map_or(bytes.len(), |length| self.at + length),
            Raw::Script => self.at + script_length(&bytes[self.at..], name.as_bytes()),
        };
        if end > self.at {
            return self.text_to(end);
        }
        if bytes[self.at] == b'&' {
            return self.reference();
        }
        if !is_end_tag(&bytes[self.at..], name.as_bytes()) {
            let end = self.at + 1;
            return self.text_to(end);
        }
        let start = self.at + 2;
        match self.start_tag(start) {
            Step::Start => {
                self.raw = None;
                Step::End(self.tag.name)
            }
            other => other,
        }
    }

    /// Character reference state, from `&`.
    fn reference(&mut self) -> Step<'a> {
        match reference(&self.text[self.at..], false) {
            Some((characters, length)) => {
                self.at += length;
                Step::Characters(characters)
            }
            None => {
                let end = self.at + 1;
                self.text_to(end)
            }
        }
    }
}

/// What one state gave out.
enum Step<'a> {
    Text(&'a str),
    Characters([char; 2]),
    /// A tag, which stands in the tokenizer.
    Start,
    End(&'a str),
    Nothing,
}

/// CR counts: the standard makes it LF before all else.
fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

fn ends_name(byte: u8) -> bool {
    is_space(byte) || byte == b'/' || byte == b'>'
}

fn spaces(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|&&byte| is_space(byte)).count()
}

/// From behind `<!--` to behind `-->` or `--!>`.
fn comment_length(comment: &[u8]) -> usize {
    let mut at = 0;
    while let Some(length) = memmem::find(&comment[at..], b"--") {
        at += length;
        // Of many dashes, the last two count.
        at += comment[at..].iter().take_while(|&&byte| byte == b'-').count();
        match &comment[at..] {
            [b'>', ..] => return at + 1,
            [b'!', b'>', ..] => return at + 2,
            _ => {}
        }
    }
    comment.len()
}

/// Whether the end tag of the element stands here.
fn is_end_tag(bytes: &[u8], name: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(b"</") else { return false };
    rest.get(..name.len()).is_some_and(|written| written.eq_ignore_ascii_case(name))
        && rest.get(name.len()).is_some_and(|&byte| ends_name(byte))
}

/// Whether a start tag of this name stands here.
fn is_start_tag(bytes: &[u8], name: &[u8]) -> bool {
    let Some(rest) = bytes.strip_prefix(b"<") else { return false };
    rest.get(..name.len()).is_some_and(|written| written.eq_ignore_ascii_case(name))
        && rest.get(name.len()).is_some_and(|&byte| ends_name(byte))
}

/// How long a script is: to its end tag, or to the end. Within `<!--` and `-->`, a script within the script has an end tag of its own.
fn script_length(bytes: &[u8], name: &[u8]) -> usize {
    let (mut at, mut is_escaped, mut is_double) = (0, false, false);
    while let Some(length) = memchr2(b'<', b'-', &bytes[at..]) {
        at += length;
        let rest = &bytes[at..];
        if rest.starts_with(b"-->") {
            (is_escaped, is_double) = (false, false);
            at += 3;
        } else if !is_escaped && rest.starts_with(b"<!--") {
            is_escaped = true;
            // Its dashes may be those of the end.
            at += 2;
        } else if is_end_tag(rest, name) {
            if !is_double {
                return at;
            }
            is_double = false;
            at += 2 + name.len();
        } else if is_escaped && !is_double && is_start_tag(rest, b"script") {
            is_double = true;
            at += 1 + b"script".len();
        } else {
            at += 1;
        }
    }
    bytes.len()
}

/// The value of an attribute, with its character references resolved.
fn decode(value: &str) -> Cow<'_, str> {
    if memchr(b'&', value.as_bytes()).is_none() {
        return Cow::Borrowed(value);
    }
    let (mut out, mut rest) = (String::with_capacity(value.len()), value);
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match reference(rest, true) {
            Some(([first, second], length)) => {
                out.push(first);
                out.extend(Some(second).filter(|&second| second != '\0'));
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A character reference at the beginning, and how long it is.
fn reference(text: &str, is_attribute: bool) -> Option<([char; 2], usize)> {
    let bytes = text.as_bytes();
    if bytes.get(1) == Some(&b'#') {
        return numeric(bytes);
    }
    let name = &text[1..];
    let letters = name.bytes().take(NAME_BYTES_MAX).take_while(u8::is_ascii_alphanumeric).count();
    let longest = letters + usize::from(name.as_bytes().get(letters) == Some(&b';'));
    // The longest name that is known. Those without a semicolon are short.
    let candidates = std::iter::once(longest).chain((1..=letters.min(longest.saturating_sub(1))).rev());
    for length in candidates {
        let Some(&(first, second)) = NAMED_ENTITIES.get(&name[..length]) else { continue };
        let Some(first) = char::from_u32(first).filter(|&first| first != '\0') else { continue };
        let next = name.as_bytes().get(length);
        let is_closed = name.as_bytes()[length - 1] == b';';
        if is_attribute && !is_closed && next.is_some_and(|&next| next == b'=' || next.is_ascii_alphanumeric()) {
            return None;
        }
        return Some(([first, char::from_u32(second).unwrap_or('\0')], 1 + length));
    }
    None
}

/// The longest name is `CounterClockwiseContourIntegral`.
const NAME_BYTES_MAX: usize = 32;

/// `&#20013;` or `&#x4e2d;`; the semicolon may be missing.
fn numeric(bytes: &[u8]) -> Option<([char; 2], usize)> {
    let is_hexadecimal = matches!(bytes.get(2), Some(b'x' | b'X'));
    let (start, radix) = if is_hexadecimal { (3, 16) } else { (2, 10) };
    let mut number: u32 = 0;
    let mut at = start;
    while let Some(digit) = bytes.get(at).and_then(|&byte| char::from(byte).to_digit(radix)) {
        // Beyond Unicode, more digits change nothing.
        number = number.saturating_mul(radix).saturating_add(digit).min(0x11_0000);
        at += 1;
    }
    if at == start {
        return None;
    }
    at += usize::from(bytes.get(at) == Some(&b';'));
    let character = match number {
        0 => char::REPLACEMENT_CHARACTER,
        0x80..=0x9f => C1_REPLACEMENTS[(number - 0x80) as usize].unwrap_or(char::from_u32(number)?),
        _ => char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER),
    };
    Some(([character, '\0'], at))
}

#[cfg(test)]
mod tests;
