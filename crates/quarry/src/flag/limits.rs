//! Flags: what clients and memory may take.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::Args;

use crate::value::{duration, size};

/// What clients and memory may take.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Limits {
    /// Keep hot files in so much memory
    #[arg(long = "memory", value_name = "SIZE", value_parser = size::parse, default_value = "256MiB")]
    pub(crate) memory_bytes: usize,
    /// Close a connection that has been idle so long
    #[arg(long, value_name = "DURATION", value_parser = duration::parse_positive, default_value = "60s")]
    #[arg(hide_short_help = true)]
    pub(crate) idle_timeout: Duration,
    /// Connections at once; beyond it the oldest idle one makes room (default: as many as may be open)
    #[arg(long = "max-connections", value_name = "N", value_parser = parse_count, hide_short_help = true)]
    pub(crate) connections_max: Option<NonZeroU32>,
    /// Connections at once from one address, except from this machine
    #[arg(long = "max-connections-per-address", value_name = "N", value_parser = parse_count, default_value = "1024")]
    #[arg(hide_short_help = true)]
    pub(crate) connections_per_address_max: NonZeroU32,
}

pub(crate) fn parse_count(text: &str) -> Result<NonZeroU32, String> {
    let number = text.parse().ok().filter(|number: &NonZeroU32| number.get() <= CONNECTIONS_MAX);
    number.ok_or_else(|| format!("expected a number from 1 to {CONNECTIONS_MAX}"))
}

/// As many descriptors as Linux gives one process at most, as it is configured everywhere (`fs.nr_open`).
const CONNECTIONS_MAX: u32 = 1_048_576;
