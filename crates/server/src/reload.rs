//! A server that serves, and takes new settings: all of them or none, with no connection lost.
//!
//! ```text
//! new settings ─▶ folders opened, hosts told apart, sockets bound ─▶ workers are told ─▶ what is old ends
//!                  anything wrong: nothing has happened               from here on nothing can be wrong
//! ```

use crate::disk_tree::DiskTree;
use crate::ground::Grounds;
use crate::happening::{Asked, Reloaded};
use crate::limit;
use crate::listening::Listening;
use crate::look_up::LookUps;
use crate::options::Options;
use crate::order::{Given, Order, Post};
use crate::origin::{Control, Shared};
use crate::serve;
use crate::tls::Nudge;
use reactor::Epoll;
use sd_notify::NotifyState;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::Sender;

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
}

impl Serving {
    /// Does what is asked while it serves.
    pub(crate) fn hear(&mut self, asked: Asked, again: &mut dyn FnMut() -> Result<Options, String>) -> Reloaded {
        match asked {
            Asked::Reload => self.reload_noticed(again),
            Asked::Reopen => {
                self.shared.log.reopen();
                Ok(Vec::new())
            }
        }
    }

    /// Reads the settings and puts them to work; whoever looks after the service sees that, and the log says when it came to
    /// nothing.
    fn reload_noticed(&mut self, again: &mut dyn FnMut() -> Result<Options, String>) -> Reloaded {
        // sd_notify(3): with the time, so that an older READY is not taken for the answer.
        let begun = NotifyState::monotonic_usec_now().ok();
        let _ = begun.map(|begun| sd_notify::notify(&[NotifyState::Reloading, begun]));
        let reloaded = again().and_then(|options| self.reload(options));
        let _ = sd_notify::notify(&[NotifyState::Ready]);
        self.shared.vitals.reloads[usize::from(reloaded.is_err())].fetch_add(1, Relaxed);
        match &reloaded {
            Ok(remarks) => remarks.iter().for_each(|remark| self.shared.log.remark(remark)),
            Err(cause) => self.shared.log.remark(format!("the settings stay as they were: {cause}")),
        }
        reloaded
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
