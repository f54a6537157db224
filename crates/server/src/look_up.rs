//! What the pages of the look-up ask. The real one follows the files; tests have one that says what they want.

use lookup::answer::{Answer, Gate, Request, State, Suggestions};

/// Finds materials. Called on the pool, by many at once.
pub trait LookUp: Send + Sync {
    /// What has the words.
    fn find(&self, request: &Request<'_>, gate: &dyn Gate) -> Answer;

    /// What may be meant by words that are still being typed.
    fn suggest(&self, request: &Request<'_>, gate: &dyn Gate) -> Suggestions;

    /// How far the index is.
    fn state(&self) -> State;
}
