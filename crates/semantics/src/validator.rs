//! Validators (RFC 9110 §8.8): entity tags and dates, by which a client asks whether what it has is still right.
//!
//! ```text
//! "33a64df5"     strong: the same tag, the same bytes
//! W/"33a64df5"   weak: the same tag, as good as the same
//! ```

/// An entity tag, borrowed (RFC 9110 §8.8.3).
///
/// There is no `==`, for there are two comparisons and it matters which one (§8.8.3.2).
#[derive(Clone, Copy, Debug)]
pub struct EntityTag<'a> {
    is_weak: bool,
    opaque: &'a [u8],
}

impl<'a> EntityTag<'a> {
    /// A whole field value that is one entity tag, and nothing else.
    pub fn parse(bytes: &'a [u8]) -> Option<EntityTag<'a>> {
        let (tag, rest) = EntityTag::parse_front(bytes)?;
        rest.is_empty().then_some(tag)
    }

    /// The entity tag at the front, and what stands behind it.
    fn parse_front(bytes: &'a [u8]) -> Option<(EntityTag<'a>, &'a [u8])> {
        // The W is case-sensitive (§8.8.3).
        let (is_weak, bytes) = match bytes.strip_prefix(b"W/") {
            Some(bytes) => (true, bytes),
            None => (false, bytes),
        };
        let bytes = bytes.strip_prefix(b"\"")?;
        let end = bytes.iter().position(|&byte| !is_etagc(byte))?;
        let rest = bytes[end..].strip_prefix(b"\"")?;
        Some((EntityTag { is_weak, opaque: &bytes[..end] }, rest))
    }

    /// Whether it begins with `W/`.
    pub fn is_weak(&self) -> bool {
        self.is_weak
    }

    /// What stands between the quotes.
    pub fn opaque(&self) -> &'a [u8] {
        self.opaque
    }

    /// Both strong, and the same: for ranges and for If-Match.
    pub fn is_strongly(&self, other: &EntityTag<'_>) -> bool {
        !self.is_weak && !other.is_weak && self.opaque == other.opaque
    }

    /// The same, be they weak or not: for If-None-Match.
    pub fn is_weakly(&self, other: &EntityTag<'_>) -> bool {
        self.opaque == other.opaque
    }
}

/// What is known of the selected representation, to hold a client's preconditions against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Validator<'a> {
    /// Its entity tag, as in the `ETag` field.
    pub etag: Option<EntityTag<'a>>,
    /// Its date of modification, in whole seconds since 1970, as in the `Last-Modified` field.
    pub last_modified: Option<i64>,
}

impl<'a> Validator<'a> {
    /// From the value of an `ETag` field (one that is no entity tag counts as none) and the seconds of `Last-Modified`.
    pub fn new(etag: Option<&'a [u8]>, last_modified: Option<i64>) -> Validator<'a> {
        Validator { etag: etag.and_then(EntityTag::parse), last_modified }
    }
}

/// The entity tags of one line of `If-Match` or `If-None-Match`; what is no entity tag is passed over, up to the next
/// comma. A tag that is lost so matches nothing, which for both fields is the careful side.
pub fn entity_tags(line: &[u8]) -> impl Iterator<Item = EntityTag<'_>> {
    let mut rest = line;
    core::iter::from_fn(move || {
        loop {
            rest = rest.trim_ascii_start();
            if rest.is_empty() {
                return None;
            }
            let found = EntityTag::parse_front(rest);
            let behind = found.map_or(rest, |(_, behind)| behind);
            let comma = behind.iter().position(|&byte| byte == b',');
            let (between, next) = comma.map_or((behind, &b""[..]), |comma| (&behind[..comma], &behind[comma + 1..]));
            rest = next;
            match found {
                // A comma may stand inside the quotes, never between a tag and its comma anything but a space.
                Some((tag, _)) if between.trim_ascii().is_empty() => return Some(tag),
                _ => {}
            }
        }
    })
}

/// %x21 / %x23-7E / obs-text
fn is_etagc(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x7E | 0x80..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[track_caller]
    fn check(input: &str, expected: &[&str]) {
        let tags: Vec<String> = entity_tags(input.as_bytes())
            .map(|tag| {
                let opaque = core::str::from_utf8(tag.opaque()).unwrap();
                format!("{} {opaque}", if tag.is_weak() { "weak" } else { "strong" })
            })
            .collect();
        assert_eq!(tags, expected, "{input}");
    }

    #[test]
    fn a_line_is_a_list() {
        check(r#""a""#, &["strong a"]);
        check(r#""a", W/"b","c""#, &["strong a", "weak b", "strong c"]);
        check(r#" , ,"a" ,, "b" ,"#, &["strong a", "strong b"]);
        check(r#""""#, &["strong "]);
        check("", &[]);
    }

    #[test]
    fn commas_and_slashes_may_stand_inside() {
        check(r#""a,b", "W/c""#, &["strong a,b", "strong W/c"]);
    }

    #[test]
    fn what_is_no_tag_is_passed_over() {
        check("a", &[]);
        check("*", &[]);
        check(r#"a, "b""#, &["strong b"]);
        check(r#"w/"a", "b""#, &["strong b"]);
        check(r#"W/ "a""#, &[]);
        check(r#""a" x, "b""#, &["strong b"]);
        check(r#""a"x"#, &[]);
        check(r#""a b""#, &[]);
        check(r#""a"#, &[]);
        check(r#""a\"b""#, &[]);
    }

    #[track_caller]
    fn check_comparison(one: &str, two: &str, strongly: bool, weakly: bool) {
        let (a, b) = (EntityTag::parse(one.as_bytes()).unwrap(), EntityTag::parse(two.as_bytes()).unwrap());
        assert_eq!((a.is_strongly(&b), b.is_strongly(&a)), (strongly, strongly), "{one} {two} strongly");
        assert_eq!((a.is_weakly(&b), b.is_weakly(&a)), (weakly, weakly), "{one} {two} weakly");
    }

    #[test]
    fn the_table_of_rfc_9110_section_8_8_3_2() {
        check_comparison(r#"W/"1""#, r#"W/"1""#, false, true);
        check_comparison(r#"W/"1""#, r#"W/"2""#, false, false);
        check_comparison(r#"W/"1""#, r#""1""#, false, true);
        check_comparison(r#""1""#, r#""1""#, true, true);
    }

    proptest! {
        #[test]
        fn every_tag_of_a_good_list_is_found(opaques in prop::collection::vec("[!#-~]{0,8}", 0..6), weak in any::<u8>()) {
            let written: Vec<String> = opaques.iter().enumerate()
                .map(|(n, opaque)| format!("{}\"{opaque}\"", if weak >> n & 1 == 1 { "W/" } else { "" }))
                .collect();
            let line = written.join(" ,\t");
            let read: Vec<_> = entity_tags(line.as_bytes()).map(|tag| (tag.is_weak(), tag.opaque().to_vec())).collect();
            let expected: Vec<_> = opaques.iter().enumerate()
                .map(|(n, opaque)| (weak >> n & 1 == 1, opaque.as_bytes().to_vec()))
                .collect();
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            prop_assert!(entity_tags(&bytes).count() <= bytes.len());
        }
    }
}
