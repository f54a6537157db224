//! Expressions over bytes: read with care for names in old encodings, and tried all at once.

use crate::limit;
use regex_automata::meta::{BuildError, Config, Regex};
use regex_automata::{Input, MatchKind, PatternSet};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, ClassUnicode, Hir, HirKind, Look, Repetition};

/// What is wrong with an expression, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternFault {
    /// Lower case, no full stop.
    pub cause: String,
    /// The byte of the expression that it begins at.
    pub at: usize,
}

/// Reads an expression as routes do. In two things it is not what it would be elsewhere:
///
/// - A dot stands for a line break too. A name may have one (`%0A`), and must not slip past a rule by it.
/// - What stands for every letter beyond ASCII (a dot, `[^/]`, `\S`) stands for single bytes beyond ASCII as well, so that a name in an
///   old encoding matches like any other. `\b` looks at ASCII only.
///
/// Errs with the first thing that cannot be read.
pub fn parse(pattern: &str) -> Result<Hir, PatternFault> {
    if pattern.len() > limit::PATTERN_BYTES_MAX {
        let cause = format!("it has {} bytes, expected at most {}", pattern.len(), limit::PATTERN_BYTES_MAX);
        return Err(PatternFault { cause, at: limit::PATTERN_BYTES_MAX });
    }
    let mut parser =
        ParserBuilder::new().utf8(false).dot_matches_new_line(true).nest_limit(limit::PATTERN_NESTING_MAX).build();
    parser.parse(pattern).map(open).map_err(|error| match &error {
        regex_syntax::Error::Parse(error) => fault(error.kind(), error.span().start.offset),
        regex_syntax::Error::Translate(error) => fault(error.kind(), error.span().start.offset),
        _ => fault("it cannot be read", 0),
    })
}

fn fault(kind: impl ToString, at: usize) -> PatternFault {
    PatternFault { cause: kind.to_string(), at }
}

/// Lets single bytes beyond ASCII stand where every letter beyond ASCII may.
fn open(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(Class::Unicode(class)) if is_beyond_ascii(&class) => {
            let bytes = ClassBytes::new([ClassBytesRange::new(0x80, 0xFF)]);
            Hir::alternation(vec![Hir::class(Class::Unicode(class)), Hir::class(Class::Bytes(bytes))])
        }
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(in_ascii(look)),
        HirKind::Repetition(repetition) => {
            let sub = Box::new(open(*repetition.sub));
            Hir::repetition(Repetition { sub, ..repetition })
        }
        HirKind::Capture(mut capture) => {
            capture.sub = Box::new(open(*capture.sub));
            Hir::capture(capture)
        }
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(open).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.into_iter().map(open).collect()),
    }
}

fn is_beyond_ascii(class: &ClassUnicode) -> bool {
    class.ranges().iter().any(|range| range.start() <= '\u{80}' && range.end() == char::MAX)
        // `\S` and `\W` leave some letters out; `[^资]` leaves one.
        || class.ranges().iter().filter(|range| range.end() > '\u{7F}').map(letters).sum::<u32>() > HALF_OF_ALL
}

fn letters(range: &regex_syntax::hir::ClassUnicodeRange) -> u32 {
    u32::from(range.end()) - u32::from(range.start())
}

/// A class with more letters than this says what it leaves out, not what it has.
const HALF_OF_ALL: u32 = 0x11_0000 / 2;

fn in_ascii(look: Look) -> Look {
    match look {
        Look::WordUnicode => Look::WordAscii,
        Look::WordUnicodeNegate => Look::WordAsciiNegate,
        Look::WordStartUnicode => Look::WordStartAscii,
        Look::WordEndUnicode => Look::WordEndAscii,
        Look::WordStartHalfUnicode => Look::WordStartHalfAscii,
        Look::WordEndHalfUnicode => Look::WordEndHalfAscii,
        look => look,
    }
}

/// One expression, for whoever wants to know whether it matches, or what its groups hold.
pub(crate) fn compile(hir: &Hir) -> Result<Regex, String> {
    Regex::builder()
        .configure(config(limit::PATTERN_COMPILED_BYTES_MAX))
        .build_from_hir(hir)
        .map_err(|error| too_large(&error))
}

fn config(bytes_max: usize) -> Config {
    Regex::config()
        .utf8_empty(false)
        .nfa_size_limit(Some(bytes_max))
        .onepass_size_limit(Some(limit::PATTERN_COMPILED_BYTES_MAX))
        .hybrid_cache_capacity(limit::PATTERN_CACHE_BYTES)
}

fn too_large(error: &BuildError) -> String {
    match error.size_limit() {
        Some(bytes) => format!("it is too large: compiled, it takes more than {} KiB", bytes >> 10),
        None => error.to_string(),
    }
}

/// All expressions of a site in one automaton, so that a request costs the same for one and for a thousand.
#[derive(Clone, Debug)]
pub(crate) struct Patterns {
    all: Regex,
    count: usize,
}

impl Patterns {
    /// Of these. `None`: there are none. Errs when they are too large together.
    pub(crate) fn new(hirs: &[Hir]) -> Result<Option<Patterns>, String> {
        if hirs.is_empty() {
            return Ok(None);
        }
        let config = config(limit::PATTERNS_COMPILED_BYTES_MAX)
            .match_kind(MatchKind::All)
            .hybrid_cache_capacity(limit::PATTERNS_CACHE_BYTES)
            // They answer which one matched where, and nobody asks the whole set that.
            .onepass(false)
            .backtrack(false);
        let all =
            Regex::builder().configure(config).build_many_from_hir(hirs).map_err(|error| match error.size_limit() {
                Some(bytes) => format!(
                    "the expressions of all routes are too large: compiled, they take more than {} MiB",
                    bytes >> 20
                ),
                None => error.to_string(),
            })?;
        Ok(Some(Patterns { all, count: hirs.len() }))
    }

    /// The numbers of those that match, ascending.
    pub(crate) fn matching(&self, path: &[u8]) -> Vec<usize> {
        let mut set = PatternSet::new(self.count);
        self.all.which_overlapping_matches(&Input::new(path), &mut set);
        set.iter().take(set.len()).map(|number| number.as_usize()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(pattern: &str, path: &[u8], expected: bool) {
        let hir = parse(pattern).unwrap();
        assert_eq!(compile(&hir).unwrap().is_match(path), expected, "{pattern}");
        let all = Patterns::new(&[hir]).unwrap().unwrap();
        assert_eq!(!all.matching(path).is_empty(), expected, "{pattern} in a set");
    }

    #[test]
    fn names_in_old_encodings_match() {
        check("^/a/(.*)$", b"/a/\xd7\xca.txt", true);
        check("^/a/[^/]+$", b"/a/\xd7\xca.txt", true);
        check(r"^/a/\S+$", b"/a/\xd7\xca.txt", true);
        check(r"^/a/\w+$", b"/a/\xd7\xca", false);
        check("^/a/.{1,2}$", "/a/资料".as_bytes(), true);
        check("^/资[料]$", "/资料".as_bytes(), true);
        check("^/资[料]$", b"/\xd7\xca", false);
        check("(?i)^/ÄB$", "/äb".as_bytes(), true);
    }

    #[test]
    fn a_line_break_passes_no_rule() {
        check("^/private/.*$", b"/private/a\nb", true);
        check("^/private/.+x$", b"/private/\nx", true);
        check("^/private$", b"/private\n", false);
        check(r"\bsecret\b", b"/a/secret\xff", true);
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        let fault = |pattern: &str| parse(pattern).map(|_| ()).unwrap_err();
        assert_eq!((fault("^/a(b").cause.as_str(), fault("^/a(b").at), ("unclosed group", 3));
        assert_eq!(fault("a**)").at, 3);
        assert!(fault(r"(a)\1").cause.contains("backreferences"), "{:?}", fault(r"(a)\1"));
        assert!(fault(&"a".repeat(5000)).cause.contains("expected at most 4096"));
        assert!(parse(&format!("{}{}", "(".repeat(200), ")".repeat(200))).is_err());
        assert!(compile(&parse("((a{100}){100}){100}").unwrap()).unwrap_err().contains("too large"));
    }

    fn expression() -> impl Strategy<Value = String> {
        let parts: [&str; 13] =
            ["/", "a", "b", "[ab]", ".", "[^/]", "(a|b)*", r"\.css", "(?-u:\\xE8)", "a{2,3}", ".*", r"\b", "é?"];
        let parts = prop::collection::vec(prop::sample::select(parts.to_vec()), 1..6);
        (any::<bool>(), parts, any::<bool>()).prop_map(|(begins, parts, ends)| {
            format!("{}{}{}", if begins { "^" } else { "" }, parts.concat(), if ends { "$" } else { "" })
        })
    }

    proptest! {
        #[test]
        fn all_at_once_is_as_each_alone(
            patterns in prop::collection::vec(expression(), 1..12),
            path in prop::collection::vec(prop::sample::select(&b"/ab.cs\n\xe8\xff"[..]), 0..24),
        ) {
            let hirs: Vec<Hir> = patterns.iter().map(|pattern| parse(pattern).unwrap()).collect();
            let together = Patterns::new(&hirs).unwrap().unwrap().matching(&path);
            let alone: Vec<usize> =
                (0..hirs.len()).filter(|&number| compile(&hirs[number]).unwrap().is_match(&path[..])).collect();
            prop_assert_eq!(together, alone);
        }
    }
}
