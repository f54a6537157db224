//! Work that nobody waits for: threads that give way to all others, and memory that they give back.

use rustix::io::Errno;

/// From now on the calling thread, and threads and processes that it starts, run and use the disk only when nobody else
/// wants to. What the kernel does not permit is left out: a container may forbid to ask for less.
pub fn give_way() {
    // The nicest there is, for kernels and tools that know nothing of the rest.
    let _ = rustix::process::nice(19);
    let _ = schedule_idle();
    let _ = read_idle();
}

/// From now on the calling thread, and threads and processes that it starts, give way to those that answer, but are not
/// forgotten over them: they get a thirtieth of a core that has no time left, and what takes little runs at once.
pub fn step_back() {
    let _ = rustix::process::nice(15);
}

/// Gives pages that were freed back to the system. An allocator keeps them for the next time, and there may be none.
pub fn give_back_memory() {
    #[cfg(target_env = "gnu")]
    {
        // SAFETY: takes no pointer and touches only pages that the allocator knows to be free, under its own locks.
        #[expect(unsafe_code, reason = "no safe function does it")]
        let _ = unsafe { libc::malloc_trim(0) };
    }
}

/// From now on all threads of the process take their memory from one heap. With a heap for each thread, what one has freed the
/// others cannot use, and little of it can be given back. To be called before there is a second thread.
pub fn share_heap() {
    #[cfg(target_env = "gnu")]
    {
        // SAFETY: two numbers, no pointer; the allocator takes note of them under its own lock.
        #[expect(unsafe_code, reason = "no safe function does it")]
        let _ = unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) };
    }
}

/// SCHED_IDLE (sched(7)): less than the nicest of the others.
fn schedule_idle() -> Result<(), Errno> {
    let parameters = libc::sched_param { sched_priority: 0 };
    // SAFETY: 0 is the calling thread; the kernel reads the parameters during the call and keeps no pointer to them.
    #[expect(unsafe_code, reason = "no safe function sets it")]
    let result = unsafe { libc::sched_setscheduler(0, libc::SCHED_IDLE, &raw const parameters) };
    outcome(result.into())
}

/// The idle class of the disk's scheduler (ioprio_set(2)): `IOPRIO_CLASS_IDLE << IOPRIO_CLASS_SHIFT` for this thread.
fn read_idle() -> Result<(), Errno> {
    const WHO_PROCESS: libc::c_int = 1;
    const CLASS_IDLE: libc::c_int = 3 << 13;
    // SAFETY: three numbers, no pointer; 0 is the calling thread.
    #[expect(unsafe_code, reason = "no safe function sets it")]
    let result = unsafe { libc::syscall(libc::SYS_ioprio_set, WHO_PROCESS, 0 as libc::c_int, CLASS_IDLE) };
    outcome(result)
}

fn outcome(result: libc::c_long) -> Result<(), Errno> {
    if result == 0 {
        return Ok(());
    }
    Err(Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::INVAL))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the kernel says of the calling thread: nice value and scheduling policy.
    fn standing() -> (i64, i64) {
        let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        // Fields after the name, which ends with the last bracket; the first of them is field 3 (proc_pid_stat(5)).
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        (fields[19 - 3].parse().unwrap(), fields[41 - 3].parse().unwrap())
    }

    #[test]
    fn a_thread_gives_way_and_those_that_it_starts_too_but_no_other() {
        let before = standing();
        std::thread::spawn(|| {
            give_way();
            let own = standing();
            assert_eq!(own.0, 19);
            assert!([0, 5].contains(&own.1), "idle, or as before where that is forbidden: {own:?}");
            assert_eq!(std::thread::spawn(standing).join().unwrap(), own);
        })
        .join()
        .unwrap();
        assert_eq!(standing(), before);
    }

    #[test]
    fn all_threads_can_share_a_heap() {
        share_heap();
        let made = std::thread::spawn(|| vec![7_u8; 100]).join().unwrap();
        assert!(made.iter().all(|byte| *byte == 7));
    }

    #[test]
    fn memory_can_be_given_back_at_any_time() {
        let kept = vec![7_u8; 1 << 20];
        give_back_memory();
        assert!(kept.iter().all(|byte| *byte == 7));
    }
}
