//! The reader of containers: this program once more, locked up, fed with open files.
//!
//! ```text
//! parent ── one byte of what is wanted, length and bytes of the name, with the open file ──▶ child
//! parent ◀──────────────────────────── length and bytes of the extract ───────────────────── child
//! ```
//!
//! Readers of PDF, office documents, sounds and pictures are large and take anything that anybody uploads. Whatever happens in one
//! of them happens here, where nothing can be opened, asked or started, and where memory ends early. The socket to the parent is
//! standard input, so that neither side needs unsafe code to hand it over.

pub(crate) mod confine;
pub(crate) mod message;
pub(crate) mod probe;

use std::fs::File;
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use super::{Extract, contained, limit};
use message::{Ask, Request};

/// The one argument with which the program is started as a reader. Not for people.
pub const ARGUMENT: &str = "--as-reader-of-containers";

/// Whether this process was started as a reader: then [`main`] is all that it may do.
pub fn is_asked() -> bool {
    std::env::args_os().nth(1).is_some_and(|argument| argument == ARGUMENT)
}

/// Reads files for the parent until that ends. To be called before anything else: what is set up before is not confined.
pub fn main() -> ExitCode {
    // The parent is told what is wrong; nobody reads what a library says of it.
    std::panic::set_hook(Box::new(|_| {}));
    let mut gaps = confine::files_and_network();
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::from(2) };
    let socket = UnixStream::from(socket);
    let thread = std::thread::Builder::new().stack_size(limit::READER_STACK_BYTES);
    let thread = thread.spawn(move || {
        gaps.extend(confine::resources(socket.as_fd().as_raw_fd()));
        gaps.extend(confine::calls());
        // An error is the parent's end.
        let _ = serve(&socket, &gaps);
    });
    match thread.map(|thread| thread.join()) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}

fn serve(mut socket: &UnixStream, gaps: &[String]) -> std::io::Result<()> {
    message::write(&mut socket, gaps.join("\n").as_bytes())?;
    // What a panic leaves behind, nobody knows; the parent starts another.
    let mut is_sound = true;
    while is_sound {
        let Some(Request { ask, name, file }) = message::receive(socket)? else { return Ok(()) };
        let answer = match (ask, file) {
            (Ask::Words, Some(file)) => {
                let extract = catch_unwind(AssertUnwindSafe(|| read(&file, &name)));
                is_sound = extract.is_ok();
                message::encode(
                    &extract.unwrap_or_else(|_| Extract::faulty("is damaged in a way that no reader expects")),
                )
            }
            (Ask::Words, None) => message::encode(&Extract::faulty("could not be handed to its reader")),
            (Ask::Escapes, _) => probe::escapes().join("\n").into_bytes(),
            (Ask::Misbehave, _) => {
                is_sound = catch_unwind(|| probe::misbehave(&name)).is_ok();
                message::encode(&Extract::faulty("is damaged in a way that no reader expects"))
            }
        };
        message::write(&mut socket, &answer)?;
    }
    Ok(())
}

fn read(file: &File, name: &[u8]) -> Extract {
    contained::read(file, name).unwrap_or_else(|error| Extract::faulty(format!("cannot be read: {error}")))
}
