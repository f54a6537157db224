//! From what was typed to clauses. Goes once over the text; each branch takes at least one character.

use super::{CLAUSES_MAX, Clause, Moment, Place, QUERY_BYTES_MAX, Query, What};

pub(super) fn parse(typed: &str) -> Query {
    let mut rest = cut(typed, QUERY_BYTES_MAX).trim_start();
    let is_whole = typed.len() <= QUERY_BYTES_MAX;
    let mut query = Query::default();
    while !rest.is_empty() && query.clauses.len() < CLAUSES_MAX {
        let (clause, behind) = clause(rest);
        // What ends in a space or a quote is finished; so is what was cut.
        query.is_open = is_whole && behind.is_empty() && clause.as_ref().is_some_and(is_open);
        query.clauses.extend(clause);
        rest = behind.trim_start();
    }
    query
}

/// Whether a clause that nothing stands behind may go on.
fn is_open(clause: &Clause) -> bool {
    !clause.is_excluded && matches!(clause.what, What::Words { is_quoted: false, .. })
}

/// The first clause, and what is behind it.
fn clause(text: &str) -> (Option<Clause>, &str) {
    // `--flag` and a lonely `-` are words.
    let (is_excluded, positive) = match text.strip_prefix(['-', '－', '−']) {
        Some(behind) if behind.starts_with(|next: char| !next.is_whitespace() && !matches!(next, '-' | '－' | '−')) => {
            (true, behind)
        }
        _ => (false, text),
    };
    let operator = OPERATORS.iter().find_map(|&(name, operator)| {
        let head = positive.get(..name.len())?;
        let behind = positive[name.len()..].strip_prefix([':', '：'])?;
        head.eq_ignore_ascii_case(name).then_some((operator, behind))
    });
    if let Some((operator, behind)) = operator {
        // `type: pdf` is what somebody types who thinks of a form.
        let is_apart = behind.starts_with(char::is_whitespace);
        let (text, is_quoted, rest) = value(behind.trim_start());
        if text.trim().is_empty() {
            return (None, rest);
        }
        if let Some(what) = operator.what(text, is_quoted) {
            return (Some(Clause { is_excluded, what }), rest);
        }
        // `after: lunch` is nothing but the lunch; `after:lunch` is a word.
        if is_apart || is_quoted {
            return (None, behind);
        }
    }
    let (text, is_quoted, behind) = value(positive);
    let what = What::Words { place: Place::Anywhere, text: text.to_owned(), is_quoted };
    let is_something = !text.trim().is_empty();
    (is_something.then_some(Clause { is_excluded, what }), behind)
}

/// A phrase in quotes, or what goes on to the next space; whether it was quoted; and what is behind it.
fn value(text: &str) -> (&str, bool, &str) {
    let mut characters = text.chars();
    if let Some(closing) = characters.next().and_then(closing) {
        let inside = characters.as_str();
        // Without a closing quote it is still being typed: it goes to the end.
        return match inside.find(closing) {
            Some(end) => {
                let closed = &inside[end..];
                let quote = closed.chars().next().map_or(0, char::len_utf8);
                (&inside[..end], true, &closed[quote..])
            }
            None => (inside, true, ""),
        };
    }
    let end = text.find(|c: char| c.is_whitespace() || closing(c).is_some()).unwrap_or(text.len());
    (&text[..end], false, &text[end..])
}

/// The quotes that end what this one begins.
pub(super) fn closing(opening: char) -> Option<&'static [char]> {
    Some(match opening {
        '"' | '“' | '”' | '„' | '＂' | '«' | '»' => &['"', '“', '”', '＂', '«', '»'],
        '「' | '」' | '『' | '』' => &['」', '』'],
        _ => return None,
    })
}

#[derive(Clone, Copy)]
enum Operator {
    Name,
    Title,
    Kind,
    Folder,
    After,
    Before,
}

const OPERATORS: &[(&str, Operator)] = &[
    ("name", Operator::Name),
    ("title", Operator::Title),
    ("type", Operator::Kind),
    ("in", Operator::Folder),
    ("after", Operator::After),
    ("before", Operator::Before),
];

impl Operator {
    /// None: with this value it is no operator.
    fn what(self, value: &str, is_quoted: bool) -> Option<What> {
        match self {
            Operator::Name => Some(What::Words { place: Place::Name, text: value.to_owned(), is_quoted }),
            Operator::Title => Some(What::Words { place: Place::Title, text: value.to_owned(), is_quoted }),
            Operator::Kind => {
                let kinds = value.to_lowercase().replace(['，', '、'], ",");
                let kinds: Vec<_> = kinds.split(',').map(|kind| kind.trim().trim_start_matches(['.', '*'])).collect();
                let is_kind = |kind: &str| {
                    !kind.is_empty() && !kind.contains(|c: char| c.is_whitespace() || closing(c).is_some())
                };
                let kinds: Vec<_> = kinds.into_iter().filter(|kind| is_kind(kind)).collect();
                (!kinds.is_empty()).then(|| What::Kind(kinds.join(",")))
            }
            Operator::Folder => {
                // A quote cannot be written back inside quotes.
                let path = value.replace('\\', "/").replace(|c| closing(c).is_some(), "");
                let segments: Vec<_> =
                    path.split('/').map(str::trim).filter(|part| !part.is_empty() && *part != ".").collect();
                let is_rooted = value.trim_start().starts_with(['/', '\\']) || segments.is_empty();
                Some(What::Folder { path: segments.join("/"), is_rooted })
            }
            Operator::After => Moment::parse(value.trim()).map(What::After),
            Operator::Before => Moment::parse(value.trim()).map(What::Before),
        }
    }
}

/// The beginning of a text, of at most so many bytes, with whole characters.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}
