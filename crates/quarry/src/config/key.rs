//! Every key of the config, written once: the reader knows by it what is meant, and the schema for editors and the commented file are
//! made from it.

/// One key.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// What it is for, in one line.
    pub(crate) text: &'static str,
    /// What it may be.
    pub(crate) shapes: &'static [Shape],
    /// A value that can be taken, as it is written.
    pub(crate) example: &'static str,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Text,
    Number,
    Switch,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of strings.
    Texts,
    /// Names with strings or lists of strings.
    Map,
    /// Names with expressions, or with true or false for whether there is one.
    Tests,
    /// A table with these keys.
    Table(&'static [Key]),
    /// Any number of tables with these keys.
    Tables(&'static [Key]),
}

use Shape::{Map, Number, Switch, Table, Tables, Tests, Text, Texts, Word};

const fn key(name: &'static str, shapes: &'static [Shape], example: &'static str, text: &'static str) -> Key {
    Key { name, text, shapes, example }
}

/// Of the whole file.
pub(crate) const PROCESS: &[Key] = &[
    key(
        "listen",
        &[Text, Texts],
        "[\"127.0.0.1:8080\", \"[::1]:8080\"]",
        "Where to listen, as --listen has it; default: port 8000 on this machine, or the next one that is free",
    ),
    key("workers", &[Number], "4", "Worker threads; default: one a core"),
    key("user", &[Text], "\"www-data\"", "Who to become, and maybe with which group, once the ports are bound"),
    key("drain", &[Text], "\"10s\"", "When stopping, wait so long for what is under way"),
    key("memory", &[Text], "\"256MiB\"", "Keep hot files in so much memory, for all sites together"),
    key("idle-timeout", &[Text], "\"60s\"", "Close a connection that has been idle so long"),
    key(
        "max-connections",
        &[Number],
        "10000",
        "Connections at once; beyond it the oldest idle one makes room; default: as many as may be open",
    ),
    key(
        "max-connections-per-address",
        &[Number],
        "1024",
        "Connections at once from one address, except from this machine",
    ),
    key(
        "access-log",
        &[Text],
        "\"combined\"",
        "Print a line per request: off, combined, json, short, or a line of your own such as '{client} {status} {target}'",
    ),
    key(
        "access-log-file",
        &[Text],
        "\"/var/log/quarry.log\"",
        "Append these lines to a file, which is opened again at USR1",
    ),
    key(
        "inside",
        &[Word(&["local", "off"])],
        "\"off\"",
        "Who may see how the server is, at /-/status and /-/metrics: whoever is at this machine, or nobody",
    ),
    key(
        "xray",
        &[Word(&["auto", "on", "off"])],
        "\"on\"",
        "Whether those may see requests, too, at /-/xray; auto: in the sites of a config only with the password of inside-auth",
    ),
    key(
        "inside-auth",
        &[Table(AUTH)],
        "{ users = { watcher = \"$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$6vbOQjoFXVaGJDfmYpBVjg\" } }",
        "Who else may, from anywhere, by name and password (quarry password makes the hash)",
    ),
    key("quiet", &[Switch], "true", "Print the address and errors, nothing else"),
    key("tls", &[Switch], "true", "Serve by HTTPS; without a certificate of its own, with one for this machine"),
    key(
        "tls-cert",
        &[Text, Texts],
        "\"chain.pem\"",
        "The certificate to serve HTTPS with (PEM, with those that lead to its authority), or several: a client gets the one for the host that it asks for",
    ),
    key(
        "tls-key",
        &[Text, Texts],
        "\"key.pem\"",
        "The private key of that certificate (PEM), or of each, in the same order",
    ),
    key(
        "tls-client-ca",
        &[Text],
        "\"clients.pem\"",
        "Let in only clients with a certificate of an authority in this file (PEM)",
    ),
    key(
        "redirect-http",
        &[Text, Texts],
        "\":80\"",
        "Listen here too, for clients that do not know of HTTPS, and send them there",
    ),
    key("hsts", &[Number], "365", "Tell browsers to come by HTTPS alone from now on, for so many days"),
    key("state", &[Text], "\"/var/lib/quarry\"", "Keep certificates, their keys and the development authority here"),
    key(
        "acme",
        &[Table(ACME)],
        "{}",
        "Certificates for the hosts of all sites, from Let's Encrypt, renewed by themselves",
    ),
    key("site", &[Tables(SITE)], "[{ root = \"public\" }]", "A site; there may be several, told apart by their hosts"),
];

/// Of certificates that renew themselves.
pub(crate) const ACME: &[Key] = &[
    key("hosts", &[Text, Texts], "[\"example.org\"]", "For these hosts; default: those of all sites"),
    key(
        "on-demand",
        &[Text, Texts],
        "[\"*.customers.example.org\"]",
        "For a host beneath these when a client first asks for it",
    ),
    key("email", &[Text], "\"you@example.org\"", "Where the authority may write to"),
    key("directory", &[Text], "\"https://acme-v02.api.letsencrypt.org/directory\"", "The authority, by its directory"),
    key(
        "challenge",
        &[Word(&["http-01", "tls-alpn-01", "dns-01"])],
        "\"tls-alpn-01\"",
        "Prove names only in this way; default: by the hook where there is one, else by what works",
    ),
    key(
        "dns-hook",
        &[Text],
        "\"dns-hook\"",
        "Prove names by records that this program writes: PROGRAM present|cleanup NAME VALUE",
    ),
    key("dns-wait", &[Text], "\"30s\"", "Wait so long until such records can be seen"),
    key(
        "eab-kid",
        &[Text],
        "\"id\"",
        "The name of the key that binds to an account elsewhere, for authorities that want it",
    ),
    key("eab-key", &[Text], "\"key.txt\"", "The file with that key (base64url)"),
    key(
        "roots",
        &[Text],
        "\"roots.pem\"",
        "Trust the authority's own server by the certificates in this file alone (PEM)",
    ),
];

/// Of a site.
pub(crate) const SITE: &[Key] = &[
    key(
        "hosts",
        &[Text, Texts],
        "[\"example.org\", \"*.example.org\"]",
        "Whom it answers for; none: every host that no other site has",
    ),
    key("root", &[Text], "\"public\"", "The folder to serve; from the folder of this file on"),
    key("hidden", &[Switch], "true", "Serve hidden files too (names that begin with a dot)"),
    key(
        "symlinks",
        &[Word(&["inside", "never", "anywhere"])],
        "\"never\"",
        "Which symbolic links to follow; default: those that stay inside the folder",
    ),
    key(
        "index-files",
        &[Text, Texts],
        "[\"index.html\", \"index.htm\"]",
        "Files that stand for their folder, the first that is there",
    ),
    key(
        "not-found",
        &[Text],
        "\"404.html\"",
        "The name of the file that answers for what is missing below its folder; \"\": none",
    ),
    key(
        "errors",
        &[Map],
        "{ 403 = \"/errors/403.html\", 5xx = \"/errors/any.html\" }",
        "Own files for errors, by status or for all of a hundred",
    ),
    key(
        "spa",
        &[Text],
        "\"index.html\"",
        "Answer pages that do not exist with this file, for applications with their own router",
    ),
    key("clean-urls", &[Switch], "true", "Serve about.html as /about"),
    key("charset", &[Text], "\"gbk\"", "Take this charset for texts that nobody can tell"),
    key(
        "cache-control",
        &[Text],
        "\"max-age=60\"",
        "Cache-Control of every file; default: no-cache, which asks each time and sends only what changed",
    ),
    key("header", &[Map], "{ X-Robots-Tag = \"noindex\" }", "Fields of every response"),
    key(
        "security",
        &[Word(SECURITY)],
        "\"strict\"",
        "Fields that protect readers: basic (default) cannot break a page; strict also forbids frames by other sites, camera, microphone and place",
    ),
    key(
        "limit",
        &[Text, Table(LIMIT)],
        "{ rate = \"50/s\", burst = 200, connections = 100 }",
        "How often one client may come, and how much of it may be under way at a time; for the whole site; beyond it 429",
    ),
    key("fresh", &[Text], "\"1s\"", "See changed files at the latest after so long; 0: look at each request"),
    key("listing", &[Switch], "false", "List folders without an index page"),
    key("archive", &[Switch], "false", "Offer folders that are listed as zip and tar"),
    key("markdown", &[Switch], "false", "Show Markdown as pages"),
    key("compress", &[Switch], "false", "Compress texts while they are served"),
    key("title", &[Text], "\"My shelf\"", "Title of the site, on listings"),
    key("accent", &[Text], "\"#0a7d5c\"", "Colour of links and marks"),
    key("logo", &[Text], "\"logo.svg\"", "A picture inside the folder, instead of Quarry's mark"),
    key(
        "page-header",
        &[Text],
        "\"header.html\"",
        "Put the HTML in this file at the top of every page that Quarry makes",
    ),
    key(
        "page-footer",
        &[Text],
        "\"footer.html\"",
        "Put the HTML in this file at the bottom of every page that Quarry makes",
    ),
    key("templates", &[Text], "\"templates\"", "Make pages by the templates in this folder"),
    key("prefix", &[Text], "\"/-\"", "Where Quarry's own pages live, or off"),
    key("look-up", &[Switch], "false", "Index names and contents, and let readers look them up"),
    key("index", &[Text], "\"/var/cache/quarry\"", "Keep the index here; default: the cache folder of the user"),
    key(
        "route",
        &[Tables(ROUTE)],
        "[{ match = '^/old$', redirect = \"/new\" }]",
        "What is done with some of the targets; tried in order",
    ),
];

/// Of a route.
pub(crate) const ROUTE: &[Key] = &[
    key(
        "match",
        &[Text],
        "'^/posts/(?<year>\\d{4})/(?<slug>[a-z-]+)$'",
        "An expression that the decoded path has to match; none: every path does",
    ),
    key("method", &[Text, Texts], "[\"GET\", \"POST\"]", "Only for these methods; GET stands for HEAD too"),
    key("host", &[Text, Texts], "\"www.example.org\"", "Only for these hosts"),
    key(
        "field",
        &[Tests],
        "{ User-Agent = '(?i)bot' }",
        "Only if request fields match expressions, or are there (true) or not (false)",
    ),
    key(
        "query",
        &[Tests],
        "{ id = '^(?<id>\\d+)$' }",
        "Only if parameters of the query match expressions, or are there (true) or not (false)",
    ),
    key(
        "address",
        &[Text, Texts],
        "[\"10.0.0.0/8\", \"loopback\"]",
        "Only for clients in these ranges; loopback, private and unix are ranges too",
    ),
    key("secured", &[Switch], "false", "Only for clients that come by HTTPS (true), or that do not (false)"),
    key(
        "deny",
        &[Switch, Text, Texts],
        "true",
        "Turn everybody away (true), or clients in these ranges: 403, or the status",
    ),
    key("allow", &[Text, Texts], "[\"private\"]", "Turn all clients away that are not in these ranges: 403"),
    key(
        "limit",
        &[Text, Table(LIMIT)],
        "{ rate = \"10/s\", connections = 4 }",
        "How often one client may come, and how much of it may be under way at a time; beyond it 429",
    ),
    key(
        "auth",
        &[Table(AUTH)],
        "{ realm = \"staff\", users = { ann = \"$2b$10$C6UzMDM.H6dfI/f/IKcEe.5ZC1Ph.BvUZWUz2TJhtWSWvJFU7SOJG\" } }",
        "Ask for name and password",
    ),
    key(
        "set",
        &[Map],
        "{ X-Frame-Options = \"DENY\" }",
        "Response fields, in place of those of the same name; with captures",
    ),
    key("remove", &[Text, Texts], "[\"Referrer-Policy\"]", "Response fields that go"),
    key("cache-control", &[Text], "\"public, max-age=31536000, immutable\"", "Cache-Control of what is found"),
    key("charset", &[Text], "\"gbk\"", "Take this charset for texts that nobody can tell"),
    key("media-type", &[Text], "\"text/plain\"", "What files are, whatever their name says"),
    key("listing", &[Switch], "false", "List folders without an index page"),
    key("fallback", &[Text], "\"/pictures/none.png\"", "The file that answers where nothing is; with captures"),
    key("errors", &[Map], "{ 404 = \"/errors/404.html\" }", "Own files for errors, by status or for all of a hundred"),
    key(
        "cors",
        &[Switch, Text, Texts, Table(CORS)],
        "\"https://app.example.org\"",
        "Which other sites' scripts may read this; true: all",
    ),
    key("security", &[Word(SECURITY)], "\"strict\"", "Fields that protect readers, in place of those of the site"),
    key(
        "serve",
        &[Text, Texts],
        "\"/archive/${year}-${slug}.html\"",
        "Another file answers: the first of these that is there; with captures",
    ),
    key(
        "redirect",
        &[Text],
        "\"/new/$1\"",
        "Send the client elsewhere; with captures, and its query goes along unless this ends with ?",
    ),
    key("answer", &[Text, Number], "\"gone fishing\"", "Answer this text, with captures; or this status"),
    key(
        "status",
        &[Number],
        "308",
        "Of a redirect (301, 302, 303, 307, 308; default 302), of an answer (default 200), of deny (403 or 404)",
    ),
];

/// Of a limit.
pub(crate) const LIMIT: &[Key] = &[
    key(
        "connections",
        &[Number],
        "4",
        "So many requests of one client under way at a time; of HTTP/2 each stream counts, of HTTP/1.1 a connection has one at most",
    ),
    key(
        "rate",
        &[Text],
        "\"10/s\"",
        "So many requests in a second (/s), a minute (/m) or an hour (/h), on the average",
    ),
    key("burst", &[Number], "20", "So many at once beyond that"),
];

/// Of name and password.
pub(crate) const AUTH: &[Key] = &[
    key("realm", &[Text], "\"staff\"", "What browsers show when they ask"),
    key(
        "users",
        &[Map],
        "{ ann = \"$2b$10$C6UzMDM.H6dfI/f/IKcEe.5ZC1Ph.BvUZWUz2TJhtWSWvJFU7SOJG\" }",
        "Names with the hashes of their passwords (argon2 or bcrypt)",
    ),
    key("file", &[Text], "\"users.txt\"", "A file with more of them, a line NAME:HASH each; read when the config is"),
];

/// Of what scripts of other sites may do.
pub(crate) const CORS: &[Key] = &[
    key("origins", &[Text, Texts], "[\"https://app.example.org\"]", "The sites; \"*\": all"),
    key("methods", &[Text, Texts], "[\"PUT\"]", "Methods beyond GET, HEAD and OPTIONS"),
    key("fields", &[Text, Texts], "[\"X-Own\"]", "Request fields that scripts may set"),
    key("expose", &[Text, Texts], "[\"ETag\"]", "Response fields that scripts may read"),
    key("credentials", &[Switch], "true", "Whether cookies and passwords go along"),
    key("max-age", &[Text], "\"10m\"", "How long a browser may remember it"),
];

pub(crate) const SECURITY: &[&str] = &["off", "basic", "strict"];
