//! What somebody looks for, as it was typed, taken apart.
//!
//! ```text
//! report "annual meeting" -draft name:2024 type:pdf in:board/ after:2024-03
//! ```
//!
//! Nothing that can be typed is an error: what cannot be an operator is words. A query can be written back, so that another clause can be
//! put behind it (`{query} type:pdf`).

mod date;
pub(crate) mod kind;
mod parse;

pub(crate) use date::year_of;
pub(crate) use parse::cut;
use std::fmt;

/// A query, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// In the order in which they were typed.
    pub clauses: Vec<Clause>,
    /// Whether the last word may go on: nothing was typed behind it.
    pub is_open: bool,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// With `-` before it: what it says must not be.
    pub is_excluded: bool,
    /// What it says.
    pub what: What,
}

/// What a clause says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Words that are there.
    Words {
        /// Where they must stand.
        place: Place,
        /// As it was typed, without quotes.
        text: String,
        /// Whether it stood in quotes: one after another, and none of them may go on.
        is_quoted: bool,
    },
    /// `type:`: an extension in small letters or the name of a group; several with commas.
    Kind(String),
    /// `in:`: a folder, without slashes at the ends.
    Folder {
        /// As it was typed, with `/` between segments.
        path: String,
        /// Whether it began with a slash: from the root only.
        is_rooted: bool,
    },
    /// `after:`: changed then or later.
    After(Moment),
    /// `before:`: changed earlier.
    Before(Moment),
}

/// Where words must stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Anywhere.
    #[default]
    Anywhere,
    /// `name:`.
    Name,
    /// `title:`.
    Title,
}

/// The beginning of a year, a month or a day, by UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// From 1 to 9999.
    pub year: i32,
    /// From 1 to 12.
    pub month: Option<u8>,
    /// From 1 to 31.
    pub day: Option<u8>,
}

impl Query {
    /// Takes apart what was typed. Never fails.
    pub fn parse(typed: &str) -> Query {
        parse::parse(typed)
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    /// The words that must be there, wherever they must stand.
    pub fn words(&self) -> impl Iterator<Item = (&str, Place, bool)> {
        self.clauses.iter().filter(|clause| !clause.is_excluded).filter_map(|clause| match &clause.what {
            What::Words { place, text, is_quoted } => Some((text.as_str(), *place, *is_quoted)),
            _ => None,
        })
    }
}

impl fmt::Display for Query {
    /// As it could have been typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, clause) in self.clauses.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            if clause.is_excluded {
                f.write_str("-")?;
            }
            match &clause.what {
                What::Words { place, text, is_quoted } => {
                    f.write_str(match place {
                        Place::Anywhere => "",
                        Place::Name => "name:",
                        Place::Title => "title:",
                    })?;
                    match is_quoted {
                        false => f.write_str(text)?,
                        // It stood in other quotes then.
                        true if text.contains(|c| parse::closing('"').is_some_and(|quotes| quotes.contains(&c))) => {
                            write!(f, "「{text}」")?
                        }
                        true => write!(f, "\"{text}\"")?,
                    }
                }
                What::Kind(kinds) => write!(f, "type:{kinds}")?,
                What::Folder { path, is_rooted } => {
                    let root = if *is_rooted { "/" } else { "" };
                    let end = if path.is_empty() { "" } else { "/" };
                    if path.chars().any(|c| c.is_whitespace() || parse::closing(c).is_some()) {
                        write!(f, "in:\"{root}{path}{end}\"")?;
                    } else {
                        write!(f, "in:{root}{path}{end}")?;
                    }
                }
                What::After(moment) => write!(f, "after:{moment}")?,
                What::Before(moment) => write!(f, "before:{moment}")?,
            }
        }
        Ok(())
    }
}

/// More of a query is not read. A long sentence has some hundreds.
pub const QUERY_BYTES_MAX: usize = 2000;
/// More clauses are not read.
pub const CLAUSES_MAX: usize = 32;

#[cfg(test)]
mod tests;
