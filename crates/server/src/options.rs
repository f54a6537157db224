//! What a server is told: what holds for the process, and of each site what it serves and how.

use crate::access_log::AccessLog;
use crate::inside::Inside;
use crate::origin::Host;
use crate::own::OwnFiles;
use crate::tls::Tls;
use page::Look;
use reactor::ListenAddress;
use reactor::disk::Links;
use site::SiteOptions;
use std::path::PathBuf;
use std::time::Duration;

/// A server. The defaults are those of `quarry DIR`.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; empty: loopback port 8000, or the next one that is free.
    pub listen: Vec<ListenAddress>,
    /// Clients that come by the network have to speak TLS. `None`: they speak in clear.
    pub tls: Option<Tls>,
    /// Where to listen besides for clients that do not know of TLS, to send them there.
    pub redirect_http: Vec<ListenAddress>,
    /// Threads that serve, each with its own listeners; 0: one a core.
    pub workers: usize,
    /// Who to become once the sockets are bound.
    pub user: Option<reactor::privilege::Identity>,
    /// What is kept ready to send, by all workers together, in bytes.
    pub memory_bytes: u64,
    /// How long responses under way may take after the word to stop.
    pub drain: Duration,
    /// How long a connection may be idle.
    pub idle_timeout: Duration,
    /// Connections of all workers together; `None`: what the descriptors allow.
    pub connections_max: Option<usize>,
    /// Connections of one address; loopback is not counted.
    pub per_address_max: Option<u32>,
    /// How exchanges are written down.
    pub access_log: AccessLog,
    /// The file that lines of exchanges are appended to; `None`: they go to standard output.
    pub access_log_file: Option<PathBuf>,
    /// Whether a person is to be told, on standard error, what the server waits for at its end.
    pub tells_people: bool,
    /// Who may see pages about the server itself.
    pub inside: Inside,
    /// What is served, at least one.
    pub sites: Vec<SiteSettings>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            listen: Vec::new(),
            tls: None,
            redirect_http: Vec::new(),
            workers: 0,
            user: None,
            memory_bytes: 256 << 20,
            drain: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            connections_max: None,
            per_address_max: Some(1024),
            access_log: AccessLog::Off,
            access_log_file: None,
            tells_people: false,
            inside: Inside::default(),
            sites: vec![SiteSettings::default()],
        }
    }
}

/// One site: a folder, and how it is served.
#[derive(Clone, Debug)]
pub struct SiteSettings {
    /// Whom it answers for; empty: every host that no other site has.
    pub hosts: Vec<Host>,
    /// The folder.
    pub root: PathBuf,
    /// Which symbolic links are followed.
    pub symlinks: Links,
    /// How it answers.
    pub options: SiteOptions,
    /// How its pages look.
    pub look: Look,
    /// Files of the owner that go into its pages; read again when they change.
    pub own: OwnFiles,
    /// Whether clients on this machine may see what becomes of requests, at `/-/xray`.
    pub has_xray: bool,
    /// How long an answer is believed without a look at the disk; zero: each request looks.
    pub fresh: Duration,
    /// Where the index of names and contents may live: the first place that can be written, and in memory when none can.
    /// `None`: there is no look-up.
    pub look_up: Option<Vec<PathBuf>>,
}

impl Default for SiteSettings {
    fn default() -> SiteSettings {
        SiteSettings {
            hosts: Vec::new(),
            root: PathBuf::from("."),
            symlinks: Links::default(),
            options: SiteOptions::default(),
            look: Look::default(),
            own: OwnFiles::default(),
            has_xray: false,
            fresh: Duration::from_secs(1),
            look_up: None,
        }
    }
}
