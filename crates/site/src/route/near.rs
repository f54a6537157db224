//! How near a path came to an expression that does not match it: for whoever wonders why.

use super::pattern::{compile, parse};
use regex_automata::meta::Regex;
use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{Ast, Span};
use std::ops::Range;

/// Where an expression stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// The part of the expression that still matched, in bytes of its text; empty: not even its first part did.
    pub matched: Range<usize>,
    /// The part behind it, that did not.
    pub failed: Range<usize>,
    /// What matched of the path.
    pub path: Range<usize>,
}

/// The longest beginning of the expression that the path still matches. Of alternatives, the one that came farthest.
///
/// `None`: the expression matches, cannot be read, or is one part that does not match. It compiles an expression for each part, so it
/// is for who looks, not for who serves.
pub fn near_miss(pattern: &str, path: &[u8]) -> Option<NearMiss> {
    let ast = Parser::new().parse(pattern).ok()?;
    if compiled(pattern)?.is_match(path) {
        return None;
    }
    let branches = match &ast {
        Ast::Alternation(alternation) => alternation.asts.iter().collect(),
        other => vec![other],
    };
    branches
        .into_iter()
        .filter_map(|branch| of_branch(pattern, branch, path))
        .max_by_key(|near| (near.path.end, near.matched.len()))
}

/// Of one sequence of parts.
fn of_branch(pattern: &str, branch: &Ast, path: &[u8]) -> Option<NearMiss> {
    let Ast::Concat(concat) = branch else { return None };
    let spans: Vec<Span> = concat.asts.iter().map(|part| *part.span()).take(PARTS_MAX).collect();
    let (first, mut matched, mut found) = (spans.first()?.start.offset, 0, 0..0);
    for (count, span) in spans.iter().enumerate() {
        let Some(place) = compiled(&pattern[first..span.end.offset]).and_then(|regex| regex.find(path)) else { break };
        (matched, found) = (count + 1, place.range());
    }
    let failed = spans.get(matched)?;
    let end = if matched == 0 { first } else { spans[matched - 1].end.offset };
    // Letters stand for themselves one by one; people see a word.
    let failed = failed.start.offset..word_end(pattern, concat.asts.get(matched..)?, failed.end.offset);
    Some(NearMiss { matched: first..end, failed, path: found })
}

/// The end of a run of literals.
fn word_end(pattern: &str, parts: &[Ast], end: usize) -> usize {
    if !matches!(parts.first(), Some(Ast::Literal(_))) {
        return end;
    }
    let literals = parts.iter().take_while(|part| matches!(part, Ast::Literal(_)));
    literals.last().map_or(end, |last| last.span().end.offset.min(pattern.len()))
}

fn compiled(pattern: &str) -> Option<Regex> {
    compile(&parse(pattern).ok()?).ok()
}

/// Parts of an expression that are tried one after the other. In longer ones, the rest is one part.
const PARTS_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    /// The part of the expression that matched, that of the path, and the part that failed.
    #[track_caller]
    fn check(pattern: &str, path: &str, expected: Option<(&str, &str, &str)>) {
        let near = near_miss(pattern, path.as_bytes());
        let found = near
            .as_ref()
            .map(|near| (&pattern[near.matched.clone()], &path[near.path.clone()], &pattern[near.failed.clone()]));
        assert_eq!(found, expected, "{pattern} on {path}");
    }

    #[test]
    fn the_part_that_failed_is_told() {
        let posts = r"^/posts/(?<year>\d{4})/(?<slug>[a-z-]+)$";
        check(posts, "/posts/202x/spring", Some(("^/posts/", "/posts/", r"(?<year>\d{4})")));
        check(posts, "/posts/2024/Spring", Some((r"^/posts/(?<year>\d{4})/", "/posts/2024/", "(?<slug>[a-z-]+)")));
        check(
            posts,
            "/posts/2024/spring/",
            Some((r"^/posts/(?<year>\d{4})/(?<slug>[a-z-]+)", "/posts/2024/spring", "$")),
        );
        check(posts, "/pages/2024/a", Some(("^/p", "/p", "osts/")));
        check(posts, "/posts/2024/spring", None);
        check(r"\.(css|js)$", "/a.html", Some((r"\.", ".", "(css|js)")));
        check(r"\.(css|js)$", "/a", Some(("", "", r"\.")));
        check("^/a$|^/bc/d$", "/bc/e", Some(("^/bc/", "/bc/", "d")));
        check("^/资料/(a|b)$", "/资料/c", Some(("^/资料/", "/资料/", "(a|b)")));
    }

    #[test]
    fn what_has_no_parts_has_no_near_miss() {
        check("x", "/a", None);
        check("(", "/a", None);
        check("", "/a", None);
        check("(?i)^/a", "/b", Some(("(?i)^/", "/", "a")));
    }
}
