//! Fields (RFC 9110 §5): those of a request that decide something, found once while the head is read;
//! those of a response as name and value.

use alloc::borrow::Cow;

/// A request field that something here acts on. All others are checked for syntax and passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs)] // Each variant is the registered field name; `Quarry-Trace` is our own: it marks a request for the X-ray.
pub enum FieldName {
    Accept,
    AcceptEncoding,
    AcceptLanguage,
    Authorization,
    Connection,
    ContentLength,
    ContentType,
    Cookie,
    Expect,
    Forwarded,
    Host,
    IfMatch,
    IfModifiedSince,
    IfNoneMatch,
    IfRange,
    IfUnmodifiedSince,
    Origin,
    Priority,
    QuarryTrace,
    Range,
    Referer,
    SecFetchDest,
    SecFetchMode,
    TransferEncoding,
    Upgrade,
    UserAgent,
}

impl FieldName {
    /// How many there are.
    pub const COUNT: usize = 26;

    /// All, in order of their discriminants.
    pub const ALL: [FieldName; FieldName::COUNT] = {
        use FieldName::*;
        [
            Accept,
            AcceptEncoding,
            AcceptLanguage,
            Authorization,
            Connection,
            ContentLength,
            ContentType,
            Cookie,
            Expect,
            Forwarded,
            Host,
            IfMatch,
            IfModifiedSince,
            IfNoneMatch,
            IfRange,
            IfUnmodifiedSince,
            Origin,
            Priority,
            QuarryTrace,
            Range,
            Referer,
            SecFetchDest,
            SecFetchMode,
            TransferEncoding,
            Upgrade,
            UserAgent,
        ]
    };

    /// Lower case, as HTTP/2 writes it.
    pub const fn as_str(self) -> &'static str {
        use FieldName::*;
        match self {
            Accept => "accept",
            AcceptEncoding => "accept-encoding",
            AcceptLanguage => "accept-language",
            Authorization => "authorization",
            Connection => "connection",
            ContentLength => "content-length",
            ContentType => "content-type",
            Cookie => "cookie",
            Expect => "expect",
            Forwarded => "forwarded",
            Host => "host",
            IfMatch => "if-match",
            IfModifiedSince => "if-modified-since",
            IfNoneMatch => "if-none-match",
            IfRange => "if-range",
            IfUnmodifiedSince => "if-unmodified-since",
            Origin => "origin",
            Priority => "priority",
            QuarryTrace => "quarry-trace",
            Range => "range",
            Referer => "referer",
            SecFetchDest => "sec-fetch-dest",
            SecFetchMode => "sec-fetch-mode",
            TransferEncoding => "transfer-encoding",
            Upgrade => "upgrade",
            UserAgent => "user-agent",
        }
    }

    /// The field of that name in any case, if we act on it.
    pub fn from_bytes(name: &[u8]) -> Option<FieldName> {
        // The length leaves at most four candidates, so most fields cost one comparison or none.
        use FieldName::*;
        let candidates: &[FieldName] = match name.len() {
            4 => &[Host],
            5 => &[Range],
            6 => &[Accept, Cookie, Expect, Origin],
            7 => &[Referer, Upgrade],
            8 => &[IfMatch, IfRange, Priority],
            9 => &[Forwarded],
            10 => &[Connection, UserAgent],
            12 => &[ContentType, QuarryTrace],
            13 => &[Authorization, IfNoneMatch],
            14 => &[ContentLength, SecFetchDest, SecFetchMode],
            15 => &[AcceptEncoding, AcceptLanguage],
            17 => &[IfModifiedSince, TransferEncoding],
            19 => &[IfUnmodifiedSince],
            _ => return None,
        };
        candidates.iter().copied().find(|candidate| candidate.as_str().as_bytes().eq_ignore_ascii_case(name))
    }
}

/// The header section of a request: its lines as they came, and the values we act on.
///
/// For HTTP/2 and HTTP/3 the lines are written in the same form (`name: value CRLF`) when they are decoded.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    /// All field lines, checked, each ended by CRLF; without the empty line.
    section: &'a [u8],
    places: Places,
}

/// Where values stand in a header section, whatever bytes it is in: [`Fields`] without the section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Where the first value of each field stands in the section: offset and length. A head is handed on by value
    /// several times a request, and this is a quarter of what slices would take.
    first: [(u16, u16); FieldName::COUNT],
    /// Bit n: the field n stood on some line.
    present: u32,
    /// Bit n: the field n stood on more than one line.
    repeated: u32,
}

// A bit for each field.
const _: () = assert!(FieldName::COUNT <= 32);

impl<'a> Fields<'a> {
    /// None yet. Before the first [`note`](Fields::note), [`set_section`](Fields::set_section) says where values stand.
    pub fn new() -> Fields<'a> {
        Fields { section: &[], places: Places { first: [(0, 0); FieldName::COUNT], present: 0, repeated: 0 } }
    }

    /// Those of a section whose values were found before, in bytes that were the same.
    pub fn at(section: &'a [u8], places: Places) -> Fields<'a> {
        Fields { section, places }
    }

    /// Where the values stand.
    pub fn places(&self) -> Places {
        self.places
    }

    /// Notes one field line, value without the whitespace around it. The value is a part of the section; one that is
    /// not, or that begins or ends beyond its first 64 KiB, is not noted.
    pub fn note(&mut self, name: FieldName, value: &'a [u8]) {
        let (bit, places) = (1 << name as u32, &mut self.places);
        if places.present & bit != 0 {
            places.repeated |= bit;
            return;
        }
        let offset = (value.as_ptr() as usize).wrapping_sub(self.section.as_ptr() as usize);
        let is_inside = offset.saturating_add(value.len()) <= self.section.len().min(usize::from(u16::MAX));
        debug_assert!(is_inside, "the value of {name:?} is no part of the section");
        if is_inside {
            // Both fit: neither is more than their sum.
            places.first[name as usize] = (offset as u16, value.len() as u16);
            places.present |= bit;
        }
    }

    /// Sets the text of all lines, each `name: value CRLF`. Set again, it begins at the same byte.
    pub fn set_section(&mut self, section: &'a [u8]) {
        self.section = section;
    }

    /// The text of all lines.
    pub fn section(&self) -> &'a [u8] {
        self.section
    }

    /// The value of the first line of that name.
    pub fn get(&self, name: FieldName) -> Option<&'a [u8]> {
        if self.places.present & 1 << name as u32 == 0 {
            return None;
        }
        let (offset, length) = self.places.first[name as usize];
        self.section.get(usize::from(offset)..usize::from(offset) + usize::from(length))
    }

    /// Whether a line has one of those names.
    pub fn has_any(&self, names: &[FieldName]) -> bool {
        self.places.present & names.iter().fold(0, |bits, &name| bits | 1 << name as u32) != 0
    }

    /// Whether more than one line has that name.
    pub fn is_repeated(&self, name: FieldName) -> bool {
        self.places.repeated & 1 << name as u32 != 0
    }

    /// The values of all lines of that name, in order (§5.3: together they are one list).
    pub fn values(&self, name: FieldName) -> impl Iterator<Item = &'a [u8]> {
        let (one, many) = match self.is_repeated(name) {
            false => (self.get(name), None),
            true => (None, Some(self.lines())),
        };
        let many = many.into_iter().flatten();
        one.into_iter()
            .chain(many.filter(move |line| line.0.eq_ignore_ascii_case(name.as_str().as_bytes())).map(|line| line.1))
    }

    /// All lines: name as it came, value without the whitespace around it.
    pub fn lines(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.section.split(|&byte| byte == b'\n').filter_map(|line| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let colon = line.iter().position(|&byte| byte == b':')?;
            Some((&line[..colon], line[colon + 1..].trim_ascii()))
        })
    }
}

impl Default for Fields<'_> {
    fn default() -> Self {
        Fields::new()
    }
}

/// One field of a response. The name is written as given (`Content-Type`); HTTP/2 lowers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// A token (§5.1).
    pub name: Cow<'static, str>,
    /// Visible characters, spaces and bytes above 0x7F; never CR, LF or NUL (§5.5). Whoever makes a value from
    /// outside bytes checks it; `wire` drops a field that breaks the rule.
    pub value: Cow<'static, str>,
}
