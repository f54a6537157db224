//! Who asks, each on the second core.

use std::error::Error;
use std::fs;
use std::process::{Command, Stdio};

use super::Load;
use crate::install::Place;
use crate::machine;

/// What a load generator says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) requests: f64,
    pub(crate) seconds: f64,
}

/// Asks for so many seconds. Errs when any answer was not what it should be.
pub(crate) fn run(load: Load, port: u16, place: &Place, seconds: u32) -> Result<Outcome, Box<dyn Error>> {
    let length = format!("{seconds}s");
    match load {
        Load::Http1 { target, connections } => {
            let script = place.run.join("secure.lua");
            fs::write(&script, SCRIPT)?;
            let mut command = Command::new("wrk");
            command.args(["-t", "1", "-c", &connections.to_string(), "-d", &length, "--timeout", "10s", "-s"]);
            command.arg(script).arg(format!("https://127.0.0.1:{port}{target}"));
            result(&said(&mut command)?)
        }
        Load::Handshake(kind) => {
            let mut command = Command::new(place.programs.join("handshake"));
            result(&said(command.args([kind, &port.to_string(), &seconds.to_string()]))?)
        }
        Load::Http2 { connections, streams } => {
            let url = format!("https://127.0.0.1:{port}/small.txt");
            let mut command = Command::new("h2load");
            command.args(["-t", "1", "-c", &connections.to_string(), "-m", &streams.to_string()]);
            of_h2load(&said(command.args(["-D", &seconds.to_string(), &url]))?)
        }
    }
}

/// Asks so often. Errs when any answer was not what it should be.
pub(crate) fn million(port: u16, requests: u32) -> Result<Outcome, Box<dyn Error>> {
    let url = format!("https://127.0.0.1:{port}/small.txt");
    let mut command = Command::new("h2load");
    let outcome =
        of_h2load(&said(command.args(["-t", "1", "-c", "10", "-m", "100", "-n", &requests.to_string(), &url]))?)?;
    if outcome.requests != f64::from(requests) {
        return Err(format!("{} of {requests} requests were answered", outcome.requests).into());
    }
    Ok(outcome)
}

fn said(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = machine::spawn_on(1, command).map_err(|error| format!("cannot start {name}: {error}"))?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("{name} has failed: {}", String::from_utf8_lossy(&output.stderr).trim_end()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// `RESULT requests seconds errors`
fn result(output: &str) -> Result<Outcome, Box<dyn Error>> {
    let line = output.lines().find_map(|line| line.strip_prefix("RESULT "));
    let line = line.ok_or_else(|| format!("has not ended well: {}", output.trim_end()))?;
    let numbers: Vec<f64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    match numbers[..] {
        [requests, seconds] | [requests, seconds, 0.0] if requests > 0.0 => Ok(Outcome { requests, seconds }),
        _ => Err(format!("errors: {line}").into()),
    }
}

/// The lines `finished in 3.00s, …` and `requests: 9 total, 9 started, 9 done, 9 succeeded, 0 failed, 0 errored, 0 timeout`.
fn of_h2load(output: &str) -> Result<Outcome, Box<dyn Error>> {
    let line = |start: &str| output.lines().find_map(|line| line.strip_prefix(start));
    let not_understood = || format!("h2load has not ended well: {}", output.trim_end());
    let finished = line("finished in ").and_then(|line| line.split(',').next()).ok_or_else(not_understood)?;
    let seconds = match (finished.strip_suffix("ms"), finished.strip_suffix('s')) {
        (Some(milliseconds), _) => milliseconds.parse::<f64>()? / 1000.0,
        (None, Some(seconds)) => seconds.parse()?,
        (None, None) => return Err(not_understood().into()),
    };
    let counts = line("requests: ").ok_or_else(not_understood)?;
    let count = |name: &str| {
        let part = counts.split(", ").find_map(|part| part.strip_suffix(name));
        part.and_then(|part| part.trim().parse::<f64>().ok()).ok_or_else(not_understood)
    };
    let (succeeded, wrong) = (count("succeeded")?, count("failed")? + count("errored")? + count("timeout")?);
    let statuses = line("status codes: ").ok_or_else(not_understood)?;
    // Those under way at the end have a status and are not done.
    let others =
        ["3xx", "4xx", "5xx"].iter().all(|class| statuses.split(", ").any(|part| part == format!("0 {class}")));
    if wrong > 0.0 || succeeded == 0.0 || !others {
        return Err(format!("errors: {counts}; {statuses}").into());
    }
    Ok(Outcome { requests: succeeded, seconds })
}

const SCRIPT: &str = "\
done = function(summary, latency)
  local errors = summary.errors
  local wrong = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  print(string.format(\"RESULT %d %f %d\", summary.requests, summary.duration / 1000000, wrong))
end
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_run_without_errors_counts() {
        assert_eq!(result("x\nRESULT 30 1.5 0\n").unwrap(), Outcome { requests: 30.0, seconds: 1.5 });
        assert_eq!(result("RESULT 30 1.5\n").unwrap(), Outcome { requests: 30.0, seconds: 1.5 });
        for output in ["", "RESULT 30 1.5 1\n", "RESULT 0 1.5 0\n", "RESULT a b\n"] {
            assert!(result(output).is_err(), "{output}");
        }
    }

    #[test]
    fn what_h2load_says_is_understood() {
        let said = |rest: &str| {
            format!(
                "starting benchmark...\n\nfinished in 3.02s, 100.00 req/s, 1.0MB/s\nrequests: 300 total, 310 started, 300 done, {rest}\nstatus codes: 300 2xx, 0 3xx, 0 4xx, 0 5xx\n"
            )
        };
        let good = said("300 succeeded, 0 failed, 0 errored, 0 timeout");
        assert_eq!(of_h2load(&good).unwrap(), Outcome { requests: 300.0, seconds: 3.02 });
        assert_eq!(of_h2load(&good.replace("3.02s", "500.50ms")).unwrap().seconds, 0.5005);
        assert!(of_h2load(&said("299 succeeded, 1 failed, 0 errored, 0 timeout")).is_err());
        assert!(of_h2load(&good.replace("300 2xx, 0 3xx", "200 2xx, 100 3xx")).is_err());
        assert!(of_h2load("").is_err());
    }
}
