//! The lesson in `docs/from-socket-to-site`: what is shown there is what is built here, and what is said to be printed is.

#[path = "../../../../docs/from-socket-to-site/server.rs"]
mod server;

#[path = "../process/running.rs"]
#[expect(dead_code, reason = "more of it is needed elsewhere")]
mod running;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;

fn lesson() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/from-socket-to-site")
}

/// The chapters, in their order.
fn chapters() -> Vec<(String, String)> {
    let entries = fs::read_dir(lesson()).expect("the lesson");
    let mut chapters: Vec<(String, String)> = entries
        .filter_map(|entry| {
            let path = entry.expect("a file").path();
            let name = path.file_name()?.to_str()?.to_owned();
            (path.extension()? == "md").then(|| (name, fs::read_to_string(&path).expect("text")))
        })
        .collect();
    chapters.sort();
    chapters
}

/// Blocks of that language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let starts = text.match_indices(&fence).map(|(at, fence)| at + fence.len());
    starts.map(|start| text[start..].split("\n```").next().unwrap_or_default().to_owned()).collect()
}

/// The folder that the examples serve.
fn site() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site");
    fs::create_dir(&site).expect("made");
    fs::write(site.join("hello.txt"), "hello\n").expect("written");
    fs::write(site.join("index.html"), "<!doctype html><p>hello\n").expect("written");
    let gbk = b"\xd7\xca\xc1\xcf\xd4\xda\xd5\xe2\xc0\xef\xa3\xac\xd5\xe2\xca\xc7\xd6\xd0\xce\xc4\xa1\xa3\n";
    fs::write(site.join("old.txt"), gbk.repeat(4)).expect("written");
    folder
}

/// The server of the lesson, for so many clients.
fn start(address: &str, folder: &Path, clients: usize) -> (SocketAddr, thread::JoinHandle<()>) {
    let (tell, told) = channel();
    let (address, folder) = (address.parse().expect("an address"), folder.to_owned());
    let serve = move || {
        server::serve(address, &folder, clients, |address| tell.send(address).expect("somebody waits"))
            .expect("it serves");
    };
    let thread = thread::spawn(serve);
    (told.recv().expect("it listens"), thread)
}

fn curl(arguments: &[&str]) -> String {
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--max-time", "60", "--path-as-is"])
        .args(arguments)
        .output();
    String::from_utf8_lossy(&output.expect("curl").stdout).into_owned()
}

#[test]
fn all_code_that_is_shown_is_code_that_is_run() {
    let source = fs::read_to_string(lesson().join("server.rs")).expect("the server");
    let shown: Vec<String> = chapters().iter().flat_map(|(_, text)| blocks(text, "rust")).collect();
    assert_eq!(shown.len(), 11);
    for block in &shown {
        assert!(source.contains(block.as_str()), "this is not in server.rs:\n{block}");
    }
    // Nothing of it is kept from the reader.
    let functions = source.matches("pub(crate) fn ").count();
    assert_eq!(shown.iter().map(|block| block.matches("pub(crate) fn ").count()).sum::<usize>(), functions);
}

#[test]
fn the_chapters_come_in_the_order_in_which_things_happen() {
    let index = fs::read_to_string(lesson().join("README.md")).expect("the index");
    let places: Vec<usize> = chapters()
        .iter()
        .filter(|(name, _)| name != "README.md")
        .map(|(name, _)| index.find(&format!("({name})")).unwrap_or_else(|| panic!("{name} is not in the index")))
        .collect();
    assert!(places.is_sorted() && places.len() == 11, "{places:?}");
}

/// Rooms and files that are named are there; and what is named just before one, as `Worker::drive` in worker.rs, is in it.
#[test]
fn what_is_named_of_quarry_is_there() {
    let mut count = 0;
    for (name, text) in chapters() {
        for (at, _) in text.match_indices("](") {
            let place = text[at + 2..].split(')').next().expect("an end");
            let path = lesson().join(place);
            assert!(path.exists(), "{name}: {place} is not there");
            let before = &text[..text[..at].rfind('[').expect("a beginning")];
            if let Some((ahead, _)) = before.rsplit_once("` in").filter(|(_, behind)| behind.trim().is_empty()) {
                let named = ahead.rsplit(['`', ':']).next().expect("a name");
                let source = fs::read_to_string(&path).expect("text");
                assert!(source.contains(&format!("fn {named}(")), "{name}: {named} is not in {place}");
                count += 1;
            }
        }
    }
    assert_eq!(count, 1);
}

#[test]
fn the_server_serves_over_both_families() {
    let folder = site();
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let (address, thread) = start(address, &folder.path().join("site"), 5);
        let url = |target: &str| format!("http://{address}{target}");
        let ask = |target: &str| curl(&["-i", &url(target)]);
        let hello = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";
        assert_eq!(ask("/hello.txt"), hello);
        assert_eq!(ask("/hello.txt?x=1"), hello);
        assert!(ask("/old.txt").contains("charset=gb18030"));
        assert!(ask("/index.html").contains("Content-Type: text/html; charset=utf-8\r\n"));
        assert!(ask("/../etc/passwd").starts_with("HTTP/1.1 404 Not Found\r\n"));
        thread.join().expect("it ends after the last client");
    }
}

#[test]
fn the_port_can_be_used_again_at_once() {
    let folder = site();
    let (address, thread) = start("127.0.0.1:0", folder.path(), 1);
    curl(&[&format!("http://{address}/a.txt")]);
    thread.join().expect("it ends");
    let (again, thread) = start(&address.to_string(), folder.path(), 1);
    assert_eq!(again, address);
    curl(&[&format!("http://{again}/a.txt")]);
    thread.join().expect("it ends");
}

#[test]
fn a_request_that_comes_byte_by_byte_is_received() {
    use std::io::{Read, Write};
    let folder = site();
    let (address, thread) = start("127.0.0.1:0", &folder.path().join("site"), 1);
    let mut stream = std::net::TcpStream::connect(address).expect("it listens");
    for byte in b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n" {
        stream.write_all(&[*byte]).expect("sent");
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.ends_with("\r\n\r\nhello\n"), "{answer}");
    thread.join().expect("it ends");
}

/// The lines of a block, each command with what it is said to print.
fn commands(block: &str) -> Vec<(String, Vec<String>)> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for line in block.lines() {
        match line.strip_prefix("$ ") {
            Some(command) => commands.push((command.to_owned(), Vec::new())),
            None => commands.last_mut().expect("a command first").1.push(line.to_owned()),
        }
    }
    commands
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Each line that a command is said to print is among what it prints, in that order.
#[test]
fn commands_print_what_is_said() {
    let folder = site();
    let mut count = 0;
    for (name, text) in chapters() {
        for (command, said) in blocks(&text, "console").iter().flat_map(|block| commands(block)) {
            let printed = match command.split_once(' ') {
                Some(("curl", arguments)) => {
                    let (address, thread) = start("127.0.0.1:0", &folder.path().join("site"), 1);
                    let arguments = arguments.replace("127.0.0.1:8000", &address.to_string());
                    let printed = curl(&arguments.split(' ').collect::<Vec<_>>());
                    thread.join().expect("it ends");
                    printed
                }
                Some(("quarry", arguments)) => {
                    let mut quarry = Command::new(env!("CARGO_BIN_EXE_quarry"));
                    quarry.args(arguments.split(' ')).current_dir(folder.path()).stdin(Stdio::null()).env_clear();
                    String::from_utf8(quarry.output().expect("it runs").stdout).expect("text")
                }
                other => panic!("{name}: {other:?} is no command of the lesson"),
            };
            let printed = flat(&printed);
            let mut rest = printed.as_str();
            for line in said {
                let at = rest
                    .find(&flat(&line))
                    .unwrap_or_else(|| panic!("{name}: {command} does not print {line:?}, but\n{printed}"));
                rest = &rest[at + flat(&line).len()..];
            }
            count += 1;
        }
    }
    assert!(count >= 8, "{count} commands");
}
