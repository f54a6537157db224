//! IPTC: what news agencies write into a JPEG (IIM 4.2), in a resource of Photoshop.
//!
//! ```text
//! "8BIM" │ 0x0404 │ name, padded to even │ length 4 │ ( 0x1c │ record 1 │ data set 1 │ length 2 │ bytes )*
//! ```

use super::push;
use crate::extract::words::Draft;

/// Reads title, headline, caption, keywords, author and places that are written in words.
pub(super) fn read(bytes: &[u8], draft: &mut Draft) {
    let Some(at) = memchr::memmem::find(bytes, b"8BIM\x04\x04") else { return };
    let Some(mut rest) = resource(&bytes[at + 6..]) else { return };
    let mut is_utf8 = false;
    while let Some((&[0x1c, record, set, high, low], behind)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some((value, behind)) = behind.split_at_checked(length) else { return };
        rest = behind;
        match (record, set) {
            (1, 90) => is_utf8 = value == b"\x1b%G",
            // Name, category, keyword, place, author, city, state, country, headline, caption.
            (2, 5 | 25 | 26 | 80 | 90 | 92 | 95 | 101 | 105 | 120) => {
                let text = match is_utf8 {
                    true => String::from_utf8_lossy(value),
                    false => charset::name(value, &[]).0,
                };
                if set == 5 && draft.title.is_empty() { draft.title.push(&text) } else { push(draft, &text) }
            }
            _ => {}
        }
    }
}

fn resource(bytes: &[u8]) -> Option<&[u8]> {
    let name = usize::from(*bytes.first()?);
    let rest = bytes.get((1 + name).next_multiple_of(2)..)?;
    let (length, rest) = rest.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    Some(&rest[..length.min(rest.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(set: u8, value: &[u8]) -> Vec<u8> {
        [&[0x1c, 2, set], &(value.len() as u16).to_be_bytes()[..], value].concat()
    }

    #[test]
    fn fields_are_read_in_their_encoding() {
        let fields = [
            field(5, "西湖".as_bytes()),
            field(120, &charset::Encoding::for_label(b"gbk").unwrap().encode("秋天的西湖景色").0),
        ];
        let fields = fields.concat();
        let bytes = [&b"xx8BIM\x04\x04\0\0"[..], &(fields.len() as u32).to_be_bytes(), &fields].concat();
        let mut draft = Draft::new();
        read(&bytes, &mut draft);
        let extract = draft.finish();
        assert_eq!((extract.title.as_deref(), extract.body.as_str()), (Some("西湖"), "秋天的西湖景色"));
        for length in 0..bytes.len() {
            read(&bytes[..length], &mut Draft::new());
        }
    }
}
