//! From settings to a server: the one place that knows both.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use reactor::ListenAddress;
use reactor::disk::Links;
use semantics::Field;
use server::{Accent, CertificateFiles, Explanation, Options, OwnFiles, Server, SiteSettings};

use crate::authority::{self, Authority};
use crate::config::Config;
use crate::exit::{self, Failure};
use crate::flag::{LookUp, Pages, Serving, Settings, Symlinks, Tls};
use crate::interface;
use crate::terminal::Terminal;
use crate::value::prefix::Prefix;

/// Opens the folder and binds the addresses.
pub(crate) fn bind(options: Options) -> Result<Server, Failure> {
    Server::bind(options).map_err(|error| Failure::Sentence(error.to_string()))
}

/// Thinks a request through, from its bytes on.
pub(crate) fn explain(config: Config, terminal: Terminal, request: &[u8]) -> Result<Explanation, Failure> {
    let options = options_without_network(config, terminal);
    server::explain(&options, request).map_err(|error| Failure::Sentence(error.to_string()))
}

/// Serves until TERM or INT, and what is under way then; `read` reads the settings again.
pub(crate) fn run(server: Server, read: impl Fn() -> Result<Options, Failure>) -> Result<(), Failure> {
    let again = || read().map_err(Failure::into_sentence);
    server.run(again).map_err(|error| Failure::Sentence(error.to_string()))
}

/// What each flag means to the server; what was not asked for stays as the server has it.
pub(crate) fn options(config: Config, terminal: Terminal) -> Result<Options, Failure> {
    let settings = &config.settings.clone();
    Ok(Options {
        listen: addresses(settings)?,
        tls: certificate(&settings.tls)?,
        ..options_without_network(config, terminal)
    })
}

/// The same for who answers nobody: neither an address nor a certificate is needed.
fn options_without_network(config: Config, terminal: Terminal) -> Options {
    let Settings { listening, limits, log, .. } = config.settings;
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
        sites: config.sites,
        ..Options::default()
    }
}

/// The site that flags make: for all hosts.
pub(crate) fn site(serving: &Serving, pages: &Pages, look_up: &LookUp, root: PathBuf) -> Result<SiteSettings, Failure> {
    let mut settings = SiteSettings {
        root,
        symlinks: links(serving.symlinks),
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

/// The certificate to serve with, made for it where the owner has none; none: in clear.
fn certificate(tls: &Tls) -> Result<Option<CertificateFiles>, Failure> {
    if let Some((chain, key)) = tls.tls_cert.clone().zip(tls.tls_key.clone()) {
        return Ok(Some(CertificateFiles { chain, key }));
    }
    if !tls.tls {
        return Ok(None);
    }
    let names = authority::names();
    let authority = Authority::open(&authority::folders(tls.state.as_deref()), &names)?;
    let file = authority.vouch(&names, &interface::addresses())?;
    Ok(Some(CertificateFiles { chain: file.clone(), key: file }))
}

/// All addresses asked for, each once.
fn addresses(settings: &Settings) -> Result<Vec<ListenAddress>, Failure> {
    let mut addresses: Vec<ListenAddress> = Vec::new();
    for listen in &settings.listening.listen {
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
