//! One `[[site]]`: what flags say of a site, with its hosts and its routes.

use std::path::Path;
use std::sync::Arc;

use clap::ValueEnum;
use semantics::{Field, Status};
use server::site::Routes;
use server::site::route::{Errors, Security};
use server::{Host, SiteSettings};

use super::from;
use super::key::{ROUTE, SECURITY};
use super::route::{self, Places};
use super::table::{Table, Text};
use crate::command::find_root;
use crate::exit::Failure;
use crate::flag::{self, Symlinks, serving};
use crate::serve;
use crate::value::{duration, field, look, prefix};

/// Reads a site. `None`: something is wrong, and the reader of the table knows.
pub(super) fn read(table: Table<'_>, folder: &Path) -> Option<(SiteSettings, Vec<Places>)> {
    let mut flags = flag::plain();
    let (serving, pages, look_up) = (&mut flags.serving, &mut flags.pages, &mut flags.look_up);
    let hosts = table.texts("hosts").unwrap_or_default();
    let hosts = hosts.iter().filter_map(|text| text.parse(str::parse::<Host>)).collect();

    set(table.switch("hidden"), &mut serving.hidden);
    set(
        table.parsed("symlinks", |text| {
            Symlinks::from_str(text, false).map_err(|_| "expected inside, never or anywhere".into())
        }),
        &mut serving.symlinks,
    );
    set(table.parsed("spa", serving::parse_file).map(Some), &mut serving.spa);
    set(table.switch("clean-urls"), &mut serving.clean_urls);
    set(table.parsed("charset", look::parse_charset).map(Some), &mut serving.charset);
    set(table.parsed("cache-control", field::parse_value).map(Some), &mut serving.cache_control);
    set(table.parsed("fresh", duration::parse), &mut serving.fresh);
    set(table.switch("listing").map(|listing| !listing), &mut pages.no_listing);
    set(table.parsed("title", look::parse_title).map(Some), &mut pages.title);
    set(table.parsed("accent", look::parse_colour).map(Some), &mut pages.accent);
    set(table.parsed("logo", serving::parse_file).map(Some), &mut pages.logo);
    let file = |name| table.text(name).map(|text| Some(from(folder, text.text)));
    set(file("page-header"), &mut pages.page_header);
    set(file("page-footer"), &mut pages.page_footer);
    set(file("templates"), &mut pages.templates);
    set(table.parsed("prefix", prefix::parse), &mut pages.prefix);
    set(table.switch("look-up").map(|look_up| !look_up), &mut look_up.no_lookup);
    set(file("index"), &mut look_up.index);

    let security = table.parsed("security", security);
    let limit = table.get("limit").and_then(|value| route::limit(value));
    let added = table.get("header").and_then(|value| value.table(None));
    let added: Vec<Field> = added
        .iter()
        .flat_map(|table| route::fields(table, field::refusal))
        .map(|(name, value)| named(name, value.text))
        .collect();
    let errors =
        table.get("errors").and_then(|value| value.table(None)).map(|table| errors(&table)).unwrap_or_default();
    let (index, not_found) = (table.texts("index-files"), table.text("not-found"));
    let switches = [table.switch("archive"), table.switch("markdown"), table.switch("compress")];
    let (routes, places) = routes(&table);
    let root = table.text("root");
    if root.is_none() && !table.has("root") {
        table.reader.hint(
            table.at.clone(),
            "this site has no root",
            Some("write root = \"public\", the folder to serve".into()),
        );
    }
    let made = root.and_then(|root| {
        let made =
            find_root("serve", &from(folder, root.text)).and_then(|path| serve::site(serving, pages, look_up, path));
        made.map_err(|failure| root.fault(Failure::into_sentence(failure))).ok()
    });
    table.finish();

    let mut made = made?;
    made.hosts = hosts;
    // What is published is not a place to look at each other's requests.
    made.has_xray = false;
    let options = &mut made.options;
    if let Some(security) = security {
        options.fields.retain(|field| !Security::names().any(|name| field.name.eq_ignore_ascii_case(name)));
        options.fields.extend(security.fields().iter().map(|(name, value)| named((*name).into(), value)));
    }
    options.fields.retain(|field| !added.iter().any(|added| added.name.eq_ignore_ascii_case(&field.name)));
    options.fields.extend(added);
    if let Some(index) = index {
        options.index = index.iter().filter_map(|text| text.parse(name_of_file)).collect();
    }
    if let Some(name) = not_found {
        options.not_found = (!name.text.is_empty()).then(|| name.parse(name_of_file)).flatten();
    }
    let [archive, markdown, compress] = switches;
    set(archive, &mut options.archive);
    set(markdown, &mut options.markdown);
    set(compress, &mut options.compress);
    options.errors = errors;
    options.limit = limit;
    options.routes = Arc::new(routes);
    Some((made, places))
}

fn routes(table: &Table<'_>) -> (Routes, Vec<Places>) {
    let tables = table.get("route").map(|value| value.tables("site.route", ROUTE)).unwrap_or_default();
    let reader = table.reader;
    let (routes, places): (Vec<_>, Vec<_>) = tables.into_iter().map(|table| route::read(table, reader.source)).unzip();
    let routes = Routes::new(routes).unwrap_or_else(|faults| {
        for fault in faults {
            let at = places
                .get(fault.route)
                .map_or(table.at.clone(), |places: &Places| places.of(fault.key, fault.item, fault.at));
            reader.fault(at, fault.cause);
        }
        Routes::default()
    });
    (routes, places)
}

fn set<T>(value: Option<T>, place: &mut T) {
    if let Some(value) = value {
        *place = value;
    }
}

fn named(name: String, value: &str) -> Field {
    Field { name: name.into(), value: value.to_owned().into() }
}

/// Reads which set of fields.
pub(super) fn security(text: &str) -> Result<Security, String> {
    match SECURITY.iter().position(|word| *word == text) {
        Some(0) => Ok(Security::Off),
        Some(1) => Ok(Security::Basic),
        Some(_) => Ok(Security::Strict),
        None => Err(format!("expected {}", SECURITY.join(", "))),
    }
}

/// Reads own files for errors: `404 = "/a.html"`, `5xx = "/b.html"`.
pub(super) fn errors(table: &Table<'_>) -> Vec<(Errors, String)> {
    let read = |name: &Text<'_>| {
        name.parse(|text| {
            let hundred = text
                .strip_suffix("xx")
                .and_then(|hundred| hundred.parse().ok())
                .filter(|hundred| matches!(hundred, 4 | 5));
            let status = text.parse().ok().and_then(Status::new).filter(|status| status.code() >= 400);
            hundred
                .map(Errors::Hundred)
                .or(status.map(Errors::Of))
                .ok_or_else(|| "expected a status from 400 to 599, 4xx or 5xx".into())
        })
    };
    let mut found: Vec<(Errors, String)> = table
        .all()
        .filter_map(|(name, value)| {
            let file = value.text()?;
            let inside = file.parse(|text| serving::parse_file(text).map(|_| text.to_owned()))?;
            Some((read(&name)?, inside))
        })
        .collect();
    // One status goes before its hundred.
    found.sort_by_key(|(errors, _)| matches!(errors, Errors::Of(_)));
    found.reverse();
    found
}

fn name_of_file(text: &str) -> Result<String, String> {
    let is_name = !matches!(text, "" | "." | "..") && !text.contains(['/', '\0']);
    is_name.then(|| text.to_owned()).ok_or_else(|| "expected the name of a file, such as index.html".into())
}
