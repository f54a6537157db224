//! Who holds a port, as far as `/proc` lets us see.

use std::fs;
use std::path::Path;

/// A process that listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its id.
    pub process: u32,
    /// The name of its program.
    pub name: String,
}

/// The process that listens on a TCP port. `None` when nobody does, or when it is not ours to see.
pub fn holder_of_port(port: u16) -> Option<Holder> {
    let sockets: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| listening_inodes(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if sockets.is_empty() {
        return None;
    }
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let process = entry.file_name().to_str()?.parse().ok()?;
        holds(&entry.path(), &sockets).then(|| Holder { process, name: name_of(&entry.path()) })
    })
}

/// The inodes of the sockets that listen on `port`, from the text of `/proc/net/tcp`.
fn listening_inodes(table: &str, port: u16) -> Vec<u64> {
    //   sl  local_address rem_address   st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
    //   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0   0       12345
    table
        .lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            let (_, local) = fields.get(1)?.rsplit_once(':')?;
            let is_listening = *fields.get(3)? == "0A";
            let is_port = u16::from_str_radix(local, 16).ok()? == port;
            if is_listening && is_port { fields.get(9)?.parse().ok() } else { None }
        })
        .collect()
}

fn holds(process: &Path, sockets: &[String]) -> bool {
    let Ok(descriptors) = fs::read_dir(process.join("fd")) else { return false };
    descriptors
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .any(|target| sockets.iter().any(|socket| target.as_os_str() == socket.as_str()))
}

fn name_of(process: &Path) -> String {
    let name = fs::read(process.join("comm")).unwrap_or_default();
    String::from_utf8_lossy(&name).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sockets_that_listen_on_the_port_count() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 111 1 0\n   \
            1: 0100007F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000  0 0 222 1 0\n   \
            2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 333 1 0\n   \
            3: 00000000000000000000000001000000:1F90 0:0 0A 0:0 0:0 0  0 0 444 1 0\n";
        assert_eq!(listening_inodes(table, 8080), [111, 444]);
        assert_eq!(listening_inodes("nonsense\n\n: : :\n", 8080), []);
    }

    #[test]
    fn a_port_of_ours_is_held_by_us() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let holder = holder_of_port(port).expect("we listen");
        assert_eq!(holder.process, std::process::id());
        assert!(!holder.name.is_empty());
        drop(listener);
        assert_eq!(holder_of_port(port), None);
    }
}
