//! The keys of the whole file: the words of flags, read as flags are.

use std::path::Path;

use clap::ValueEnum;

use super::from;
use super::route;
use super::table::Table;
use crate::flag::{self, Acme, Challenge, Settings, limits, listening, log};
use crate::value::{address, duration, size};

/// Puts what the file says where no flag says otherwise.
pub(super) fn apply(table: &Table<'_>, settings: &mut Settings, folder: &Path) {
    let given = settings.given.clone();
    let is_free = |flag: &str| !given.iter().any(|given| given == flag);
    let Settings { listening, tls, limits, log: of_log, .. } = settings;
    let file = |name| table.text(name).map(|text| Some(from(folder, text.text)));
    // Each is read, even where a flag goes before it: what is wrong is wrong.
    if let Some(texts) = table.texts("listen") {
        let listen = texts.iter().filter_map(|text| text.parse(address::parse)).collect();
        if is_free("listen") {
            listening.listen = listen;
        }
    }
    put(table.parsed("workers", listening::parse_workers).map(Some), is_free("workers"), &mut listening.workers);
    put(table.parsed("user", listening::parse_user).map(Some), is_free("user"), &mut listening.user);
    put(table.parsed("drain", duration::parse), is_free("drain"), &mut listening.drain);
    put(table.parsed("memory", size::parse), is_free("memory_bytes"), &mut limits.memory_bytes);
    put(table.parsed("idle-timeout", duration::parse_positive), is_free("idle_timeout"), &mut limits.idle_timeout);
    put(
        table.parsed("max-connections", limits::parse_count).map(Some),
        is_free("connections_max"),
        &mut limits.connections_max,
    );
    let per_address = table.parsed("max-connections-per-address", limits::parse_count);
    put(per_address, is_free("connections_per_address_max"), &mut limits.connections_per_address_max);
    let access_log = table.parsed("access-log", log::parse_access_log);
    put(access_log.map(Some), is_free("access_log"), &mut of_log.access_log);
    put(file("access-log-file"), is_free("access_log_file"), &mut of_log.access_log_file);
    put(table.parsed("inside", log::parse_inside), is_free("inside"), &mut of_log.inside);
    put(table.parsed("xray", log::parse_xray), is_free("xray"), &mut of_log.xray);
    of_log.inside_auth = table.get("inside-auth").and_then(|value| route::auth(value, table.reader.source));
    put(table.switch("quiet"), is_free("quiet"), &mut of_log.quiet);
    put(table.switch("tls"), is_free("tls"), &mut tls.tls);
    let files = |name| {
        let texts = table.texts(name)?;
        Some(texts.iter().map(|text| from(folder, text.text)).collect::<Vec<_>>())
    };
    let (chain, key) = (files("tls-cert"), files("tls-key"));
    for (one, other) in [("tls-cert", "tls-key"), ("tls-key", "tls-cert")] {
        if table.has(one) && !table.has(other) {
            table
                .reader
                .fault(table.name_at(one), format!("{other} is missing: a certificate and its key belong together"));
        }
    }
    put(chain, is_free("tls_cert"), &mut tls.tls_cert);
    put(key, is_free("tls_key"), &mut tls.tls_key);
    put(file("tls-client-ca"), is_free("tls_client_ca"), &mut tls.tls_client_ca);
    if let Some(texts) = table.texts("redirect-http") {
        let listen = texts.iter().filter_map(|text| text.parse(address::parse)).collect();
        put(Some(listen), is_free("redirect_http"), &mut tls.redirect_http);
    }
    let days = table.parsed("hsts", |text| text.parse().map_err(|_| "expected a number of days".into()));
    put(days.map(Some), is_free("hsts"), &mut tls.hsts);
    put(file("state"), is_free("state"), &mut tls.state);
}

/// Puts what the file says of certificates that renew themselves, for these hosts where it names no others.
pub(super) fn apply_acme(table: Table<'_>, acme: &mut Acme, given: &[String], hosts: Vec<String>, folder: &Path) {
    let is_free = |flag: &str| !given.iter().any(|given| given == flag);
    let names = |name| {
        let texts = table.texts(name)?;
        Some(texts.iter().filter_map(|text| text.parse(acme::name::parse)).collect::<Vec<_>>())
    };
    let file = |name| table.text(name).map(|text| Some(from(folder, text.text)));
    put(Some(names("hosts").unwrap_or(hosts)), is_free("acme_host"), &mut acme.acme_host);
    put(names("on-demand"), is_free("acme_on_demand"), &mut acme.acme_on_demand);
    put(table.parsed("email", flag::acme::parse_email).map(Some), is_free("acme_email"), &mut acme.acme_email);
    let directory = table.text("directory").map(|text| text.text.to_owned());
    put(directory, is_free("acme_directory"), &mut acme.acme_directory);
    let challenge = table.parsed("challenge", |text| {
        Challenge::from_str(text, false).map_err(|_| "expected http-01, tls-alpn-01 or dns-01".into())
    });
    put(challenge.map(Some), is_free("acme_challenge"), &mut acme.acme_challenge);
    put(file("dns-hook"), is_free("acme_dns_hook"), &mut acme.acme_dns_hook);
    put(table.parsed("dns-wait", duration::parse), is_free("acme_dns_wait"), &mut acme.acme_dns_wait);
    let id = table.text("eab-kid").map(|text| Some(text.text.to_owned()));
    put(id, is_free("acme_eab_kid"), &mut acme.acme_eab_kid);
    put(file("eab-key"), is_free("acme_eab_key"), &mut acme.acme_eab_key);
    put(file("roots"), is_free("acme_roots"), &mut acme.acme_roots);
    table.finish();
}

fn put<T>(value: Option<T>, is_free: bool, place: &mut T) {
    if let Some(value) = value.filter(|_| is_free) {
        *place = value;
    }
}

/// Whether a flag, by the name of its field, says something of a site, which stands in the file alone.
pub(super) fn is_of_site(flag: &str) -> bool {
    OF_SITE.contains(&flag)
}

const OF_SITE: [&str; 19] = [
    "root",
    "hidden",
    "symlinks",
    "spa",
    "clean_urls",
    "charset",
    "cache_control",
    "header",
    "fresh",
    "no_listing",
    "title",
    "accent",
    "logo",
    "page_header",
    "page_footer",
    "templates",
    "prefix",
    "no_lookup",
    "index",
];
