//! The origin server as all workers share it (RFC 9110 §3.6): the files, the owner's options, what was found out about
//! the files. Immutable but for stores that only the pool's threads use.

use crate::access_log::LogWriter;
use crate::limit::{self, Limits};
use crate::look_up::LookUp;
use crate::memory;
use crate::own::Own;
use crate::permit::Permits;
use crate::render;
use crate::source::Source;
use crate::workshop::Bench;
use charset::TextKind;
use page::Look;
use semantics::coding::Coding;
use semantics::{Content, Field, RequestHead, Response, Status, Timestamp};
use site::{Identity, Keep, Metadata, Refusal, Selected, SiteOptions, SitePath, Tree, Unseen, Workshop};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};

/// The files of a site as the server needs them.
pub trait Files: Tree + Clone + Send + Sync + 'static {
    /// The same files, as far as the kernel has them at hand: whatever would have to wait is `Refusal::WouldWait`.
    fn without_waiting(&self) -> Self;

    /// What stands under a name now, without opening it; `None`: nothing. One system call.
    fn identify(&self, path: &SitePath) -> Result<Option<Identity>, Refusal>;
}

/// What all workers answer from.
pub struct Origin<T> {
    pub(crate) files: T,
    pub(crate) options: SiteOptions,
    pub(crate) look: Look,
    pub(crate) limits: Limits,
    pub(crate) log: LogWriter,
    /// To send an archive.
    pub(crate) archives: Permits,
    pub(crate) look_up: Option<Arc<dyn LookUp>>,
    pub(crate) own: Option<Own>,
    /// Clients come by TLS.
    pub(crate) is_secured: bool,
    bench: Bench,
}

/// What the workers are told, and what they count.
#[derive(Debug, Default)]
pub struct Control {
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

impl<T: Files> Origin<T> {
    /// Over these files. `bytes_max`: what may be kept of compressed representations, in bytes.
    pub fn new(
        files: T,
        options: SiteOptions,
        look: Look,
        limits: Limits,
        log: LogWriter,
        bytes_max: u64,
    ) -> Origin<T> {
        Origin {
            files,
            options,
            look,
            limits,
            log,
            archives: Permits::new(limit::ARCHIVES_MAX),
            look_up: None,
            own: None,
            is_secured: false,
            bench: Bench::new(bytes_max),
        }
    }

    /// The same with a look-up: its pages are there, and each page has its box. Not where the built-in pages are switched off.
    #[must_use]
    pub fn with_look_up(mut self, look_up: Arc<dyn LookUp>) -> Origin<T> {
        self.look.has_lookup = self.options.prefix.is_some();
        self.look_up = Some(look_up);
        self
    }

    /// The same with what the owner has put into files for its pages.
    #[must_use]
    pub(crate) fn with_own(self, own: Option<Own>) -> Origin<T> {
        Origin { own, ..self }
    }

    /// The same, where clients come by TLS: its own addresses begin with https.
    #[must_use]
    pub fn with_tls(mut self, is_secured: bool) -> Origin<T> {
        self.is_secured = is_secured;
        self
    }

    /// The decision, with the files and the workshop of whoever asks.
    pub(crate) fn select<W: Workshop<T::File>>(
        &self,
        head: &RequestHead<'_>,
        now: Timestamp,
        files: &T,
        workshop: &W,
    ) -> Result<Selected<T::File>, Refusal> {
        let selected = site::select(&self.options, head, now, files, workshop, &mut Unseen)?;
        match selected {
            Selected::Response(response, Some(keep)) => Ok(Selected::Response(response, Some(in_memory(files, keep)?))),
            other => Ok(other),
        }
    }

    /// The answer to a request, whatever it takes: on the pool.
    pub fn answer(&self, head: &RequestHead<'_>, now: Timestamp) -> Answer<T::File> {
        match self.select(head, now, &self.files, &At { origin: self, now }) {
            Ok(Selected::Response(response, keep)) => Answer::Whole(response, keep),
            Ok(Selected::Page(page)) => self.page(head, page, now),
            Err(Refusal::OutOfDescriptors) => {
                let response = self.error(head, Status::SERVICE_UNAVAILABLE, None).with("Retry-After", "1");
                Answer::Whole(response, None)
            }
            Err(refusal) => Answer::Failed(refusal.to_string()),
        }
    }
}

/// A short content is read, so that the next requests for it need no file; a long one stays a span of its file.
fn in_memory<T: Files>(files: &T, mut keep: Keep<T::File>) -> Result<Keep<T::File>, Refusal> {
    let Content::File { file, offset, length } = &keep.content else { return Ok(keep) };
    if *length > memory::BYTES_MAX {
        return Ok(keep);
    }
    let mut bytes = vec![0; *length as usize];
    let mut filled = 0;
    while filled < bytes.len() {
        match files.read(file, offset + filled as u64, &mut bytes[filled..])? {
            // It has shrunk since it was looked at. Sent as a span, the connection will tell.
            0 => return Ok(keep),
            count => filled += count,
        }
    }
    keep.content = Content::from_bytes(bytes);
    Ok(keep)
}

/// The workshop at the origin's own bench.
struct At<'a, T> {
    origin: &'a Origin<T>,
    now: Timestamp,
}

impl<T: Files> Workshop<T::File> for At<'_, T> {
    fn charset(&self, file: &T::File, metadata: &Metadata, kind: TextKind) -> Result<Option<&'static str>, Refusal> {
        self.origin.bench.label(&self.origin.files, file, metadata, kind, self.now)
    }

    fn compress(&self, file: &T::File, metadata: &Metadata, coding: Coding) -> Result<Option<Arc<[u8]>>, Refusal> {
        self.origin.bench.coded(&self.origin.files, file, metadata, coding)
    }

    fn thumbnail(&self, file: &T::File, metadata: &Metadata) -> Result<Option<Arc<[u8]>>, Refusal> {
        Ok(render::thumbnail(&self.origin.files, file, metadata.size))
    }
}
