//! A whole server in one thread on a false network, disk and clock, from one seed.
//!
//! ```text
//! clients ─▶ network ─▶ Worker ─▶ network ─▶ clients ─▶ oracle
//!                      │      ▲                          ▲
//!                      ▼      │                          │
//!                    disk ◀─ pool          what the disk held, and when
//! ```
//!
//! The server is the real one, down to its traits `Reactor`, `Files` and `Pool`. Everything behind those is false: it
//! delays, splits, cuts, changes and fails as the seed says. The same seed is the same life, to the byte of its trace.
//!
//! Clients speak HTTP/1.1 and HTTP/2, in clear and by TLS, each strictly and with code of its own. What TLS seals comes from the
//! machine's random numbers, so a trace tells how long records are and never what is in them.

mod chance;
mod client;
mod clock;
mod disk;
mod kernel;
mod life;
mod network;
mod oracle;
mod panics;
mod pool;
mod sample;
mod statistics;
mod temper;
mod trace;
mod world;

pub use life::{Report, live};
pub use statistics::Statistics;

use std::thread;

/// The name of the threads that lives run on: the server writes it into the ids of failures, so it must be the same.
pub(crate) const THREAD: &str = "worker-0";

/// Runs `work` on a thread of that name.
///
/// Errs when there is no thread to be had, or when it panicked.
pub fn on_worker<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let thread = thread::Builder::new().name(THREAD.to_owned()).spawn(work).map_err(|error| error.to_string())?;
    thread.join().map_err(|_| "the simulator panicked".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enough that each kind of life is among them; many more are lived by the program.
    const SEEDS: u64 = 200;

    #[test]
    fn no_life_shows_a_mistake() {
        let failures = on_worker(|| {
            let lives = (0..SEEDS).map(|seed| (seed, live(seed, false)));
            lives.filter_map(|(seed, report)| Some(format!("seed {seed}: {}", report.failure?))).collect::<Vec<_>>()
        });
        assert_eq!(failures.as_deref(), Ok(&[][..]));
    }

    #[test]
    fn one_seed_is_one_life_to_the_byte() {
        for seed in 1000..1030 {
            let traces = || on_worker(move || live(seed, true).trace).expect("a thread is to be had");
            assert_eq!(traces(), traces(), "seed {seed}");
        }
    }

    #[test]
    fn a_life_is_the_same_whether_anybody_looks() {
        for seed in 0..50 {
            let report = |is_traced| on_worker(move || live(seed, is_traced).statistics.to_string());
            assert_eq!(report(true), report(false), "seed {seed}");
        }
    }
}
