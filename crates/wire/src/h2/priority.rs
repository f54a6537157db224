//! Which response goes first (RFC 9218): the `Priority` field, and what PRIORITY_UPDATE says in its place.

use crate::grammar::members;

/// How urgent a response is, and whether it is of use in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Priority {
    /// 0 to 7, the most urgent first (§4.1).
    pub(crate) urgency: u8,
    /// Parts are of use before the whole is there, so those of several may alternate (§4.2).
    pub(crate) is_incremental: bool,
}

impl Default for Priority {
    fn default() -> Priority {
        Priority { urgency: 3, is_incremental: false }
    }
}

impl Priority {
    /// Of a field value: a dictionary of structured fields (RFC 9651 §3.2). What is unknown or out of range is passed
    /// over (§4).
    pub(crate) fn parse(value: &[u8]) -> Priority {
        let mut priority = Priority::default();
        for member in members(value) {
            let member = member.split(|&byte| byte == b';').next().unwrap_or_default().trim_ascii_end();
            match member {
                [b'u', b'=', urgency @ b'0'..=b'7'] => priority.urgency = urgency - b'0',
                b"i" | b"i=?1" => priority.is_incremental = true,
                b"i=?0" => priority.is_incremental = false,
                _ => {}
            }
        }
        priority
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, urgency: u8, is_incremental: bool) {
        assert_eq!(Priority::parse(value.as_bytes()), Priority { urgency, is_incremental }, "{value}");
    }

    #[test]
    fn urgency_and_incremental_are_read() {
        check("u=0", 0, false);
        check("u=7, i", 7, true);
        check("i", 3, true);
        check("i=?1,u=2", 2, true);
        check("i, i=?0", 3, false);
        check("u=5;a=b , i;c", 5, true);
        check("u=1, u=4", 4, false);
    }

    #[test]
    fn what_is_unknown_or_out_of_range_is_passed_over() {
        for value in ["", "u=8", "u=-1", "u", "u=\"1\"", "u=10", "u=1.0", "x=1", "i=1", "U=1", "=", ",,", "u =1"] {
            check(value, 3, false);
        }
        check("u=9, u=2", 2, false);
    }
}
