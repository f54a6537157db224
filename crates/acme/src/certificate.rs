//! The little that we read of a certificate ourselves (RFC 5280 §4.1): its number, from when to when it is valid, for which
//! names, and by which key of its authority it is signed.
//!
//! ```text
//! SEQUENCE ─ SEQUENCE ─ [0] version, INTEGER serial, SEQUENCE algorithm, SEQUENCE issuer, SEQUENCE validity,
//!                       SEQUENCE subject, SEQUENCE key, [1], [2], [3] ─ SEQUENCE of
//!                       SEQUENCE ─ OBJECT IDENTIFIER, BOOLEAN is critical, OCTET STRING extension
//! ```

use std::ops::Range;

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// Among the fields of a certificate.
const VERSION: u8 = 0xA0;
const EXTENSIONS: u8 = 0xA3;
/// Of an authority key identifier (§4.2.1.1).
const KEY_IDENTIFIER: u8 = 0x80;
/// Among the names of a subject (§4.2.1.6).
const DNS_NAME: u8 = 0x82;

const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1D, 0x11];
const AUTHORITY_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1D, 0x23];

/// What one certificate says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// Its number, as it is encoded.
    pub serial: Vec<u8>,
    /// The first and the last second in which it is valid, since 1970.
    pub validity: Range<i64>,
    /// Names of hosts, in small letters; `*.` before those that stand for all names one label longer.
    pub names: Vec<String>,
    /// Which key of its authority has signed it, where it says so.
    pub authority_key: Option<Vec<u8>>,
}

impl Certificate {
    /// From DER. `None`: this is no certificate.
    pub fn read(certificate: &[u8]) -> Option<Certificate> {
        let mut outer = expect(&mut &certificate[..], SEQUENCE)?;
        let mut fields = expect(&mut outer, SEQUENCE)?;
        if fields.first() == Some(&VERSION) {
            expect(&mut fields, VERSION)?;
        }
        let serial = expect(&mut fields, INTEGER)?.to_vec();
        expect(&mut fields, SEQUENCE)?;
        expect(&mut fields, SEQUENCE)?;
        let mut validity = expect(&mut fields, SEQUENCE)?;
        let validity = time(&mut validity)?..time(&mut validity)?;
        let mut read = Certificate { serial, validity, ..Certificate::default() };
        while let Some((kind, mut content)) = next(&mut fields) {
            if kind == EXTENSIONS {
                let mut extensions = expect(&mut content, SEQUENCE)?;
                while let Some((SEQUENCE, extension)) = next(&mut extensions) {
                    read.extension(extension)?;
                }
            }
        }
        Some(read)
    }

    fn extension(&mut self, mut extension: &[u8]) -> Option<()> {
        let id = expect(&mut extension, OBJECT_IDENTIFIER)?;
        if extension.first() == Some(&BOOLEAN) {
            expect(&mut extension, BOOLEAN)?;
        }
        let mut content = expect(&mut extension, OCTET_STRING)?;
        match id {
            SUBJECT_ALT_NAME => {
                let mut names = expect(&mut content, SEQUENCE)?;
                while let Some((kind, name)) = next(&mut names) {
                    if kind == DNS_NAME {
                        self.names.push(std::str::from_utf8(name).ok()?.to_ascii_lowercase());
                    }
                }
            }
            AUTHORITY_KEY_IDENTIFIER => {
                let mut parts = expect(&mut content, SEQUENCE)?;
                if let Some((KEY_IDENTIFIER, key)) = next(&mut parts) {
                    self.authority_key = Some(key.to_vec());
                }
            }
            _ => {}
        }
        Some(())
    }

    /// Whether it is for this name of a host: one that it has, or that a name with a star stands for (RFC 9525 §6.3).
    pub fn is_for(&self, name: &str) -> bool {
        let above = name.split_once('.').map(|(_, above)| above);
        self.names.iter().any(|own| match own.strip_prefix("*.") {
            _ if own.eq_ignore_ascii_case(name) => true,
            Some(beneath) => above.is_some_and(|above| above.eq_ignore_ascii_case(beneath)),
            None => false,
        })
    }
}

/// From when on and until when a good response of OCSP may be given on (RFC 6960 §4.2.1), in seconds since 1970; one that does
/// not say until when, for a day. `None`: it is none.
///
/// ```text
/// SEQUENCE ─ ENUMERATED successful, [0] ─ SEQUENCE ─ OBJECT IDENTIFIER, OCTET STRING ─ SEQUENCE ─
///            SEQUENCE ─ [0] version, [1] or [2] responder, time, SEQUENCE of
///            SEQUENCE ─ SEQUENCE certificate, status, this update, [0] next update
/// ```
pub fn staple_validity(response: &[u8]) -> Option<Range<i64>> {
    const ENUMERATED: u8 = 0x0A;
    const TAGGED: u8 = 0xA0;
    const GOOD: u8 = 0x80;
    let mut outer = expect(&mut &response[..], SEQUENCE)?;
    if expect(&mut outer, ENUMERATED)? != [0] {
        return None;
    }
    let mut bytes = expect(&mut outer, TAGGED)?;
    let mut bytes = expect(&mut bytes, SEQUENCE)?;
    expect(&mut bytes, OBJECT_IDENTIFIER)?;
    let mut basic = expect(&mut bytes, OCTET_STRING)?;
    let mut signed = expect(&mut basic, SEQUENCE)?;
    let mut data = expect(&mut signed, SEQUENCE)?;
    if data.first() == Some(&TAGGED) {
        expect(&mut data, TAGGED)?;
    }
    next(&mut data)?;
    expect(&mut data, GENERALIZED_TIME)?;
    let mut all = expect(&mut data, SEQUENCE)?;
    let mut single = expect(&mut all, SEQUENCE)?;
    expect(&mut single, SEQUENCE)?;
    expect(&mut single, GOOD)?;
    let start = time(&mut single)?;
    let end = match next(&mut single) {
        Some((TAGGED, mut until)) => time(&mut until)?,
        _ => start + 24 * 60 * 60,
    };
    Some(start..end)
}

/// The content of the next element, if it is of this type.
fn expect<'a>(input: &mut &'a [u8], expected: u8) -> Option<&'a [u8]> {
    let (found, content) = next(input)?;
    (found == expected).then_some(content)
}

/// Type and content of the next element. Lengths of more than three bytes are those of no certificate.
fn next<'a>(input: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&[kind, first], rest) = input.split_first_chunk()?;
    let (length, rest) = match first {
        0..=0x7F => (usize::from(first), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
            (digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    *input = rest;
    Some((kind, content))
}

/// RFC 5280 §4.1.2.5: always in UTC, with seconds; two digits of a year are those of 1950 to 2049.
fn time(input: &mut &[u8]) -> Option<i64> {
    let (kind, text) = next(input)?;
    let (year, rest) = match kind {
        UTC_TIME => {
            let (digits, rest) = text.split_at_checked(2)?;
            let year = number(digits)?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (digits, rest) = text.split_at_checked(4)?;
            (number(digits)?, rest)
        }
        _ => return None,
    };
    let (digits, b"Z") = rest.split_at_checked(10)? else { return None };
    let mut parts = digits.chunks(2).map(number);
    let mut part = || parts.next()?;
    let (month, day, hour, minute, second) = (part()?, part()?, part()?, part()?, part()?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some(((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        Some(number * 10 + i64::from(digit))
    })
}

/// Days since 1970 in the calendar of Gregory, which has 146,097 in 400 years; a year begins with March here, so that its
/// leap day is its last.
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let month = (month + 9) % 12;
    let within = year.rem_euclid(400);
    year.div_euclid(400) * 146_097 + within * 365 + within / 4 - within / 100 + (month * 153 + 2) / 5 + day
        - 1
        - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(kind: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len();
        match u8::try_from(length) {
            Ok(length @ 0..=0x7F) => [&[kind, length], content].concat(),
            Ok(length) => [&[kind, 0x81, length], content].concat(),
            Err(_) => [&[kind, 0x82, (length >> 8) as u8, length as u8], content].concat(),
        }
    }

    fn certificate(from: (u8, &str), to: (u8, &str)) -> Vec<u8> {
        let validity = [element(from.0, from.1.as_bytes()), element(to.0, to.1.as_bytes())].concat();
        let fields = [
            element(VERSION, &element(INTEGER, &[2])),
            element(INTEGER, &[7; 20]),
            element(SEQUENCE, b""),
            element(SEQUENCE, &[b'a'; 200]),
            element(SEQUENCE, &validity),
            element(SEQUENCE, &[b'k'; 300]),
        ];
        element(SEQUENCE, &element(SEQUENCE, &fields.concat()))
    }

    #[track_caller]
    fn check(from: (u8, &str), to: (u8, &str), expected: Option<Range<i64>>) {
        assert_eq!(Certificate::read(&certificate(from, to)).map(|read| read.validity), expected);
    }

    #[test]
    fn names_numbers_and_keys_are_read() {
        let mut params = rcgen::CertificateParams::new(["Example.org".to_owned(), "*.a.test".to_owned()]).unwrap();
        params.subject_alt_names.push(rcgen::SanType::IpAddress("127.0.0.1".parse().unwrap()));
        params.serial_number = Some(vec![0, 0x8F, 1].into());
        params.use_authority_key_identifier_extension = true;
        let (key, above) = (rcgen::KeyPair::generate().unwrap(), rcgen::KeyPair::generate().unwrap());
        let mut issuer = rcgen::CertificateParams::default();
        issuer.key_identifier_method = rcgen::KeyIdMethod::PreSpecified(vec![1, 2, 3]);
        let issuer = rcgen::Issuer::new(issuer, above);
        let read = Certificate::read(params.signed_by(&key, &issuer).unwrap().der()).unwrap();
        assert_eq!(read.names, ["example.org", "*.a.test"]);
        assert_eq!(read.serial, [0, 0x8F, 1]);
        assert_eq!(read.authority_key.as_deref(), Some(&[1, 2, 3][..]));
        for name in ["example.org", "EXAMPLE.org", "b.a.test", "*.a.test"] {
            assert!(read.is_for(name), "{name}");
        }
        for name in ["a.test", "c.b.a.test", "www.example.org", "org", ""] {
            assert!(!read.is_for(name), "{name}");
        }
    }

    #[test]
    fn both_ways_to_write_a_time_are_read() {
        let to = (UTC_TIME, "491231235959Z");
        check((UTC_TIME, "700101000000Z"), to, Some(0..2_524_607_999));
        check((GENERALIZED_TIME, "20000229120000Z"), to, Some(951_825_600..2_524_607_999));
        check((GENERALIZED_TIME, "20500101000000Z"), to, Some(Range { start: 2_524_608_000, end: 2_524_607_999 }));
        check((UTC_TIME, "500101000000Z"), to, Some(-631_152_000..2_524_607_999));
    }

    #[test]
    fn what_is_no_time_is_none() {
        let to = (UTC_TIME, "491231235959Z");
        for text in
            ["", "7001010000Z", "700101000000", "701301000000Z", "700132000000Z", "70010100000aZ", "700101240000Z"]
        {
            check((UTC_TIME, text), to, None);
        }
        check((INTEGER, "700101000000Z"), to, None);
    }

    #[test]
    fn what_is_cut_short_is_none() {
        let whole = certificate((UTC_TIME, "700101000000Z"), (UTC_TIME, "491231235959Z"));
        for length in 0..whole.len() {
            assert_eq!(Certificate::read(&whole[..length]), None, "{length}");
        }
        assert_eq!(Certificate::read(&[SEQUENCE, 0x84, 0, 0, 0, 1, 0]), None);
    }
}
