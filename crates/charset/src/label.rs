//! The names that stand after `charset=`.

use encoding_rs::{Encoding, REPLACEMENT};

/// The label to send for an encoding somebody asked for by any of its names; none when browsers know no such name.
///
/// Not for what a text declares of itself: there, some names mean another encoding.
pub fn label_for(name: &str) -> Option<&'static str> {
    Encoding::for_label(name.as_bytes()).filter(|&encoding| encoding != REPLACEMENT).map(label)
}

/// The name of the encoding in lower case, as most servers and pages write it.
pub(crate) fn label(encoding: &'static Encoding) -> &'static str {
    // Lower case cannot be made at run time without leaking; the Encoding Standard is closed, so the list is too.
    LABELS.iter().find(|label| label.eq_ignore_ascii_case(encoding.name())).copied().unwrap_or(encoding.name())
}

const LABELS: [&str; 39] = [
    "big5",
    "euc-jp",
    "euc-kr",
    "gb18030",
    "gbk",
    "ibm866",
    "iso-2022-jp",
    "iso-8859-10",
    "iso-8859-13",
    "iso-8859-14",
    "iso-8859-15",
    "iso-8859-16",
    "iso-8859-2",
    "iso-8859-3",
    "iso-8859-4",
    "iso-8859-5",
    "iso-8859-6",
    "iso-8859-7",
    "iso-8859-8",
    "iso-8859-8-i",
    "koi8-r",
    "koi8-u",
    "macintosh",
    "shift_jis",
    "utf-16be",
    "utf-16le",
    "utf-8",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "windows-874",
    "x-mac-cyrillic",
    "x-user-defined",
];

#[cfg(test)]
mod tests {
    use encoding_rs::GBK;

    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(label_for(name), expected, "{name}");
    }

    #[test]
    fn any_name_a_browser_knows_gives_the_standard_one() {
        check("GB2312", Some("gbk"));
        check("gb18030", Some("gb18030"));
        check(" Shift-JIS ", Some("shift_jis"));
        check("ks_c_5601-1987", Some("euc-kr"));
        check("latin1", Some("windows-1252"));
        check("UTF8", Some("utf-8"));
        check("unicode", Some("utf-16le"));
    }

    #[test]
    fn a_name_browsers_refuse_gives_none() {
        check("utf-7", None);
        check("hz-gb-2312", None);
        check("", None);
        check("utf-8\r\nX: y", None);
    }

    #[test]
    fn labels_are_lower_case() {
        assert!(LABELS.iter().all(|name| label_for(name) == Some(name)));
        assert_eq!(label(GBK), "gbk");
    }
}
