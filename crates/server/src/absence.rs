//! What was asked for and is not there: looked for once within `fresh`, however often it is asked for.
//!
//! No evidence is kept, for none is needed: an absence is believed for as long as any answer is believed without a look
//! at the files, and then it is looked for again. Each worker has its own, apart from its [`Memory`](crate::memory) and
//! bounded by itself: a flood of random names pushes out other absences, and nothing that is there.

use crate::limit::ABSENCES_BYTES_MAX;
use crate::memory::{Asked, Place};
use crate::origin::{Files, Site};
use foldhash::fast::RandomState;
use quick_cache::unsync::Cache;
use quick_cache::{OptionsBuilder, Weighter};
use semantics::{Instant, Status};
use site::{Amendments, Page};

/// About what the page and the place in the store take besides the target, which the page has too.
const ENTRY_BYTES: u64 = 160;

/// The absences of one worker.
pub(crate) struct Absences {
    pages: Cache<Place, Absence, ByBytes, RandomState>,
}

/// The page that says so, and when it was looked for.
#[derive(Clone)]
struct Absence {
    page: Page,
    amendments: Amendments,
    looked: Instant,
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Place, Absence> for ByBytes {
    fn weight(&self, place: &Place, _: &Absence) -> u64 {
        2 * place.bytes() + ENTRY_BYTES
    }
}

impl Absences {
    /// None yet.
    pub(crate) fn new() -> Absences {
        let options = OptionsBuilder::new()
            .estimated_items_capacity((ABSENCES_BYTES_MAX / (2 * ENTRY_BYTES)) as usize)
            .weight_capacity(ABSENCES_BYTES_MAX)
            .build();
        let pages = match options {
            Ok(options) => Cache::with_options(options, ByBytes, RandomState::default(), Default::default()),
            // Both numbers are given above, so this is not reached; a store for nothing is still right.
            Err(_) => Cache::with(1, 0, ByBytes, RandomState::default(), Default::default()),
        };
        Absences { pages }
    }

    /// The page for a target that was not there a moment ago.
    pub(crate) fn get<T: Files>(&self, site: &Site<T>, target: &[u8], now: Instant) -> Option<(&Page, &Amendments)> {
        let absence = self.pages.get(&asked(site, target))?;
        (now.since(absence.looked) < site.fresh).then_some((&absence.page, &absence.amendments))
    }

    /// Remembers what `select` made of a target, if that is that nothing is there, for anybody.
    pub(crate) fn note<T: Files>(
        &mut self,
        site: &Site<T>,
        target: &[u8],
        page: &Page,
        amendments: &Amendments,
        looked: Instant,
    ) {
        let is_absent = matches!(page, Page::Error { status: Status::NOT_FOUND, .. }) && amendments.is_for_all();
        if is_absent && !site.fresh.is_zero() {
            let (page, amendments) = (page.clone(), amendments.clone());
            self.pages.insert(Place::of(asked(site, target)), Absence { page, amendments, looked });
        }
    }
}

/// Where nothing is, no query changes that.
fn asked<'a, T: Files>(site: &Site<T>, target: &'a [u8]) -> Asked<'a> {
    let end = target.iter().position(|&byte| byte == b'?').unwrap_or(target.len());
    Asked { site: site.number(), target: &target[..end] }
}
