//! `quarry serve`: starts the server, says where it is, and stays until it is told to stop.

use std::io::{self, IsTerminal, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reactor::ListenAddress;
use server::Predecessor;

use crate::config;
use crate::exit::{self, Failure, Outcome};
use crate::flag::Settings;
use crate::remote::{self, About};
use crate::terminal::Terminal;
use crate::{browser, interface, program, qr, serve};

/// Serves until TERM or INT, or until another process has followed.
pub(crate) fn run(settings: &Settings) -> Result<Outcome, Failure> {
    let predecessor = Predecessor::find().map_err(Failure::Sentence)?;
    let Some(teller) = predecessor.as_ref().map(Predecessor::teller) else { return follow(settings, None) };
    match follow(settings, predecessor) {
        // It says so, since it goes on; to say it here too would be to say it twice.
        Err(Failure::Sentence(cause)) if teller.tell_failure(&cause) => Ok(Outcome::No),
        result => result,
    }
}

/// The same, as whoever follows that process, if there is one.
fn follow(settings: &Settings, predecessor: Option<Predecessor>) -> Result<Outcome, Failure> {
    let program = program::own();
    let is_first = predecessor.is_none();
    let terminal = Terminal::of_output();
    let read = || serve::options(config::load(settings, "serve")?, terminal);
    let config = config::load(settings, "serve")?;
    // The file that says what is served goes before what it names.
    let file = settings.config.as_ref().and_then(|path| path.canonicalize().ok());
    let roots = config.sites.iter().map(|site| site.root.clone());
    let served = file.into_iter().chain(roots).map(|path| path.to_string_lossy().into_owned()).collect();
    let settings = &config.settings.clone();
    let server = serve::bind(serve::options(config, terminal)?, predecessor)?.with_program(program);
    server.remarks().for_each(exit::warn);
    let bound: Vec<ListenAddress> = server.addresses().cloned().collect();
    let places = Places::of(&bound, Scheme::of(settings));
    let about = About { serves: served, places: places.urls.clone() };
    if let Err(error) = remote::listen(about, server.remote()) {
        exit::warn(format!("quarry reload will not find this server, only HUP does: {}", exit::cause(&error)));
    }
    // Who follows says nothing: whoever reads has been told by the one before, and reads lines of the access log now.
    let announced = if is_first { announce(settings, terminal, &places) } else { Ok(()) };
    match announced.map_err(Failure::output) {
        // Whoever started us does not listen; clients may.
        Ok(()) | Err(Failure::ClosedPipe) => {}
        Err(failure) => return Err(failure),
    }
    serve::run(server, read)?;
    Ok(Outcome::Done)
}

/// Where the site can be found.
#[derive(Debug, Default, PartialEq, Eq)]
struct Places {
    /// The first is for the person at this machine.
    urls: Vec<String>,
    /// Of these, those that others can reach; the most likely first.
    reachable: Vec<String>,
}

impl Places {
    fn of(bound: &[ListenAddress], scheme: Scheme) -> Places {
        let others = if bound.iter().any(is_everywhere) { interface::addresses() } else { Vec::new() };
        Places::among(bound, &others, scheme)
    }

    /// `others`: the addresses that "everywhere" stands for.
    fn among(bound: &[ListenAddress], others: &[IpAddr], scheme: Scheme) -> Places {
        let url = |ip, port| scheme.url(ip, port);
        let mut places = Places::default();
        for listener in bound {
            match listener {
                ListenAddress::Unix(_) => places.add(listener.to_string()),
                ListenAddress::Tcp(address) if address.ip().is_unspecified() => {
                    let loopback = match address {
                        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
                        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
                    };
                    places.add(url(loopback, address.port()));
                    for other in others.iter().filter(|other| other.is_ipv4() == address.is_ipv4()) {
                        places.add(url(*other, address.port()));
                        places.reachable.push(url(*other, address.port()));
                    }
                }
                ListenAddress::Tcp(address) => {
                    places.add(url(address.ip(), address.port()));
                    if !address.ip().is_loopback() {
                        places.reachable.push(url(address.ip(), address.port()));
                    }
                }
            }
        }
        places
    }

    fn add(&mut self, place: String) {
        if !self.urls.contains(&place) {
            self.urls.push(place);
        }
    }
}

fn is_everywhere(listener: &ListenAddress) -> bool {
    matches!(listener, ListenAddress::Tcp(address) if address.ip().is_unspecified())
}

/// How clients have to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Scheme {
    fn of(settings: &Settings) -> Scheme {
        if settings.is_secured() { Scheme::Https } else { Scheme::Http }
    }

    fn url(self, ip: IpAddr, port: u16) -> String {
        let host = match ip {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        let (name, default_port) = match self {
            Scheme::Http => ("http", 80),
            Scheme::Https => ("https", 443),
        };
        if port == default_port { format!("{name}://{host}/") } else { format!("{name}://{host}:{port}/") }
    }
}

/// Says where the site is, to programs (the first line is the URL) and to people.
fn announce(settings: &Settings, terminal: Terminal, places: &Places) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let shown = if settings.log.quiet { 1 } else { places.urls.len() };
    places.urls.iter().take(shown).try_for_each(|place| writeln!(out, "{place}"))?;
    if settings.listening.qr {
        match places.reachable.first().map(|url| (url, qr::draw(url, terminal))) {
            Some((url, Some(code))) => write!(out, "\n{code}{url}\n\n")?,
            Some((_, None)) => exit::warn("cannot show a QR code: the address is too long"),
            None => exit::warn("cannot show a QR code: only this machine can connect; --listen :8000 opens it to all"),
        }
    }
    out.flush()?;
    if io::stderr().is_terminal() && !settings.log.quiet {
        // A closed terminal is no reason not to serve.
        let _ = writeln!(
            io::stderr(),
            "serving {}; Ctrl-C stops",
            exit::shown(settings.config.as_ref().unwrap_or(&settings.root))
        );
    }
    if settings.listening.open {
        match places.urls.iter().find(|url| url.starts_with("http")) {
            Some(url) => browser::open(url),
            None => exit::warn("cannot open a browser: there is only a unix socket"),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bound: &[&str], others: &[&str], urls: &[&str], reachable: &[&str]) {
        let parse = |text: &&str| match text.strip_prefix("unix:") {
            Some(path) => ListenAddress::Unix(path.into()),
            None => ListenAddress::Tcp(text.parse().unwrap()),
        };
        let bound: Vec<ListenAddress> = bound.iter().map(parse).collect();
        let others: Vec<IpAddr> = others.iter().map(|other| other.parse().unwrap()).collect();
        let places = Places::among(&bound, &others, Scheme::Http);
        assert_eq!((places.urls, places.reachable), (strings(urls), strings(reachable)));
    }

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(ToString::to_string).collect()
    }

    const OTHERS: [&str; 2] = ["192.168.1.5", "2001:db8::5"];

    #[test]
    fn loopback_is_for_this_machine_only() {
        check(&["127.0.0.1:8000"], &[], &["http://127.0.0.1:8000/"], &[]);
        check(&["[::1]:80"], &[], &["http://[::1]/"], &[]);
    }

    #[test]
    fn a_port_is_told_where_its_scheme_has_another() {
        let url = |scheme: Scheme, port| scheme.url(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        assert_eq!(url(Scheme::Https, 443), "https://127.0.0.1/");
        assert_eq!(url(Scheme::Https, 80), "https://127.0.0.1:80/");
        assert_eq!(url(Scheme::Http, 443), "http://127.0.0.1:443/");
    }

    #[test]
    fn everywhere_means_loopback_first_then_all_addresses() {
        let urls = ["http://127.0.0.1:8000/", "http://192.168.1.5:8000/", "http://[2001:db8::5]:8000/"];
        check(&["[::]:8000"], &OTHERS, &["http://[::1]:8000/", urls[2]], &urls[2..]);
        check(&["0.0.0.0:8000"], &OTHERS, &urls[..2], &urls[1..2]);
        let both =
            ["http://127.0.0.1:8000/", "http://192.168.1.5:8000/", "http://[::1]:8000/", "http://[2001:db8::5]:8000/"];
        check(&["0.0.0.0:8000", "[::]:8000"], &OTHERS, &both, &[urls[1], urls[2]]);
    }

    #[test]
    fn one_address_and_a_unix_socket_are_told_as_they_are() {
        check(
            &["192.168.1.5:80", "unix:/run/q.sock"],
            &[],
            &["http://192.168.1.5/", "unix:/run/q.sock"],
            &["http://192.168.1.5/"],
        );
    }
}
