//! The process around the workers: sockets are bound, privileges dropped, threads started, signals heard.

use crate::access_log::LogWriter;
use crate::disk_tree::DiskTree;
use crate::ending::Ending;
use crate::limit::{self, Limits};
use crate::look_up::LookUps;
use crate::options::{Options, SiteSettings};
use crate::origin::{Control, Origin, Shared, Site};
use crate::own::Own;
use crate::pool::Threads;
use crate::tls::Offers;
use crate::worker::Worker;
use lookup::live::Lookup;
use reactor::signal::Signals;
use reactor::{Epoll, ListenAddress, ListenError, ListenOptions, Listener, Waker, privilege};
use sd_notify::NotifyState;
use std::fmt;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};

/// A server that listens and does not answer yet.
#[derive(Debug)]
pub struct Server {
    options: Options,
    /// Of each site.
    grounds: Vec<Ground>,
    /// A set for each worker. All are bound before privileges are dropped: the kernel lets only sockets of one user
    /// share a port, and a low port needs the right to it each time.
    listeners: Vec<Vec<Listener>>,
    signals: Signals,
    /// How many may be open.
    descriptors: u64,
    offers: Option<Offers>,
    remark: Option<String>,
}

/// What a site stands on, found in order before there is a server.
#[derive(Debug)]
struct Ground {
    files: DiskTree,
    own: Option<Own>,
}

/// Why there is no server.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The folder of a site cannot be served.
    Root(String),
    /// Which site is for which host is not clear.
    Host(String),
    /// A file of the owner's that pages are made with cannot be used.
    Own(String),
    /// An address cannot be listened on.
    Listen(ListenError),
    /// Certificate and key cannot be used.
    Certificate(String),
    /// The user to become cannot be had.
    Privilege(String),
    /// The process may have fewer descriptors than the server needs to answer anybody.
    Descriptors {
        /// How many it may have.
        allowed: u64,
        /// How many it needs.
        needed: u64,
        /// With so many workers.
        workers: usize,
    },
    /// The machine refused something the server needs.
    Machine(String, io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Root(cause)
            | Error::Host(cause)
            | Error::Own(cause)
            | Error::Certificate(cause)
            | Error::Privilege(cause) => formatter.write_str(cause),
            Error::Listen(error) => write!(formatter, "{error}"),
            Error::Machine(what, error) => write!(formatter, "cannot {what}: {error}"),
            Error::Descriptors { allowed, needed, workers } => {
                write!(formatter, "cannot serve: {allowed} files may be open at once, and {needed} are needed ")?;
                match workers {
                    1 => write!(formatter, "(ulimit -n {needed})"),
                    _ => write!(formatter, "with {workers} workers (ulimit -n {needed}, or fewer --workers)"),
                }
            }
        }
    }
}

impl std::error::Error for Error {}

impl From<ListenError> for Error {
    fn from(error: ListenError) -> Error {
        Error::Listen(error)
    }
}

/// Where a folder is served when nothing else is said: only this machine sees it.
const DEFAULT_ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8000);

impl Server {
    /// Opens the folders, binds the sockets and drops privileges. From here on clients can connect; they are answered by
    /// [`run`](Server::run).
    ///
    /// Errs with a sentence that names what is in the way.
    pub fn bind(mut options: Options) -> Result<Server, Error> {
        // First of all: what we open ourselves could have the numbers of sockets that were promised and did not come.
        let how = ListenOptions::default();
        let inherited = Listener::inherited(&how)
            .map_err(|error| Error::Machine("take over the sockets of systemd".into(), error))?;
        if options.workers == 0 {
            options.workers = thread::available_parallelism().map_or(1, usize::from);
        }
        let descriptors = descriptors(&options, inherited.len())?;
        let signals = Signals::new().map_err(|error| Error::Machine("listen to signals".into(), error))?;
        let grounds = options.sites.iter().map(Ground::open).collect::<Result<_, _>>()?;
        // The key may be for the eyes of who we are now.
        let offers = options.tls.clone().map(Offers::open).transpose().map_err(Error::Certificate)?;
        let (offers, remark) = offers.map_or((None, None), |(offers, remark)| (Some(offers), remark));
        let listeners = if !inherited.is_empty() {
            inherited
        } else if options.listen.is_empty() {
            vec![Listener::bind_next_free(DEFAULT_ADDRESS, limit::PORTS_TRIED, &how)?]
        } else {
            options.listen.iter().map(|address| Listener::bind(address, &how)).collect::<Result<_, _>>()?
        };
        // A listener that nobody takes clients from would still be given its share of them, so there are none to spare.
        let others = (1..options.workers).map(|_| listeners.iter().map(Listener::another).collect());
        let mut sets: Vec<Vec<Listener>> = others.collect::<Result<_, _>>()?;
        sets.insert(0, listeners);
        if let Some(user) = &options.user {
            user.assume().map_err(|error| Error::Privilege(error.to_string()))?;
        }
        Ok(Server { options, grounds, listeners: sets, signals, descriptors, offers, remark })
    }

    /// What is in order and yet should be known: a certificate that has expired.
    pub fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }

    /// Where it listens.
    pub fn addresses(&self) -> impl Iterator<Item = &ListenAddress> {
        self.listeners.first().into_iter().flatten().map(Listener::address)
    }

    /// Serves until TERM or INT; then what is under way is finished, unless the word comes again.
    ///
    /// Errs when a worker cannot start or go on.
    pub fn run(self) -> Result<(), Error> {
        let Server { options, grounds, listeners, signals, descriptors, offers, remark: _ } = self;
        let machine = |what: &'static str| move |error| Error::Machine(what.to_owned(), error);
        let log = LogWriter::start(options.access_log).map_err(machine("start the access log"))?;
        log.hear_panics();
        let limits = limits(&options, descriptors);
        let shared = Arc::new(Shared::new(limits, log, options.memory_bytes / 2, offers.is_some()));
        let look_ups = LookUps::start(&options.sites, descriptors, &shared.log);
        let sites = options.sites.iter().zip(grounds);
        let sites = sites.map(|(settings, ground)| (settings.hosts.clone(), ground.site(settings, &shared, &look_ups)));
        let origin = Arc::new(Origin::new(Arc::clone(&shared), sites.collect()).map_err(Error::Host)?);
        let control = Arc::new(Control::default());
        let threads =
            Threads::start(limit::POOL_THREADS_MIN.max(options.workers)).map_err(machine("start a thread"))?;

        let mut workers: Vec<JoinHandle<io::Result<()>>> = Vec::new();
        let (waker, started) = channel::<Waker>();
        let mut ending = Ending::new();
        let is_unix = |listener: &&Listener| matches!(listener.address(), ListenAddress::Unix(_));
        let first = listeners.first().into_iter().flatten();
        let unix: Vec<Listener> = first.filter(is_unix).map(Listener::another).collect::<Result<_, _>>()?;
        for (number, own) in listeners.into_iter().enumerate() {
            let (origin, control) = (Arc::clone(&origin), Arc::clone(&control));
            let (threads, waker, notice) = (threads.clone(), waker.clone(), ending.notice());
            let offer = offers.as_ref().map(Offers::newest);
            // A reactor stays on the thread that made it; its waker is what others have of it.
            let work = move || {
                let _notice = notice;
                let reactor = Epoll::new(own)?;
                let pool = threads.handle(reactor.waker());
                // Nobody left to take it: the server is ending already.
                let _ = waker.send(reactor.waker());
                drop(waker);
                Worker::new(reactor, origin, pool, control).with_tls(offer).run()
            };
            let thread = thread::Builder::new().name(format!("worker-{number}")).spawn(work);
            workers.push(thread.map_err(machine("start a worker"))?);
        }
        drop(waker);
        let wakers: Vec<Waker> = started.iter().collect();
        if wakers.len() < workers.len() {
            let failed = workers.into_iter().find(JoinHandle::is_finished).map(JoinHandle::join);
            let error = failed
                .and_then(|ended| ended.ok()?.err())
                .unwrap_or_else(|| io::Error::other("a worker did not start"));
            return Err(machine("start a worker")(error));
        }
        let renewal = match offers {
            Some(offers) => {
                let (renewal, told) = channel();
                offers.watch(told, shared.log.clone()).map_err(machine("start a thread"))?;
                Some(renewal)
            }
            None => None,
        };
        ending.listen(signals, renewal).map_err(machine("start a thread"))?;
        // Whoever started us may want to know; nobody listening is no error.
        let _ = sd_notify::notify(&[NotifyState::Ready]);
        ending.wait().map_err(machine("listen to signals"))?;
        let _ = sd_notify::notify(&[NotifyState::Stopping]);
        // It ends while the workers do.
        look_ups.iter().for_each(Lookup::begin_to_stop);
        ending.drain(&shared, &control, &wakers, options.tells_people);
        let ended = workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(result) => result,
            Err(_) => Err(io::Error::other("a worker panicked")),
        });
        unix.iter().for_each(Listener::remove_file);
        look_ups.iter().for_each(Lookup::stop);
        shared.log.flush();
        ended.map_err(machine("go on serving"))
    }
}

impl Ground {
    fn open(settings: &SiteSettings) -> Result<Ground, Error> {
        let files = DiskTree::open(&settings.root, settings.symlinks).map_err(Error::Root)?;
        let own = Own::open(&settings.own, settings.fresh).map_err(Error::Own)?;
        Ok(Ground { files, own })
    }

    fn site(self, settings: &SiteSettings, shared: &Arc<Shared>, look_ups: &LookUps) -> Site<DiskTree> {
        self.own.iter().for_each(|own| own.tell(&shared.log));
        let site = Site::new(self.files, settings.options.clone(), settings.look.clone(), shared)
            .with_fresh(settings.fresh)
            .with_own(self.own);
        match look_ups.of(settings) {
            Some(look_up) => site.with_look_up(look_up),
            None => site,
        }
    }
}

/// How many descriptors there may be: raised to what the process may have, and enough. Who has been told where the server is
/// must not find that it could not begin.
fn descriptors(options: &Options, inherited: usize) -> Result<u64, Error> {
    let allowed = privilege::raise_descriptor_limit()
        .map_err(|error| Error::Machine("raise the limit of open files".into(), error))?
        .unwrap_or(limit::DESCRIPTORS_UNLIMITED);
    // One of them is the folder that is counted itself. Without /proc: the three that every process begins with.
    let taken = fs::read_dir("/proc/self/fd").map_or(3, |open| open.count().saturating_sub(1)) as u64;
    let (workers, listeners) = (options.workers, options.listen.len().max(inherited).max(1));
    let for_workers = workers as u64 * (limit::DESCRIPTORS_A_WORKER + listeners as u64);
    // Sockets of systemd are open already.
    let needed = taken + limit::DESCRIPTORS_A_PROCESS + options.sites.len() as u64 + for_workers - inherited as u64;
    match allowed < needed {
        true => Err(Error::Descriptors { allowed, needed, workers }),
        false => Ok(allowed),
    }
}

/// The owner's limits as each worker keeps them.
fn limits(options: &Options, descriptors: u64) -> Limits {
    let workers = options.workers as u64;
    // A kept file counts 64 KiB, so memory also bounds descriptors; a quarter of them may be files.
    let memory_bytes = (options.memory_bytes / 2).min(descriptors / 4 * (64 << 10)) / workers;
    let connections = match options.connections_max {
        Some(max) => max as u64,
        None if descriptors > limit::DESCRIPTORS_FEW => descriptors / 4 * 3,
        None => descriptors.saturating_sub(limit::DESCRIPTORS_ELSEWHERE).max(descriptors / 3),
    };
    Limits {
        wire: wire::Limits { idle: options.idle_timeout },
        connections_max: connections.div_ceil(workers).max(1) as usize,
        turns_away: options.connections_max.is_some(),
        per_address_max: options.per_address_max,
        memory_bytes,
        drain: options.drain,
    }
}
