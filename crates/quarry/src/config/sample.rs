//! A config to begin with: all keys, each with what it is for. As it is printed it serves the folder it is put into.

use std::fmt::Write;

use super::key::{ACME, Key, PROCESS, ROUTE, SITE};

/// The file.
pub(crate) fn sample() -> String {
    let mut out = String::from(BEGINNING);
    keys(&mut out, PROCESS.iter().filter(|key| !matches!(key.name, "site" | "acme")));
    out.push_str(CERTIFICATES);
    keys(&mut out, ACME.iter());
    out.push_str(SITES);
    keys(&mut out, SITE.iter().filter(|key| !matches!(key.name, "root" | "route")));
    out.push_str(ROUTES);
    for key in ROUTE {
        let _ = writeln!(out, "# {}: {}", key.name, key.text);
        let _ = writeln!(out, "#     {} = {}", key.name, key.example);
    }
    out
}

fn keys<'a>(out: &mut String, keys: impl Iterator<Item = &'a Key>) {
    for key in keys {
        let _ = writeln!(out, "# {}.\n# {} = {}\n", key.text, key.name, key.example);
    }
}

const BEGINNING: &str = "\
# The config of Quarry. Serve by it: quarry --config quarry.toml
# Look it over, and what it means for your files: quarry check --config quarry.toml
#
# Editors complete and check it by a schema: quarry generate schema > quarry.schema.json, and here a first line
# #:schema ./quarry.schema.json
#
# What begins with # is a comment. Relative paths begin at the folder of this file. A file of the name quarry.toml is hidden: it is
# neither served nor listed nor found.

# ---------------------------------------------------------------- the process

";

const CERTIFICATES: &str = "\
# ---------------------------------------------------------------- certificates that renew themselves
# With this line alone: for the hosts of all sites, from Let's Encrypt.

# [acme]

";

const SITES: &str = "\
# ---------------------------------------------------------------- a site
# There may be several, told apart by their hosts.

[[site]]
root = \".\"

";

const ROUTES: &str = r#"# ---------------------------------------------------------------- its routes
# They are tried in order. Those that change something (set, remove, charset…) add up; the first that answers (serve, redirect, answer,
# deny…) ends the search; with none, the target is the file of that name. Captures: $1, ${name}; $$ is a dollar sign.

# [[site.route]]
# match = '^/posts/(?<year>\d{4})/(?<slug>[a-z-]+)$'
# serve = "/archive/${year}-${slug}.html"

# [[site.route]]
# match = '^/old/(.*)$'
# redirect = "/new/$1"
# status = 308

# [[site.route]]
# match = '\.(css|js|woff2)$'
# set = { Cache-Control = "public, max-age=31536000, immutable" }

# What may stand in a route:
#
"#;
