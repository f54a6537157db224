//! The kernel: sockets, timers, file spans
