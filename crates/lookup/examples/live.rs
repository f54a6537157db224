//! What keeping an index costs: `live [FILES]` makes a folder of so many files (100,000), indexes it, starts again, changes
//! files, and says how long each takes, and how much memory.

use lookup::answer::{Open, Request};
use lookup::live::{Lookup, Settings};
use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files = std::env::args().nth(1).map_or(Ok(100_000), |number| number.parse())?;
    let folder = tempfile::tempdir()?;
    let root = folder.path().join("root");
    for number in 0..files {
        write(&root, number, "granite")?;
    }
    let settings = Settings { places: vec![folder.path().join("place")], ..Settings::new(&root) };
    println!("{files} files; memory before {} MB", memory());

    let begun = Instant::now();
    let lookup = Lookup::start(settings.clone())?;
    until(|| find(&lookup, "granite") > 0);
    println!("first hit {:?}", begun.elapsed());
    let mut most = 0;
    until(|| {
        most = most.max(memory());
        settled(&lookup)
    });
    let state = lookup.state();
    println!("all read {:?}; at most {most} MB; index {} MB", begun.elapsed(), state.index_bytes >> 20);
    println!("stopped {:?}", timed(|| lookup.stop()));

    let begun = Instant::now();
    let lookup = Lookup::start(settings)?;
    let returned = begun.elapsed();
    until(|| find(&lookup, "granite99") > 0);
    println!("again: started {returned:?}, answers {:?}", begun.elapsed());
    until(|| lookup.state().documents == files);
    println!("all known {:?}", begun.elapsed());
    until(|| settled(&lookup));
    println!("compared with the folder {:?}", begun.elapsed());

    let mut times: Vec<Duration> = Vec::new();
    for number in 0..100 {
        sleep(Duration::from_millis(50));
        let word = format!("basalt{number}");
        write(&root, number * (files / 100), &word)?;
        times.push(timed(|| until(|| find(&lookup, &word) == 1)));
    }
    times.sort();
    println!("from save to hit: median {:?}, 19 of 20 within {:?}, all within {:?}", times[50], times[94], times[99]);

    let many = files.min(10_000);
    let begun = Instant::now();
    for number in 0..many {
        write(&root, number, "gneiss")?;
    }
    let written = begun.elapsed();
    until(|| find(&lookup, "gneiss") >= many);
    println!("{many} changes written in {written:?}, all found {:?} later", begun.elapsed() - written);

    until(|| settled(&lookup));
    sleep(Duration::from_secs(8));
    println!("at rest {} MB", memory());
    Ok(())
}

fn write(root: &Path, number: usize, word: &str) -> std::io::Result<()> {
    let folder = root.join(format!("{}/{}", number % 10, number % 100));
    fs::create_dir_all(&folder)?;
    let filler = ["marble ", "slate ", "topaz ", "agate ", "flint "][number % 5].repeat(number % 60);
    fs::write(folder.join(format!("{number}.txt")), format!("{word} {word}{number} {filler}"))
}

fn find(lookup: &Lookup, words: &str) -> usize {
    let request = Request { words, offset: 0, limit: 1, language: None };
    lookup.find(&request, &Open).map_or(0, |answer| answer.total)
}

fn settled(lookup: &Lookup) -> bool {
    let state = lookup.state();
    !state.is_building && state.waiting == 0
}

fn until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        sleep(Duration::from_millis(1));
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

/// Memory that is no file's, in MB.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0) / 1024
}
