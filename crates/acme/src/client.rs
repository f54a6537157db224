//! A client of HTTP/1.1 by TLS, one request a connection: an authority is asked a dozen things every other month.

use bytes::Bytes;
use instant_acme::{BodyWrapper, BytesResponse, HttpClient};
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig, ClientConnection, StreamOwned};
use std::future::{Future, ready};
use std::io::{self, Read, Write};
use std::net::{IpAddr, TcpStream, ToSocketAddrs};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// From the connection to the last byte of the answer. Beyond it: the request has failed.
const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(60);

/// Until one address of the authority has answered; then the next one is tried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Of an answer. A chain of certificates has some KiB.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// A client.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    tls: Arc<ClientConfig>,
    /// When the authority last said to come back (RFC 9110 §10.2.3), as it wrote it.
    retry_after: Arc<Mutex<Option<String>>>,
}

/// An answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) content: Vec<u8>,
}

impl Answer {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Client {
    /// One that believes servers whom these settings believe.
    pub(crate) fn new(tls: Arc<ClientConfig>) -> Client {
        Client { tls, retry_after: Arc::default() }
    }

    /// When the authority last said to come back, if it has since this was last asked.
    pub(crate) fn take_retry_after(&self) -> Option<String> {
        self.retry_after.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What stands there.
    ///
    /// Errs with the cause when there is no whole answer.
    pub(crate) fn get(&self, url: &str) -> Result<Answer, String> {
        self.ask("GET", url, &[], &[])
    }

    /// Asks, and waits for the answer.
    fn ask(&self, method: &str, url: &str, fields: &[(&str, &str)], content: &[u8]) -> Result<Answer, String> {
        let Place { is_secured, host, port, target } =
            Place::read(url).ok_or_else(|| format!("cannot ask {url:?}: expected https://"))?;
        let until = Instant::now() + EXCHANGE_TIMEOUT;
        let said = |error: io::Error| format!("{host} does not answer: {}", cause(&error));
        let socket = connect(host, port).map_err(said)?;
        let authority = url.split('/').nth(2).unwrap_or(host);
        let mut request = format!(
            "{method} {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nContent-Length: {}\r\n",
            content.len()
        );
        let own = [("User-Agent", concat!("quarry/", env!("CARGO_PKG_VERSION")))];
        for (name, value) in own.iter().chain(fields) {
            request.extend([name, ": ", value, "\r\n"]);
        }
        request.push_str("\r\n");
        let request = [request.as_bytes(), content].concat();
        let has_content = method != "HEAD";
        let answer = if is_secured {
            let bare = host.trim_matches(['[', ']']).to_owned();
            let name = ServerName::try_from(bare).map_err(|_| format!("{host:?} is no name of a host"))?;
            let session = ClientConnection::new(Arc::clone(&self.tls), name).map_err(|error| error.to_string())?;
            exchange(&mut StreamOwned::new(session, Timed { socket, until }), &request, has_content)
        } else {
            exchange(&mut Timed { socket, until }, &request, has_content)
        };
        let answer = answer.map_err(said)?;
        if let Some(value) = answer.field("Retry-After") {
            *self.retry_after.lock().unwrap_or_else(PoisonError::into_inner) = Some(value.to_owned());
        }
        Ok(answer)
    }
}

impl HttpClient for Client {
    fn request(
        &self,
        request: http::Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, instant_acme::Error>> + Send>> {
        let (head, body) = request.into_parts();
        // The library has its own way to the bytes of a response, and to none else.
        let mut body = BytesResponse::from(http::Response::new(body)).body;
        let mut answered = || {
            let content = wait(body.into_bytes())?;
            let fields = head.headers.iter().filter(|(name, _)| *name != http::header::USER_AGENT);
            let fields = fields.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
            let fields: Vec<(&str, &str)> = fields.collect();
            let answer = self.ask(head.method.as_str(), &head.uri.to_string(), &fields, &content)?;
            let mut response = http::Response::builder().status(answer.status);
            for (name, value) in answer.fields {
                response = response.header(name, value);
            }
            let (parts, ()) = response.body(())?.into_parts();
            Ok(BytesResponse { parts, body: Box::new(Bytes::from(answer.content)) })
        };
        Box::pin(ready(answered().map_err(instant_acme::Error::Other)))
    }
}

/// Drives what the library does, which waits for nothing but this client, and that has its answer before it says that
/// there is anything to wait for.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
        thread::yield_now();
    }
}

/// Where a URL leads to.
struct Place<'a> {
    is_secured: bool,
    host: &'a str,
    port: u16,
    target: &'a str,
}

impl Place<'_> {
    /// RFC 8555 §6.1: an authority is spoken to by HTTPS. On this machine, where tests are, in clear too.
    fn read(url: &str) -> Option<Place<'_>> {
        let (is_secured, rest) = match url.strip_prefix("https://") {
            Some(rest) => (true, rest),
            None => (false, url.strip_prefix("http://")?),
        };
        let (authority, target) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = match authority.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, if is_secured { 443 } else { 80 }),
        };
        let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        let is_here = host == "localhost" || address.is_some_and(|address| address.is_loopback());
        let target = if target.is_empty() { "/" } else { target };
        let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        (!host.is_empty() && is_plain(rest) && (is_secured || is_here)).then_some(Place {
            is_secured,
            host,
            port,
            target,
        })
    }
}

/// Whether an authority may be found there.
pub(crate) fn is_place(url: &str) -> bool {
    Place::read(url).is_some()
}

fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = None;
    for address in (host.trim_matches(['[', ']']), port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
            Ok(socket) => return Ok(socket),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| io::Error::new(io::ErrorKind::NotFound, "it has no address")))
}

/// A socket that waits no longer than it may in all, however the peer spreads its bytes.
struct Timed {
    socket: TcpStream,
    until: Instant,
}

impl Timed {
    fn left(&self) -> io::Result<Option<Duration>> {
        match self.until.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
            left => Ok(Some(left)),
        }
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(self.left()?)?;
        self.socket.read(buffer)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(self.left()?)?;
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

fn exchange(stream: &mut (impl Read + Write), request: &[u8], has_content: bool) -> io::Result<Answer> {
    stream.write_all(request)?;
    stream.flush()?;
    let mut bytes = Vec::new();
    let mut piece = [0; 8 << 10];
    loop {
        let has_ended = match stream.read(&mut piece) {
            Ok(count) => {
                bytes.extend_from_slice(&piece[..count]);
                count == 0
            }
            // Many servers cut the connection without saying so; whether the answer is whole is seen by itself.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => true,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let invalid = |cause: &str| io::Error::new(io::ErrorKind::InvalidData, cause);
        match read(&bytes, has_content, has_ended) {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) if has_ended => return Err(invalid("its answer is cut short")),
            Ok(None) if bytes.len() > ANSWER_BYTES_MAX => return Err(invalid("its answer has no end")),
            Ok(None) => {}
            Err(()) => return Err(invalid("what it answers is no HTTP")),
        }
    }
}

/// The answer, when all of it is there (RFC 9112 §6.3). Errs when it is none.
fn read(bytes: &[u8], has_content: bool, has_ended: bool) -> Result<Option<Answer>, ()> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&bytes[..end]).map_err(drop)?;
    let rest = &bytes[end + 4..];
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()).ok_or(())?;
    if (100..200).contains(&status) {
        // RFC 9110 §15.2: the final one is still to come.
        return read(rest, has_content, has_ended);
    }
    let mut fields = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or(())?;
        fields.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, fields, content: Vec::new() };
    if !has_content || status == 204 || status == 304 {
        return Ok(Some(answer));
    }
    if answer.field("Transfer-Encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        return Ok(chunks(rest)?.map(|content| Answer { content, ..answer }));
    }
    let content = match answer.field("Content-Length") {
        Some(length) => rest.get(..length.parse().map_err(drop)?),
        None => has_ended.then_some(rest),
    };
    let Some(content) = content else { return Ok(None) };
    answer.content = content.to_vec();
    Ok(Some(answer))
}

/// RFC 9112 §7.1. `None`: more is to come.
fn chunks(mut rest: &[u8]) -> Result<Option<Vec<u8>>, ()> {
    let mut content = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|window| window == b"\r\n") else { return Ok(None) };
        let line = std::str::from_utf8(&rest[..end]).map_err(drop)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).ok().filter(|size| *size <= ANSWER_BYTES_MAX).ok_or(())?;
        rest = &rest[end + 2..];
        if size == 0 {
            return Ok(Some(content));
        }
        let (Some(chunk), Some(b"\r\n")) = (rest.get(..size), rest.get(size..size + 2)) else {
            return if rest.len() < size + 2 { Ok(None) } else { Err(()) };
        };
        content.extend_from_slice(chunk);
        rest = &rest[size + 2..];
    }
}

/// Why nothing was answered, for the owner of a server.
fn cause(error: &io::Error) -> String {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    if let Some(rustls::Error::InvalidCertificate(invalid)) = tls {
        return match invalid {
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => {
                "its own certificate is not valid at the time that the clock of this machine shows; is that right?"
                    .into()
            }
            CertificateError::UnknownIssuer => {
                "its own certificate is vouched for by nobody whom this machine trusts (--acme-roots names others)"
                    .into()
            }
            other => format!("its own certificate cannot be believed: {other}"),
        };
    }
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "it took too long".into(),
        _ => {
            let text = error.to_string();
            let mut text = text.split(" (os error").next().unwrap_or_default().to_owned();
            if text.as_bytes().get(1).is_some_and(u8::is_ascii_lowercase) {
                text[..1].make_ascii_lowercase();
            }
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<Option<(u16, &str)>, ()>) {
        let found = |bytes: &[u8], has_ended| {
            let read = read(bytes, true, has_ended)?;
            Ok(read.map(|answer| (answer.status, String::from_utf8(answer.content).unwrap())))
        };
        let expected = expected.map(|it| it.map(|(status, content)| (status, content.to_owned())));
        assert_eq!(found(text.as_bytes(), true), expected);
        // Before its end it is none, or the same.
        for length in 0..text.len() {
            if let Ok(Some(early)) = found(&text.as_bytes()[..length], false) {
                assert_eq!(Ok(Some(early)), expected);
            }
        }
    }

    #[test]
    fn an_answer_is_whole_when_its_framing_says_so() {
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", Ok(Some((200, "abc"))));
        check("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabc", Ok(None));
        check("HTTP/1.1 200 OK\r\n\r\nabc", Ok(Some((200, "abc"))));
        check("HTTP/1.1 204 No Content\r\n\r\n", Ok(Some((204, ""))));
        check("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", Ok(Some((404, ""))));
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        check(&format!("{chunked}3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"), Ok(Some((200, "abc0123456789"))));
        check(&format!("{chunked}3\r\nabc\r\n"), Ok(None));
        check(&format!("{chunked}3\r\nabcde\r\n"), Err(()));
        check(&format!("{chunked}FFFFFFFFFFFFFFFFF\r\n"), Err(()));
    }

    #[test]
    fn what_is_no_http_is_refused() {
        for text in ["SSH-2.0-x\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"] {
            check(text, Err(()));
        }
        check("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", Err(()));
    }

    #[test]
    fn a_head_alone_has_no_content() {
        let answer = read(b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n", false, false).unwrap().unwrap();
        assert_eq!((answer.status, answer.content.len()), (200, 0));
        assert_eq!(answer.field("content-LENGTH"), Some("30"));
    }

    #[test]
    fn an_authority_is_spoken_to_by_https_unless_it_is_on_this_machine() {
        for url in
            ["https://a.test", "https://a.test:14000/dir", "http://127.0.0.1:80/a", "http://[::1]/", "https://[::1]:5/"]
        {
            assert!(is_place(url), "{url}");
        }
        for url in ["http://a.test/", "a.test", "https://", "https://a.test:x/", "https://a b/", "https://a/\r\nb"] {
            assert!(!is_place(url), "{url}");
        }
        let place = Place::read("https://[::1]:5/a?b").unwrap();
        assert_eq!((place.host, place.port, place.target), ("[::1]", 5, "/a?b"));
    }
}
