//! Dates as HTTP writes them (RFC 9110 §5.6.7).
//!
//! ```text
//! Sun, 06 Nov 1994 08:49:37 GMT     IMF-fixdate, the one that is sent
//! Sunday, 06-Nov-94 08:49:37 GMT    rfc850-date, obsolete
//! Sun Nov  6 08:49:37 1994          asctime-date, obsolete
//! ```

use crate::time::Timestamp;

/// The date in the form that is sent, of whole seconds since 1970; beyond the years 0 to 9999 it stays at the nearest
/// moment that four digits can say.
pub fn format_date(unix_seconds: i64) -> [u8; 29] {
    let seconds = unix_seconds.clamp(YEAR_0, YEAR_10000 - 1);
    let (days, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    let mut text = *b"Day, 00 Mon 0000 00:00:00 GMT";
    text[..3].copy_from_slice(WEEKDAYS[weekday(days)]);
    text[5..7].copy_from_slice(&two_digits(day));
    text[8..11].copy_from_slice(MONTHS[month as usize - 1]);
    text[12..14].copy_from_slice(&two_digits(year / 100));
    text[14..16].copy_from_slice(&two_digits(year % 100));
    text[17..19].copy_from_slice(&two_digits(second / 3600));
    text[20..22].copy_from_slice(&two_digits(second / 60 % 60));
    text[23..25].copy_from_slice(&two_digits(second % 60));
    text
}

/// Whole seconds since 1970, of a date in any of the three forms. `now` decides the century of the one that has none.
///
/// `None` for everything else: a weekday that is not that of the date, a day the month does not have, another time
/// zone, anything before or behind. Who ignores such a date answers in full, which is always right.
pub fn parse_date(bytes: &[u8], now: Timestamp) -> Option<i64> {
    let mut rest = bytes;
    let name = letters(&mut rest);
    let weekday = weekday_of(name)?;
    let is_full_name = name.len() > 3;
    let date = match rest.first()? {
        b',' if is_full_name => rfc850(&rest[1..], now)?,
        b',' => imf_fixdate(&rest[1..])?,
        b' ' if !is_full_name => asctime(&rest[1..])?,
        _ => return None,
    };
    let days = date.days()?;
    (self::weekday(days) == weekday).then_some(days * DAY + date.second)
}

#[derive(Clone, Copy)]
struct Date {
    year: i64,
    /// 1 to 12
    month: i64,
    day: i64,
    /// Of the day. 86400 in a leap second, which counts as the first second of the next day, as POSIX has it.
    second: i64,
}

impl Date {
    /// Days since 1970-01-01, if there is such a day.
    fn days(self) -> Option<i64> {
        let days = days_of(self.year, self.month, self.day);
        // A day that the month does not have comes back as another day.
        (civil(days) == (self.year, self.month, self.day)).then_some(days)
    }
}

/// ` 06 Nov 1994 08:49:37 GMT`
fn imf_fixdate(mut rest: &[u8]) -> Option<Date> {
    skip(&mut rest, b" ")?;
    let day = number(&mut rest, 2)?;
    skip(&mut rest, b" ")?;
    let month = month(&mut rest)?;
    skip(&mut rest, b" ")?;
    let year = number(&mut rest, 4)?;
    skip(&mut rest, b" ")?;
    let second = time_of_day(&mut rest)?;
    (rest == b" GMT").then_some(Date { year, month, day, second })
}

/// ` 06-Nov-94 08:49:37 GMT`
fn rfc850(mut rest: &[u8], now: Timestamp) -> Option<Date> {
    skip(&mut rest, b" ")?;
    let day = number(&mut rest, 2)?;
    skip(&mut rest, b"-")?;
    let month = month(&mut rest)?;
    skip(&mut rest, b"-")?;
    let two_digits = number(&mut rest, 2)?;
    skip(&mut rest, b" ")?;
    let second = time_of_day(&mut rest)?;
    if rest != b" GMT" {
        return None;
    }
    // RFC 9110 §5.6.7: what appears to be more than 50 years in the future is the most recent year in the past that
    // had the same last two digits. So: the latest such year that is not beyond now and 50 years.
    let now = now.seconds().clamp(YEAR_0, YEAR_10000 - 1);
    let (now_year, now_month, now_day) = civil(now.div_euclid(DAY));
    let horizon = (now_year + 50, now_month, now_day, now.rem_euclid(DAY));
    let mut year = horizon.0 - (horizon.0 - two_digits).rem_euclid(100);
    if (year, month, day, second) > horizon {
        year -= 100;
    }
    Some(Date { year, month, day, second })
}

/// `Nov  6 08:49:37 1994`
fn asctime(mut rest: &[u8]) -> Option<Date> {
    let month = month(&mut rest)?;
    skip(&mut rest, b" ")?;
    // Two digits, or a space and one.
    let day = match skip(&mut rest, b" ") {
        Some(()) => number(&mut rest, 1)?,
        None => number(&mut rest, 2)?,
    };
    skip(&mut rest, b" ")?;
    let second = time_of_day(&mut rest)?;
    skip(&mut rest, b" ")?;
    let year = number(&mut rest, 4)?;
    rest.is_empty().then_some(Date { year, month, day, second })
}

/// `08:49:37`, up to 23:59:60
fn time_of_day(rest: &mut &[u8]) -> Option<i64> {
    let hour = number(rest, 2)?;
    skip(rest, b":")?;
    let minute = number(rest, 2)?;
    skip(rest, b":")?;
    let second = number(rest, 2)?;
    let is_leap = (hour, minute, second) == (23, 59, 60);
    ((hour < 24 && minute < 60 && second < 60) || is_leap).then_some(hour * 3600 + minute * 60 + second)
}

/// Matched by bytes rather than looked up in the lists below: this runs for answers from memory.
fn month(rest: &mut &[u8]) -> Option<i64> {
    let (name, behind) = rest.split_at_checked(3)?;
    *rest = behind;
    Some(match name {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    })
}

/// Short or in full.
fn weekday_of(name: &[u8]) -> Option<usize> {
    Some(match name {
        b"Mon" | b"Monday" => 0,
        b"Tue" | b"Tuesday" => 1,
        b"Wed" | b"Wednesday" => 2,
        b"Thu" | b"Thursday" => 3,
        b"Fri" | b"Friday" => 4,
        b"Sat" | b"Saturday" => 5,
        b"Sun" | b"Sunday" => 6,
        _ => return None,
    })
}

/// Takes exactly so many digits.
fn number(rest: &mut &[u8], digits: usize) -> Option<i64> {
    let (number, behind) = rest.split_at_checked(digits)?;
    *rest = behind;
    number.iter().try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

fn letters<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let end = rest.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (letters, behind) = rest.split_at(end);
    *rest = behind;
    letters
}

fn skip(rest: &mut &[u8], what: &[u8]) -> Option<()> {
    *rest = rest.strip_prefix(what)?;
    Some(())
}

fn two_digits(number: i64) -> [u8; 2] {
    // Never more than 99: parts of a date within four-digit years.
    let number = number as u8;
    [b'0' + number / 10, b'0' + number % 10]
}

/// 0 is Monday; day 0 was a Thursday.
fn weekday(days: i64) -> usize {
    (days + 3).rem_euclid(7) as usize
}

// The Gregorian calendar in cycles of 400 years, each year begun on the first of March, so that the leap day is the
// last of its year and months before it have always the same length.

/// Year, month and day, of days since 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    let since_0000_03_01 = days + DAYS_FROM_0000_03_01;
    let cycle = since_0000_03_01.div_euclid(CYCLE_DAYS);
    let day_of_cycle = since_0000_03_01.rem_euclid(CYCLE_DAYS);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 - day_of_cycle / 146096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    // 153 days are five months: 31, 30, 31, 30, 31.
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (cycle * 400 + year_of_cycle + i64::from(month <= 2), month, day)
}

/// Days since 1970-01-01, of a year, a month from 1 to 12, and a day.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let year_of_cycle = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    year.div_euclid(400) * CYCLE_DAYS + day_of_cycle - DAYS_FROM_0000_03_01
}

const DAY: i64 = 86_400;
const CYCLE_DAYS: i64 = 146_097;
const DAYS_FROM_0000_03_01: i64 = 719_468;
const YEAR_0: i64 = -62_167_219_200;
const YEAR_10000: i64 = 253_402_300_800;
const WEEKDAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOVEMBER_1994: i64 = 784_111_777;
    /// 2026-07-01T12:00:00Z
    const NOW: i64 = 1_782_907_200;

    #[track_caller]
    fn check(input: &str, expected: Option<i64>) {
        assert_eq!(parse_date(input.as_bytes(), Timestamp::from_seconds(NOW)), expected, "{input}");
    }

    #[track_caller]
    fn check_format(seconds: i64, expected: &str) {
        assert_eq!(core::str::from_utf8(&format_date(seconds)), Ok(expected));
    }

    #[test]
    fn all_three_forms_say_the_same() {
        check("Sun, 06 Nov 1994 08:49:37 GMT", Some(NOVEMBER_1994));
        check("Sunday, 06-Nov-94 08:49:37 GMT", Some(NOVEMBER_1994));
        check("Sun Nov  6 08:49:37 1994", Some(NOVEMBER_1994));
        check("Wed Nov 16 08:49:37 1994", Some(NOVEMBER_1994 + 10 * DAY));
    }

    #[test]
    fn the_moments_where_calendars_go_wrong() {
        check_format(0, "Thu, 01 Jan 1970 00:00:00 GMT");
        check_format(-1, "Wed, 31 Dec 1969 23:59:59 GMT");
        check_format(NOVEMBER_1994, "Sun, 06 Nov 1994 08:49:37 GMT");
        check_format(951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT");
        check_format(4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT");
        check_format(YEAR_0, "Sat, 01 Jan 0000 00:00:00 GMT");
        check_format(YEAR_10000 - 1, "Fri, 31 Dec 9999 23:59:59 GMT");
    }

    #[test]
    fn moments_beyond_four_digits_stay_at_the_end() {
        check_format(i64::MAX, "Fri, 31 Dec 9999 23:59:59 GMT");
        check_format(i64::MIN, "Sat, 01 Jan 0000 00:00:00 GMT");
    }

    #[test]
    fn two_digits_of_a_year_are_at_most_fifty_years_ahead() {
        // 2076-07-01T12:00:00 is exactly 50 years from now, a second later is more.
        check("Wednesday, 01-Jul-76 12:00:00 GMT", Some(3_360_830_400));
        check("Thursday, 01-Jul-76 12:00:01 GMT", Some(205_070_401));
        check("Tuesday, 29-Feb-00 00:00:00 GMT", Some(951_782_400));
        check("Friday, 31-Dec-99 23:59:59 GMT", Some(946_684_799));
    }

    #[test]
    fn a_leap_second_is_the_first_second_of_the_next_day() {
        check("Sat, 31 Dec 2016 23:59:60 GMT", Some(1_483_228_800));
        check("Sat, 31 Dec 2016 22:59:60 GMT", None);
        check("Sat, 31 Dec 2016 23:59:61 GMT", None);
    }

    #[test]
    fn what_is_not_exactly_a_date_is_none() {
        for input in [
            "",
            "Sun",
            "Sun,",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            " Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Thu, 31 Nov 1994 08:49:37 GMT",
            "Wed, 29 Feb 2023 00:00:00 GMT",
            "Sunday, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06-Nov-94 08:49:37 GMT",
            "Sunday Nov  6 08:49:37 1994",
            "Sun Nov 6 08:49:37 1994",
            "Sun Nov  6 08:49:37 1994 GMT",
            "784111777",
        ] {
            check(input, None);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in YEAR_0..YEAR_10000) {
            prop_assert_eq!(parse_date(&format_date(seconds), Timestamp::from_seconds(NOW)), Some(seconds));
        }

        #[test]
        fn a_century_is_within_reach_of_two_digits(years in -49i64..50, second in 0..DAY) {
            let now = Timestamp::from_seconds(NOW);
            let days = days_of(2026 + years, 3, 14);
            let text = format_date(days * DAY + second);
            let full = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"][weekday(days)];
            let rfc850 = [full.as_bytes(), b", 14-Mar-", &text[14..16], &text[16..]].concat();
            prop_assert_eq!(parse_date(&rfc850, now), Some(days * DAY + second));
        }

        #[test]
        fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..40), now in any::<i128>()) {
            let _ = parse_date(&bytes, Timestamp(now));
        }

        #[test]
        fn one_changed_byte_is_another_date_or_none(at in 0usize..29, byte in any::<u8>()) {
            let mut text = format_date(NOVEMBER_1994);
            prop_assume!(text[at] != byte);
            text[at] = byte;
            prop_assert_ne!(parse_date(&text, Timestamp::from_seconds(NOW)), Some(NOVEMBER_1994));
        }
    }
}
