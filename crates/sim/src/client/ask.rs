//! Requests that a careful client could send, each with what it means.

use crate::chance::Chance;
use crate::sample;
use semantics::date::format_date;
use semantics::target::encode_path;

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    /// Decoded, without slashes at its ends.
    pub(crate) path: Vec<u8>,
    pub(crate) has_slash: bool,
    pub(crate) query: Query,
    pub(crate) is_http10: bool,
    pub(crate) coding: Option<&'static str>,
    pub(crate) range: Option<Range>,
    pub(crate) condition: Condition,
    pub(crate) content: Content,
    pub(crate) expects_continue: bool,
    /// What `Connection` says.
    pub(crate) connection: Option<&'static str>,
    /// A person goes there.
    pub(crate) is_navigation: bool,
}

/// What stands behind the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Query {
    None,
    /// Of the site's own scripts.
    Own,
    Raw,
    Download,
    Charset,
    Preview,
    Json,
    Tar,
    Zip,
}

impl Query {
    fn text(self) -> &'static str {
        match self {
            Query::None => "",
            Query::Own => "?v=1",
            Query::Raw => "?raw",
            Query::Download => "?download",
            Query::Charset => "?charset=gb2312",
            Query::Preview => "?preview",
            Query::Json => "?format=json",
            Query::Tar => "?archive=tar",
            Query::Zip => "?archive=zip",
        }
    }
}

/// Spans of bytes; both ends count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Range {
    From(usize, usize),
    Onward(usize),
    Last(usize),
    Two([(usize, usize); 2]),
    /// Not a range of bytes: to be ignored.
    Other,
}

/// What the client has already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Condition {
    #[default]
    None,
    IfNoneMatch(String),
    IfMatch(String),
    /// In seconds since 1970.
    IfModifiedSince(i64),
    IfUnmodifiedSince(i64),
    IfRange(String),
}

/// What the request brings along; a folder wants none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    None,
    Length(usize),
    Chunked(usize),
}

/// What a client remembers of an answer.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) path: Vec<u8>,
    pub(crate) has_slash: bool,
    pub(crate) etag: String,
    pub(crate) last_modified: i64,
}

impl Ask {
    /// Any request; `seen`: what preconditions can be made of. `is_short`: nothing that makes long answers.
    pub(crate) fn any(chance: &mut Chance, favourites: &[&'static [u8]], seen: &[Seen], is_short: bool) -> Ask {
        let mut path = sample::any_name(chance, favourites);
        if chance.one_in(12) {
            const OTHERS: &[&[u8]] = &[b"", b"none", b"docs/none.html", b"list", b"a.html/b"];
            path = *chance.pick(OTHERS);
        }
        if is_short && (path.ends_with(b".mp4") || path.ends_with(b".png")) {
            path = b"b.txt";
        }
        let mut ask = Ask::plain(path);
        // A life that likes little asks for the same again and again: what is kept is believed, and looked at anew.
        if favourites.len() < 3 && favourites.contains(&path) && chance.one_in(2) {
            ask.coding = chance.one_in(2).then_some("gzip");
            return ask;
        }
        let is_folder = matches!(path, b"" | b"docs" | b"list" | b"list/deep");
        ask.has_slash = path.is_empty() || if is_folder { !chance.one_in(4) } else { chance.one_in(40) };
        ask.method = match chance.below(40) {
            0 => "OPTIONS",
            1 => *chance.pick(&["POST", "DELETE", "PROPFIND"]),
            2..=5 => "HEAD",
            _ => "GET",
        };
        ask.query = match chance.below(20) {
            0 => Query::Own,
            1 => Query::Raw,
            2 => Query::Download,
            3 => Query::Charset,
            // Pages are dear: each is some hundred microseconds.
            4 if chance.one_in(2) => Query::Preview,
            5 => Query::Json,
            6 if chance.one_in(2) => Query::Tar,
            7 if chance.one_in(2) => Query::Zip,
            _ => Query::None,
        };
        ask.is_navigation = chance.one_in(12);
        ask.coding = match chance.below(12) {
            0..=2 => Some("gzip"),
            3 => Some("zstd, gzip;q=0.5"),
            4 if chance.one_in(8) => Some("br"),
            5 => Some("identity"),
            6 if chance.one_in(4) => Some("gzip, identity;q=0"),
            _ => None,
        };
        if chance.one_in(6) {
            ask.range = Some(any_range(chance));
        }
        ask.condition = any_condition(chance, seen, &mut ask);
        if chance.one_in(20) {
            ask.content = match chance.one_in(2) {
                true => Content::Length(chance.skewed(0..=40_000) as usize),
                false => Content::Chunked(chance.skewed(0..=20_000) as usize),
            };
            ask.expects_continue = chance.one_in(2);
        }
        (ask.is_http10, ask.connection) = match chance.below(60) {
            0 => (true, None),
            1 => (true, Some("keep-alive")),
            2 => (false, Some("close")),
            3 => (false, Some("keep-alive")),
            _ => (false, None),
        };
        if ask.is_http10 && ask.content != Content::None {
            (ask.content, ask.expects_continue) = (Content::None, false);
        }
        ask
    }

    /// GET of that, and nothing else said.
    pub(crate) fn plain(path: &[u8]) -> Ask {
        Ask {
            method: "GET",
            path: path.to_vec(),
            has_slash: path.is_empty(),
            query: Query::None,
            is_http10: false,
            coding: None,
            range: None,
            condition: Condition::None,
            content: Content::None,
            expects_continue: false,
            connection: None,
            is_navigation: false,
        }
    }

    pub(crate) fn target(&self) -> String {
        let slash = if self.has_slash && !self.path.is_empty() { "/" } else { "" };
        format!("{}{slash}{}", encode_path(&[b"/", &self.path[..]].concat()), self.query.text())
    }

    /// Whether the connection is over with the answer.
    pub(crate) fn closes(&self) -> bool {
        self.connection == Some("close") || self.is_http10 && self.connection != Some("keep-alive")
    }

    /// Whether the answer comes before the content is read, and ends the connection.
    pub(crate) fn is_refused_early(&self) -> bool {
        let has_content = !matches!(self.content, Content::None | Content::Length(0));
        has_content && !matches!(self.method, "GET" | "HEAD" | "OPTIONS")
    }

    /// What it says besides method and target, whatever carries it: names in lower case.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        let mut field = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
        if let Some(coding) = self.coding {
            field("accept-encoding", coding);
        }
        if self.is_navigation {
            field("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
            field("accept-language", if self.path.len().is_multiple_of(2) { "zh-CN" } else { "en" });
        }
        if let Some(range) = self.range {
            field("range", &range.value());
        }
        let date = |seconds| String::from_utf8_lossy(&format_date(seconds)).into_owned();
        match &self.condition {
            Condition::None => {}
            Condition::IfNoneMatch(tag) => field("if-none-match", tag),
            Condition::IfMatch(tag) => field("if-match", tag),
            Condition::IfModifiedSince(seconds) => field("if-modified-since", &date(*seconds)),
            Condition::IfUnmodifiedSince(seconds) => field("if-unmodified-since", &date(*seconds)),
            Condition::IfRange(tag) => field("if-range", tag),
        }
        if self.expects_continue {
            field("expect", "100-continue");
        }
        field("user-agent", "sim");
        fields
    }

    /// The request head of HTTP/1.1, as it goes out.
    pub(crate) fn head(&self, chance: &mut Chance) -> Vec<u8> {
        let version = if self.is_http10 { "1.0" } else { "1.1" };
        let mut lines = vec!["Host: quarry.test".to_owned()];
        lines.extend(self.fields().iter().map(|(name, value)| format!("{name}: {value}")));
        match self.content {
            Content::None => {}
            Content::Length(length) => lines.push(format!("Content-Length: {length}")),
            Content::Chunked(_) => lines.push("Transfer-Encoding: chunked".to_owned()),
        }
        if let Some(connection) = self.connection {
            lines.push(format!("Connection: {connection}"));
        }
        chance.shuffle(&mut lines);
        format!("{} {} HTTP/{version}\r\n{}\r\n\r\n", self.method, self.target(), lines.join("\r\n")).into_bytes()
    }

    /// The same for HTTP/2, which has no versions below it and no connection to speak of.
    pub(crate) fn of_http2(self) -> Ask {
        Ask { is_http10: false, connection: None, ..self }
    }

    /// The content with its framing.
    pub(crate) fn message_body(&self, chance: &mut Chance) -> Vec<u8> {
        match self.content {
            Content::None => Vec::new(),
            Content::Length(length) => vec![b'x'; length],
            Content::Chunked(mut length) => {
                let mut body = Vec::new();
                while length > 0 {
                    let size = 1 + chance.below(length);
                    body.extend_from_slice(format!("{size:x}\r\n").as_bytes());
                    body.resize(body.len() + size, b'y');
                    body.extend_from_slice(b"\r\n");
                    length -= size;
                }
                let trailer = if chance.one_in(4) { "X-Sum: 1\r\n" } else { "" };
                body.extend_from_slice(format!("0\r\n{trailer}\r\n").as_bytes());
                body
            }
        }
    }
}

impl Range {
    fn value(self) -> String {
        match self {
            Range::From(first, last) => format!("bytes={first}-{last}"),
            Range::Onward(first) => format!("bytes={first}-"),
            Range::Last(count) => format!("bytes=-{count}"),
            Range::Two([one, other]) => format!("bytes={}-{}, {}-{}", one.0, one.1, other.0, other.1),
            Range::Other => "lines=1-2".to_owned(),
        }
    }
}

fn any_range(chance: &mut Chance) -> Range {
    let first = chance.skewed(0..=70_000) as usize;
    let length = chance.skewed(0..=70_000) as usize;
    match chance.below(8) {
        0..=2 => Range::From(first, first + length),
        3 => Range::Onward(first),
        4 => Range::Last(1 + length),
        5 | 6 => {
            // Apart, so that nobody may put them together.
            let second = first + length + 2 + chance.below(500);
            let mut two = [(first, first + length), (second, second + chance.below(500))];
            chance.shuffle(&mut two);
            Range::Two(two)
        }
        _ => Range::Other,
    }
}

/// A precondition with what was seen; of the same target, mostly.
fn any_condition(chance: &mut Chance, seen: &[Seen], ask: &mut Ask) -> Condition {
    if seen.is_empty() || !chance.one_in(3) {
        return Condition::None;
    }
    let seen = chance.pick(seen);
    if !chance.one_in(8) {
        (ask.path, ask.has_slash) = (seen.path.clone(), seen.has_slash);
    }
    match chance.below(8) {
        0..=3 => Condition::IfNoneMatch(seen.etag.clone()),
        4 => Condition::IfMatch(seen.etag.clone()),
        5 => Condition::IfModifiedSince(seen.last_modified),
        6 => Condition::IfUnmodifiedSince(seen.last_modified),
        _ => Condition::IfRange(seen.etag.clone()),
    }
}
