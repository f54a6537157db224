//! Whether serving stays fast while all is indexed: the case `small`, server and load on a core each.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use super::bench::Bench;
use crate::case::CASES;
use crate::check::Request;
use crate::corpus::Corpus;
use crate::measure::{Outcome, load, script};
use crate::quarry::{Ask, Quarry, Settings};
use crate::report::median;

/// Of both, in turn.
const ROUNDS: usize = 5;
const SECONDS: u32 = 3;
/// Until the names of all files are known, which is soon; to read them takes long.
const WARM_UP_SECONDS: u32 = 2;

/// What share of its requests a second is lost while it indexes, in per cent, and both figures.
pub(crate) fn loss(bench: &Bench, corpus: &Corpus) -> Result<(f64, f64, f64), Box<dyn Error>> {
    let small = Small::new(&corpus.folder)?;
    let (seconds, rounds) = if bench.options.is_quick { (1, 1) } else { (SECONDS, ROUNDS) };
    let mut losses = Vec::new();
    let (mut without, mut meanwhile) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        // There and back again: what drifts falls on both sides.
        let order = if round.is_multiple_of(2) { [false, true] } else { [true, false] };
        let mut rates = [0.0; 2];
        for is_indexing in order {
            let outcome = measure(bench, &small, corpus, is_indexing, seconds)?;
            rates[usize::from(is_indexing)] = outcome.requests / outcome.seconds;
        }
        losses.push((1.0 - rates[1] / rates[0]) * 100.0);
        without.push(rates[0]);
        meanwhile.push(rates[1]);
    }
    Ok((median(losses), median(without), median(meanwhile)))
}

fn measure(
    bench: &Bench,
    small: &Small,
    corpus: &Corpus,
    is_indexing: bool,
    seconds: u32,
) -> Result<Outcome, Box<dyn Error>> {
    let index = bench.fresh_index("serving")?;
    let settings = Settings { folder: &corpus.folder, index: is_indexing.then_some(&index), core: Some(0) };
    let mut quarry = Quarry::start(&bench.place, &settings)?;
    let case = &CASES[0];
    let script = script(small.name, &Request::default(), case, &bench.place)?;
    load(quarry.port, case, &script, WARM_UP_SECONDS)?;
    let outcome = load(quarry.port, case, &script, seconds)?;
    if is_indexing {
        let state = quarry.find(Ask::default())?;
        if state.is_ready && !bench.options.is_quick {
            return Err("all was indexed before the measurement ended: it says nothing".into());
        }
    }
    Ok(outcome)
}

/// The material that is asked for; taken out again when it is dropped.
struct Small {
    file: PathBuf,
    name: &'static str,
}

impl Small {
    fn new(corpus: &Path) -> std::io::Result<Small> {
        let file = corpus.join(&CASES[0].target[1..]);
        fs::write(&file, "granite ".repeat(128))?;
        Ok(Small { file, name: "quarry" })
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.file);
    }
}
