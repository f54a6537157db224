//! The keeper: the one thread that knows what is there, and sees to it that names and index say the same.
//!
//! `Keeper::turn` is the place to begin. What is in the folder: [`look`]; what is in the index: [`index`].

mod index;
mod look;

use crate::answer::Writer;
use crate::extract::Extractor;
use crate::index::Index;
use crate::live::ground::Ground;
use crate::live::handle::Shared;
use crate::live::pace::Pace;
use crate::live::place::Place;
use crate::live::queue::Queue;
use crate::live::read::{Desk, Outcome, Readers, Reading};
use crate::live::remark::Remarks;
use crate::live::scribe::{Order, Page, Report, Scribe};
use crate::live::settings::Settings;
use crate::live::shown::Shown;
use crate::live::soon::Soon;
use crate::live::tree::{Mark, Tree};
use crate::live::walk::{Listing, walk};
use crate::live::watch::{Act, Hint};
use crate::name;
use reactor::disk::Refusal;
use reactor::priority;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::collections::HashMap;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// What the other threads tell.
pub(crate) enum Message {
    /// A material was read.
    Read(Outcome),
    /// The scribe did something.
    Report(Report),
    /// The walk is over.
    Walked,
}

/// Everything the keeper knows.
pub(crate) struct Keeper {
    shared: Arc<Shared>,
    settings: Settings,
    ground: Arc<Ground>,
    desk: Arc<Desk>,
    index: Index,
    place: Option<Place>,
    /// None: another process writes, or nobody can.
    scribe: Option<Scribe>,
    readers: Readers,
    threads: usize,
    inbox: Receiver<Message>,
    outbox: Sender<Message>,
    walk: Option<Walk>,
    tree: Tree,
    soon: Soon,
    queue: Queue,
    shown: Shown,
    /// Folders that came: they are listed one at a turn, so that the rest does not wait for them.
    to_list: Vec<(Vec<u8>, bool)>,
    /// Materials that may not be read, as they stood when that was found out: nobody gets them, so nobody finds them.
    refused: HashMap<Vec<u8>, Mark>,
    /// The index is open to be written.
    is_own: bool,
    has_walked: bool,
    remarks: Remarks,
    count: Count,
    rate: f32,
    times: Times,
}

struct Walk {
    listings: Receiver<Listing>,
    begun: Instant,
    /// Something was missed meanwhile.
    again: bool,
    /// Something could not be read, for a while perhaps.
    has_faults: bool,
}

/// Invariant: committed <= ordered.
#[derive(Default)]
struct Count {
    ordered: u64,
    committed: u64,
    is_settled: bool,
    /// Read and not yet taken by the scribe, in bytes.
    on_desk: usize,
    /// Ordered in all, in bytes; it counts where the index is in memory.
    in_memory: usize,
    read: u64,
    read_before: u64,
    /// On disk.
    bytes: u64,
    /// How many could not be read was told since the last commit.
    is_told: bool,
}

struct Times {
    walk: Instant,
    turn: Instant,
    resume: Option<Instant>,
    /// Doubles with each failure.
    patience: Duration,
    drained: Instant,
    rated: Instant,
    noted: Instant,
    told: Instant,
    /// When those who read may rest, if nothing comes until then.
    rest: Option<Instant>,
    /// When names are taken in again, if much is asked of those who answer.
    listing: Option<Instant>,
}

impl Keeper {
    pub(crate) fn new(
        shared: Arc<Shared>,
        settings: Settings,
        ground: Ground,
        index: Index,
        place: Option<Place>,
        remarks: Remarks,
    ) -> std::io::Result<Keeper> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads = if settings.threads == 0 { cores } else { settings.threads };
        let ground = Arc::new(ground);
        let desk = Arc::new(Desk {
            ground: Arc::clone(&ground),
            extractor: Extractor::new(settings.program.clone()),
            pace: Pace::new(settings.load.clone(), cores),
            is_awaited: settings.is_awaited,
            is_stopped: Arc::clone(&shared.is_stopped),
        });
        let (outbox, inbox) = channel();
        let (done, bell) = (outbox.clone(), Arc::clone(&shared));
        let readers = Readers::start(&desk, threads, move |outcome| {
            let _ = done.send(Message::Read(outcome));
            bell.waker.wake();
        })?;
        let now = Instant::now();
        let times = Times {
            walk: now,
            turn: now,
            resume: None,
            patience: PATIENCE_MIN,
            drained: now,
            rated: now,
            noted: now,
            told: now,
            rest: None,
            listing: None,
        };
        Ok(Keeper {
            shared,
            settings,
            ground,
            desk,
            index,
            place,
            scribe: None,
            readers,
            threads,
            inbox,
            outbox,
            walk: None,
            tree: Tree::default(),
            soon: Soon::default(),
            queue: Queue::default(),
            shown: Shown::default(),
            to_list: Vec::new(),
            refused: HashMap::new(),
            is_own: false,
            has_walked: false,
            remarks,
            count: Count::default(),
            rate: 0.0,
            times,
        })
    }

    /// Keeps the index as the folder is, until it is stopped.
    pub(crate) fn run(mut self) {
        // Those that answer go first, also while there is much to take note of.
        if !self.settings.is_awaited {
            priority::step_back();
        }
        self.resume();
        self.shared.has_loaded();
        name::prepare();
        while !self.shared.is_stopped.load(Relaxed) {
            self.turn();
        }
        if let Some(scribe) = self.scribe.take() {
            scribe.finish();
        }
    }

    /// One turn: what was told is taken in, what is due is looked at, what waits is given out.
    fn turn(&mut self) {
        self.shared.waker.clear();
        self.take_hints();
        self.take_messages();
        self.take_listings();
        self.look_at_what_is_due();
        self.list_one();
        self.give_out();
        self.settle();
        self.keep_time();
        self.publish();
        self.wait();
    }

    fn take_hints(&mut self) {
        let Some(watch) = &self.ground.watch else { return };
        if self.times.drained.elapsed() < HINTS_GAP {
            return;
        }
        let now = Instant::now();
        let (mut is_lost, soon, ground, drained) = (false, &mut self.soon, &self.ground, &mut self.times.drained);
        watch.drain(|hint| {
            // Where nothing comes there is no gap, and nobody wakes.
            *drained = now;
            match hint {
                Hint::Lost => is_lost = true,
                Hint::Name { path, .. } if ground.is_left_out(&path) => {}
                Hint::Name { path, act, is_folder } => soon.note(path, act, is_folder && act == Act::Gone, now),
            }
        });
        if is_lost || self.soon.count() > SOON_MAX {
            self.soon.clear();
            self.walk_again();
        }
    }

    fn take_messages(&mut self) {
        while let Ok(message) = self.inbox.try_recv() {
            match message {
                Message::Read(outcome) => self.was_read(outcome),
                Message::Report(Report::Taken(bytes)) => {
                    self.count.on_desk = self.count.on_desk.saturating_sub(bytes);
                }
                Message::Report(Report::Committed { orders, bytes }) => {
                    self.count.committed = orders;
                    self.count.bytes = bytes;
                    self.count.is_told = false;
                    self.times.patience = PATIENCE_MIN;
                }
                Message::Report(Report::Failed(cause)) => self.cannot_write(cause),
                Message::Walked => self.walked(),
            }
        }
    }

    fn take_listings(&mut self) {
        let begun = Instant::now();
        if self.times.listing.is_some_and(|at| begun < at) {
            return;
        }
        self.times.listing = None;
        let mut took = Duration::ZERO;
        while took < SLICE {
            let Some(Ok(listing)) = self.walk.as_ref().map(|walk| walk.listings.try_recv()) else { break };
            self.take_listing(listing, false);
            took = begun.elapsed();
        }
        if took == Duration::ZERO {
            return;
        }
        // Who walks soon waits, too, when nobody takes what there is.
        match self.desk.pace.rest(0, took) {
            Duration::ZERO if took < SLICE => {}
            Duration::ZERO => self.shared.waker.wake(),
            rest => self.times.listing = Some(begun + took + rest),
        }
    }

    fn look_at_what_is_due(&mut self) {
        let until = Instant::now() + SLICE;
        while let Some((path, is_other)) = self.soon.next(Instant::now()) {
            self.look(&path, is_other);
            if Instant::now() > until {
                return;
            }
        }
    }

    /// Gives those who read as much as they can do soon, and not more: what changes meanwhile goes first.
    fn give_out(&mut self) {
        if self.scribe.is_none() || self.remarks.is_full() {
            return;
        }
        while self.queue.flying().0 < FRESH_FLYING_MAX
            && self.count.on_desk < DESK_BYTES_MAX
            && let Some(path) = self.queue.pop_fresh()
        {
            self.send(&path, true);
        }
        while self.queue.flying().1 < self.threads * FLYING_MAX
            && self.count.on_desk < DESK_BYTES_MAX
            && let Some(path) = self.queue.pop_fresh().or_else(|| self.queue.pop())
        {
            self.send(&path, false);
        }
    }

    fn send(&mut self, path: &[u8], is_fresh: bool) {
        if self.tree.mark(path).is_some_and(Mark::waits) && self.queue.depart(path, is_fresh) {
            self.readers.send(path.to_vec(), is_fresh);
        }
    }

    fn was_read(&mut self, outcome: Outcome) {
        let Outcome { path, took, result } = outcome;
        let flight = self.queue.arrive(&path);
        let Some(mark) = self.tree.mark(&path).filter(|_| !flight.is_void && self.scribe.is_some()) else {
            // Gone meanwhile; but something else may stand there now.
            if self.tree.mark(&path).is_some() {
                self.soon.later(path, Instant::now());
            }
            return;
        };
        self.count.read += 1;
        self.times.rest = Some(Instant::now() + REST_AFTER);
        match result {
            Ok(Reading::Words { material, extract, has_changed }) => {
                self.tree.set(&path, Mark::of(&material));
                if flight.is_fresh {
                    self.soon.was_read(&path, took, Instant::now());
                }
                if has_changed {
                    self.soon.note(path.clone(), Act::Written, false, Instant::now());
                } else if flight.is_stale {
                    self.soon.later(path.clone(), Instant::now());
                }
                let shown = self.shown.path(&self.tree, &path);
                // Its neighbours may tell by now how it is read.
                self.shared.names.insert(&path, &shown);
                self.shared.names.set_title(&path, extract.title.as_deref());
                let page = Page { material, shown, extract, is_fresh: flight.is_fresh };
                self.count.on_desk += page.bytes();
                if self.place.is_none() {
                    self.count.in_memory += page.bytes();
                    self.remarks.fill(self.count.in_memory > IN_MEMORY_MAX);
                }
                self.order(Order::Put(Box::new(page)));
            }
            Err(Refusal::NotPermitted) => self.refuse(&path),
            Ok(Reading::NoMaterial) | Err(Refusal::Missing | Refusal::Outside) => {
                self.tree.set(&path, mark.idle());
                self.soon.later(path, Instant::now());
            }
            Err(_) => {
                // Out of descriptors, or a disk that does not answer: it may work in a while.
                self.tree.set(&path, mark.idle());
                self.soon.later(path, Instant::now() + LATER);
            }
        }
    }

    /// What is to be done at its time.
    fn keep_time(&mut self) {
        let now = Instant::now();
        if self.walk.is_none() && now >= self.times.walk {
            self.start_walk();
        }
        if self.times.resume.is_some_and(|at| now >= at) {
            self.times.resume = None;
            self.resume();
        }
        if self.scribe.is_none() && self.times.resume.is_none() && now >= self.times.turn {
            self.times.turn = now + TURN_EVERY;
            self.follow();
        }
        if self.times.rest.is_some_and(|at| now >= at) {
            self.times.rest = None;
            self.desk.extractor.rest();
        }
        if now >= self.times.noted + NOTED_EVERY {
            self.times.noted = now;
            self.place.iter().for_each(Place::note_use);
        }
    }

    fn walk_again(&mut self) {
        match &mut self.walk {
            Some(walk) => walk.again = true,
            None => self.start_walk(),
        }
    }

    fn start_walk(&mut self) {
        let (send, listings) = sync_channel(LISTINGS_AHEAD);
        let (ground, shared, outbox) = (Arc::clone(&self.ground), Arc::clone(&self.shared), self.outbox.clone());
        let threads = self.threads;
        let (is_first, is_awaited) = (!self.has_walked, self.settings.is_awaited);
        let work = move || {
            match (is_awaited, is_first) {
                (true, _) => {}
                // The first one finds what somebody may look for.
                (false, true) => priority::step_back(),
                (false, false) => priority::give_way(),
            }
            walk(&ground, (Vec::new(), false), threads, &shared.is_stopped, &|listing| {
                let _ = send.send(listing);
                shared.waker.wake();
            });
            drop(send);
            let _ = outbox.send(Message::Walked);
            shared.waker.wake();
        };
        let begun = Instant::now();
        match thread::Builder::new().name("walk-0".into()).spawn(work) {
            Ok(_) => self.walk = Some(Walk { listings, begun, again: false, has_faults: false }),
            Err(_) => self.times.walk = begun + WALK_AFTER_FAULT,
        }
    }

    fn walked(&mut self) {
        let Some(walk) = self.walk.take() else { return };
        while let Ok(listing) = walk.listings.try_recv() {
            self.take_listing(listing, false);
        }
        self.has_walked = true;
        let took = walk.begun.elapsed();
        let is_full = self.ground.watch.as_ref().is_some_and(|watch| watch.take_is_full());
        if !self.settings.is_awaited {
            self.remarks.watch(&self.ground, is_full);
        }
        let is_told_all = !self.remarks.has_watch() && !walk.has_faults;
        let (least, times) = if is_told_all { (WALK_EVERY, 200) } else { (WALK_OFTEN, 50) };
        let pause = if walk.again { took } else { least.max(took * times) };
        self.times.walk = Instant::now() + pause;
        self.remarks.pause = pause;
    }

    fn publish(&mut self) {
        let now = Instant::now();
        if now >= self.times.rated + RATED_EVERY {
            let read = self.count.read - self.count.read_before;
            self.count.read_before = self.count.read;
            self.rate = read as f32 / (now - self.times.rated).as_secs_f32();
            self.times.rated = now;
        }
        let is_building = !self.has_walked
            || self.scribe.is_some() && !self.queue.is_empty()
            || self.count.committed < self.count.ordered
            || !self.soon.is_quiet(now)
            || !self.to_list.is_empty();
        let mut state = self.shared.state();
        state.is_building = is_building;
        state.names = self.tree.count();
        state.documents = self.tree.read_count();
        state.waiting = (self.tree.count() - self.tree.read_count()).max(self.queue.waiting());
        state.rate = self.rate;
        state.index_bytes = self.count.bytes;
        state.writer = match self.scribe {
            _ if self.remarks.another => Writer::Another,
            Some(_) if !self.remarks.is_full() => Writer::Ours,
            _ => Writer::Nobody,
        };
        if self.remarks.has_changed() {
            state.remark = self.remarks.sentence();
        }
        drop(state);
        if !self.count.is_told && now >= self.times.told + TOLD_EVERY {
            self.times.told = now;
            self.count.is_told = true;
            let (count, examples) = self.index.finder().unreadable(EXAMPLES);
            let mut state = self.shared.state();
            (state.unreadable, state.examples) = (count, examples);
        }
    }

    /// Waits until something is told or due.
    fn wait(&mut self) {
        if !self.to_list.is_empty() {
            return;
        }
        let now = Instant::now();
        let mut until = now + IDLE_MAX;
        // One that is under way rings the bell.
        let walk = self.walk.is_none().then_some(self.times.walk);
        let hints_from = self.times.drained + HINTS_GAP;
        let tell = (!self.count.is_told).then(|| self.times.told + TOLD_EVERY);
        let others = [walk, self.soon.deadline(), self.times.resume, self.times.rest, self.times.listing, tell];
        others.into_iter().flatten().for_each(|at| until = until.min(at));
        if self.scribe.is_none() {
            until = until.min(self.times.turn);
        }
        let is_gap = now < hints_from;
        if is_gap {
            until = until.min(hints_from);
        }
        if !self.queue.is_empty() || self.count.read != self.count.read_before {
            until = until.min(self.times.rated + RATED_EVERY);
        }
        let time = until.saturating_duration_since(now);
        let time = Timespec { tv_sec: time.as_secs() as i64, tv_nsec: i64::from(time.subsec_nanos()) };
        let bell = PollFd::from_borrowed_fd(self.shared.waker.as_fd(), PollFlags::IN);
        // Interrupted or not, the next turn looks at everything.
        let _ = match &self.ground.watch {
            // Hints are left to gather for a moment: the kernel joins those that are alike.
            Some(watch) if !is_gap => {
                poll(&mut [bell, PollFd::from_borrowed_fd(watch.as_fd(), PollFlags::IN)], Some(&time))
            }
            _ => poll(&mut [bell], Some(&time)),
        };
    }
}

/// Hints gather for so long.
const HINTS_GAP: Duration = Duration::from_millis(5);
/// More names than this in a hurry: to walk is quicker.
const SOON_MAX: usize = 50_000;
/// One thing at a time, and none for longer.
const SLICE: Duration = Duration::from_millis(10);
const FRESH_FLYING_MAX: usize = 16;
/// A thread.
const FLYING_MAX: usize = 4;
/// Of texts that the scribe has not taken yet; one may be longer.
const DESK_BYTES_MAX: usize = 8 << 20;
/// Of texts in an index that is in memory.
const IN_MEMORY_MAX: usize = 64 << 20;
const LISTINGS_AHEAD: usize = 64;
/// A disk that does not answer, or too many open files: it may work then.
const LATER: Duration = Duration::from_secs(1);
/// With all hints, the walk only finds what the kernel forgot to say.
const WALK_EVERY: Duration = Duration::from_secs(600);
/// Without, it is what finds changes.
const WALK_OFTEN: Duration = Duration::from_secs(10);
const WALK_AFTER_FAULT: Duration = Duration::from_secs(30);
/// While another process writes, it is looked so often whether it has, and whether it still does.
const TURN_EVERY: Duration = Duration::from_millis(500);
/// After a failure to write, the first try; each other one takes twice as long.
const PATIENCE_MIN: Duration = Duration::from_secs(15);
const IDLE_MAX: Duration = Duration::from_secs(3600);
const RATED_EVERY: Duration = Duration::from_secs(1);
/// As long as the scribe keeps its writer.
const REST_AFTER: Duration = Duration::from_secs(2);
const TOLD_EVERY: Duration = Duration::from_secs(1);
/// Of what could not be read.
const EXAMPLES: usize = 20;
const NOTED_EVERY: Duration = Duration::from_secs(86_400);
