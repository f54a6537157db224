//! What a reader must not be able to do, tried from inside; and what a bad file could make of it.

use std::fs::File;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::process::Command;

/// Tries what must not work, and returns what worked all the same.
pub(crate) fn escapes() -> Vec<String> {
    ATTEMPTS.iter().filter(|(_, attempt)| attempt()).map(|(name, _)| (*name).to_owned()).collect()
}

/// What is tried, in words; and whether it worked.
type Attempt = (&'static str, fn() -> bool);

const ATTEMPTS: &[Attempt] = &[
    ("opened a file of the system", || File::open("/etc/passwd").is_ok()),
    ("opened its own program", || File::open("/proc/self/exe").is_ok()),
    ("listed a folder", || std::fs::read_dir("/").is_ok()),
    ("asked for what a file is", || std::fs::read_link("/proc/self/exe").is_ok()),
    ("made a file", || tempfile().is_ok()),
    ("started a program", || Command::new("/bin/true").status().is_ok()),
    ("started a thread", || std::thread::Builder::new().spawn(|| ()).is_ok()),
    ("listened", || TcpListener::bind("127.0.0.1:0").is_ok()),
    ("connected", || is_connected()),
    ("took an address", || UdpSocket::bind("127.0.0.1:0").is_ok()),
    ("made a socket", || UnixDatagram::unbound().is_ok()),
    ("became another user", || rustix::process::setpriority_process(None, 0).is_ok()),
    ("asked for more memory than is allowed", || {
        let mut memory: Vec<u8> = Vec::new();
        memory.try_reserve_exact(crate::extract::limit::READER_MEMORY_BYTES_MAX as usize).is_ok()
    }),
    ("raised its own limits", || {
        let more = rustix::process::Rlimit { current: Some(64), maximum: Some(64) };
        rustix::process::setrlimit(rustix::process::Resource::Nofile, more).is_ok()
    }),
];

fn tempfile() -> std::io::Result<File> {
    let path = std::env::temp_dir().join(format!("quarry-reader-{}", std::process::id()));
    let file = File::create_new(&path)?;
    std::fs::remove_file(path)?;
    Ok(file)
}

/// Refused by whoever listens there is connected, too: the address was reached.
fn is_connected() -> bool {
    match TcpStream::connect("127.0.0.1:1") {
        Ok(_) => true,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
    }
}

/// Does what a bad file could make a reader do.
pub(crate) fn misbehave(how: &[u8]) {
    match how {
        b"loop" => loop {
            std::hint::spin_loop();
        },
        b"sleep" => std::thread::sleep(std::time::Duration::from_secs(3600)),
        b"memory" => {
            let mut memory = Vec::new();
            loop {
                memory.push(vec![1_u8; 1 << 20]);
            }
        }
        b"stack" => {
            std::hint::black_box(descend(0));
        }
        b"panic" => panic!("as asked"),
        b"end" => std::process::exit(3),
        b"abort" => std::process::abort(),
        _ => {}
    }
}

fn descend(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 64]);
    if depth == u64::MAX { frame[0] } else { descend(depth + 1) + frame[63] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_of_a_reader_all_of_it_works() {
        // What cannot work anywhere would prove nothing.
        let worked = escapes();
        for (name, _) in ATTEMPTS {
            assert!(worked.iter().any(|worked| worked == name), "{name}: does not work here either");
        }
    }
}
