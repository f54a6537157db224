//! Rich Text Format 1.9: text between control words, in code pages that change with the font.
//!
//! ```text
//! { \control-3 text \'b0\'a1 \u36164? {\*\ignored …} }
//! ```

use charset::Encoding;
use encoding_rs::WINDOWS_1252;

use super::limit;
use super::words::{Draft, Words};

/// The words of an RTF file.
pub(crate) fn read(bytes: &[u8]) -> Draft {
    let mut reading = Reading::new();
    let mut rest = bytes;
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        match first {
            b'{' => reading.open(),
            b'}' => reading.close(),
            b'\\' => rest = reading.control(rest),
            // Line ends are for those who look at the file.
            b'\r' | b'\n' | 0 => {}
            byte => reading.byte(byte),
        }
        if reading.draft.body.is_full() {
            break;
        }
    }
    reading.flush();
    reading.draft
}

struct Reading {
    draft: Draft,
    /// What holds within the braces that are open, the innermost last. Never empty.
    groups: Vec<Group>,
    /// Groups beyond those that are kept.
    too_deep: usize,
    /// Bytes that wait to be decoded together: a character may have two.
    bytes: Vec<u8>,
    /// First half of a character that UTF-16 writes as two.
    high: Option<u16>,
    /// Characters still to be left out: what stands for a Unicode character in old readers.
    skip: u32,
    default: &'static Encoding,
    fonts: Vec<(i32, &'static Encoding)>,
    /// The font that is being described.
    font: i32,
}

#[derive(Clone, Copy)]
struct Group {
    place: Place,
    encoding: &'static Encoding,
    /// Characters that stand for one of Unicode.
    fallback: u32,
    is_hidden: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Body,
    Title,
    /// What the document says of itself.
    Property,
    Fonts,
    Unseen,
}

impl Reading {
    fn new() -> Reading {
        let outer = Group { place: Place::Body, encoding: WINDOWS_1252, fallback: 1, is_hidden: false };
        Reading {
            draft: Draft::new(),
            groups: vec![outer],
            too_deep: 0,
            bytes: Vec::new(),
            high: None,
            skip: 0,
            default: WINDOWS_1252,
            fonts: Vec::new(),
            font: 0,
        }
    }

    fn group(&mut self) -> &mut Group {
        let last = self.groups.len() - 1;
        &mut self.groups[last]
    }

    fn open(&mut self) {
        self.flush();
        self.skip = 0;
        if self.groups.len() < limit::NESTING_MAX {
            let group = *self.group();
            self.groups.push(group);
        } else {
            self.too_deep += 1;
        }
    }

    fn close(&mut self) {
        self.flush();
        self.skip = 0;
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if self.groups.len() > 1 {
            let ended = self.groups.pop();
            if ended.is_some_and(|group| group.place == Place::Property) && self.group().place != Place::Property {
                self.draft.body.line();
            }
        }
    }

    /// What stands behind a backslash. Returns what follows it.
    fn control<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let Some((&first, rest)) = bytes.split_first() else { return bytes };
        match first {
            b'\'' => return self.hexadecimal(rest),
            b'\\' | b'{' | b'}' => self.byte(first),
            b'~' => self.text(" "),
            b'_' => self.text("-"),
            b'*' => {
                self.flush();
                self.group().place = Place::Unseen;
            }
            b'\r' | b'\n' => self.line(),
            letter if letter.is_ascii_alphabetic() => return self.word(bytes),
            _ => {}
        }
        rest
    }

    fn hexadecimal<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
        let Some((&[high, low], rest)) = bytes.split_first_chunk() else { return bytes };
        let (Some(high), Some(low)) = (digit(high), digit(low)) else { return bytes };
        self.byte(high << 4 | low);
        rest
    }

    fn word<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let letters = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, rest) = bytes.split_at(letters);
        let sign = usize::from(rest.first() == Some(&b'-'));
        let digits = rest[sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let end = if digits == 0 { 0 } else { sign + digits };
        let number = std::str::from_utf8(&rest[..end]).ok().and_then(|digits| digits.parse::<i32>().ok());
        let rest = &rest[end..];
        // One space belongs to the word.
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        if word == b"bin" {
            return rest.get(number.and_then(|count| usize::try_from(count).ok()).unwrap_or(0)..).unwrap_or_default();
        }
        self.obey(word, number);
        rest
    }

    fn obey(&mut self, word: &[u8], number: Option<i32>) {
        if word != b"u" {
            self.flush();
        }
        match word {
            b"u" => self.unicode(number.unwrap_or_default()),
            b"uc" => self.group().fallback = number.and_then(|count| u32::try_from(count).ok()).unwrap_or(1).min(16),
            b"par" | b"line" | b"sect" | b"page" | b"row" | b"column" => self.line(),
            b"tab" | b"cell" | b"nestcell" | b"emspace" | b"enspace" | b"qmspace" => self.text(" "),
            b"emdash" => self.text("—"),
            b"endash" => self.text("–"),
            b"lquote" | b"rquote" => self.text("’"),
            b"ldblquote" => self.text("“"),
            b"rdblquote" => self.text("”"),
            b"bullet" => self.text("•"),
            b"v" => self.group().is_hidden = number != Some(0),
            b"plain" => {
                let default = self.default;
                let group = self.group();
                (group.is_hidden, group.encoding) = (false, default);
            }
            b"ansicpg" => {
                let page = number.and_then(|page| u16::try_from(page).ok()).and_then(of_code_page);
                self.default = page.unwrap_or(WINDOWS_1252);
                self.group().encoding = self.default;
            }
            b"f" => self.choose_font(number.unwrap_or_default()),
            b"fcharset" => {
                if self.group().place == Place::Fonts
                    && self.fonts.len() < FONTS_MAX
                    && let Some(encoding) = number.and_then(of_font_charset)
                {
                    self.fonts.push((self.font, encoding));
                }
            }
            b"fonttbl" => self.group().place = Place::Fonts,
            b"title" if self.groups.len() > 2 => self.group().place = Place::Title,
            b"subject" | b"author" | b"keywords" | b"doccomm" if self.groups.len() > 2 => {
                self.group().place = Place::Property;
            }
            _ if UNSEEN.contains(&word) => self.group().place = Place::Unseen,
            _ => {}
        }
    }

    fn choose_font(&mut self, font: i32) {
        if self.group().place == Place::Fonts {
            self.font = font;
            return;
        }
        let known = self.fonts.iter().find(|(number, _)| *number == font).map(|(_, encoding)| *encoding);
        self.group().encoding = known.unwrap_or(self.default);
    }

    /// A character of Unicode; what stands behind it for old readers is left out.
    fn unicode(&mut self, number: i32) {
        self.decode();
        self.skip = self.group().fallback;
        // Written as a signed number of 16 bits; some write larger ones as they are.
        let unit = match number {
            -32768..=-1 => (number + 65536) as u32,
            number => number.unsigned_abs(),
        };
        let character = match (self.high.take(), unit) {
            (_, 0xd800..=0xdbff) => {
                self.high = Some(unit as u16);
                return;
            }
            (Some(high), 0xdc00..=0xdfff) => char::decode_utf16([high, unit as u16]).next().and_then(Result::ok),
            // Fonts of symbols put theirs here; they are no characters of any script.
            (_, 0xf000..=0xf0ff) => None,
            (_, unit) => char::from_u32(unit),
        };
        if let Some(character) = character {
            self.text_kept(character.encode_utf8(&mut [0; 4]));
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.skip > 0 {
            self.skip -= 1;
        } else {
            self.bytes.push(byte);
        }
    }

    fn text(&mut self, text: &str) {
        self.flush();
        self.text_kept(text);
    }

    fn line(&mut self) {
        self.flush();
        if let Some(words) = self.words() {
            words.line();
        }
    }

    /// The bytes that wait become characters; what was to be left out ends here.
    fn flush(&mut self) {
        self.decode();
        self.high = None;
        self.skip = 0;
    }

    fn decode(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let text = self.group().encoding.decode_without_bom_handling(&bytes).0;
        self.text_kept(&text);
        self.bytes = bytes;
        self.bytes.clear();
    }

    fn text_kept(&mut self, text: &str) {
        if let Some(words) = self.words() {
            words.push(text);
        }
    }

    fn words(&mut self) -> Option<&mut Words> {
        let group = *self.group();
        match group.place {
            _ if group.is_hidden || self.too_deep > 0 => None,
            Place::Body | Place::Property => Some(&mut self.draft.body),
            Place::Title => Some(&mut self.draft.title),
            Place::Fonts | Place::Unseen => None,
        }
    }
}

/// A document has dozens.
const FONTS_MAX: usize = 4096;

/// Groups whose text nobody reads.
const UNSEEN: &[&[u8]] = &[
    b"colortbl",
    b"stylesheet",
    b"info",
    b"pict",
    b"object",
    b"objdata",
    b"themedata",
    b"datastore",
    b"fldinst",
    b"listtable",
    b"listoverridetable",
    b"rsidtbl",
    b"generator",
    b"xmlnstbl",
    b"latentstyles",
    b"revtbl",
    b"filetbl",
    b"pntext",
    b"nonshppict",
    b"bkmkstart",
    b"bkmkend",
    b"operator",
    b"company",
    b"creatim",
    b"revtim",
    b"printim",
    b"header",
    b"headerf",
    b"headerl",
    b"headerr",
    b"footer",
    b"footerf",
    b"footerl",
    b"footerr",
    b"tc",
    b"xe",
];

/// Windows code pages by their numbers.
fn of_code_page(page: u16) -> Option<&'static Encoding> {
    let label = match page {
        932 => "shift_jis",
        936 => "gbk",
        949 => "euc-kr",
        950 => "big5",
        54936 => "gb18030",
        65001 => "utf-8",
        874 => "windows-874",
        866 => "ibm866",
        10000 => "macintosh",
        1250..=1258 => return Encoding::for_label(format!("windows-{page}").as_bytes()),
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// What a font says of its characters, in numbers of Windows.
fn of_font_charset(number: i32) -> Option<&'static Encoding> {
    of_code_page(match number {
        0 => 1252,
        77 => 10000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rtf: &[u8], expected: &str) {
        assert_eq!(read(rtf).finish().body, expected, "{}", rtf.escape_ascii());
    }

    #[test]
    fn text_is_what_is_left_of_control_words() {
        check(br"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\generator x;}\f0 Hello {\b bold}ly\par\tab next\line {\v hidden}end}", "Hello boldly\nnext\nend");
        check(br"{\rtf1 a\{b\}\\c\~d\_e\emdash f}", "a{b}\\c d-e\u{2014}f");
        check(b"{\\rtf1 one\r\ntwo\\\nthree}", "onetwo\nthree");
    }

    #[test]
    fn characters_are_decoded_by_code_page_and_font() {
        check(br"{\rtf1\ansi\ansicpg936 \'d7\'ca\'c1\'cf}", "资料");
        check(
            br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset134 SimSun;}}\f1\'d7\'ca\f0\'e9}",
            "资é",
        );
        check(br"{\rtf1\ansi\ansicpg936 {\b\'d7\'ca}\'c1\'cf", "资料");
    }

    #[test]
    fn unicode_has_a_stand_in_that_is_left_out() {
        check(br"{\rtf1\uc1 \u-29788?\u26009?}", "资料".replace('资', "\u{8ba4}").as_str());
        check(br"{\rtf1\uc2 \u36164\'d7\'ca\u26009\'c1\'cf!}", "资料!");
        check(br"{\rtf1\uc0 \u36164 \u26009 !}", "资料!");
        check(br"{\rtf1\u-10179?\u-8704?}", "\u{1f600}");
        check(br"{\rtf1\u-10179?x}", "x");
    }

    #[test]
    fn the_title_is_found_and_pictures_are_not() {
        let extract = read(
            br"{\rtf1\ansi\ansicpg936{\info{\title \'cc\'e2}{\author A}}{\pict\pngblip 89504e47}text\bin3 {{{end}",
        )
        .finish();
        assert_eq!((extract.title.as_deref(), extract.body.as_str()), (Some("题"), "A\ntextend"));
    }

    #[test]
    fn nothing_makes_it_loop_or_fall() {
        check(&b"{".repeat(1_000_000), "");
        check(&b"}".repeat(1_000_000), "");
        check(br"{\rtf1 \bin99999999999 x", "x");
        check(br"{\rtf1 \bin-5 x", "x");
        check(br"\", "");
        check(br"{\rtf1\'", "");
        check(br"{\rtf1\u99999999999999 ?}", "");
    }
}
