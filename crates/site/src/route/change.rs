//! What routes change of an answer, and what has come together of it for one request.

use crate::path::SitePath;
use semantics::{Field, Status};
use std::borrow::Cow;

/// What one route changes, as its owner wrote it. What several routes change adds up; the later word about one thing counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Response fields in place of those of the same name; with captures.
    pub set: Vec<(String, String)>,
    /// Response fields that go.
    pub remove: Vec<String>,
    /// The value of `Cache-Control`.
    pub cache_control: Option<String>,
    /// The label for texts whose encoding nobody can tell.
    pub charset: Option<String>,
    /// What files are, whatever their name says; perhaps with a charset.
    pub media_type: Option<String>,
    /// Whether folders are listed.
    pub listing: Option<bool>,
    /// The file that answers where nothing is; with captures.
    pub fallback: Option<String>,
    /// Own files for errors.
    pub errors: Vec<(Errors, String)>,
    /// Which other sites' scripts may read this.
    pub cors: Option<Cors>,
    /// Fields that protect readers.
    pub security: Option<Security>,
}

/// Which errors an own file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Errors {
    /// Those of this status.
    Of(Status),
    /// All of this hundred: 4 or 5.
    Hundred(u16),
}

impl Errors {
    /// Whether this status is meant.
    pub fn has(self, status: Status) -> bool {
        match self {
            Errors::Of(meant) => meant == status,
            Errors::Hundred(hundred) => status.code() / 100 == hundred,
        }
    }
}

/// Who may read answers from scripts of other sites (the CORS protocol of the Fetch standard).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors {
    /// Origins such as `https://example.org`; `*`: all.
    pub origins: Vec<String>,
    /// Methods that a script may use beyond GET, HEAD and POST.
    pub methods: Vec<String>,
    /// Request fields that it may set; `*`: all.
    pub request_fields: Vec<String>,
    /// Response fields that it may read beyond the usual ones.
    pub exposed: Vec<String>,
    /// Whether cookies and passwords go along.
    pub with_credentials: bool,
    /// How long a browser may remember what it was allowed, in seconds.
    pub max_age: Option<u32>,
}

impl Cors {
    /// Whether all get the same fields, whoever asks.
    pub(super) fn is_for_all(&self) -> bool {
        !self.with_credentials && self.origins.iter().any(|origin| origin == "*")
    }

    /// The value of `Access-Control-Allow-Origin` for who comes from there.
    pub(super) fn allowed(&self, origin: Option<&[u8]>) -> Option<String> {
        if self.is_for_all() {
            return Some("*".into());
        }
        // `null` is what any page can make itself.
        let origin = std::str::from_utf8(origin?).ok().filter(|origin| *origin != "null")?;
        let is_allowed = self.origins.iter().any(|known| known == "*" || known.eq_ignore_ascii_case(origin));
        is_allowed.then(|| origin.to_owned())
    }
}

/// Sets of response fields that protect readers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// None.
    Off,
    /// What cannot break a page: types are not guessed, and other sites are not told full addresses.
    #[default]
    Basic,
    /// What suits most sites: in addition no frames of other sites around it, windows apart from theirs, no camera, no microphone, no place.
    Strict,
}

impl Security {
    /// The fields.
    pub fn fields(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Security::Off => &[],
            Security::Basic => &STRICT[..2],
            Security::Strict => &STRICT,
        }
    }

    /// All names that any set has.
    pub fn names() -> impl Iterator<Item = &'static str> {
        STRICT.iter().map(|(name, _)| *name)
    }
}

const STRICT: [(&str, &str); 6] = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-site"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// A change of the response fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    /// In place of all of that name; another member of the list where that is what a field holds that must not be lost (`Vary`).
    Set(Field),
    /// One more of that name.
    Add(Field),
    /// None of that name.
    Remove(Cow<'static, str>),
}

/// What routes make of the fields of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amendments {
    pub(crate) edits: Vec<Edit>,
    /// Something besides the path was looked at: another client may get another answer, or none.
    pub(crate) is_for_some: bool,
}

impl Amendments {
    /// Whether whoever asks for this target gets this answer, so that it may be remembered.
    pub fn is_for_all(&self) -> bool {
        !self.is_for_some
    }

    /// Changes the fields of an answer. What says how long it may be kept is for what was found: an error that stays in a cache for a
    /// year could not be mended, and pages that Quarry makes change with their folder. `is_lasting`: it is a file, a redirect or an answer
    /// that the owner wrote.
    pub fn apply(&self, status: Status, is_lasting: bool, fields: &mut Vec<Field>) {
        let keeps = is_lasting && status.code() < 400;
        for edit in &self.edits {
            match edit {
                Edit::Set(Field { name, .. }) | Edit::Add(Field { name, .. }) if is_about_keeping(name) && !keeps => {}
                // Our own pages bring theirs, and need it.
                Edit::Set(field)
                    if !is_lasting && is_policy(&field.name) && fields.iter().any(|other| is_policy(&other.name)) => {}
                Edit::Set(field) if is_vary(&field.name) => vary(fields, &field.value),
                Edit::Set(field) => {
                    remove(fields, &field.name);
                    fields.push(field.clone());
                }
                Edit::Add(field) if is_vary(&field.name) => vary(fields, &field.value),
                Edit::Add(field) => fields.push(field.clone()),
                Edit::Remove(name) => remove(fields, name),
            }
        }
    }
}

fn remove(fields: &mut Vec<Field>, name: &str) {
    fields.retain(|field| !field.name.eq_ignore_ascii_case(name));
}

fn is_policy(name: &str) -> bool {
    name.eq_ignore_ascii_case("Content-Security-Policy")
}

fn is_vary(name: &str) -> bool {
    name.eq_ignore_ascii_case("Vary")
}

fn is_about_keeping(name: &str) -> bool {
    ["Cache-Control", "Expires", "CDN-Cache-Control", "Surrogate-Control"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// One more thing that the answer hangs on: what it hung on before, it still does.
fn vary(fields: &mut Vec<Field>, value: &str) {
    let Some(field) = fields.iter_mut().find(|field| is_vary(&field.name)) else {
        return fields.push(crate::answer::field("Vary", value.to_owned()));
    };
    for member in value.split(',').map(str::trim) {
        if !field.value.split(',').any(|known| known.trim().eq_ignore_ascii_case(member)) {
            field.value = format!("{}, {member}", field.value).into();
        }
    }
}

/// What has come together for one request besides fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effects {
    pub(crate) amendments: Amendments,
    pub(crate) charset: Option<String>,
    pub(crate) media_type: Option<String>,
    pub(crate) listing: Option<bool>,
    pub(crate) fallback: Option<SitePath>,
    pub(crate) errors: Vec<(Errors, String)>,
    /// For an OPTIONS that asks what a script may do.
    pub(crate) preflight: Vec<Field>,
}

impl Effects {
    /// The own file for a status that a route named, the last word first.
    pub(crate) fn error_file(&self, status: Status) -> Option<&str> {
        self.errors.iter().rev().find(|(errors, _)| errors.has(status)).map(|(_, file)| file.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::field;

    #[track_caller]
    fn check(edits: Vec<Edit>, status: Status, expected: &[&str]) {
        let mut fields = vec![
            field("Content-Type", "text/plain"),
            field("Vary", "Accept-Encoding"),
            field("cache-control", "no-cache"),
        ];
        Amendments { edits, is_for_some: false }.apply(status, true, &mut fields);
        let lines: Vec<String> = fields.iter().map(|field| format!("{}: {}", field.name, field.value)).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn fields_are_replaced_and_removed_whatever_their_case() {
        let edits = vec![
            Edit::Set(field("Cache-Control", "max-age=9")),
            Edit::Remove("CONTENT-TYPE".into()),
            Edit::Add(field("Link", "</a>")),
            Edit::Add(field("Link", "</b>")),
        ];
        check(edits, Status::OK, &["Vary: Accept-Encoding", "Cache-Control: max-age=9", "Link: </a>", "Link: </b>"]);
    }

    #[test]
    fn what_an_answer_hangs_on_is_not_forgotten() {
        let edits = vec![Edit::Set(field("Vary", "Origin, accept-encoding"))];
        check(
            edits,
            Status::OK,
            &["Content-Type: text/plain", "Vary: Accept-Encoding, Origin", "cache-control: no-cache"],
        );
    }

    #[test]
    fn no_error_is_kept_for_a_year() {
        let edits = vec![Edit::Set(field("Cache-Control", "max-age=9")), Edit::Set(field("X-A", "b"))];
        check(
            edits,
            Status::NOT_FOUND,
            &["Content-Type: text/plain", "Vary: Accept-Encoding", "cache-control: no-cache", "X-A: b"],
        );
    }
}
