//! Markdown.

use crate::Target;

/// Nothing that acts comes out, whatever goes in.
pub const TARGET: Target = Target { name: "markdown", run };

fn run(bytes: &[u8]) {
    let rendered = page::markdown::render(&String::from_utf8_lossy(bytes));
    // Text comes out escaped, so a bracket is always one of ours, and all within one is ours too.
    let mut rest = &rendered.html[..];
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').map_or(rest.len(), |end| start + end);
        let tag = rest[start..end].to_ascii_lowercase();
        let names = ["<script", "<iframe", "<object", "<embed", "<style", "<svg", "<form", "<meta", "<link", "<base"];
        assert!(!names.iter().any(|name| tag.starts_with(name)), "{tag}");
        assert!(
            !tag.contains("href=\"javascript:") && !tag.contains(" onerror=\"") && !tag.contains(" onload=\""),
            "{tag}"
        );
        rest = &rest[end..];
    }
}
