//! The live list: what came since, for each who follows it. The worker asks between its turns; nothing here waits.

use super::Xray;
use super::journey::entry;
use super::limit::{ENTRIES_MAX, FOLLOWERS_MAX, HEARTBEAT};
use crate::source::Source;
use page::xray::{Entry, event};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

/// One who follows.
#[derive(Debug)]
pub(crate) struct Follow {
    xray: Arc<Xray>,
    /// The number of the request that comes next.
    next: u64,
    /// When something was said last.
    said: Instant,
}

impl Follow {
    /// From the request of that number on. `None`: too many follow already.
    pub(crate) fn new(xray: &Arc<Xray>, from: u64) -> Option<Follow> {
        let enters = |count| (count < FOLLOWERS_MAX).then_some(count + 1);
        xray.followers.fetch_update(Relaxed, Relaxed, enters).ok()?;
        Some(Follow { xray: Arc::clone(xray), next: from, said: Instant::now() })
    }

    /// How soon the browser is to come back when it was cut off.
    pub(crate) fn begin(&mut self) -> Vec<u8> {
        let mut bytes = b"retry: 1000\n\n".to_vec();
        bytes.extend(self.news());
        bytes
    }

    fn news(&mut self) -> Vec<u8> {
        if self.xray.count() == self.next {
            return Vec::new();
        }
        let next = self.next;
        let read = self.xray.try_read(|film| {
            let (plates, lost) = film.since(next);
            let entries: Vec<Entry> = plates.map(|plate| entry(plate)).collect();
            let skipped = entries.len().saturating_sub(ENTRIES_MAX);
            (event(&entries[skipped..], film.count(), lost + skipped as u64), film.count())
        });
        let Some((text, count)) = read else { return Vec::new() };
        (self.next, self.said) = (count, Instant::now());
        text.into_bytes()
    }
}

impl Source for Follow {
    fn next(&mut self) -> Option<Result<Vec<u8>, String>> {
        let news = self.news();
        if news.is_empty() && self.said.elapsed() >= HEARTBEAT {
            self.said = Instant::now();
            return Some(Ok(b":\n\n".to_vec()));
        }
        Some(Ok(news))
    }

    fn is_live(&self) -> bool {
        true
    }
}

impl Drop for Follow {
    fn drop(&mut self) {
        self.xray.followers.fetch_sub(1, Relaxed);
    }
}
