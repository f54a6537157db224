//! Measures the names: `cargo run --release -p lookup --example names -- PATHS`, a file with a path on each line.
//!
//! It says what they cost in memory and at start, how long questions take, and what changes cost while others find. Times are those of
//! the processor, so that whatever else the machine does counts little.

use std::time::Duration;

use lookup::answer::Open;
use lookup::name::{Names, Question};

/// Time that this thread has had the processor.
struct Clock(Duration);

impl Clock {
    fn now() -> Clock {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Clock(Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
    }

    fn elapsed(&self) -> Duration {
        Clock::now().0 - self.0
    }
}

/// As many as a page shows.
const LIMIT: usize = 20;
const ROUNDS: usize = 20;

fn main() {
    let Some(file) = std::env::args().nth(1) else {
        eprintln!("names: no file with paths given");
        std::process::exit(2);
    };
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("names: cannot read \"{file}\": {error}");
            std::process::exit(2);
        }
    };
    let paths: Vec<&str> = text.lines().collect();
    start(&paths);
    let names = Names::new();
    let begin = Clock::now();
    paths.iter().for_each(|path| names.insert(path.as_bytes(), path));
    let bytes: usize = paths.iter().map(|path| path.len()).sum();
    println!(
        "{} names, {:.1} bytes a path: {:.1} MB in memory, taken in within {:.0} ms",
        names.len(),
        bytes as f64 / paths.len().max(1) as f64,
        names.size() as f64 / 1e6,
        milliseconds(begin.elapsed()),
    );
    ask(&names);
    typing(&names);
    change(&names, &paths);
}

/// What the names of an index cost when the program starts.
fn start(paths: &[&str]) {
    let some: Vec<&str> = paths.iter().step_by((paths.len() / 100_000).max(1)).take(100_000).copied().collect();
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let names = Names::new();
        let begin = Clock::now();
        some.iter().for_each(|path| names.insert(path.as_bytes(), path));
        best = best.min(begin.elapsed());
    }
    println!("{} names taken in within {:.1} ms (best of 5)", some.len(), milliseconds(best));
}

/// Questions of all kinds.
fn ask(names: &Names) {
    let kinds: [(&str, &[&str]); 9] = [
        ("a letter", &["a", "e", "s", "z", "0", "-", ".", "的", "山"]),
        ("two letters", &["re", "li", "py", "zl", "co", "春", "江南"]),
        ("a word", &["report", "python", "config", "libreoffice", "readme", "kernel", "春風", "送别", "李白"]),
        ("a rare word", &["quaternion", "xylophone", "hypocotyl", "滕王阁", "琵琶行"]),
        ("several words", &["python config", "share doc copyright", "李白 月", "linux net driver", "lib so 1"]),
        ("an extension", &["readme.md", "report.pdf", "config.json", "icon.png"]),
        ("pinyin in full", &["chunfeng", "songbie", "yueye", "jiangnan", "pipaxing", "dengguanquelou"]),
        ("pinyin by initials", &["cf", "sb", "jn", "ppx", "dgql", "cjhyy"]),
        ("nothing", &["qqqqxxxx", "zzzyyy", "vwxvwx", "不存在的东西"]),
    ];
    let mut all = Vec::new();
    for (kind, questions) in kinds {
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            for words in questions {
                let question = Question::new(words);
                let begin = Clock::now();
                std::hint::black_box(names.find(&question, LIMIT, &Open));
                times.push((begin.elapsed(), *words));
            }
        }
        let worst = times.iter().max().map_or("", |time| time.1);
        let mut times: Vec<Duration> = times.into_iter().map(|time| time.0).collect();
        all.extend_from_slice(&times);
        tell(kind, &mut times, &format!("slowest: {worst}"));
    }
    tell("all of them", &mut all, "");
}

/// A word, letter by letter.
fn typing(names: &Names) {
    for word in ["configuration", "chunjianghuayueye", "cjhyy", "libreoffice"] {
        let best = |end: usize| {
            let question = Question::new(&word[..end]);
            let once = |_| {
                let begin = Clock::now();
                std::hint::black_box(names.find(&question, LIMIT, &Open));
                begin.elapsed()
            };
            milliseconds((0..7).map(once).min().unwrap_or_default())
        };
        let times: Vec<String> = (1..=word.len()).map(|end| format!("{:.1}", best(end))).collect();
        println!("typing {word}: {} ms", times.join(" "));
    }
}

/// Changes, alone and while somebody finds without a pause.
fn change(names: &Names, paths: &[&str]) {
    let some: Vec<&str> = paths.iter().step_by((paths.len() / 20_000).max(1)).copied().collect();
    let change = || {
        let mut times = Vec::new();
        for path in &some {
            let begin = Clock::now();
            names.remove(path.as_bytes());
            names.insert(path.as_bytes(), path);
            times.push(begin.elapsed());
        }
        times
    };
    tell("out and in again, alone", &mut change(), "");
    let is_done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(std::sync::atomic::Ordering::Relaxed) {
                std::hint::black_box(names.find(&Question::new("e"), LIMIT, &Open));
            }
        });
        tell("the same during finds", &mut change(), "");
        is_done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

fn tell(kind: &str, times: &mut [Duration], remark: &str) {
    times.sort_unstable();
    let at = |part: f64| milliseconds(times[((times.len() - 1) as f64 * part) as usize]);
    println!("{kind:<24} p50 {:7.3}  p99 {:7.3}  max {:7.3} ms  {remark}", at(0.5), at(0.99), at(1.0));
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
