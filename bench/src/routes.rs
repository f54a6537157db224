//! What routes cost a request: a thousand regular expressions, as owners write them, asked for ten thousand paths.
//!
//! Alone, without a server: beside the system calls of a request it would be lost in their noise.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use semantics::Status;
use site::Routes;
use site::route::{Action, Changes, Route};

use crate::random::Random;

/// The goal, in nanoseconds a request.
const GOAL_NS: f64 = 2_000.0;

/// Measures, prints, and says whether the goal is reached.
pub(crate) fn run() -> Result<bool, Box<dyn Error>> {
    let paths = paths();
    println!("{:>7}  {:>9}  {:>12}", "routes", "compiled", "a request");
    let mut reached = true;
    for count in [0, 1, 10, 100, 1_000] {
        let begun = Instant::now();
        let routes = Routes::new((0..count).map(route).collect()).map_err(|faults| faults[0].cause.clone())?;
        let compiled = begun.elapsed();
        // Twice before it counts: the automaton is made while it is used.
        let mut best = f64::INFINITY;
        for round in 0..9 {
            let begun = Instant::now();
            for path in &paths {
                black_box(routes.try_out(black_box(path), b"example.org", false));
            }
            let each = begun.elapsed().as_nanos() as f64 / paths.len() as f64;
            best = if round < 2 { best } else { best.min(each) };
        }
        println!("{count:>7}  {:>6} ms  {best:>9.0} ns", compiled.as_millis());
        reached &= count < 1_000 || best <= GOAL_NS;
    }
    println!(
        "goal: at most {GOAL_NS:.0} ns for a thousand, the decision as a whole: {}",
        if reached { "reached" } else { "missed" }
    );
    Ok(reached)
}

/// One of the kinds that configs have: moved pages, folders, endings, groups, words anywhere.
fn route(number: usize) -> Route {
    let answer = |pattern: String, action| Route { pattern: Some(pattern), action: Some(action), ..Route::default() };
    match number % 5 {
        0 => answer(
            format!("^/old-{number}/(.*)$"),
            Action::Redirect(Status::MOVED_PERMANENTLY, format!("/new-{number}/$1")),
        ),
        1 => {
            answer(format!(r"^/shop-{number}/(?<id>\d+)$"), Action::Serve(vec![format!("/item-{number}/${{id}}.html")]))
        }
        2 => answer(
            format!(r"^/page-{number}\.php$"),
            Action::Redirect(Status::MOVED_PERMANENTLY, format!("/page-{number}/")),
        ),
        3 => {
            let changes = Changes { cache_control: Some("max-age=60".into()), ..Changes::default() };
            Route { pattern: Some(format!(r"\.x{number}(css|js)$")), changes, ..Route::default() }
        }
        _ => answer(format!("(?i)/word{number}[a-z]*/"), Action::Answer(Status::OK, Some("x".into()))),
    }
}

/// Half of them for some route, half for none.
fn paths() -> Vec<Vec<u8>> {
    let mut random = Random(7);
    let mut one = |index: usize| {
        let number = random.below(1_000);
        match index % 10 {
            0 => format!("/old-{}/some/page-{index}.html", number / 5 * 5),
            1 => format!("/shop-{}/{index}", number / 5 * 5 + 1),
            2 => format!("/page-{}.php", number / 5 * 5 + 2),
            3 => format!("/assets/app-{index}.x{}css", number / 5 * 5 + 3),
            4 => format!("/a/Word{}s/{index}", number / 5 * 5 + 4),
            _ => format!("/docs/chapter-{}/section-{index}/index.html", number % 40),
        }
    };
    (0..10_000).map(|index| one(index).into_bytes()).collect()
}
