//! One `[[site.route]]`.

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use semantics::Status;
use server::site::route::{
    Action, AddressRange, Auth, Changes, Condition, Cors, Deny, Guards, HostPattern, Limit, Rate, Route, Test,
};

use super::fault::Source;
use super::key::{AUTH, CORS, LIMIT};
use super::site::{errors, security};
use super::table::{Table, Text, Value};
use crate::value::{duration, field, look};

/// Where the parts of a route stand, for what is found out about it later.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// The route itself.
    pub(crate) whole: Range<usize>,
    /// The line that it begins at, from 1.
    pub(crate) line: usize,
    /// The values of keys, in their order; where a byte of each stands.
    values: Vec<(&'static str, Range<usize>, Option<usize>)>,
}

impl Places {
    fn note(&mut self, key: &'static str, text: &Text<'_>) {
        let first = text.place(0);
        let start = (first != text.at).then_some(first.start);
        self.values.push((key, text.at.clone(), start));
    }

    /// The value of a key that may have several; from that byte of it on, where it is told.
    pub(crate) fn of(&self, key: &str, item: usize, byte: usize) -> Range<usize> {
        // Conditions are counted together, whatever their keys.
        let is_meant = |known: &str| known == key || CONDITIONS.contains(&key) && CONDITIONS.contains(&known);
        let Some((_, whole, start)) = self.values.iter().filter(|(known, ..)| is_meant(known)).nth(item) else {
            return self.whole.clone();
        };
        match start {
            Some(start) if byte > 0 => {
                (start + byte).min(whole.end.saturating_sub(1))..whole.end.saturating_sub(1).max(start + byte)
            }
            _ => whole.clone(),
        }
    }
}

const CONDITIONS: [&str; 6] = ["method", "host", "field", "query", "address", "secured"];

/// Reads a route. What is wrong, its reader knows.
pub(super) fn read(table: Table<'_>, source: &Source) -> (Route, Places) {
    let mut places = Places { whole: table.at.clone(), line: source.place(table.at.start).0, values: Vec::new() };
    let pattern = table.text("match").inspect(|text| places.note("match", text)).map(|text| text.text.to_owned());
    let conditions = conditions(&table, &mut places);
    let status = table.get("status").and_then(|value| Some((value.scalar()?.parse(status)?, value.at.clone())));
    let guards = guards(&table, status.as_ref().map(|(status, _)| *status));
    let changes = changes(&table, &mut places);
    let action = action(&table, status.as_ref().map(|(status, _)| *status), &mut places);
    if let Some((_, at)) = status
        && !["redirect", "answer", "deny"].iter().any(|key| table.has(key))
    {
        table.reader.fault(at, "a status belongs to redirect, answer or deny, and this route has none of them");
    }
    let is_idle = action.is_none() && guards == Guards::default() && changes == Changes::default();
    let is_empty = !ACTIONS.iter().chain(&OTHERS).any(|key| table.has(key));
    if is_idle && is_empty {
        table.reader.hint(
            table.at.clone(),
            "this route does nothing",
            Some("write what it does: serve, redirect, answer, set, deny…".into()),
        );
    }
    table.finish();
    (Route { line: Some(places.line), pattern, conditions, guards, changes, action }, places)
}

const ACTIONS: [&str; 3] = ["serve", "redirect", "answer"];
const OTHERS: [&str; 15] = [
    "deny",
    "allow",
    "limit",
    "auth",
    "set",
    "remove",
    "cache-control",
    "charset",
    "media-type",
    "listing",
    "fallback",
    "errors",
    "cors",
    "security",
    "status",
];

fn conditions(table: &Table<'_>, places: &mut Places) -> Vec<Condition> {
    let mut found = Vec::new();
    if let Some(texts) = table.texts("method") {
        let methods: Vec<String> = texts.iter().filter_map(|text| text.parse(method)).collect();
        texts.first().inspect(|text| places.note("method", text));
        found.push(Condition::Method(methods));
    }
    if let Some(texts) = table.texts("host") {
        texts.first().inspect(|text| places.note("host", text));
        found.push(Condition::Host(texts.iter().filter_map(|text| text.parse(str::parse::<HostPattern>)).collect()));
    }
    for key in ["field", "query"] {
        let Some(tests) = table.get(key).and_then(|value| value.table(None)) else { continue };
        for (name, value) in tests.all() {
            let test = match value.is_switch() {
                true => value.switch().map(Test::Present),
                false => value.text().map(|text| Test::Matches(text.text.to_owned())),
            };
            let Some(test) = test else { continue };
            match value.is_text().then(|| value.text()).flatten() {
                Some(text) => places.note(key, &text),
                None => places.note(key, &name),
            }
            let name = if key == "field" { name.parse(field::parse_name) } else { Some(name.text.to_owned()) };
            found.extend(
                name.map(
                    |name| if key == "field" { Condition::Field(name, test) } else { Condition::Query(name, test) },
                ),
            );
        }
    }
    if let Some(texts) = table.texts("address") {
        texts.first().inspect(|text| places.note("address", text));
        found.push(Condition::Address(ranges(&texts)));
    }
    found.extend(table.switch("secured").map(Condition::Secured));
    found
}

fn guards(table: &Table<'_>, status: Option<Status>) -> Guards {
    let deny = table.get("deny").and_then(|value| {
        let addresses = match value.is_switch() {
            true if value.switch() == Some(true) => None,
            true => {
                value.reader.fault(
                    value.at.clone(),
                    "found false, expected true or ranges of addresses: a route without deny turns nobody away",
                );
                return None;
            }
            false => Some(ranges(&value.texts()?)),
        };
        let status = status.unwrap_or(Status::FORBIDDEN);
        if !matches!(status, Status::FORBIDDEN | Status::NOT_FOUND) && !ACTIONS.iter().any(|key| table.has(key)) {
            value.reader.fault(
                table.get("status").map_or(value.at.clone(), |status| status.at.clone()),
                "expected 403, or 404 where not even that it is there shall be known",
            );
        }
        let status = if status == Status::NOT_FOUND { status } else { Status::FORBIDDEN };
        Some(Deny { addresses, status })
    });
    Guards {
        deny,
        allow: table.texts("allow").map(|texts| ranges(&texts)),
        limit: table.get("limit").and_then(limit),
        auth: table.get("auth").and_then(|value| auth(value, table.reader.source)),
    }
}

fn ranges(texts: &[Text<'_>]) -> Vec<AddressRange> {
    texts.iter().filter_map(|text| text.parse(str::parse)).collect()
}

/// How much a client may ask. A text is a rate.
pub(super) fn limit(value: &Value<'_>) -> Option<Limit> {
    if !value.is_table() {
        return Some(Limit { rate: Some(value.text()?.parse(|text| rate(text, 0))?), connections: None });
    }
    let table = value.table(Some(LIMIT))?;
    let whole = |what: &'static str, least: u32| {
        move |text: &str| text.parse().ok().filter(|number| *number >= least).ok_or_else(|| what.to_owned())
    };
    let burst = table.parsed("burst", whole("expected a whole number, such as 20", 0));
    let rate = table.parsed("rate", |text| rate(text, burst.unwrap_or(0)));
    let connections = table.parsed("connections", whole("expected a whole number from 1 on, such as 4", 1));
    if !table.has("rate") {
        if table.has("burst") {
            table.reader.fault(
                table.name_at("burst"),
                "burst belongs to rate, and there is none; expected for example { rate = \"10/s\", burst = 20 }",
            );
        } else if !table.has("connections") {
            table.reader.fault(
                value.at.clone(),
                "rate and connections are missing; expected for example { rate = \"10/s\", connections = 4 }",
            );
        }
    }
    table.finish();
    let limit = Limit { rate, connections };
    (limit != Limit::default()).then_some(limit)
}

fn rate(text: &str, burst: u32) -> Result<Rate, String> {
    let expected = || format!("{text:?} is no rate; expected for example 10/s, 100/m or 1000/h");
    let (number, unit) = text.split_once('/').ok_or_else(expected)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(expected()),
    };
    let requests = number.parse().ok().filter(|requests| (1..=1_000_000).contains(requests)).ok_or_else(expected)?;
    Ok(Rate { requests, period: Duration::from_secs(seconds), burst })
}

pub(super) fn auth(value: &Value<'_>, source: &Source) -> Option<Auth> {
    let table = value.table(Some(AUTH))?;
    let realm =
        table.text("realm").and_then(|text| text.parse(field::parse_value)).unwrap_or_else(|| "restricted".into());
    let mut users = Vec::new();
    if let Some(named) = table.get("users").and_then(|value| value.table(None)) {
        for (name, hash) in named.all() {
            let hash = hash.text().and_then(|text| text.parse(hash_of_password));
            users.extend(name.parse(user).zip(hash));
        }
    }
    if let Some(file) = table.text("file") {
        // Beside the config, as all its paths are.
        let folder = Path::new(&source.name).parent().unwrap_or(Path::new(""));
        match fs::read_to_string(folder.join(file.text)) {
            Err(error) => file.fault(format!("cannot read it: {}", crate::exit::cause(&error))),
            Ok(text) => {
                let lines =
                    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
                for (number, line) in lines {
                    let read = line.split_once(':').ok_or_else(|| "expected NAME:HASH".to_owned());
                    match read.and_then(|(name, hash)| Ok((user(name)?, hash_of_password(hash.trim())?))) {
                        Ok(user) => users.push(user),
                        Err(cause) => file.fault(format!("line {}: {cause}", number + 1)),
                    }
                }
            }
        }
    }
    if users.is_empty() && !table.has("users") && !table.has("file") {
        table.reader.fault(value.at.clone(), "nobody could come in: users or file is missing");
    }
    table.finish();
    Some(Auth { realm, users })
}

fn user(name: &str) -> Result<String, String> {
    // RFC 7617 §2: a colon ends the name.
    let is_name = !name.is_empty() && !name.contains(':') && !name.chars().any(char::is_control);
    is_name.then(|| name.to_owned()).ok_or_else(|| format!("{name:?} is no name; expected one without colons"))
}

fn hash_of_password(hash: &str) -> Result<String, String> {
    // What was written instead may be the password: it is not said again.
    server::password::check(hash).map(|()| hash.to_owned())
}

fn changes(table: &Table<'_>, places: &mut Places) -> Changes {
    let mut set = Vec::new();
    if let Some(named) = table.get("set").and_then(|value| value.table(None)) {
        for (name, text) in fields(&named, field::refusal_in_route) {
            places.note("set", &text);
            set.push((name, text.text.to_owned()));
        }
    }
    let mut own_errors = Vec::new();
    if let Some(named) = table.get("errors").and_then(|value| value.table(None)) {
        own_errors = errors(&named);
        for (_, file) in &own_errors {
            let texts = named.all().filter(|(_, value)| value.is_text()).filter_map(|(_, value)| value.text());
            texts.into_iter().find(|text| text.text == file).inspect(|text| places.note("errors", text));
        }
    }
    let remove = table.texts("remove").unwrap_or_default();
    let text = |key| table.text(key);
    Changes {
        set,
        remove: remove.iter().filter_map(|text| text.parse(field::parse_removed)).collect(),
        cache_control: table.parsed("cache-control", field::parse_value),
        charset: table.parsed("charset", look::parse_charset).map(str::to_owned),
        media_type: table.parsed("media-type", media_type),
        listing: table.switch("listing"),
        fallback: text("fallback").inspect(|text| places.note("fallback", text)).map(|text| text.text.to_owned()),
        errors: own_errors,
        cors: table.get("cors").and_then(cors),
        security: table.parsed("security", security),
    }
}

/// Fields with their values, each of which may be several. `refuse`: why a field of that name cannot be taken.
pub(super) fn fields<'a>(table: &Table<'a>, refuse: fn(&str) -> Option<String>) -> Vec<(String, Text<'a>)> {
    let mut found = Vec::new();
    for (name, value) in table.all() {
        let Some(checked) = name.parse(|text| match refuse(text) {
            None => field::parse_name(text),
            Some(cause) => Err(cause),
        }) else {
            continue;
        };
        for text in value.texts().unwrap_or_default() {
            if text.parse(field::parse_value).is_some() {
                found.push((checked.clone(), text));
            }
        }
    }
    found
}

fn media_type(text: &str) -> Result<String, String> {
    let expected = || format!("{text:?} is no media type; expected for example text/plain, or text/html; charset=gbk");
    let (essence, parameter) =
        text.split_once(';').map_or((text, None), |(essence, parameter)| (essence, Some(parameter.trim())));
    let is_token = |part: &str| field::parse_name(part).is_ok();
    let is_essence = essence.trim_end().split_once('/').is_some_and(|(top, sub)| is_token(top) && is_token(sub));
    if !is_essence || essence.contains(char::is_uppercase) {
        return Err(expected());
    }
    match parameter {
        None => Ok(text.to_owned()),
        Some(parameter) => {
            let name = parameter.strip_prefix("charset=").ok_or_else(expected)?;
            Ok(format!("{}; charset={}", essence.trim_end(), look::parse_charset(name)?))
        }
    }
}

fn cors(value: &Value<'_>) -> Option<Cors> {
    let plain = |origins: Vec<String>| Cors {
        origins,
        methods: Vec::new(),
        request_fields: Vec::new(),
        exposed: Vec::new(),
        with_credentials: false,
        max_age: None,
    };
    if value.is_switch() {
        return value.switch().filter(|all| *all).map(|_| plain(vec!["*".into()]));
    }
    if !value.is_table() {
        return Some(plain(origins(&value.texts()?)));
    }
    let table = value.table(Some(CORS))?;
    let names = |key| -> Vec<String> {
        table.texts(key).unwrap_or_default().iter().filter_map(|text| text.parse(field::parse_name)).collect()
    };
    let cors = Cors {
        origins: table.texts("origins").map_or_else(|| vec!["*".into()], |texts| origins(&texts)),
        methods: table.texts("methods").unwrap_or_default().iter().filter_map(|text| text.parse(method)).collect(),
        request_fields: names("fields"),
        exposed: names("expose"),
        with_credentials: table.switch("credentials").unwrap_or(false),
        max_age: table.parsed("max-age", duration::parse).map(|age| u32::try_from(age.as_secs()).unwrap_or(u32::MAX)),
    };
    if cors.with_credentials && cors.origins.iter().any(|origin| origin == "*") {
        table.reader.fault(
            table.name_at("credentials"),
            "with credentials, name the origins: any site could act in the name of a reader",
        );
    }
    table.finish();
    Some(cors)
}

fn origins(texts: &[Text<'_>]) -> Vec<String> {
    let origin = |text: &str| {
        let host = text.strip_prefix("https://").or(text.strip_prefix("http://"));
        let is_origin = text == "*"
            || host.is_some_and(|host| {
                !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic() && !b"/?#@\\*".contains(&byte))
            });
        is_origin.then(|| text.to_owned()).ok_or_else(|| {
            format!("{text:?} is no origin; expected for example https://app.example.org, without a slash at the end")
        })
    };
    texts.iter().filter_map(|text| text.parse(origin)).collect()
}

fn action(table: &Table<'_>, status: Option<Status>, places: &mut Places) -> Option<Action> {
    let present: Vec<&str> = ACTIONS.into_iter().filter(|key| table.has(key)).collect();
    // Each is known, if only one can be.
    for key in &present {
        let _ = table.get(key);
    }
    if let [_, second, ..] = present[..] {
        let cause = format!("a route has one action, found {}", present.join(" and "));
        table.reader.hint(
            table.name_at(second),
            cause,
            Some("make two routes of it; the first that holds answers".into()),
        );
    }
    let wrong = |expected: &str| {
        let at = table.get("status").map_or(table.at.clone(), |value| value.at.clone());
        table.reader.fault(at, format!("expected {expected}"));
        None
    };
    if let Some(texts) = table.texts("serve") {
        if table.has("status") && !table.has("deny") {
            return wrong("no status: what is served says it itself");
        }
        if texts.is_empty() {
            table.reader.fault(table.name_at("serve"), "expected at least one file");
        }
        texts.iter().for_each(|text| places.note("serve", text));
        return Some(Action::Serve(texts.iter().map(|text| text.text.to_owned()).collect()));
    }
    if let Some(text) = table.text("redirect") {
        places.note("redirect", &text);
        let status = status.unwrap_or(Status::FOUND);
        return match status.code() {
            301 | 302 | 303 | 307 | 308 => Some(Action::Redirect(status, text.text.to_owned())),
            _ => wrong("301, 302, 303, 307 or 308"),
        };
    }
    let value = table.get("answer")?;
    if value.is_number() {
        let status = value.scalar()?.parse(self::status)?;
        return match status.code() {
            200..=299 | 400..=599 => Some(Action::Answer(status, None)),
            _ => {
                value.reader.fault(
                    value.at.clone(),
                    "expected a status from 200 to 299 or from 400 to 599; redirect sends elsewhere",
                );
                None
            }
        };
    }
    let text = value.text()?;
    places.note("answer", &text);
    let status = status.unwrap_or(Status::OK);
    match status.code() {
        204 | 205 => wrong("a status with content; answer = 204 has none"),
        200..=299 | 400..=599 => Some(Action::Answer(status, Some(text.text.to_owned()))),
        _ => wrong("a status from 200 to 299 or from 400 to 599; redirect sends elsewhere"),
    }
}

fn status(text: &str) -> Result<Status, String> {
    text.parse().ok().and_then(Status::new).ok_or_else(|| "expected a status, a number from 100 to 599".into())
}

fn method(text: &str) -> Result<String, String> {
    let name = field::parse_name(text).map_err(|_| format!("{text:?} is no method; expected for example GET"))?;
    match name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        // Methods are told apart by case (RFC 9110 §9.1).
        true => Err(format!("expected {}", name.to_ascii_uppercase())),
        false => Ok(name),
    }
}
