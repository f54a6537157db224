//! One worker on a false network, with false files, a false pool and a hand on the clock: what it does in each state.

mod descriptor;
mod end;
mod errors;
mod http2;
mod memory;
mod network;
mod order;
mod sending;
mod shelf;
mod sites;
mod stage;
mod under_way;
