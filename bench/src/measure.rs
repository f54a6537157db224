//! One measurement: a fresh process, a warm-up, and what the server used while `wrk` asked.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::case::{Case, Load};
use crate::check::{Request, wait_until_ready};
use crate::client::Client;
use crate::install::Place;
use crate::machine;
use crate::server::{Running, Server};
use crate::site::MANY_FILES;

/// What one run gave.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Measurement {
    pub(crate) requests_per_second: f64,
    /// CPU time of the server for one request.
    pub(crate) cpu_us: f64,
    /// The share of a core that the server used: well below 1, the load was the limit.
    pub(crate) busy: f64,
    pub(crate) memory_kib: f64,
    /// Within which half of the requests were answered.
    pub(crate) latency_us: f64,
    /// From the start of the process to its first answer.
    pub(crate) start_ms: f64,
}

impl Measurement {
    /// Errs when any answer was not what it should be.
    pub(crate) fn take(
        server: &Server,
        request: &Request,
        case: &Case,
        place: &Place,
        seconds: u32,
    ) -> Result<Measurement, Box<dyn Error>> {
        let script = script(&server.name, request, case, place)?;
        let start = Instant::now();
        let mut running = server.start(place)?;
        wait_until_ready(server, &mut running)?;
        let start_ms = start.elapsed().as_secs_f64() * 1000.0;
        wait_until_read(server.port)?;
        load(server.port, case, &script, 1)?;
        Ok(Measurement { start_ms, ..Measurement::of_running(server, &running, case, &script, seconds)? })
    }

    /// Of a server that is at work already. Errs when any answer was not what it should be.
    pub(crate) fn of_running(
        server: &Server,
        running: &Running,
        case: &Case,
        script: &Path,
        seconds: u32,
    ) -> Result<Measurement, Box<dyn Error>> {
        let before = machine::cpu_nanoseconds(running.group())?;
        let result = load(server.port, case, script, seconds)?;
        let cpu = (machine::cpu_nanoseconds(running.group())? - before) as f64;
        Ok(Measurement {
            requests_per_second: result.requests / result.seconds,
            cpu_us: cpu / 1000.0 / result.requests,
            busy: cpu / 1e9 / result.seconds,
            memory_kib: machine::memory_kib(running.group())? as f64,
            latency_us: result.latency_us,
            start_ms: 0.0,
        })
    }
}

/// Waits until a look-up, if the server has one, has read all that there is: it does so once, and for no request.
fn wait_until_read(port: u16) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    let mut client = Client::new(port);
    // Others have no such page, or something else stands there.
    while let Ok(state) = client.get("/-/index?format=json", "")
        && let Ok(state) = serde_json::from_slice::<Value>(&state)
        && state["state"] == "building"
    {
        if begin.elapsed() > READ_MAX {
            return Err(format!("reads what is in its folder for more than {READ_MAX:?}").into());
        }
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// The folder of the bench is read in some seconds.
const READ_MAX: Duration = Duration::from_secs(120);

/// What the load generator says.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) requests: f64,
    pub(crate) seconds: f64,
    latency_us: f64,
}

/// Asks as fast as it can, from the second core. Errs when any answer was not what it should be.
pub(crate) fn load(port: u16, case: &Case, script: &Path, seconds: u32) -> Result<Outcome, Box<dyn Error>> {
    let mut command = Command::new("wrk");
    command.args(["-t", "1", "-c", &case.connections.to_string(), "-d", &format!("{seconds}s"), "--timeout", "10s"]);
    command.arg("-s").arg(script).arg(format!("http://127.0.0.1:{port}{}", case.target));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = machine::spawn_on(1, &mut command)?.wait_with_output()?;
    result_of(&String::from_utf8_lossy(&output.stdout), case.status)
}

/// Reads the line that our script prints: requests, microseconds, the counts of errors, latencies in microseconds.
fn result_of(output: &str, status: u16) -> Result<Outcome, Box<dyn Error>> {
    let line = output.lines().find_map(|line| line.strip_prefix("RESULT "));
    let line = line.ok_or_else(|| format!("wrk has not ended well: {}", output.trim_end()))?;
    let numbers: Vec<f64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    let [requests, duration, connect, read, write, timeout, other_status, latency_us] = numbers[..] else {
        return Err(format!("not understood: {line}").into());
    };
    if connect + read + write + timeout > 0.0 {
        return Err(format!("errors: {connect} connect, {read} read, {write} write, {timeout} time-outs").into());
    }
    // wrk counts every status from 400 on as an error.
    let expected = if status >= 400 { requests } else { 0.0 };
    if other_status != expected || requests == 0.0 {
        return Err(format!("{other_status} of {requests} answers have a status of 400 and more").into());
    }
    Ok(Outcome { requests, seconds: duration / 1e6, latency_us })
}

/// What `wrk` is to do with the server of this name.
pub(crate) fn script(server: &str, request: &Request, case: &Case, place: &Place) -> Result<PathBuf, Box<dyn Error>> {
    let mut script = String::new();
    for (name, value) in &request.fields {
        script.push_str(&format!("wrk.headers[{name:?}] = {value:?}\n"));
    }
    match case.load {
        Load::Random => script.push_str(&format!(
            "local requests = {{}}\n\
             init = function()\n\
             \x20 math.randomseed(1)\n\
             \x20 for i = 0, {MANY_FILES} - 1 do\n\
             \x20   requests[i] = wrk.format(\"GET\", string.format(\"/many/%d/%d.txt\", math.floor(i / 100), i % 100))\n\
             \x20 end\n\
             end\n\
             request = function() return requests[math.random(0, {MANY_FILES} - 1)] end\n"
        )),
        Load::Pipelined => script.push_str(
            "local all\n\
             init = function() all = string.rep(wrk.format(), 16) end\n\
             request = function() return all end\n",
        ),
        Load::Plain | Load::Conditional | Load::Close | Load::Gzip => {}
    }
    script.push_str(
        "done = function(summary, latency)\n\
         \x20 local errors = summary.errors\n\
         \x20 print(string.format(\"RESULT %d %d %d %d %d %d %d %d\", summary.requests, summary.duration,\n\
         \x20   errors.connect, errors.read, errors.write, errors.timeout, errors.status,\n\
         \x20   latency:percentile(50)))\n\
         end\n",
    );
    let path = place.run.join(format!("{}-{server}.lua", case.name));
    fs::write(&path, script)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, status: u16, expected: Result<f64, &str>) {
        let result = result_of(&format!("Running\nRESULT {line}\n"), status);
        let result = result.map(|load| load.requests / load.seconds).map_err(|error| error.to_string());
        assert_eq!(result, expected.map_err(str::to_owned));
    }

    #[test]
    fn only_a_run_without_errors_counts() {
        check("3000 1500000 0 0 0 0 0 250", 200, Ok(2000.0));
        check("3000 1500000 0 1 0 0 0 250", 200, Err("errors: 0 connect, 1 read, 0 write, 0 time-outs"));
        check("3000 1500000 0 0 0 0 7 250", 200, Err("7 of 3000 answers have a status of 400 and more"));
        check("3000 1500000 0 0 0 0 3000 250", 404, Ok(2000.0));
        check("3000 1500000 0 0 0 0 2999 250", 404, Err("2999 of 3000 answers have a status of 400 and more"));
        check("0 1500000 0 0 0 0 0 250", 200, Err("0 of 0 answers have a status of 400 and more"));
    }
}
