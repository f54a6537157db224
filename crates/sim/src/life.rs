//! One life of a server, from one seed.

use crate::chance::Chance;
use crate::client::tls;
use crate::clock::{Clock, SECOND};
use crate::disk::Disk;
use crate::kernel::{Errands, Kernel};
use crate::pool::Pool;
use crate::sample;
use crate::statistics::Statistics;
use crate::temper::Temper;
use crate::trace::Trace;
use crate::world::World;
use server::Worker;
use server::access_log::{AccessLog, LogWriter};
use server::origin::{Control, Origin, Shared, Site};
use site::SiteOptions;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// What came of a life.
#[derive(Clone, Debug)]
pub struct Report {
    /// What cannot be, if anything was.
    pub failure: Option<String>,
    /// What happened, when that was asked for.
    pub trace: String,
    /// How many answers clients got.
    pub statistics: Statistics,
}

/// Kept of compressed representations: enough that nothing is ever pushed out, for what goes first is not the seed's choice.
const CODED_BYTES_MAX: u64 = 1 << 30;

const LOGS: [AccessLog; 4] = [AccessLog::Off, AccessLog::Short, AccessLog::Combined, AccessLog::Json];

/// Lives it. The same seed gives the same trace, to the byte.
pub fn live(seed: u64, is_traced: bool) -> Report {
    crate::panics::take();
    let mut chance = Chance::new(seed);
    let temper = Temper::any(&mut chance);
    let clock = Clock::new(chance.between(0..=86_400 * SECOND));
    let mut trace = Trace::new(is_traced);
    trace.line(clock.now(), || format!("{temper:?}"));
    let disk = Disk::new(clock.clone(), chance.fork(), temper.disk.clone(), temper.favourites.clone(), is_traced);
    sample::fill(&mut disk.platter(), &mut chance);
    // Nothing was changed just now, as is usual when a server starts.
    clock.step(if chance.one_in(4) { 0 } else { 10 * SECOND });

    let log = LogWriter::silent(chance.pick(&LOGS).clone());
    let options = SiteOptions::default();
    let shared = Arc::new(Shared::new(temper.limits(), log, CODED_BYTES_MAX, false));
    let site = Site::new(disk.clone(), options, page::Look::default(), &shared).with_fresh(temper.fresh());
    let (origin, control) = (Arc::new(Origin::of(site)), Arc::new(Control::default()));
    let pool = Pool::new(chance.fork(), temper.pool.clone());
    let offer = temper.is_tls.then(tls::offer);
    let world = World::new(&mut chance, temper, clock.clone(), disk.clone(), pool, Arc::clone(&control), trace);
    let world = Rc::new(RefCell::new(world));
    let kernel = Kernel { world: Rc::clone(&world), disk };
    let worker = Worker::new(kernel, origin, Errands(Rc::clone(&world)), Arc::clone(&control)).with_tls(offer);
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let mut worker = worker;
        while worker.turn().is_ok_and(|goes_on| goes_on) && world.borrow().failure.is_none() {
            let at_rest = world.borrow().is_at_rest();
            if at_rest && worker.busy_count() > 0 {
                world.borrow_mut().fail_with("a connection at rest keeps memory");
            }
        }
    }));

    let mut world = world.borrow_mut();
    if ended.is_err() {
        world.fail_with("a panic that was not caught");
    }
    check_end(&mut world, &control);
    let failure = world.failure.take();
    let trace = std::mem::replace(&mut world.trace, Trace::new(false)).into_text();
    Report { failure, trace, statistics: world.statistics.clone() }
}

fn check_end(world: &mut World, control: &Control) {
    if let Some(cause) = crate::panics::take() {
        world.failure = None;
        world.fail_with(&format!("a panic: {cause}"));
    }
    if control.panics.load(Relaxed) > 0 {
        world.fail_with("a panic");
    }
    // A turn may take a moment beyond it.
    let late =
        world.draining_since.map(|began| world.clock.now() - began).filter(|&took| took > world.temper.drain + SECOND);
    if let Some(took) = late {
        world.fail_with(&format!("it took {took} ns to stop"));
    }
}
