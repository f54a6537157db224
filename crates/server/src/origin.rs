//! The origin server as all workers share it (RFC 9110 §3.6): the sites, which of them a request is for, and what they have in
//! common. Immutable but for stores that only the pool's threads use.

mod host;
mod one;

pub use host::{Host, Hosts};
pub use one::Site;

use crate::access_log::LogWriter;
use crate::door::Doors;
use crate::inside::Inside;
use crate::limit::{self, Limits};
use crate::listening::Listening;
use crate::permit::Permits;
use crate::source::Source;
use crate::vitals::Vitals;
use crate::workshop::Bench;
use crate::xray::Xray;
use reactor::ListenAddress;
use semantics::{Field, RequestHead, Response, Status};
use site::{Identity, Keep, Refusal, SiteOptions, SitePath, Tree};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, AtomicUsize};

/// The files of a site as the server needs them. What is open is read by any of them, whichever opened it.
pub trait Files: Tree + Clone + Send + Sync + 'static {
    /// The same files, as far as the kernel has them at hand: whatever would have to wait is `Refusal::WouldWait`.
    fn without_waiting(&self) -> Self;

    /// What stands under a name now, without opening it; `None`: nothing. One system call.
    fn identify(&self, path: &SitePath) -> Result<Option<Identity>, Refusal>;
}

/// What all workers answer from.
pub struct Origin<T> {
    pub(crate) shared: Arc<Shared>,
    /// By their numbers. At least one.
    sites: Box<[Arc<Site<T>>]>,
    hosts: Hosts,
    /// Some route asks where clients connect from.
    pub(crate) asks_for_address: bool,
    /// Of answers that no site gives.
    pub(crate) fields: Vec<Field>,
}

/// What all sites have in common.
pub struct Shared {
    pub(crate) limits: Limits,
    pub(crate) log: LogWriter,
    /// To send an archive.
    pub(crate) archives: Permits,
    /// Keeps what it made by the identity of the file, so that it is one for all sites.
    pub(crate) bench: Arc<Bench>,
    /// Clients come by TLS.
    pub(crate) is_secured: bool,
    /// What happens to requests, for whoever looks.
    pub(crate) xray: Arc<Xray>,
    /// Where authorities look whether names are ours.
    pub(crate) desk: Option<acme::Desk>,
    /// Who knows passwords, and how often clients came.
    pub(crate) doors: Arc<Doors>,
    pub(crate) vitals: Arc<Vitals>,
    /// Who may see them.
    pub(crate) inside: Inside,
}

/// What the workers are told, and what they count.
#[derive(Debug, Default)]
pub struct Control {
    /// Another process takes new clients. Those that are here are told with their next answer, and have some time to ask
    /// for it, for a request may be on its way; then it is as if the server were draining.
    pub is_leaving: AtomicBool,
    /// No new connections; finish what is under way; end.
    pub is_draining: AtomicBool,
    /// Do not even finish.
    pub ends_at_once: AtomicBool,
    /// Connections that are being finished.
    pub under_way: AtomicUsize,
    /// Our mistakes, each of which ended one exchange.
    pub panics: AtomicU64,
    /// Times that no descriptor was left for a new connection.
    pub out_of_descriptors: AtomicU64,
    /// The first port at which clients are served, for those who come by another; 0: there is none.
    pub(crate) port: AtomicU16,
}

impl Control {
    /// What is served where.
    pub(crate) fn note_port(&self, listening: &Listening) {
        let port = listening.addresses().find_map(|address| match address {
            ListenAddress::Tcp(address) => Some(address.port()),
            ListenAddress::Unix(_) => None,
        });
        self.port.store(port.unwrap_or_default(), Relaxed);
    }
}

/// What the pool made of a request.
#[derive(Debug)]
pub enum Answer<F> {
    /// A response, and what may be kept of it.
    Whole(Response<F>, Option<Keep<F>>),
    /// A response whose content is made while it is sent.
    Stream {
        /// What came of it.
        status: Status,
        /// As in a response.
        fields: Vec<Field>,
        /// The first piece.
        first: Vec<u8>,
        /// Makes the others.
        source: Box<dyn Source>,
    },
    /// The machine failed; the cause is for the log.
    Failed(String),
}

impl Shared {
    /// `bytes_max`: what may be kept of compressed representations, in bytes. `is_secured`: clients come by TLS, and our own
    /// addresses begin with https.
    pub fn new(limits: Limits, log: LogWriter, bytes_max: u64, is_secured: bool) -> Shared {
        let (archives, bench) = (Permits::new(limit::ARCHIVES_MAX), Arc::new(Bench::new(bytes_max)));
        let (vitals, inside) = (Arc::new(Vitals::new()), Inside::default());
        Shared {
            limits,
            log,
            archives,
            bench,
            is_secured,
            xray: Arc::default(),
            desk: None,
            doors: Arc::new(Doors::new()),
            vitals,
            inside,
        }
    }

    /// The same, where an authority gives certificates.
    #[must_use]
    pub(crate) fn with_desk(self, desk: Option<acme::Desk>) -> Shared {
        Shared { desk, ..self }
    }

    /// The same, where these may see pages about the server itself.
    #[must_use]
    pub fn with_inside(self, inside: Inside) -> Shared {
        Shared { inside, ..self }
    }

    /// What comes after this. `bytes_max`: what may be kept of compressed representations from now on; `None`: as before,
    /// and what there is stays.
    pub(crate) fn succeed(&self, limits: Limits, log: LogWriter, bytes_max: Option<u64>) -> Shared {
        let bench = bytes_max.map_or_else(|| Arc::clone(&self.bench), |bytes_max| Arc::new(Bench::new(bytes_max)));
        let (archives, xray, desk) = (self.archives.clone(), Arc::clone(&self.xray), self.desk.clone());
        let (doors, vitals, inside) = (Arc::clone(&self.doors), Arc::clone(&self.vitals), self.inside.clone());
        Shared { limits, log, archives, bench, is_secured: self.is_secured, xray, desk, doors, vitals, inside }
    }
}

impl<T: Files> Origin<T> {
    /// With one site, for all hosts.
    pub fn of(site: Site<T>) -> Origin<T> {
        let (shared, fields) = (Arc::clone(&site.shared), site.options.fields.clone());
        let asks_for_address = site.asks_for_address();
        Origin { shared, sites: [Arc::new(site)].into(), hosts: Hosts::of_one(), asks_for_address, fields }
    }

    /// With these sites, in the order in which `hosts` has them.
    pub fn new(shared: Arc<Shared>, hosts: Hosts, sites: impl IntoIterator<Item = Site<T>>) -> Origin<T> {
        let sites = (0..).zip(sites).map(|(number, site)| Arc::new(Site { number, ..site }));
        let sites: Box<[Arc<Site<T>>]> = sites.collect();
        assert_eq!(sites.len(), hosts.count(), "sites and hosts belong together");
        let site = hosts.find(b"").and_then(|number| sites.get(number as usize));
        let fields = site.map_or_else(|| SiteOptions::default().fields, |site| site.options.fields.clone());
        let asks_for_address = sites.iter().any(|site| site.asks_for_address());
        Origin { shared, sites, hosts, asks_for_address, fields }
    }

    /// The site that a request is for; `None`: it names a host that is none of ours.
    #[inline]
    pub(crate) fn site(&self, head: &RequestHead<'_>) -> Option<&Arc<Site<T>>> {
        self.sites.get(self.hosts.find(head.authority)? as usize)
    }

    /// The first site: there is one at least.
    pub(crate) fn first(&self) -> &Arc<Site<T>> {
        &self.sites[0]
    }

    /// Whether it is still one of the sites: an answer may come after they were replaced.
    pub(crate) fn has(&self, site: &Arc<Site<T>>) -> bool {
        self.sites.get(site.number() as usize).is_some_and(|own| Arc::ptr_eq(own, site))
    }

    /// Reads what is open, of any site.
    pub(crate) fn reader(&self) -> &T {
        // There is at least one: `new` saw it, and of none there are no hosts.
        &self.sites[0].files
    }
}

impl<T> fmt::Debug for Origin<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Origin").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Site<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Site").field("number", &self.number).finish_non_exhaustive()
    }
}
