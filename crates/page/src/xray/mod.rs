//! The X-ray: one request from socket to socket, as six stations, for people and for programs.
//!
//! Who looked on says what happened (in `server`); here it is told: in two languages, as text, JSON or pages, with the
//! section of the RFC beside each reason. What there is to say stands in two tables, [`key`] and [`cause`].

pub mod cause;
mod dump;
mod html;
mod json;
pub mod key;
mod list;
mod moment;
mod text;
mod timeline;
mod word;

use std::ops::Range;
use std::time::Duration;

use semantics::Timestamp;

pub use cause::Cause;
pub use html::{gone as gone_page, page as journey_page};

pub use json::{entries as entries_json, entry as entry_json, journey as json};
pub use key::Key;
pub use list::{Feed, event, page as list_page};
pub use moment::{Moment, Moved};

pub use text::text;

/// One request, from the socket it came by to the socket it was answered on.
#[derive(Clone, Debug)]
pub struct Journey {
    /// What the live list has of it.
    pub entry: Entry,
    /// The version it came in, as in its request line.
    pub version: &'static str,
    /// What the status means (RFC 9110 §15).
    pub reason: &'static str,
    /// Why it was answered so.
    pub cause: Cause,
    /// In the order in which they were passed.
    pub stations: [Station; 6],
    /// When each step was, in the order in which they came.
    pub timeline: Vec<Moment>,
    /// Whether it was only thought through: nothing came by a network, and nothing was sent.
    pub is_dry_run: bool,
}

/// A line of the live list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// By which its journey is asked for; empty: it cannot be.
    pub id: String,
    /// When it came; `None`: it never did, it was only thought through.
    pub at: Option<Timestamp>,
    /// From its first byte to the last of its answer; `None`: it was not measured.
    pub took: Option<Duration>,
    /// As it came; bytes that are no text are escaped.
    pub method: String,
    /// The same, with secrets in its query masked.
    pub target: String,
    /// Of the answer; 0: there was none.
    pub status: u16,
    /// Bytes of content that were sent.
    pub bytes: u64,
}

/// The places on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The connection.
    Socket,
    /// What came, as it came.
    Bytes,
    /// What it means.
    Request,
    /// What the owner has said about such requests.
    Rules,
    /// The files.
    Material,
    /// The answer.
    Response,
}

impl Place {
    /// All of them, in their order.
    pub const ALL: [Place; 6] =
        [Place::Socket, Place::Bytes, Place::Request, Place::Rules, Place::Material, Place::Response];

    /// A stable word for programs.
    pub const fn token(self) -> &'static str {
        match self {
            Place::Socket => "socket",
            Place::Bytes => "bytes",
            Place::Request => "request",
            Place::Rules => "rules",
            Place::Material => "material",
            Place::Response => "response",
        }
    }
}

/// What is known of one place.
#[derive(Clone, Debug)]
pub struct Station {
    /// Which.
    pub place: Place,
    /// How long it took; `None`: it was not measured.
    pub took: Option<Duration>,
    /// In the order in which things happened.
    pub facts: Vec<Fact>,
    /// Bytes as they were.
    pub dump: Option<Dump>,
}

/// One thing that is known, and why it is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub key: Key,
    /// Which of several: the name of a field, of a limit; empty where there is but one.
    pub name: String,
    /// The thing itself.
    pub value: String,
    /// Why.
    pub cause: Option<Cause>,
    /// Of an expression: how far it came.
    pub came: Option<Came>,
}

/// How far an expression came, in bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    /// What matched.
    pub matched: Range<usize>,
    /// What did not, behind it; empty where all matched.
    pub failed: Range<usize>,
}

impl Fact {
    /// A thing that speaks for itself.
    pub fn new(key: Key, value: impl Into<String>) -> Fact {
        Fact { key, name: String::new(), value: value.into(), cause: None, came: None }
    }

    /// The same, with its name among several.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Fact {
        Fact { name: name.into(), ..self }
    }

    /// The same, with how far it came.
    #[must_use]
    pub fn that_came(self, came: Came) -> Fact {
        Fact { came: Some(came), ..self }
    }

    /// The same, with its reason.
    #[must_use]
    pub fn because(self, cause: impl Into<Cause>) -> Fact {
        Fact { cause: Some(cause.into()), ..self }
    }
}

/// Bytes, and what became of them.
#[derive(Clone, Debug, Default)]
pub struct Dump {
    /// The first of them; secrets are overwritten by asterisks, which takes no byte away.
    pub bytes: Vec<u8>,
    /// How many more there were.
    pub left_out: u64,
    /// Parts with a meaning, in their order, none within another.
    pub spans: Vec<Span>,
}

/// A part of the bytes that became something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Which bytes; within those that are given.
    pub range: Range<usize>,
    /// What became of them.
    pub key: Key,
    /// Which of several: the name of a field, the number of a frame.
    pub name: String,
}

impl Station {
    /// A place of which nothing is known yet.
    pub fn new(place: Place) -> Station {
        Station { place, took: None, facts: Vec::new(), dump: None }
    }
}

/// The address of a section in the RFC, of `9110 §13.1.2`; empty for none.
fn rfc_address(section: &str) -> String {
    match section.split_once(" §") {
        Some((number, section)) => format!("https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"),
        None if section.is_empty() => String::new(),
        None => format!("https://www.rfc-editor.org/rfc/rfc{section}"),
    }
}
