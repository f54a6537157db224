//! The same by TLS, and HTTP/2 over it: CPU of the server per request, per handshake, per GB; memory of who is idle.

mod idle;
mod load;
mod table;

use std::error::Error;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::install::{Place, run};
use crate::machine;
use crate::options::Options;
use crate::server::{Running, Server, secure_servers};
use load::Outcome;
use table::Table;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Tls,
    Http2,
}

/// One kind of load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) group: Group,
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) load: Load,
    /// What a unit of the figures is: so many requests.
    pub(crate) unit: f64,
    /// CPU per unit is to be at most so many times that of the peer.
    pub(crate) goals: &'static [(f64, &'static str)],
}

/// Who asks, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    /// wrk, for a target on so many connections.
    Http1 { target: &'static str, connections: u32 },
    /// Our own client: a connection for each request.
    Handshake(&'static str),
    /// h2load, with so many streams on each of so many connections.
    Http2 { connections: u32, streams: u32 },
}

pub(crate) const CASES: [Case; 5] = [
    Case {
        group: Group::Tls,
        name: "tls-small",
        what: "1 KiB by TLS, keep-alive, 64 connections; CPU µs a request",
        load: Load::Http1 { target: "/small.txt", connections: 64 },
        unit: 1.0,
        goals: &[(0.75, "nginx")],
    },
    Case {
        group: Group::Tls,
        name: "tls-large",
        what: "64 MiB by TLS, 4 connections; CPU µs a GB",
        load: Load::Http1 { target: "/large.bin", connections: 4 },
        unit: 1e9 / (64.0 * 1024.0 * 1024.0),
        goals: &[(0.85, "nginx")],
    },
    Case {
        group: Group::Tls,
        name: "tls-full",
        what: "a full handshake (TLS 1.3, X25519, ECDSA P-256) and 1 KiB; CPU µs each",
        load: Load::Handshake("full"),
        unit: 1.0,
        goals: &[(0.75, "nginx")],
    },
    Case {
        group: Group::Tls,
        name: "tls-resumed",
        what: "a resumed handshake (TLS 1.3, X25519) and 1 KiB; CPU µs each",
        load: Load::Handshake("resumed"),
        unit: 1.0,
        goals: &[(0.60, "nginx")],
    },
    Case {
        group: Group::Http2,
        name: "h2-small",
        what: "1 KiB by HTTP/2 over TLS, 4 connections of 100 streams; CPU µs a request",
        load: Load::Http2 { connections: 4, streams: 100 },
        unit: 1.0,
        goals: &[(0.95, "h2o"), (0.20, "nginx")],
    },
];

/// What one run gave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measurement {
    pub(crate) units_per_second: f64,
    pub(crate) cpu_us: f64,
    pub(crate) busy: f64,
    pub(crate) memory_kib: f64,
}

/// `true`: all goals are reached.
pub(crate) fn measure(groups: &[Group], options: &Options, place: &Place) -> Result<bool, Box<dyn Error>> {
    certify(place)?;
    let mut is_reached = true;
    for case in CASES.iter().filter(|case| groups.contains(&case.group)) {
        let mut table = Table::new(case);
        for server in secure_servers(options, place)? {
            match check(&server, place) {
                Ok(()) => table.take_in(server),
                Err(error) => table.leave_out(&server.name, error.as_ref()),
            }
        }
        for round in 0..options.rounds {
            for server in table.contestants(round % 2 == 1) {
                eprint!("\r\x1b[K{} {}/{} {}", case.name, round + 1, options.rounds, server.name);
                match Measurement::take(&server, case, place, options.seconds) {
                    Ok(measurement) => table.add(&server.name, measurement),
                    Err(error) => table.leave_out(&server.name, error.as_ref()),
                }
            }
        }
        eprint!("\r\x1b[K");
        print!("{table}");
        is_reached &= table.is_goal_reached();
    }
    for group in groups {
        is_reached &= idle::measure(*group, &secure_servers(options, place)?, place)?;
    }
    if groups.contains(&Group::Http2) {
        is_reached &= million(options, place)?;
    }
    Ok(is_reached)
}

impl Measurement {
    fn take(server: &Server, case: &Case, place: &Place, seconds: u32) -> Result<Measurement, Box<dyn Error>> {
        let running = start(server, place)?;
        load::run(case.load, server.port, place, 1)?;
        let before = machine::cpu_nanoseconds(running.group())?;
        let Outcome { requests, seconds } = load::run(case.load, server.port, place, seconds)?;
        let cpu = (machine::cpu_nanoseconds(running.group())? - before) as f64;
        Ok(Measurement {
            units_per_second: requests / case.unit / seconds,
            cpu_us: cpu / 1000.0 / requests * case.unit,
            busy: cpu / 1e9 / seconds,
            memory_kib: machine::memory_kib(running.group())? as f64,
        })
    }
}

/// A million requests without one that fails.
fn million(options: &Options, place: &Place) -> Result<bool, Box<dyn Error>> {
    println!("\nmillion — {MILLION} requests for 1 KiB by h2load, 10 connections of 100 streams");
    let servers = secure_servers(options, place)?;
    let Some(server) = servers.iter().find(|server| server.name == "quarry") else { return Ok(true) };
    let running = start(server, place)?;
    let ended = load::million(server.port, MILLION);
    let memory = machine::memory_kib(running.group())?;
    let is_reached = match &ended {
        Ok(outcome) => {
            println!("quarry             {:.0} s, {memory} KiB afterwards", outcome.seconds);
            true
        }
        Err(error) => {
            println!("quarry             {error}");
            false
        }
    };
    println!("goal: no error: {}", crate::report::verdict(is_reached));
    Ok(is_reached)
}

/// A server that answers by TLS.
fn start(server: &Server, place: &Place) -> Result<Running, Box<dyn Error>> {
    let mut running = server.start(place)?;
    let begin = Instant::now();
    while get(server.port, "--http1.1").is_err() {
        if running.has_ended() {
            return Err("ended at its start (bench/run in the target folder has what it said)".into());
        }
        if begin.elapsed() > Duration::from_secs(10) {
            return Err("does not answer within 10 s".into());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(running)
}

/// Errs with what is wrong: a wrong answer is quick to give.
fn check(server: &Server, place: &Place) -> Result<(), Box<dyn Error>> {
    let _running = start(server, place)?;
    let expected = fs::read(place.site.join("small.txt"))?;
    for version in ["--http1.1", "--http2"] {
        if get(server.port, version)? != expected {
            return Err(format!("wrong content ({version})").into());
        }
    }
    Ok(())
}

fn get(port: u16, version: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let url = format!("https://127.0.0.1:{port}/small.txt");
    let output =
        Command::new("curl").args(["--silent", "--fail", "--insecure", "--max-time", "10", version, &url]).output()?;
    if output.status.success() { Ok(output.stdout) } else { Err("does not answer".into()) }
}

/// Makes a certificate for all of them: ECDSA on P-256, which signs itself.
fn certify(place: &Place) -> Result<(), Box<dyn Error>> {
    let kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"];
    let names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    let mut command = Command::new("openssl");
    command.args(kind).args(names).arg("-keyout").arg(place.run.join("key.pem"));
    run(command.arg("-out").arg(place.run.join("chain.pem")))
}

const MILLION: u32 = 1_000_000;
