//! Manual pages: the words of troff with the macros `man` and `mdoc`.

use super::words::Draft;

/// Whether a text is a manual page: its name ends in a section, and its first lines are macros.
pub(crate) fn is_page(name: &[u8], text: &str) -> bool {
    let extension = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    let is_section =
        extension.first().is_some_and(|&byte| (b'1'..=b'9').contains(&byte) || byte == b'n' || byte == b'l')
            && extension.len() <= 4
            || extension == b"man"
            || extension == b"mdoc";
    let mut lines = text.lines().take(200);
    is_section && lines.any(|line| [".TH ", ".Dd ", ".Dt ", ".so "].iter().any(|macro_| line.starts_with(macro_)))
}

/// The words of a manual page.
pub(crate) fn read(text: &str) -> Draft {
    let mut draft = Draft::new();
    let mut is_heading_next = false;
    for line in text.lines() {
        match line.strip_prefix(['.', '\'']) {
            Some(request) => is_heading_next = request_line(&mut draft, request.trim_start()),
            None if line.trim().is_empty() => draft.body.line(),
            None if is_heading_next => {
                heading(&mut draft, line);
                is_heading_next = false;
            }
            None => {
                draft.body.push(&plain(line));
                draft.body.push("\n");
            }
        }
        if draft.body.is_full() {
            break;
        }
    }
    draft
}

/// A line that is a request or a macro. Returns whether the next line is a heading.
fn request_line(draft: &mut Draft, line: &str) -> bool {
    if line.starts_with("\\\"") {
        return false;
    }
    let (name, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let arguments = || arguments(rest);
    match name {
        "TH" | "Dt" => {
            let mut arguments = arguments().into_iter();
            if let Some(title) = arguments.next().filter(|_| draft.title.is_empty()) {
                let section = arguments.next().map(|section| format!("({section})")).unwrap_or_default();
                draft.title.push(&format!("{title}{section}"));
            }
        }
        "SH" | "SS" | "Sh" | "Ss" => {
            draft.body.line();
            if rest.trim().is_empty() {
                return true;
            }
            heading(draft, &arguments().join(" "));
        }
        // Alternating fonts: one word.
        "BR" | "RB" | "IR" | "RI" | "BI" | "IB" => {
            draft.body.push(&arguments().concat());
            draft.body.space();
        }
        "B" | "I" | "R" | "SM" | "SB" | "MR" | "UR" | "MT" => {
            draft.body.push(&arguments().join(" "));
            draft.body.space();
        }
        "PP" | "P" | "LP" | "TP" | "IP" | "HP" | "Pp" | "sp" | "br" | "TQ" | "It" | "Bl" | "El" | "D1" | "Dl"
        | "Bd" | "Ed" | "RS" | "RE" | "nf" | "fi" | "EX" | "EE" | "YS" | "SY" => {
            draft.body.line();
            if matches!(name, "It" | "IP" | "D1" | "Dl" | "SY") {
                mdoc(draft, &arguments());
            }
        }
        // mdoc: macros of two letters, the second small, whose arguments are words and more macros.
        _ if is_mdoc(name) && !matches!(name, "Dd" | "Os" | "Bx" | "Sm" | "Bk" | "Ek") => {
            if let Some(sign) = mdoc_sign(name) {
                draft.body.push(sign);
            }
            mdoc(draft, &arguments());
        }
        _ => {}
    }
    false
}

fn heading(draft: &mut Draft, text: &str) {
    draft.headings.push(&plain(text));
    draft.headings.line();
    draft.body.line();
}

fn mdoc(draft: &mut Draft, arguments: &[String]) {
    for argument in arguments {
        match argument.as_str() {
            name if is_mdoc(name) => {
                if let Some(sign) = mdoc_sign(name) {
                    draft.body.push(sign);
                }
            }
            "Ns" => {}
            word => {
                draft.body.push(word);
                draft.body.space();
            }
        }
    }
}

fn is_mdoc(name: &str) -> bool {
    matches!(name.as_bytes(), [first, second] if first.is_ascii_uppercase() && second.is_ascii_lowercase())
}

fn mdoc_sign(name: &str) -> Option<&'static str> {
    (name == "Fl").then_some("-")
}

/// The arguments of a macro; quotes hold spaces together.
fn arguments(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (argument, behind) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        out.push(plain(argument));
        rest = behind.trim_start();
    }
    out
}

/// A text without its escapes: fonts and sizes are dropped, characters are put in.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match characters.next() {
            Some('-') => out.push('-'),
            Some('e' | '\\') => out.push('\\'),
            Some(' ' | '~' | '0' | 't') => out.push(' '),
            Some('"') | None => break,
            Some('(') => {
                let name: String = characters.by_ref().take(2).collect();
                out.push_str(special(&name));
            }
            Some('[') => {
                let name: String = characters.by_ref().take_while(|&character| character != ']').collect();
                match name.strip_prefix('u').and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
                    Some(number) => out.extend(char::from_u32(number)),
                    None => out.push_str(special(&name)),
                }
            }
            // Font, size, colour, strings, registers: a letter, or two behind a bracket, or a name in brackets.
            Some('f' | 'F' | 'm' | 'M' | '*' | 'n' | 'g' | 'k') => skip_name(&mut characters),
            Some('s') => {
                let rest = characters.as_str().trim_start_matches(['+', '-']);
                characters = rest.trim_start_matches(|character: char| character.is_ascii_digit()).chars();
            }
            Some(
                'h' | 'v' | 'w' | 'o' | 'z' | 'D' | 'L' | 'l' | 'X' | 'N' | 'b' | 'R' | 'S' | 'H' | 'x' | 'A' | 'B',
            ) => {
                // Something between two of the same mark.
                if let Some(mark) = characters.next() {
                    characters.by_ref().find(|&character| character == mark);
                }
            }
            Some('\'') => out.push('\''),
            Some('`') => out.push('`'),
            Some(_) => {}
        }
    }
    out
}

fn skip_name(characters: &mut std::str::Chars<'_>) {
    match characters.next() {
        Some('(') => drop(characters.by_ref().take(2).count()),
        Some('[') => drop(characters.by_ref().find(|&character| character == ']')),
        _ => {}
    }
}

/// The characters that have a name; those that people look for.
fn special(name: &str) -> &'static str {
    match name {
        "em" => "—",
        "en" => "–",
        "hy" | "mi" => "-",
        "aq" | "cq" | "oq" => "'",
        "dq" | "lq" | "rq" => "\"",
        "bu" => "•",
        "co" => "©",
        "rg" => "®",
        "tm" => "™",
        "ti" => "~",
        "ha" => "^",
        "rs" => "\\",
        "at" => "@",
        "sh" => "#",
        "Do" => "$",
        "ss" => "ß",
        "de" => "°",
        "mu" => "×",
        "->" => "→",
        "<-" => "←",
        ">=" => "≥",
        "<=" => "≤",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_man_macros_is_words() {
        let page = ".\\\" comment\n.TH LS 1 \"2020-01-01\"\n.SH 名称\nls \\- 列出目录内容\n.SH \"SEE ALSO\"\n.BR cat (1),\n.B bold\ntext\n.PP\n\
                    \\fBopen\\fR(2) \\(em \\[u4E2D]\n.TP\n\\fB\\-a\\fR, \\fB\\-\\-all\\fR\n全部\n";
        let extract = read(page).finish();
        assert_eq!(extract.title.as_deref(), Some("LS(1)"));
        assert_eq!(extract.headings, "名称\nSEE ALSO");
        assert_eq!(extract.body, "ls - 列出目录内容\ncat(1), bold text\nopen(2) — 中\n-a, --all 全部");
    }

    #[test]
    fn a_page_of_mdoc_macros_is_words() {
        let page = ".Dd May 1, 2020\n.Dt CAT 1\n.Os\n.Sh NAME\n.Nm cat\n.Nd concatenate\n.Bl -tag\n.It Fl n Ar file\nNumber.\n.El\n";
        let extract = read(page).finish();
        assert_eq!(extract.title.as_deref(), Some("CAT(1)"));
        assert_eq!((extract.headings.as_str(), extract.body.as_str()), ("NAME", "cat concatenate\n-n file Number."));
    }

    #[test]
    fn a_page_is_known_by_name_and_beginning() {
        assert!(is_page(b"ls.1", ".TH LS 1\n"));
        assert!(is_page(b"a.3pm", "'\\\" t\n.TH A 3\n"));
        assert!(!is_page(b"ls.txt", ".TH LS 1\n"));
        assert!(!is_page(b"data.1", "1 2 3\n"));
    }

    #[test]
    fn an_escape_that_never_ends_is_the_end() {
        for text in ["\\", "\\f", "\\f[", "\\(", "\\[", "\\h'", "\\s", "\\*("] {
            assert_eq!(plain(text), "", "{text}");
        }
    }
}
