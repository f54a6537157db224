//! The words of a help page. Not Quarry's own reader, so that it is not its own judge: this one knows these pages alone, where
//! all elements end and what counts stands in one of them.

/// Where the content of a page begins and ends; around it stands what is on every page.
const BEGIN: &str = "<div id=\"DisplayArea\"";
const END: &str = "<footer";

/// What stands in a page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) title: String,
    /// The text of the content, with a line for each run between two tags.
    pub(super) body: String,
    /// Of all that is seen, with what is on every page.
    pub(super) text_bytes: usize,
}

pub(super) fn read(html: &str) -> Page {
    let title = between(html, "<title>", "</title>").map(decode).unwrap_or_default().trim().to_owned();
    let seen = html.find("<body").map_or(html, |at| &html[at..]);
    let content = html.find(BEGIN).map_or(html, |at| &html[at..]);
    let content = content.find(END).map_or(content, |at| &content[..at]);
    let text_bytes = title.len() + text(seen).len();
    Page { title, body: text(content), text_bytes }
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    let rest = text.split_once(begin)?.1;
    Some(rest.split_once(end)?.0)
}

fn text(content: &str) -> String {
    let mut body = String::new();
    // The element that hides what is in it, and how many of its name are open.
    let mut unseen: Option<(&str, u32)> = None;
    let mut rest = content;
    while !rest.is_empty() {
        let at = rest.find('<').unwrap_or(rest.len());
        let run = rest[..at].trim();
        if unseen.is_none() && !run.is_empty() {
            body.extend(decode(run).split_whitespace().flat_map(|word| [word, " "]));
            body.pop();
            body.push('\n');
        }
        let Some(length) = rest[at..].find('>') else { break };
        let tag = &rest[at..=at + length];
        rest = &rest[at + length + 1..];
        // There a `<` is no tag.
        if let Some(end) = RAW.into_iter().find_map(|(begin, end)| tag.starts_with(begin).then_some(end)) {
            rest = rest.find(end).map_or("", |at| &rest[at..]);
            continue;
        }
        unseen = after(tag, unseen);
    }
    body
}

/// What is unseen after a tag.
fn after<'a>(tag: &'a str, unseen: Option<(&'a str, u32)>) -> Option<(&'a str, u32)> {
    let is_end = tag.starts_with("</");
    let name = tag.trim_start_matches(['<', '/']).split([' ', '\n', '>', '/']).next().unwrap_or_default();
    match unseen {
        Some((hidden, depth)) if hidden == name => match (is_end, depth) {
            (true, 1) => None,
            (true, _) => Some((hidden, depth - 1)),
            (false, _) => Some((hidden, depth + 1)),
        },
        Some(unseen) => Some(unseen),
        None if is_end => None,
        None if UNSEEN.contains(&name) || tag.contains(" hidden") => Some((name, 1)),
        None => None,
    }
}

/// Elements whose words nobody sees, or that stand on every page.
const UNSEEN: [&str; 4] = ["noscript", "nav", "select", "template"];
/// Elements without elements in them, and where they end.
const RAW: [(&str, &str); 2] = [("<script", "</script"), ("<style", "</style")];

/// Character references: those that occur.
fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let (character, length) = reference(rest).unwrap_or(('&', 1));
        decoded.push(character);
        rest = &rest[length..];
    }
    decoded + rest
}

fn reference(text: &str) -> Option<(char, usize)> {
    let name = &text[1..text.find(';').filter(|at| *at < 12)?];
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "nbsp" => '\u{a0}',
        name => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((character, name.len() + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &str, expected: &str) {
        let page = format!("<title>A &amp; B</title><body><p>menu</p>{BEGIN}>{content}</div>{END}>foot</footer>");
        // The title, and the menu and the foot with the ends of their lines.
        let text_bytes = 5 + 5 + expected.len() + 5;
        assert_eq!(read(&page), Page { title: "A & B".to_owned(), body: expected.to_owned(), text_bytes });
    }

    #[test]
    fn only_what_is_seen_of_the_content_counts() {
        check("<p>one <b>two</b>\n three  four</p>", "one\ntwo\nthree four\n");
        check("<span hidden=\"true\">no <span>no</span> no</span>yes", "yes\n");
        check(
            "<script>a < b</script><nav>no</nav><p>1 &lt; 2 &#x8D44;&#26009; &unknown;</p>",
            "1 < 2 资料 &unknown;\n",
        );
    }
}
