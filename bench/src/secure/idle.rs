//! Memory of the server for each connection that has asked once and says nothing more.

use std::error::Error;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Group, start};
use crate::install::Place;
use crate::machine;
use crate::report::verdict;
use crate::server::Server;

/// `true`: the goal is reached.
pub(crate) fn measure(group: Group, servers: &[Server], place: &Place) -> Result<bool, Box<dyn Error>> {
    let (name, version, bytes_max) = match group {
        Group::Tls => ("tls-idle", "http1", 8.0 * 1024.0),
        Group::Http2 => ("h2-idle", "http2", 12.0 * 1024.0),
    };
    println!(
        "\n{name} — own memory of the process for each of {CLIENTS} connections by TLS ({version}) that have asked once"
    );
    println!("{:<18} {:>12} {:>12} {:>12}", "", "before KiB", "with KiB", "bytes each");
    let mut is_reached = true;
    for server in servers {
        match of_server(server, version, place) {
            Ok((before, with)) => {
                let bytes = (with.saturating_sub(before) * 1024) as f64 / CLIENTS as f64;
                println!("{:<18} {before:>12} {with:>12} {bytes:>12.0}", server.name);
                is_reached &= bytes <= bytes_max || server.name != "quarry";
            }
            Err(error) => {
                println!("{:<18} left out: {error}", server.name);
                is_reached &= server.name != "quarry";
            }
        }
    }
    println!("goal: at most {bytes_max} bytes: {}", verdict(is_reached));
    Ok(is_reached)
}

/// In KiB, before they come and while they are there.
fn of_server(server: &Server, version: &str, place: &Place) -> Result<(u64, u64), Box<dyn Error>> {
    let running = start(server, place)?;
    // What a first handful leaves behind belongs to nobody.
    drop(Clients::gather(version, server.port, 32, place)?);
    std::thread::sleep(Duration::from_millis(500));
    let before = machine::own_memory_kib(running.group())?;
    let _clients = Clients::gather(version, server.port, CLIENTS, place)?;
    std::thread::sleep(Duration::from_secs(1));
    Ok((before, machine::own_memory_kib(running.group())?))
}

/// Clients that are there until this is dropped.
struct Clients(Child);

impl Clients {
    fn gather(version: &str, port: u16, count: usize, place: &Place) -> Result<Clients, Box<dyn Error>> {
        let log = place.run.join("idle.log");
        let mut command = Command::new(place.programs.join("handshake"));
        command.args(["idle", version, &port.to_string(), &count.to_string()]).stdin(Stdio::null());
        command.stdout(fs::File::create(&log)?).stderr(Stdio::inherit());
        let mut clients = Clients(machine::spawn_on(1, &mut command)?);
        let begin = Instant::now();
        while begin.elapsed() < GATHERING_MAX {
            if fs::read_to_string(&log)?.starts_with("there ") {
                return Ok(clients);
            }
            if clients.0.try_wait()?.is_some() {
                return Err("the clients were not let in".into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err("the clients have not all got in".into())
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const CLIENTS: usize = 2000;
const GATHERING_MAX: Duration = Duration::from_secs(60);
