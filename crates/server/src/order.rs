//! What a worker is told while it works. It hears of it when it is woken, between two completions, so that nothing is
//! under way that could mind.

use crate::origin::Origin;
use reactor::Waker;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Something to be done by one worker.
pub struct Order<R, T> {
    pub(crate) act: Act<R, T>,
    /// Dropped with the order, when it is done.
    _done: Option<Sender<()>>,
}

/// What is to be done.
pub(crate) enum Act<R, T> {
    /// Answer from this now. What is under way goes on as it began.
    Serve(Arc<Origin<T>>),
    /// Something with the reactor, which only its own thread may touch.
    Reactor(Box<dyn FnOnce(&mut R) + Send>),
}

impl<R, T> Order<R, T> {
    /// Answer from this now. What is under way goes on as it began.
    pub fn serve(origin: Arc<Origin<T>>) -> Order<R, T> {
        Order { act: Act::Serve(origin), _done: None }
    }

    /// Do this with the reactor.
    pub(crate) fn reactor(act: impl FnOnce(&mut R) + Send + 'static) -> Order<R, T> {
        Order { act: Act::Reactor(Box::new(act)), _done: None }
    }
}

/// Where the orders for one worker go in.
pub(crate) struct Post<R, T> {
    pub(crate) orders: Sender<Order<R, T>>,
    pub(crate) waker: Waker,
}

/// Orders that were given, until they are done.
pub(crate) struct Given {
    token: Sender<()>,
    done: Receiver<()>,
}

impl Given {
    pub(crate) fn new() -> Given {
        let (token, done) = channel();
        Given { token, done }
    }

    /// Gives one more.
    pub(crate) fn give<R, T>(&self, post: &Post<R, T>, order: Order<R, T>) {
        // A worker that has ended takes none, and the server ends with it.
        let _ = post.orders.send(Order { _done: Some(self.token.clone()), ..order });
        post.waker.wake();
    }

    /// Waits until all are done, though not for ever.
    pub(crate) fn wait(self, patience: Duration) {
        drop(self.token);
        // Nothing is ever sent: it ends when the last of those who could is gone.
        let _ = self.done.recv_timeout(patience);
    }
}
