//! Flags: where to listen, and with what.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::Args;
use reactor::privilege::Identity;

use crate::value::address::{self, Listen};
use crate::value::duration;

/// Where to listen, and with what.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Listening")]
pub(crate) struct Listening {
    /// Where to listen; none: port 8000 on this machine, or the next one that is free.
    #[arg(long, value_name = "ADDR", value_parser = address::parse, help = LISTEN_HELP, long_help = LISTEN_LONG_HELP)]
    pub(crate) listen: Vec<Listen>,
    /// Open the browser
    #[arg(long)]
    pub(crate) open: bool,
    /// Show the address as a QR code, for phones in the same network
    #[arg(long)]
    pub(crate) qr: bool,
    /// Become this user, and maybe group, once the ports are bound
    #[arg(long, value_name = "USER[:GROUP]", value_parser = parse_user)]
    pub(crate) user: Option<Identity>,
    /// Worker threads (default: one per core)
    #[arg(long, value_name = "N", value_parser = parse_workers, hide_short_help = true)]
    pub(crate) workers: Option<NonZeroUsize>,
    /// When stopping, wait so long for what is under way
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, default_value = "10s", hide_short_help = true)]
    pub(crate) drain: Duration,
}

// Not as comments above the field: there, brackets are links.
const LISTEN_HELP: &str = "Listen here: 8000, :8000 (for all), 127.0.0.1:8000, [::]:80, localhost:8000, unix:/path";
const LISTEN_LONG_HELP: &str = "\
Listen here: 8000, :8000 (for all), 127.0.0.1:8000, [::]:80, localhost:8000, unix:/path

May be given several times. A port alone is for this machine only; a colon before it opens it to all. Without this flag: \
port 8000 on this machine, or the next one that is free.";

/// Looks the names up at once, so that a slip is told before anything is done.
pub(crate) fn parse_user(text: &str) -> Result<Identity, String> {
    Identity::find(text).map_err(|error| error.to_string())
}

pub(crate) fn parse_workers(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok().filter(|number: &NonZeroUsize| number.get() <= WORKERS_MAX);
    number.ok_or_else(|| format!("expected a number from 1 to {WORKERS_MAX}"))
}

/// More than any machine has cores; each worker costs a thread and a listener.
const WORKERS_MAX: usize = 1024;
