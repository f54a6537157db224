//! Where a server listens, and how that changes while it does.

use crate::limit;
use crate::options::Options;
use crate::order::{Given, Order};
use crate::origin::Shared;
use crate::reload::WorkerPost;
use crate::serve::Error;
use reactor::{Epoll, ListenAddress, ListenOptions, Listener};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// Where it listens.
#[derive(Debug)]
pub(crate) struct Listening {
    gates: Vec<Gate>,
    /// The sockets were given to us, so no settings say which.
    is_inherited: bool,
}

/// One address. Its listeners belong to the workers.
#[derive(Debug)]
struct Gate {
    /// As it was asked for.
    asked: ListenAddress,
    /// As it is: with the port that was free.
    bound: ListenAddress,
    purpose: Purpose,
    /// One of a unix socket, for its file is to be removed at the end. One of TCP would be given its share of the clients,
    /// and nobody would answer them.
    unix: Option<Listener>,
}

/// What clients find at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// What is served.
    Serve,
    /// Where to go: to the first address that serves.
    Redirect,
}

impl Purpose {
    /// Of a listener with this mark.
    pub(crate) fn of(mark: u8) -> Purpose {
        if mark == Purpose::Redirect as u8 { Purpose::Redirect } else { Purpose::Serve }
    }
}

/// What is to be otherwise.
pub(crate) struct Change {
    /// With a listener for each worker.
    opened: Vec<(Gate, Vec<Listener>)>,
    /// By place.
    closed: Vec<usize>,
}

impl Gate {
    /// Listens for each of so many workers.
    fn open(
        asked: &ListenAddress,
        purpose: Purpose,
        is_default: bool,
        workers: usize,
    ) -> Result<(Gate, Vec<Listener>), Error> {
        let how = ListenOptions::default();
        let first = match asked {
            ListenAddress::Tcp(address) if is_default => Listener::bind_next_free(*address, limit::PORTS_TRIED, &how)?,
            _ => Listener::bind(asked, &how)?,
        };
        Gate::of(asked.clone(), purpose, first, workers)
    }

    fn of(
        asked: ListenAddress,
        purpose: Purpose,
        first: Listener,
        workers: usize,
    ) -> Result<(Gate, Vec<Listener>), Error> {
        let first = first.marked(purpose as u8);
        let bound = first.address().clone();
        // A listener that nobody takes clients from would still be given its share of them, so there are none to spare.
        let others: Result<Vec<Listener>, _> = (1..workers).map(|_| first.another()).collect();
        let unix = matches!(bound, ListenAddress::Unix(_)).then(|| first.another()).transpose();
        match others.and_then(|others| Ok((others, unix?))) {
            Ok((mut listeners, unix)) => {
                listeners.insert(0, first);
                Ok((Gate { asked, bound, purpose, unix }, listeners))
            }
            Err(error) => {
                first.remove_file();
                Err(error.into())
            }
        }
    }

    fn is_at(&self, address: &ListenAddress, purpose: Purpose) -> bool {
        self.purpose == purpose && (self.asked == *address || self.bound == *address)
    }

    fn remove_file(&self) {
        self.unix.iter().for_each(Listener::remove_file);
    }
}

impl Listening {
    /// Listens where the options say, or at what was inherited: also gives the listeners of each worker.
    pub(crate) fn begin(options: &Options, inherited: Vec<Listener>) -> Result<(Listening, Vec<Vec<Listener>>), Error> {
        let workers = options.workers;
        let mut listening = Listening { gates: Vec::new(), is_inherited: !inherited.is_empty() };
        let given = inherited.into_iter();
        let given = given.map(|first| Gate::of(first.address().clone(), Purpose::Serve, first, workers));
        let mut opened: Vec<_> = given.collect::<Result<_, _>>()?;
        opened.extend(listening.change(options)?.opened);
        let mut sets: Vec<Vec<Listener>> = (0..workers).map(|_| Vec::new()).collect();
        for (gate, listeners) in opened {
            listening.gates.push(gate);
            sets.iter_mut().zip(listeners).for_each(|(set, listener)| set.push(listener));
        }
        Ok((listening, sets))
    }

    /// Where it serves, in the order in which it was asked for.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = &ListenAddress> {
        self.gates.iter().filter(|gate| gate.purpose == Purpose::Serve).map(|gate| &gate.bound)
    }

    /// Of unix sockets, nothing stays.
    pub(crate) fn remove_files(&self) {
        self.gates.iter().for_each(Gate::remove_file);
    }

    /// Listens where that is new. Errs when it cannot; then nothing has changed.
    pub(crate) fn change(&self, options: &Options) -> Result<Change, Error> {
        let mut change = Change { opened: Vec::new(), closed: Vec::new() };
        let is_default = options.listen.is_empty();
        let served: &[ListenAddress] = match options.listen.as_slice() {
            _ if self.is_inherited => &[],
            [] => &[ListenAddress::Tcp(DEFAULT_ADDRESS)],
            listen => listen,
        };
        let wanted = served.iter().map(|address| (address, Purpose::Serve));
        let wanted = wanted.chain(options.redirect_http.iter().map(|address| (address, Purpose::Redirect)));
        let is_given = |gate: &Gate| self.is_inherited && gate.purpose == Purpose::Serve;
        let is_wanted =
            |gate: &Gate| is_given(gate) || wanted.clone().any(|(address, purpose)| gate.is_at(address, purpose));
        change.closed = (0..self.gates.len()).filter(|&at| !is_wanted(&self.gates[at])).collect();
        for (address, purpose) in wanted.clone() {
            if self.gates.iter().any(|gate| gate.is_at(address, purpose)) {
                continue;
            }
            match Gate::open(address, purpose, is_default && purpose == Purpose::Serve, options.workers) {
                Ok(opened) => change.opened.push(opened),
                Err(error) => {
                    change.opened.iter().for_each(|(gate, _)| gate.remove_file());
                    return Err(error);
                }
            }
        }
        Ok(change)
    }

    pub(crate) fn put_to_work(&mut self, change: Change, posts: &[WorkerPost], given: &Given, shared: &Arc<Shared>) {
        for (gate, listeners) in change.opened {
            self.gates.push(gate);
            for (post, listener) in posts.iter().zip(listeners) {
                let (shared, address) = (Arc::clone(shared), listener.address().clone());
                let listen = move |reactor: &mut Epoll| {
                    if let Err(error) = reactor.listen(listener) {
                        shared.log.remark(format!("a worker cannot listen at {address}: {error}"));
                    }
                };
                given.give(post, Order::reactor(listen));
            }
        }
        for &at in change.closed.iter().rev() {
            let gate = self.gates.remove(at);
            // Whoever comes from now on finds nobody there; who waits already is let in.
            gate.remove_file();
            for post in posts {
                let address = gate.bound.clone();
                given.give(post, Order::reactor(move |reactor: &mut Epoll| reactor.leave(&address)));
            }
        }
    }
}

/// Where a folder is served when nothing else is said: only this machine sees it.
const DEFAULT_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8000);
