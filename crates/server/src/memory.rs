//! Representations kept ready to send: head and content prebuilt, one look-up, one send.
//!
//! Each worker has its own, so nothing is locked. The store is bounded in bytes and forgets by S3-FIFO, which a walk
//! over many targets that are asked for once does not flush.

use crate::clock::Clock;
use crate::origin::{Files, Site};
use crate::outgoing::Segment;
use foldhash::fast::RandomState;
use quick_cache::unsync::Cache;
use quick_cache::{Equivalent, OptionsBuilder, Weighter};
use semantics::{Content, Instant, Status};
use site::{Keep, kept_under};
use std::cell::{Cell, OnceCell, RefCell};
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use wire::{h1, h2};

/// Content up to this many bytes stands right behind its head, so that the response is one slice: one `send`.
pub(crate) const TOGETHER_BYTES_MAX: u64 = 16 << 10;
/// Content up to this many bytes is kept in memory; above it `sendfile` from an open file is cheaper than the copy.
pub(crate) const BYTES_MAX: u64 = 64 << 10;
/// About what fields, evidence and the place in the store take.
const FIELDS_BYTES: u64 = 1024;
/// What a kept open file counts as. Its bytes are the kernel's, but descriptors are few: with 256 MiB at most 4,096.
const OPEN_FILE_BYTES: u64 = 64 << 10;

/// A representation, ready to send.
#[derive(Debug)]
pub(crate) struct Ready<F> {
    /// What everything but a plain GET is answered from.
    pub(crate) keep: Keep<F>,
    whole: Dated,
    not_modified: Dated,
    /// What follows the head: nothing when it stands in `whole` already.
    rest: Content<F>,
    checked: Cell<Instant>,
    /// The heads of the same responses as HTTP/2 writes them, once somebody asked in it: 200 and 304.
    blocks: OnceCell<[Dated; 2]>,
}

/// Ready bytes with the value of `Date` in them.
#[derive(Debug)]
struct Dated {
    bytes: RefCell<Rc<[u8]>>,
    date_at: usize,
    second: Cell<i64>,
}

impl Dated {
    fn new((mut head, date_at): (Vec<u8>, usize), content: &[u8], clock: &Clock) -> Dated {
        head.extend_from_slice(content);
        head[date_at..date_at + clock.date.len()].copy_from_slice(&clock.date);
        Dated { bytes: RefCell::new(head.into()), date_at, second: Cell::new(clock.second) }
    }

    /// The bytes with the date of now. A response that is still on its way keeps the bytes it began with.
    fn bytes(&self, clock: &Clock) -> Rc<[u8]> {
        let mut bytes = self.bytes.borrow_mut();
        if self.second.get() != clock.second {
            if Rc::get_mut(&mut bytes).is_none() {
                *bytes = Rc::from(&bytes[..]);
            }
            if let Some(bytes) = Rc::get_mut(&mut bytes) {
                bytes[self.date_at..self.date_at + clock.date.len()].copy_from_slice(&clock.date);
                self.second.set(clock.second);
            }
        }
        Rc::clone(&bytes)
    }

    fn segment<F>(&self, clock: &Clock) -> Segment<F> {
        let bytes = self.bytes(clock);
        let all = 0..bytes.len();
        Segment::Ready(bytes, all)
    }
}

impl<F: Clone> Ready<F> {
    /// Prebuilds the responses. `content` is that of `keep`, when it was short enough to be read.
    pub(crate) fn new(keep: Keep<F>, clock: &Clock, now: Instant) -> Ready<F> {
        let head = h1::ready_head(Status::OK, &keep.fields, Some(keep.content.length()));
        let (together, rest) = match &keep.content {
            Content::Bytes(bytes, range) if range.len() as u64 <= TOGETHER_BYTES_MAX => {
                (&bytes[range.clone()], Content::Empty)
            }
            other => (&[][..], other.clone()),
        };
        let whole = Dated::new(head, together, clock);
        let not_modified = site::not_modified_fields(&keep);
        let not_modified = Dated::new(h1::ready_head(Status::NOT_MODIFIED, &not_modified, None), &[], clock);
        Ready { keep, whole, not_modified, rest, checked: Cell::new(now), blocks: OnceCell::new() }
    }

    /// The 200 to a plain GET.
    pub(crate) fn whole(&self, clock: &Clock) -> (Segment<F>, Content<F>) {
        (self.whole.segment(clock), self.rest.clone())
    }

    /// The 304.
    pub(crate) fn not_modified(&self, clock: &Clock) -> Segment<F> {
        self.not_modified.segment(clock)
    }

    /// The head of the 200 or the 304 as HTTP/1.1 writes it, for whoever looks.
    #[cold]
    pub(crate) fn head(&self, status: Status, clock: &Clock) -> Vec<u8> {
        let bytes = if status == Status::NOT_MODIFIED { &self.not_modified } else { &self.whole }.bytes(clock);
        let end = bytes.windows(4).position(|end| end == b"\r\n\r\n").map_or(bytes.len(), |at| at + 4);
        bytes[..end].to_vec()
    }

    /// The head of the 200 or the 304 as a field block of HTTP/2.
    pub(crate) fn block(&self, status: Status, clock: &Clock) -> Rc<[u8]> {
        let [whole, not_modified] = self.blocks.get_or_init(|| {
            let whole = h2::ready_block(Status::OK, &self.keep.fields, Some(self.keep.content.length()));
            let not_modified = h2::ready_block(Status::NOT_MODIFIED, &site::not_modified_fields(&self.keep), None);
            [whole, not_modified].map(|block| Dated::new(block, &[], clock))
        });
        let dated = if status == Status::NOT_MODIFIED { not_modified } else { whole };
        dated.bytes(clock)
    }

    fn weight(&self) -> u64 {
        let content = match &self.keep.content {
            Content::Bytes(_, range) => range.len() as u64,
            _ => OPEN_FILE_BYTES,
        };
        let ready = self.whole.bytes.borrow().len() + self.not_modified.bytes.borrow().len();
        content + ready as u64 + FIELDS_BYTES
    }
}

/// Where something is kept: under its site, and the part of the target that matters.
pub(crate) struct Place {
    site: u32,
    target: Box<[u8]>,
}

/// The same as it is asked for: with what the request has.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) site: u32,
    pub(crate) target: &'a [u8],
}

impl Place {
    pub(crate) fn of(asked: Asked<'_>) -> Place {
        Place { site: asked.site, target: asked.target.into() }
    }

    /// What it takes of memory, about.
    pub(crate) fn bytes(&self) -> u64 {
        self.target.len() as u64
    }

    fn asked(&self) -> Asked<'_> {
        Asked { site: self.site, target: &self.target }
    }
}

impl Hash for Asked<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.site);
        state.write(self.target);
    }
}

impl Hash for Place {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.asked().hash(state);
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Place) -> bool {
        self.asked().equivalent(other)
    }
}

impl Eq for Place {}

impl Equivalent<Place> for Asked<'_> {
    fn equivalent(&self, place: &Place) -> bool {
        self.site == place.site && *self.target == *place.target
    }
}

/// What is kept for one target: one representation for each way clients choose among codings.
struct Slot<F> {
    variants: Vec<(Option<u16>, Rc<Ready<F>>)>,
}

#[derive(Clone)]
struct ByBytes;

impl<F: Clone> Weighter<Place, Slot<F>> for ByBytes {
    fn weight(&self, place: &Place, slot: &Slot<F>) -> u64 {
        place.bytes() + slot.variants.iter().map(|(_, ready)| ready.weight()).sum::<u64>()
    }
}

/// The store of one worker.
pub(crate) struct Memory<F> {
    slots: Cache<Place, Slot<F>, ByBytes, RandomState>,
    bytes_max: u64,
}

impl<F: Clone> Memory<F> {
    /// Holds at most `bytes_max`.
    pub(crate) fn new(bytes_max: u64) -> Memory<F> {
        let options = OptionsBuilder::new()
            .estimated_items_capacity((bytes_max / (16 << 10)).max(64) as usize)
            .weight_capacity(bytes_max)
            .build();
        let slots = match options {
            Ok(options) => Cache::with_options(options, ByBytes, RandomState::default(), Default::default()),
            // Both numbers are given above, so this is not reached; a store for nothing is still right.
            Err(_) => Cache::with(1, 0, ByBytes, RandomState::default(), Default::default()),
        };
        Memory { slots, bytes_max }
    }

    /// What is kept for a `target` of a site and clients of this `class`, when it is still true. What is no longer true is
    /// forgotten.
    pub(crate) fn get<T: Files<File = F>>(
        &mut self,
        site: &Site<T>,
        target: &[u8],
        class: u16,
        now: Instant,
    ) -> Option<Rc<Ready<F>>> {
        let asked = Asked { site: site.number(), target: kept_under(target) };
        let slot = self.slots.get(&asked)?;
        let (_, ready) = slot.variants.iter().find(|(of, _)| of.is_none_or(|of| of == class))?;
        if now.since(ready.checked.get()) < site.fresh {
            return Some(Rc::clone(ready));
        }
        let is_same = |evidence: &site::Evidence| site.at_hand.identify(&evidence.path) == Ok(evidence.found);
        if ready.keep.evidence.iter().all(is_same) {
            ready.checked.set(now);
            return Some(Rc::clone(ready));
        }
        self.slots.remove(&asked);
        None
    }

    /// Keeps it for later requests of the same site, target and class (`None`: of any class).
    pub(crate) fn insert<T: Files<File = F>>(
        &mut self,
        site: &Site<T>,
        target: &[u8],
        class: Option<u16>,
        ready: Ready<F>,
    ) -> Rc<Ready<F>> {
        let ready = Rc::new(ready);
        // One that would push out half of the others is not worth it.
        if ready.weight() > self.bytes_max / 4 {
            return ready;
        }
        let asked = Asked { site: site.number(), target: kept_under(target) };
        let mut variants = match self.slots.remove(&asked) {
            Some((_, slot)) if class.is_some() => slot.variants,
            _ => Vec::new(),
        };
        variants.retain(|(of, _)| of.is_some() && *of != class);
        variants.push((class, Rc::clone(&ready)));
        self.slots.insert(Place::of(asked), Slot { variants });
        ready
    }

    /// Forgets everything: closes the open files when descriptors have run out.
    pub(crate) fn clear(&mut self) {
        self.slots.clear();
    }
}
