//! The moments of a journey: a stable word for programs, the station it belongs to, and what happened, in each language.
//!
//! Both languages stand in one row, so that nobody changes one and forgets the other.

use super::Place;
use crate::language::Language;

/// Something that happened, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What.
    pub event: Moved,
    /// In nanoseconds from the first byte of the request; what was before has a sign.
    pub at: i64,
}

macro_rules! moments {
    ($($name:ident $token:literal $place:ident $english:literal $chinese:literal)*) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // Each row says what it is.
        pub enum Moved { $($name,)* }

        impl Moved {
            /// All of them.
            pub const ALL: &'static [Moved] = &[$(Moved::$name,)*];

            /// A stable word for programs.
            pub const fn token(self) -> &'static str {
                match self { $(Moved::$name => $token,)* }
            }

            /// Where on the way it happened.
            pub const fn place(self) -> Place {
                match self { $(Moved::$name => Place::$place,)* }
            }

            /// What people call it.
            pub(super) const fn label(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Moved::$name, Language::English) => $english,
                    (Moved::$name, Language::SimplifiedChinese) => $chinese,)*
                }
            }
        }
    };
}

moments! {
    Accepted "accepted" Socket "the connection is accepted" "接受连接"
    Secured "secured" Socket "both sides have agreed on TLS" "双方商定 TLS"
    FirstByte "first-byte" Bytes "the first byte has come" "收到首字节"
    HeadComplete "head-complete" Request "the head is complete and understood" "头部完整并已理解"
    Refused "refused" Request "it is refused" "拒绝"
    InMemory "in-memory" Material "the answer is found in memory" "在内存中找到应答"
    KnownAbsent "known-absent" Material "it is known that nothing is there" "已知此处没有"
    PoolAsked "pool-asked" Material "it could take long: the pool is asked" "可能耗时：交给线程池"
    PoolBegun "pool-begun" Material "a thread of the pool begins" "线程池开始处理"
    Routes "routes" Rules "the routes are decided" "规则已判定"
    Files "files" Material "the file is found and opened" "找到并打开文件"
    NoFile "no-file" Material "the files were looked for" "查找过文件"
    Charset "charset" Material "type and charset are found" "类型与编码已定"
    Coding "coding" Material "the coding is chosen and made" "内容编码已定"
    Conditions "conditions" Response "conditions and ranges are decided" "条件与范围已判定"
    PoolDone "pool-done" Material "the pool is done" "线程池完成"
    PoolTaken "pool-taken" Response "the worker has its result" "工作线程取得结果"
    HeadWritten "head-written" Response "the head of the answer is written" "应答头部写好"
    SendBegun "send-begun" Response "it goes to the kernel" "交给内核"
    FirstSent "first-sent" Response "the kernel has the first of it" "内核收到首批字节"
    LastSent "last-sent" Response "the kernel has all of it" "内核收到全部字节"
    Closed "closed" Socket "the connection is closed" "关闭连接"
}

impl Moment {
    /// Whether it is a part of answering; the others may be far away, for a connection may be long open before and after.
    pub(super) const fn is_under_way(&self) -> bool {
        !matches!(self.event, Moved::Accepted | Moved::Secured | Moved::Closed)
    }
}

/// Each moment with the time since the one before, where both are a part of answering.
pub(super) fn steps(moments: &[Moment]) -> impl Iterator<Item = (&Moment, Option<i64>)> {
    let before = std::iter::once(None).chain(moments.iter().map(Some));
    moments.iter().zip(before).map(|(moment, before)| {
        let before = before.filter(|before| before.is_under_way() && moment.is_under_way());
        (moment, before.map(|before| moment.at - before.at))
    })
}

/// `0 µs`, `0.4 µs`, `12 µs`, `3.4 ms`, `1.2 s`; with a sign before the first byte.
pub(super) fn time(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "\u{2212}" } else { "" };
    let tenth = |unit: u64| {
        let tenths = (nanoseconds.unsigned_abs() + unit / 20) / (unit / 10);
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match nanoseconds.unsigned_abs() {
        0 => "0 µs".into(),
        1..99_950 => format!("{sign}{} µs", tenth(1000)),
        99_950..999_500 => format!("{sign}{} µs", (nanoseconds.unsigned_abs() + 500) / 1000),
        999_500..999_950_000 => format!("{sign}{} ms", tenth(1_000_000)),
        _ => format!("{sign}{} s", tenth(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_word_for_programs_is_used_once() {
        let tokens: HashSet<&str> = Moved::ALL.iter().map(|event| event.token()).collect();
        assert_eq!(tokens.len(), Moved::ALL.len());
    }

    #[test]
    fn times_have_the_unit_that_suits_them() {
        for (nanoseconds, expected) in [
            (0, "0 µs"),
            (1, "0.0 µs"),
            (440, "0.4 µs"),
            (450, "0.5 µs"),
            (99_949, "99.9 µs"),
            (99_950, "100 µs"),
            (999_499, "999 µs"),
            (999_500, "1.0 ms"),
            (12_340_000, "12.3 ms"),
            (999_950_000, "1.0 s"),
            (61_500_000_000, "61.5 s"),
            (-2_300, "\u{2212}2.3 µs"),
            (i64::MIN, "\u{2212}9223372036.9 s"),
        ] {
            assert_eq!(time(nanoseconds), expected, "{nanoseconds}");
        }
    }

    #[test]
    fn what_is_long_before_and_after_is_no_step() {
        let moment = |event, at| Moment { event, at };
        let moments = [
            moment(Moved::Accepted, -5_000),
            moment(Moved::FirstByte, 0),
            moment(Moved::HeadComplete, 700),
            moment(Moved::LastSent, 900),
            moment(Moved::Closed, 60_000),
        ];
        let found: Vec<Option<i64>> = steps(&moments).map(|(_, step)| step).collect();
        assert_eq!(found, [None, None, Some(700), Some(200), None]);
    }
}
