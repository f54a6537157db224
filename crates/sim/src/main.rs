//! `sim [SEED]`: one life, told line by line. `sim --seeds N [--from N]`: many, told by those that fail.

use sim::{Statistics, live, on_worker};
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread::available_parallelism;

enum Order {
    One(u64),
    Many { count: u64, from: u64 },
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match order(&arguments) {
        Some(Order::One(seed)) => one(seed),
        Some(Order::Many { count, from }) => many(count, from),
        None => Err("usage: sim [SEED] | sim --seeds COUNT [--from SEED]".to_owned()),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(cause) => {
            eprintln!("sim: {cause}");
            ExitCode::from(2)
        }
    }
}

fn order(arguments: &[String]) -> Option<Order> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => Some(Order::One(0)),
        ["--seeds", count] => Some(Order::Many { count: count.parse().ok()?, from: 0 }),
        ["--seeds", count, "--from", from] => {
            Some(Order::Many { count: count.parse().ok()?, from: from.parse().ok()? })
        }
        [seed] => Some(Order::One(seed.parse().ok()?)),
        _ => None,
    }
}

fn one(seed: u64) -> Result<bool, String> {
    let report = on_worker(move || live(seed, true))?;
    // A closed pipe is no error: whoever read has seen enough.
    let _ = std::io::stdout().write_all(report.trace.as_bytes());
    match &report.failure {
        None => println!("seed {seed}: passed; {}", report.statistics),
        Some(cause) => println!("seed {seed}: failed: {cause}"),
    }
    Ok(report.failure.is_none())
}

/// On each core one, each life on one.
fn many(count: u64, from: u64) -> Result<bool, String> {
    let next = Arc::new(AtomicU64::new(0));
    let cores = available_parallelism().map_or(1, usize::from);
    let work = |next: Arc<AtomicU64>| {
        move || {
            let (mut failed, mut statistics) = (0_u64, Statistics::default());
            loop {
                let index = next.fetch_add(1, Relaxed);
                if index >= count {
                    return (failed, statistics);
                }
                let seed = from.wrapping_add(index);
                let report = live(seed, false);
                statistics.add(&report.statistics);
                if let Some(cause) = report.failure {
                    failed += 1;
                    println!("seed {seed}: {cause}");
                }
            }
        }
    };
    let others: Vec<_> = (1..cores)
        .map(|_| {
            let work = work(Arc::clone(&next));
            std::thread::spawn(move || on_worker(work))
        })
        .collect();
    let (mut failed, mut statistics) = on_worker(work(next))?;
    for other in others {
        let (more, counts) = other.join().map_err(|_| "the simulator panicked".to_owned())??;
        failed += more;
        statistics.add(&counts);
    }
    println!("{} answers: {statistics}", statistics.total());
    println!("{} passed, {failed} failed", count - failed);
    Ok(failed == 0)
}
