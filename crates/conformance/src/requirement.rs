//! A requirement: where it stands, how strong it is, and how it is checked.

use crate::finding::Finding;
use crate::server::Server;

/// One requirement.
#[derive(Clone, Copy, Debug)]
pub struct Requirement {
    /// `9110`, `9112`, `9113` or `7541`.
    pub rfc: u16,
    /// `13.2.2`
    pub section: &'static str,
    /// How strong it is.
    pub level: Level,
    /// The name of its function: a sentence that is true of a server that keeps it.
    pub name: &'static str,
    /// Finds out.
    pub check: fn(&Server) -> Result<(), Finding>,
}

/// The words of RFC 2119.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// MUST and MUST NOT, and what the grammar says.
    Must,
    /// SHOULD and SHOULD NOT, RECOMMENDED.
    Should,
}

impl Requirement {
    /// For people: underscores as spaces.
    pub fn sentence(&self) -> String {
        self.name.replace('_', " ")
    }
}

/// The list at the top of a chapter: `level section function`, one a line.
macro_rules! requirements {
    ($rfc:literal: $($level:ident $section:literal $name:ident,)*) => {
        pub(super) const REQUIREMENTS: &[$crate::Requirement] = &[$($crate::Requirement {
            rfc: $rfc,
            section: $section,
            level: $crate::Level::$level,
            name: stringify!($name),
            check: $name,
        },)*];
    };
}
pub(crate) use requirements;
