//! What a request costs, by counting and not by time: the same on any machine, however busy.
//!
//! The program counted is the one that users get: `QUARRY` names it (as `cargo x test` does), else it is the release
//! build beside the one under test.

#![cfg(all(target_arch = "x86_64", target_os = "linux"))]

mod idle;
mod request;
mod trace;

#[path = "../process/response.rs"]
#[allow(dead_code, reason = "the tests of the process use all of it")]
mod response;
#[path = "../process/running.rs"]
#[allow(dead_code, reason = "the tests of the process use all of it")]
mod running;
#[path = "../process/tls_client.rs"]
#[allow(dead_code, reason = "the tests of the process use all of it")]
mod tls_client;

use std::path::{Path, PathBuf};
use std::process::Command;

use running::Running;

/// A server of the release build for a folder.
fn start(folder: &Path, flags: &[&str]) -> Running {
    let mut command = Command::new(release());
    Running::spawn(command.arg(folder).args(["--listen", "127.0.0.1:0", "--access-log", "off"]).args(flags))
}

fn release() -> PathBuf {
    if let Some(path) = std::env::var_os("QUARRY") {
        return path.into();
    }
    let path = Path::new(env!("CARGO_BIN_EXE_quarry")).with_file_name("../release/quarry");
    assert!(path.is_file(), "nothing to count at {}: first run cargo build --release", path.display());
    path
}

/// A request as browsers send it.
const REQUEST: &str = "GET /a.html HTTP/1.1\r\n\
    Host: 127.0.0.1:8000\r\n\
    Connection: keep-alive\r\n\
    Upgrade-Insecure-Requests: 1\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n\
    Sec-Fetch-Dest: document\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Sec-Fetch-Mode: navigate\r\n\
    Accept-Language: en-GB\r\n\
    \r\n";
const _: () = assert!(REQUEST.len() == 428);
