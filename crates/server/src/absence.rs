//! What was asked for and is not there: looked for once within `fresh`, however often it is asked for.
//!
//! No evidence is kept, for none is needed: an absence is believed for as long as any answer is believed without a look
//! at the files, and then it is looked for again. Each worker has its own, apart from its [`Memory`](crate::memory) and
//! bounded by itself: a flood of random names pushes out other absences, and nothing that is there.

use crate::limit::ABSENCES_BYTES_MAX;
use foldhash::fast::RandomState;
use quick_cache::unsync::Cache;
use quick_cache::{OptionsBuilder, Weighter};
use semantics::{Instant, Status};
use site::Page;
use std::time::Duration;

/// About what the page and the place in the store take besides the target, which the page has too.
const ENTRY_BYTES: u64 = 160;

/// The absences of one worker.
pub(crate) struct Absences {
    pages: Cache<Box<[u8]>, Absence, ByBytes, RandomState>,
    fresh: Duration,
}

/// The page that says so, and when it was looked for.
#[derive(Clone)]
struct Absence {
    page: Page,
    looked: Instant,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Box<[u8]>, Absence> for ByBytes {
    fn weight(&self, target: &Box<[u8]>, _: &Absence) -> u64 {
        2 * target.len() as u64 + ENTRY_BYTES
    }
}

impl Absences {
    /// None yet. Each is believed for `fresh`.
    pub(crate) fn new(fresh: Duration) -> Absences {
        let options = OptionsBuilder::new()
            .estimated_items_capacity((ABSENCES_BYTES_MAX / (2 * ENTRY_BYTES)) as usize)
            .weight_capacity(ABSENCES_BYTES_MAX)
            .build();
        let pages = match options {
            Ok(options) => Cache::with_options(options, ByBytes, RandomState::default(), Default::default()),
            // Both numbers are given above, so this is not reached; a store for nothing is still right.
            Err(_) => Cache::with(1, 0, ByBytes, RandomState::default(), Default::default()),
        };
        Absences { pages, fresh }
    }

    /// The page for a target that was not there a moment ago.
    pub(crate) fn get(&self, target: &[u8], now: Instant) -> Option<&Page> {
        let absence = self.pages.get(path_of(target))?;
        (now.since(absence.looked) < self.fresh).then_some(&absence.page)
    }

    /// Remembers what `select` made of a target, if that is that nothing is there.
    pub(crate) fn note(&mut self, target: &[u8], page: &Page, looked: Instant) {
        if matches!(page, Page::Error { status: Status::NOT_FOUND, .. }) && !self.fresh.is_zero() {
            self.pages.insert(path_of(target).into(), Absence { page: page.clone(), looked });
        }
    }
}

/// Where nothing is, no query changes that.
fn path_of(target: &[u8]) -> &[u8] {
    let end = target.iter().position(|&byte| byte == b'?').unwrap_or(target.len());
    &target[..end]
}
