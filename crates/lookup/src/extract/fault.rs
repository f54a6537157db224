//! Sentences that say why words are missing.

/// `read the first 8 MiB of 1.2 GiB`
pub(crate) fn cut(read: u64, size: u64) -> String {
    format!("read the first {} of {}", Size(read), Size(size))
}

/// `has more than 8 MiB of text; the rest was left out`
pub(crate) fn long(kept: usize) -> String {
    format!("has more than {} of text; the rest was left out", Size(kept as u64))
}

/// Two sentences as one.
pub(crate) fn join(fault: &mut Option<String>, more: String) {
    *fault = Some(match fault.take() {
        None => more,
        Some(first) => format!("{first}; {more}"),
    });
}

/// A number of bytes as people read it.
pub(crate) struct Size(pub(crate) u64);

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        if self.0 < 1024 {
            return write!(f, "{} bytes", self.0);
        }
        let unit = (self.0.ilog2() / 10) as usize;
        let text = format!("{:.1}", self.0 as f64 / (1024_f64).powi(unit as i32));
        write!(f, "{} {}", text.strip_suffix(".0").unwrap_or(&text), UNITS[unit - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_what_people_read() {
        let told = |bytes| Size(bytes).to_string();
        assert_eq!([told(0), told(1023), told(1024)], ["0 bytes", "1023 bytes", "1 KiB"]);
        assert_eq!([told(1536), told(8 << 20), told(1_288_490_189)], ["1.5 KiB", "8 MiB", "1.2 GiB"]);
        assert_eq!(told(u64::MAX), "16 EiB");
    }

    #[test]
    fn two_faults_are_one_sentence() {
        let mut fault = None;
        join(&mut fault, cut(8 << 20, 9 << 20));
        join(&mut fault, long(8 << 20));
        assert_eq!(
            fault.as_deref(),
            Some("read the first 8 MiB of 9 MiB; has more than 8 MiB of text; the rest was left out")
        );
    }
}
