//! Content codings (RFC 9110 §8.4), and choosing one (§12.5.3).

/// What has been done to the bytes of a representation. The order of the variants is that of their discriminants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Coding {
    /// Nothing.
    Identity,
    /// RFC 1952
    Gzip,
    /// RFC 8878
    Zstd,
    /// RFC 7932
    Brotli,
}

impl Coding {
    /// All, in the order in which they are taken when the client likes them equally: the last first.
    ///
    /// Brotli is smallest for text at the effort that pays when the result is kept, and everything that reads it reads it
    /// quickly enough. Zstandard is nearly as small and quicker to make and to read. gzip is what everybody knows.
    pub const ALL: [Coding; 4] = [Coding::Identity, Coding::Gzip, Coding::Zstd, Coding::Brotli];

    /// As in `Content-Encoding`, which never says `identity`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Coding::Identity => "identity",
            Coding::Gzip => "gzip",
            Coding::Zstd => "zstd",
            Coding::Brotli => "br",
        }
    }

    /// What a file of these bytes is called behind the name of the plain one; nothing for identity.
    pub const fn suffix(self) -> &'static str {
        match self {
            Coding::Identity => "",
            Coding::Gzip => ".gz",
            Coding::Zstd => ".zst",
            Coding::Brotli => ".br",
        }
    }

    fn from_token(token: &[u8]) -> Option<Coding> {
        // Bit 0x20 is all that parts upper from lower case, and turns nothing but a letter into a letter.
        match *token {
            [a, b] => (u16::from_be_bytes([a, b]) | 0x2020 == u16::from_be_bytes(*b"br")).then_some(Coding::Brotli),
            [a, b, c, d] => match u32::from_be_bytes([a, b, c, d]) | 0x2020_2020 {
                word if word == u32::from_be_bytes(*b"gzip") => Some(Coding::Gzip),
                word if word == u32::from_be_bytes(*b"zstd") => Some(Coding::Zstd),
                _ => None,
            },
            // RFC 9110 §8.4.1.3: x-gzip is the same.
            [_, _, _, _, _, _] => token.eq_ignore_ascii_case(b"x-gzip").then_some(Coding::Gzip),
            [_, _, _, _, _, _, _, _] => token.eq_ignore_ascii_case(b"identity").then_some(Coding::Identity),
            _ => None,
        }
    }
}

/// What a request says about content codings. Small, made without allocation: it is made for each answer from memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedCodings {
    /// By coding: 4 × quality + place in [`Coding::ALL`], or 0 when it is refused. The greatest is chosen; no two
    /// acceptable ones are equal.
    weights: [u16; 4],
    /// Which class of clients that is: see [`AcceptedCodings::class`]. Asked for each request, and found out once.
    class: u16,
}

impl AcceptedCodings {
    /// Of a request without `Accept-Encoding`: everything is acceptable, identity best, for who says nothing may
    /// understand nothing.
    pub const UNSTATED: AcceptedCodings = AcceptedCodings::of([QUALITY_MAX, LEAST, LEAST, LEAST]);

    /// With these qualities, in the order of [`Coding::ALL`].
    const fn of(qualities: [u16; 4]) -> AcceptedCodings {
        let mut weights = [0; 4];
        let mut place = 0;
        while place < 4 {
            if qualities[place] > 0 {
                weights[place] = qualities[place] * 4 + place as u16;
            }
            place += 1;
        }
        let [a, b, c, d] = weights;
        // Which are acceptable, and of each two, which is preferred: that is the whole order.
        let order = [a > 0, b > 0, c > 0, d > 0, a > b, a > c, a > d, b > c, b > d, c > d];
        let mut class = 0;
        let mut bit = 0;
        while bit < order.len() {
            class = class << 1 | order[bit] as u16;
            bit += 1;
        }
        AcceptedCodings { weights, class }
    }

    /// From the values of all lines of `Accept-Encoding`; without any, [`UNSTATED`](AcceptedCodings::UNSTATED).
    ///
    /// Members that break the grammar are passed over. Of a coding listed twice the last counts.
    pub fn parse<'a>(values: impl Iterator<Item = &'a [u8]>) -> AcceptedCodings {
        let mut listed = [UNLISTED; 4];
        let mut asterisk = UNLISTED;
        let mut is_absent = true;
        for value in values {
            is_absent = false;
            if let Some((_, codings)) = BROWSERS.iter().find(|(browser, _)| *browser == value) {
                codings.iter().for_each(|&coding| listed[coding as usize] = QUALITY_MAX);
                continue;
            }
            let mut rest = value;
            while let Some((token, quality)) = next_member(&mut rest) {
                let Some(quality) = quality else { continue };
                match Coding::from_token(token) {
                    Some(coding) => listed[coding as usize] = quality,
                    None if token == b"*" => asterisk = quality,
                    None => {}
                }
            }
        }
        if is_absent {
            return AcceptedCodings::UNSTATED;
        }
        // RFC 9110 §12.5.3: `*` is everything not listed. Without it, what is not listed is refused, but identity,
        // which is acceptable until it is refused: last of all.
        let unlisted = if asterisk == UNLISTED { [LEAST, 0, 0, 0] } else { [asterisk; 4] };
        let quality = |place| if listed[place] == UNLISTED { unlisted[place] } else { listed[place] };
        AcceptedCodings::of([0, 1, 2, 3].map(quality))
    }

    /// How much the client wants it, from 0 (refused) to 1000.
    pub fn quality(&self, coding: Coding) -> u16 {
        self.weights[coding as usize] / 4
    }

    /// The one the client wants most; among those it wants equally, the last in [`Coding::ALL`]. `None`: all are refused.
    pub fn choose(&self, available: &[Coding]) -> Option<Coding> {
        let best = available.iter().copied().max_by_key(|&coding| self.weights[coding as usize])?;
        (self.weights[best as usize] > 0).then_some(best)
    }

    /// A number less than 1024: equal numbers choose equally from whatever is available, others do not. For use in a key.
    pub fn class(&self) -> u16 {
        self.class
    }
}

/// Takes the next member of a list: its token, and its quality if what stands behind the token is a good weight.
fn next_member<'a>(rest: &mut &'a [u8]) -> Option<(&'a [u8], Option<u16>)> {
    let start = rest.iter().position(|&byte| !is_one_of(byte, b" \t,"))?;
    let member = &rest[start..];
    let end = member.iter().position(|&byte| is_one_of(byte, b" \t,;")).unwrap_or(member.len());
    let (token, behind) = member.split_at(end);
    // Most members are a token and nothing else.
    if let [] | [b',', ..] = behind {
        *rest = behind;
        return Some((token, Some(QUALITY_MAX)));
    }
    let comma = behind.iter().position(|&byte| byte == b',').unwrap_or(behind.len());
    *rest = &behind[comma..];
    let quality = match behind[..comma].trim_ascii() {
        [] => Some(QUALITY_MAX),
        [b';', weight @ ..] => self::weight(weight),
        _ => None,
    };
    Some((token, quality))
}

/// One shift in place of a comparison each; for bytes below 64.
fn is_one_of<const N: usize>(byte: u8, few: &[u8; N]) -> bool {
    let set = few.iter().fold(0u64, |set, &byte| set | 1 << byte);
    byte < 64 && set >> byte & 1 == 1
}

/// `q=0.5`, without the semicolon; from 0 to 1000.
fn weight(bytes: &[u8]) -> Option<u16> {
    let [b'q' | b'Q', b'=', whole, fraction @ ..] = bytes.trim_ascii() else { return None };
    let digits = match fraction {
        [] => fraction,
        [b'.', digits @ ..] if digits.len() <= 3 => digits,
        _ => return None,
    };
    let mut thousandths = 0;
    for place in 0..3 {
        let digit = digits.get(place).map_or(Some(0), |digit| digit.is_ascii_digit().then(|| digit - b'0'))?;
        thousandths = thousandths * 10 + u16::from(digit);
    }
    match whole {
        b'0' => Some(thousandths),
        b'1' if thousandths == 0 => Some(QUALITY_MAX),
        _ => None,
    }
}

/// What browsers send, to the byte: over https the first two, else the third. Comparing once costs a tenth of reading.
const BROWSERS: [(&[u8], &[Coding]); 3] = [
    (b"gzip, deflate, br, zstd", &[Coding::Gzip, Coding::Brotli, Coding::Zstd]),
    (b"gzip, deflate, br", &[Coding::Gzip, Coding::Brotli]),
    (b"gzip, deflate", &[Coding::Gzip]),
];

const QUALITY_MAX: u16 = 1000;
/// The least that is not refused.
const LEAST: u16 = 1;
const UNLISTED: u16 = u16::MAX;

#[cfg(test)]
mod tests {
    use super::*;
    use Coding::{Brotli, Gzip, Identity, Zstd};
    use alloc::string::String;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn parse(value: &str) -> AcceptedCodings {
        AcceptedCodings::parse(core::iter::once(value.as_bytes()))
    }

    /// The codings that are acceptable, best first.
    fn order(accepted: &AcceptedCodings) -> Vec<Coding> {
        let mut left = Coding::ALL.to_vec();
        core::iter::from_fn(|| {
            let best = accepted.choose(&left)?;
            left.retain(|&coding| coding != best);
            Some(best)
        })
        .collect()
    }

    #[track_caller]
    fn check(value: &str, expected: &[Coding]) {
        assert_eq!(order(&parse(value)), expected, "{value}");
    }

    #[test]
    fn what_browsers_send() {
        check("gzip, deflate, br, zstd", &[Brotli, Zstd, Gzip, Identity]);
        check("gzip, deflate, br", &[Brotli, Gzip, Identity]);
        check("gzip, deflate", &[Gzip, Identity]);
        check("gzip;q=1.0, deflate;q=0.6, identity;q=0.3", &[Gzip, Identity]);
    }

    #[test]
    fn what_is_known_by_heart_is_what_would_be_read() {
        for (value, _) in BROWSERS {
            // The same to the grammar, and not in the list.
            let otherwise = [b" ", value].concat();
            assert_eq!(
                AcceptedCodings::parse([value].into_iter()),
                AcceptedCodings::parse([&otherwise[..]].into_iter())
            );
        }
    }

    #[test]
    fn quality_goes_before_our_preference() {
        check("br;q=0.5, gzip", &[Gzip, Brotli, Identity]);
        check("identity, br;q=0.999", &[Identity, Brotli]);
        check("gzip;q=0.001, zstd;q=0.002", &[Zstd, Gzip, Identity]);
        check("identity, gzip", &[Gzip, Identity]);
    }

    #[test]
    fn identity_is_acceptable_until_it_is_refused() {
        check("", &[Identity]);
        check("deflate", &[Identity]);
        check("identity;q=0", &[]);
        check("*;q=0", &[]);
        check("gzip, *;q=0", &[Gzip]);
        check("*;q=0, identity;q=0.1", &[Identity]);
        check("gzip, identity;q=0", &[Gzip]);
    }

    #[test]
    fn the_asterisk_is_everything_not_listed() {
        check("*", &[Brotli, Zstd, Gzip, Identity]);
        check("*;q=0.1, gzip", &[Gzip, Brotli, Zstd, Identity]);
        check("br;q=0, *", &[Zstd, Gzip, Identity]);
        check("*, identity;q=0.5", &[Brotli, Zstd, Gzip, Identity]);
    }

    #[test]
    fn an_absent_field_accepts_all_but_wants_identity() {
        let absent = AcceptedCodings::parse(core::iter::empty());
        assert_eq!(order(&absent), [Identity, Brotli, Zstd, Gzip]);
    }

    #[test]
    fn several_lines_are_one_list() {
        let accepted = AcceptedCodings::parse([&b"gzip"[..], b"br;q=0.1"].into_iter());
        assert_eq!(order(&accepted), [Gzip, Brotli, Identity]);
        assert_eq!((accepted.quality(Gzip), accepted.quality(Brotli), accepted.quality(Zstd)), (1000, 100, 0));
    }

    #[test]
    fn names_have_no_case_and_an_alias() {
        check("GZip, BR", &[Brotli, Gzip, Identity]);
        check("x-gzip", &[Gzip, Identity]);
        check("X-GZIP;Q=0", &[Identity]);
        check("Identity;q=0", &[]);
    }

    #[test]
    fn spaces_and_empty_members_are_allowed() {
        check(" ,gzip ; q=0.5 ,\t, br ;\tq=0.25,", &[Gzip, Brotli, Identity]);
    }

    #[test]
    fn malformed_members_are_passed_over() {
        for member in [
            "gzip;q=2",
            "gzip;q=1.001",
            "gzip;q=0.0001",
            "gzip;q=.5",
            "gzip;q=-1",
            "gzip;q=",
            "gzip;q",
            "gzip;",
            "gzip;q=0,5x",
            "gzip;q = 1",
            "gzip;level=9",
            "gzip;q=1;x=y",
            "gzip;q=0x1",
            "g zip",
            "gzip br",
            "\"gzip\"",
            "gzi",
            "zzip",
            "ggip",
        ] {
            let value = [member, ", br;q=0.5"].concat();
            check(&value, &[Brotli, Identity]);
        }
        check("gzip;q=1.", &[Gzip, Identity]);
        check("gzip;q=0.", &[Identity]);
        check("gzip;q=1.000", &[Gzip, Identity]);
        check("gzip, gzip;q=0", &[Identity]);
    }

    proptest! {
        #[test]
        fn classes_are_equal_when_choices_are(one in list(), two in list()) {
            let (one, two) = (parse(&one), parse(&two));
            prop_assert_eq!(one.class() == two.class(), order(&one) == order(&two));
            prop_assert!(one.class() < 1024);
        }

        #[test]
        fn weights_are_read_as_thousandths(quality in 0u16..=1000) {
            let value = alloc::format!("br;q={}.{:03}", quality / 1000, quality % 1000);
            prop_assert_eq!(parse(&value).quality(Brotli), quality);
        }

        #[test]
        fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let accepted = AcceptedCodings::parse(core::iter::once(&bytes[..]));
            prop_assert!(Coding::ALL.iter().all(|&coding| accepted.quality(coding) <= 1000));
        }
    }

    fn list() -> impl Strategy<Value = String> {
        let member = "(gzip|br|zstd|identity|\\*)(;q=(0|1|0\\.5|0\\.25))?";
        prop::collection::vec(member, 0..5).prop_map(|members| members.join(","))
    }
}
