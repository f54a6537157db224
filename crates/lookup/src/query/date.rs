//! Days of the Gregorian calendar, by UTC.

use super::Moment;
use std::fmt;

impl Moment {
    /// `2024`, `2024-03`, `2024-03-09`; also with `/` or `.` between, or 年月日 behind the numbers.
    pub fn parse(text: &str) -> Option<Moment> {
        let text = text.trim_end_matches(['年', '月', '日', '-', '/', '.']);
        let mut numbers = text.split(['-', '/', '.', '年', '月']);
        let year = number(numbers.next()?, 4).filter(|_| text.len() >= 4)?;
        let month = numbers.next().map(|part| number(part, 2));
        let day = numbers.next().map(|part| number(part, 2));
        if numbers.next().is_some() || !(1..=9999).contains(&year) || month == Some(None) || day == Some(None) {
            return None;
        }
        let (month, day) = (month.flatten(), day.flatten());
        let days = match month {
            None => 0,
            Some(2) if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            Some(2) => 28,
            Some(4 | 6 | 9 | 11) => 30,
            Some(1..=12) => 31,
            Some(_) => return None,
        };
        if day.is_some_and(|day| !(1..=days).contains(&day)) {
            return None;
        }
        Some(Moment { year: year as i32, month: month.map(|month| month as u8), day: day.map(|day| day as u8) })
    }

    /// The day of a time in nanoseconds since 1970.
    pub fn day_of(nanoseconds: i64) -> Moment {
        let (year, day_of_year) = year_and_day(nanoseconds);
        // Months from March on have 30.6 days, as far as whole days are concerned.
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        Moment { year, month: Some(month as u8), day: Some(day as u8) }
    }

    /// In nanoseconds since 1970, as far as they go.
    pub fn nanoseconds(self) -> i64 {
        let days = days_since_1970(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1));
        days.saturating_mul(DAY)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

fn number(text: &str, digits: usize) -> Option<u32> {
    let is_number = !text.is_empty() && text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// By the algorithm of Howard Hinnant ("chrono-Compatible Low-Level Date Algorithms").
fn days_since_1970(year: i32, month: u8, day: u8) -> i64 {
    // The year begins in March, so that the odd day is its last.
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The year of a time in nanoseconds since 1970.
pub(crate) fn year_of(nanoseconds: i64) -> i32 {
    year_and_day(nanoseconds).0
}

/// The year of a time, and how many days of the one that began in March have passed.
fn year_and_day(nanoseconds: i64) -> (i32, i64) {
    let days = nanoseconds.div_euclid(DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // January and February count to the year before.
    ((era * 400 + year_of_era + i64::from(day_of_year >= 306)) as i32, day_of_year)
}

const DAY: i64 = 86_400 * 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, i64)>) {
        let moment = Moment::parse(text);
        assert_eq!(
            moment.map(|moment| (moment.to_string(), moment.nanoseconds() / 1_000_000_000)),
            expected.map(|(text, seconds)| (text.to_owned(), seconds)),
            "{text}"
        );
    }

    #[test]
    fn dates_are_years_months_or_days() {
        check("2024", Some(("2024", 1_704_067_200)));
        check("2024-03", Some(("2024-03", 1_709_251_200)));
        check("2024-3-9", Some(("2024-03-09", 1_709_942_400)));
        check("2024/02/29", Some(("2024-02-29", 1_709_164_800)));
        check("2024年3月", Some(("2024-03", 1_709_251_200)));
        check("1969-12-31", Some(("1969-12-31", -86_400)));
        check("2024-", Some(("2024", 1_704_067_200)));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in
            ["", "x", "24", "2024-13", "2023-02-29", "2024-1-2-3", "20245", "2024-ab", "0000", "-5", "2024--5", "٢٠٢٤"]
        {
            check(text, None);
        }
    }

    #[test]
    fn the_year_of_a_moment_is_its_year() {
        for year in 1700..2262 {
            let begin = Moment { year, month: None, day: None }.nanoseconds();
            assert_eq!((year_of(begin), year_of(begin - 1)), (year, year - 1));
        }
        assert_eq!(year_of(i64::MAX), 2262);
        assert_eq!(year_of(i64::MIN), 1677);
    }

    #[test]
    fn the_day_of_a_moment_is_its_day() {
        for text in ["1677-09-22", "1969-12-31", "1970-01-01", "2000-02-29", "2023-03-01", "2024-12-31", "2262-04-11"] {
            let begin = Moment::parse(text).unwrap().nanoseconds();
            assert_eq!(Moment::day_of(begin).to_string(), text);
            assert_eq!(Moment::day_of(begin.saturating_add(DAY - 1)).to_string(), text);
        }
        let mut day = Moment::parse("1896-01-01").unwrap().nanoseconds();
        for _ in 0..130_000 {
            let moment = Moment::day_of(day);
            assert_eq!((moment.nanoseconds(), Moment::parse(&moment.to_string())), (day, Some(moment)));
            day += DAY;
        }
    }
}
