//! What was found out about a text: its encoding, how sure that is, and why.

use std::fmt;

use encoding_rs::Encoding;

/// What was found out about a text or a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The decoder to use. GBK and GB2312 are decoded as GB18030, which holds both.
    pub encoding: &'static Encoding,
    /// What stands after `charset=`, in lower case. See [`Verdict::charset`] for whether it should be sent.
    pub label: &'static str,
    /// How far the verdict can be trusted.
    pub confidence: Confidence,
    /// What decided.
    pub reason: Reason,
    /// What the text said about itself, and what became of that.
    pub declared: Option<Declared>,
    /// Whether these are characters at all, and not the bytes of an image or a program.
    pub is_text: bool,
}

impl Verdict {
    /// The value for `charset=`; none for what is not text, because a label would say that it were.
    pub fn charset(&self) -> Option<&'static str> {
        self.is_text.then_some(self.label)
    }
}

/// How far a verdict can be trusted; a later one is better than an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// The best of several readings, or a reading with damaged places: a person should look.
    Doubtful,
    /// Statistics with a clear lead: fewer than one in a thousand is wrong.
    Likely,
    /// Stated by the bytes themselves: wrong only when made to be.
    Certain,
}

/// What decided on the encoding.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// A byte order mark at the very beginning.
    Bom,
    /// The text says so itself, and decodes so.
    Declaration,
    /// Nothing but ASCII, which means the same in every encoding a server would name.
    Ascii,
    /// Strictly valid UTF-8, with characters beyond ASCII.
    Utf8,
    /// UTF-8 but for some places: more valid characters than chance could give.
    DamagedUtf8 {
        /// Places that are not UTF-8.
        faults: u64,
    },
    /// UTF-16 without a mark: where its zeros stand, and which characters come out.
    Utf16,
    /// The escape sequences of ISO-2022-JP, closed as they should be.
    Escapes,
    /// How frequent the characters are in the languages that use the encoding.
    Statistics {
        /// Places that do not decode.
        faults: u64,
        /// Lead over the next best reading, in tenths of a nat of likelihood.
        lead: u32,
    },
    /// Not characters: zeros or control bytes that no text has.
    Binary,
}

/// What a text said about its encoding.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Declared {
    /// The encoding meant; none when there is none of that name.
    pub encoding: Option<&'static Encoding>,
    /// Whether it was followed.
    pub fate: Fate,
}

/// What became of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// Followed.
    Kept,
    /// Followed although some places do not decode, because nothing else fits better.
    KeptDamaged {
        /// Places that do not decode.
        faults: u64,
    },
    /// Not followed: a byte order mark comes first, as browsers have it.
    BomFirst,
    /// Not followed: the bytes are strictly valid UTF-8.
    IsUtf8,
    /// Not followed: the text does not decode so.
    Malformed {
        /// Places that do not decode.
        faults: u64,
    },
    /// Not followed: it decodes so, but makes no sense, and another encoding makes much.
    Implausible,
    /// Not followed: there is no such encoding, or browsers refuse to read it.
    Unknown,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Confidence::Doubtful => "doubtful",
            Confidence::Likely => "likely",
            Confidence::Certain => "certain",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Bom => f.write_str("byte order mark"),
            Reason::Declaration => f.write_str("declared in the text"),
            Reason::Ascii => f.write_str("ASCII only"),
            Reason::Utf8 => f.write_str("strictly valid UTF-8"),
            Reason::DamagedUtf8 { faults } => write!(f, "UTF-8, but {} not decode", Places(*faults)),
            Reason::Utf16 => f.write_str("UTF-16 without a byte order mark"),
            Reason::Escapes => f.write_str("escape sequences of ISO-2022-JP"),
            Reason::Statistics { faults: 0, .. } => f.write_str("frequency of characters"),
            Reason::Statistics { faults, .. } => {
                write!(f, "frequency of characters, but {} not decode", Places(*faults))
            }
            Reason::Binary => f.write_str("not text"),
        }
    }
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(encoding) = self.encoding else {
            return f.write_str("declares an encoding that browsers do not read");
        };
        write!(f, "declares {}", encoding.name())?;
        match self.fate {
            Fate::Kept => Ok(()),
            Fate::KeptDamaged { faults } => write!(f, ", but {} not decode", Places(faults)),
            Fate::BomFirst => f.write_str(", but has a byte order mark"),
            Fate::IsUtf8 => f.write_str(", but is UTF-8"),
            Fate::Malformed { faults } => write!(f, ", but {} not decode so", Places(faults)),
            Fate::Implausible => f.write_str(", but reads well only in another encoding"),
            Fate::Unknown => f.write_str(", which browsers do not read"),
        }
    }
}

/// So many places, with the verb.
struct Places(u64);

impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("1 place does"),
            faults => write!(f, "{faults} places do"),
        }
    }
}
