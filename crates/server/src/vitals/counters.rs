//! What one worker counts. It alone writes, so that a count is a load, an addition and a store, with no lock on a bus and
//! no line of a cache that two cores want; whoever adds the workers up reads as it stands.

use semantics::{Method, RequestHead, Status, Version};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// A number that one thread counts up, and all may read.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    /// Only its own thread calls this: of two, one would be lost.
    #[inline]
    pub(crate) fn add(&self, more: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(more), Relaxed);
    }

    /// The same, for what goes up and down.
    pub(crate) fn set(&self, value: u64) {
        self.0.store(value, Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// The counts of one worker. Aligned to two lines of a cache, which processors fetch together.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Counters {
    /// By method, class of status, version: [`METHODS`], [`CLASSES`], [`VERSIONS`].
    pub(crate) requests: [[[Count; VERSIONS.len()]; CLASSES.len()]; METHODS.len()],
    /// How long they took, by [`BOUNDS`]; the last is for what took longer.
    pub(crate) durations: [Count; BOUNDS.len() + 1],
    /// All of them together, in nanoseconds.
    pub(crate) nanoseconds: Count,
    /// Of the content of responses whose length was known.
    pub(crate) content_bytes: Count,
    /// Requests answered from memory, and those that were not though memory was asked.
    pub(crate) hits: Count,
    pub(crate) misses: Count,
    /// Connections that came, and those that are there.
    pub(crate) accepted: Count,
    pub(crate) open: Count,
    /// Connections that were closed at once, for there were too many.
    pub(crate) turned_away: Count,
    /// Handshakes of TLS that came to their end, and those that broke.
    pub(crate) agreed: Count,
    pub(crate) broken: Count,
    /// What the pool was asked, and what it had no room for.
    pub(crate) errands: Count,
    pub(crate) put_off: Count,
    /// Requests that broke a rule of the protocol.
    pub(crate) faults: Count,
}

/// The names by which requests are counted.
pub(crate) const METHODS: [&str; 4] = ["GET", "HEAD", "OPTIONS", "other"];
pub(crate) const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
pub(crate) const VERSIONS: [&str; 4] = ["1.0", "1.1", "2", "3"];

/// Upper bounds of how long a request took, in nanoseconds: from what memory takes to what a cold disk does.
pub(crate) const BOUNDS: [u64; 14] = [
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    100_000_000,
    500_000_000,
    1_000_000_000,
    5_000_000_000,
];

impl Counters {
    /// A response begins.
    #[inline]
    pub(crate) fn response(&self, head: &RequestHead<'_>, status: Status, content_bytes: u64) {
        let method = match head.method {
            Method::Get => 0,
            Method::Head => 1,
            Method::Options => 2,
            Method::Known(_) | Method::Unknown(_) => 3,
        };
        let version = match head.version {
            Version::Http10 => 0,
            Version::Http11 => 1,
            Version::Http2 => 2,
            Version::Http3 => 3,
        };
        // 100 to 599.
        let class = usize::from(status.code() / 100).clamp(1, 5) - 1;
        self.requests[method][class][version].add(1);
        self.content_bytes.add(content_bytes);
    }

    /// So many requests took so long, from when they were there to when their responses began.
    pub(crate) fn took(&self, requests: u64, each: Duration) {
        let nanoseconds = u64::try_from(each.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|&bound| nanoseconds <= bound).unwrap_or(BOUNDS.len());
        self.durations[bucket].add(requests);
        self.nanoseconds.add(nanoseconds.saturating_mul(requests));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use semantics::Fields;

    #[test]
    fn a_response_is_counted_where_it_belongs() {
        let counters = Counters::default();
        let head =
            |method, version| RequestHead { method, target: b"/", authority: b"a", version, fields: Fields::new() };
        counters.response(&head(Method::Get, Version::Http11), Status::OK, 10);
        counters.response(&head(Method::Get, Version::Http11), Status::OK, 5);
        counters.response(&head(Method::Known(b"PUT"), Version::Http2), Status::METHOD_NOT_ALLOWED, 0);
        assert_eq!(counters.requests[0][1][1].get(), 2);
        assert_eq!(counters.requests[3][3][2].get(), 1);
        assert_eq!(counters.content_bytes.get(), 15);
        let all: u64 = counters.requests.iter().flatten().flatten().map(Count::get).sum();
        assert_eq!(all, 3);
    }

    #[test]
    fn what_took_longest_has_a_place_too() {
        let counters = Counters::default();
        counters.took(3, Duration::from_nanos(25_000));
        counters.took(1, Duration::from_nanos(25_001));
        counters.took(1, Duration::from_secs(3600));
        let counts: Vec<u64> = counters.durations.iter().map(Count::get).collect();
        assert_eq!((counts[0], counts[1], counts[14]), (3, 1, 1));
        assert_eq!(counters.nanoseconds.get(), 100_001 + 3600 * 1_000_000_000);
    }
}
