//! Options of sockets that rustix does not have.

use std::mem::size_of_val;
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::io::Errno;

/// Sets how long a client that says nothing is kept out of the accept queue (tcp(7), TCP_DEFER_ACCEPT).
pub(crate) fn defer_accept(socket: &OwnedFd, seconds: u32) -> Result<(), Errno> {
    let value = libc::c_int::try_from(seconds).map_err(|_| Errno::INVAL)?;
    let length = size_of_val(&value) as libc::socklen_t;
    // SAFETY: the kernel reads `length` bytes at the pointer during the call and keeps none of it; `value` is that long
    // and lives until the end of this function. The descriptor is open, as `socket` owns it.
    #[expect(unsafe_code, reason = "no safe function sets this option")]
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_DEFER_ACCEPT,
            (&raw const value).cast(),
            length,
        )
    };
    if result == 0 {
        return Ok(());
    }
    Err(Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::INVAL))
}
