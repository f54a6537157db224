//! Texts of PNG (PNG 3rd edition §11.3.3): `tEXt` in Latin-1, `iTXt` in UTF-8.
//!
//! ```text
//! mark 8 │ ( length 4 │ kind 4 │ bytes │ check sum 4 )*
//! ```

use super::push;
use crate::extract::words::Draft;

/// Reads the texts that are not compressed.
pub(super) fn read(bytes: &[u8], draft: &mut Draft) {
    let Some(mut rest) = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n") else { return };
    while let Some((length, behind)) = rest.split_first_chunk() {
        let length = u32::from_be_bytes(*length) as usize;
        let Some((kind, behind)) = behind.split_first_chunk::<4>() else { return };
        let Some((value, behind)) = behind.split_at_checked(length) else { return };
        rest = behind.get(4..).unwrap_or_default();
        let Some(at) = value.iter().position(|&byte| byte == 0) else { continue };
        let (key, value) = (&value[..at], &value[at + 1..]);
        let text = match kind {
            b"tEXt" => Some(charset::name(value, &[]).0.into_owned()),
            b"iTXt" => international(value),
            _ => None,
        };
        match text {
            Some(_) if key.starts_with(b"XML:") || key.starts_with(b"date:") || key == b"Software" => {}
            Some(text) if key == b"Title" && draft.title.is_empty() => draft.title.push(&text),
            Some(text) => push(draft, &text),
            None => {}
        }
    }
}

/// Behind the key: whether it is compressed, how, a language and a translated key.
fn international(value: &[u8]) -> Option<String> {
    let rest = value.strip_prefix(&[0, 0])?;
    let text = rest.splitn(3, |&byte| byte == 0).nth(2)?;
    Some(String::from_utf8_lossy(text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8; 4], value: &[u8]) -> Vec<u8> {
        [&(value.len() as u32).to_be_bytes()[..], kind, value, &[0; 4]].concat()
    }

    #[test]
    fn texts_are_read_and_the_rest_is_not() {
        let chunks = [
            chunk(b"IHDR", &[0; 13]),
            chunk(b"tEXt", b"Title\0sunset"),
            chunk(b"tEXt", b"Software\0x"),
            chunk(b"iTXt", "Comment\0\0\0zh\0\0傍晚".as_bytes()),
            chunk(b"iTXt", b"Comment\0\x01\0\0\0xx"),
            chunk(b"IDAT", b"a\0b"),
        ];
        let bytes = [&b"\x89PNG\r\n\x1a\n"[..], &chunks.concat()].concat();
        let mut draft = Draft::new();
        read(&bytes, &mut draft);
        let extract = draft.finish();
        assert_eq!((extract.title.as_deref(), extract.body.as_str()), (Some("sunset"), "傍晚"));
        for length in 0..bytes.len() {
            read(&bytes[..length], &mut Draft::new());
        }
    }
}
