//! Texts with captures in them: `/new/$1`, `/archive/${year}-${slug}.html`.
//!
//! ```text
//! $1  ${1}   the group of that number; $0 is all that matched, and without an expression the whole path
//! ${name}    the group of that name, of the path or of a condition
//! ${host}    the host that was asked for, without port
//! $$         a dollar sign
//! ```
//!
//! A capture is what a client wrote, decoded. Each use encodes it again as its place needs, so that nothing in it is taken for more
//! than a part of a name.

use semantics::target::{encode_path, encode_segment};

/// A text with places for captures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// The number of the place among those that the route fills.
    Slot(usize),
}

/// What a template asks for, in the order it was first asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A group by number.
    Number(usize),
    /// A group by name, or `host`.
    Name(String),
}

/// What is wrong with a template, and at which byte of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TemplateFault {
    pub(crate) cause: String,
    pub(crate) at: usize,
}

impl Template {
    /// Reads a template. `slot`: gives the number of a place, or says why there is none.
    pub(crate) fn parse(
        text: &str,
        mut slot: impl FnMut(Wanted) -> Result<usize, String>,
    ) -> Result<Template, TemplateFault> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            let at = text.len() - rest.len() + dollar;
            let fault = |cause: String| TemplateFault { cause, at };
            plain.push_str(&rest[..dollar]);
            let behind = &rest[dollar + 1..];
            let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
            let (wanted, length) = match behind.as_bytes().first() {
                Some(b'$') => {
                    plain.push('$');
                    rest = &behind[1..];
                    continue;
                }
                Some(b'{') => {
                    let end =
                        behind.find('}').ok_or_else(|| fault("the brace is not closed; expected ${name}".into()))?;
                    (wanted(&behind[1..end]).map_err(fault)?, end + 1)
                }
                Some(b'0'..=b'9') => (wanted(&behind[..digits]).map_err(fault)?, digits),
                _ => return Err(fault("expected $1, ${name}, or $$ for a dollar sign".into())),
            };
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Slot(slot(wanted).map_err(fault)?));
            rest = &behind[length..];
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Template { pieces })
    }

    /// The text, where there is nothing to fill in.
    pub(crate) fn literal(&self) -> Option<&str> {
        match &self.pieces[..] {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// As names of files are: byte for byte.
    pub(crate) fn raw(&self, values: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => bytes.extend_from_slice(text.as_bytes()),
                Piece::Slot(slot) => bytes.extend_from_slice(value(values, *slot)),
            }
        }
        bytes
    }

    /// With what the owner wrote as `plain` makes it, and each capture as `encode` does.
    pub(crate) fn join(&self, values: &[Vec<u8>], plain: fn(&str) -> String, encode: fn(&[u8]) -> String) -> String {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => plain(text),
            Piece::Slot(slot) => encode(value(values, *slot)),
        });
        pieces.collect()
    }

    /// As the value of a field. What a capture brings is encoded as in a path, so that it ends neither a line nor a quoted
    /// string, and adds no member to a list.
    pub(crate) fn field_value(&self, values: &[Vec<u8>]) -> String {
        self.join(values, str::to_owned, |value| in_path(value).replace(',', "%2C"))
    }

    /// As a text. `is_markup`: what a capture brings is text there too, and no element.
    pub(crate) fn text(&self, values: &[Vec<u8>], is_markup: bool) -> String {
        let as_it_is = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        self.join(values, str::to_owned, if is_markup { escaped } else { as_it_is })
    }
}

fn wanted(name: &str) -> Result<Wanted, String> {
    let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        return name.parse().map(Wanted::Number).map_err(|_| format!("no expression has {name} groups"));
    }
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && !name.is_empty();
    is_name.then(|| Wanted::Name(name.to_owned())).ok_or_else(|| format!("{name:?} cannot be the name of a group"))
}

/// A group that took no part is empty.
fn value(values: &[Vec<u8>], slot: usize) -> &[u8] {
    values.get(slot).map_or(&[], Vec::as_slice)
}

/// As a part of a path; slashes stay.
pub(crate) fn in_path(value: &[u8]) -> String {
    encode_path(value)
}

/// As a part of a query or a fragment, where it adds no parameter.
pub(crate) fn in_query(value: &[u8]) -> String {
    encode_segment(value).replace('+', "%2B").replace('=', "%3D")
}

fn escaped(value: &[u8]) -> String {
    let mut text = String::new();
    for char in String::from_utf8_lossy(value).chars() {
        match char {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            char => text.push(char),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Result<Template, TemplateFault> {
        Template::parse(text, |wanted| match wanted {
            Wanted::Number(number) if number < 3 => Ok(number),
            Wanted::Name(name) if name == "slug" => Ok(1),
            Wanted::Number(number) => Err(format!("there is no group {number}")),
            Wanted::Name(name) => Err(format!("there is no group {name:?}")),
        })
    }

    fn values() -> Vec<Vec<u8>> {
        vec![b"/a".to_vec(), b"x\r\nSet-Cookie: y".to_vec(), "<资>,\"&".as_bytes().to_vec()]
    }

    #[test]
    fn captures_are_put_in() {
        let raw =
            |text: &str| String::from_utf8(template(text).unwrap().raw(&[b"/a".to_vec(), b"b".to_vec()])).unwrap();
        assert_eq!(raw("/x"), "/x");
        assert_eq!(raw("/x$0/${1}0${slug}$$"), "/x/a/b0b$");
        assert_eq!(raw("$2"), "", "a group that took no part is empty");
        assert_eq!(template("").unwrap().literal(), Some(""));
        assert_eq!(template("$$1").unwrap().literal(), Some("$1"));
        assert_eq!(template("$1").unwrap().literal(), None);
    }

    #[test]
    fn each_place_encodes_what_it_must() {
        let template = template("$1 $2").unwrap();
        assert_eq!(template.field_value(&values()), "x%0D%0ASet-Cookie%3A%20y %3C%E8%B5%84%3E%2C%22%26");
        assert_eq!(template.text(&values(), false), "x\r\nSet-Cookie: y <资>,\"&");
        assert_eq!(template.text(&values(), true), "x\r\nSet-Cookie: y &lt;资&gt;,&quot;&amp;");
        assert_eq!(in_query(b"a=b&c+d"), "a%3Db%26c%2Bd");
    }

    #[test]
    fn what_is_not_there_says_where() {
        let fault = |text: &str| template(text).unwrap_err();
        assert_eq!(fault("/a/$3"), TemplateFault { cause: "there is no group 3".into(), at: 3 });
        assert_eq!(fault("/a/$10").cause, "there is no group 10");
        assert_eq!(fault("资${x}"), TemplateFault { cause: "there is no group \"x\"".into(), at: 3 });
        assert_eq!(fault("a$").cause, "expected $1, ${name}, or $$ for a dollar sign");
        assert_eq!(fault("$name").cause, "expected $1, ${name}, or $$ for a dollar sign");
        assert_eq!(fault("${a").cause, "the brace is not closed; expected ${name}");
        assert_eq!(fault("${}").cause, "\"\" cannot be the name of a group");
        assert_eq!(fault("${a b}").cause, "\"a b\" cannot be the name of a group");
        assert_eq!(fault("$99999999999999999999").cause, "no expression has 99999999999999999999 groups");
    }
}
