//! Which encoding a text is shown in, how sure that is, and a switch to try another.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::escape::push_text;
use crate::look::Look;

/// How a text was decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset<'a> {
    /// The label, as in `Content-Type`.
    pub label: &'a str,
    /// How it was found.
    pub sureness: Sureness,
}

/// How an encoding was found, and so how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sureness {
    /// A byte order mark.
    Bom,
    /// A declaration in the text.
    Declared,
    /// All bytes are UTF-8, and not all of them ASCII.
    Utf8,
    /// All bytes are ASCII.
    Ascii,
    /// The reader says so.
    Chosen,
    /// Found out, with a clear lead over all others; with what speaks for it.
    Likely(Ground),
    /// The best of several readings, or a reading with places that do not decode: the reader should look twice.
    Doubtful(Ground, u64),
}

/// What speaks for an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// A declaration in the text.
    Declared,
    /// More characters that are UTF-8 than chance could give.
    Utf8,
    /// Where the zeros of UTF-16 stand.
    Zeros,
    /// The escape sequences of ISO-2022-JP.
    Escapes,
    /// How frequent the characters are that come out.
    Characters,
}

/// Appends the encoding, the switch to others, and (for lines) the switch that wraps them.
pub(super) fn push_panel(out: &mut String, look: &Look, charset: &Charset<'_>, has_lines: bool) {
    let words = look.words();
    let (class, sureness): (_, Cow<'static, str>) = match charset.sureness {
        Sureness::Bom => ("sure", words.sure_bom.into()),
        Sureness::Declared => ("sure", words.sure_declared.into()),
        Sureness::Utf8 => ("sure", words.sure_utf8.into()),
        Sureness::Ascii => ("sure", words.sure_ascii.into()),
        Sureness::Chosen => ("sure", words.sure_chosen.into()),
        Sureness::Likely(ground) => ("sure", format!("{} ({})", words.likely, (words.ground)(ground)).into()),
        Sureness::Doubtful(ground, faults) => {
            let ground = (words.ground)(ground);
            let damaged = match faults {
                0 => String::new(),
                _ => format!("; {}", (words.damaged)(faults)),
            };
            ("unsure", format!("{} ({ground}{damaged})", words.doubtful).into())
        }
    };
    let _ = write!(out, "<div class=panel><form class=charset><p class={class}>{} <b>", words.encoding);
    push_text(out, charset.label);
    let _ = write!(
        out,
        "</b> · <span>{sureness}</span></p><input type=hidden name=preview><label>{} <select name=charset>\
         <option value=\"\">{}",
        words.show_as, words.automatic,
    );
    for (label, name) in OTHERS {
        let is_chosen = charset.sureness == Sureness::Chosen && label.eq_ignore_ascii_case(charset.label);
        let _ = write!(out, "<option value={label}{}>{name}", if is_chosen { " selected" } else { "" });
    }
    let _ = write!(out, "</select></label> <button>{}</button></form>", words.go);
    if has_lines {
        let _ = write!(out, "<p class=switch><input type=checkbox id=wrap><label for=wrap>{}</label></p>", words.wrap);
    }
    out.push_str("</div>");
}

/// Encodings worth trying, each named by its readers.
const OTHERS: [(&str, &str); 18] = [
    ("utf-8", "UTF-8"),
    ("gb18030", "GB18030 · 简体中文"),
    ("big5", "Big5 · 繁體中文"),
    ("shift_jis", "Shift_JIS · 日本語"),
    ("euc-jp", "EUC-JP · 日本語"),
    ("iso-2022-jp", "ISO-2022-JP · 日本語"),
    ("euc-kr", "EUC-KR · 한국어"),
    ("windows-1252", "Windows-1252 · Français, Deutsch"),
    ("windows-1250", "Windows-1250 · Polski, Čeština"),
    ("windows-1251", "Windows-1251 · Русский"),
    ("koi8-r", "KOI8-R · Русский"),
    ("windows-1253", "Windows-1253 · Ελληνικά"),
    ("windows-1254", "Windows-1254 · Türkçe"),
    ("windows-1255", "Windows-1255 · עברית"),
    ("windows-1256", "Windows-1256 · العربية"),
    ("windows-874", "Windows-874 · ไทย"),
    ("utf-16le", "UTF-16 LE"),
    ("utf-16be", "UTF-16 BE"),
];
