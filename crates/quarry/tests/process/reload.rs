//! HUP and `quarry reload`: new settings, all of them or none, with no connection lost.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use rustix::process::Signal;

use super::running::{Running, until};
use super::{Ended, quarry, run, start, write};

/// Its settings change when another folder takes its place: what a name on the command line means is looked up again.
fn replace(folder: &Path, content: &str) {
    let aside = folder.with_extension("aside");
    fs::rename(folder, &aside).expect("moved");
    write(folder, "a.txt", content);
    fs::remove_dir_all(aside).expect("removed");
}

fn site(content: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site");
    write(&site, "a.txt", content);
    (folder, site)
}

fn reload(running: &Running) -> Ended {
    run(["reload", &running.child.id().to_string()])
}

fn content(running: &Running) -> String {
    running.get("/a.txt").split_once("\r\n\r\n").expect("a response").1.to_owned()
}

#[test]
fn what_is_new_is_served_and_whoever_asked_is_told() {
    let (_folder, site) = site("one");
    let running = start(&site, &["--workers", "2"]);
    assert_eq!(content(&running), "one");
    replace(&site, "two");
    let ended = reload(&running);
    let place = format!("{} ({} at {})", running.child.id(), site.display(), running.url);
    assert_eq!((ended.code, ended.output.as_str()), (Some(0), ""));
    assert_eq!(ended.errors, format!("{place} has its new settings\n"));
    assert_eq!(content(&running), "two");
    // By the folder too, and by the signal.
    replace(&site, "three");
    assert_eq!(run([Path::new("reload"), &site]).code, Some(0));
    assert_eq!(content(&running), "three");
    replace(&site, "four");
    running.signal(Signal::HUP);
    until("the signal is heard", || (content(&running) == "four").then_some(()));
    assert_eq!(running.end(Signal::TERM), (Some(0), String::new(), String::new()));
}

#[test]
fn what_cannot_be_used_leaves_the_old_at_work_and_says_why() {
    let (folder, site) = site("one");
    let mut running = start(&site, &[]);
    assert_eq!(content(&running), "one");
    fs::rename(&site, folder.path().join("away")).expect("moved");
    let expected =
        format!("the settings stay as they were: cannot serve \"{}\": there is no such folder\n", site.display());
    let ended = reload(&running);
    assert_eq!((ended.code, ended.output.as_str(), ended.errors), (Some(1), "", format!("quarry: {expected}")));
    assert_eq!(content(&running), "one");
    running.signal(Signal::HUP);
    let mut errors = BufReader::new(running.child.stderr.take().expect("piped")).lines();
    for _ in 0..2 {
        assert_eq!(errors.next().expect("a line").expect("text") + "\n", format!("quarry: {expected}"));
    }
    assert_eq!(content(&running), "one");
}

#[test]
fn who_is_not_there_is_not_told() {
    let (_folder, site) = site("one");
    let running = start(&site, &[]);
    // The number of no process, and of one that serves nothing.
    for name in ["4194305".to_owned(), std::process::id().to_string(), "/nowhere".to_owned()] {
        let ended = run(["reload", &name]);
        assert_eq!((ended.code, ended.output.as_str()), (Some(2), ""));
        let expected = format!("quarry: cannot reload: no server of yours is \"{name}\"; there is ");
        assert!(ended.errors.starts_with(&expected), "{}", ended.errors);
    }
    assert_eq!(content(&running), "one");
}

#[test]
fn systemd_sees_it() {
    let (folder, site) = site("one");
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("bound");
    socket.set_read_timeout(Some(super::running::PATIENCE)).expect("set");
    let heard = || {
        let mut buffer = [0; 256];
        let length = socket.recv(&mut buffer).expect("told");
        String::from_utf8_lossy(&buffer[..length]).trim_end().to_owned()
    };
    let mut command = quarry([site.as_os_str()]);
    let running = Running::spawn(command.args(["--listen", "127.0.0.1:0"]).env("NOTIFY_SOCKET", &path));
    assert_eq!(heard(), "READY=1");
    running.signal(Signal::HUP);
    let reloading = heard();
    let time = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").expect("the word, and when it began");
    assert!(time.parse::<u64>().is_ok_and(|time| time > 0), "{reloading}");
    assert_eq!(heard(), "READY=1");
    running.end(Signal::TERM);
    assert_eq!(heard(), "STOPPING=1");
}

/// Reloads a hundred times while a client asks: what that client tells.
fn under_load(program: &str, arguments: &[&str], reload: impl Fn(u32)) -> String {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let child = command.spawn().unwrap_or_else(|error| panic!("{program} is needed, see `cargo x tools`: {error}"));
    let client = thread::spawn(move || child.wait_with_output().expect("it ends"));
    let mut count = 0;
    while count < 100 || !client.is_finished() {
        reload(count);
        count += 1;
    }
    let output = client.join().expect("no panic");
    println!("{count} reloads");
    assert!(output.status.success(), "{program}: {}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_hundred_reloads_under_load_lose_no_request() {
    let (_folder, site) = site("one");
    let running = start(&site, &["--workers", "2", "--max-connections-per-address", "1000"]);
    let url = format!("{}a.txt", running.url);
    let tell = |count: u32| match count % 10 {
        // Each way, and both at once.
        0 => assert_eq!(reload(&running).code, Some(0)),
        1 => {
            running.signal(Signal::HUP);
            assert_eq!(reload(&running).code, Some(0));
        }
        _ => {
            running.signal(Signal::HUP);
            thread::sleep(std::time::Duration::from_millis(20));
        }
    };
    let told = under_load("wrk", &["-t", "1", "-c", "32", "-d", "4s", &url], tell);
    assert!(!told.contains("Socket errors") && !told.contains("Non-2xx"), "{told}");
    assert!(told.contains("requests in"), "{told}");
    // A connection for each request.
    let told = under_load("wrk", &["-t", "1", "-c", "16", "-d", "3s", "-H", "Connection: close", &url], tell);
    assert!(!told.contains("Socket errors") && !told.contains("Non-2xx"), "{told}");
    let told = under_load("h2load", &["-c", "8", "-m", "16", "-D", "4", &url], tell);
    let requests = told.lines().find(|line| line.starts_with("requests:")).expect("a sum");
    assert!(requests.contains(" 0 failed, 0 errored, 0 timeout"), "{requests}");
    assert_eq!(running.end(Signal::TERM), (Some(0), String::new(), String::new()));
}
