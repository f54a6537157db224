//! The words as they were typed, taken apart only as far as links need that change them: what narrows (`type:pdf`) can be put in
//! and taken out again; all else stays as it is.

/// The words in pieces: a word, a phrase in its quotes, something with its key.
pub(super) fn pieces(words: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = None;
    let mut closing: Option<&[char]> = None;
    for (index, character) in words.char_indices() {
        match closing {
            Some(quotes) if quotes.contains(&character) => closing = None,
            Some(_) => {}
            None => closing = quotes_behind(character),
        }
        let Some(begun) = start else {
            start = (!character.is_whitespace()).then_some(index);
            continue;
        };
        // `type: pdf` is one piece: that is how people type who think of a form.
        if character.is_whitespace() && closing.is_none() && !is_key(words[begun..index].trim_end()) {
            pieces.push(&words[begun..index]);
            start = None;
        }
    }
    pieces.extend(start.map(|start| words[start..].trim_end()));
    pieces
}

/// The quotes that end what this one begins.
fn quotes_behind(opening: char) -> Option<&'static [char]> {
    Some(match opening {
        '"' | '“' | '”' | '„' | '＂' | '«' | '»' => &['"', '“', '”', '＂', '«', '»'],
        '「' | '」' | '『' | '』' => &['」', '』'],
        _ => return None,
    })
}

/// Whether it is an operator that waits for its value.
fn is_key(piece: &str) -> bool {
    let key = piece.strip_suffix([':', '：']);
    key.is_some_and(|key| {
        ["name", "title", "type", "in", "after", "before"].iter().any(|known| key.eq_ignore_ascii_case(known))
    })
}

/// The value that a piece gives to `key`, without its quotes.
fn value<'a>(piece: &'a str, key: &str) -> Option<&'a str> {
    // Whoever types Chinese has the wide colon at hand.
    let (found, value) = piece.split_once([':', '：'])?;
    let is_quote = |character: char| quotes_behind(character).is_some();
    let value = value.trim().trim_matches(is_quote);
    (found.eq_ignore_ascii_case(key) && !value.is_empty()).then_some(value)
}

/// The last value that the words give to `key`.
pub(super) fn last<'a>(words: &'a str, key: &str) -> Option<&'a str> {
    pieces(words).into_iter().rev().find_map(|piece| value(piece, key))
}

/// The words without anything that has one of the keys.
pub(super) fn without(words: &str, keys: &[&str]) -> String {
    let mut rest = pieces(words);
    rest.retain(|piece| !keys.iter().any(|key| value(piece, key).is_some()));
    rest.join(" ")
}

/// The words with these values, in place of all others that the keys have.
pub(super) fn with(words: &str, pairs: &[(&str, &str)]) -> String {
    let keys: Vec<&str> = pairs.iter().map(|(key, _)| *key).collect();
    let mut out = without(words, &keys);
    for (key, value) in pairs {
        // A quote cannot be written inside quotes; it is left out there, and not missed.
        let value = value.replace(|character| quotes_behind(character).is_some(), "");
        let quote = if value.contains(char::is_whitespace) { "\"" } else { "" };
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&format!("{key}:{quote}{value}{quote}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fall_into_pieces() {
        #[track_caller]
        fn check(words: &str, expected: &[&str]) {
            assert_eq!(pieces(words), expected, "{words}");
        }
        check("", &[]);
        check("  one two\u{3000}三 ", &["one", "two", "三"]);
        check("a \"b c\" -\"d e\" in:\"f g/\"", &["a", "\"b c\"", "-\"d e\"", "in:\"f g/\""]);
        check("\"not ended here", &["\"not ended here"]);
        check("“石 头” 「a b」 «c d\" x", &["“石 头”", "「a b」", "«c d\"", "x"]);
        check("type: pdf in： \"a b\" note: x after:", &["type: pdf", "in： \"a b\"", "note:", "x", "after:"]);
    }

    #[test]
    fn what_narrows_goes_in_and_out() {
        #[track_caller]
        fn check(words: &str, pairs: &[(&str, &str)], expected: &str) {
            assert_eq!(with(words, pairs), expected);
        }
        check("stone", &[("type", "pdf")], "stone type:pdf");
        check("type:md stone TYPE:txt", &[("type", "pdf")], "stone type:pdf");
        check("", &[("in", "old names/")], "in:\"old names/\"");
        check("a after:2020", &[("after", "2024"), ("before", "2025")], "a after:2024 before:2025");
        check("x", &[("in", "/a\"b/")], "x in:/ab/");
        check("type: md x", &[("type", "pdf")], "x type:pdf");
        assert_eq!(without("a type:pdf \"type:b c\" -type:x type：md", &["type"]), "a \"type:b c\" -type:x");
        assert_eq!(last("a in:x/ in:\"y z/\"", "in"), Some("y z/"));
        assert_eq!(last("in: a name:", "in"), Some("a"));
        assert_eq!(last("in:\"\" name:", "in"), None);
        assert_eq!(last("http://in", "in"), None);
    }
}
