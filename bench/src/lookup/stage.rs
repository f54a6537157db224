//! The parts of a run: each makes an index of one corpus, and measures on it all that wants one of that size.

use std::error::Error;
use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::bench::{Bench, say};
use super::memory::Watch;
use super::peer::{Indexed, bytes_on_disk};
use super::query::{Query, queries, strokes};
use super::table::{PEERS, Row, count, quantile, with_unit};
use super::{save, serving, stroke};
use crate::corpus::{Corpus, LANGUAGES};
use crate::machine;
use crate::quarry::{Ask, Quarry, Settings};
use crate::report::median;

/// Indexes from nothing; the median counts.
const COLD_ROUNDS: usize = 3;
/// Queries of each kind.
const QUERIES_EACH: usize = 200;
const STROKES: usize = 2000;
const SAVES: usize = 100;
const STARTS: usize = 5;
/// Until a process has given back what it does not need, and an index has put its parts together.
const REST: Duration = Duration::from_secs(10);

/// Whatever is wanted, the smallest corpus first.
pub(super) fn all(bench: &mut Bench) -> Result<(), Box<dyn Error>> {
    help(bench)?;
    shelf(bench)?;
    poems(bench)?;
    million(bench)?;
    serving(bench)?;
    real(bench)
}

/// The five help sets.
fn help(bench: &mut Bench) -> Result<(), Box<dyn Error>> {
    if !bench.options.wants_any(&["cold", "size", "query"]) {
        return Ok(());
    }
    let corpus = help_corpus(bench)?;
    let rounds = if bench.options.is_quick || !bench.options.wants("cold") { 1 } else { COLD_ROUNDS };
    let mut seconds = Vec::new();
    let mut quarry = None;
    for round in 0..rounds {
        say(&format!("cold {}/{rounds}", round + 1));
        drop(quarry.take());
        let (started, took) = start(bench, &corpus, "help")?;
        quarry = Some(started);
        seconds.push(took);
    }
    let mut quarry = quarry.ok_or("no round")?;
    sleep(REST);
    let bytes = bytes_on_disk(&bench.place.run.join("index-help"))?;
    let indexed = index(bench, &corpus);
    let documents = count(corpus.documents);
    let row = Row {
        what: format!("index {documents} pages, cold, end to end"),
        at_most: 3.0,
        unit: "s",
        quarry: median(seconds),
        note: String::new(),
        peers: cells(&indexed, |indexed| with_unit(indexed.seconds, "s")),
    };
    bench.row("cold", row);
    let text_bytes = corpus.text_bytes as f64;
    let row = Row {
        what: format!("index on disk / extracted text ({} MB)", short_megabytes(text_bytes)),
        at_most: 1.0,
        unit: "",
        quarry: bytes as f64 / text_bytes,
        note: String::new(),
        peers: cells(&indexed, |indexed| with_unit(indexed.bytes as f64 / text_bytes, "")),
    };
    bench.row("size", row);
    query(bench, "query", &mut quarry, &corpus, 1.0)
}

/// Eight times the help sets.
fn shelf(bench: &mut Bench) -> Result<(), Box<dyn Error>> {
    if !bench.options.wants_any(&["memory", "strokes", "start", "save"]) {
        return Ok(());
    }
    let help = help_corpus(bench)?;
    let corpus = shelf_corpus(bench, &help)?;
    let documents = count(corpus.documents);
    say(&format!("index {documents} pages"));
    let folder = bench.fresh_index("shelf")?;
    let settings = Settings { folder: &corpus.folder, index: Some(&folder), core: None };
    let mut quarry = Quarry::start(&bench.place, &settings)?;
    let watch = Watch::begin(quarry.running.group());
    let begin = Instant::now();
    quarry.wait_until_ready(corpus.documents)?;
    let seconds = begin.elapsed().as_secs_f64();
    let most_kib = watch.end();
    sleep(REST);
    let rest_kib = machine::own_memory_kib(quarry.running.group())?;
    let indexed = index(bench, &corpus);
    let row = Row {
        what: format!("memory while {documents} pages are indexed"),
        at_most: 250.0,
        unit: "MB",
        quarry: megabytes(most_kib),
        note: format!("in {}", with_unit(seconds, "s")),
        peers: cells(&indexed, |indexed| {
            format!("{} (in {})", with_unit(megabytes(indexed.memory_kib), "MB"), with_unit(indexed.seconds, "s"))
        }),
    };
    bench.row("memory", row);
    key_strokes(bench, &corpus, &quarry)?;
    if bench.options.wants("save") {
        saves(bench, &help, &corpus, &mut quarry)?;
    }
    starts(bench, &corpus, quarry, rest_kib)?;
    Ok(fs::remove_dir_all(folder)?)
}

/// 100 key strokes a second.
fn key_strokes(bench: &mut Bench, corpus: &Corpus, quarry: &Quarry) -> Result<(), Box<dyn Error>> {
    if !bench.options.wants("strokes") {
        return Ok(());
    }
    let strokes = strokes(corpus, if bench.options.is_quick { 300 } else { STROKES });
    let asked = |target: &dyn Fn(&str) -> String| -> Vec<(String, &'static str)> {
        strokes.iter().map(|(words, language)| (target(words), *language)).collect()
    };
    say("key strokes");
    let times = stroke::strokes(quarry.port, &asked(&|words| Ask { words, limit: 10, ..Ask::default() }.target()))?;
    bench.tell_slow(strokes.iter().map(|(words, _)| words.clone()).zip(times.iter().copied()));
    let peers = bench.cells(|peer| {
        let Some(served) = peer.serve()? else { return Ok(None) };
        Ok(Some(with_unit(quantile(stroke::strokes(served.port, &asked(&served.target))?, 0.99), "ms")))
    });
    let row = Row {
        what: format!("over HTTP with 10 snippets, {} pages, 100 key strokes a second, p99", count(corpus.documents)),
        at_most: 10.0,
        unit: "ms",
        quarry: quantile(times.clone(), 0.99),
        note: format!("p50 {}", with_unit(quantile(times, 0.5), "ms")),
        peers,
    };
    bench.row("strokes", row);
    Ok(())
}

fn saves(bench: &mut Bench, help: &Corpus, corpus: &Corpus, quarry: &mut Quarry) -> Result<(), Box<dyn Error>> {
    say("saves");
    let times = save::saves(quarry, &corpus.folder, if bench.options.is_quick { 10 } else { SAVES })?;
    // Over fewer pages: it would need minutes to read all of them.
    let peers = bench
        .cells(|peer| Ok(peer.notice(help)?.map(|times| format!("{} (p50)", with_unit(median(times) * 1000.0, "ms")))));
    let row = Row {
        what: format!("from saving a file until it is found, {} pages, p95", count(corpus.documents)),
        at_most: 400.0,
        unit: "ms",
        quarry: quantile(times.clone(), 0.95),
        note: format!("p50 {}", with_unit(quantile(times, 0.5), "ms")),
        peers,
    };
    bench.row("save", row);
    Ok(())
}

/// Ends it and starts it again, over the same files. `rest_kib`: what it had before it was asked anything.
fn starts(bench: &mut Bench, corpus: &Corpus, quarry: Quarry, rest_kib: u64) -> Result<(), Box<dyn Error>> {
    say("starts");
    let query = queries(corpus, 1).into_iter().next().ok_or("there is nothing to ask")?;
    let words = query.typed();
    let ask = Ask { words: &words, limit: 10, ..Ask::default() };
    let mut quarry = quarry;
    let expected = quarry.find(ask)?.total;
    let folder = bench.place.run.join("index-shelf");
    let settings = Settings { folder: &corpus.folder, index: Some(&folder), core: None };
    let mut times = Vec::new();
    for _ in 0..if bench.options.is_quick { 1 } else { STARTS } {
        quarry.stop();
        let begin = Instant::now();
        quarry = Quarry::start(&bench.place, &settings)?;
        while quarry.find(ask)?.total != expected {
            if begin.elapsed() > REST {
                return Err(format!("started again, it does not find {expected} hits for {words:?} as before").into());
            }
            sleep(Duration::from_millis(1));
        }
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    quarry.wait_until_ready(corpus.documents)?;
    sleep(REST);
    let again_kib = machine::own_memory_kib(quarry.running.group())?;
    quarry.stop();
    // Groonga keeps what it has in pages of files, which the kernel may take back; the others end after each query.
    let peers = bench.cells(|peer| {
        let Some(served) = peer.serve()? else { return Ok(None) };
        Ok(Some(with_unit(megabytes(machine::own_memory_kib(served.running.group())?), "MB")))
    });
    let row = Row {
        what: format!("memory at rest beyond page cache, {} pages", count(corpus.documents)),
        at_most: 40.0,
        unit: "MB",
        quarry: megabytes(rest_kib.max(again_kib)),
        note: format!("started again {}", with_unit(megabytes(again_kib), "MB")),
        peers,
    };
    bench.row("memory", row);
    if !bench.options.wants("start") {
        return Ok(());
    }
    let peers = bench.cells(|peer| match peer.name() {
        // It has no index of this one.
        "recoll" => Ok(None),
        _ => Ok(Some(with_unit(peer.start(&query)? * 1000.0, "ms"))),
    });
    let row = Row {
        what: format!("start with {} unchanged pages until it answers", count(corpus.documents)),
        at_most: 150.0,
        unit: "ms",
        quarry: median(times),
        note: String::new(),
        peers,
    };
    bench.row("start", row);
    Ok(())
}

/// All poems.
fn poems(bench: &mut Bench) -> Result<(), Box<dyn Error>> {
    if !bench.options.wants("query-310k") {
        return Ok(());
    }
    let corpus = bench.corpora.poems(if bench.options.is_quick { 10_000 } else { usize::MAX })?;
    large(bench, "query-310k", &corpus, 5.0)
}

/// The same poems again and again.
fn million(bench: &mut Bench) -> Result<(), Box<dyn Error>> {
    if !bench.options.wants("query-1m") {
        return Ok(());
    }
    let quick = bench.options.is_quick;
    let poems = bench.corpora.poems(if quick { 10_000 } else { usize::MAX })?;
    let corpus = bench.corpora.multiple("million", &poems, if quick { 30_000 } else { 1_000_000 })?;
    large(bench, "query-1m", &corpus, 20.0)
}

fn large(bench: &mut Bench, name: &str, corpus: &Corpus, at_most: f64) -> Result<(), Box<dyn Error>> {
    say(&format!("index {} poems", count(corpus.documents)));
    let (mut quarry, _) = start(bench, corpus, name)?;
    sleep(REST);
    if !bench.peers.is_empty() {
        // None of them reads so many files in the time that is left.
        bench.cells(|peer| {
            if peer.name() != "recoll" {
                peer.index(corpus)?;
            }
            Ok(None)
        });
    }
    query(bench, name, &mut quarry, corpus, at_most)?;
    drop(quarry);
    Ok(fs::remove_dir_all(bench.place.run.join(format!("index-{name}")))?)
}

/// How long look-ups take inside.
fn query(
    bench: &mut Bench,
    name: &str,
    quarry: &mut Quarry,
    corpus: &Corpus,
    at_most: f64,
) -> Result<(), Box<dyn Error>> {
    if !bench.options.wants(name) {
        return Ok(());
    }
    say("queries");
    let queries = queries(corpus, if bench.options.is_quick { 30 } else { QUERIES_EACH });
    let mut times = Vec::new();
    let mut empty = 0;
    for query in &queries {
        let found = quarry.find(Ask { words: &query.typed(), limit: 10, ..Ask::default() })?;
        times.push(found.took_us as f64 / 1000.0);
        empty += usize::from(found.total == 0);
    }
    bench.tell_slow(queries.iter().map(Query::typed).zip(times.iter().copied()));
    let with_share = |text: String, empty: usize, of: usize| match empty * 100 / of.max(1) {
        0 => text,
        share => format!("{text}; finds nothing for {share} %"),
    };
    let is_large = name != "query";
    let peers = bench.cells(|peer| {
        if is_large && peer.name() == "recoll" {
            return Ok(None);
        }
        let asked = peer.ask(&queries)?;
        let empty = asked.iter().filter(|asked| !asked.has_hits).count();
        let p99 = quantile(asked.iter().map(|asked| asked.milliseconds).collect(), 0.99);
        Ok(Some(with_share(with_unit(p99, "ms"), empty, asked.len())))
    });
    let row = Row {
        what: format!("query inside, {} documents, p99 of {}", count(corpus.documents), count(queries.len())),
        at_most,
        unit: "ms",
        quarry: quantile(times.clone(), 0.99),
        note: with_share(format!("p50 {}", with_unit(quantile(times, 0.5), "ms")), empty, queries.len()),
        peers,
    };
    bench.row(name, row);
    Ok(())
}

/// Requests for a small material while all is indexed.
fn serving(bench: &mut Bench) -> Result<(), Box<dyn Error>> {
    if !bench.options.wants("serving") {
        return Ok(());
    }
    say("serving");
    let help = help_corpus(bench)?;
    let corpus = shelf_corpus(bench, &help)?;
    let (loss, without, meanwhile) = serving::loss(bench, &corpus)?;
    let row = Row {
        what: "requests a second lost while it indexes, small case".to_owned(),
        at_most: 5.0,
        unit: "%",
        quarry: loss,
        note: format!("{without:.0}/s without, {meanwhile:.0}/s meanwhile"),
        peers: [const { String::new() }; 3],
    };
    bench.row("serving", row);
    Ok(())
}

/// Materials as they are: how long they take, and whether any of them cannot be read.
fn real(bench: &mut Bench) -> Result<(), Box<dyn Error>> {
    for (name, package, extension) in [("rust-doc", "rust-doc", ""), ("pdf", "texlive-lang-chinese", "pdf")] {
        if !bench.options.wants(name) {
            continue;
        }
        let (folder, documents) = bench.corpora.package(package, extension)?;
        say(&format!("index {name}"));
        let index = bench.fresh_index(name)?;
        let begin = Instant::now();
        let mut quarry = Quarry::start(&bench.place, &Settings { folder: &folder, index: Some(&index), core: None })?;
        let watch = Watch::begin(quarry.running.group());
        quarry.wait_until_ready(documents)?;
        let seconds = begin.elapsed().as_secs_f64();
        let memory = with_unit(megabytes(watch.end()), "MB");
        let unreadable = quarry.unreadable()?;
        say("");
        println!(
            "\n{package}: {} files ready after {}, at most {memory}, {unreadable} could not be read",
            count(documents),
            with_unit(seconds, "s")
        );
    }
    Ok(())
}

/// Starts over an empty index and waits until all is found. Gives the seconds, too.
fn start(bench: &Bench, corpus: &Corpus, name: &str) -> Result<(Quarry, f64), Box<dyn Error>> {
    let index = bench.fresh_index(name)?;
    let begin = Instant::now();
    let mut quarry =
        Quarry::start(&bench.place, &Settings { folder: &corpus.folder, index: Some(&index), core: None })?;
    quarry.wait_until_ready(corpus.documents)?;
    Ok((quarry, begin.elapsed().as_secs_f64()))
}

fn help_corpus(bench: &Bench) -> Result<Corpus, Box<dyn Error>> {
    say("help pages");
    bench.corpora.help(&LANGUAGES, if bench.options.is_quick { 10 } else { 1 })
}

fn shelf_corpus(bench: &Bench, help: &Corpus) -> Result<Corpus, Box<dyn Error>> {
    bench.corpora.multiple("shelf", help, help.documents * 8)
}

/// What indexing costs the peers, in their order. Recoll takes part while the corpus is small: it would need minutes for each ten thousand.
fn index(bench: &mut Bench, corpus: &Corpus) -> [Option<Indexed>; 3] {
    let mut indexed = [None; 3];
    let documents = corpus.documents;
    bench.cells(|peer| {
        if peer.name() == "recoll" && documents > RECOLL_DOCUMENTS_MAX {
            return Ok(None);
        }
        let cost = peer.index(corpus)?;
        if let Some(at) = PEERS.iter().position(|name| *name == peer.name()) {
            indexed[at] = Some(cost);
        }
        Ok(None)
    });
    indexed
}

const RECOLL_DOCUMENTS_MAX: usize = 20_000;

fn cells(indexed: &[Option<Indexed>; 3], cell: impl Fn(&Indexed) -> String) -> [String; 3] {
    indexed.map(|indexed| indexed.as_ref().map(&cell).unwrap_or_default())
}

fn megabytes(kib: u64) -> f64 {
    kib as f64 * 1024.0 / 1e6
}

fn short_megabytes(bytes: f64) -> String {
    format!("{:.1}", bytes / 1e6)
}
