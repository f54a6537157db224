//! Where whatever may wait is done: plain synchronous functions on threads of their own, results back to the worker
//! that owns the connection.

mod lane;

use crate::limit;
use crate::origin::{Answer, Files, Origin};
use crate::request::OwnedHead;
use crate::source::Source;
use lane::{Lane, Lanes};
use reactor::{Key, Waker};
use semantics::Timestamp;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use wire::StreamId;

/// What a worker asks for.
#[derive(Debug)]
pub struct Errand {
    /// The connection that waits.
    pub key: Key,
    /// The exchange on it that waits.
    pub stream: StreamId,
    /// What to do.
    pub work: Work,
    /// Set when nobody waits for it any more.
    pub is_abandoned: Arc<AtomicBool>,
}

/// The kinds of work.
#[derive(Debug)]
pub enum Work {
    /// Answer this request, at this time.
    Answer(OwnedHead, Timestamp),
    /// Make the next piece of a streamed content.
    Next(Box<dyn Source>),
}

/// What came of it.
#[derive(Debug)]
pub struct Done<F> {
    /// The connection that waits, if it is still there.
    pub key: Key,
    /// The exchange on it.
    pub stream: StreamId,
    /// The result.
    pub result: Outcome<F>,
}

/// Results, by kind of work.
#[derive(Debug)]
pub enum Outcome<F> {
    /// An answer, with the request it is for.
    Answer(Answer<F>, OwnedHead),
    /// A piece (None: the end), with what makes the next; an error says why there will be none.
    Piece(Option<Result<Vec<u8>, String>>, Box<dyn Source>),
    /// The work panicked. The request, when it was one.
    Panicked(Option<OwnedHead>),
}

/// Somebody who runs errands. The simulator has one without threads.
pub trait Pool<F> {
    /// Takes an errand, or gives it back when too many wait.
    fn submit(&mut self, errand: Errand) -> Result<(), Errand>;
    /// A finished one, if there is any.
    fn collect(&mut self) -> Option<Done<F>>;
}

/// Does one errand.
pub fn run<T: Files>(origin: &Origin<T>, errand: Errand) -> Done<T::File> {
    let Errand { key, stream, work, .. } = errand;
    // We did something wrong when this catches: one request gets a 500, the server goes on, the log has the cause.
    let result = match work {
        Work::Answer(request, now) => match catch_unwind(AssertUnwindSafe(|| origin.answer(&request.head(), now))) {
            Ok(answer) => Outcome::Answer(answer, request),
            Err(_) => Outcome::Panicked(Some(request)),
        },
        Work::Next(mut source) => match catch_unwind(AssertUnwindSafe(|| source.next())) {
            Ok(piece) => Outcome::Piece(piece, source),
            Err(_) => Outcome::Panicked(None),
        },
    };
    Done { key, stream, result }
}

struct Queue<F> {
    lanes: Mutex<Lanes<(Errand, Arc<Desk<F>>)>>,
    not_empty: Condvar,
}

/// Where results of one worker go.
struct Desk<F> {
    results: Sender<Done<F>>,
    waker: Waker,
}

/// The threads, shared by all workers. They end when the last handle is gone and the queue is empty.
pub(crate) struct Threads<F> {
    queue: Arc<Queue<F>>,
}

impl<F> Clone for Threads<F> {
    fn clone(&self) -> Threads<F> {
        Threads { queue: Arc::clone(&self.queue) }
    }
}

impl<F: Send + 'static> Threads<F> {
    pub(crate) fn start<T: Files<File = F>>(origin: &Arc<Origin<T>>, count: usize) -> std::io::Result<Threads<F>> {
        let lanes = Mutex::new(Lanes::new(count.div_ceil(limit::STREAMING_SHARE)));
        let queue = Arc::new(Queue { lanes, not_empty: Condvar::new() });
        for number in 0..count {
            let (queue, origin) = (Arc::clone(&queue), Arc::clone(origin));
            thread::Builder::new().name(format!("pool-{number}")).spawn(move || {
                loop {
                    let ((errand, desk), lane) = queue.take();
                    // The client has gone; others are waiting.
                    if !errand.is_abandoned.load(Relaxed) {
                        let done = run(&origin, errand);
                        // A worker that is gone needs no result.
                        if desk.results.send(done).is_ok() {
                            desk.waker.wake();
                        }
                    }
                    queue.give_back(lane);
                }
            })?;
        }
        Ok(Threads { queue })
    }

    /// A handle for one worker.
    pub(crate) fn handle(&self, waker: Waker) -> Handle<F> {
        let (results, done) = channel();
        Handle { queue: Arc::clone(&self.queue), desk: Arc::new(Desk { results, waker }), done }
    }
}

impl<F> Queue<F> {
    fn take(&self) -> ((Errand, Arc<Desk<F>>), Lane) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(taken) = lanes.take() {
                return taken;
            }
            lanes = self.not_empty.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give_back(&self, lane: Lane) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.give_back(lane);
        // Whoever was not allowed a piece before may be now, should this thread take something else.
        let has_pieces = !lanes.pieces.is_empty();
        drop(lanes);
        if has_pieces {
            self.not_empty.notify_one();
        }
    }
}

/// The pool as one worker sees it.
pub(crate) struct Handle<F> {
    queue: Arc<Queue<F>>,
    desk: Arc<Desk<F>>,
    done: Receiver<Done<F>>,
}

impl<F: Send> Pool<F> for Handle<F> {
    fn submit(&mut self, errand: Errand) -> Result<(), Errand> {
        let lane = Lane::of(&errand.work);
        let mut lanes = self.queue.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.put((errand, Arc::clone(&self.desk)), lane).map_err(|(errand, _)| errand)?;
        drop(lanes);
        self.queue.not_empty.notify_one();
        Ok(())
    }

    fn collect(&mut self) -> Option<Done<F>> {
        self.done.try_recv().ok()
    }
}
