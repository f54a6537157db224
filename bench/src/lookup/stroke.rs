//! Key strokes at a steady pace, whatever the server makes of them: who answers late is late for those after, too.

use std::error::Error;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

use crate::client::Client;

/// Key strokes a second.
const PER_SECOND: u32 = 100;
/// People who type.
const CLIENTS: usize = 8;

/// Milliseconds from each stroke to its answer, in the order of the strokes. `targets`: each with the language of whoever asks.
pub(crate) fn strokes(port: u16, targets: &[(String, &str)]) -> Result<Vec<f64>, Box<dyn Error>> {
    let begin = Instant::now() + Duration::from_millis(20);
    let times = scope(|scope| {
        let clients: Vec<_> =
            (0..CLIENTS).map(|number| scope.spawn(move || client(port, targets, number, begin))).collect();
        let joined = clients.into_iter().map(|client| client.join().map_err(|_| "a client has panicked".to_owned()));
        joined.collect::<Result<Vec<_>, String>>()
    })?;
    let mut in_order = vec![0.0; targets.len()];
    for (number, times) in times.into_iter().enumerate() {
        let strokes = in_order.iter_mut().skip(number).step_by(CLIENTS);
        strokes.zip(times?).for_each(|(stroke, time)| *stroke = time);
    }
    Ok(in_order)
}

/// What one of them types.
fn client(port: u16, targets: &[(String, &str)], number: usize, begin: Instant) -> Result<Vec<f64>, String> {
    let mut client = Client::new(port);
    let mut times = Vec::new();
    for (at, (target, language)) in targets.iter().enumerate().skip(number).step_by(CLIENTS) {
        let due = begin + Duration::from_secs(1) / PER_SECOND * at as u32;
        sleep(due.saturating_duration_since(Instant::now()));
        client.get(target, language).map_err(|error| error.to_string())?;
        times.push(due.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(times)
}
