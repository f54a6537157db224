//! How the server is: for people, and for whoever watches over it.

use std::fmt::Write as _;

use serde::Serialize;

use crate::escape::push_text;
use crate::frame::{self, Frame, Here};
use crate::look::Look;
use crate::quantity::grouped;

/// How the server is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Status {
    /// `ok`, or `ending` once it was told to stop.
    pub status: &'static str,
    /// Of Quarry.
    pub version: &'static str,
    /// When it began, in seconds since 1970.
    pub started: i64,
    /// Seconds since.
    pub uptime: u64,
    /// Threads that serve.
    pub workers: usize,
    /// Connections that are open.
    pub connections: u64,
    /// Requests that were answered.
    pub requests: u64,
    /// Mistakes in Quarry, each of which ended one exchange.
    pub panics: u64,
    /// Until when the certificate is valid, in seconds since 1970; none without TLS.
    pub certificate_ends: Option<i64>,
    /// Certificates that an authority gives.
    pub certificates: Vec<Certificate>,
    /// What is served.
    pub sites: Vec<Site>,
}

/// How a certificate stands that renews itself.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Certificate {
    /// For whom it is.
    pub host: String,
    /// Until when, in seconds since 1970; none: there is none yet.
    pub ends: Option<i64>,
    /// When the authority is asked next, in seconds since 1970.
    pub next: i64,
    /// Attempts that have failed since there was one.
    pub failures: usize,
    /// Why the last of them did.
    pub failure: Option<String>,
}

/// How a site is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Site {
    /// Its first host; `*`: all that no other site has.
    pub host: String,
    /// As its pages call it.
    pub title: String,
    /// None: there is no look-up.
    pub look_up: Option<LookUp>,
}

/// How a look-up is.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LookUp {
    /// `ready`, or `building` while something is still to be read.
    pub state: &'static str,
    /// Materials that can be found by name.
    pub names: usize,
    /// Materials that can be found by their words.
    pub documents: usize,
    /// Materials still to be read.
    pub waiting: usize,
}

/// For programs.
pub fn json(status: &Status) -> String {
    // Texts and numbers: that does not fail.
    serde_json::to_string(status).unwrap_or_default() + "\n"
}

/// For people.
pub fn page(look: &Look, status: &Status) -> String {
    let words = &look.words().status;
    let mut out = String::with_capacity(8 * 1024);
    let foot = Frame {
        look,
        title: words.status,
        class: "index",
        path: &[],
        here: Here::Anywhere,
        find: if look.has_lookup { frame::lookup_box(look, "", &[]) } else { String::new() },
        tools: String::new(),
        is_passing: true,
    }
    .push_top(&mut out);
    let sentence = if status.status == "ok" { words.well } else { words.ending };
    let _ = write!(
        out,
        "<main id=main tabindex=-1><div class=lead><h1>{}</h1><p class=count>{sentence}</p></div>\
         <section class=facts aria-label=\"{}\"><dl>",
        words.status, words.status
    );
    let mut fact = |name: &str, value: &str| {
        let _ = write!(out, "<div><dt>{name}<dd>");
        push_text(&mut out, value);
        out.push_str("</div>");
    };
    fact(words.version, status.version);
    fact(words.uptime, &(words.span)(status.uptime));
    fact(words.requests, &grouped(status.requests));
    fact(words.connections, &grouped(status.connections));
    fact(words.workers, &grouped(status.workers as u64));
    if status.panics > 0 {
        fact(words.mistakes, &grouped(status.panics));
    }
    if let Some(ends) = status.certificate_ends {
        let now = status.started.saturating_add_unsigned(status.uptime);
        fact(words.certificate, &(words.certificate_left)(ends.saturating_sub(now)));
    }
    out.push_str("</dl></section>");
    push_certificates(&mut out, look, status);
    for site in &status.sites {
        push_site(&mut out, look, site);
    }
    out.push_str("</main>");
    foot.push(&mut out, look);
    out
}

fn push_certificates(out: &mut String, look: &Look, status: &Status) {
    let words = &look.words().status;
    if status.certificates.is_empty() {
        return;
    }
    let _ = write!(out, "<h2>{}</h2><section class=facts><dl>", words.certificates);
    let now = status.started.saturating_add_unsigned(status.uptime);
    for Certificate { host, ends, failure, .. } in &status.certificates {
        out.push_str("<div><dt>");
        push_text(out, host);
        out.push_str("<dd>");
        match ends {
            Some(ends) => push_text(out, &(words.certificate_left)(ends.saturating_sub(now))),
            None => push_text(out, words.no_certificate),
        }
        if let Some(failure) = failure {
            out.push_str("<br>");
            push_text(out, failure);
        }
        out.push_str("</div>");
    }
    out.push_str("</dl></section>");
}

fn push_site(out: &mut String, look: &Look, site: &Site) {
    let words = look.words();
    out.push_str("<h2>");
    push_text(out, if site.host == "*" { &site.title } else { &site.host });
    out.push_str("</h2>");
    let Some(look_up) = &site.look_up else {
        let _ = write!(out, "<p class=count>{}</p>", words.status.no_look_up);
        return;
    };
    let sentence = match look_up.state {
        "building" => (words.index_building)(look_up.documents, look_up.documents + look_up.waiting),
        _ => (words.index_ready)(look_up.documents.max(look_up.names)),
    };
    let _ = write!(out, "<p class=count>{sentence}</p>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    fn status() -> Status {
        Status {
            status: "ok",
            version: "0.1.0",
            started: 1_000_000,
            uptime: 93_784,
            workers: 2,
            connections: 3,
            requests: 1_234_567,
            certificate_ends: Some(1_000_000 + 93_784 + 86_400 * 30),
            certificates: vec![
                Certificate {
                    host: "a.org".into(),
                    ends: Some(1_000_000 + 93_784 + 86_400 * 9),
                    ..Certificate::default()
                },
                Certificate {
                    host: "*.b.org".into(),
                    failures: 2,
                    failure: Some("no <way>".into()),
                    ..Certificate::default()
                },
            ],
            sites: vec![Site { host: "a.org".into(), title: "<A>".into(), look_up: None }],
            ..Status::default()
        }
    }

    #[test]
    fn programs_get_numbers() {
        let value: serde_json::Value = serde_json::from_str(&json(&status())).unwrap();
        assert_eq!((&value["status"], &value["uptime"]), (&"ok".into(), &93_784.into()));
        assert_eq!(value["sites"][0], serde_json::json!({"host": "a.org", "title": "<A>", "look_up": null}));
        assert_eq!(
            (&value["certificates"][0]["ends"], &value["certificates"][1]["failures"]),
            (&1_871_384.into(), &2.into())
        );
        assert!(json(&status()).ends_with("}\n"));
    }

    #[test]
    fn people_get_sentences() {
        let page = page(&Look::default(), &status());
        for expected in [
            "9 days left",
            "none yet<br>no &lt;way&gt;",
            "All is well.",
            "1 day 2 hours",
            "1,234,567",
            "30 days left",
            "<h2>a.org</h2>",
        ] {
            assert!(page.contains(expected), "{expected}: {page}");
        }
        let of_all = Status {
            status: "ending",
            sites: vec![Site { host: "*".into(), ..status().sites[0].clone() }],
            ..status()
        };
        let chinese = super::page(&Look::default().in_language(Language::SimplifiedChinese), &of_all);
        assert!(chinese.contains("<h2>&lt;A&gt;</h2>") && chinese.contains("1 天 2 小时"), "{chinese}");
    }
}
