//! What the limits of a site are known by: for that is counted, and the counts outlive the settings.
//!
//! A number of a route would not do: with one more before it, the third is another. What it asks is what it is known by, and the
//! hosts of its site; how much it allows is not, so that a limit that was raised counts on.

use site::Routes;
use site::route::{Gate, Route};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// By what each gate is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gates {
    site: u64,
    routes: Box<[u64]>,
}

impl Gates {
    /// `name`: what the site is known by, such as its hosts.
    pub(crate) fn new(name: &str, routes: &Routes) -> Gates {
        // Two that ask the same are told apart by their order.
        let mut before: HashMap<u64, u32> = HashMap::new();
        let mut number = |route: &Route| {
            let asked = hash(&(name, route.pattern.as_deref(), format!("{:?}", route.conditions)));
            let count = before.entry(asked).or_default();
            *count += 1;
            hash(&(asked, *count))
        };
        Gates { site: hash(&name), routes: routes.as_slice().iter().map(&mut number).collect() }
    }

    pub(super) fn of(&self, gate: Gate) -> u64 {
        match gate {
            Gate::Site => self.site,
            Gate::Route(number) => self.routes.get(number).copied().unwrap_or(number as u64),
        }
    }
}

fn hash(what: &impl Hash) -> u64 {
    // Always the same, so that what was counted before new settings is found again.
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use site::route::{Condition, Guards, Limit};

    fn route(pattern: &str, connections: u32) -> Route {
        let limit = Some(Limit { rate: None, connections: Some(connections) });
        Route { pattern: Some(pattern.into()), guards: Guards { limit, ..Guards::default() }, ..Route::default() }
    }

    fn gates(name: &str, routes: &[Route]) -> Gates {
        Gates::new(name, &Routes::new(routes.to_vec()).unwrap())
    }

    #[test]
    fn a_gate_is_known_again_wherever_it_stands() {
        let before = gates("a", &[route("^/x", 1), route("^/y", 1)]);
        let after = gates("a", &[route("^/new", 1), route("^/y", 9), route("^/x", 1)]);
        assert_eq!(before.of(Gate::Route(0)), after.of(Gate::Route(2)));
        assert_eq!(before.of(Gate::Route(1)), after.of(Gate::Route(1)));
        assert_eq!(before.of(Gate::Site), after.of(Gate::Site));
    }

    #[test]
    fn no_two_are_taken_for_one() {
        let asking = Route { conditions: vec![Condition::Secured(true)], ..route("^/x", 1) };
        let one = gates("a", &[route("^/x", 1), route("^/x", 1), asking]);
        let other = gates("b", &[route("^/x", 1)]);
        let all = [
            one.of(Gate::Site),
            one.of(Gate::Route(0)),
            one.of(Gate::Route(1)),
            one.of(Gate::Route(2)),
            other.of(Gate::Site),
            other.of(Gate::Route(0)),
        ];
        let apart: std::collections::HashSet<u64> = all.into_iter().collect();
        assert_eq!(apart.len(), all.len());
    }
}
