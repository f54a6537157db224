//! `quarry explain --live`: in clear, by TLS, with a password.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::super::running::Running;
use super::super::tls_client::certificate;
use super::super::{quarry, start, write};
use super::folder;

/// What `quarry explain` comes to: exit code, output, errors. `home`: where the state folder of the user is.
fn explain(arguments: &[&str], home: Option<&Path>) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quarry"));
    command.arg("explain").args(arguments).env_clear();
    home.iter().for_each(|home| {
        command.env("XDG_STATE_HOME", home);
    });
    let ended = command.output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (ended.status.code(), text(ended.stdout), text(ended.stderr))
}

#[test]
fn a_running_server_is_asked() {
    let folder = folder();
    let running = start(folder.path(), &["--workers", "1"]);
    let explain = |arguments: &[&str]| explain(arguments, None);
    let (code, output, errors) = explain(&["/a.txt", "--live", &running.url, "--field", "If-None-Match: *"]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(output.starts_with("GET /a.txt → 304 Not Modified"), "{output}");
    assert!(output.contains("a program on this machine") && output.contains("\nTimeline\n"), "{output}");
    let (code, output, _) = explain(&["/none", "--live", &running.url, "--json"]);
    let journey: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!((code, journey["status"].as_u64()), (Some(1), Some(404)));
    let without = start(folder.path(), &["--xray", "off"]);
    let (code, _, errors) = explain(&["/a.txt", "--live", &without.url]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("does not show requests to this machine"), "{errors}");
    let (code, _, errors) = explain(&["/a.txt", "--live", "http://127.0.0.1:1/"]);
    assert_eq!(code, Some(2));
    assert!(errors.starts_with("quarry: cannot ask http://127.0.0.1:1/: "), "{errors}");
}

#[test]
fn by_tls_the_authority_of_this_machine_is_believed() {
    let folder = folder();
    let home = tempfile::tempdir().expect("a folder");
    let mut command = quarry([folder.path().as_os_str()]);
    command.args(["--listen", "127.0.0.1:0", "--workers", "1", "--tls"]).env("XDG_STATE_HOME", home.path());
    let running = Running::spawn(&mut command);
    let url = running.url.replace("127.0.0.1", "localhost");
    let (code, output, errors) = explain(&["/a.txt", "--live", &url], Some(home.path()));
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(output.starts_with("GET /a.txt → 200 OK") && output.contains("TLS 1.3"), "{output}");
    // By its address too, for which the certificate is as well.
    assert_eq!(explain(&["/a.txt", "--live", &running.url], Some(home.path())).0, Some(0));
    // Somebody else does not believe it, unless told to.
    let strange = tempfile::tempdir().expect("a folder");
    let (code, _, errors) = explain(&["/a.txt", "--live", &url], Some(strange.path()));
    assert_eq!(code, Some(2));
    let sentence = "its certificate is vouched for by nobody whom this machine trusts (--ca FILE names who vouches for it, \
                    --insecure does not ask)";
    assert_eq!(errors, format!("quarry: cannot ask {url}: {sentence}\n"));
    let ca = home.path().join("quarry/authority.pem");
    let ca = ca.to_str().expect("text");
    assert_eq!(explain(&["/a.txt", "--live", &url, "--ca", ca], Some(strange.path())).0, Some(0));
    assert_eq!(explain(&["/a.txt", "--live", &url, "--insecure"], Some(strange.path())).0, Some(0));
    // What is said to one who speaks no TLS, and by one.
    let (code, _, errors) = explain(&["/a.txt", "--live", &running.url.replace("https", "http")], Some(home.path()));
    assert_eq!(code, Some(2), "{errors}");
    let clear = start(folder.path(), &["--workers", "1"]);
    let url = clear.url.replace("http", "https");
    let (code, _, errors) = explain(&["/a.txt", "--live", &url], Some(home.path()));
    assert_eq!((code, errors), (Some(2), format!("quarry: cannot ask {url}: it does not speak TLS there\n")));
}

#[test]
fn a_certificate_for_others_is_not_believed() {
    let folder = folder();
    let state = tempfile::tempdir().expect("a folder");
    let (chain, key) = certificate(state.path(), -1..10);
    let (chain, key) = (chain.to_str().expect("text"), key.to_str().expect("text"));
    let running = start(folder.path(), &["--workers", "1", "--tls-cert", chain, "--tls-key", key]);
    let url = running.url.replace("127.0.0.1", "127.0.0.2");
    let (code, _, errors) = explain(&["/a.txt", "--live", &running.url, "--ca", chain], None);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let (code, _, errors) = explain(&["/a.txt", "--live", &url, "--ca", chain], None);
    assert_eq!(code, Some(2), "{errors}");
    let (code, _, errors) = explain(&["/a.txt", "--live", &running.url, "--ca", "/none.pem"], None);
    assert_eq!(code, Some(2));
    assert!(errors.contains("cannot read \"/none.pem\""), "{errors}");
}

#[test]
fn a_password_opens_what_a_configured_site_has_seen() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "public/a.txt", "a");
    let config = format!(
        "listen = \"127.0.0.1:0\"\ninside-auth = {{ users = {{ watcher = '{}' }} }}\n[[site]]\nroot = \"public\"\nlook-up = false\n",
        super::super::password::hash(b"watch").1.trim_end()
    );
    write(folder.path(), "q.toml", config);
    let running = Running::spawn(&mut quarry(["--config".as_ref(), folder.path().join("q.toml").as_os_str()]));
    let explain = |more: &[&str]| explain(&[&["/a.txt", "--live", &running.url], more].concat(), None);
    let (code, _, errors) = explain(&[]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("it wants a password from whoever asks for what it has seen"), "{errors}");
    let (code, _, errors) = explain(&["--login", "watcher:guess"]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("the name or the password is not the one"), "{errors}");
    let (code, output, errors) = explain(&["--login", "watcher:watch"]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(output.starts_with("GET /a.txt → 200 OK"), "{output}");
}
