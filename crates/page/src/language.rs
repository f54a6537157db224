//! The languages Quarry speaks, and which of them a reader wants (RFC 9110 §12.5.4).

mod english;
mod reason;
mod simplified_chinese;
mod words;

use crate::limit;

pub(crate) use words::Words;

/// A language that pages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese in simplified characters.
    SimplifiedChinese,
}

impl Language {
    /// The language that the value of `Accept-Language` likes best; English when it likes none of ours.
    pub fn from_accept_language(value: &[u8]) -> Language {
        preferred(value).iter().find_map(|tag| Language::from_tag(tag)).unwrap_or_default()
    }

    /// The language of a tag; readers of traditional characters get the simplified ones rather than English.
    fn from_tag(tag: &str) -> Option<Language> {
        match primary(tag).to_ascii_lowercase().as_str() {
            "en" => Some(Language::English),
            "zh" | "cmn" | "yue" | "wuu" => Some(Language::SimplifiedChinese),
            _ => None,
        }
    }

    /// The tag for `lang` attributes and `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            // Not `zh-Hans`: browsers choose the glyphs of Han characters by the region, too.
            Language::SimplifiedChinese => "zh-CN",
        }
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Language::English => &english::WORDS,
            Language::SimplifiedChinese => &simplified_chinese::WORDS,
        }
    }
}

/// How long something is, in its two largest units; of each the names for one and for several: days, hours, minutes, seconds.
fn span(seconds: u64, units: [(&str, &str); 4]) -> String {
    let parts = [seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60];
    let largest = parts.iter().position(|&part| part > 0).unwrap_or(parts.len() - 1);
    let shown = (largest..parts.len()).take(2).filter(|&at| parts[at] > 0 || at == largest);
    let shown = shown.map(|at| format!("{} {}", parts[at], if parts[at] == 1 { units[at].0 } else { units[at].1 }));
    shown.collect::<Vec<_>>().join(" ")
}

/// The language that a reader likes best, whether Quarry speaks it or not, with its region: `zh-tw`, `fr`.
pub fn preferred_language(accept_language: &[u8]) -> Option<String> {
    preferred(accept_language).first().map(|tag| tag.to_ascii_lowercase())
}

/// The part of a language tag that names the language.
pub(crate) fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// The tags of `Accept-Language`, the most wanted first; what is refused (`q=0`) or malformed is left out.
pub(crate) fn preferred(value: &[u8]) -> Vec<&str> {
    let Ok(value) = str::from_utf8(value) else { return Vec::new() };
    let mut tags: Vec<(u16, &str)> = value.split(',').take(limit::LANGUAGE_TAGS_MAX).filter_map(range).collect();
    // The sort is stable: what is wanted alike stays in the reader's own order.
    tags.sort_by_key(|&(quality, _)| core::cmp::Reverse(quality));
    tags.into_iter().map(|(_, tag)| tag).collect()
}

/// One language range with its weight in thousandths.
fn range(item: &str) -> Option<(u16, &str)> {
    let (tag, parameter) = item.split_once(';').unwrap_or((item, ""));
    let (tag, parameter) = (tag.trim(), parameter.trim());
    let quality = match parameter.strip_prefix("q=").or_else(|| parameter.strip_prefix("Q=")) {
        Some(value) => weight(value)?,
        None if parameter.is_empty() => 1000,
        None => return None,
    };
    let is_tag = !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_tag && quality > 0).then_some((quality, tag))
}

/// `qvalue` of RFC 9110 §12.4.2, in thousandths.
fn weight(value: &str) -> Option<u16> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match whole {
        "1" => fraction.bytes().all(|byte| byte == b'0').then_some(1000),
        "0" => format!("{fraction:0<3}").parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_two_units() {
        let check = |seconds, expected| {
            let units = [("day", "days"), ("hour", "hours"), ("minute", "minutes"), ("second", "seconds")];
            assert_eq!(span(seconds, units), expected);
        };
        check(0, "0 seconds");
        check(1, "1 second");
        check(61, "1 minute 1 second");
        check(3600, "1 hour");
        check(93_784, "1 day 2 hours");
        check(86_400 * 400 + 59, "400 days");
    }

    #[track_caller]
    fn check(value: &str, expected: Language) {
        assert_eq!(Language::from_accept_language(value.as_bytes()), expected, "{value}");
    }

    #[test]
    fn the_reader_gets_the_best_of_our_languages() {
        check("", Language::English);
        check("*", Language::English);
        check("en-GB,en;q=0.9", Language::English);
        check("zh-CN,zh;q=0.9,en;q=0.8", Language::SimplifiedChinese);
        check("en;q=0.8, zh-CN", Language::SimplifiedChinese);
        check("zh;q=0.3,en;q=0.4", Language::English);
        check("zh;q=0", Language::English);
        check("fr-FR,fr;q=0.9,zh;q=0.2", Language::SimplifiedChinese);
        check("zh-Hant-TW", Language::SimplifiedChinese);
        check("ZH-cn", Language::SimplifiedChinese);
        check("zh;q=1.0,en;q=1", Language::SimplifiedChinese);
        check("zh;q=2,en", Language::English);
        check("zh;q=0.1234", Language::English);
        check("zh;level=1", Language::English);
        check("zhx", Language::English);
    }

    #[test]
    fn bytes_that_are_no_text_are_no_wish() {
        assert_eq!(Language::from_accept_language(b"zh\xff"), Language::English);
        assert_eq!(Language::from_accept_language(&b"zh,".repeat(9000)), Language::SimplifiedChinese);
    }
}
