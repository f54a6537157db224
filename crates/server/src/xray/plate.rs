//! One request as it was seen: what the light left on the plate. What it means is told later, for whoever asks (`journey`).

use super::Teller;
use super::frame::{self, Frame, Head};
use super::limit::BYTES_MAX;
use super::mask::{MASK, mask_query, mask_section, mask_value};
use super::notes::{FileCalls, Notes};
use super::watch::Watch;
use crate::request::OwnedHead;
use crate::tls::By;
use reactor::{Calls, Key, PeerAddress};
use semantics::{Field, FieldName, Fields, Method, RequestHead, Status, Timestamp};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Weak};
use wire::StreamId;

/// A request, from its bytes to the last byte of its answer.
#[derive(Clone, Debug)]
pub(crate) struct Plate {
    /// By which it is asked for: worker and count.
    pub(crate) id: (u32, u64),
    /// What the client called it when it marked it; empty: it did not.
    pub(crate) mark: String,
    pub(crate) at: Timestamp,
    pub(crate) socket: Socket,
    /// As they came, without secrets.
    pub(crate) bytes: Vec<u8>,
    /// How many there were.
    pub(crate) received: usize,
    /// Of HTTP/2.
    pub(crate) frames: Vec<Frame>,
    /// As it was understood, without secrets. `None`: it was not.
    pub(crate) head: Option<OwnedHead>,
    /// What broke a rule.
    pub(crate) fault: Option<String>,
    /// The site that answered, if it is still there; `None`: the request was broken, or for a host that no site has.
    pub(crate) site: Option<Weak<dyn Teller>>,
    pub(crate) way: Way,
    /// What was decided, where it was decided for this request.
    pub(crate) notes: Option<Notes>,
    /// Why it was not answered at once.
    pub(crate) waits_for: Option<&'static str>,
    pub(crate) reply: Option<Reply>,
    pub(crate) calls: Calls,
    pub(crate) file_calls: FileCalls,
    pub(crate) times: Times,
    /// When the connection was closed, in nanoseconds; 0: it was not yet. That may come long after the answer.
    pub(crate) closed: Arc<AtomicU64>,
    /// The time, for those who have no reactor.
    pub(crate) watch: Watch,
}

/// What is known of the connection.
#[derive(Clone, Debug)]
pub(crate) struct Socket {
    pub(crate) key: Key,
    pub(crate) stream: StreamId,
    pub(crate) worker: u32,
    pub(crate) peer: Option<PeerAddress>,
    pub(crate) tls: Option<TlsFacts>,
    /// There is none: the request was only thought through.
    pub(crate) is_paper: bool,
}

/// What both sides of TLS have agreed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TlsFacts {
    pub(crate) version: String,
    pub(crate) suite: String,
    pub(crate) group: String,
    /// What the client says it wants to reach (RFC 6066 §3).
    pub(crate) server_name: String,
    /// RFC 7301
    pub(crate) protocol: String,
    pub(crate) is_resumed: bool,
    /// The names that the certificate is for that was chosen for the client; empty: it is for none, or there is none.
    pub(crate) certificate: String,
    /// Why it was that one.
    pub(crate) by: By,
}

/// Which of the paths answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Way {
    /// Nobody did yet.
    #[default]
    Open,
    Memory,
    Absence,
    AtHand,
    Pool,
    /// Before anything was decided.
    Refused,
}

/// The answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// All of them, those of the message too, in the order they were sent.
    pub(crate) fields: Vec<(String, String)>,
    /// The head as HTTP/1.1 writes it, without secrets.
    pub(crate) head: Vec<u8>,
    /// The heads of frames, as HTTP/2 writes it: what they carry is not kept.
    pub(crate) frames: Vec<Head>,
    /// Those for which there was no room.
    pub(crate) frames_lost: u64,
    /// Bytes of content; `None`: it was made while it was sent.
    pub(crate) content: Option<u64>,
    /// Whether content follows its head.
    pub(crate) sends: bool,
    pub(crate) is_complete: bool,
}

/// What is said in the head of an answer.
#[derive(Clone, Copy)]
pub(crate) struct Sent<'a> {
    pub(crate) status: Status,
    pub(crate) fields: &'a [Field],
    /// Bytes of content; `None`: not known yet.
    pub(crate) content: Option<u64>,
    /// Whether content follows its head.
    pub(crate) sends: bool,
}

/// Moments, in nanoseconds of the clock that only goes forward; 0: it did not come.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Times {
    /// The connection was accepted.
    pub(crate) accepted: u64,
    /// Its handshake of TLS was over.
    pub(crate) secured: u64,
    /// The kernel told of its first byte.
    pub(crate) told: u64,
    /// Its head was understood.
    pub(crate) understood: u64,
    /// Which way it is answered was known.
    pub(crate) found: u64,
    /// The pool was asked.
    pub(crate) asked: u64,
    /// The pool's answer was taken.
    pub(crate) taken: u64,
    /// The head of the answer was written.
    pub(crate) headed: u64,
    /// It goes to the kernel now.
    pub(crate) written: u64,
    /// The kernel has taken what it could at once.
    pub(crate) began: u64,
    /// The kernel has all of it.
    pub(crate) sent: u64,
}

/// A request as it came, and as it was understood.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) head: Option<&'a RequestHead<'a>>,
    /// Whether the bytes are frames.
    pub(crate) is_http2: bool,
}

impl Plate {
    pub(crate) fn new(socket: Socket, id: (u32, u64), at: Timestamp, seen: Seen<'_>, watch: Watch) -> Plate {
        let (bytes, frames) = match seen.is_http2 {
            true => frame::read(seen.bytes),
            false => (masked(seen.bytes, seen.head.is_some()), Vec::new()),
        };
        Plate {
            id,
            mark: String::new(),
            at,
            socket,
            bytes,
            received: seen.bytes.len(),
            frames,
            head: seen.head.map(masked_head),
            fault: None,
            site: None,
            way: Way::Open,
            notes: None,
            waits_for: None,
            reply: None,
            calls: Calls::default(),
            file_calls: FileCalls::default(),
            times: Times::default(),
            closed: Arc::default(),
            watch,
        }
    }

    /// Who can tell what became of it.
    pub(crate) fn teller(&self) -> Option<Arc<dyn Teller>> {
        self.site.as_ref()?.upgrade()
    }

    /// Whether its connection was new. The streams of clients have odd numbers (RFC 9113 §5.1.1).
    pub(crate) fn is_first(&self) -> bool {
        self.socket.stream.0 == u32::from(self.is_http2())
    }

    /// Whether it came by HTTP/2, as far as that is known.
    pub(crate) fn is_http2(&self) -> bool {
        !self.frames.is_empty()
    }

    /// Whether the page that asks for it is one of the X-ray.
    pub(crate) fn comes_from_xray(&self) -> bool {
        let head = self.head.as_ref().map(OwnedHead::head);
        let referer = head.as_ref().and_then(|head| head.field(FieldName::Referer)).unwrap_or_default();
        referer.windows(5).any(|part| part == b"/xray")
    }

    /// What it takes of memory, about.
    pub(crate) fn weight(&self) -> usize {
        let head = self.head.as_ref().map_or(0, OwnedHead::bytes);
        let fields =
            |reply: &Reply| reply.fields.iter().map(|(name, value)| name.len() + value.len() + 48).sum::<usize>();
        let reply = self.reply.as_ref().map_or(0, |reply| fields(reply) + reply.head.len());
        let notes = self.notes.as_ref().map_or(0, |notes| notes.steps.len() * 168 + notes.missed.len() * 4);
        let sent = self.reply.iter().flat_map(|reply| &reply.frames).map(|head| size_of::<Head>() + head.name.len());
        let frames = self.frames.iter().map(|frame| size_of::<Frame>() + frame.name.len()).chain(sent).sum::<usize>();
        size_of::<Plate>() + self.bytes.len() + head + reply + notes + frames
    }
}

/// The bytes of a request of HTTP/1.1 without its secrets.
fn masked(bytes: &[u8], is_understood: bool) -> Vec<u8> {
    let mut kept = bytes[..bytes.len().min(BYTES_MAX)].to_vec();
    // An empty line ahead of a request is passed over (RFC 9112 §2.2).
    let start = kept.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(kept.len());
    let line = kept[start..].iter().position(|&byte| byte == b'\n').map_or(kept.len(), |at| start + at + 1);
    let (line, section) = kept.split_at_mut(line);
    let line = &mut line[start..];
    if !is_understood && let Some(end) = section.windows(4).position(|window| window == b"\r\n\r\n") {
        // Behind a broken head nobody knows what is content and what the next request.
        let behind = section[end + 4..].iter_mut().filter(|byte| !matches!(byte, b'\r' | b'\n'));
        behind.for_each(|byte| *byte = MASK);
    }
    // Behind the target stands the version, which has no secrets; and one that has not come whole is no secret either.
    let target = line.iter().position(|&byte| byte == b' ').map_or(line.len(), |at| at + 1);
    let rest = &mut line[target..];
    let end = rest.iter().position(|&byte| matches!(byte, b' ' | b'\r' | b'\n')).unwrap_or(rest.len());
    mask_query(&mut rest[..end]);
    mask_section(section);
    kept
}

fn masked_head(head: &RequestHead<'_>) -> OwnedHead {
    let mut target = head.target.to_vec();
    mask_query(&mut target);
    let mut section = head.fields.section().to_vec();
    mask_section(&mut section);
    let mut fields = Fields::new();
    fields.set_section(&section);
    OwnedHead::new(&RequestHead { target: &target, fields, ..*head })
}

impl Reply {
    /// From what is said in a head, and the bytes of it as HTTP/1.1 writes them; none: as HTTP/2 does, at that date.
    pub(crate) fn new(sent: Sent<'_>, head: &[u8], date: &[u8]) -> Reply {
        let Sent { status, fields, content, sends } = sent;
        let lines = head.split(|&byte| byte == b'\n').skip(1);
        let line = |line: &[u8]| {
            let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
            line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        let mut fields: Vec<(String, String)> = match head {
            [] => fields.iter().map(|field| (field.name.to_lowercase(), field.value.to_string())).collect(),
            _ => lines.map_while(|text| (!text.is_empty() && text != b"\r").then(|| line(text))).flatten().collect(),
        };
        if head.is_empty() {
            fields.push(("date".into(), String::from_utf8_lossy(date).into_owned()));
            if let Some(content) = content.filter(|_| !status.has_no_content()) {
                fields.push(("content-length".into(), content.to_string()));
            }
        }
        for (name, value) in &mut fields {
            let mut bytes = std::mem::take(value).into_bytes();
            mask_value(name.as_bytes(), &mut bytes);
            *value = String::from_utf8(bytes).unwrap_or_default();
        }
        let status = status.code();
        Reply {
            status,
            fields,
            head: masked(head, true),
            frames: Vec::new(),
            frames_lost: 0,
            content,
            sends,
            is_complete: false,
        }
    }
}

/// Whether a request asks to be seen, and by which mark: `Quarry-Trace: TOKEN` or `Quarry-Trace: TOKEN.MARK`.
pub(crate) fn mark<'a>(head: &RequestHead<'a>, token: &str) -> Option<&'a str> {
    let value = std::str::from_utf8(head.field(FieldName::QuarryTrace)?).ok()?;
    let rest = value.strip_prefix(token).filter(|_| !token.is_empty())?;
    let mark = if rest.is_empty() { rest } else { rest.strip_prefix('.')? };
    let is_word = mark.len() <= 32 && mark.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_word.then_some(mark)
}

/// The name of a method for people.
pub(crate) fn method(head: &RequestHead<'_>) -> String {
    let bytes = match head.method {
        Method::Known(token) | Method::Unknown(token) => token,
        ref other => other.as_bytes(),
    };
    String::from_utf8_lossy(bytes).into_owned()
}

impl Plate {
    /// By which it is asked for.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}", self.id.0, self.id.1)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use semantics::Version;

    /// A plate with nothing on it.
    pub(crate) fn plate(number: u64) -> Plate {
        let key = Key { index: 0, generation: 1 };
        let socket = Socket { key, stream: StreamId(0), worker: 0, peer: None, tls: None, is_paper: false };
        Plate::new(socket, (0, number), Timestamp(0), Seen { bytes: b"", head: None, is_http2: false }, Watch::start(0))
    }

    #[test]
    fn nothing_secret_is_on_a_plate() {
        let bytes = b"\r\nGET /a?token=abc HTTP/1.1\r\nHost: a\r\nCookie: b=c\r\n\r\nGET /b?x HTTP/1.1\r\n";
        let seen = Seen { bytes, head: None, is_http2: false };
        let plate = Plate::new(plate(1).socket, (0, 1), Timestamp(0), seen, Watch::start(0));
        let expected = "\r\nGET /a?token=*** HTTP/1.1\r\nHost: a\r\nCookie: ***\r\n\r\n*****************\r\n";
        assert_eq!(String::from_utf8_lossy(&plate.bytes), expected);
    }

    #[test]
    fn only_whoever_has_the_token_marks() {
        #[track_caller]
        fn check(value: &str, expected: Option<&str>) {
            let section = format!("Quarry-Trace: {value}\r\n");
            let mut fields = Fields::new();
            fields.set_section(section.as_bytes());
            fields.note(FieldName::QuarryTrace, section[14..].trim().as_bytes());
            let head =
                RequestHead { method: Method::Get, target: b"/", authority: b"a", version: Version::Http11, fields };
            assert_eq!(mark(&head, "0123"), expected, "{value}");
            assert_eq!(mark(&head, ""), None, "no token is none");
        }
        check("0123", Some(""));
        check("0123.a-1", Some("a-1"));
        check("012", None);
        check("01234", None);
        check("0123.a b", None);
        check("", None);
    }
}
