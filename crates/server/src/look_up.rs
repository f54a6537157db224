//! What the pages of the look-up ask. The real one follows the files; tests have one that says what they want.

use lookup::answer::{Answer, Gate, Request, State, Suggestions};
use lookup::live::Lookup;

/// Finds materials. Called on the pool, by many at once.
pub trait LookUp: Send + Sync {
    /// What has the words.
    fn find(&self, request: &Request<'_>, gate: &dyn Gate) -> Answer;

    /// What may be meant by words that are still being typed.
    fn suggest(&self, request: &Request<'_>, gate: &dyn Gate) -> Suggestions;

    /// How far the index is.
    fn state(&self) -> State;
}

/// What it cannot answer by a mistake of its own, it did not find: the page is there, and the next question may do better.
impl LookUp for Lookup {
    fn find(&self, request: &Request<'_>, gate: &dyn Gate) -> Answer {
        Lookup::find(self, request, gate).unwrap_or_default()
    }

    fn suggest(&self, request: &Request<'_>, gate: &dyn Gate) -> Suggestions {
        Lookup::suggest(self, request, gate).unwrap_or_default()
    }

    fn state(&self) -> State {
        Lookup::state(self)
    }
}
