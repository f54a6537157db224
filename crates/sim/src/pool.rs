//! A false pool: errands are run by nobody in particular, some time later, in any order.

use crate::chance::Chance;
use crate::clock::MILLISECOND;
use crate::disk::Disk;
use server::pool::{Done, Errand, run};
use std::collections::VecDeque;

/// How a pool behaves for one life.
#[derive(Clone, Debug)]
pub(crate) struct Temper {
    /// Errands that may wait; beyond it they are given back.
    pub(crate) waiting_max: usize,
    /// In nanoseconds: how long an errand may wait, and its result.
    pub(crate) delay_max: u64,
}

/// Errands that wait, and results that wait to be collected.
pub(crate) struct Pool {
    chance: Chance,
    temper: Temper,
    waiting: Vec<Errand<Disk>>,
    /// Done, but nobody was told yet.
    under_way: Vec<Done<Disk>>,
    done: VecDeque<Done<Disk>>,
    /// When errands were given back.
    refusals: Vec<u64>,
}

impl Pool {
    pub(crate) fn new(chance: Chance, temper: Temper) -> Pool {
        Pool { chance, temper, waiting: Vec::new(), under_way: Vec::new(), done: VecDeque::new(), refusals: Vec::new() }
    }

    /// After how long somebody may look at what waits.
    pub(crate) fn delay(&mut self) -> u64 {
        if self.chance.one_in(2) { 0 } else { self.chance.skewed(0..=self.temper.delay_max.max(MILLISECOND)) }
    }

    /// Takes it, or gives it back.
    pub(crate) fn submit(&mut self, errand: Errand<Disk>, now: u64) -> Result<(), Errand<Disk>> {
        if self.waiting.len() >= self.temper.waiting_max {
            self.refusals.push(now);
            return Err(errand);
        }
        self.waiting.push(errand);
        Ok(())
    }

    /// Runs one of those that wait.
    pub(crate) fn run_one(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let errand = self.waiting.swap_remove(self.chance.below(self.waiting.len()));
        self.under_way.push(run(errand));
    }

    /// One of the results comes back.
    pub(crate) fn finish_one(&mut self) {
        if !self.under_way.is_empty() {
            self.done.push_back(self.under_way.swap_remove(self.chance.below(self.under_way.len())));
        }
    }

    pub(crate) fn collect(&mut self) -> Option<Done<Disk>> {
        self.done.pop_front()
    }

    pub(crate) fn has_refused_during(&self, from: u64, to: u64) -> bool {
        self.refusals.iter().any(|at| (from..=to).contains(at))
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.under_way.is_empty() && self.done.is_empty()
    }
}
