//! Where whatever may wait is done: plain synchronous functions on threads of their own, results back to the worker
//! that owns the connection.

mod lane;
mod turn;

use crate::door::{AtPool, Guesser, Seat};
use crate::known::Known;
use crate::origin::{Answer, Files, Site};
use crate::request::OwnedHead;
use crate::source::Source;
use crate::xray::Notes;
use lane::{Lane, Lanes};
use reactor::{Key, Waker};
use semantics::{Status, Timestamp};
use site::client::Closed;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use wire::StreamId;

/// What a worker asks for.
#[derive(Debug)]
pub struct Errand<T> {
    /// The connection that waits.
    pub key: Key,
    /// The exchange on it that waits.
    pub stream: StreamId,
    /// What to do.
    pub work: Work<T>,
    /// Set when nobody waits for it any more.
    pub is_abandoned: Arc<AtomicBool>,
}

/// The kinds of work.
#[derive(Debug)]
pub enum Work<T> {
    /// Answer this.
    Answer(Box<Question<T>>),
    /// Make the next piece of a streamed content.
    Next(Box<dyn Source>),
}

/// A request that waits for its answer.
#[derive(Debug)]
pub struct Question<T> {
    /// Which site it is for. It answers, even if another has taken its place meanwhile.
    pub site: Arc<Site<T>>,
    /// What is asked.
    pub request: OwnedHead,
    /// By whom.
    pub known: Known,
    /// When it was.
    pub now: Timestamp,
    /// Where the decision is written down, if anybody looks.
    pub(crate) notes: Option<Box<Notes>>,
    /// What counts as under way as long as it is.
    pub(crate) seats: Vec<Seat>,
}

/// What came of it.
pub struct Done<T: Files> {
    /// The connection that waits, if it is still there.
    pub key: Key,
    /// The exchange on it.
    pub stream: StreamId,
    /// The result.
    pub result: Outcome<T>,
}

/// Results, by kind of work.
pub enum Outcome<T: Files> {
    /// An answer, with what it is to.
    Answer(Answer<T::File>, Box<Question<T>>),
    /// A piece (None: the end), with what makes the next; an error says why there will be none.
    Piece(Option<Result<Vec<u8>, String>>, Box<dyn Source>),
    /// The work panicked. What was asked, when it was an answer.
    Panicked(Option<Box<Question<T>>>),
}

/// Somebody who runs errands. The simulator has one without threads.
pub trait Pool<T: Files> {
    /// Takes an errand, or gives it back when too many wait.
    fn submit(&mut self, errand: Errand<T>) -> Result<(), Errand<T>>;
    /// A finished one, if there is any.
    fn collect(&mut self) -> Option<Done<T>>;
}

/// Does one errand, whatever it takes.
pub fn run<T: Files>(errand: Errand<T>) -> Done<T> {
    attempt(errand).unwrap_or_else(|(errand, _)| {
        let Errand { key, stream, .. } = errand;
        // It has its turn now, and does not ask for it again.
        attempt(errand).unwrap_or(Done { key, stream, result: Outcome::Panicked(None) })
    })
}

/// Does one errand. Errs when a password is to be found out about first: whose turn that takes, and the same, for when it has come.
fn attempt<T: Files>(errand: Errand<T>) -> Result<Done<T>, (Errand<T>, Guesser)> {
    let Errand { key, stream, work, is_abandoned } = errand;
    // We did something wrong when this catches: one request gets a 500, the server goes on, the log has the cause.
    let result = match work {
        Work::Answer(mut question) => match catch_unwind(AssertUnwindSafe(|| question.answer())) {
            Ok(Ok(answer)) => Outcome::Answer(answer, question),
            Ok(Err(guesser)) => {
                question.known.has_turn = true;
                return Err((Errand { key, stream, work: Work::Answer(question), is_abandoned }, guesser));
            }
            Err(_) => Outcome::Panicked(Some(question)),
        },
        Work::Next(mut source) => match catch_unwind(AssertUnwindSafe(|| source.next())) {
            Ok(piece) => Outcome::Piece(piece, source),
            Err(_) => Outcome::Panicked(None),
        },
    };
    Ok(Done { key, stream, result })
}

impl<T: Files> Question<T> {
    /// Errs with whose turn it takes to find out about its password.
    fn answer(&mut self) -> Result<Answer<T::File>, Guesser> {
        if let Some(notes) = &mut self.notes {
            // Without what was decided before it had its turn.
            notes.begin();
        }
        let door = AtPool::new(&self.site.shared.doors, &self.site.gates, self.known);
        let head = self.request.head();
        let answer = self.site.answer_before(&door, &head, self.known, self.now, self.notes.as_deref_mut());
        let waits_for = door.waits_for();
        let (counted, seats) = door.into_counted();
        self.known.counted = counted;
        self.seats.extend(seats);
        if let Some(guesser) = waits_for.filter(|_| !self.known.has_turn) {
            return Err(guesser);
        }
        if let Some(notes) = &mut self.notes {
            notes.end();
        }
        Ok(answer)
    }
}

/// An errand, and where its result goes.
type Sent<T> = (Errand<T>, Arc<Desk<T>>);

struct Queue<T: Files> {
    lanes: Mutex<Lanes<Sent<T>>>,
    not_empty: Condvar,
}

/// Where results of one worker go.
struct Desk<T: Files> {
    results: Sender<Done<T>>,
    waker: Waker,
}

/// The threads, shared by all workers. They end when the last handle is gone and the queue is empty.
pub(crate) struct Threads<T: Files> {
    queue: Arc<Queue<T>>,
}

impl<T: Files> Clone for Threads<T> {
    fn clone(&self) -> Threads<T> {
        Threads { queue: Arc::clone(&self.queue) }
    }
}

impl<T: Files<File: Send>> Threads<T> {
    pub(crate) fn start(count: usize) -> std::io::Result<Threads<T>> {
        let lanes = Mutex::new(Lanes::new(count));
        let queue = Arc::new(Queue { lanes, not_empty: Condvar::new() });
        for number in 0..count {
            let queue: Arc<Queue<T>> = Arc::clone(&queue);
            thread::Builder::new().name(format!("pool-{number}")).spawn(move || {
                loop {
                    let ((errand, desk), lane) = queue.take();
                    // The client has gone; others are waiting.
                    if !errand.is_abandoned.load(Relaxed) {
                        match attempt(errand) {
                            Ok(done) => desk.take(done),
                            Err((errand, guesser)) => queue.put_on_turn(errand, desk, guesser),
                        }
                    }
                    queue.give_back(lane);
                }
            })?;
        }
        Ok(Threads { queue })
    }

    /// Tells how many errands wait: answers, and pieces of what is streamed.
    pub(crate) fn waiting(&self) -> impl Fn() -> [usize; 2] + Send + Sync + 'static {
        // Not the queue's end: threads end when the last that could give them errands is gone.
        let queue = Arc::downgrade(&self.queue);
        move || {
            let Some(queue) = queue.upgrade() else { return [0, 0] };
            let lanes = queue.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            [lanes.answers.len() + lanes.passwords.len(), lanes.pieces.len()]
        }
    }

    /// A handle for one worker.
    pub(crate) fn handle(&self, waker: Waker) -> Handle<T> {
        let (results, done) = channel();
        Handle { queue: Arc::clone(&self.queue), desk: Arc::new(Desk { results, waker }), done }
    }
}

impl<T: Files> Queue<T> {
    fn take(&self) -> ((Errand<T>, Arc<Desk<T>>), Lane) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(taken) = lanes.take() {
                return taken;
            }
            lanes = self.not_empty.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// An errand for which a password is to be found out about, when its turn has come.
    fn put_on_turn(&self, errand: Errand<T>, desk: Arc<Desk<T>>, guesser: Guesser) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let put = lanes.put((errand, desk), Lane::Passwords(guesser));
        drop(lanes);
        match put {
            Ok(()) => self.not_empty.notify_one(),
            Err((errand, desk)) => desk.take(put_off(errand)),
        }
    }

    fn give_back(&self, lane: Lane) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.give_back(lane);
        // Whoever was not allowed a piece or a password before may be now, should this thread take something else.
        let has_more = !lanes.pieces.is_empty() || lanes.passwords.len() > 0;
        drop(lanes);
        if has_more {
            self.not_empty.notify_one();
        }
    }
}

impl<T: Files> Desk<T> {
    fn take(&self, done: Done<T>) {
        // A worker that is gone needs no result.
        if self.results.send(done).is_ok() {
            self.waker.wake();
        }
    }
}

/// Too many passwords of that client wait: it may ask again.
fn put_off<T: Files>(errand: Errand<T>) -> Done<T> {
    let Errand { key, stream, work, .. } = errand;
    let result = match work {
        Work::Answer(question) => {
            let (head, client) = (question.request.head(), question.known.at(&Closed));
            let answer = question.site.put_off(&head, &client, question.now, Status::SERVICE_UNAVAILABLE, 1);
            Outcome::Answer(answer, question)
        }
        Work::Next(_) => Outcome::Panicked(None),
    };
    Done { key, stream, result }
}

/// The pool as one worker sees it.
pub(crate) struct Handle<T: Files> {
    queue: Arc<Queue<T>>,
    desk: Arc<Desk<T>>,
    done: Receiver<Done<T>>,
}

impl<T: Files> Pool<T> for Handle<T> {
    fn submit(&mut self, errand: Errand<T>) -> Result<(), Errand<T>> {
        let lane = Lane::of(&errand.work);
        let mut lanes = self.queue.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        lanes.put((errand, Arc::clone(&self.desk)), lane).map_err(|(errand, _)| errand)?;
        drop(lanes);
        self.queue.not_empty.notify_one();
        Ok(())
    }

    fn collect(&mut self) -> Option<Done<T>> {
        self.done.try_recv().ok()
    }
}
