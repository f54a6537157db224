//! The journey of a request without a network: a worker as any other, at a reactor that is made of paper.
//!
//! The bytes go through the very code that serves, from the parser to the last field; only what is sent goes nowhere.

use super::journey;
use crate::options::Options;
use crate::origin::{Control, Files};
use crate::pool::{self, Done, Errand, Pool};
use crate::serve::{self, Error};
use crate::worker::Worker;
use page::Language;
use page::xray::{self, Journey};
use reactor::{Completion, Key, PeerAddress, Reactor};
use semantics::Timestamp;
use std::collections::VecDeque;
use std::io;
use std::marker::PhantomData;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// What would become of a request.
#[derive(Clone, Debug)]
pub struct Explanation(Journey);

impl Explanation {
    /// For people.
    pub fn text(&self, language: Language) -> String {
        xray::text(&self.0, language)
    }

    /// For programs: one JSON object and a line end.
    pub fn json(&self) -> String {
        xray::json(&self.0)
    }

    /// Whether the answer is an error, or there is none.
    pub fn is_error(&self) -> bool {
        !(100..400).contains(&self.0.entry.status)
    }
}

/// Thinks a request through, from its bytes on. Nothing is sent, and nothing is remembered.
///
/// Errs as the server would that was told so, and when the bytes are no complete request.
pub fn explain(options: &Options, request: &[u8]) -> Result<Explanation, Error> {
    let origin = Arc::new(serve::origin_without_network(options)?);
    let (paper, pool) = (Paper::new(request), AtOnce(VecDeque::new()));
    let now = Timestamp(paper.date_nanoseconds());
    origin.shared.xray.watch(now.seconds());
    let mut worker = Worker::new(paper, Arc::clone(&origin), pool, Arc::new(Control::default()));
    let machine = |error| Error::Machine("think the request through".into(), error);
    for _ in 0..TURNS_MAX {
        worker.turn().map_err(machine)?;
        if worker.has_answered(KEY) {
            break;
        }
    }
    worker.see_end(KEY);
    worker.turn().map_err(machine)?;
    let incomplete = || machine(io::Error::new(io::ErrorKind::InvalidInput, "it is not complete"));
    let plate = origin.shared.xray.read(|film| film.find(|_| true)).ok_or_else(incomplete)?;
    let mut plate = (*plate).clone();
    plate.socket.is_paper = true;
    Ok(Explanation(match plate.teller() {
        Some(site) => site.told(&plate),
        None => journey(&plate, None, origin.first().setting()),
    }))
}

/// The only connection there is.
const KEY: Key = Key { index: 0, generation: 1 };

/// What is not answered after so many turns never is: the longest way leads over the pool and back.
const TURNS_MAX: usize = 16;

/// A reactor without a kernel.
struct Paper<F> {
    coming: VecDeque<Completion>,
    request: Vec<u8>,
    /// How many of these were received.
    received: usize,
    is_woken: bool,
    begun: Instant,
    /// As of the last `wait`.
    now: u64,
    date: i128,
    file: PhantomData<F>,
}

impl<F> Paper<F> {
    fn new(request: &[u8]) -> Paper<F> {
        let date = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_nanos() as i128);
        let coming = VecDeque::from([Completion::Accepted { key: KEY, mark: 0 }]);
        let (received, is_woken, now) = (0, false, 1);
        Paper {
            coming,
            request: request.to_vec(),
            received,
            is_woken,
            begun: Instant::now(),
            now,
            date,
            file: PhantomData,
        }
    }
}

impl<F: Clone> Reactor for Paper<F> {
    type File = F;

    fn now_nanoseconds(&self) -> u64 {
        self.now
    }

    /// Never 0, which is no time.
    fn clock_nanoseconds(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_nanos()).map_or(u64::MAX, |since| since.saturating_add(1))
    }

    fn date_nanoseconds(&self) -> i128 {
        self.date
    }

    fn wait(&mut self, _: Option<u64>) -> io::Result<()> {
        (self.is_woken, self.now) = (false, self.clock_nanoseconds());
        Ok(())
    }

    fn next(&mut self, buffer: &mut [u8]) -> Option<Completion> {
        if let Some(completion) = self.coming.pop_front() {
            return Some(completion);
        }
        let rest = &self.request[self.received..];
        if !rest.is_empty() {
            let bytes = rest.len().min(buffer.len());
            buffer[..bytes].copy_from_slice(&rest[..bytes]);
            self.received += bytes;
            return Some(Completion::Received { key: KEY, bytes });
        }
        // The pool is done at once; its results are taken when the worker is woken.
        (!std::mem::replace(&mut self.is_woken, true)).then_some(Completion::Woken)
    }

    fn send(&mut self, _: Key, slices: &[&[u8]], _: bool) -> io::Result<usize> {
        Ok(slices.iter().map(|slice| slice.len()).sum())
    }

    fn send_file(&mut self, _: Key, _: &F, _: u64, length: usize) -> io::Result<usize> {
        Ok(length)
    }

    fn ask_sendable(&mut self, key: Key) {
        self.coming.push_back(Completion::Sendable { key });
    }

    fn set_receiving(&mut self, _: Key, _: bool) {}
    fn set_deadline(&mut self, _: Key, _: Option<u64>) {}
    fn shutdown(&mut self, _: Key) {}
    fn close(&mut self, _: Key) {}
    fn stop_accepting(&mut self) {}

    fn peer(&self, _: Key) -> Option<PeerAddress> {
        Some(PeerAddress::Tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))
    }
}

/// A pool that does each errand at once.
struct AtOnce<T: Files>(VecDeque<Done<T>>);

impl<T: Files> Pool<T> for AtOnce<T> {
    fn submit(&mut self, errand: Errand<T>) -> Result<(), Errand<T>> {
        self.0.push_back(pool::run(errand));
        Ok(())
    }

    fn collect(&mut self) -> Option<Done<T>> {
        self.0.pop_front()
    }
}
