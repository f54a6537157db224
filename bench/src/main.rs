//! Measures Quarry beside a floor (what the kernel alone costs) and beside its peers, and says which goals are reached.
//!
//! The figure that counts is CPU time of the server per request, summed over its processes: requests per second on a
//! small machine tell more about the load generator. Servers take turns within each round, each in a fresh process on
//! the first core with `wrk` on the second, and ratios are taken within a round, so that what else the machine does
//! falls on all of them.

mod case;
mod check;
mod client;
mod corpus;
mod crowd;
mod install;
mod lookup;
mod machine;
mod measure;
mod options;
mod quality;
mod quarry;
mod random;
mod report;
mod routes;
mod secure;
mod server;
mod site;

use std::error::Error;
use std::process::ExitCode;

use crate::measure::Measurement;
use crate::options::Options;
use crate::report::Table;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::from(2)
        }
    }
}

/// `true`: all goals that were measured are reached.
fn run() -> Result<bool, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if(|first| first == "lookup").is_some() {
        return lookup::run(arguments);
    }
    if arguments.next_if(|first| first == "routes").is_some() {
        return routes::run();
    }
    if arguments.next_if(|first| first == "quality").is_some() {
        return quality::run(arguments);
    }
    let Some(options) = Options::parse(arguments)? else {
        print!("{}", options::HELP);
        return Ok(true);
    };
    let place = install::prepare(&options)?;
    let _machine = machine::settle()?;
    let mut reached = true;
    for case in &options.cases {
        let mut table = Table::new(case);
        let servers = server::servers(&options, &place, case)?;
        for server in &servers {
            // One that cannot do a case is named, and left out of it.
            match check::check(server, case, &place) {
                Ok(request) => table.take_in(server, request),
                Err(error) => table.leave_out(server, error.as_ref()),
            }
        }
        for round in 0..options.rounds {
            // There and back again: what drifts falls on both sides.
            let mut order = table.contestants();
            if round % 2 == 1 {
                order.reverse();
            }
            for (server, request) in order {
                eprint!("\r\x1b[K{} {}/{} {}", case.name, round + 1, options.rounds, server.name);
                match Measurement::take(&server, &request, case, &place, options.seconds) {
                    Ok(measurement) => table.add(&server, measurement),
                    Err(error) => table.leave_out(&server, error.as_ref()),
                }
            }
        }
        eprint!("\r\x1b[K");
        print!("{table}");
        reached &= table.is_goal_reached();
    }
    if !options.secure.is_empty() {
        reached &= secure::measure(&options.secure, &options, &place)?;
    }
    for crowd in &options.crowds {
        reached &= crowd.measure(&options, &place)?;
    }
    Ok(reached)
}
