//! Sockets handed over by whoever started us (systemd: `LISTEN_FDS`, `LISTEN_PID`).
