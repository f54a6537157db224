//! When a certificate is renewed: within the time that its authority suggests (RFC 9773), else at two thirds of its life.

use std::ops::Range;

/// What an authority suggests for one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suggestion {
    /// Within these seconds since 1970.
    pub(crate) window: Range<i64>,
    /// Where it says why, if it does.
    pub(crate) explanation: Option<String>,
}

impl Suggestion {
    /// RFC 9773 §4.2. `None`: this is none, and who sends nonsense has suggested nothing.
    pub(crate) fn read(json: &[u8]) -> Option<Suggestion> {
        let json: serde_json::Value = serde_json::from_slice(json).ok()?;
        let time = |name: &str| rfc3339(json.get("suggestedWindow")?.get(name)?.as_str()?);
        let window = time("start")?..time("end")?;
        let explanation = json.get("explanationURL").and_then(|url| url.as_str()).map(str::to_owned);
        (!window.is_empty()).then_some(Suggestion { window, explanation })
    }
}

/// When to renew. `chance`: of 256 parts of the time within which it may be, so many pass; another for each certificate, so
/// that the many that were made at one moment are not renewed at one moment, and always the same for one, so that it is not
/// earlier each time that it is asked for.
pub(crate) fn time(validity: &Range<i64>, suggestion: Option<&Suggestion>, chance: u8) -> i64 {
    let life = validity.end - validity.start;
    let part = |window: Range<i64>| window.start + (window.end - window.start) / 256 * i64::from(chance);
    let by_age = validity.start + life / 3 * 2;
    match suggestion {
        // Whoever suggests too late for a second attempt is not waited for.
        Some(Suggestion { window, .. }) => part(window.clone()).min(validity.end - life / 10),
        None => part(by_age - life / 20..by_age),
    }
}

/// A chance of a certificate: the last byte of its signature is as good as any.
pub(crate) fn chance(certificate: &[u8]) -> u8 {
    certificate.last().copied().unwrap_or_default()
}

/// Seconds since 1970 of a time such as `2026-01-02T04:00:00Z` or `2026-01-02T04:00:00.5+01:00`.
fn rfc3339(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |range: Range<usize>| text.get(range).filter(digits)?.parse::<i64>().ok();
    for (at, expected) in [(4, "-"), (7, "-"), (10, "Tt "), (13, ":"), (16, ":")] {
        if !expected.as_bytes().contains(bytes.get(at)?) {
            return None;
        }
    }
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = text.get(19..)?;
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|digit: char| digit.is_ascii_digit()),
        None => rest,
    };
    let ahead = match zone {
        "Z" | "z" => 0,
        _ => {
            let (sign, ahead) = zone.split_at_checked(1)?;
            let (hours, minutes) = ahead.split_once(':')?;
            let seconds = (hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?) * 60;
            match sign {
                "+" => seconds,
                "-" => -seconds,
                _ => return None,
            }
        }
    };
    Some(((crate::certificate::days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second - ahead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_suggestion_it_is_before_two_thirds_of_a_life() {
        let life = 1_000_000..1_900_000;
        assert_eq!(time(&life, None, 0), 1_555_000);
        assert!((1_599_000..1_600_000).contains(&time(&life, None, 255)));
    }

    #[test]
    fn a_suggestion_is_followed_unless_it_is_too_late() {
        let life = 1_000_000..1_900_000;
        let within = |window| Suggestion { window, explanation: None };
        assert_eq!(time(&life, Some(&within(1_100_000..1_100_256)), 7), 1_100_007);
        assert_eq!(time(&life, Some(&within(0..256)), 255), 255);
        assert_eq!(time(&life, Some(&within(1_899_000..2_000_000)), 0), 1_810_000);
    }

    #[test]
    fn a_suggestion_is_read_as_it_is_written() {
        let read = |text: &str| Suggestion::read(text.as_bytes());
        let text = r#"{"suggestedWindow": {"start": "2025-01-02T04:00:00Z", "end": "2025-01-03T04:00:00+01:00"},
            "explanationURL": "https://a.test/why"}"#;
        let expected =
            Suggestion { window: 1_735_790_400..1_735_873_200, explanation: Some("https://a.test/why".into()) };
        assert_eq!(read(text), Some(expected));
        for wrong in [
            "",
            "{}",
            r#"{"suggestedWindow": {"start": "2025-01-02T04:00:00Z", "end": "2025-01-02T04:00:00Z"}}"#,
            r#"{"suggestedWindow": {"start": 5, "end": 6}}"#,
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_are_read_in_any_zone() {
        assert_eq!(rfc3339("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(rfc3339("1970-01-01T00:00:00.123456+00:00"), Some(0));
        assert_eq!(rfc3339("1970-01-01t01:30:00+01:30"), Some(0));
        assert_eq!(rfc3339("1969-12-31 22:00:01-02:00"), Some(1));
        for wrong in [
            "",
            "1970-01-01",
            "1970-01-01T00:00:00",
            "1970-13-01T00:00:00Z",
            "1970-01-01T00:00:00é",
            "+970-01-01T00:00:00Z",
        ] {
            assert_eq!(rfc3339(wrong), None, "{wrong}");
        }
    }
}
