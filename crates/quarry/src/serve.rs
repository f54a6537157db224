//! From settings to a server: the one place that knows both.

use std::fs::{self, DirBuilder};
use std::io::{self, IsTerminal};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use reactor::ListenAddress;
use reactor::disk::Links;
use reactor::privilege::Identity;
use semantics::Field;
use server::{Accent, CertificateFiles, Explanation, Options, OwnFiles, Predecessor, Server, SiteSettings};

use crate::authority::{self, Authority};
use crate::config::Config;
use crate::exit::{self, Failure};
use crate::flag::{self, Inside, LookUp, Pages, Serving, Settings, Symlinks, Xray};
use crate::interface;
use crate::terminal::Terminal;
use crate::value::address::Listen;
use crate::value::prefix::Prefix;

/// Opens the folder and binds the addresses, or takes those over from the process that this one is to follow.
pub(crate) fn bind(options: Options, predecessor: Option<Predecessor>) -> Result<Server, Failure> {
    Server::follow(options, predecessor).map_err(|error| Failure::Sentence(error.to_string()))
}

/// Thinks a request through, from its bytes on.
pub(crate) fn explain(config: Config, terminal: Terminal, request: &[u8]) -> Result<Explanation, Failure> {
    let options = options_without_network(config, terminal);
    server::explain(&options, request).map_err(|error| Failure::Sentence(error.to_string()))
}

/// Serves until TERM or INT, or until another process has followed, and what is under way then; `read` reads the settings again.
pub(crate) fn run(server: Server, read: impl Fn() -> Result<Options, Failure>) -> Result<(), Failure> {
    let again = || read().map_err(Failure::into_sentence);
    server.run(again).map_err(|error| Failure::Sentence(error.to_string()))
}

/// What each flag means to the server; what was not asked for stays as the server has it.
pub(crate) fn options(config: Config, terminal: Terminal) -> Result<Options, Failure> {
    let settings = &config.settings.clone();
    let (listen, redirect_http) = listeners(settings)?;
    let tls = tls(settings)?;
    Ok(Options { listen, redirect_http, tls, ..options_without_network(config, terminal) })
}

/// The same for who answers nobody: neither an address nor a certificate is needed.
fn options_without_network(config: Config, terminal: Terminal) -> Options {
    let Settings { listening, tls, limits, log, .. } = config.settings;
    let mut sites = config.sites;
    if let Some(days) = tls.hsts {
        sites.iter_mut().for_each(|site| keep_to_https(&mut site.options.fields, days));
    }
    match log.xray {
        Xray::Auto => {}
        Xray::On => sites.iter_mut().for_each(|site| site.has_xray = true),
        Xray::Off => sites.iter_mut().for_each(|site| site.has_xray = false),
    }
    Options {
        workers: listening.workers.map_or(0, |workers| workers.get()),
        user: listening.user.clone(),
        memory_bytes: limits.memory_bytes as u64,
        drain: listening.drain,
        idle_timeout: limits.idle_timeout,
        connections_max: limits.connections_max.map(|max| max.get() as usize),
        per_address_max: Some(limits.connections_per_address_max.get()),
        access_log: log.access_log(terminal),
        access_log_file: log.access_log_file.clone(),
        tells_people: io::stderr().is_terminal() && !log.quiet,
        sites,
        inside: server::Inside { is_local: log.inside == Inside::Local, auth: log.inside_auth.clone() },
        ..Options::default()
    }
}

/// Browsers are to come by HTTPS alone for so many days, unless the owner has said it otherwise.
fn keep_to_https(fields: &mut Vec<Field>, days: u32) {
    let name = "Strict-Transport-Security";
    if !fields.iter().any(|field| field.name.eq_ignore_ascii_case(name)) {
        // RFC 6797 §6.1.1: in seconds.
        let value = format!("max-age={}", u64::from(days) * 24 * 60 * 60);
        fields.push(Field { name: name.into(), value: value.into() });
    }
}

/// The site that flags make: for all hosts.
pub(crate) fn site(serving: &Serving, pages: &Pages, look_up: &LookUp, root: PathBuf) -> Result<SiteSettings, Failure> {
    let mut settings = SiteSettings {
        root,
        symlinks: links(serving.symlinks),
        has_xray: true,
        fresh: serving.fresh,
        // Who shows no lists of names shows none of what is found either: it would tell the same names.
        look_up: look_up.places().filter(|_| !pages.no_listing),
        ..SiteSettings::default()
    };
    let site = &mut settings.options;
    site.hidden = serving.hidden;
    site.spa = serving.spa.clone();
    site.clean_urls = serving.clean_urls;
    site.listing = !pages.no_listing;
    site.default_charset = serving.charset.map(str::to_owned);
    site.cache_control = serving.cache_control.clone().or(site.cache_control.take());
    for added in &serving.header {
        // What the owner says replaces what we would say.
        site.fields.retain(|field| !field.name.eq_ignore_ascii_case(&added.name));
    }
    let added = serving.header.iter();
    site.fields.extend(added.map(|field| Field { name: field.name.clone().into(), value: field.value.clone().into() }));
    match &pages.prefix {
        Prefix::Off => site.prefix = None,
        Prefix::Path(path) => {
            site.prefix = Some(path.clone());
            settings.look.prefix = path.clone();
        }
    }
    // A folder is known by its name; the root of the machine has none.
    let name = settings.root.file_name().map(|name| name.to_string_lossy().into_owned());
    settings.look.title = pages.title.clone().or(name).unwrap_or(settings.look.title);
    settings.look.accent = pages.accent.as_deref().and_then(Accent::parse);
    if let Some(path) = &pages.logo {
        check_logo(&settings.root, path, serving.hidden)?;
        settings.look = settings.look.with_logo(path);
    }
    settings.own = OwnFiles {
        header: pages.page_header.clone(),
        footer: pages.page_footer.clone(),
        templates: pages.templates.clone(),
    };
    Ok(settings)
}

/// A logo that nobody can get would be a hole in every page.
fn check_logo(root: &Path, path: &str, serves_hidden: bool) -> Result<(), Failure> {
    let refuse = |cause: String| Err(Failure::cannot(format!("take --logo {path:?}"), cause));
    if !serves_hidden && path.split('/').any(|name| name.starts_with('.')) {
        return refuse("hidden files are not served without --hidden".into());
    }
    match fs::metadata(root.join(path)) {
        Ok(found) if found.is_file() => Ok(()),
        Ok(_) => refuse(format!("it is not a file inside {}", exit::quoted(root))),
        Err(error) => refuse(format!("{} inside {}", exit::cause(&error), exit::quoted(root))),
    }
}

/// How TLS is spoken, with a certificate made for it where the owner has none; none: in clear.
fn tls(settings: &Settings) -> Result<Option<server::Tls>, Failure> {
    let Settings { tls, acme, .. } = settings;
    if !settings.is_secured() {
        let needless = [
            ("--redirect-http", !tls.redirect_http.is_empty()),
            ("--tls-client-ca", tls.tls_client_ca.is_some()),
            ("--hsts", tls.hsts.is_some()),
        ];
        return match needless.into_iter().find(|(_, is_given)| *is_given) {
            Some((flag, _)) => Err(Failure::cannot(
                format!("heed {flag}"),
                "nothing is served by HTTPS; expected --tls, --tls-cert or --acme-host beside it",
            )),
            None => Ok(None),
        };
    }
    if tls.tls_cert.len() != tls.tls_key.len() {
        let cause = format!("found {} --tls-cert and {} --tls-key", tls.tls_cert.len(), tls.tls_key.len());
        return Err(Failure::cannot("pair certificates with keys", cause));
    }
    let pairs = tls.tls_cert.iter().cloned().zip(tls.tls_key.iter().cloned());
    let mut certificates: Vec<CertificateFiles> = pairs.map(|(chain, key)| CertificateFiles { chain, key }).collect();
    if tls.tls && certificates.is_empty() {
        let names = authority::names();
        let authority = Authority::open(&authority::folders(tls.state.as_deref()), &names)?;
        let file = authority.vouch(&names, &interface::addresses())?;
        certificates.push(CertificateFiles { chain: file.clone(), key: file });
    }
    let acme = acme.is_on().then(|| self::acme(settings)).transpose()?;
    Ok(Some(server::Tls { certificates, acme, client_authorities: tls.tls_client_ca.clone() }))
}

/// What is wanted of an authority for certificates.
fn acme(settings: &Settings) -> Result<acme::Settings, Failure> {
    let Settings { tls, acme, listening, .. } = settings;
    let state = tls.state.as_deref();
    let folders = match listening.user {
        Some(_) => authority::folders_of_system(state),
        None => authority::folders(state),
    };
    let can_be = |folder: &&PathBuf| DirBuilder::new().recursive(true).mode(0o700).create(folder).is_ok();
    // If none can be, the first is the one to complain of.
    let state = folders.iter().find(can_be).or(folders.first()).cloned();
    let state = state.ok_or_else(|| Failure::cannot("keep certificates", "expected --state DIR"))?;
    let binding = match (&acme.acme_eab_kid, &acme.acme_eab_key) {
        (Some(id), Some(path)) => {
            let refuse = |cause: String| Failure::cannot(format!("use the key {}", exit::quoted(path)), cause);
            let text = fs::read_to_string(path).map_err(|error| refuse(exit::cause(&error)))?;
            Some(acme::Binding::new(id, &text).map_err(refuse)?)
        }
        _ => None,
    };
    Ok(acme::Settings {
        directory: acme.acme_directory.clone(),
        names: acme.acme_host.clone(),
        on_demand: acme.acme_on_demand.clone(),
        email: acme.acme_email.clone(),
        challenge: acme.acme_challenge.map(|challenge| match challenge {
            flag::Challenge::Http => acme::Challenge::Http,
            flag::Challenge::TlsAlpn => acme::Challenge::TlsAlpn,
            flag::Challenge::Dns => acme::Challenge::Dns,
        }),
        dns_hook: acme.acme_dns_hook.clone(),
        dns_wait: acme.acme_dns_wait,
        binding,
        roots: acme.acme_roots.clone(),
        owner: listening.user.as_ref().map(Identity::numbers),
        ..acme::Settings::new(state)
    })
}

/// Where to listen, and where to send clients from to there. Who has a certificate for the world is found by it at the
/// ports that it knows.
fn listeners(settings: &Settings) -> Result<(Vec<ListenAddress>, Vec<ListenAddress>), Failure> {
    let (listen, redirect) = (&settings.listening.listen, &settings.tls.redirect_http);
    if !settings.acme.is_on() || !listen.is_empty() {
        return Ok((addresses(listen)?, addresses(redirect)?));
    }
    let everywhere = |port| [Listen::Everywhere { port }];
    let from = if redirect.is_empty() { addresses(&everywhere(80))? } else { addresses(redirect)? };
    Ok((addresses(&everywhere(443))?, from))
}

/// All addresses asked for, each once.
fn addresses(listen: &[Listen]) -> Result<Vec<ListenAddress>, Failure> {
    let mut addresses: Vec<ListenAddress> = Vec::new();
    for listen in listen {
        for address in listen.resolve()? {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
    }
    Ok(addresses)
}

/// What the flag means to whoever opens files.
pub(crate) fn links(symlinks: Symlinks) -> Links {
    match symlinks {
        Symlinks::Inside => Links::Inside,
        Symlinks::Never => Links::Never,
        Symlinks::Anywhere => Links::Anywhere,
    }
}
