//! The server of the lesson (`docs/from-socket-to-site`), to be tried: `cargo run -p quarry --example lesson -- site`.

#[path = "../../../docs/from-socket-to-site/server.rs"]
mod server;

use std::io;
use std::path::PathBuf;

fn main() -> io::Result<()> {
    let folder: PathBuf = std::env::args_os().nth(1).unwrap_or_else(|| ".".into()).into();
    let address = ([127, 0, 0, 1], 8000).into();
    server::serve(address, &folder, usize::MAX, |address| println!("http://{address}/"))
}
