//! Secrets are overwritten by asterisks before anything is kept: what is not in memory cannot be shown by mistake.
//!
//! As many as there were bytes, so that what stands behind them stays where it was.

/// What stands for each byte of a secret.
pub(crate) const MASK: u8 = b'*';

/// Whether the value of a field is a secret.
pub(crate) fn is_secret_field(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 7] = [
        b"authorization",
        b"proxy-authorization",
        b"cookie",
        b"cookie2",
        b"set-cookie",
        b"set-cookie2",
        b"quarry-trace",
    ];
    let name = name.to_ascii_lowercase();
    NAMES.contains(&&name[..])
        || [&b"-token"[..], b"-key", b"-secret", b"-password", b"-signature"].iter().any(|end| name.ends_with(end))
}

/// Whether the value of a parameter in a query is a secret.
pub(crate) fn is_secret_parameter(name: &[u8]) -> bool {
    const WORDS: [&[u8]; 15] = [
        b"token",
        b"secret",
        b"password",
        b"passwd",
        b"pwd",
        b"apikey",
        b"auth",
        b"signature",
        b"sig",
        b"credential",
        b"session",
        b"sessionid",
        b"sid",
        b"jwt",
        b"code",
    ];
    let name = decoded(name).to_ascii_lowercase();
    // `access_token`, `X-Amz-Signature`, `client.secret`: a secret in any of its parts; `api_key` is two of them.
    let is_secret = |part: &[u8]| WORDS.contains(&part);
    let parts: Vec<&[u8]> = name.split(|byte| b"_-.[]".contains(byte)).collect();
    is_secret(&name) || parts.iter().any(|part| is_secret(part)) || parts.last().is_some_and(|last| *last == b"key")
}

/// Overwrites the secrets in the query of a target or an address.
pub(crate) fn mask_query(target: &mut [u8]) {
    let Some(mark) = target.iter().position(|&byte| byte == b'?') else { return };
    let mut rest = &mut target[mark + 1..];
    loop {
        let end = rest.iter().position(|&byte| matches!(byte, b'&' | b';' | b'#')).unwrap_or(rest.len());
        let (pair, behind) = rest.split_at_mut(end);
        if let Some(equals) = pair.iter().position(|&byte| byte == b'=') {
            let (name, value) = pair.split_at_mut(equals);
            if is_secret_parameter(name) {
                value[1..].fill(MASK);
            }
        }
        match behind {
            [] => return,
            [_, behind @ ..] => rest = behind,
        }
    }
}

/// Overwrites the secrets in a header section, whose lines end with CRLF. It may be one that is refused: for a space ahead of a
/// colon, for a line that is folded.
pub(crate) fn mask_section(section: &mut [u8]) {
    let mut is_secret = false;
    for line in section.split_mut(|&byte| byte == b'\n') {
        if let [b' ' | b'\t', folded @ ..] = line
            && is_secret
        {
            folded.iter_mut().filter(|byte| !byte.is_ascii_whitespace()).for_each(|byte| *byte = MASK);
            continue;
        }
        is_secret = false;
        let Some(colon) = line.iter().position(|&byte| byte == b':') else { continue };
        let (name, value) = line.split_at_mut(colon);
        let name = name.trim_ascii();
        is_secret = is_secret_field(name);
        mask_value(name, &mut value[1..]);
    }
}

/// Overwrites the value of a field, where it is a secret or has one in it. Spaces and line ends around it stay.
pub(crate) fn mask_value(name: &[u8], value: &mut [u8]) {
    if is_secret_field(name) {
        let start = value.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(value.len());
        let end = value.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(start, |last| last + 1);
        // The scheme says how somebody proves who it is, and is no secret (RFC 9110 §11.4).
        let is_scheme = name.to_ascii_lowercase().ends_with(b"authorization");
        let scheme =
            value[start..end].iter().position(|&byte| byte == b' ').filter(|_| is_scheme).map_or(0, |at| at + 1);
        value[start + scheme..end].fill(MASK);
    } else if [&b"referer"[..], b"location", b"content-location", b"origin"]
        .iter()
        .any(|of| name.eq_ignore_ascii_case(of))
    {
        mask_query(value);
    }
}

/// A name without its escapes, for whoever writes `%74oken`.
fn decoded(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name;
    while let [byte, tail @ ..] = rest {
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *byte == b'%') {
            Some(decoded) => {
                out.push(decoded);
                rest = &tail[2..];
            }
            None => {
                out.push(*byte);
                rest = tail;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_query(target: &str, expected: &str) {
        let mut target = target.as_bytes().to_vec();
        mask_query(&mut target);
        assert_eq!(String::from_utf8(target).unwrap(), expected);
    }

    #[track_caller]
    fn check_section(section: &str, expected: &str) {
        let mut section = section.as_bytes().to_vec();
        mask_section(&mut section);
        assert_eq!(String::from_utf8(section).unwrap(), expected);
    }

    #[test]
    fn parameters_named_like_secrets_are_masked() {
        check_query("/a?token=abc&b=c", "/a?token=***&b=c");
        check_query("/a?b=c&access_token=abc", "/a?b=c&access_token=***");
        check_query("/a?X-Amz-Signature=abc;api_key=d#e", "/a?X-Amz-Signature=***;api_key=*#e");
        check_query("/a?%74oken=abc&TOKEN=d", "/a?%74oken=***&TOKEN=*");
        check_query("/a?q=token&sort=name&keyword=x&monkey=y", "/a?q=token&sort=name&keyword=x&monkey=y");
        check_query("/token=abc", "/token=abc");
        check_query("/a?token", "/a?token");
        check_query("/a?", "/a?");
        check_query("/a?%=b&%7=c&user[password]=d", "/a?%=b&%7=c&user[password]=*");
    }

    #[test]
    fn fields_that_prove_who_somebody_is_are_masked() {
        check_section("Host: a\r\nCookie: a=b; c=d\r\n", "Host: a\r\nCookie: ********\r\n");
        check_section("AUTHORIZATION:Basic dXNlcg==\r\n", "AUTHORIZATION:Basic ********\r\n");
        check_section("proxy-authorization: abc \r\n", "proxy-authorization: *** \r\n");
        check_section("X-Api-Key: k\r\nX-Auth-Token:\tt\r\n", "X-Api-Key: *\r\nX-Auth-Token:\t*\r\n");
        check_section("Referer: http://a/?code=b&c=d\r\n", "Referer: http://a/?code=*&c=d\r\n");
        check_section("Accept: */*\r\nETag: \"a\"\r\n", "Accept: */*\r\nETag: \"a\"\r\n");
        check_section("Cookie:\r\nno colon\r\n", "Cookie:\r\nno colon\r\n");
        check_section(
            "Authorization : Basic abc\r\nCookie:\r\n a=b c\r\nA: b\r\n c\r\n",
            "Authorization : Basic ***\r\nCookie:\r\n *** *\r\nA: b\r\n c\r\n",
        );
    }
}
