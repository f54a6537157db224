//! Sizes in bytes: `0`, `4096`, `64KiB`, `256MiB`, `1G`.

/// Reads a size. `K`, `KiB` and their like are powers of 1024, as programmers count; `kB`, `MB`, `GB` of 1000, as disks are sold.
pub(crate) fn parse(text: &str) -> Result<usize, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        return Err(EXPECTED.into());
    }
    let bytes_per_unit: usize = match unit {
        "" | "B" => 1,
        "k" | "K" | "KiB" => 1 << 10,
        "M" | "MiB" => 1 << 20,
        "G" | "GiB" => 1 << 30,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return Err(EXPECTED.into()),
    };
    let bytes = number.parse::<usize>().ok().and_then(|number| number.checked_mul(bytes_per_unit));
    // What no allocation can have; the rest is for the machine to refuse.
    bytes.filter(|&bytes| bytes <= isize::MAX as usize).ok_or_else(|| "more than this machine can count".into())
}

const EXPECTED: &str = "expected a size such as 64KiB, 256MiB, 1G or 0";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<usize, &str>) {
        assert_eq!(parse(text), expected.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn a_number_with_or_without_a_unit_makes_a_size() {
        check("0", Ok(0));
        check("4096", Ok(4096));
        check("10B", Ok(10));
        check("64KiB", Ok(65_536));
        check("64k", Ok(65_536));
        check("64K", Ok(65_536));
        check("256MiB", Ok(268_435_456));
        check("1G", Ok(1_073_741_824));
        check("1GiB", Ok(1_073_741_824));
        check("1kB", Ok(1_000));
        check("3MB", Ok(3_000_000));
        check("2GB", Ok(2_000_000_000));
    }

    #[test]
    fn what_is_no_size_says_what_one_is() {
        check("", Err(EXPECTED));
        check("MiB", Err(EXPECTED));
        check("1.5G", Err(EXPECTED));
        check("-1", Err(EXPECTED));
        check("1 G", Err(EXPECTED));
        check("1Mb", Err(EXPECTED));
        check("1x", Err(EXPECTED));
    }

    #[test]
    fn a_size_beyond_the_machine_is_refused() {
        check("18446744073709551616", Err("more than this machine can count"));
        check("18446744073709551615G", Err("more than this machine can count"));
        check("18446744073709551615", Err("more than this machine can count"));
    }
}
