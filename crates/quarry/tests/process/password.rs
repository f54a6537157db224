//! Passwords and limits, from the hash to the door.

use std::io::Write;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use super::running::Running;
use super::{curl, quarry, write};

/// What `quarry password` makes of what comes by a pipe.
pub(crate) fn hash(input: &[u8]) -> (Option<i32>, String, String) {
    let mut command = quarry(["password"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("piped").write_all(input).expect("written");
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A site with a part for Ann alone, one that may be asked for seldom, and one for all.
fn start(hash: &str, more: &str) -> (tempfile::TempDir, Running) {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["open.txt", "private/a.txt", "seldom.txt"] {
        write(folder.path(), &format!("public/{name}"), name);
    }
    let config = format!(
        "listen = \"127.0.0.1:0\"\n{more}\n[[site]]\nroot = \"public\"\n\
         [[site.route]]\nmatch = '^/private/'\nauth = {{ realm = \"ours\", users = {{ ann = '{hash}' }} }}\n\
         [[site.route]]\nmatch = '^/seldom'\nlimit = {{ rate = \"1/h\", burst = 2 }}\n"
    );
    write(folder.path(), "quarry.toml", config);
    let running = Running::spawn(&mut quarry(["--config".as_ref(), folder.path().join("quarry.toml").as_os_str()]));
    (folder, running)
}

/// Status and content, with a field of the answer.
fn ask(running: &Running, target: &str, arguments: &[&str], field: &str) -> (String, String, String) {
    let url = format!("{}{target}", running.url);
    let format = format!("\n%{{http_code}}\n%header{{{field}}}");
    let answer = curl(&[arguments, &["--write-out", &format, &url]].concat());
    let mut parts = answer.rsplitn(3, '\n').map(str::to_owned);
    let (field, status, content) = (parts.next(), parts.next(), parts.next());
    (status.unwrap_or_default(), content.unwrap_or_default(), field.unwrap_or_default())
}

#[test]
fn a_password_comes_in_by_a_pipe_and_its_hash_goes_out() {
    let (code, output, errors) = hash(b"secret\nnot this\n");
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(output.starts_with("$argon2id$v=19$m=19456,t=2,p=1$") && output.ends_with('\n'), "{output}");
    assert_eq!(output.lines().count(), 1);
    let (code, output, errors) = hash(b"\n");
    assert_eq!((code, output.as_str()), (Some(2), ""));
    assert_eq!(errors, "quarry: cannot take the password: an empty password keeps nobody out\n");
}

#[test]
fn a_person_is_asked_twice_and_sees_nothing_of_it() {
    // A terminal of its own, by who has been making them since 1979.
    let ask = |keys: &str| {
        let program = format!("{} password", env!("CARGO_BIN_EXE_quarry"));
        let mut command = Command::new("script");
        command.args(["--quiet", "--return", "--command", &program, "/dev/null"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("script, of util-linux");
        let mut input = child.stdin.take().expect("piped");
        let mut output = child.stdout.take().expect("piped");
        let mut seen = Vec::new();
        // What is typed before it asks is thrown away.
        for keys in keys.split('|') {
            let count = seen.iter().filter(|&&byte| byte == b':').count();
            while seen.iter().filter(|&&byte| byte == b':').count() == count {
                let mut byte = [0];
                assert_eq!(std::io::Read::read(&mut output, &mut byte).expect("output"), 1, "{seen:?}");
                seen.push(byte[0]);
            }
            input.write_all(keys.as_bytes()).expect("typed");
        }
        std::io::Read::read_to_end(&mut output, &mut seen).expect("output");
        let code = child.wait().expect("it ends").code();
        (code, String::from_utf8(seen).expect("text").replace('\r', ""))
    };
    let (code, seen) = ask("secrex\x7ft\n|secret\n");
    assert_eq!(code, Some(0), "{seen}");
    let hash = seen.strip_prefix("Password: \nOnce more: \n").expect("two questions, and nothing of the answers");
    assert!(hash.starts_with("$argon2id$") && !seen.contains("secre"), "{seen}");
    let (code, seen) = ask("secret\n|secrets\n");
    assert_eq!(code, Some(2));
    assert_eq!(seen, "Password: \nOnce more: \nquarry: cannot take the password: it was not the same twice\n");
    let (code, seen) = ask("sec\x03");
    assert_eq!((code, seen.contains("it was taken back")), (Some(2), true), "{seen}");
}

#[test]
fn only_the_right_password_opens() {
    let (_, made, _) = hash(b"sesam: \xC3\xB6ffne dich");
    let (_folder, running) = start(made.trim_end(), "");
    let right = ["--user", "ann:sesam: öffne dich"];
    for _ in 0..3 {
        assert_eq!(ask(&running, "private/a.txt", &right, "etag").0, "200");
        assert_eq!(ask(&running, "open.txt", &[], "etag").0, "200");
        for wrong in
            [&[][..], &["--user", "ann:Sesam: öffne dich"], &["--user", "bob:sesam: öffne dich"], &["--user", "ann:"]]
        {
            let (status, content, challenge) = ask(&running, "private/a.txt", wrong, "www-authenticate");
            assert_eq!((status.as_str(), challenge.as_str()), ("401", "Basic realm=\"ours\", charset=\"UTF-8\""));
            assert!(!content.contains("private"), "{content}");
        }
    }
    let many = ["--http2-prior-knowledge"];
    assert_eq!(ask(&running, "private/a.txt", &[&right[..], &many].concat(), "etag").1, "private/a.txt");
    assert_eq!(running.end(Signal::TERM), (Some(0), String::new(), String::new()));
}

#[test]
fn who_guesses_keeps_nobody_else_waiting() {
    let (_, made, _) = hash(b"secret");
    let (folder, running) = start(made.trim_end(), "");
    assert_eq!(ask(&running, "private/a.txt", &["--user", "ann:secret"], "etag").0, "200");
    // A thousand passwords, each another one.
    let script = "local guess = 0\nrequest = function()\n guess = guess + 1\n\
        wrk.headers['Authorization'] = 'Basic YW5uOg' .. string.format('%06d', guess)\n\
        return wrk.format('GET', '/private/a.txt')\nend\n\
        response = function(status)\n if status ~= 401 and status ~= 503 and status ~= 400 then os.exit(3) end\nend\n";
    write(folder.path(), "guess.lua", script);
    let script = folder.path().join("guess.lua");
    let mut command = Command::new("wrk");
    command.args(["-t", "1", "-c", "32", "-d", "3s", "-s"]).arg(script).arg(&running.url).stdout(Stdio::null());
    let mut guesser = command.spawn().expect("wrk is needed, see `cargo x tools`");
    let mut answers = 0;
    while guesser.try_wait().expect("ours").is_none() {
        // Who has come in before, and who asks for what is open.
        assert_eq!(ask(&running, "private/a.txt", &["--user", "ann:secret"], "etag").0, "200");
        assert_eq!(ask(&running, "open.txt", &[], "etag").0, "200");
        answers += 1;
    }
    assert!(guesser.wait().expect("ours").success(), "an answer that is neither 401 nor 503");
    assert!(answers > 0);
    assert_eq!(running.end(Signal::TERM).0, Some(0));
}

#[test]
fn who_comes_too_often_is_told_when_to_come_again() {
    let (folder, running) = start("$2b$04$abcdefghijklmnopqrstuu5Lo0g67CiD3M4RpN1BmBb4Crp5w7dbK", "");
    let statuses: Vec<String> = (0..5).map(|_| ask(&running, "seldom.txt", &[], "retry-after").0).collect();
    assert_eq!(statuses, ["200", "200", "200", "429", "429"]);
    let (_, _, seconds) = ask(&running, "seldom.txt", &[], "retry-after");
    assert!(seconds.parse::<u32>().is_ok_and(|seconds| (3500..=3600).contains(&seconds)), "{seconds}");
    // The page for people is made elsewhere, and says the same.
    let people = ["--header", "Accept: text/html"];
    assert_eq!(ask(&running, "seldom.txt", &people, "content-type").0, "429");
    assert_eq!(ask(&running, "open.txt", &[], "etag").0, "200");
    // New settings begin no new count.
    assert_eq!(super::run(["reload".as_ref(), folder.path().join("quarry.toml").as_os_str()]).code, Some(0));
    assert_eq!(ask(&running, "seldom.txt", &[], "retry-after").0, "429");
    assert_eq!(running.end(Signal::TERM).0, Some(0));
}

#[test]
fn whoever_watches_over_the_server_comes_in_by_a_password() {
    let (_, made, _) = hash(b"watch");
    let more = format!("inside-auth = {{ users = {{ watcher = '{}' }} }}", made.trim_end());
    let (_folder, running) = start("$2b$04$abcdefghijklmnopqrstuu5Lo0g67CiD3M4RpN1BmBb4Crp5w7dbK", &more);
    let elsewhere = ["--header", "Host: example.org"];
    let (status, _, challenge) = ask(&running, "-/metrics", &elsewhere, "www-authenticate");
    assert_eq!((status.as_str(), challenge.as_str()), ("401", "Basic realm=\"restricted\", charset=\"UTF-8\""));
    let with = |password| [&elsewhere[..], &["--user", password]].concat();
    assert_eq!(ask(&running, "-/metrics", &with("watcher:guess"), "etag").0, "401");
    let (status, content, _) = ask(&running, "-/metrics", &with("watcher:watch"), "etag");
    assert!(status == "200" && content.contains("quarry_requests_total"), "{status} {content}");
    // Who sits here needs none.
    assert_eq!(ask(&running, "-/status", &[], "etag").0, "200");
}
