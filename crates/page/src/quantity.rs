//! Sizes, counts and dates as people write them.

use std::fmt::Write as _;

use semantics::Timestamp;

use crate::look::Look;

/// Digits in groups of three: `1,234,567`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size in at most three digits, in units of a thousand: `0 B`, `999 B`, `1.2 kB`, `12 kB`, `1.2 GB`.
pub(crate) fn short_size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut unit = 1000_u64;
    let mut names = UNITS.iter();
    let mut name = names.next().unwrap_or(&"kB");
    // 999.5 kB is 1 MB: the unit must fit what is left after rounding.
    while bytes >= unit.saturating_mul(1000) - unit / 2 {
        let Some(next) = names.next() else { break };
        (unit, name) = (unit.saturating_mul(1000), next);
    }
    // In tenths; a tenth of a unit is a whole number of bytes.
    let tenths = bytes.saturating_add(unit / 20) / (unit / 10);
    if tenths < 100 {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    } else {
        format!("{} {name}", bytes.saturating_add(unit / 2) / unit)
    }
}

const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];

/// A moment on the calendar, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: u8,
    pub(crate) day: u8,
    pub(crate) hour: u8,
    pub(crate) minute: u8,
    pub(crate) second: u8,
}

impl Civil {
    /// In the proleptic Gregorian calendar, as RFC 9110 dates and those of file systems are.
    pub(crate) fn from_seconds(seconds: i64) -> Civil {
        // Beyond the year 9999 no format of ours can say a date; no file is that new.
        let seconds = seconds.clamp(-62_135_596_800, 253_402_300_799);
        let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        // Days are counted from 1 March of the year 0, so that a leap day is the last of its year.
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        Civil {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month: small(month),
            day: small(of_year - (153 * march_month + 2) / 5 + 1),
            hour: small(of_day / 3600),
            minute: small(of_day / 60 % 60),
            second: small(of_day % 60),
        }
    }

    /// RFC 3339 in UTC, for programs and for `datetime`.
    pub(crate) fn rfc3339(self) -> String {
        let Civil { year, month, day, hour, minute, second } = self;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// RFC 3339 in UTC.
pub(crate) fn rfc3339(moment: Timestamp) -> String {
    Civil::from_seconds(moment.seconds()).rfc3339()
}

/// Appends a moment as `<time>`: short by age, in full in the title, both in the zone of the look.
pub(crate) fn push_time(out: &mut String, look: &Look, moment: Timestamp, now: Timestamp) {
    out.push_str("<time datetime=");
    let Civil { year, month, day, hour, minute, .. } = Civil::from_seconds(moment.seconds());
    // To the minute, as the title is: a hundred rows must stay small.
    let _ = write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}Z");
    out.push_str(" title=\"");
    out.push_str(&date_and_time(look, moment));
    out.push_str("\">");
    out.push_str(&short_date(look, moment, now));
    out.push_str("</time>");
}

/// [`push_time`] into a string of its own.
pub(crate) fn time(look: &Look, moment: Timestamp, now: Timestamp) -> String {
    let mut out = String::new();
    push_time(&mut out, look, moment, now);
    out
}

/// Today: the hour; this year or in the last half: month and day; else: the year.
pub(crate) fn short_date(look: &Look, moment: Timestamp, now: Timestamp) -> String {
    let (then, today) = (local(look, moment), local(look, now));
    let age = now.seconds().saturating_sub(moment.seconds());
    if (then.year, then.month, then.day) == (today.year, today.month, today.day) {
        format!("{:02}:{:02}", then.hour, then.minute)
    } else if then.year == today.year || (0..HALF_YEAR).contains(&age) {
        (look.words().month_day)(then.month, then.day)
    } else {
        then.year.to_string()
    }
}

/// The date and the time in full, with the zone.
pub(crate) fn full_date(look: &Look, moment: Timestamp) -> String {
    format!("{} {}", date_and_time(look, moment), zone(look.offset_seconds))
}

fn date_and_time(look: &Look, moment: Timestamp) -> String {
    let Civil { year, month, day, hour, minute, .. } = local(look, moment);
    format!("{} {hour:02}:{minute:02}", (look.words().full_date)(year, month, day))
}

/// `UTC`, `UTC+8`, `UTC-3:30`.
pub(crate) fn zone(offset_seconds: i32) -> String {
    let minutes = offset_seconds / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    match (minutes.abs() / 60, minutes.abs() % 60) {
        (0, 0) => String::from("UTC"),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

fn local(look: &Look, moment: Timestamp) -> Civil {
    Civil::from_seconds(moment.seconds().saturating_add(i64::from(look.offset_seconds)))
}

/// For parts of a date, which are all below 256.
fn small(value: i64) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

/// As long as this, "4 Mar" is understood as the last one.
const HALF_YEAR: i64 = 182 * 86_400;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn counts_are_grouped() {
        for (count, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(count), expected);
        }
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn sizes_have_two_or_three_digits() {
        #[track_caller]
        fn check(bytes: u64, expected: &str) {
            assert_eq!(short_size(bytes), expected, "{bytes}");
        }
        check(0, "0 B");
        check(999, "999 B");
        check(1000, "1.0 kB");
        check(1049, "1.0 kB");
        check(1050, "1.1 kB");
        check(9949, "9.9 kB");
        check(9950, "10 kB");
        check(12_345, "12 kB");
        check(999_499, "999 kB");
        check(999_500, "1.0 MB");
        check(1_234_567, "1.2 MB");
        check(5_000_000_000, "5.0 GB");
        check(u64::MAX, "18 EB");
    }

    #[test]
    fn the_calendar_is_right() {
        #[track_caller]
        fn check(seconds: i64, expected: &str) {
            assert_eq!(rfc3339(Timestamp::from_seconds(seconds)), expected);
        }
        check(0, "1970-01-01T00:00:00Z");
        check(-1, "1969-12-31T23:59:59Z");
        check(951_782_400, "2000-02-29T00:00:00Z");
        check(784_111_777, "1994-11-06T08:49:37Z");
        check(4_107_542_400, "2100-03-01T00:00:00Z");
        check(i64::MAX, "9999-12-31T23:59:59Z");
        check(i64::MIN, "0001-01-01T00:00:00Z");
    }

    #[test]
    fn dates_are_short_by_age() {
        #[track_caller]
        fn check(language: Language, offset_seconds: i32, moment: i64, short: &str, full: &str) {
            let look = Look { language, offset_seconds, ..Look::default() };
            let (moment, now) = (Timestamp::from_seconds(moment), Timestamp::from_seconds(NOW));
            assert_eq!(short_date(&look, moment, now), short);
            assert_eq!(full_date(&look, moment), full);
        }
        // 2026-03-04 11:23:05 UTC
        const NOW: i64 = 1_772_623_385;
        use Language::{English, SimplifiedChinese};
        check(English, 0, NOW - 3600, "10:23", "4 March 2026 10:23 UTC");
        check(English, 0, NOW - 86_400, "Mar 3", "3 March 2026 11:23 UTC");
        check(English, 0, NOW - 100 * 86_400, "Nov 24", "24 November 2025 11:23 UTC");
        check(English, 0, NOW - 200 * 86_400, "2025", "16 August 2025 11:23 UTC");
        check(English, 0, 0, "1970", "1 January 1970 00:00 UTC");
        check(English, 28_800, NOW - 3600, "18:23", "4 March 2026 18:23 UTC+8");
        check(English, -12_600, NOW, "07:53", "4 March 2026 07:53 UTC-3:30");
        check(English, 0, NOW + 400 * 86_400, "2027", "8 April 2027 11:23 UTC");
        check(SimplifiedChinese, 0, NOW - 86_400, "3月3日", "2026年3月3日 11:23 UTC");
    }
}
