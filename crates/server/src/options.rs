//! What a server is told.

use crate::access_log::AccessLog;
use crate::own::OwnFiles;
use crate::tls::CertificateFiles;
use page::Look;
use reactor::ListenAddress;
use reactor::disk::Links;
use site::SiteOptions;
use std::path::PathBuf;
use std::time::Duration;

/// A server for one folder. The defaults are those of `quarry DIR`.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder.
    pub root: PathBuf,
    /// Which symbolic links are followed.
    pub symlinks: Links,
    /// Where to listen; empty: loopback port 8000, or the next one that is free.
    pub listen: Vec<ListenAddress>,
    /// Clients that come by the network have to speak TLS, with this certificate. `None`: they speak in clear.
    pub tls: Option<CertificateFiles>,
    /// Threads that serve, each with its own listeners; 0: one a core.
    pub workers: usize,
    /// Who to become once the sockets are bound.
    pub user: Option<reactor::privilege::Identity>,
    /// How the site answers.
    pub site: SiteOptions,
    /// How its pages look.
    pub look: Look,
    /// Files of the owner that go into its pages; read again when they change.
    pub own: OwnFiles,
    /// What is kept ready to send, by all workers together, in bytes.
    pub memory_bytes: u64,
    /// How long an answer is believed without a look at the disk; zero: each request looks.
    pub fresh: Duration,
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
    /// Whether a person is to be told, on standard error, what the server waits for at its end.
    pub tells_people: bool,
    /// Where the index of names and contents may live: the first place that can be written, and in memory when none can.
    /// `None`: there is no look-up.
    pub look_up: Option<Vec<PathBuf>>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            root: PathBuf::from("."),
            symlinks: Links::default(),
            listen: Vec::new(),
            tls: None,
            workers: 0,
            user: None,
            site: SiteOptions::default(),
            look: Look::default(),
            own: OwnFiles::default(),
            memory_bytes: 256 << 20,
            fresh: Duration::from_secs(1),
            drain: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(60),
            connections_max: None,
            per_address_max: Some(1024),
            access_log: AccessLog::Off,
            tells_people: false,
            look_up: None,
        }
    }
}
