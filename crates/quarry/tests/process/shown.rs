//! What routes keep from a client is told nowhere: not in listings, not among what is found, not in archives, not as something similar.

use serde_json::Value;

use super::running::{Running, until};
use super::{curl, program, quarry, run, write};

const ROUTES: &str = r#"
[[site]]
root = "public"
[[site.route]]
match = '^/secret/'
deny = true
[[site.route]]
match = '^/staff'
field = { X-Staff = false }
deny = true
[[site.route]]
match = '^/docs/moved\.txt$'
redirect = "/docs/open.txt"
[[site.route]]
match = '^/docs/other\.txt$'
serve = "/docs/open.txt"
[[site.route]]
match = '^/docs/kept\.txt$'
serve = ["$0", "/docs/open.txt"]
[[site.route]]
match = '^/quiet/'
listing = false
[[site.route]]
match = 'README\.md$'
deny = true
[[site.route]]
match = '^/vault/'
auth = { users = { ann = "$argon2id$v=19$m=19456,t=2,p=1$UBpec1P7RQYonSk3cAAtpw$KxUYn1xMfJ0RCVaEwcild/3vPNebU2g2Rf3y+CxKMeo" } }
"#;

const FILES: [&str; 10] = [
    "vault/granite.txt",
    "secret/granite.txt",
    "staff/granite.txt",
    "docs/moved.txt",
    "docs/other.txt",
    "docs/kept.txt",
    "docs/open.txt",
    "docs/README.md",
    "quiet/granite.txt",
    "a.txt",
];

fn site() -> (tempfile::TempDir, Running) {
    let folder = tempfile::tempdir().expect("a folder");
    for name in FILES {
        write(folder.path(), &format!("public/{name}"), format!("granite in {name}"));
    }
    write(folder.path(), "quarry.toml", ROUTES);
    let config = folder.path().join("quarry.toml");
    let index = folder.path().join("index");
    let text = format!("{}\n", ROUTES.replace("root = \"public\"", &format!("root = \"public\"\nindex = {index:?}")));
    std::fs::write(&config, text).expect("written");
    let running = Running::spawn(quarry(["--config".as_ref(), config.as_os_str()]).args(["--listen", "127.0.0.1:0"]));
    (folder, running)
}

fn json(running: &Running, target: &str, more: &[&str]) -> Value {
    let url = format!("{}{target}", running.url);
    serde_json::from_str(&curl(&[more, &["--header", "Accept: application/json", &url]].concat())).expect("JSON")
}

fn names(list: &Value, key: &str) -> Vec<String> {
    let mut names: Vec<String> =
        list.as_array().into_iter().flatten().map(|item| item[key].as_str().unwrap_or("?").to_owned()).collect();
    names.sort();
    names
}

const STAFF: [&str; 2] = ["--header", "X-Staff: yes"];

const ANN: [&str; 2] = ["--user", "ann:open sesame"];

#[test]
fn listings_have_what_can_be_got() {
    let (_folder, running) = site();
    let list = |target: &str, more: &[&str]| names(&json(&running, target, more)["entries"], "name");
    assert_eq!(list("?format=json", &[]), ["a.txt", "docs"]);
    assert_eq!(list("?format=json", &STAFF), ["a.txt", "docs", "staff"]);
    assert_eq!(list("?format=json", &ANN), ["a.txt", "docs", "vault"]);
    assert_eq!(list("?format=json", &["--user", "ann:wrong"]), ["a.txt", "docs"]);
    assert_eq!(list("docs/?format=json", &[]), ["kept.txt", "open.txt"]);
    let page = curl(&["--header", "Accept: text/html", &format!("{}docs/", running.url)]);
    assert!(!page.contains("granite in docs/README.md") && page.contains("open.txt"), "{page}");
    for target in ["staff/", "secret/granite.txt", "secret/"] {
        let status =
            curl(&["--output", "/dev/null", "--write-out", "%{http_code}", &format!("{}{target}", running.url)]);
        assert_eq!(status, "403", "{target}");
    }
    // Beside a preview there is only what is shown, too.
    let preview = curl(&["--header", "Accept: text/html", &format!("{}docs/open.txt?preview", running.url)]);
    assert!(
        preview.contains("kept.txt") && !preview.contains("other.txt") && !preview.contains("moved.txt"),
        "{preview}"
    );
}

#[test]
fn what_is_found_can_be_got() {
    let (folder, running) = site();
    until("all is read", || {
        let index = &json(&running, "-/find?q=granite&format=json", &[])["index"];
        (index["state"] == "ready" && index["waiting"] == 0 && index["documents"].as_u64() >= Some(10)).then_some(())
    });
    let found = |words: &str, more: &[&str]| {
        let answer = json(&running, &format!("-/find?q={words}&format=json"), more);
        assert_eq!(
            answer["total"],
            answer["hits"].as_array().map_or(0, Vec::len),
            "no total tells of others: {answer}"
        );
        names(&answer["hits"], "target")
    };
    let shown = ["/a.txt", "/docs/kept.txt", "/docs/open.txt"];
    let for_staff = ["/a.txt", "/docs/kept.txt", "/docs/open.txt", "/staff/granite.txt"];
    // Each twice, and one after the other: who may see more changes nothing for who may not.
    for _ in 0..2 {
        assert_eq!(found("granite", &[]), shown);
        assert_eq!(found("granite", &STAFF), for_staff);
        assert_eq!(found("granite", &ANN), ["/a.txt", "/docs/kept.txt", "/docs/open.txt", "/vault/granite.txt"]);
    }
    for name in ["secret", "moved", "other", "quiet", "README"] {
        assert_eq!(found(name, &[]), [""; 0], "{name}");
        let suggested = json(&running, &format!("-/suggest?q={name}"), &[]).to_string();
        assert!(
            !suggested.contains("granite.txt") && !suggested.contains("README.md") && !suggested.contains("moved.txt"),
            "{suggested}"
        );
    }
    let suggested = json(&running, "-/suggest?q=staf", &STAFF).to_string();
    assert!(suggested.contains("staff"), "{suggested}");
    // Nor as something like what was asked for.
    for target in ["docs/othre.txt", "secret/granit.txt", "granite.txt", "quiet/granit.txt"] {
        let page = curl(&["--header", "Accept: text/html", &format!("{}{target}", running.url)]);
        for hidden in ["/docs/other.txt", "/secret/granite.txt", "/staff/granite.txt", "/quiet/granite.txt"] {
            assert!(!page.contains(hidden), "{target}: {page}");
        }
    }
    // Who has the files has them.
    let root = folder.path().join("public");
    let ended = run(["find".as_ref(), "granite".as_ref(), "-l".as_ref(), "--dir".as_ref(), root.as_os_str()]);
    assert_eq!(ended.output.lines().count(), FILES.len(), "{}", ended.output);
}

#[test]
fn archives_have_what_can_be_got() {
    let (folder, running) = site();
    let list = |kind: &str, target: &str, more: &[&str]| {
        let file = folder.path().join("archive");
        curl(
            &[more, &["--output", file.to_str().expect("UTF-8"), &format!("{}{target}?archive={kind}", running.url)]]
                .concat(),
        );
        let code = "import sys, tarfile, zipfile\nn = sys.argv[1]\nall = zipfile.ZipFile(n).namelist() if zipfile.is_zipfile(n) else [m.name + '/' * m.isdir() for m in tarfile.open(n)]\nprint('\\n'.join(sorted(x.split('/', 1)[1] for x in all if not x.endswith('/'))))";
        String::from_utf8(program("python3", &["-c", code, file.to_str().expect("UTF-8")])).expect("UTF-8")
    };
    for kind in ["zip", "tar"] {
        assert_eq!(list(kind, "", &[]), "a.txt\ndocs/kept.txt\ndocs/open.txt\n", "{kind}");
        assert_eq!(list(kind, "", &STAFF), "a.txt\ndocs/kept.txt\ndocs/open.txt\nstaff/granite.txt\n", "{kind}");
        assert_eq!(list(kind, "", &ANN), "a.txt\ndocs/kept.txt\ndocs/open.txt\nvault/granite.txt\n", "{kind}");
        assert_eq!(list(kind, "docs/", &[]), "kept.txt\nopen.txt\n", "{kind}");
    }
}
