//! A thread of another process, followed instruction by instruction (ptrace(2)).
//!
//! Exact, and slow: some hundred thousand instructions a second. Valgrind would be quicker, but Debian's does not know
//! `openat2`, without which Quarry does not serve.

use std::fs;
use std::process::Command;

use nix::sys::ptrace;
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// What a thread did between two moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// In user space.
    pub(crate) instructions: u64,
    pub(crate) system_calls: u64,
    /// Calls of malloc and its like.
    pub(crate) allocations: u64,
}

/// Follows the thread `name` of a process from its `from`th send on, for `sends` more.
pub(crate) fn follow(process: u32, name: &str, from: u64, sends: u64) -> Counts {
    let thread = thread(process, name);
    let allocators = allocators(process);
    ptrace::attach(thread).expect("tests may trace what they have started");
    stopped(thread);
    let mut sent = 0;
    while sent < from {
        // Stops where a system call begins, and where it ends.
        ptrace::syscall(thread, None).expect("it is stopped");
        stopped(thread);
        let registers = ptrace::getregs(thread).expect("it is stopped");
        let has_ended = registers.rax as i64 != NOT_YET;
        sent += u64::from(has_ended && SENDS.contains(&registers.orig_rax));
    }
    let mut counts = Counts::default();
    let (mut sent, mut last) = (0, 0);
    while sent < sends {
        ptrace::step(thread, None).expect("it is stopped");
        stopped(thread);
        let registers = ptrace::getregs(thread).expect("it is stopped");
        // A string instruction stops after each of its repetitions.
        counts.instructions += u64::from(registers.rip != last);
        last = registers.rip;
        counts.allocations += u64::from(allocators.contains(&registers.rip));
        // Only at the end of a system call does this hold its number.
        if registers.orig_rax as i64 >= 0 {
            counts.system_calls += 1;
            sent += u64::from(SENDS.contains(&registers.orig_rax));
        }
    }
    ptrace::detach(thread, None).expect("it is stopped");
    counts
}

fn stopped(thread: Pid) {
    match waitpid(thread, Some(WaitPidFlag::__WALL)).expect("it is ours") {
        WaitStatus::Stopped(_, Signal::SIGTRAP | Signal::SIGSTOP) => {}
        other => panic!("the server has ended, or something else has stopped it: {other:?}"),
    }
}

fn thread(process: u32, name: &str) -> Pid {
    let threads = fs::read_dir(format!("/proc/{process}/task")).expect("it runs");
    let is_named =
        |path: &std::path::Path| fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm.trim_end() == name);
    let mut paths = threads.map(|entry| entry.expect("a thread").path());
    let path = paths.find(|path| is_named(path)).unwrap_or_else(|| panic!("there is no thread {name}"));
    let number = path.file_name().and_then(|name| name.to_str()?.parse().ok());
    Pid::from_raw(number.expect("a number"))
}

/// Where malloc and its like begin in a process.
fn allocators(process: u32) -> Vec<u64> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).expect("it runs");
    let first = maps.lines().find(|line| line.contains("/libc.so")).expect("the C library, whose allocator Rust uses");
    let base = first.split('-').next().and_then(|base| u64::from_str_radix(base, 16).ok()).expect("an address");
    let library = first.split_whitespace().last().expect("a path");
    let output = Command::new("nm").args(["--dynamic", library]).output().expect("nm, which comes with the linker");
    let symbols = String::from_utf8(output.stdout).expect("names");
    let addresses = symbols.lines().filter_map(|line| {
        let (address, name) = (line.get(..16)?, line.split_whitespace().last()?);
        let name = name.split('@').next()?;
        let is_ours = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"].contains(&name);
        is_ours.then(|| u64::from_str_radix(address, 16).ok()).flatten()
    });
    let found: Vec<u64> = addresses.map(|address| base + address).collect();
    assert_eq!(found.len(), 5, "{found:x?}");
    found
}

/// sendto and sendmsg (x86-64).
const SENDS: [u64; 2] = [44, 46];
/// What a system call seems to answer while it has only begun (-ENOSYS).
const NOT_YET: i64 = -38;
