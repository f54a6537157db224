//! Durations: `0`, `200ms`, `10s`, `2m`, `1h`.

use std::time::Duration;

/// Reads a duration. Beyond a day it is more likely a slip than a wish.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let milliseconds_per_unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "" if number.bytes().all(|digit| digit == b'0') && !number.is_empty() => 0,
        "" if !number.is_empty() => {
            return Err(format!("the unit is missing; expected for example {text}s or {text}ms"));
        }
        _ => return Err(EXPECTED.into()),
    };
    if number.is_empty() {
        return Err(EXPECTED.into());
    }
    let milliseconds = number.parse::<u64>().ok().and_then(|number| number.checked_mul(milliseconds_per_unit));
    match milliseconds {
        Some(milliseconds) if milliseconds <= MILLISECONDS_MAX => Ok(Duration::from_millis(milliseconds)),
        _ => Err("expected at most 24h".into()),
    }
}

/// Reads a duration that may not be nothing.
pub(crate) fn parse_positive(text: &str) -> Result<Duration, String> {
    match parse(text)? {
        Duration::ZERO => Err("expected more than nothing, such as 60s".into()),
        duration => Ok(duration),
    }
}

const EXPECTED: &str = "expected a duration such as 200ms, 10s, 2m, 1h or 0";
const MILLISECONDS_MAX: u64 = 24 * 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<u64, &str>) {
        let found = parse(text);
        assert_eq!(found, expected.map(Duration::from_millis).map_err(str::to_owned), "{text}");
    }

    #[test]
    fn a_number_and_a_unit_make_a_duration() {
        check("0", Ok(0));
        check("000", Ok(0));
        check("0s", Ok(0));
        check("200ms", Ok(200));
        check("1s", Ok(1_000));
        check("2m", Ok(120_000));
        check("24h", Ok(86_400_000));
    }

    #[test]
    fn what_is_no_duration_says_what_one_is() {
        check("", Err(EXPECTED));
        check("s", Err(EXPECTED));
        check("-1s", Err(EXPECTED));
        check("1.5s", Err(EXPECTED));
        check("10 s", Err(EXPECTED));
        check("10S", Err(EXPECTED));
        check("1m30s", Err(EXPECTED));
        check("10秒", Err(EXPECTED));
        check("10", Err("the unit is missing; expected for example 10s or 10ms"));
    }

    #[test]
    fn a_day_is_the_most() {
        check("25h", Err("expected at most 24h"));
        check("99999999999999999999s", Err("expected at most 24h"));
        check("18446744073709551615h", Err("expected at most 24h"));
    }

    #[test]
    fn some_durations_may_not_be_nothing() {
        assert_eq!(parse_positive("0"), Err("expected more than nothing, such as 60s".into()));
        assert_eq!(parse_positive("1ms"), Ok(Duration::from_millis(1)));
    }
}
