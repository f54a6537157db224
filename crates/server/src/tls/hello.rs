//! The name that a client wants to reach, out of its first message (RFC 8446 §4.1.2, RFC 6066 §3): the library keeps it to itself.
//!
//! ```text
//! record     22 u8 | version u16 | length u16
//! handshake  1 u8 | length u24 | version u16 | random 32 | session u8+ | suites u16+ | compression u8+ | extensions u16+
//! extension  type u16 | length u16 | …        server_name, 0: length u16 | 0 u8 | name u16+
//! ```

/// The name, if the hello is here as a whole and has one.
pub(super) fn server_name(bytes: &[u8]) -> Option<&str> {
    let mut rest = bytes;
    let [22, ..] = take(&mut rest, 3)? else { return None };
    let mut hello = vector(&mut rest, 2)?;
    let [1, ..] = take(&mut hello, 4)? else { return None };
    take(&mut hello, 2 + 32)?;
    vector(&mut hello, 1)?;
    vector(&mut hello, 2)?;
    vector(&mut hello, 1)?;
    let mut extensions = vector(&mut hello, 2)?;
    while !extensions.is_empty() {
        let kind = take(&mut extensions, 2)?;
        let mut extension = vector(&mut extensions, 2)?;
        if kind != [0, 0] {
            continue;
        }
        let mut names = vector(&mut extension, 2)?;
        let [0] = take(&mut names, 1)? else { return None };
        let name = std::str::from_utf8(vector(&mut names, 2)?).ok()?;
        // RFC 1035 §2.3.4: no name is longer.
        return (name.len() <= 255 && name.bytes().all(|byte| byte.is_ascii_graphic())).then_some(name);
    }
    None
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, behind) = rest.split_at_checked(count)?;
    *rest = behind;
    Some(taken)
}

/// Bytes behind their length, which has that many bytes itself.
fn vector<'a>(rest: &mut &'a [u8], length_bytes: usize) -> Option<&'a [u8]> {
    let length = take(rest, length_bytes)?.iter().fold(0, |length, &byte| length << 8 | usize::from(byte));
    take(rest, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hello with these extensions.
    fn hello(extensions: &[u8]) -> Vec<u8> {
        let length = |bytes: &[u8]| (bytes.len() as u16).to_be_bytes().to_vec();
        let body = [&[3, 3][..], &[7; 32], &[1, 9], &[0, 2, 19, 1], &[1, 0], &length(extensions), extensions].concat();
        let message = [&[1, 0][..], &length(&body), &body].concat();
        [&[22, 3, 1][..], &length(&message), &message].concat()
    }

    #[test]
    fn the_name_is_found_behind_other_extensions() {
        let other = [0, 10, 0, 2, 0, 29];
        let named = [&[0, 0, 0, 14, 0, 12, 0, 0, 9][..], b"localhost"].concat();
        assert_eq!(server_name(&hello(&[&other[..], &named].concat())), Some("localhost"));
        assert_eq!(server_name(&hello(&other)), None);
        assert_eq!(server_name(&hello(&[])), None);
    }

    #[test]
    fn any_bytes_have_a_name_or_none() {
        let whole = hello(&[&[0, 0, 0, 8, 0, 6, 0, 0, 3][..], b"a.b"].concat());
        assert_eq!(server_name(&whole), Some("a.b"));
        for end in 0..whole.len() {
            assert_eq!(server_name(&whole[..end]), None, "{end}");
        }
        for at in 0..whole.len() {
            for byte in [0, 1, 127, 255] {
                let mut changed = whole.clone();
                changed[at] = byte;
                server_name(&changed);
            }
        }
    }
}
