//! How busy those who serve are, for those who work when nobody is served. Asked of the kernel, so that it costs the
//! workers nothing.

use lookup::live::Load;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The processor time of the threads of this process that serve: the workers, and the pool.
pub(crate) fn of_those_who_serve() -> Load {
    let threads = Mutex::new(Threads::default());
    Load(Arc::new(move || threads.lock().unwrap_or_else(PoisonError::into_inner).time()))
}

#[derive(Default)]
struct Threads {
    /// What the kernel says of each; held open, since to look for them takes longer than to read them.
    times: Vec<File>,
    looked: Option<Instant>,
}

impl Threads {
    fn time(&mut self) -> Duration {
        if self.looked.is_none_or(|looked| looked.elapsed() > LOOK_EVERY) {
            self.looked = Some(Instant::now());
            self.times = find();
        }
        self.times.iter().filter_map(read).sum()
    }
}

/// Opens the times of all threads that serve. None without /proc: then only priorities keep us out of the way.
fn find() -> Vec<File> {
    let Ok(tasks) = fs::read_dir("/proc/self/task") else { return Vec::new() };
    tasks
        .flatten()
        .filter(|task| fs::read_to_string(task.path().join("comm")).is_ok_and(|name| serves(&name)))
        .filter_map(|task| File::open(task.path().join("schedstat")).ok())
        .collect()
}

/// Whether a thread of that name serves.
pub(crate) fn serves(name: &str) -> bool {
    SERVING.iter().any(|prefix| name.starts_with(prefix))
}

/// Nanoseconds on a processor, the first number (Documentation/scheduler/sched-stats.rst).
fn read(file: &File) -> Option<Duration> {
    let mut buffer = [0; 64];
    let read = file.read_at(&mut buffer, 0).ok()?;
    let text = str::from_utf8(&buffer[..read]).ok()?;
    Some(Duration::from_nanos(text.split_whitespace().next()?.parse().ok()?))
}

/// As they are named where they are started.
const SERVING: [&str; 2] = ["worker-", "pool-"];
/// They are started once, but some of them after those who ask; to look takes a tenth of a millisecond.
const LOOK_EVERY: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::thread;

    #[test]
    fn workers_and_the_pool_serve_and_no_other() {
        for (name, expected) in
            [("worker-0", true), ("pool-17", true), ("keeper", false), ("worker", false), ("", false)]
        {
            assert_eq!(serves(name), expected, "{name}");
        }
    }

    #[test]
    fn time_that_workers_take_counts() {
        let (done, end) = channel::<()>();
        let (ready, started) = channel();
        let busy = |name: &str, nanoseconds: u64| {
            let (done, ready) = (done.clone(), ready.clone());
            let work = move || {
                let begun = Instant::now();
                let mut sum = 0_u64;
                while begun.elapsed() < Duration::from_nanos(nanoseconds) {
                    sum = std::hint::black_box(sum.wrapping_add(1));
                }
                ready.send(()).unwrap();
                drop(ready);
                // Until the test ends.
                drop(done);
                thread::park_timeout(Duration::from_secs(20));
            };
            thread::Builder::new().name(name.into()).spawn(work).unwrap()
        };
        let load = of_those_who_serve();
        let threads = [busy("worker-7", 30_000_000), busy("keeper", 30_000_000)];
        started.recv().unwrap();
        started.recv().unwrap();
        drop((done, end));
        let time = (load.0)();
        // Other tests of this process may have workers too; none of them works for seconds.
        assert!(time > Duration::ZERO && time < Duration::from_secs(20), "{time:?}");
        threads.into_iter().for_each(|thread| {
            thread.thread().unpark();
            thread.join().unwrap();
        });
    }
}
