//! A server that serves, and takes new settings: all of them or none, with no connection lost; or lets a new program follow it.
//!
//! ```text
//! new settings ─▶ folders opened, hosts told apart, sockets bound ─▶ workers are told ─▶ what is old ends
//!                  anything wrong: nothing has happened               from here on nothing can be wrong
//! ```

use crate::disk_tree::DiskTree;
use crate::ground::Grounds;
use crate::happening::{Duty, Reloaded, Upgraded};
use crate::limit;
use crate::listening::Listening;
use crate::look_up::LookUps;
use crate::options::Options;
use crate::order::{Given, Order, Post};
use crate::origin::{Control, Shared};
use crate::serve;
use crate::tls::{Nudge, Tickets};
use crate::upgrade::{Program, Ready, Upgrading, Will};
use lookup::live::Lookup;
use reactor::{Epoll, Listener};
use sd_notify::NotifyState;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Sender, channel};

/// How a worker is told.
pub(crate) type WorkerPost = Post<Epoll, DiskTree>;

/// A server that serves.
pub(crate) struct Serving {
    /// What is at work.
    pub(crate) options: Options,
    pub(crate) shared: Arc<Shared>,
    pub(crate) control: Arc<Control>,
    pub(crate) look_ups: LookUps,
    pub(crate) listening: Listening,
    pub(crate) posts: Vec<WorkerPost>,
    /// Who looks after the certificates.
    pub(crate) renewal: Option<Sender<Nudge>>,
    /// How many may be open.
    pub(crate) descriptors: u64,
    /// By which clients are known that come back.
    pub(crate) tickets: Option<Arc<Tickets>>,
    /// How it was started; `None`: nobody said.
    pub(crate) program: Option<Program>,
    /// A new program that is to follow.
    pub(crate) upgrading: Option<Upgrading>,
}

/// What a server does while it serves.
pub(crate) struct Duties<'a, A, F> {
    pub(crate) serving: &'a mut Serving,
    /// Gives the settings as they are now.
    pub(crate) again: A,
    /// Is called when a new program is ready to follow, or does not.
    pub(crate) follower: F,
}

impl<A, F> Duty for Duties<'_, A, F>
where
    A: FnMut() -> Result<Options, String>,
    F: Fn(Result<Ready, String>) + Clone + Send + 'static,
{
    /// Whoever looks after the service sees it, and the log says when it came to nothing.
    fn reload(&mut self) -> Reloaded {
        let serving = &mut *self.serving;
        if serving.upgrading.is_some() {
            // The new one has read them already, perhaps before they were as they are now, and has the sockets of those of before.
            return Err("a new program is about to follow; it is asked to read them when it has".into());
        }
        notify_reloading();
        let reloaded = (self.again)().and_then(|options| serving.reload(options));
        let _ = sd_notify::notify(&[NotifyState::Ready]);
        serving.note(&reloaded);
        reloaded
    }

    fn reopen(&mut self) {
        self.serving.shared.log.reopen();
    }

    fn upgrade(&mut self) -> Result<(), String> {
        notify_reloading();
        let begun = self.serving.upgrade(self.follower.clone());
        if let Err(cause) = &begun {
            self.serving.stays(cause);
        }
        begun
    }

    fn followed(&mut self, by: Result<Ready, String>) -> Upgraded {
        self.serving.upgrading = None;
        let followed = by.and_then(|ready| self.serving.hand_over(ready));
        if let Err(cause) = &followed {
            self.serving.stays(cause);
        }
        followed
    }
}

/// sd_notify(3): with the time, so that an older READY is not taken for the answer.
fn notify_reloading() {
    let begun = NotifyState::monotonic_usec_now().ok();
    let _ = begun.map(|begun| sd_notify::notify(&[NotifyState::Reloading, begun]));
}

impl Serving {
    fn note(&self, reloaded: &Reloaded) {
        self.shared.vitals.reloads[usize::from(reloaded.is_err())].fetch_add(1, Relaxed);
        match reloaded {
            Ok(remarks) => remarks.iter().for_each(|remark| self.shared.log.remark(remark)),
            Err(cause) => self.shared.log.remark(format!("the settings stay as they were: {cause}")),
        }
    }

    /// Nothing has come of an upgrade.
    fn stays(&self, cause: &str) {
        if self.upgrading.is_none() {
            let _ = sd_notify::notify(&[NotifyState::Ready]);
        }
        self.shared.log.remark(format!("no upgrade, process {} goes on: {cause}", std::process::id()));
    }

    /// Starts the program that is where this one was. Errs with a sentence when that cannot be tried.
    fn upgrade(&mut self, follower: impl FnOnce(Result<Ready, String>) + Send + 'static) -> Result<(), String> {
        let program = self.program.clone().ok_or("nobody said how this program was started")?;
        if self.upgrading.is_some() {
            return Err("one is under way already".into());
        }
        if std::process::id() == 1 {
            return Err("this is the first process of its container, which ends with it: start a new container".into());
        }
        let gates = self.listening.will(self.sockets()?);
        let tickets = self.tickets.as_ref().map(|tickets| tickets.keys()).unwrap_or_default();
        let will = Will { is_given: self.listening.is_given(), gates, tickets };
        self.upgrading = Some(Upgrading::begin(program, will, self.shared.desk.clone(), follower)?);
        Ok(())
    }

    /// The sockets that all workers listen at, once more.
    fn sockets(&self) -> Result<Vec<Listener>, String> {
        let (send, sent) = channel();
        let given = Given::new();
        for post in &self.posts {
            let send = send.clone();
            let tell = move |reactor: &mut Epoll| {
                let all: io::Result<Vec<Listener>> = reactor.listeners().map(|(_, own)| own.duplicate()).collect();
                // Whoever asked has waited in vain for another.
                let _ = send.send(all);
            };
            given.give(post, Order::reactor(tell));
        }
        drop(send);
        given.wait(limit::ORDERS_PATIENCE);
        let told: io::Result<Vec<Vec<Listener>>> = sent.try_iter().collect();
        let told = told.map_err(|error| format!("cannot hand over the sockets: {error}"))?;
        match told.len() == self.posts.len() {
            true => Ok(told.into_iter().flatten().collect()),
            false => Err("a worker does not say where it listens".into()),
        }
    }

    /// A new process is ready: from now on clients are its own. Errs with a sentence when it has gone since.
    fn hand_over(&mut self, ready: Ready) -> Upgraded {
        let (process, gates) = (ready.process, ready.gates.clone());
        ready.hand_over()?;
        let given = Given::new();
        self.listening.hand_over(&gates, &self.posts, &given);
        given.wait(limit::ORDERS_PATIENCE);
        // It waits for these two.
        self.look_ups.iter().for_each(Lookup::begin_to_stop);
        self.shared.desk.iter().for_each(acme::Desk::end);
        // From us: only of us it is known that we may say so (NotifyAccess=main).
        let _ = sd_notify::notify(&[NotifyState::MainPid(process), NotifyState::Ready]);
        let own = std::process::id();
        self.shared.log.remark(format!("process {process} serves from now on; {own} finishes what is under way"));
        Ok(process)
    }

    /// Puts new settings to work. Errs with a sentence that says why the old ones still are.
    fn reload(&mut self, mut options: Options) -> Reloaded {
        if options.workers == 0 {
            options.workers = serve::cores();
        }
        self.can_change(&options)?;
        let log = self.shared.log.with(&options.access_log, options.access_log_file.as_deref())?;
        let grounds = Grounds::open(&options.sites).map_err(|error| error.to_string())?;
        let limits = serve::limits(&options, self.descriptors);
        let bytes_max = (options.memory_bytes != self.options.memory_bytes).then_some(options.memory_bytes / 2);
        let shared = self.shared.succeed(limits, log, bytes_max).with_inside(options.inside.clone());
        let shared = Arc::new(shared);
        // Last of what may fail: clients can see it.
        let change = self.listening.change(&options).map_err(|error| error.to_string())?;

        let look_ups = self.look_ups.succeed(&options.sites, self.descriptors, &shared.log);
        let origin = Arc::new(grounds.origin(&options.sites, &shared, |settings| look_ups.of(settings)));
        let given = Given::new();
        self.posts.iter().for_each(|post| given.give(post, Order::serve(Arc::clone(&origin))));
        self.listening.put_to_work(change, &self.posts, &given, &shared);
        self.control.note_port(&self.listening);
        given.wait(limit::ORDERS_PATIENCE);
        if let (Some(renewal), Some(tls)) = (&self.renewal, &options.tls) {
            let _ = renewal.send(Nudge::Owner(Box::new(tls.clone())));
        }
        self.look_ups.end_without(&look_ups);
        (self.shared, self.options, self.look_ups) = (shared, options, look_ups);
        Ok(Vec::new())
    }

    /// What belongs to the process stays as it began.
    fn can_change(&self, options: &Options) -> Result<(), String> {
        let refuse =
            |what: &str| Err(format!("{what} cannot change while the server runs: stop it and start it again"));
        if options.workers != self.options.workers {
            return refuse("the number of workers");
        }
        if options.user != self.options.user {
            return refuse("the user");
        }
        if options.tls.is_some() != self.options.tls.is_some() {
            return refuse("whether clients speak TLS");
        }
        match (&options.tls, &self.options.tls) {
            (Some(new), Some(old)) => new.can_follow(old),
            _ => Ok(()),
        }
    }
}
