//! The machine: one way of congestion control for all, a core each for server and load, and what a process has used.

use std::error::Error;
use std::fs;
use std::io;
use std::process::{Child, Command};

use rustix::process::{Resource, Rlimit, getrlimit, setpriority_process, setrlimit};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Puts back what was changed.
pub(crate) struct Settled {
    congestion_control: Option<String>,
}

const DESCRIPTORS: u64 = 32_768;
/// The highest there is.
const PRIORITY: i32 = -20;
const CONGESTION_CONTROL: &str = "/proc/sys/net/ipv4/tcp_congestion_control";

/// Errs when there are not two cores to use.
pub(crate) fn settle() -> Result<Settled, Box<dyn Error>> {
    if sched_getaffinity(None)?.count() < 2 {
        return Err("two cores are needed: one for the server, one for the load".into());
    }
    // Ten thousand connections, twice for servers that want to be sure. Children inherit it.
    let descriptors = getrlimit(Resource::Nofile);
    let maximum = descriptors.maximum.map(|maximum| maximum.max(DESCRIPTORS));
    if setrlimit(Resource::Nofile, Rlimit { current: Some(DESCRIPTORS), maximum }).is_err() {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: descriptors.maximum, ..descriptors });
    }
    // Where it is allowed: whoever else works on this machine waits, rather than being measured. Children inherit it.
    let _ = setpriority_process(None, PRIORITY);
    // Shells and what they start share a group, whose priority counts first.
    let _ = fs::write("/proc/self/autogroup", PRIORITY.to_string());
    // BBR sends at a pace of its own, by timers, which says nothing about servers.
    let before = fs::read_to_string(CONGESTION_CONTROL)?.trim().to_owned();
    let congestion_control = if before == "cubic" {
        None
    } else if fs::write(CONGESTION_CONTROL, "cubic").is_ok() {
        Some(before)
    } else {
        eprintln!("bench: congestion control stays {before}: cubic may not be set here");
        None
    };
    Ok(Settled { congestion_control })
}

impl Drop for Settled {
    fn drop(&mut self) {
        if let Some(before) = &self.congestion_control {
            let _ = fs::write(CONGESTION_CONTROL, before);
        }
        let _ = fs::write("/proc/self/autogroup", "0");
    }
}

/// Starts a command on one core: children inherit ours.
pub(crate) fn spawn_on(core: usize, command: &mut Command) -> io::Result<Child> {
    let all = sched_getaffinity(None)?;
    let mut one = CpuSet::new();
    let cores: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core)).collect();
    one.set(cores[core % cores.len()]);
    sched_setaffinity(None, &one)?;
    let child = command.spawn();
    sched_setaffinity(None, &all)?;
    child
}

/// CPU time of a process group so far, in nanoseconds: user and kernel, all processes and threads.
pub(crate) fn cpu_nanoseconds(group: u32) -> io::Result<u64> {
    let mut sum = 0;
    for process in processes(group)? {
        for thread in fs::read_dir(format!("/proc/{process}/task"))?.flatten() {
            // time on the core, time waiting for it, how often
            let text = fs::read_to_string(thread.path().join("schedstat"))?;
            sum += text.split_ascii_whitespace().next().and_then(|first| first.parse::<u64>().ok()).unwrap_or(0);
        }
    }
    Ok(sum)
}

/// Memory of a process group in KiB, shared pages divided by those who share them.
pub(crate) fn memory_kib(group: u32) -> io::Result<u64> {
    let mut sum = 0;
    for process in processes(group)? {
        let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))?;
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
        sum += line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok()).unwrap_or(0);
    }
    Ok(sum)
}

/// Memory of a process group in KiB that is no file's, so that the kernel cannot take it back by reading again.
pub(crate) fn own_memory_kib(group: u32) -> io::Result<u64> {
    let mut sum = 0;
    for process in processes(group)? {
        // One may end while it is asked.
        let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        for name in ["RssAnon:", "RssShmem:"] {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            sum += line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok()).unwrap_or(0);
        }
    }
    Ok(sum)
}

/// Open descriptors of a process group.
pub(crate) fn descriptors(group: u32) -> io::Result<usize> {
    let counts = processes(group)?.into_iter().map(|process| Ok(fs::read_dir(format!("/proc/{process}/fd"))?.count()));
    counts.sum()
}

fn processes(group: u32) -> io::Result<Vec<u32>> {
    let is_member = |process: &u32| {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // The name, in parentheses, may contain anything; then: state, parent, group.
        let fields = stat.rsplit_once(") ").map(|(_, fields)| fields.split(' ').collect::<Vec<_>>());
        fields.and_then(|fields| fields.get(2)?.parse().ok()) == Some(group)
    };
    let all = fs::read_dir("/proc")?.flatten();
    Ok(all.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_member).collect())
}
