//! The states of an HTTP/2 connection and of its streams, and all ways between them. This file knows no bytes.
//!
//! ```text
//! connection   Preface ─▶ Settings ─▶ Open ── drain ──▶ Leaving ── heard, or waited ──▶ Left ── no streams ──▶ Over
//!                any ── fault, peer gone, idle ────────────────────────────────────────────────────────────▶ Over
//!
//! stream              request ends             response ends
//!              Open ───────────────▶ Responding ─────────────▶ Closed
//!               └── response ends ──▶ Answered ── request ends, reset ──▶ Closed
//!                any ── reset by either side ─────────────────────────▶ Closed
//! ```
//!
//! A client's streams are never reserved, for we push nothing; `Open` is *open* of RFC 9113 §5.1, `Responding`
//! *half-closed (remote)*, `Answered` *half-closed (local)*.

/// Where a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The 24 bytes of the preface are read.
    Preface,
    /// The first frame must be SETTINGS.
    Settings,
    /// Streams come and go.
    Open,
    /// The peer was asked to open no more streams; those on their way are still answered.
    Leaving,
    /// The peer was told which stream is the last.
    Left,
    /// Nothing more is read; all was said.
    Over,
}

/// What happened to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The preface was right.
    Preface,
    /// SETTINGS came, not acknowledging ours.
    Settings,
    /// The server wants to end.
    Drain,
    /// The peer has heard of it, or had its time.
    Farewell,
    /// No stream is left after the last word.
    Done,
    /// The peer broke a rule, has gone, or was idle too long.
    End,
}

/// The state after that. A step that cannot be taken ends the connection: one in doubt is over.
pub(crate) fn next(state: State, step: Step) -> State {
    use State::{Leaving, Left, Open, Over, Preface, Settings};
    match (state, step) {
        (Preface, Step::Preface) => Settings,
        (Settings, Step::Settings) => Open,
        (Open | Leaving | Left, Step::Settings) => state,
        (Open, Step::Drain) => Leaving,
        // Nothing was asked yet, and whoever begins now is told at once.
        (Preface | Settings, Step::Drain) => state,
        (Leaving | Left | Over, Step::Drain) => state,
        (Leaving, Step::Farewell) => Left,
        (Left, Step::Done) | (_, Step::End) => Over,
        (state, step) => {
            debug_assert!(false, "{step:?} in {state:?}");
            Over
        }
    }
}

/// Where a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamState {
    /// The head was given out; content comes.
    Open,
    /// The request is complete; the response is not.
    Responding,
    /// The response is complete; the request is not, and nobody waits for it.
    Answered,
    /// Gone from the table.
    Closed,
}

/// What happened to a stream. RST_STREAM of either side takes it out of the table, whatever its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamStep {
    /// END_STREAM came.
    RequestEnd,
    /// END_STREAM was sent.
    ResponseEnd,
}

/// The state of a stream after that.
pub(crate) fn next_stream(state: StreamState, step: StreamStep) -> StreamState {
    use StreamState::{Answered, Closed, Open, Responding};
    use StreamStep::{RequestEnd, ResponseEnd};
    match (state, step) {
        (Open, RequestEnd) => Responding,
        (Open, ResponseEnd) => Answered,
        (Responding, ResponseEnd) | (Answered, RequestEnd) => Closed,
        (state, step) => {
            debug_assert!(false, "{step:?} in {state:?}");
            Closed
        }
    }
}
