//! Whole files: what they mean, and what is wrong with them.

use super::*;
use crate::flag::Command;
use server::site::route::{Action, Condition};

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        let folder = tempfile::tempdir().unwrap();
        for name in ["public", "other"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        std::fs::write(
            folder.path().join("users.txt"),
            "# staff\nann:$2b$10$C6UzMDM.H6dfI/f/IKcEe.5ZC1Ph.BvUZWUz2TJhtWSWvJFU7SOJG\n",
        )
        .unwrap();
        Folder(folder)
    }

    fn load(&self, text: &str, flags: &[&str]) -> Result<Config, String> {
        let path = self.0.path().join("q.toml");
        std::fs::write(&path, text).unwrap();
        let named = ["quarry", "--config", path.to_str().unwrap()];
        let arguments = named.iter().chain(flags).map(Into::into);
        let Ok(Command::Serve(settings)) = flag::parse(arguments) else { panic!("{flags:?}") };
        let strip = |sentence: String| sentence.replace(&format!("{}/", self.0.path().display()), "");
        load(&settings, "serve").map_err(|wrong| strip(Failure::from(wrong).into_sentence()))
    }
}

fn routes(text: &str) -> Vec<server::site::route::Route> {
    let config = Folder::new().load(&format!("[[site]]\nroot = \"public\"\n{text}"), &[]).unwrap();
    config.sites[0].options.routes.as_slice().to_vec()
}

/// What is wrong, without the lines that show where.
#[track_caller]
fn refuse(text: &str, expected: &[&str]) {
    let error = Folder::new().load(text, &[]).unwrap_err();
    let told = error.lines().filter(|line| line.starts_with("q.toml:") || line.trim_start().starts_with("= "));
    assert_eq!(told.map(str::trim_start).collect::<Vec<_>>(), expected, "{error}");
}

/// The same in a route; lines are counted from its first key on.
#[track_caller]
fn refuse_route(keys: &str, expected: &[&str]) {
    let text = format!("site = [{{ root = \"public\", route = [{{\n{keys}\n}}] }}]");
    let expected: Vec<String> = expected
        .iter()
        .map(|line| line.strip_prefix("= ").map_or(format!("q.toml:{line}"), |hint| format!("= {hint}")))
        .collect();
    refuse(&text, &expected.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn the_example_of_the_design_is_taken_word_for_word() {
    let text = r#"
listen = ["127.0.0.1:8080", "[::1]:8080"]

[[site]]
hosts = ["example.org", "*.example.org"]      # no hosts: the default site
root = "public"

[[site.route]]
match = '^/posts/(?<year>\d{4})/(?<slug>[a-z-]+)$'
serve = "/archive/${year}-${slug}.html"       # or a list, tried in order

[[site.route]]
match = '^/old/(.*)$'
redirect = "/new/$1"
status = 308

[[site.route]]
match = '\.(css|js|woff2)$'
set = { Cache-Control = "public, max-age=31536000, immutable" }
"#;
    let config = Folder::new().load(text, &[]).unwrap();
    assert_eq!(config.settings.listening.listen.len(), 2);
    let site = &config.sites[0];
    assert_eq!(site.hosts.iter().map(ToString::to_string).collect::<Vec<_>>(), ["example.org", "*.example.org"]);
    assert!(site.root.ends_with("public"));
    let routes = site.options.routes.as_slice();
    assert_eq!(routes.iter().map(|route| route.line).collect::<Vec<_>>(), [Some(8), Some(12), Some(17)]);
    assert_eq!(routes[0].action, Some(Action::Serve(vec!["/archive/${year}-${slug}.html".into()])));
    assert!(matches!(&routes[1].action, Some(Action::Redirect(status, to)) if status.code() == 308 && to == "/new/$1"));
    assert_eq!(routes[2].changes.set, [("Cache-Control".to_owned(), "public, max-age=31536000, immutable".to_owned())]);
}

#[test]
fn a_flag_goes_before_what_the_file_says_of_the_process() {
    let text = "listen = \"8001\"\nworkers = 3\nmemory = \"1MiB\"\n[[site]]\nroot = \"public\"";
    let config = Folder::new().load(text, &["--workers", "2"]).unwrap();
    assert_eq!(config.settings.listening.workers.map(|workers| workers.get()), Some(2));
    assert_eq!((config.settings.listening.listen.len(), config.settings.limits.memory_bytes), (1, 1 << 20));
    let error = Folder::new().load(text, &["--spa"]).unwrap_err();
    assert_eq!(error, "cannot take --spa and --config together: what a site is served with stands in the file");
    let error = Folder::new().load(text, &["elsewhere"]).unwrap_err();
    assert!(error.starts_with("cannot take DIR and --config together"), "{error}");
}

#[test]
fn a_file_without_sites_is_for_the_folder_of_the_flags() {
    let config = Folder::new().load("workers = 1", &["--clean-urls", "/"]).unwrap();
    assert!(config.sites[0].options.clean_urls && config.sites[0].root == Path::new("/"));
}

#[test]
fn a_site_has_what_flags_have() {
    let text = r##"
[[site]]
root = "public"
symlinks = "never"
index-files = "start.html"
not-found = ""
errors = { 4xx = "/e/any.html", 403 = "/e/403.html" }
spa = "app.html"
clean-urls = true
charset = "GB2312"
cache-control = "max-age=60"
header = { X-Robots-Tag = "noindex", Referrer-Policy = "no-referrer" }
security = "strict"
fresh = "5s"
listing = false
archive = false
title = "Shelf"
accent = "#0A7D5C"
prefix = "off"
[[site]]
hosts = "a.example"
root = "other"
"##;
    let config = Folder::new().load(text, &[]).unwrap();
    let options = &config.sites[0].options;
    assert_eq!((options.index.as_slice(), options.not_found.as_ref()), (&["start.html".to_owned()][..], None));
    assert_eq!(options.errors[0].1, "/e/403.html", "one status goes before its hundred");
    assert_eq!((options.spa.as_deref(), options.default_charset.as_deref()), (Some("app.html"), Some("gbk")));
    assert!(options.clean_urls && !options.listing && !options.archive && options.prefix.is_none());
    let fields: Vec<String> = options.fields.iter().map(|field| format!("{}: {}", field.name, field.value)).collect();
    assert!(
        fields.contains(&"X-Frame-Options: SAMEORIGIN".to_owned())
            && fields.contains(&"Referrer-Policy: no-referrer".to_owned()),
        "{fields:?}"
    );
    assert_eq!(fields.iter().filter(|field| field.starts_with("Referrer-Policy")).count(), 1);
    assert!(config.sites[0].look_up.is_none() && config.sites[1].look_up.is_some());
    assert_eq!(config.sites[1].hosts.len(), 1);
}

#[test]
fn a_route_has_all_that_routes_have() {
    let found = routes(
        r#"
[[site.route]]
match = "^/a"
method = "POST"
host = "*.example.org"
field = { User-Agent = "bot", X-Own = false }
query = { v = true }
address = ["10.0.0.0/8", "unix"]
secured = false
deny = ["loopback"]
allow = "private"
limit = { rate = "100/m", burst = 5, connections = 4 }
auth = { realm = "staff", users = { bob = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$6vbOQjoFXVaGJDfmYpBVjg" }, file = "users.txt" }
set = { Link = ["</a>", "</b>"], X-A = "1" }
remove = "ETag"
media-type = "text/html; charset=GBK"
cors = { origins = "https://a.example", methods = "PUT", fields = "X-A", expose = "ETag", credentials = true, max-age = "1m" }
answer = 410
"#,
    );
    let route = &found[0];
    assert_eq!(route.conditions.len(), 7);
    assert!(matches!(&route.conditions[2], Condition::Field(name, _) if name == "User-Agent"));
    let users: Vec<&str> = route.guards.auth.as_ref().unwrap().users.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(users, ["bob", "ann"]);
    assert_eq!(route.changes.set.len(), 3);
    assert_eq!(route.changes.media_type.as_deref(), Some("text/html; charset=gbk"));
    assert_eq!(route.changes.cors.as_ref().and_then(|cors| cors.max_age), Some(60));
    assert!(matches!(&route.action, Some(Action::Answer(status, None)) if status.code() == 410));
}

#[test]
fn what_is_wrong_is_shown_with_its_place_and_what_was_meant() {
    let error = Folder::new()
        .load("[[site]]\nroot = \"public\"\n\n[[site.route]]\nmatch = '^/old/(.*)$'\nredirct = \"/new/$1\"\n", &[])
        .unwrap_err();
    let expected = "q.toml:6:1: there is no key \"redirct\" here\n  |\n6 | redirct = \"/new/$1\"\n  | ^^^^^^^\n  = did you mean redirect?";
    assert!(error.contains(expected), "{error}");
    let error = Folder::new()
        .load("[[site]]\nroot = \"public\"\n[[site.route]]\nmatch = '^/a(b'\nserve = \"/x\"", &[])
        .unwrap_err();
    assert_eq!(error, "q.toml:4:13: unclosed group\n  |\n4 | match = '^/a(b'\n  |             ^^");
    let error = Folder::new()
        .load("[[site]]\nroot = \"public\"\n[[site.route]]\nmatch = '^/(a)$'\nserve = [\"/x\", \"/y/$2\"]", &[])
        .unwrap_err();
    assert!(error.starts_with("q.toml:5:20: there is no $2: the expression has 1 group\n"), "{error}");
}

#[test]
fn all_is_told_at_once() {
    refuse(
        "listen = 1.5\nworker = 2\n[[site]]\nroot = \"none\"\n[[site]]\nlisting = \"no\"",
        &[
            "q.toml:1:10: found a number with a fraction, expected a string, or a list of strings",
            "q.toml:2:1: there is no key \"worker\" here",
            "= did you mean workers?",
            "q.toml:4:8: cannot serve \"none\": there is no such folder",
            "q.toml:5:1: this site has no root",
            "= write root = \"public\", the folder to serve",
            "q.toml:6:11: found a string, expected true or false",
        ],
    );
    refuse(
        "a = \nb = [",
        &[
            "q.toml:1:5: string values must be quoted, expected literal string",
            "q.toml:2:6: unclosed array, expected `]`",
        ],
    );
}

#[test]
fn values_are_read_as_those_of_flags_are() {
    refuse(
        "listen = \"127.0.0.1\"\ntls-cert = \"a\"\naccess-log = \"loud\"\nidle-timeout = \"0\"\n[[site]]\nroot = \"public\"",
        &[
            "q.toml:1:10: the port is missing; expected for example 127.0.0.1:8000",
            "q.toml:2:1: tls-key is missing: a certificate and its key belong together",
            "q.toml:3:14: expected off, combined, json, short, or a line with parts such as {client}",
            "q.toml:4:16: expected more than nothing, such as 60s",
        ],
    );
    refuse(
        "[[site]]\nroot = \"public\"\nhosts = \"a.example:80\"\n[[site]]\nroot = \"other\"\n[[site]]\nroot = \"other\"\nerrors = { 200 = \"/a\", 404 = \"/../b\" }",
        &[
            "q.toml:3:9: \"a.example:80\" has a port: expected a host alone, which is the same at every port",
            "q.toml:8:12: expected a status from 400 to 599, 4xx or 5xx",
            "q.toml:8:30: expected a file inside the folder, such as index.html",
        ],
    );
}

#[test]
fn routes_are_read_with_care() {
    refuse_route(
        "match = 'a', serve = '/a', redirect = '/b'",
        &[
            "2:28: a route has one action, found serve and redirect",
            "= make two routes of it; the first that holds answers",
        ],
    );
    refuse_route(
        "match = 'a'",
        &["1:37: this route does nothing", "= write what it does: serve, redirect, answer, set, deny…"],
    );
    refuse_route(
        "set = { X-A = '1' }, status = 404",
        &["2:31: a status belongs to redirect, answer or deny, and this route has none of them"],
    );
    refuse_route("redirect = '/a', status = 200", &["2:27: expected 301, 302, 303, 307 or 308"]);
    refuse_route(
        "redirect = 'javascript:x'",
        &["2:12: expected a path that begins with /, or an address that begins with https://"],
    );
    refuse_route(
        "answer = 302",
        &["2:10: expected a status from 200 to 299 or from 400 to 599; redirect sends elsewhere"],
    );
    refuse_route("answer = 'a', status = 204", &["2:24: expected a status with content; answer = 204 has none"]);
    refuse_route(
        "deny = false",
        &["2:8: found false, expected true or ranges of addresses: a route without deny turns nobody away"],
    );
    refuse_route("deny = '10.1.0.0/8'", &["2:8: \"10.1.0.0/8\" has bits beyond its prefix; expected 10.0.0.0/8"]);
    refuse_route("method = 'get', answer = 'a'", &["2:10: expected GET"]);
    refuse_route("limit = '10'", &["2:9: \"10\" is no rate; expected for example 10/s, 100/m or 1000/h"]);
    refuse_route("limit = { connections = 0 }", &["2:25: expected a whole number from 1 on, such as 4"]);
    refuse_route("limit = { rate = '1/s', burst = -1 }", &["2:33: expected a whole number, such as 20"]);
    refuse_route(
        "limit = { connections = 4, burst = 1 }",
        &["2:28: burst belongs to rate, and there is none; expected for example { rate = \"10/s\", burst = 20 }"],
    );
    refuse_route(
        "limit = {}",
        &["2:9: rate and connections are missing; expected for example { rate = \"10/s\", connections = 4 }"],
    );
    refuse_route(
        "limit = { conections = 4 }",
        &[
            "2:9: rate and connections are missing; expected for example { rate = \"10/s\", connections = 4 }",
            "2:11: there is no key \"conections\" here",
            "= did you mean connections?",
        ],
    );
    refuse_route(
        "auth = { users = { ann = 'secret' } }",
        &[
            "2:26: expected the hash of a password (argon2 or bcrypt), never the password itself; quarry password makes one",
        ],
    );
    refuse_route("auth = { realm = 'a' }", &["2:8: nobody could come in: users or file is missing"]);
    refuse_route("set = { Content-Length = '1' }", &["2:9: Content-Length is set by Quarry itself"]);
    refuse_route("set = { Content-Type = 'text/plain' }", &["2:9: Content-Type is set by media-type"]);
    refuse_route(
        "set = { X = \"a\\r\\nb\" }",
        &["2:13: the value has characters that no field may have; expected visible ASCII and spaces"],
    );
    refuse_route(
        "media-type = 'plain'",
        &["2:14: \"plain\" is no media type; expected for example text/plain, or text/html; charset=gbk"],
    );
    refuse_route(
        "cors = { origins = '*', credentials = true }",
        &["2:25: with credentials, name the origins: any site could act in the name of a reader"],
    );
    refuse_route(
        "cors = 'https://a.example/'",
        &[
            "2:8: \"https://a.example/\" is no origin; expected for example https://app.example.org, without a slash at the end",
        ],
    );
    refuse_route("field = { X-A = 'a(' }, answer = 'a'", &["2:19: unclosed group"]);
    refuse_route(
        "match = '^/a', set = { X-A = 'ok', X-B = '$1' }",
        &["2:42: there is no $1: the expression has no groups"],
    );
}

#[test]
fn the_config_is_not_served() {
    let folder = Folder::new();
    let error = folder.load("[[site]]\nroot = \".\"", &[]).unwrap_err();
    assert!(error.contains("q.toml would be served"), "{error}");
    let path = folder.0.path().join("quarry.toml");
    std::fs::write(&path, "[[site]]\nroot = \".\"").unwrap();
    let config = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let Ok(Command::Serve(settings)) = flag::parse(["quarry".into(), "--config".into(), path.clone().into()])
        else {
            panic!("parsed")
        };
        load(&settings, "serve").map(|_| ()).map_err(|wrong| Failure::from(wrong).into_sentence())
    };
    assert_eq!(config("[[site]]\nroot = \".\""), Ok(()));
    assert!(config("[[site]]\nroot = \".\"\nhidden = true").unwrap_err().contains("would be served"));
}

#[test]
fn what_cannot_be_read_is_told() {
    let settings = |path: &Path| {
        let Ok(Command::Serve(settings)) = flag::parse(["quarry".into(), "--config".into(), path.into()]) else {
            panic!("parsed")
        };
        load(&settings, "serve").map(|_| ()).map_err(|wrong| Failure::from(wrong).into_sentence()).unwrap_err()
    };
    let folder = Folder::new();
    let path = folder.0.path().join("none.toml");
    assert_eq!(settings(&path), format!("cannot read {}: no such file or directory", exit::quoted(&path)));
    assert!(settings(folder.0.path()).ends_with("it is not a file"));
    std::fs::write(&path, b"a = \"\xff\"").unwrap();
    assert!(settings(&path).ends_with("it is not UTF-8 from byte 6 on"));
}

/// Each key of the list is known to the reader, and its example can be taken.
#[test]
fn every_key_can_be_written_as_its_example_shows() {
    let folder = Folder::new();
    for name in ["header.html", "footer.html", "chain.pem", "key.pem"] {
        std::fs::write(folder.0.path().join(name), "x").unwrap();
    }
    std::fs::write(folder.0.path().join("public/logo.svg"), "<svg/>").unwrap();
    let check = |text: String| {
        if let Err(error) = folder.load(&text, &[]) {
            panic!("{text}\n{error}");
        }
    };
    for key in key::PROCESS.iter().filter(|key| !matches!(key.name, "user" | "tls-cert" | "tls-key")) {
        let site = if key.name == "site" { "" } else { "[[site]]\nroot = 'public'" };
        check(format!("{} = {}\n{site}", key.name, key.example));
    }
    for key in key::SITE.iter().filter(|key| key.name != "root") {
        check(format!("[[site]]\nroot = 'public'\n{} = {}", key.name, key.example));
    }
    let groups = "match = '^/(?<year>.)(?<slug>.)'";
    for key in key::ROUTE {
        let beside = match key.name {
            "match" | "method" | "host" | "field" | "query" | "address" | "secured" => "answer = 'x'".to_owned(),
            "status" => format!("{groups}\nredirect = '/x'"),
            _ => groups.to_owned(),
        };
        check(format!("[[site]]\nroot = 'public'\n[[site.route]]\n{beside}\n{} = {}", key.name, key.example));
    }
    for (name, keys) in [("limit", key::LIMIT), ("auth", key::AUTH), ("cors", key::CORS)] {
        for key in keys {
            let beside = match (name, key.name) {
                ("limit", "burst") => "rate = '1/s', ",
                ("auth", "realm") => "file = 'users.txt', ",
                ("cors", "credentials") => "origins = 'https://a.example', ",
                _ => "",
            };
            check(format!(
                "[[site]]\nroot = 'public'\n[[site.route]]\n{name} = {{ {beside}{} = {} }}",
                key.name, key.example
            ));
        }
    }
}

#[test]
fn the_sample_serves_as_it_is_and_its_examples_are_right() {
    let folder = Folder::new();
    let path = folder.0.path().join("quarry.toml");
    let load_text = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let Ok(Command::Serve(settings)) = flag::parse(["quarry".into(), "--config".into(), path.clone().into()])
        else {
            panic!("parsed")
        };
        load(&settings, "serve").map_err(|wrong| Failure::from(wrong).into_sentence())
    };
    let config = load_text(&sample()).unwrap();
    assert_eq!((config.sites.len(), config.sites[0].options.routes.as_slice().len()), (1, 0));
    let routes = sample()
        .replace("\n# [[site.route]]", "\n[[site.route]]")
        .replace("\n# match = ", "\nmatch = ")
        .replace("\n# serve = ", "\nserve = ");
    let routes = routes
        .replace("\n# redirect = ", "\nredirect = ")
        .replace("\n# status = ", "\nstatus = ")
        .replace("\n# set = ", "\nset = ");
    assert_eq!(load_text(&routes).unwrap().sites[0].options.routes.as_slice().len(), 3);
}

#[test]
fn the_schema_has_every_key() {
    let schema = schema();
    let site = &schema["properties"]["site"]["items"]["properties"];
    assert_eq!(site.as_object().unwrap().len(), key::SITE.len());
    assert_eq!(site["route"]["items"]["properties"].as_object().unwrap().len(), key::ROUTE.len());
    assert_eq!(site["security"]["enum"][2], "strict");
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn certificates_are_for_the_hosts_of_all_sites_unless_others_are_named() {
    let text = |acme: &str| {
        format!(
            "hsts = 30\nredirect-http = \":80\"\ntls-cert = [\"a\", \"b\"]\ntls-key = [\"c\", \"d\"]\n{acme}\n\
             [[site]]\nroot = \"public\"\nhosts = [\"Example.org\", \"localhost\", \"192.0.2.1\"]\n[[site]]\nroot = \"other\"\n\
             hosts = [\"*.other.test\"]\n"
        )
    };
    let folder = Folder::new();
    let settings = |acme: &str, flags: &[&str]| folder.load(&text(acme), flags).unwrap().settings;
    let none = settings("", &[]);
    assert!(!none.acme.is_on() && none.tls.tls_cert.len() == 2 && none.tls.tls_key.len() == 2);
    assert_eq!((none.tls.hsts, none.tls.redirect_http.len()), (Some(30), 1));
    let all = settings("acme = { dns-hook = \"hook\", dns-wait = \"1s\" }", &[]).acme;
    assert_eq!(all.acme_host, ["example.org", "*.other.test"]);
    assert_eq!(all.acme_dns_hook, Some(folder.0.path().join("hook")));
    let named = settings("acme = { hosts = \"a.test\", email = \"me@a.test\", challenge = \"http-01\" }", &[]).acme;
    assert_eq!((named.acme_host, named.acme_email.as_deref()), (vec!["a.test".to_owned()], Some("me@a.test")));
    assert_eq!(named.acme_challenge, Some(flag::Challenge::Http));
    let flags = settings("acme = { hosts = \"a.test\" }", &["--acme-host", "b.test"]).acme;
    assert_eq!(flags.acme_host, ["b.test"]);
    refuse(
        "acme = { hosts = \"a\", email = \"me\", hots = 1, challenge = \"dns\" }\n[[site]]\nroot = \"public\"",
        &[
            "q.toml:1:18: expected the full name of a host, such as www.example.org",
            "q.toml:1:31: expected an address such as you@example.org",
            "q.toml:1:37: there is no key \"hots\" here",
            "= did you mean hosts?",
            "q.toml:1:59: expected http-01, tls-alpn-01 or dns-01",
        ],
    );
}

#[test]
fn each_flag_of_a_site_is_told_from_those_of_the_process() {
    let text = "[[site]]\nroot = \"public\"";
    let flags = [
        "--hidden",
        "--clean-urls",
        "--charset=gbk",
        "--header=A: b",
        "--fresh=0",
        "--no-listing",
        "--title=x",
        "--prefix=off",
        "--no-lookup",
        "--index=/x",
    ];
    for flag in flags {
        let error = Folder::new().load(text, &[flag]).unwrap_err();
        assert!(error.ends_with("together: what a site is served with stands in the file"), "{flag}: {error}");
    }
    for flag in ["--quiet", "--drain=1s", "--memory=1M", "--access-log=off"] {
        assert!(Folder::new().load(text, &[flag]).is_ok(), "{flag}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(512))]

    /// Any key with any value, anywhere: it is read or refused, and what is refused is shown.
    #[test]
    fn no_text_is_too_odd(lines in proptest::collection::vec(line(), 0..8)) {
        let folder = Folder::new();
        let text = lines.join("\n");
        if let Err(error) = folder.load(&text, &[]) {
            proptest::prop_assert!(!error.is_empty());
        }
    }
}

fn line() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let keys: Vec<&str> = [key::PROCESS, key::SITE, key::ROUTE, key::AUTH, key::LIMIT, key::CORS]
        .iter()
        .flat_map(|keys| keys.iter().map(|key| key.name))
        .collect();
    // Who to become is looked up in the machine.
    let keys: Vec<&str> = keys.into_iter().filter(|key| *key != "user").collect();
    let values = [
        "'public'",
        "\"\\u8d44\\n$1\"",
        "1",
        "-1",
        "1.5",
        "true",
        "[]",
        "[1, 'a']",
        "{}",
        "{ a = 'b', 资 = [] }",
        "1979-05-27",
        "''",
        "'^/(a'",
        "'^/(?<x>资)$'",
        "'${x}$0'",
        "'''\n${'''",
        "inf",
        "{ 404 = '/a' }",
        "{ X-A = true }",
    ];
    let heads = [
        "[[site]]",
        "[[site.route]]",
        "[site]",
        "[site.route]",
        "[[route]]",
        "root = 'public'",
        "\u{feff}",
        "=",
        "\"",
        "[",
        "资",
    ];
    prop_oneof![
        4 => (prop::sample::select(keys), prop::sample::select(values.to_vec())).prop_map(|(key, value)| format!("{key} = {value}")),
        3 => prop::sample::select(heads.to_vec()).prop_map(str::to_owned),
    ]
}
