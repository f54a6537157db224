//! The little that we read of a certificate ourselves (RFC 5280 §4.1): from when to when it is valid.
//!
//! ```text
//! SEQUENCE ─ SEQUENCE ─ [0] version, INTEGER serial, SEQUENCE algorithm, SEQUENCE issuer, SEQUENCE validity …
//! ```

use std::ops::Range;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xA0;

/// The first and the last second in which it is valid, since 1970. `None`: this is no certificate.
pub(super) fn validity(certificate: &[u8]) -> Option<Range<i64>> {
    let mut outer = expect(&mut &certificate[..], SEQUENCE)?;
    let mut fields = expect(&mut outer, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        expect(&mut fields, VERSION)?;
    }
    expect(&mut fields, INTEGER)?;
    expect(&mut fields, SEQUENCE)?;
    expect(&mut fields, SEQUENCE)?;
    let mut validity = expect(&mut fields, SEQUENCE)?;
    Some(time(&mut validity)?..time(&mut validity)?)
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
fn days(year: i64, month: i64, day: i64) -> i64 {
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
        assert_eq!(validity(&certificate(from, to)), expected);
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
            assert_eq!(validity(&whole[..length]), None, "{length}");
        }
        assert_eq!(validity(&[SEQUENCE, 0x84, 0, 0, 0, 1, 0]), None);
    }
}
