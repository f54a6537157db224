//! The command line.

use std::path::PathBuf;

use crate::case::{CASES, Case};
use crate::crowd::Crowd;
use crate::secure::Group;

/// What to measure.
pub(crate) struct Options {
    pub(crate) cases: Vec<Case>,
    /// Crowds to bring along.
    pub(crate) crowds: Vec<Crowd>,
    /// What is measured by TLS.
    pub(crate) secure: Vec<Group>,
    /// Peers to run; empty: all.
    pub(crate) peers: Vec<String>,
    /// Other servers: name and command, with `{port}` and `{site}` in it.
    pub(crate) also: Vec<(String, String)>,
    pub(crate) seconds: u32,
    pub(crate) rounds: u32,
    /// Whether our own programs are built first.
    pub(crate) builds: bool,
    /// Quarry, when it is not to be built.
    pub(crate) binary: Option<PathBuf>,
}

pub(crate) const HELP: &str = "\
cargo x bench [CASE]... [--peers NAME,NAME] [--seconds N] [--rounds N] [--also NAME=COMMAND]...

Cases     small page image large many not-modified missing close pipelined gzip
          drip: 10,000 clients slow on purpose, beside a normal one; idle: the memory of 10,000 silent ones
          tls: 1 KiB, 64 MiB, handshakes and memory by TLS; h2: 1 KiB and memory by HTTP/2 over TLS, a million requests (default: all)
--peers   of nginx, nginx-current, h2o, lighttpd, caddy, static-web-server (default: all; \"none\": none)
--seconds of each measurement (default 3)
--rounds  of all servers in turn (default 5)
--no-build  takes all programs as they are
--binary  takes this quarry, and builds none
routes    measures what routes cost a request, without a server
lookup    measures the look-up instead: see cargo x bench lookup --help
--also    another server, for example another build: --also 'old=/tmp/quarry {site} --listen 127.0.0.1:{port}'
";

impl Options {
    /// `None`: help is wanted. Errs with what is not understood.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
        let mut options = Options {
            cases: Vec::new(),
            crowds: Vec::new(),
            secure: Vec::new(),
            peers: Vec::new(),
            also: Vec::new(),
            seconds: 3,
            rounds: 5,
            builds: true,
            binary: None,
        };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--peers" => options.peers = value()?.split(',').map(str::to_owned).collect(),
                "--no-build" => options.builds = false,
                "--binary" => {
                    let path = value()?;
                    options.binary = Some(std::path::absolute(&path).map_err(|error| format!("{path}: {error}"))?);
                }
                "drip" => options.crowds.push(Crowd::Drip),
                "idle" => options.crowds.push(Crowd::Idle),
                "tls" => options.secure.push(Group::Tls),
                "h2" => options.secure.push(Group::Http2),
                "--seconds" => options.seconds = number(&argument, &value()?)?,
                "--rounds" => options.rounds = number(&argument, &value()?)?,
                "--also" => {
                    let value = value()?;
                    let (name, command) = value.split_once('=').ok_or("--also needs NAME=COMMAND")?;
                    options.also.push((name.to_owned(), command.to_owned()));
                }
                name => {
                    let case = CASES.iter().find(|case| case.name == name);
                    options.cases.push(*case.ok_or(format!("no case \"{name}\" (see --help)"))?);
                }
            }
        }
        if options.cases.is_empty() && options.crowds.is_empty() && options.secure.is_empty() {
            options.cases = CASES.to_vec();
            options.crowds = vec![Crowd::Drip, Crowd::Idle];
            options.secure = vec![Group::Tls, Group::Http2];
        }
        Ok(Some(options))
    }

    pub(crate) fn wants(&self, peer: &str) -> bool {
        self.peers.is_empty() || self.peers.iter().any(|wanted| wanted == peer)
    }
}

fn number(flag: &str, text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or(format!("{flag}: a number above 0 expected, found \"{text}\""))
}
