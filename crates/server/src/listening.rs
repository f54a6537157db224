//! Where a server listens, and how that changes while it does.

use crate::limit;
use crate::options::Options;
use crate::order::{Given, Order};
use crate::origin::Shared;
use crate::reload::WorkerPost;
use crate::serve::{Error, machine};
use crate::upgrade::{Handed, HandedGate, Left};
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

/// What a process before us had, and what there is besides, until its word that clients are ours.
#[derive(Debug)]
pub(crate) struct Heritage {
    /// The places of its gates that we go on with.
    pub(crate) taken: Vec<usize>,
    /// Of each of those, all sockets.
    sockets: Vec<Vec<Listener>>,
    /// Of each other, one for each worker.
    opened: Vec<Vec<Listener>>,
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

    /// One that a process before us had.
    fn inherited(handed: &HandedGate, purpose: Purpose) -> Result<Gate, Error> {
        let first = handed.sockets.first().filter(|_| matches!(handed.bound, ListenAddress::Unix(_)));
        let unix = first.map(Listener::duplicate).transpose().map_err(machine("take over a socket"))?;
        Ok(Gate { asked: handed.asked.clone(), bound: handed.bound.clone(), purpose, unix })
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

    /// Listens where the options say: at the sockets of the process before us where it has them, of which none takes clients
    /// yet.
    pub(crate) fn follow(options: &Options, handed: Handed) -> Result<(Listening, Heritage), Error> {
        let mut listening = Listening { gates: Vec::new(), is_inherited: handed.is_given };
        let mut heritage = Heritage { taken: Vec::new(), sockets: Vec::new(), opened: Vec::new() };
        let wanted = listening.wanted(options);
        for (at, gate) in handed.gates.into_iter().enumerate() {
            // An address may be for something else now.
            let is_it = |(address, _): &&(ListenAddress, Purpose)| gate.asked == *address || gate.bound == *address;
            let purpose = match wanted.iter().find(is_it) {
                Some((_, purpose)) => *purpose,
                None if handed.is_given && gate.purpose == Purpose::Serve => Purpose::Serve,
                None => continue,
            };
            if gate.sockets.is_empty() {
                continue;
            }
            listening.gates.push(Gate::inherited(&gate, purpose)?);
            heritage.taken.push(at);
            heritage.sockets.push(gate.sockets.into_iter().map(|socket| socket.marked(purpose as u8)).collect());
        }
        for (gate, listeners) in listening.change(options)?.opened {
            listening.gates.push(gate);
            heritage.opened.push(listeners);
        }
        listening.order_as(&wanted);
        Ok((listening, heritage))
    }

    /// The first address that was asked for is the first to be told.
    fn order_as(&mut self, wanted: &[(ListenAddress, Purpose)]) {
        let place = |gate: &Gate| wanted.iter().position(|(address, purpose)| gate.is_at(address, *purpose));
        self.gates.sort_by_key(|gate| place(gate).unwrap_or_default());
    }

    /// All sockets there are, of all workers, for whoever comes after us. `duplicates`: the listeners of all workers.
    pub(crate) fn will(&self, duplicates: Vec<Listener>) -> Vec<Left> {
        let left = |gate: &Gate| Left {
            asked: gate.asked.clone(),
            bound: gate.bound.clone(),
            redirects: gate.purpose == Purpose::Redirect,
            sockets: Vec::new(),
        };
        let mut gates: Vec<Left> = self.gates.iter().map(left).collect();
        let mut known: Vec<u64> = Vec::new();
        for listener in duplicates {
            let mut at = self.gates.iter().zip(&mut gates);
            let at = at.find(|(gate, _)| gate.bound == *listener.address() && gate.purpose as u8 == listener.mark());
            // Those that workers share are one.
            let identity = listener.identity().unwrap_or_default();
            if let Some((_, left)) = at.filter(|_| !known.contains(&identity)) {
                known.push(identity);
                left.sockets.push(listener);
            }
        }
        gates
    }

    /// Whether somebody else gave us the sockets.
    pub(crate) fn is_given(&self) -> bool {
        self.is_inherited
    }

    /// Another process goes on with these gates: we take no more clients there. At the others nobody will: who waits there is
    /// let in.
    pub(crate) fn hand_over(&mut self, taken: &[usize], posts: &[WorkerPost], given: &Given) {
        for (at, gate) in self.gates.drain(..).enumerate() {
            let is_taken = taken.contains(&at);
            if !is_taken {
                gate.remove_file();
            }
            for post in posts {
                let address = gate.bound.clone();
                given.give(
                    post,
                    Order::reactor(move |reactor: &mut Epoll| match is_taken {
                        true => reactor.leave_to_others(&address),
                        false => reactor.leave(&address),
                    }),
                );
            }
        }
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
        let wanted = self.wanted(options);
        let is_given = |gate: &Gate| self.is_inherited && gate.purpose == Purpose::Serve;
        let is_wanted =
            |gate: &Gate| is_given(gate) || wanted.iter().any(|(address, purpose)| gate.is_at(address, *purpose));
        change.closed = (0..self.gates.len()).filter(|&at| !is_wanted(&self.gates[at])).collect();
        for (address, purpose) in &wanted {
            let purpose = *purpose;
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

    /// Where the options say that it listens, and for what.
    fn wanted(&self, options: &Options) -> Vec<(ListenAddress, Purpose)> {
        let served: &[ListenAddress] = match options.listen.as_slice() {
            _ if self.is_inherited => &[],
            [] => &[ListenAddress::Tcp(DEFAULT_ADDRESS)],
            listen => listen,
        };
        let served = served.iter().map(|address| (address.clone(), Purpose::Serve));
        served.chain(options.redirect_http.iter().map(|address| (address.clone(), Purpose::Redirect))).collect()
    }

    pub(crate) fn put_to_work(&mut self, change: Change, posts: &[WorkerPost], given: &Given, shared: &Arc<Shared>) {
        for (gate, listeners) in change.opened {
            self.gates.push(gate);
            posts.iter().zip(listeners).for_each(|(post, listener)| listen(post, listener, given, shared));
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

impl Heritage {
    /// From now on clients are ours.
    pub(crate) fn put_to_work(self, posts: &[WorkerPost], given: &Given, shared: &Arc<Shared>) {
        for sockets in self.sockets {
            for (post, own) in posts.iter().zip(share(sockets, posts.len())) {
                own.into_iter().for_each(|listener| listen(post, listener, given, shared));
            }
        }
        for listeners in self.opened {
            posts.iter().zip(listeners).for_each(|(post, listener)| listen(post, listener, given, shared));
        }
    }
}

/// Each worker its part of the sockets of one address: all of them, for clients wait at each. Where there are more workers, the
/// others get new ones beside them, or if those cannot be had (they were bound by another user), share.
fn share(mut sockets: Vec<Listener>, workers: usize) -> Vec<Vec<Listener>> {
    let count = sockets.len();
    let can_be_more = sockets.first().is_some_and(|first| matches!(first.address(), ListenAddress::Tcp(_)));
    let more = (count..workers).map(|_| sockets[0].another());
    match if can_be_more { more.collect::<Result<Vec<_>, _>>().ok() } else { None } {
        Some(more) => sockets.extend(more),
        None => {
            let shared: Vec<Listener> = sockets.iter().filter_map(|socket| socket.shared().ok()).collect();
            if !shared.is_empty() {
                let more = (count..workers).filter_map(|at| shared[at % shared.len()].shared().ok());
                let more: Vec<Listener> = more.collect();
                sockets = shared.into_iter().chain(more).collect();
            }
        }
    }
    let mut sets: Vec<Vec<Listener>> = (0..workers).map(|_| Vec::new()).collect();
    for (at, socket) in sockets.into_iter().enumerate() {
        sets[at % workers].push(socket);
    }
    sets
}

/// Has a worker listen at one socket more.
fn listen(post: &WorkerPost, listener: Listener, given: &Given, shared: &Arc<Shared>) {
    let (shared, address) = (Arc::clone(shared), listener.address().clone());
    let listen = move |reactor: &mut Epoll| {
        if let Err(error) = reactor.listen(listener) {
            shared.log.remark(format!("a worker cannot listen at {address}: {error}"));
        }
    };
    given.give(post, Order::reactor(listen));
}

/// Where a folder is served when nothing else is said: only this machine sees it.
const DEFAULT_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8000);
