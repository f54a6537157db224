//! In which order rows stand: folders first, then by name as the reader would look it up, by size or by date.
//!
//! Names are compared by the rules of the reader's language (Unicode collation): digits by their value, case and
//! width ignored, Chinese by pinyin or strokes, Japanese by kana. Names that are alike stand in the order of their
//! bytes, so the order is total, and the same on every request.

mod ascii;

use core::cmp::Ordering;

use icu_collator::options::{CollatorOptions, Strength};
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{CollatorBorrowed, CollatorPreferences};
use icu_locale_core::Locale;
use semantics::Timestamp;

use crate::language;
use ascii::Ranks;

/// By what rows are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// By name.
    #[default]
    Name,
    /// By size; those alike by name.
    Size,
    /// By the time of the last change; those alike by name.
    Modified,
}

impl Sort {
    /// The word in a query.
    pub fn token(self) -> &'static str {
        match self {
            Sort::Name => "name",
            Sort::Size => "size",
            Sort::Modified => "modified",
        }
    }
}

/// Which end comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The least first.
    #[default]
    Ascending,
    /// The greatest first.
    Descending,
}

impl Direction {
    /// The word in a query.
    pub fn token(self) -> &'static str {
        match self {
            Direction::Ascending => "asc",
            Direction::Descending => "desc",
        }
    }

    /// The other one.
    #[must_use]
    pub fn reversed(self) -> Direction {
        match self {
            Direction::Ascending => Direction::Descending,
            Direction::Descending => Direction::Ascending,
        }
    }
}

/// What the place of a row depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'a> {
    /// The name in the file system.
    pub name: &'a [u8],
    /// The name as people read it: UTF-8, or nearly; often the same bytes as `name`.
    pub shown: &'a [u8],
    /// Folders stand before all files, in either direction.
    pub is_folder: bool,
    /// Only looked at when sorting by size; folders have none.
    pub size: u64,
    /// Only looked at when sorting by time.
    pub modified: Timestamp,
}

impl<'a> Key<'a> {
    /// For sorting by name, where the name is UTF-8.
    pub fn of_name(name: &'a [u8], is_folder: bool) -> Key<'a> {
        Key { name, shown: name, is_folder, size: 0, modified: Timestamp::default() }
    }
}

/// A total order of rows.
#[derive(Debug)]
pub struct Order {
    collator: CollatorBorrowed<'static>,
    /// Where the language has no rules of its own for ASCII.
    ranks: Option<Ranks>,
    sort: Sort,
    direction: Direction,
}

impl Order {
    /// By name, for a reader with this `Accept-Language`.
    pub fn new(accept_language: &[u8]) -> Order {
        let tags = language::preferred(accept_language);
        // English follows the common rules; whoever reads Chinese too wants Chinese names in its order.
        let tag = tags.iter().copied().find(|tag| !COMMON.contains(&language::primary(tag))).unwrap_or("und");
        let collator = collator(tag);
        let ranks =
            PLAIN.contains(&language::primary(tag)).then(|| Ranks::new(|one, other| collator.compare_utf8(one, other)));
        Order { collator, ranks, sort: Sort::Name, direction: Direction::Ascending }
    }

    /// The same reader's order by another column or in another direction.
    #[must_use]
    pub fn by(self, sort: Sort, direction: Direction) -> Order {
        Order { sort, direction, ..self }
    }

    /// By what this order sorts.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Where `one` stands to `other`; equal only if both have the same name and are of one sort.
    pub fn compare(&self, one: Key<'_>, other: Key<'_>) -> Ordering {
        let by_value = match self.sort {
            Sort::Name => Ordering::Equal,
            Sort::Size => one.size.cmp(&other.size),
            Sort::Modified => one.modified.cmp(&other.modified),
        };
        let ascending =
            || by_value.then_with(|| self.compare_names(one.shown, other.shown)).then(one.name.cmp(other.name));
        other.is_folder.cmp(&one.is_folder).then_with(|| match self.direction {
            Direction::Ascending => ascending(),
            Direction::Descending => ascending().reverse(),
        })
    }

    /// The order of names alone, as displayed; bytes that are not UTF-8 count as unknown characters.
    pub fn compare_names(&self, one: &[u8], other: &[u8]) -> Ordering {
        let quick = self.ranks.as_ref().and_then(|ranks| ranks.compare(one, other));
        quick.unwrap_or_else(|| self.collator.compare_utf8(one, other))
    }
}

/// The rules of a language; those that all others share if it has none.
fn collator(tag: &str) -> CollatorBorrowed<'static> {
    let mut options = CollatorOptions::default();
    // Not tertiary: case, width, and hiragana or katakana do not tell names apart before their bytes do.
    options.strength = Some(Strength::Secondary);
    let preferences = |tag: &str| {
        let locale = Locale::try_from_str(tag).unwrap_or(Locale::UNKNOWN);
        let mut preferences = CollatorPreferences::from(&locale);
        preferences.numeric_ordering = Some(CollationNumericOrdering::True);
        preferences
    };
    // The common rules are part of the program, so they are always found.
    CollatorBorrowed::try_new(preferences(tag), options)
        .or_else(|_| CollatorBorrowed::try_new(preferences("und"), options))
        .expect("the common rules are compiled in")
}

/// Languages whose rules say nothing of ASCII beyond the common ones (the tests compare them).
const PLAIN: [&str; 4] = ["und", "zh", "ja", "ko"];

/// Languages without rules of their own.
const COMMON: [&str; 8] = ["en", "fr", "it", "pt", "nl", "id", "ga", "de"];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept_language: &str, expected: &[&str]) {
        let order = Order::new(accept_language.as_bytes());
        let mut names: Vec<&str> = expected.iter().rev().copied().collect();
        names.sort_by(|one, other| {
            order.compare(Key::of_name(one.as_bytes(), false), Key::of_name(other.as_bytes(), false))
        });
        assert_eq!(names, expected);
    }

    #[test]
    fn digits_count_by_their_value() {
        check("en", &["a1.txt", "a2.txt", "a10.txt", "a100.txt"]);
        check("en", &["1", "02", "2", "003", "10"]);
        check("en", &["v1.9.10", "v1.10.2"]);
        check("zh", &["第1章", "第2章", "第10章"]);
    }

    #[test]
    fn case_and_width_do_not_count() {
        check("en", &["Apple", "apple", "Banana", "cherry"]);
        check("en", &["a", "Ａ", "b"]);
        check("en", &["cote", "coté", "côte"]);
    }

    #[test]
    fn chinese_stands_by_pinyin() {
        check("zh-CN", &["阿", "北京", "电影", "图片", "音乐", "资料"]);
        check("en-GB,en;q=0.9,zh;q=0.2", &["北京", "资料"]);
    }

    #[test]
    fn traditional_chinese_stands_by_strokes() {
        check("zh-TW", &["一", "二", "三", "龍"]);
    }

    #[test]
    fn japanese_stands_by_kana() {
        check("ja", &["あめ", "アリ", "いぬ", "ウマ", "えき", "がく", "さくら"]);
    }

    #[test]
    fn a_wish_nobody_knows_gives_the_common_order() {
        for wish in ["", "*", "xx-YY", "zz;q=0", "\u{fffd}", "en-", "a-b-c-d"] {
            check(wish, &["a2", "A10", "b"]);
        }
    }

    #[test]
    fn the_quick_way_gives_the_same_order() {
        let orders = ["en", "zh-CN", "zh-TW", "ja", "ko"].map(|tag| Order::new(tag.as_bytes()));
        for order in &orders {
            assert!(order.ranks.is_some());
        }
        proptest::proptest!(|(one in "[ -~]{0,6}|[aAbB019 ._-]{0,8}|a0{0,3}[0-9]{0,3}b?", other in "[ -~]{0,6}|[aAbB019 ._-]{0,8}|a0{0,3}[0-9]{0,3}b?")| {
            for order in &orders {
                let (one, other) = (one.as_bytes(), other.as_bytes());
                proptest::prop_assert_eq!(order.compare_names(one, other), order.collator.compare_utf8(one, other));
            }
        });
    }

    #[test]
    fn numbers_of_any_length_count() {
        let long = |digit: &str, count| format!("n{}", digit.repeat(count));
        let names = [long("9", 100), long("1", 101), long("2", 199), long("9", 200), long("1", 201), long("2", 250)];
        check("en", &names.each_ref().map(String::as_str));
    }

    #[test]
    fn folders_stand_first_in_both_directions() {
        for direction in [Direction::Ascending, Direction::Descending] {
            let order = Order::new(b"en").by(Sort::Name, direction);
            assert_eq!(order.compare(Key::of_name(b"z", true), Key::of_name(b"a", false)), Ordering::Less);
        }
    }

    #[test]
    fn what_is_alike_stands_by_name() {
        let key = |name, size| Key { size, ..Key::of_name(name, false) };
        let order = Order::new(b"en").by(Sort::Size, Direction::Descending);
        assert_eq!(order.compare(key(b"a", 2), key(b"b", 1)), Ordering::Less);
        assert_eq!(order.compare(key(b"a", 1), key(b"b", 1)), Ordering::Greater);
        assert_eq!(order.compare(key(b"a", 1), key(b"a", 1)), Ordering::Equal);
    }

    #[test]
    fn names_that_are_not_utf8_have_their_place() {
        let order = Order::new(b"zh");
        let key = |name| Key::of_name(name, false);
        assert_eq!(order.compare(key(b"\xff"), key(b"\xfe")), Ordering::Greater);
        assert_ne!(order.compare(key(b"a\xff"), key(b"a")), Ordering::Equal);
    }
}
