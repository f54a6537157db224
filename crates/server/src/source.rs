//! Content that is made while it is sent: listings of large folders, archives.

use std::fmt;

/// Makes the content piece by piece. Between two pieces no thread is held, so a client that reads slowly costs memory
/// for one piece and nothing else.
pub trait Source: Send + fmt::Debug {
    /// The next piece; `None`: that was all; an error: the cause, for the log, and the connection, or in HTTP/2 the stream,
    /// ends before the content does, so that the client can tell.
    fn next(&mut self) -> Option<Result<Vec<u8>, String>>;

    /// Whether it goes on as things happen, and never waits: then the worker asks it between its turns, and an empty piece is
    /// no news.
    fn is_live(&self) -> bool {
        false
    }
}

/// A source from any iterator of pieces.
pub(crate) struct Pieces<I>(pub(crate) I);

impl<I> fmt::Debug for Pieces<I> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pieces")
    }
}

impl<I: Iterator<Item = Result<Vec<u8>, String>> + Send> Source for Pieces<I> {
    fn next(&mut self) -> Option<Result<Vec<u8>, String>> {
        self.0.next()
    }
}
