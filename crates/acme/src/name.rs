//! Names of hosts that an authority can be asked for.

/// As authorities want them: small letters, no dot at the end, `*.` only at the beginning.
///
/// Errs with what was expected.
pub fn parse(text: &str) -> Result<String, String> {
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    if !name.is_ascii() {
        return Err("expected a name in ASCII; what has other letters is written xn--… (idn2 tells how)".into());
    }
    if name.parse::<std::net::IpAddr>().is_ok() {
        return Err("expected a name, found an address".into());
    }
    let labels = name.strip_prefix("*.").unwrap_or(&name);
    if labels.contains('*') {
        return Err("expected the star alone and first, as in *.example.org".into());
    }
    let is_label = |label: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (1..=63).contains(&label.len())
            && label.bytes().all(is_plain)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if name.len() > 253 || labels.split('.').count() < 2 || !labels.split('.').all(is_label) {
        return Err("expected the full name of a host, such as www.example.org".into());
    }
    Ok(name)
}

/// Whether a name is one that a rule stands for: the same, or beneath the star by one label.
pub(crate) fn is_meant(rule: &str, name: &str) -> bool {
    match rule.strip_prefix("*.") {
        Some(above) => name.split_once('.').is_some_and(|(label, rest)| rest == above && label != "*"),
        None => rule == name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_names_are_taken() {
        for (text, name) in [
            ("example.org", "example.org"),
            ("WWW.Example.ORG.", "www.example.org"),
            ("*.example.org", "*.example.org"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(name));
        }
    }

    #[test]
    fn what_no_authority_vouches_for_is_refused() {
        let long = format!("{}.org", "a".repeat(64));
        for text in [
            "",
            ".",
            "localhost",
            "10.0.0.1",
            "::1",
            "a..b",
            "-a.b",
            "a.*.b",
            "*",
            "*.",
            "ü.de",
            "a b.c",
            "a/b.c",
            &long,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_star_stands_for_one_label() {
        assert!(is_meant("*.a.test", "b.a.test") && is_meant("a.test", "a.test"));
        for name in ["a.test", "c.b.a.test", "b.a.test.org", "*.a.test"] {
            assert!(!is_meant("*.a.test", name), "{name}");
        }
    }
}
