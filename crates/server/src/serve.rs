//! The process around the workers: sockets are bound, privileges dropped, threads started, signals heard.

use crate::access_log::{AccessLog, LogFile, LogWriter};
use crate::disk_tree::DiskTree;
use crate::ground::Grounds;
use crate::happening::{Happenings, Remote, Word};
use crate::limit::{self, Limits};
use crate::listening::{Heritage, Listening};
use crate::look_up::{LookUp, LookUps, Unread};
use crate::options::{Options, SiteSettings};
use crate::order::{Given, Post};
use crate::origin::{Control, Origin, Shared};
use crate::pool::Threads;
use crate::reload::{Duties, Serving, WorkerPost};
use crate::tls::{Nudge, Offers};
use crate::upgrade::{Handed, Predecessor, Program, Upgrading};
use crate::vitals::Running;
use crate::worker::Worker;
use acme::{Acme, Said};
use lookup::live::Lookup;
use reactor::signal::Signals;
use reactor::{Epoll, ListenAddress, ListenError, ListenOptions, Listener, privilege};
use sd_notify::NotifyState;
use std::fmt;
use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

/// A server that listens and does not answer yet.
#[derive(Debug)]
pub struct Server {
    options: Options,
    grounds: Grounds,
    listening: Listening,
    /// A set for each worker. All are bound before privileges are dropped: the kernel lets only sockets of one user
    /// share a port, and a low port needs the right to it each time.
    listeners: Vec<Vec<Listener>>,
    signals: Signals,
    happenings: Happenings,
    log: Option<LogFile>,
    /// How many may be open.
    descriptors: u64,
    offers: Option<Offers>,
    acme: Option<Acme>,
    remarks: Vec<String>,
    program: Option<Program>,
    /// Who serves until we are ready, and what it has left us.
    followed: Option<(Predecessor, Heritage)>,
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
    /// The file for the access log cannot be written.
    Log(String),
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
    /// The process before this one does not let go.
    Predecessor(String),
    /// The machine refused something the server needs.
    Machine(String, io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Root(cause)
            | Error::Host(cause)
            | Error::Own(cause)
            | Error::Log(cause)
            | Error::Certificate(cause)
            | Error::Predecessor(cause)
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

impl Server {
    /// Opens the folders, binds the sockets and drops privileges. From here on clients can connect; they are answered by
    /// [`run`](Server::run).
    ///
    /// Errs with a sentence that names what is in the way.
    pub fn bind(options: Options) -> Result<Server, Error> {
        Server::follow(options, None)
    }

    /// The same, at the sockets of the process that we are to follow, if there is one; until [`run`](Server::run) has told it
    /// that we are ready, clients are its own.
    ///
    /// Errs with a sentence that names what is in the way.
    pub fn follow(mut options: Options, mut predecessor: Option<Predecessor>) -> Result<Server, Error> {
        // First of all: what we open ourselves could have the numbers of sockets that were promised and did not come.
        let inherited = Listener::inherited(&ListenOptions::default())
            .map_err(|error| Error::Machine("take over the sockets of systemd".into(), error))?;
        if options.workers == 0 {
            options.workers = cores();
        }
        let handed = predecessor.as_mut().map(|predecessor| predecessor.handed.take());
        let given = handed.as_ref().map_or(inherited.len(), |handed| handed.gates.len() * usize::from(handed.is_given));
        let open = handed.as_ref().map_or(inherited.len(), Handed::count);
        let descriptors = descriptors(&options, given, open)?;
        let signals = Signals::new().map_err(machine("listen to signals"))?;
        let grounds = Grounds::open(&options.sites)?;
        // The key may be for the eyes of who we are now.
        let asked = options.tls.as_ref().and_then(|tls| tls.acme.clone());
        let acme = asked.map(Acme::open).transpose().map_err(Error::Certificate)?;
        let desk = acme.as_ref().map(Acme::desk);
        let keys = handed.as_ref().map(|handed| handed.tickets.clone()).unwrap_or_default();
        let offers = options.tls.as_ref().map(|tls| Offers::open(tls, desk, keys)).transpose();
        let offers = offers.map_err(Error::Certificate)?;
        let (offers, remarks) = offers.unzip();
        let remarks = remarks.unwrap_or_default();
        // It may be where only who we are now may write.
        let log = options.access_log_file.as_deref().filter(|_| options.access_log != AccessLog::Off);
        let log = log.map(LogFile::open).transpose().map_err(Error::Log)?;
        let (listening, listeners, heritage) = match handed {
            Some(handed) => {
                let (listening, heritage) = Listening::follow(&options, handed)?;
                (listening, (0..options.workers).map(|_| Vec::new()).collect(), Some(heritage))
            }
            None => {
                let (listening, listeners) = Listening::begin(&options, inherited)?;
                (listening, listeners, None)
            }
        };
        // Whoever has started us to follow it may be that user already, and then could not become it.
        if let Some(user) = options.user.as_ref().filter(|user| heritage.is_none() || !user.is_assumed()) {
            log.iter().for_each(|log| log.belong_to(user));
            user.assume().map_err(|error| Error::Privilege(error.to_string()))?;
        }
        let happenings = Happenings::new();
        let followed = predecessor.zip(heritage);
        happenings.set_at_work(followed.is_none());
        Ok(Server {
            options,
            grounds,
            listening,
            listeners,
            signals,
            happenings,
            log,
            descriptors,
            offers,
            acme,
            remarks,
            program: None,
            followed,
        })
    }

    /// The same, which can start its program again, so that a new one follows it.
    #[must_use]
    pub fn with_program(self, program: Program) -> Server {
        Server { program: Some(program), ..self }
    }

    /// What is in order and yet should be known: a certificate that has expired.
    pub fn remarks(&self) -> impl Iterator<Item = &str> {
        self.remarks.iter().map(String::as_str)
    }

    /// Where it listens.
    pub fn addresses(&self) -> impl Iterator<Item = &ListenAddress> {
        self.listening.addresses()
    }

    /// What tells it to read its settings again, from another thread.
    pub fn remote(&self) -> Remote {
        self.happenings.remote()
    }

    /// Serves until TERM or INT, or until at USR2 another process has followed; then what is under way is finished, unless the
    /// word comes again. `again` gives the settings as they are now, or a sentence that says why they cannot be used: it is asked
    /// at HUP, and by the [`Remote`].
    ///
    /// Errs when a worker cannot start or go on.
    pub fn run(self, again: impl FnMut() -> Result<Options, String>) -> Result<(), Error> {
        let Server {
            options,
            grounds,
            listening,
            listeners,
            signals,
            mut happenings,
            log,
            descriptors,
            offers,
            acme,
            program,
            followed,
            ..
        } = self;
        let log = LogWriter::start(options.access_log.clone(), log).map_err(machine("start the access log"))?;
        log.hear_panics();
        let limits = limits(&options, descriptors);
        let shared = Shared::new(limits, log, options.memory_bytes / 2, offers.is_some());
        let shared = shared.with_desk(acme.as_ref().map(Acme::desk)).with_inside(options.inside.clone());
        let shared = Arc::new(shared);
        let look_ups = LookUps::start(&options.sites, descriptors, &shared.log);
        let origin = Arc::new(grounds.origin(&options.sites, &shared, |settings| look_ups.of(settings)));
        let control = Arc::new(Control::default());
        control.note_port(&listening);
        let threads =
            Threads::start(limit::POOL_THREADS_MIN.max(options.workers)).map_err(machine("start a thread"))?;
        let newest = offers.as_ref().map(Offers::newest);
        shared.vitals.run(Running {
            control: Arc::clone(&control),
            workers: options.workers,
            waiting: Box::new(threads.waiting()),
            certificate_ends: newest
                .map(|offer| Box::new(move || offer.ends()) as Box<dyn Fn() -> Option<i64> + Send + Sync>),
            desk: shared.desk.clone(),
        });

        let mut workers: Vec<JoinHandle<io::Result<()>>> = Vec::new();
        let (post, started) = channel::<(usize, WorkerPost)>();
        for (number, own) in listeners.into_iter().enumerate() {
            let (origin, control) = (Arc::clone(&origin), Arc::clone(&control));
            let (threads, post, notice) = (threads.clone(), post.clone(), happenings.notice());
            let offer = offers.as_ref().map(Offers::newest);
            // A reactor stays on the thread that made it; its waker is what others have of it.
            let work = move || {
                let _notice = notice;
                let reactor = Epoll::new(own)?;
                let pool = threads.handle(reactor.waker());
                let (orders, heard) = channel();
                // Nobody left to take it: the server is ending already.
                let _ = post.send((number, Post { orders, waker: reactor.waker() }));
                drop(post);
                Worker::new(reactor, origin, pool, control).with_tls(offer).with_orders(heard).run()
            };
            let thread = thread::Builder::new().name(format!("worker-{number}")).spawn(work);
            workers.push(thread.map_err(machine("start a worker"))?);
        }
        drop((post, origin));
        let mut posts: Vec<(usize, WorkerPost)> = started.iter().collect();
        if posts.len() < workers.len() {
            let failed = workers.into_iter().find(JoinHandle::is_finished).map(JoinHandle::join);
            let error = failed
                .and_then(|ended| ended.ok()?.err())
                .unwrap_or_else(|| io::Error::other("a worker did not start"));
            return Err(machine("start a worker")(error));
        }
        posts.sort_by_key(|(number, _)| *number);
        let posts: Vec<WorkerPost> = posts.into_iter().map(|(_, post)| post).collect();
        let is_followed = followed.is_some();
        if let Some((predecessor, heritage)) = followed {
            // It finds at once what the one before us found.
            let until = Instant::now() + limit::LOADED_PATIENCE;
            look_ups.iter().for_each(|it| it.wait_until_loaded(until.saturating_duration_since(Instant::now())));
            predecessor.take_over(heritage.taken.clone()).map_err(Error::Predecessor)?;
            let given = Given::new();
            heritage.put_to_work(&posts, &given, &shared);
            given.wait(limit::ORDERS_PATIENCE);
            happenings.set_at_work(true);
        }
        let tickets = offers.as_ref().map(Offers::tickets);
        let renewal = match offers {
            Some(offers) => {
                let (renewal, told) = channel();
                offers.watch(told, shared.log.clone()).map_err(machine("start a thread"))?;
                if let Some(acme) = acme {
                    acme.start(hear(shared.log.clone(), renewal.clone())).map_err(machine("start a thread"))?;
                }
                Some(renewal)
            }
            None => None,
        };
        let mut serving = Serving {
            options,
            shared,
            control: Arc::clone(&control),
            look_ups,
            listening,
            posts,
            renewal,
            descriptors,
            tickets,
            program,
            upgrading: None,
        };
        happenings.listen(signals).map_err(machine("start a thread"))?;
        if !is_followed {
            // Whoever started us may want to know; nobody listening is no error. Of one that follows it was told before.
            let _ = sd_notify::notify(&[NotifyState::Ready]);
        }
        let follower = happenings.follower();
        let word = happenings.wait(&mut Duties { serving: &mut serving, again, follower });
        let word = word.map_err(machine("listen to signals"))?;
        let Serving { options, shared, look_ups, listening, posts, upgrading, .. } = serving;
        if word == Word::End {
            let _ = sd_notify::notify(&[NotifyState::Stopping]);
        }
        upgrading.into_iter().for_each(Upgrading::give_up);
        // It ends while the workers do.
        look_ups.iter().for_each(Lookup::begin_to_stop);
        happenings.drain(word, &shared, &control, posts.iter().map(|post| &post.waker), options.tells_people);
        let ended = workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(result) => result,
            Err(_) => Err(io::Error::other("a worker panicked")),
        });
        listening.remove_files();
        look_ups.iter().for_each(Lookup::stop);
        shared.log.flush();
        ended.map_err(machine("go on serving"))
    }
}

/// What becomes of what is said by who gets certificates.
fn hear(log: LogWriter, renewal: Sender<Nudge>) -> impl Fn(Said) -> bool + Send + 'static {
    move |said| match said {
        Said::Changed => renewal.send(Nudge::Authority).is_ok(),
        Said::Remark(sentence) => {
            log.remark(sentence);
            true
        }
    }
}

/// One a core.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// What the machine refused.
pub(crate) fn machine(what: &'static str) -> impl Fn(io::Error) -> Error {
    move |error| Error::Machine(what.to_owned(), error)
}

/// What a server told so would answer from: for whoever asks it without a network. There is no index to look anything up in.
pub(crate) fn origin_without_network(options: &Options) -> Result<Origin<DiskTree>, Error> {
    let (limits, log) = (limits(options, limit::DESCRIPTORS_UNLIMITED), LogWriter::silent(AccessLog::Off));
    let shared = Arc::new(Shared::new(limits, log, options.memory_bytes / 2, options.tls.is_some()));
    let unread = |settings: &SiteSettings| settings.look_up.is_some().then(|| Arc::new(Unread) as Arc<dyn LookUp>);
    Ok(Grounds::open(&options.sites)?.origin(&options.sites, &shared, unread))
}

/// How many descriptors there may be: raised to what the process may have, and enough. Who has been told where the server is
/// must not find that it could not begin. `given`: addresses that are not in the options; `open`: sockets that are there already.
fn descriptors(options: &Options, given: usize, open: usize) -> Result<u64, Error> {
    let allowed = privilege::raise_descriptor_limit()
        .map_err(|error| Error::Machine("raise the limit of open files".into(), error))?
        .unwrap_or(limit::DESCRIPTORS_UNLIMITED);
    // One of them is the folder that is counted itself. Without /proc: the three that every process begins with.
    let taken = fs::read_dir("/proc/self/fd").map_or(3, |open| open.count().saturating_sub(1)) as u64;
    let workers = options.workers;
    let listeners = options.listen.len().max(given).max(1) + options.redirect_http.len();
    let for_workers = workers as u64 * (limit::DESCRIPTORS_A_WORKER + listeners as u64);
    let needed = taken + limit::DESCRIPTORS_A_PROCESS + options.sites.len() as u64 + for_workers;
    let needed = needed.saturating_sub(open as u64);
    match allowed < needed {
        true => Err(Error::Descriptors { allowed, needed, workers }),
        false => Ok(allowed),
    }
}

/// The owner's limits as each worker keeps them.
pub(crate) fn limits(options: &Options, descriptors: u64) -> Limits {
    let workers = options.workers.max(1) as u64;
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
