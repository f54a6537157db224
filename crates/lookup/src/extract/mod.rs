//! The words of a material, whatever its format.

/// What is said of a material in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extract {
    /// The title it gives itself.
    pub title: Option<String>,
    /// Its headings, one a line.
    pub headings: String,
    /// Everything else, in reading order; paragraphs are lines.
    pub body: String,
    /// The language it says it is in: `zh-CN`, `en`.
    pub language: Option<String>,
    /// Why words are missing, if some are: a sentence for people, without the path.
    pub fault: Option<String>,
}
