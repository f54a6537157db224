//! Every string that a page can say, named; one table per language fills them.

use crate::kind::Kind;
use crate::preview::Ground;

/// The strings of the page that tells how the server is.
pub(crate) struct StatusWords {
    pub(crate) status: &'static str,
    pub(crate) well: &'static str,
    pub(crate) ending: &'static str,
    pub(crate) version: &'static str,
    pub(crate) uptime: &'static str,
    pub(crate) requests: &'static str,
    pub(crate) connections: &'static str,
    pub(crate) workers: &'static str,
    pub(crate) mistakes: &'static str,
    pub(crate) certificate: &'static str,
    pub(crate) certificates: &'static str,
    pub(crate) no_certificate: &'static str,
    pub(crate) no_look_up: &'static str,
    /// Seconds: how long that is, in its two largest units.
    pub(crate) span: fn(u64) -> String,
    /// Seconds until a certificate expires; below zero it has.
    pub(crate) certificate_left: fn(i64) -> String,
}

/// The strings of one language. What holds a number or a name is a function, since grammars differ.
pub(crate) struct Words {
    pub(crate) kind: fn(Kind) -> &'static str,
    /// Year, month (1 to 12), day: the date in full.
    pub(crate) full_date: fn(i64, u8, u8) -> String,
    /// Month, day: a date of this year or not long ago.
    pub(crate) month_day: fn(u8, u8) -> String,
    pub(crate) bytes: fn(&str) -> String,
    pub(crate) items: fn(u64) -> String,
    /// Folders, files.
    pub(crate) count: fn(u64, u64) -> String,

    pub(crate) skip: &'static str,
    pub(crate) breadcrumbs: &'static str,
    pub(crate) find: &'static str,
    pub(crate) find_here: &'static str,
    pub(crate) view: &'static str,
    pub(crate) list: &'static str,
    pub(crate) grid: &'static str,
    pub(crate) archive: &'static str,
    pub(crate) as_zip: &'static str,
    pub(crate) as_tar: &'static str,
    pub(crate) name: &'static str,
    pub(crate) size: &'static str,
    pub(crate) modified: &'static str,
    pub(crate) empty: &'static str,
    pub(crate) nothing_matches: &'static str,
    pub(crate) show_all: &'static str,
    /// What was typed into the box.
    pub(crate) matching: fn(&str) -> String,
    pub(crate) pages: &'static str,
    pub(crate) first: &'static str,
    pub(crate) previous: &'static str,
    pub(crate) next: &'static str,
    pub(crate) jump: &'static str,
    pub(crate) jump_hint: &'static str,
    pub(crate) go: &'static str,
    pub(crate) preview: &'static str,
    pub(crate) preview_hint: &'static str,
    pub(crate) close: &'static str,

    pub(crate) open: &'static str,
    pub(crate) download: &'static str,
    pub(crate) copy_address: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) real_size: &'static str,
    pub(crate) wrap: &'static str,
    pub(crate) encoding: &'static str,
    pub(crate) show_as: &'static str,
    pub(crate) automatic: &'static str,
    pub(crate) sure_bom: &'static str,
    pub(crate) sure_declared: &'static str,
    pub(crate) sure_utf8: &'static str,
    pub(crate) sure_ascii: &'static str,
    pub(crate) sure_chosen: &'static str,
    /// Before what speaks for it.
    pub(crate) likely: &'static str,
    pub(crate) doubtful: &'static str,
    pub(crate) ground: fn(Ground) -> &'static str,
    /// How many places do not decode.
    pub(crate) damaged: fn(u64) -> String,
    pub(crate) cut: &'static str,
    pub(crate) contents: &'static str,
    pub(crate) facts: &'static str,
    pub(crate) media_type: &'static str,
    pub(crate) pixels: &'static str,
    pub(crate) taken: &'static str,
    pub(crate) camera: &'static str,
    pub(crate) lens: &'static str,
    pub(crate) exposure: &'static str,
    pub(crate) hash: &'static str,
    pub(crate) compute: &'static str,
    pub(crate) no_preview: &'static str,
    pub(crate) no_pdf: &'static str,
    pub(crate) source: &'static str,

    /// What happened, and what can be done, for a status.
    pub(crate) error: fn(u16) -> (&'static str, &'static str),
    pub(crate) similar: &'static str,
    pub(crate) home: &'static str,
    pub(crate) log_id: &'static str,

    /// The window's title of the look-up.
    pub(crate) find_title: &'static str,
    pub(crate) operators: &'static str,
    /// What can be typed, and what it means.
    pub(crate) operator_list: [(&'static str, &'static str); 8],
    /// How many were found, and whether that is all of them.
    pub(crate) found: fn(usize, bool) -> String,
    /// A time with its unit.
    pub(crate) took: fn(&str) -> String,
    /// The first and the last of the hits on a page.
    pub(crate) range: fn(usize, usize) -> String,
    pub(crate) step_most: &'static str,
    pub(crate) step_typo: &'static str,
    /// Before words that were looked for instead; behind them stands the question mark.
    pub(crate) did_you_mean: &'static str,
    pub(crate) question_mark: &'static str,
    pub(crate) nothing_found: &'static str,
    pub(crate) no_more: &'static str,
    pub(crate) try_without: &'static str,
    pub(crate) try_later: &'static str,
    pub(crate) tips: [&'static str; 2],
    /// Before the reason why a material has no words.
    pub(crate) only_name: &'static str,
    pub(crate) narrow: &'static str,
    pub(crate) facet_type: &'static str,
    pub(crate) facet_folder: &'static str,
    pub(crate) facet_year: &'static str,
    pub(crate) take_off: &'static str,
    pub(crate) suggestions: &'static str,
    pub(crate) suggest_names: &'static str,
    pub(crate) suggest_pages: &'static str,
    /// How many suggestions there are, for those who do not see them.
    pub(crate) suggested: fn(usize) -> String,
    /// Before the words.
    pub(crate) all_found: &'static str,
    /// Before the folder.
    pub(crate) found_here: &'static str,

    pub(crate) index: &'static str,
    /// Materials that were read, and materials in all.
    pub(crate) index_building: fn(usize, usize) -> String,
    pub(crate) index_ready: fn(usize) -> String,
    /// Materials a second.
    pub(crate) rate: fn(u64) -> String,
    pub(crate) seconds_left: fn(u64) -> String,
    /// Before the reason.
    pub(crate) found_late: &'static str,
    pub(crate) found_by_name: &'static str,
    pub(crate) found_by_words: &'static str,
    pub(crate) still_waiting: &'static str,
    pub(crate) status: StatusWords,
    pub(crate) not_readable: &'static str,
    pub(crate) on_disk: &'static str,
    pub(crate) only_by_name: &'static str,
    pub(crate) and_more: fn(usize) -> String,
    /// Why a material has no words: sentences of the look-up, with `{}` for what is put in, and how they are said here. Those with
    /// more of their own go before those that would take them in.
    pub(crate) reasons: &'static [(&'static str, &'static str)],

    pub(crate) keys: &'static str,
    /// Keys, and what they do.
    pub(crate) key_list: [(&'static str, &'static str); 7],
    pub(crate) failed: &'static str,
    pub(crate) served_by: &'static str,
    pub(crate) xray: &'static str,
}
