//! One site: its files, its owner's options, its look-up. Immutable.

use super::{Answer, Files, Shared};
use crate::door::{AtPool, Gates, Patient};
use crate::known::Known;
use crate::look_up::LookUp;
use crate::memory;
use crate::own::Own;
use crate::render;
use crate::workshop::Bench;
use crate::xray::{Counted, Grounds, Notes};
use charset::TextKind;
use page::Look;
use semantics::coding::Coding;
use semantics::{Content, RequestHead, Status, Timestamp};
use site::client::Closed;
use site::{Amendments, Client, Door, Keep, Metadata, Refusal, Selected, SiteOptions, Tree, Unseen, Workshop};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

static GENERATIONS: AtomicU64 = AtomicU64::new(1);

/// A site, which answers for some hosts or for all.
pub struct Site<T> {
    /// Its place among the sites of its origin.
    pub(super) number: u32,
    pub(crate) shared: Arc<Shared>,
    pub(crate) files: T,
    /// The same as far as the kernel has them at hand: never waits.
    pub(crate) at_hand: T,
    pub(crate) options: SiteOptions,
    pub(crate) look: Look,
    /// How long an answer is believed without a look at the files.
    pub(crate) fresh: Duration,
    pub(crate) look_up: Option<Arc<dyn LookUp>>,
    pub(crate) own: Option<Own>,
    /// What tells it from all sites that this process has had: what is found out for it holds for no other.
    pub(crate) generation: u64,
    /// Whether clients on this machine may see what becomes of requests.
    pub(crate) has_xray: bool,
    /// What its limits are known by.
    pub(crate) gates: Gates,
}

impl<T: Files> Site<T> {
    /// Over these files. What it keeps is believed for a second without a look at them.
    pub fn new(files: T, options: SiteOptions, look: Look, shared: &Arc<Shared>) -> Site<T> {
        let gates = Gates::new("", &options.routes);
        Site {
            number: 0,
            shared: Arc::clone(shared),
            gates,
            at_hand: files.without_waiting(),
            files,
            options,
            look,
            fresh: Duration::from_secs(1),
            look_up: None,
            own: None,
            generation: GENERATIONS.fetch_add(1, Relaxed),
            has_xray: false,
        }
    }

    /// The same, where its limits are known by this name, under which new settings find what was counted before.
    #[must_use]
    pub(crate) fn with_name(self, name: &str) -> Site<T> {
        Site { gates: Gates::new(name, &self.options.routes), ..self }
    }

    /// The same, where answers are believed for so long without a look at the files; zero: each request looks.
    #[must_use]
    pub fn with_fresh(self, fresh: Duration) -> Site<T> {
        Site { fresh, ..self }
    }

    /// The same with a look-up: its pages are there, and each page has its box. Not where the built-in pages are switched off.
    #[must_use]
    pub fn with_look_up(mut self, look_up: Arc<dyn LookUp>) -> Site<T> {
        self.look.has_lookup = self.options.prefix.is_some();
        self.look_up = Some(look_up);
        self
    }

    /// The same with what the owner has put into files for its pages.
    #[must_use]
    pub(crate) fn with_own(self, own: Option<Own>) -> Site<T> {
        Site { own, ..self }
    }

    /// Who knows the passwords, for what is made while it is sent.
    pub(crate) fn door(&self, address: Option<IpAddr>) -> Arc<dyn Door + Send + Sync> {
        Arc::new(Patient::new(&self.shared.doors, address))
    }

    /// Whether it matters where clients come from: routes may ask, and who may see pages about the server is asked.
    pub(super) fn asks_for_address(&self) -> bool {
        self.options.routes.asks_for_address() || self.options.prefix.is_some() || self.options.limit.is_some()
    }

    /// The same, where clients on this machine may see what becomes of requests.
    #[must_use]
    pub fn with_xray(self, has_xray: bool) -> Site<T> {
        Site { has_xray, ..self }
    }

    /// What tells it from the others of its origin.
    #[inline]
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// The decision, with the files and the workshop of whoever asks.
    pub(crate) fn select<W: Workshop<T::File>>(
        &self,
        head: &RequestHead<'_>,
        client: &Client<'_>,
        now: Timestamp,
        files: &T,
        workshop: &W,
    ) -> Result<Selected<T::File>, Refusal> {
        let selected = site::select(&self.options, head, client, now, files, workshop, &mut Unseen)?;
        match selected {
            Selected::Response(response, Some(keep)) => Ok(Selected::Response(response, Some(in_memory(files, keep)?))),
            other => Ok(other),
        }
    }

    /// The same decision, written down.
    pub(crate) fn select_seen<W: Workshop<T::File>>(
        &self,
        head: &RequestHead<'_>,
        client: &Client<'_>,
        now: Timestamp,
        files: &T,
        workshop: &W,
        notes: &mut Notes,
    ) -> Result<Selected<T::File>, Refusal> {
        let counted = Counted::new(files);
        // It was found out for the label, and is at hand.
        let verdict =
            |file: &T::File, metadata: &Metadata, kind| self.shared.bench.verdict(&counted, file, metadata, kind, now);
        let grounds = Grounds::new(workshop, verdict);
        let selected = site::select(&self.options, head, client, now, &counted, &grounds, notes);
        let selected = match selected {
            Ok(Selected::Response(response, Some(keep))) => {
                in_memory(&counted, keep).map(|keep| Selected::Response(response, Some(keep)))
            }
            other => other,
        };
        notes.verdict = grounds.into_verdict();
        notes.calls = counted.calls();
        match &selected {
            Ok(Selected::Page(page, _)) => notes.page = Some(page.clone()),
            Ok(Selected::Response(_, keep)) => notes.is_kept = keep.is_some(),
            Err(_) => {}
        }
        selected
    }

    /// What comes of a request that was answered without deciding: for whoever wants to know why.
    pub(crate) fn decide_again(&self, head: &RequestHead<'_>, known: Known, now: Timestamp) -> Notes {
        let mut notes = Notes::default();
        let _ = self.select_seen(head, &known.at(&Closed), now, &self.files, &At::new(self, now), &mut notes);
        notes
    }

    /// The answer to a request before this door: on the pool. `notes`: where the decision is written down, if anybody looks.
    pub(crate) fn answer_before(
        &self,
        door: &AtPool<'_>,
        head: &RequestHead<'_>,
        known: Known,
        now: Timestamp,
        notes: Option<&mut Notes>,
    ) -> Answer<T::File> {
        let (workshop, client) = (At::new(self, now), known.at(door));
        let selected = match notes {
            Some(notes) => {
                let selected = self.select_seen(head, &client, now, &self.files, &workshop, notes);
                notes.calls = notes.calls.and(workshop.files.calls());
                selected
            }
            None => self.select(head, &client, now, &self.files, &workshop),
        };
        match selected {
            Ok(Selected::Response(response, keep)) => Answer::Whole(response, keep),
            Ok(Selected::Page(page, amendments)) => amended(self.page(head, &client, page, now), &amendments),
            Err(Refusal::OutOfDescriptors) => self.put_off(head, &client, now, Status::SERVICE_UNAVAILABLE, 1),
            Err(Refusal::Later(status, seconds)) => self.put_off(head, &client, now, status, seconds),
            Err(refusal) => Answer::Failed(refusal.to_string()),
        }
    }

    /// There is too much to do for this client: it may ask again.
    pub(crate) fn put_off(
        &self,
        head: &RequestHead<'_>,
        client: &Client<'_>,
        now: Timestamp,
        status: Status,
        seconds: u32,
    ) -> Answer<T::File> {
        let response = self.error_with_time(head, client, now, status);
        Answer::Whole(response.with("Retry-After", seconds.to_string()), None)
    }

    /// What takes time, on a thread of the pool.
    pub(crate) fn workshop(&self, now: Timestamp) -> impl Workshop<T::File> {
        At::new(self, now)
    }

    /// The same for whoever wants it now, where nobody looks.
    pub fn answer(&self, head: &RequestHead<'_>, known: Known, now: Timestamp) -> Answer<T::File> {
        let known = Known { has_turn: true, ..known };
        self.answer_before(&AtPool::new(&self.shared.doors, &self.gates, known), head, known, now, None)
    }
}

/// An answer with what routes make of its fields.
fn amended<F>(mut answer: Answer<F>, amendments: &Amendments) -> Answer<F> {
    match &mut answer {
        Answer::Whole(response, _) => amendments.apply(response.status, false, &mut response.fields),
        Answer::Stream { status, fields, .. } => amendments.apply(*status, false, fields),
        Answer::Failed(_) => {}
    }
    answer
}

/// A short content is read, so that the next requests for it need no file; a long one stays a span of its file.
fn in_memory<T: Tree>(files: &T, mut keep: Keep<T::File>) -> Result<Keep<T::File>, Refusal> {
    let Content::File { file, offset, length } = &keep.content else { return Ok(keep) };
    if *length > memory::BYTES_MAX {
        return Ok(keep);
    }
    let mut bytes = vec![0; *length as usize];
    let mut filled = 0;
    while filled < bytes.len() {
        match files.read(file, offset + filled as u64, &mut bytes[filled..])? {
            // It has shrunk since it was looked at. Sent as a span, the connection will tell.
            0 => return Ok(keep),
            count => filled += count,
        }
    }
    keep.content = Content::from_bytes(bytes);
    Ok(keep)
}

/// The workshop at the bench that all sites share.
struct At<'a, T> {
    site: &'a Site<T>,
    /// Its files, with a count of what was asked of them here.
    files: Counted<'a, T>,
    now: Timestamp,
}

impl<'a, T> At<'a, T> {
    fn new(site: &'a Site<T>, now: Timestamp) -> At<'a, T> {
        At { site, files: Counted::new(&site.files), now }
    }

    fn bench(&self) -> &Bench {
        &self.site.shared.bench
    }
}

impl<T: Files> Workshop<T::File> for At<'_, T> {
    fn charset(&self, file: &T::File, metadata: &Metadata, kind: TextKind) -> Result<Option<&'static str>, Refusal> {
        Ok(self.bench().verdict(&self.files, file, metadata, kind, self.now)?.charset())
    }

    fn compress(&self, file: &T::File, metadata: &Metadata, coding: Coding) -> Result<Option<Arc<[u8]>>, Refusal> {
        self.bench().coded(&self.files, file, metadata, coding)
    }

    fn thumbnail(&self, file: &T::File, metadata: &Metadata) -> Result<Option<Arc<[u8]>>, Refusal> {
        Ok(render::thumbnail(&self.site.files, file, metadata.size))
    }
}
