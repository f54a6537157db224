//! How much one client may ask: with real sockets, several workers, and new settings in the middle.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use rustix::process::Signal;

use super::running::{Running, until};
use super::{quarry, run, write};

/// Larger than what two kernels keep for one connection.
const FILM_BYTES: u64 = 64 << 20;

struct Cinema {
    folder: tempfile::TempDir,
    running: Running,
}

impl Cinema {
    fn open(site: &str, routes: &str) -> Cinema {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), "public/small.txt", "small");
        let film = File::create(folder.path().join("public/film.mp4")).expect("created");
        film.set_len(FILM_BYTES).expect("all of zeros");
        let cinema = |folder: &tempfile::TempDir| folder.path().join("quarry.toml");
        let path = cinema(&folder);
        fs::write(&path, config(site, routes)).expect("written");
        let mut command = quarry(["--config".as_ref(), path.as_os_str()]);
        let running = Running::spawn(command.args(["--listen", "127.0.0.1:0", "--workers", "4"]));
        Cinema { folder, running }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("quarry.toml")
    }

    /// Asks, and reads no more than the head of the answer.
    fn ask(&self, target: &str) -> (TcpStream, String) {
        let mut stream = self.running.connect();
        write!(stream, "GET {target} HTTP/1.1\r\nHost: a\r\n\r\n").expect("sent");
        let head = head(&mut stream);
        (stream, head)
    }

    /// Twelve ask for the film at a time, and stay: of how many it is played.
    fn audience(&self) -> (Vec<TcpStream>, usize) {
        let came: Vec<(TcpStream, String)> = (0..12).map(|_| self.ask("/film.mp4")).collect();
        let mut played = 0;
        for (_, head) in &came {
            match head.lines().next() {
                Some("HTTP/1.1 200 OK") => played += 1,
                Some("HTTP/1.1 429 Too Many Requests") => assert!(head.contains("\r\nRetry-After: 1\r\n"), "{head}"),
                _ => panic!("{head}"),
            }
        }
        (came.into_iter().map(|(stream, _)| stream).collect(), played)
    }

    /// All have gone; the server hears of each by itself.
    fn empty(&self, audience: Vec<TcpStream>, places: usize) {
        drop(audience);
        until("all places are free", || {
            let came: Vec<_> = (0..places).map(|_| self.ask("/film.mp4")).collect();
            came.iter().all(|(_, head)| head.starts_with("HTTP/1.1 200 ")).then_some(())
        });
        until("these have gone too", || self.ask("/film.mp4").1.starts_with("HTTP/1.1 200 ").then_some(()));
    }
}

fn config(site: &str, routes: &str) -> String {
    format!("[[site]]\nroot = \"public\"\nlook-up = false\n{site}\n{routes}")
}

fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a head");
        head.push(byte[0]);
    }
    String::from_utf8(head).expect("text")
}

const THREE: &str = "[[site.route]]\nmatch = '^/film'\nlimit = { connections = 3 }\n";

#[test]
fn all_workers_count_together_and_forget_who_has_gone() {
    let cinema = Cinema::open("", THREE);
    for _ in 0..3 {
        let (audience, played) = cinema.audience();
        assert_eq!(played, 3);
        assert!(cinema.ask("/small.txt").1.starts_with("HTTP/1.1 200 "));
        cinema.empty(audience, 3);
    }
    assert_eq!(cinema.running.end(Signal::TERM).0, Some(0));
}

#[test]
fn one_that_has_come_to_its_end_makes_room() {
    let cinema = Cinema::open("", THREE);
    let (mut audience, played) = cinema.audience();
    assert_eq!(played, 3);
    // The last of the three reads on to the end; its connection stays.
    let mut seen = 0;
    let mut buffer = vec![0; 1 << 20];
    let last = audience.get_mut(2).expect("twelve");
    while seen < FILM_BYTES {
        seen += last.read(&mut buffer).expect("the film") as u64;
    }
    let next =
        until("there is room", || Some(cinema.ask("/film.mp4")).filter(|(_, head)| head.starts_with("HTTP/1.1 200 ")));
    assert!(cinema.ask("/film.mp4").1.starts_with("HTTP/1.1 429 "));
    drop(next);
}

#[test]
fn new_settings_count_on() {
    let cinema = Cinema::open("", THREE);
    let (audience, played) = cinema.audience();
    assert_eq!(played, 3);
    // Another number, another place in the order, and a higher limit: those that are there count.
    for (more, connections, expected) in [(1, 3, 0), (2, 5, 2), (0, 4, 1)] {
        let others = "[[site.route]]\nmatch = '^/other'\nlimit = { connections = 1 }\n".repeat(more);
        let routes = format!("{others}{}", THREE.replace('3', &connections.to_string()));
        fs::write(cinema.config(), config("", &routes)).expect("written");
        assert_eq!(run(["reload", &cinema.running.child.id().to_string()]).code, Some(0));
        let came: Vec<_> = (0..8).map(|_| cinema.ask("/film.mp4")).collect();
        let played = came.iter().filter(|(_, head)| head.starts_with("HTTP/1.1 200 ")).count();
        assert_eq!(played, expected, "{connections}");
        drop(came);
        until("they have gone", || {
            let came: Vec<_> = (0..8).map(|_| cinema.ask("/film.mp4")).collect();
            let played = came.iter().filter(|(_, head)| head.starts_with("HTTP/1.1 200 ")).count();
            (played == connections - 3).then_some(())
        });
    }
    cinema.empty(audience, 4);
    assert_eq!(cinema.running.end(Signal::TERM).0, Some(0));
}

#[test]
fn a_flood_leaves_nothing_behind() {
    let cinema = Cinema::open("limit = { connections = 5 }\n", "");
    let url = format!("{}small.txt", cinema.running.url);
    let film = format!("{}film.mp4", cinema.running.url);
    let client = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().unwrap_or_else(|error| panic!("{program} is needed, see `cargo x tools`: {error}"));
    };
    client("wrk", &["-t", "1", "-c", "20", "-d", "1s", &url]);
    // Ended in the middle of it all.
    client("timeout", &["--signal=KILL", "1", "wrk", "-t", "1", "-c", "20", "-d", "20s", &film]);
    client("timeout", &["--signal=KILL", "1", "h2load", "-c", "4", "-m", "8", "-D", "20", &film]);
    client("h2load", &["-c", "4", "-m", "8", "-n", "2000", &url]);
    until("all of it is over", || {
        let came: Vec<_> = (0..9).map(|_| cinema.ask("/film.mp4")).collect();
        let played = came.iter().filter(|(_, head)| head.starts_with("HTTP/1.1 200 ")).count();
        assert!(played <= 5, "{played}");
        (played == 5).then_some(())
    });
    assert_eq!(cinema.running.end(Signal::TERM), (Some(0), String::new(), String::new()));
}

#[test]
fn the_x_ray_names_the_limit_that_turned_away() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "public/small.txt", "small");
    let site = |hosts: &str, more: &str| {
        format!("[[site]]\nhosts = [\"{hosts}\"]\nroot = \"public\"\nlook-up = false\n{more}")
    };
    let config = format!(
        "listen = \"127.0.0.1:0\"\nworkers = 1\ninside-auth = {{ users = {{ ann = \"{HASH}\" }} }}\n{}{}{}",
        site("rare.example", "limit = { rate = \"1/h\" }\n"),
        site("part.example", "[[site.route]]\nmatch = '^/small'\nlimit = { rate = \"1/m\" }\n"),
        site("seen.example", ""),
    );
    write(folder.path(), "quarry.toml", config);
    let running = Running::spawn(&mut quarry(["--config".as_ref(), folder.path().join("quarry.toml").as_os_str()]));
    let get = |host: &str, target: &str, fields: &str| {
        running.exchange(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n{fields}Connection: close\r\n\r\n"))
    };
    let see = |target: &str| {
        let authorization = format!("Authorization: {}\r\n", basic("ann", PASSWORD));
        let answer = get("seen.example", target, &authorization);
        let content = answer.split_once("\r\n\r\n").expect("a head").1.to_owned();
        serde_json::from_str::<serde_json::Value>(&content).unwrap_or_else(|error| panic!("{error}: {answer}"))
    };
    see("/-/xray?format=json");
    for (before, host, expected) in [
        (0, "rare.example", "the site limits each client, and this one asked for more than 1/h"),
        (1, "part.example", "route 1 (line 13) limits each client, and this one asked for more than 1/m"),
    ] {
        let statuses = [(); 2].map(|()| get(host, "/small.txt", "")[9..12].to_owned());
        assert_eq!(statuses, ["200", "429"], "{host}");
        let id = until("it is seen", || {
            let list = see("/-/xray?format=json");
            let seen = list["requests"].as_array().expect("a list").iter();
            let mut seen = seen.filter(|seen| seen["status"] == 429 && seen["target"] == "/small.txt");
            seen.nth(before)?["id"].as_str().map(str::to_owned)
        });
        let told = see(&format!("/-/xray/{id}?format=json")).to_string();
        assert!(told.contains(expected), "{host}: {told}");
    }
}

/// The value of a field that asks with a name and a password.
fn basic(name: &str, password: &str) -> String {
    let bytes = format!("{name}:{password}").into_bytes();
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.chunks(3).map(|chunk| {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        (0..=chunk.len()).map(|at| char::from(alphabet[(bits >> (18 - 6 * at)) as usize & 63])).collect::<String>()
    });
    format!("Basic {}", groups.collect::<String>())
}

const PASSWORD: &str = "open sesame";
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$UBpec1P7RQYonSk3cAAtpw$KxUYn1xMfJ0RCVaEwcild/3vPNebU2g2Rf3y+CxKMeo";

fn log_in(running: &Running, name: &str, password: &str) -> String {
    let authorization = basic(name, password);
    let answer = running.exchange(format!(
        "GET /small.txt HTTP/1.1\r\nHost: a\r\nAuthorization: {authorization}\r\nConnection: close\r\n\r\n"
    ));
    answer[9..12].to_owned()
}

#[test]
fn a_flood_of_wrong_passwords_keeps_nobody_out() {
    let users = format!("users = {{ ann = \"{HASH}\", bob = \"{HASH}\", carl = \"{HASH}\" }}");
    let cinema = Cinema::open("", &format!("[[site.route]]\nauth = {{ realm = 'ours', {users} }}\n"));
    let running = &cinema.running;
    let (is_over, count) = (AtomicBool::new(false), AtomicU32::new(0));
    std::thread::scope(|scope| {
        // As many as a pool has threads ten times, each with one wrong password after the other.
        for thread in 0..40 {
            let (is_over, count) = (&is_over, &count);
            scope.spawn(move || {
                while !is_over.load(Relaxed) {
                    let guess = format!("guess {thread} {}", count.fetch_add(1, Relaxed));
                    let status = log_in(running, "nobody", &guess);
                    assert!(status == "401" || status == "503", "{status}");
                }
            });
        }
        until("it is a flood", || (count.load(Relaxed) > 100).then_some(()));
        // New to the server, each of them, and let in at the first attempt.
        for name in ["ann", "bob", "carl"] {
            assert_eq!(log_in(running, name, PASSWORD), "200", "{name}");
        }
        // And then, whatever comes.
        for _ in 0..50 {
            assert_eq!(log_in(running, "ann", PASSWORD), "200");
        }
        is_over.store(true, Relaxed);
    });
    assert_eq!(cinema.running.end(Signal::TERM), (Some(0), String::new(), String::new()));
}
