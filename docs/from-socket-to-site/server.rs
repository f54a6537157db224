//! The server of the lesson: all of it in one file, from `socket()` to the last byte. The chapters show it piece by piece.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::Path;

use regex_automata::meta::Regex;
use rustix::net::sockopt;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, Shutdown, SocketFlags, SocketType};

// 1: socket
/// Asks the kernel for a socket: one end of a conversation that has not begun.
pub(crate) fn socket(address: SocketAddr) -> io::Result<OwnedFd> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    // A stream: what is sent arrives whole and in order (TCP), or not at all.
    Ok(rustix::net::socket_with(family, SocketType::STREAM, SocketFlags::CLOEXEC, None)?)
}

// 2: options
/// Without this, the port could not be used again for a minute after the server has ended: a connection that was closed here
/// lingers in TIME-WAIT, in case a late packet comes.
pub(crate) fn set_options(socket: &OwnedFd, address: SocketAddr) -> io::Result<()> {
    sockopt::set_socket_reuseaddr(socket, true)?;
    if address.is_ipv6() {
        // Each family by its own socket, so that [::]:8000 does not take 0.0.0.0:8000 with it.
        sockopt::set_ipv6_v6only(socket, true)?;
    }
    Ok(())
}

// 3: bind
/// Gives the socket its name: an address of this machine, and a port. Port 0: the kernel chooses.
pub(crate) fn bind(socket: &OwnedFd, address: SocketAddr) -> io::Result<SocketAddr> {
    rustix::net::bind(socket, &address)?;
    Ok(rustix::net::getsockname(socket)?.try_into()?)
}

// 4: listen
/// From now on the kernel shakes hands with clients by itself, and keeps so many of them waiting.
pub(crate) fn listen(socket: &OwnedFd) -> io::Result<()> {
    Ok(rustix::net::listen(socket, 128)?)
}

// 5: accept
/// Waits for a client. What comes back is another socket: the listening one stays at the door.
pub(crate) fn accept(listener: &OwnedFd) -> io::Result<OwnedFd> {
    Ok(rustix::net::accept_with(listener, SocketFlags::CLOEXEC)?)
}

// 6: receive
/// Receives until the empty line that ends the head of a request, and prints what came.
pub(crate) fn receive(client: &OwnedFd) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    // A stream has no messages: the head may come in one piece, or byte by byte.
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let (bytes, _) = rustix::net::recv(client, &mut buffer[..], RecvFlags::empty())?;
        if bytes == 0 || request.len() > 8192 {
            break;
        }
        request.extend_from_slice(&buffer[..bytes]);
    }
    print!("{}", String::from_utf8_lossy(&request));
    Ok(request)
}

// 7: match
/// Which file a request is for: `GET /a/b.html HTTP/1.1`. Only names of letters, so that nobody asks for `/../etc/passwd`.
pub(crate) fn resource(request: &[u8]) -> Option<String> {
    let regex =
        Regex::new(r"^GET /((?:[a-z0-9-]+/)*[a-z0-9-]+\.(?:html|txt|css|png))(?:\?\S*)? HTTP/1\.[01]\r\n").ok()?;
    let mut captures = regex.create_captures();
    regex.captures(request, &mut captures);
    let name = request.get(captures.get_group(1)?.range())?;
    String::from_utf8(name.to_vec()).ok()
}

// 8: respond
/// Status line, header section, empty line, content.
pub(crate) fn response(folder: &Path, name: Option<&str>) -> Vec<u8> {
    let content = name.and_then(|name| Some((name, fs::read(folder.join(name)).ok()?)));
    let (status, media_type, content) = match content {
        Some((name, content)) => ("200 OK", media_type(name, &content), content),
        None => ("404 Not Found", String::from("text/plain; charset=utf-8"), b"nothing is there\n".to_vec()),
    };
    let length = content.len();
    let head = format!(
        "HTTP/1.1 {status}\r\n\
         Content-Type: {media_type}\r\n\
         Content-Length: {length}\r\n\
         Connection: close\r\n\
         \r\n"
    );
    [head.into_bytes(), content].concat()
}

// 9: charset
/// What the bytes are. Of a text also in which encoding: a browser that has to guess shows 锘挎槸 instead of 是.
pub(crate) fn media_type(name: &str, content: &[u8]) -> String {
    let essence = match name.rsplit('.').next() {
        Some("html") => "text/html",
        Some("css") => "text/css",
        Some("png") => return String::from("image/png"),
        _ => "text/plain",
    };
    // GBK is hardly ever valid as UTF-8 by chance; what is valid is UTF-8.
    let charset = if std::str::from_utf8(content).is_ok() { "utf-8" } else { "gb18030" };
    format!("{essence}; charset={charset}")
}

// 10: close
/// Sends all of it, says that nothing more will come, and gives the socket back: dropping it is `close()`.
pub(crate) fn send_and_close(client: OwnedFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        // The kernel takes what has room in its buffer, and says how much that was.
        let sent = rustix::net::send(&client, bytes, SendFlags::NOSIGNAL)?;
        bytes = &bytes[sent..];
    }
    Ok(rustix::net::shutdown(&client, Shutdown::Write)?)
}

// all: a server
/// Serves so many clients, one after the other; tells where it listens.
pub(crate) fn serve(
    address: SocketAddr,
    folder: &Path,
    clients: usize,
    tell: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let listener = socket(address)?;
    set_options(&listener, address)?;
    let address = bind(&listener, address)?;
    listen(&listener)?;
    tell(address);
    for _ in 0..clients {
        let client = accept(&listener)?;
        let request = receive(&client)?;
        let response = response(folder, resource(&request).as_deref());
        send_and_close(client, &response)?;
    }
    Ok(())
}
