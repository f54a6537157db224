//! The states of an HTTP/1.1 connection, and all ways between them. This file knows no bytes.
//!
//! ```text
//!         head with content      end of content            response complete
//! Idle ───────────────────▶ Receiving ─────────▶ Responding ─────────────────▶ Idle
//!   └──────────── head without content ──────────────▲   └─ last of the connection ─▶ MustClose
//!                                Receiving ── answered early ──────────────────────▶ MustClose
//!  any ── fault ──▶ Refused ── answered ──▶ MustClose
//! ```

/// Where a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Between requests, or within a head.
    Idle,
    /// A head was given out; its content is read.
    Receiving,
    /// The request is complete; the response is not.
    Responding,
    /// The peer broke a rule; one answer is allowed.
    Refused,
    /// Nothing more is read; all was said.
    MustClose,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A head without content is complete.
    Request,
    /// A head with content is complete.
    RequestHead,
    /// The content is complete.
    RequestEnd,
    /// The response is complete, and the connection may go on.
    ResponseEnd,
    /// The response is complete, and it was the last.
    LastResponseEnd,
    /// The peer broke a rule.
    Fault,
    /// The peer has gone, or was idle too long.
    Closed,
}

/// The state after that. A step that cannot be taken closes: a connection in doubt is over.
pub(crate) fn next(state: State, step: Step) -> State {
    use State::{Idle, MustClose, Receiving, Refused, Responding};
    use Step::{Closed, Fault, LastResponseEnd, Request, RequestEnd, RequestHead, ResponseEnd};
    match (state, step) {
        (Idle, Request) => Responding,
        (Idle, RequestHead) => Receiving,
        (Receiving, RequestEnd) => Responding,
        // Answered early: reading the rest of the request costs more than a new connection.
        (Receiving, ResponseEnd | LastResponseEnd) => MustClose,
        (Responding, ResponseEnd) => Idle,
        (Responding, LastResponseEnd) => MustClose,
        (Idle | Receiving, Fault) => Refused,
        (Refused, ResponseEnd | LastResponseEnd) => MustClose,
        (_, Closed) => MustClose,
        (state, step) => {
            debug_assert!(false, "{step:?} in {state:?}");
            MustClose
        }
    }
}
