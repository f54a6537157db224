//! How fast a folder of texts is indexed, how much room that takes, how long look-ups take, and whether they find what they should.
//!
//! ```text
//! cargo run --release -p lookup --example measure -- TEXTS [--index DIR] [--lines] [--queries N] [--memory MIB] [--commit-every N]
//! ```
//!
//! `TEXTS` holds files of plain text: the first line is the title, lines that begin with `# ` are headings, the rest is the body; the first
//! folder below `TEXTS` is the language. With `--lines`, each line of 20 bytes and more is a material of its own. All queries come from the
//! texts themselves, and always the same ones; what they must find is known from the texts, not from the index.

use lookup::answer::{Open, Request};
use lookup::extract::Extract;
use lookup::index::Index;
use lookup::material::Material;
use lookup::name::Names;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

struct Text {
    material: Material,
    shown: String,
    extract: Extract,
}

struct Options {
    texts: PathBuf,
    index: Option<PathBuf>,
    is_by_line: bool,
    queries: usize,
    memory: usize,
    commit_every: usize,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = options()?;
    let texts = read(&options)?;
    let bytes: usize = texts.iter().map(|text| text.extract.body.len() + text.extract.headings.len()).sum();
    println!("{} materials, {:.1} MB of text", texts.len(), bytes as f64 / 1e6);
    let index = match &options.index {
        Some(folder) => Index::open(folder)?,
        None => Index::in_memory(),
    };
    if index.len() != texts.len() {
        build(&index, &texts, bytes, &options)?;
    }
    let begin = Instant::now();
    let mut known = 0;
    index.known(|_| known += 1)?;
    println!("known: {known} in {:.1} ms", milliseconds(begin.elapsed()));
    measure(&index, &texts, options.queries);
    judge(&index, &texts, options.queries);
    println!("resident: {} MB", resident_bytes() / 1_000_000);
    Ok(())
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        texts: PathBuf::new(),
        index: None,
        is_by_line: false,
        queries: 300,
        memory: 128,
        commit_every: usize::MAX,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        let number = |text: String| text.parse::<usize>().map_err(|error| format!("\"{text}\": {error}"));
        match argument.as_str() {
            "--index" => options.index = Some(value()?.into()),
            "--lines" => options.is_by_line = true,
            "--queries" => options.queries = number(value()?)?,
            "--memory" => options.memory = number(value()?)?,
            "--commit-every" => options.commit_every = number(value()?)?,
            _ => options.texts = argument.into(),
        }
    }
    if options.texts.as_os_str().is_empty() { Err("no folder of texts is named".into()) } else { Ok(options) }
}

fn build(index: &Index, texts: &[Text], bytes: usize, options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let (begin, used) = (Instant::now(), processor_time());
    let mut writer = index.writer(options.memory << 20)?;
    for (at, text) in texts.iter().enumerate() {
        writer.put(&text.material, &text.shown, &text.extract)?;
        if (at + 1) % options.commit_every == 0 {
            writer.commit()?;
        }
    }
    writer.commit()?;
    let (wall, used) = (begin.elapsed(), processor_time() - used);
    writer.finish()?;
    println!(
        "indexed in {:.2} s, {:.2} s of processor: {:.1} MB/s a core, {:.0} materials/s; with merges {:.2} s",
        wall.as_secs_f64(),
        used.as_secs_f64(),
        bytes as f64 / 1e6 / used.as_secs_f64(),
        texts.len() as f64 / used.as_secs_f64(),
        begin.elapsed().as_secs_f64(),
    );
    if index.bytes() > 0 {
        println!(
            "on disk: {:.1} MB, {:.2} of the text",
            index.bytes() as f64 / 1e6,
            index.bytes() as f64 / bytes as f64
        );
    }
    Ok(())
}

/// Makes a query from a text; none: the text has nothing of the kind.
type Make = fn(&Text, &mut Random) -> Option<String>;

/// All kinds of queries, with their times.
fn measure(index: &Index, texts: &[Text], count: usize) {
    let finder = index.finder();
    let mut random = Random(7);
    println!("{:<28} {:>8} {:>8} {:>8} {:>8} {:>9}", "query", "p50", "p95", "p99", "max (µs)", "hits");
    let kinds: [(&str, Make); 12] = [
        ("one letter of a run", |text, random| run(text, random, 1)),
        ("two", |text, random| run(text, random, 2)),
        ("three", |text, random| run(text, random, 3)),
        ("four", |text, random| run(text, random, 4)),
        ("two parts of runs", |text, random| Some(format!("{} {}", run(text, random, 2)?, run(text, random, 2)?))),
        ("a word", |text, random| Some(words(text, random, 1)? + " ")),
        ("two words", |text, random| words(text, random, 2)),
        ("three words, apart", |text, random| {
            Some(format!("{} {} {}", words(text, random, 1)?, words(text, random, 1)?, words(text, random, 1)?))
        }),
        ("a beginning of 3 letters", |text, random| Some(words(text, random, 1)?.chars().take(3).collect())),
        ("a beginning of 1 letter", |text, random| Some(words(text, random, 1)?.chars().take(1).collect())),
        ("a phrase", |text, random| Some(format!("\"{}\"", words(text, random, 3)?))),
        ("a misspelled word", |text, random| {
            let mut word: Vec<char> = words(text, random, 1).filter(|word| word.len() >= 6)?.chars().collect();
            let at = 1 + random.below(word.len() - 2);
            word.swap(at, at + 1);
            Some(word.into_iter().collect::<String>() + "q")
        }),
    ];
    let mut all = Vec::new();
    for (name, make) in kinds {
        let mut times = Vec::new();
        let mut hits = 0;
        let mut tries = 0;
        while times.len() < count && tries < count * 20 {
            tries += 1;
            let Some(words) = make(&texts[random.below(texts.len())], &mut random) else { continue };
            let begin = Instant::now();
            let answer =
                finder.find(&Request { words: &words, offset: 0, limit: 10, language: None }, &Names::new(), &Open);
            times.push(begin.elapsed());
            hits += answer.total;
        }
        if !times.is_empty() {
            report(name, &mut times, hits);
            all.extend(times);
        }
    }
    if !all.is_empty() {
        report("all", &mut all, 0);
    }
}

fn report(name: &str, times: &mut [Duration], hits: usize) {
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part).round() as usize].as_nanos() as f64 / 1e3;
    let mean = hits / times.len();
    println!("{name:<28} {:>8.0} {:>8.0} {:>8.0} {:>8.0} {mean:>9}", at(0.5), at(0.95), at(0.99), at(1.0));
}

/// Whether what is looked for is found: any part of a run; a page by its title; a page by words of its body.
fn judge(index: &Index, texts: &[Text], count: usize) {
    let finder = index.finder();
    let mut random = Random(11);
    for letters in 1..=6 {
        let (mut found, mut asked) = (0, 0);
        for _ in 0..count {
            let at = random.below(texts.len());
            let Some(part) = run(&texts[at], &mut random, letters) else { continue };
            asked += 1;
            let scope = format!("{part} in:\"/{}\"", texts[at].shown.rsplit_once('/').map_or("", |(folder, _)| folder));
            let answer =
                finder.find(&Request { words: &scope, offset: 0, limit: 10_000, language: None }, &Names::new(), &Open);
            found += usize::from(answer.hits.iter().any(|hit| hit.path == texts[at].material.path));
        }
        if asked > 0 {
            println!("recall of {letters} letters: {:.4} of {asked}", found as f64 / asked as f64);
        }
    }
    let mut languages: Vec<&str> = texts.iter().filter_map(|text| text.extract.language.as_deref()).collect();
    languages.sort_unstable();
    languages.dedup();
    for language in languages.into_iter().take(8) {
        let of: Vec<&Text> = texts.iter().filter(|text| text.extract.language.as_deref() == Some(language)).collect();
        let mut titles: Vec<_> = of.iter().filter_map(|text| text.extract.title.as_deref()).collect();
        titles.sort_unstable();
        let is_unique = |title: &str| {
            let first = titles.partition_point(|other| *other < title);
            titles.get(first + 1) != Some(&title)
        };
        let mut tally = [0usize; 6];
        for _ in 0..count {
            let text = of[random.below(of.len())];
            if let Some(title) = text.extract.title.as_deref().filter(|title| is_unique(title)) {
                let rank = rank(&finder, title, language, text);
                tally[0] += 1;
                tally[1] += usize::from(rank == Some(0));
                tally[2] += usize::from(rank.is_some_and(|rank| rank < 5));
            }
            if let Some(words) = words_of_body(text, &mut random) {
                let rank = rank(&finder, &words, language, text);
                tally[3] += 1;
                tally[4] += usize::from(rank == Some(0));
                tally[5] += usize::from(rank.is_some_and(|rank| rank < 5));
            }
        }
        let part = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f64 / of as f64 };
        println!(
            "{language}: by title S@1 {:.3} S@5 {:.3} ({}); by words of the body S@1 {:.3} S@5 {:.3} ({})",
            part(tally[1], tally[0]),
            part(tally[2], tally[0]),
            tally[0],
            part(tally[4], tally[3]),
            part(tally[5], tally[3]),
            tally[3],
        );
    }
}

fn rank(finder: &lookup::find::Finder, words: &str, language: &str, text: &Text) -> Option<usize> {
    let answer = finder.find(&Request { words, offset: 0, limit: 10, language: Some(language) }, &Names::new(), &Open);
    let rank = answer.hits.iter().position(|hit| hit.path == text.material.path);
    if std::env::var_os("MISSES").is_some() && rank.is_none_or(|rank| rank >= 5) {
        println!("  {words:?} {:?}, {} hits, {:?}: {}", rank, answer.total, answer.step, text.shown);
    }
    rank
}

/// What somebody remembers of a page: three parts of it, each a word or a few letters of a run.
fn words_of_body(text: &Text, random: &mut Random) -> Option<String> {
    let mut parts = Vec::new();
    for _ in 0..3 {
        parts.push(run(text, random, 4).or_else(|| words(text, random, 2))?);
    }
    Some(parts.join(" "))
}

/// So many letters one after another, from a script without spaces.
fn run(text: &Text, random: &mut Random, count: usize) -> Option<String> {
    let is_run = |c: char| matches!(c, '\u{3041}'..='\u{309F}' | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}');
    let body = &text.extract.body;
    for _ in 0..20 {
        let from = body.floor_char_boundary(random.below(body.len().max(1)));
        let part: String = body[from..].chars().take(count).collect();
        if part.chars().count() == count && part.chars().all(is_run) {
            return Some(part);
        }
    }
    None
}

/// So many words of Latin letters one after another.
fn words(text: &Text, random: &mut Random, count: usize) -> Option<String> {
    let body = &text.extract.body;
    for _ in 0..20 {
        let from = body.floor_char_boundary(random.below(body.len().max(1)));
        let words: Vec<&str> = body[from..].split(' ').skip(1).take(count).collect();
        if words.len() == count
            && words.iter().all(|word| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic()))
        {
            return Some(words.join(" "));
        }
    }
    None
}

fn read(options: &Options) -> Result<Vec<Text>, std::io::Error> {
    let mut texts = Vec::new();
    let mut folders = vec![options.texts.clone()];
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<_> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for entry in entries {
            if entry.is_dir() {
                folders.push(entry);
            } else if let Ok(content) = std::fs::read_to_string(&entry) {
                split(&entry, &content, options, &mut texts);
            }
        }
    }
    Ok(texts)
}

fn split(file: &Path, content: &str, options: &Options, texts: &mut Vec<Text>) {
    let shown = file.strip_prefix(&options.texts).unwrap_or(file).to_string_lossy().into_owned();
    let language = shown.split_once('/').map(|(language, _)| language.to_owned());
    let mut add = |shown: String, title: &str, headings: String, body: String| {
        let at = texts.len() as i64;
        let modified = 1_500_000_000_000_000_000 + at * 100_000_000_000;
        let material = Material {
            path: shown.clone().into_bytes(),
            size: body.len() as u64,
            modified,
            changed: modified,
            inode: at as u64,
        };
        let title = (!title.is_empty()).then(|| title.to_owned());
        let extract = Extract { title, headings, body, language: language.clone(), fault: None };
        texts.push(Text { material, shown, extract });
    };
    if options.is_by_line {
        for (at, line) in content.lines().enumerate().filter(|(_, line)| line.len() >= 20) {
            add(format!("{shown}/{at}"), "", String::new(), line.to_owned());
        }
        return;
    }
    let (title, rest) = content.split_once('\n').unwrap_or((content, ""));
    let (headings, body): (Vec<_>, Vec<_>) = rest.lines().partition(|line| line.starts_with("# "));
    let headings: Vec<_> = headings.into_iter().map(|line| &line[2..]).collect();
    add(shown, title, headings.join("\n"), body.join("\n"));
}

/// The same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Of all threads, as the kernel counts it.
fn processor_time() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let alive: u64 = tasks
        .filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok())
        .filter_map(|line| line.split(' ').next()?.parse::<u64>().ok())
        .sum();
    // Threads that have ended are in the sum of the process only, which is coarser.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: u64 = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split(' ')
        .skip(12)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_nanos(alive.max(ticks * 10_000_000))
}

fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    // Without pages of files.
    let pages = |at: usize| statm.split(' ').nth(at).and_then(|field| field.parse::<usize>().ok()).unwrap_or(0);
    (pages(1) - pages(2).min(pages(1))) * 4096
}
