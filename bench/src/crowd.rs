//! Quarry and its peers with ten thousand other clients: some that drip, or all of them silent.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::case::CASES;
use crate::check::{Request, check, wait_until_ready};
use crate::install::Place;
use crate::machine;
use crate::measure::{Measurement, script};
use crate::options::Options;
use crate::report::{median, verdict};
use crate::server::{Running, Server, free_port, servers};

/// What the many do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crowd {
    /// Send, or read, a few bytes a second. What counts is what a normal client sees meanwhile.
    Drip,
    /// Nothing. What counts is the memory that each costs.
    Idle,
}

/// What a normal client sees without the crowd and with it, one after the other.
struct Round {
    alone: Measurement,
    /// With the crowd at a process that never reads: it shares a core with the normal client, and what that costs is
    /// not the server's doing.
    elsewhere: Measurement,
    beside: Measurement,
    /// Connections that the server held open meanwhile.
    held: usize,
}

impl Crowd {
    /// `true`: the goal is reached.
    pub(crate) fn measure(self, options: &Options, place: &Place) -> Result<bool, Box<dyn Error>> {
        // The floor has no notion of a request that is not complete.
        let servers = servers(options, place, &CASES[0])?.into_iter().filter(|server| server.name != "floor");
        let mut wanted: Vec<(Server, Request)> = Vec::new();
        for server in servers {
            match check(&server, &CASES[0], place) {
                Ok(request) => wanted.push((server, request)),
                Err(error) => println!("{:<18} left out: {error}", server.name),
            }
        }
        match self {
            Crowd::Drip => drip(&wanted, options, place),
            Crowd::Idle => idle(&wanted, place),
        }
    }
}

fn drip(servers: &[(Server, Request)], options: &Options, place: &Place) -> Result<bool, Box<dyn Error>> {
    let mut rounds: Vec<Result<Vec<Round>, Box<dyn Error>>> = servers.iter().map(|_| Ok(Vec::new())).collect();
    for number in 0..options.rounds {
        for ((server, request), rounds) in servers.iter().zip(&mut rounds) {
            eprint!("\r\x1b[Kdrip {}/{} {}", number + 1, options.rounds, server.name);
            let Ok(so_far) = rounds else { continue };
            match Round::take(server, request, place, options.seconds, number % 2 == 1) {
                Ok(round) => so_far.push(round),
                Err(error) => *rounds = Err(error),
            }
        }
    }
    eprint!("\r\x1b[K");
    println!("\ndrip — a normal client ({}), and {CLIENTS} that drip, elsewhere or beside it", CASES[0].what);
    println!(
        "{:<18} {:>11} {:>10} {:>10} {:>11} {:>11} {:>10} {:>10} {:>8} {:>8} {:>7}",
        "",
        "requests/s",
        "elsewhere",
        "beside",
        "÷ elsewhere",
        "half in µs",
        "elsewhere",
        "beside",
        "CPU µs",
        "beside",
        "held"
    );
    let mut is_reached = true;
    for ((server, _), rounds) in servers.iter().zip(rounds) {
        match rounds {
            Ok(rounds) => {
                let is_steady = print_drip(&server.name, &rounds);
                is_reached &= is_steady || server.name != "quarry";
            }
            Err(error) => {
                println!("{:<18} left out: {error}", server.name);
                is_reached &= server.name != "quarry";
            }
        }
    }
    let change = CHANGE_MAX * 100.0;
    println!("goal: requests/s and latency change by at most {change:.0} %: {}", verdict(is_reached));
    Ok(is_reached)
}

/// `true`: the normal client hardly notices.
fn print_drip(name: &str, rounds: &[Round]) -> bool {
    let of = |figure: &dyn Fn(&Round) -> f64| median(rounds.iter().map(figure).collect());
    let throughput = of(&|round| round.beside.requests_per_second / round.elsewhere.requests_per_second);
    let latency = of(&|round| round.beside.latency_us / round.elsewhere.latency_us);
    println!(
        "{name:<18} {:>11.0} {:>10.0} {:>10.0} {throughput:>11.2} {:>11.0} {:>10.0} {:>10.0} {:>8.2} {:>8.2} {:>7.0}",
        of(&|round| round.alone.requests_per_second),
        of(&|round| round.elsewhere.requests_per_second),
        of(&|round| round.beside.requests_per_second),
        of(&|round| round.alone.latency_us),
        of(&|round| round.elsewhere.latency_us),
        of(&|round| round.beside.latency_us),
        of(&|round| round.elsewhere.cpu_us),
        of(&|round| round.beside.cpu_us),
        of(&|round| round.held as f64),
    );
    throughput >= 1.0 - CHANGE_MAX && latency <= 1.0 + CHANGE_MAX
}

impl Round {
    fn take(
        server: &Server,
        request: &Request,
        place: &Place,
        seconds: u32,
        is_beside_first: bool,
    ) -> Result<Round, Box<dyn Error>> {
        let case = &CASES[0];
        let script = script(&server.name, request, case, place)?;
        let mut running = server.start(place)?;
        wait_until_ready(server, &mut running)?;
        let measure = |seconds| Measurement::of_running(server, &running, case, &script, seconds);
        let crowded = |port| -> Result<(Measurement, usize), Box<dyn Error>> {
            let before = machine::descriptors(running.group())?;
            let gathered = gather("drip", port, place)?;
            let measured = measure(seconds)?;
            let held = machine::descriptors(running.group())?.saturating_sub(before);
            drop(gathered);
            // The server closes what the crowd has left behind.
            std::thread::sleep(Duration::from_secs(1));
            Ok((measured, held))
        };
        let sink = Sink::new(place)?;
        measure(1)?;
        let alone = measure(seconds)?;
        let ((elsewhere, _), (beside, held)) = if is_beside_first {
            let beside = crowded(server.port)?;
            (crowded(sink.port)?, beside)
        } else {
            (crowded(sink.port)?, crowded(server.port)?)
        };
        Ok(Round { alone, elsewhere, beside, held })
    }
}

fn idle(servers: &[(Server, Request)], place: &Place) -> Result<bool, Box<dyn Error>> {
    println!("\nidle — memory of the process for each of {CLIENTS} connections that have asked once");
    println!("{:<18} {:>12} {:>12} {:>12} {:>7}", "", "before KiB", "with KiB", "bytes each", "held");
    let mut is_reached = true;
    for (server, _) in servers {
        match idle_memory(server, place) {
            Ok((before, with, held)) => {
                let bytes = (with.saturating_sub(before) * 1024) as f64 / CLIENTS as f64;
                println!("{:<18} {before:>12} {with:>12} {bytes:>12.0} {held:>7}", server.name);
                if server.name == "quarry" {
                    is_reached = bytes <= IDLE_BYTES_MAX;
                }
            }
            Err(error) => {
                println!("{:<18} left out: {error}", server.name);
                is_reached &= server.name != "quarry";
            }
        }
    }
    println!("goal: at most {IDLE_BYTES_MAX} bytes: {}", verdict(is_reached));
    Ok(is_reached)
}

/// Memory before and with the crowd in KiB, and connections held.
fn idle_memory(server: &Server, place: &Place) -> Result<(u64, u64, usize), Box<dyn Error>> {
    let mut running: Running = server.start(place)?;
    wait_until_ready(server, &mut running)?;
    std::thread::sleep(Duration::from_millis(500));
    let (memory, descriptors) = (machine::memory_kib(running.group())?, machine::descriptors(running.group())?);
    let _gathered = gather("idle", server.port, place)?;
    std::thread::sleep(Duration::from_secs(1));
    let held = machine::descriptors(running.group())?.saturating_sub(descriptors);
    Ok((memory, machine::memory_kib(running.group())?, held))
}

/// A crowd, once all are there; it goes when what is given is dropped. Errs when the server does not let them in.
fn gather(manner: &str, port: u16, place: &Place) -> Result<Client, Box<dyn Error>> {
    let log = place.run.join("crowd.log");
    let mut client = Client::new(&[manner, &port.to_string(), &CLIENTS.to_string()], &log, place)?;
    let start = Instant::now();
    let mut there = 0;
    while start.elapsed() < GATHERING_MAX {
        let text = fs::read_to_string(&log)?;
        let count = |line: &str| line.strip_prefix("there ")?.split(' ').next()?.parse().ok();
        there = text.lines().next_back().and_then(count).unwrap_or(0);
        // Some are always on their way back.
        if there >= CLIENTS - CLIENTS / 100 {
            return Ok(client);
        }
        if client.0.try_wait()?.is_some() {
            return Err("the crowd has ended".into());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err(format!("of {CLIENTS} clients only {there} have got in").into())
}

/// Where a crowd burdens nobody but itself.
struct Sink {
    port: u16,
    _client: Client,
}

impl Sink {
    fn new(place: &Place) -> Result<Sink, Box<dyn Error>> {
        let port = free_port()?;
        let client = Client::new(&["sink", &port.to_string()], &place.run.join("sink.log"), place)?;
        std::thread::sleep(Duration::from_millis(100));
        Ok(Sink { port, _client: client })
    }
}

/// Our program for crowds, on the core of the load; stopped when it is dropped.
struct Client(Child);

impl Client {
    fn new(arguments: &[&str], log: &Path, place: &Place) -> Result<Client, Box<dyn Error>> {
        let mut command = Command::new(place.programs.join("crowd"));
        command.args(arguments).stdin(Stdio::null()).stdout(fs::File::create(log)?).stderr(Stdio::inherit());
        Ok(Client(machine::spawn_on(1, &mut command)?))
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const CLIENTS: usize = 10_000;
const GATHERING_MAX: Duration = Duration::from_secs(25);
/// What a normal client may notice.
const CHANGE_MAX: f64 = 0.10;
const IDLE_BYTES_MAX: f64 = 256.0;
