//! The child locks itself up. What a kernel does not have is told to the parent, and the rest is done all the same.

use std::collections::BTreeMap;
use std::os::fd::RawFd;

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetStatus, Scope};
use rustix::process::{Resource, Rlimit, Signal};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

use crate::extract::limit;

/// No file is opened and no address reached, by this thread and all that it starts. Returns what could not be done.
pub(crate) fn files_and_network() -> Vec<String> {
    let mut gaps = Vec::new();
    if let Err(error) = rustix::process::set_parent_process_death_signal(Some(Signal::KILL)) {
        gaps.push(format!("may live on without its parent: {error}"));
    }
    let descriptors = open_descriptors();
    if descriptors > 3 {
        gaps.push(format!("holds {} open files of its parent", descriptors - 3));
    }
    match landlock() {
        Ok(RulesetStatus::FullyEnforced) => {}
        Ok(RulesetStatus::PartiallyEnforced) => {
            gaps.push("this kernel's Landlock knows files, but not all of the rest".into())
        }
        Ok(RulesetStatus::NotEnforced) => gaps.push("this kernel has no Landlock".into()),
        Err(error) => gaps.push(format!("Landlock does not work: {error}")),
    }
    gaps
}

/// Standard input, output and error, and whatever a parent forgot to close.
fn open_descriptors() -> usize {
    // Reading the folder takes one itself.
    std::fs::read_dir("/proc/self/fd").map_or(3, |entries| entries.count().saturating_sub(1))
}

fn landlock() -> Result<RulesetStatus, landlock::RulesetError> {
    // Whatever of these the kernel knows is denied; no rule allows anything.
    let abi = ABI::V6;
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(abi))?
        .handle_access(AccessNet::from_all(abi))?
        .scope(Scope::from_all(abi))?;
    Ok(ruleset.create()?.restrict_self()?.ruleset)
}

/// Memory, files, processes and rank. `last_descriptor`: the highest that is in use. Returns what could not be done.
pub(crate) fn resources(last_descriptor: RawFd) -> Vec<String> {
    let limits = [
        (Resource::As, limit::READER_MEMORY_BYTES_MAX),
        // What is open, the file that is read, and one more while the next arrives.
        (Resource::Nofile, u64::from(last_descriptor.unsigned_abs()) + 3),
        (Resource::Nproc, 0),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Memlock, 0),
        (Resource::Msgqueue, 0),
    ];
    let mut gaps = Vec::new();
    for (resource, value) in limits {
        if let Err(error) = rustix::process::setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
        {
            gaps.push(format!("no limit for {resource:?}: {error}"));
        }
    }
    // Behind everything that serves.
    let _ = rustix::process::nice(19);
    gaps
}

/// Only a few calls are left, for all threads. Returns what could not be done.
pub(crate) fn calls() -> Vec<String> {
    match filter() {
        None => vec!["calls to the kernel are not filtered on this machine".into()],
        Some(program) => match seccompiler::apply_filter_all_threads(&program) {
            Ok(()) => Vec::new(),
            Err(error) => vec![format!("calls to the kernel are not filtered: {error}")],
        },
    }
}

fn filter() -> Option<BpfProgram> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).ok()?;
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.iter().map(|&call| (call, Vec::new())).collect();
    // Memory may be asked for, but never such that can be run.
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        rules.insert(call, vec![rule(2, SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64), 0)?]);
    }
    // A signal to itself, which is how a program gives up.
    let own = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, vec![rule(0, SeccompCmpOp::Eq, own)?]);
    // The standard library asks whether a file is open before it closes it.
    rules.insert(libc::SYS_fcntl, vec![rule(1, SeccompCmpOp::Eq, libc::F_GETFD as u64)?]);
    // Refused rather than killed: a library that asks for more goes on without it.
    let refuse = SeccompAction::Errno(libc::EPERM as u32);
    SeccompFilter::new(rules, refuse, SeccompAction::Allow, arch).ok()?.try_into().ok()
}

fn rule(argument: u8, operator: SeccompCmpOp, value: u64) -> Option<SeccompRule> {
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value).ok()?;
    SeccompRule::new(vec![condition]).ok()
}

/// What reading an open file and answering takes.
const ALLOWED: &[i64] = &[
    // The file, and the socket to the parent.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_statx,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_close,
    // Memory.
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    // Threads that are there, and ends.
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigaction,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // Clocks, and seeds for hash tables.
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_getrandom,
];
