//! The look-up on pages and for programs: what is asked goes to the look-up, what it answers goes to crate `page`.

use super::name::shown;
use super::sight::Sight;
use super::{HTML, accept_language, field, whole};
use crate::look_up::LookUp;
use crate::origin::{Answer, Files, Site};
use lookup::answer::{self, Gate, Request};
use page::Kind;
use page::error::Similar;
use page::find::{self, Asked, Facets, Found, Hit, Marked, OFFSET_MAX, Progress, Step, Suggestions};
use page::listing::Segment;
use semantics::{FieldName, RequestHead, Status, Target, Timestamp};
use site::{SitePath, prefers_json};

/// Suggestions of each sort, unless fewer are asked for.
const SUGGESTIONS_MAX: usize = 5;

impl<T: Files> Site<T> {
    /// The page of the look-up with this name; `None`: there is none, or no look-up.
    pub(super) fn look_up_page(
        &self,
        head: &RequestHead<'_>,
        sight: &Sight,
        name: &str,
        raw: &[u8],
        now: Timestamp,
    ) -> Option<Answer<T::File>> {
        let look_up = &**self.look_up.as_ref()?;
        if matches!(name, "find" | "suggest") {
            self.shared.vitals.note_query();
        }
        Some(match name {
            "find" => self.find(head, sight, look_up, raw, now),
            "suggest" => self.suggest(head, sight, look_up, raw),
            "index" => self.index(head, sight, look_up),
            "opensearch.xml" => {
                let text = find::description(&self.look(head), &self.address(head));
                self.for_asker(Status::OK, "application/opensearchdescription+xml; charset=utf-8", text)
            }
            _ => return None,
        })
    }

    fn find(
        &self,
        head: &RequestHead<'_>,
        sight: &Sight,
        look_up: &dyn LookUp,
        raw: &[u8],
        now: Timestamp,
    ) -> Answer<T::File> {
        let (asked, fault) = Asked::parse(raw, |bytes| shown(bytes).into_owned());
        let is_json = format(head).map_or_else(|| prefers_json(head), |format| format == b"json");
        if is_json && let Some(fault) = fault {
            return self.for_asker(Status::BAD_REQUEST, JSON, find::fault_json(&fault));
        }
        let state = look_up.state();
        let mut found = match asked.is_empty() {
            true => Found::default(),
            false => {
                // A person who goes beyond what is given gets the last of it.
                let language = language(head);
                let request = request(&asked, asked.limit, language.as_deref());
                self.found(look_up.find(&request, &sight.of(&self.files)))
            }
        };
        (found.index, found.now) = (progress(state), now);
        match is_json {
            true => self.for_asker(Status::OK, JSON, find::json(&found)),
            false => self.for_asker(Status::OK, HTML, find::page(&self.look(head), &asked, &found)),
        }
    }

    fn suggest(&self, head: &RequestHead<'_>, sight: &Sight, look_up: &dyn LookUp, raw: &[u8]) -> Answer<T::File> {
        let (asked, fault) = Asked::parse(raw, |bytes| shown(bytes).into_owned());
        let format = format(head);
        if let Some(fault) = fault {
            return self.for_asker(Status::BAD_REQUEST, JSON, find::fault_json(&fault));
        }
        let suggestions = match asked.is_empty() {
            true => Suggestions::default(),
            false => {
                let language = language(head);
                let request = request(&asked, asked.limit.min(SUGGESTIONS_MAX), language.as_deref());
                let answer::Suggestions { names, pages, took } = look_up.suggest(&request, &sight.of(&self.files));
                let hits = |hits: Vec<answer::Hit>| hits.into_iter().map(|hit| self.hit(hit)).collect();
                Suggestions { names: hits(names), pages: hits(pages), took }
            }
        };
        match format.as_deref() {
            // For the script of the pages: options to be put under the box.
            Some(b"html") => self.for_asker(Status::OK, HTML, find::fragment(&self.look(head), &asked, &suggestions)),
            Some(b"opensearch") => {
                let text = find::opensearch_suggestions(&asked.words, &suggestions, &self.address(head));
                self.for_asker(Status::OK, "application/x-suggestions+json", text)
            }
            _ => self.for_asker(Status::OK, JSON, find::suggestions_json(&suggestions)),
        }
    }

    fn index(&self, head: &RequestHead<'_>, sight: &Sight, look_up: &dyn LookUp) -> Answer<T::File> {
        let mut state = look_up.state();
        // The reasons tell of files that this client may not see.
        let gate = sight.of(&self.files);
        state.examples.retain(|(path, _)| gate.may_show(path, false));
        let progress = progress(state);
        let is_json = format(head).map_or_else(|| prefers_json(head), |format| format == b"json");
        match is_json {
            true => self.for_asker(Status::OK, JSON, find::index_json(&progress)),
            false => self.for_asker(Status::OK, HTML, find::index_page(&self.look(head), &progress)),
        }
    }

    /// What has a name like the one that is missing, wherever it is.
    pub(super) fn similar_anywhere(&self, sight: &Sight, name: &str) -> Vec<Similar> {
        let Some(look_up) = &self.look_up else { return Vec::new() };
        let request = Request { words: name, offset: 0, limit: SUGGESTIONS_MAX, language: None };
        let found = look_up.suggest(&request, &sight.of(&self.files));
        let similar = found.names.into_iter().map(|hit| {
            let path = segments(&hit.path);
            Similar {
                shown: path.iter().map(|segment| segment.shown.as_str()).collect::<Vec<_>>().join("/"),
                path: path.into_iter().map(|segment| segment.name).collect(),
                is_folder: hit.is_folder,
            }
        });
        similar.collect()
    }

    fn found(&self, mut answer: answer::Answer) -> Found {
        answer.hits.iter_mut().for_each(|hit| self.complete(hit));
        found(answer)
    }

    fn hit(&self, mut found: answer::Hit) -> Hit {
        self.complete(&mut found);
        hit(found)
    }

    /// Size and time of the last change of what was not read yet, as it is now.
    fn complete(&self, found: &mut answer::Hit) {
        if found.is_folder || found.modified.is_some() {
            return;
        }
        let identity = SitePath::new(&found.path).and_then(|path| self.files.identify(&path).ok().flatten());
        found.size = identity.map(|identity| identity.size);
        found.modified = identity.and_then(|identity| i64::try_from(identity.modified.0).ok());
    }

    /// An answer that holds for whoever asked, now: nobody keeps it without asking again.
    fn for_asker(&self, status: Status, media_type: &'static str, text: String) -> Answer<T::File> {
        let mut fields = self.page_fields(media_type);
        fields.push(field("Vary", "Accept, Accept-Language"));
        fields.push(field("X-Robots-Tag", "noindex"));
        whole(status, fields, text.into_bytes())
    }

    /// Where browsers reach this server: the host that was asked for; the scheme that whoever stands before us tells.
    fn address(&self, head: &RequestHead<'_>) -> String {
        if head.authority.is_empty() {
            return String::new();
        }
        let is_secure = self.shared.is_secured
            || head.fields.lines().any(|(name, value)| {
                name.eq_ignore_ascii_case(b"x-forwarded-proto") && value.trim_ascii().eq_ignore_ascii_case(b"https")
            });
        let forwarded = head.field(FieldName::Forwarded).unwrap_or_default().to_ascii_lowercase();
        let is_secure = is_secure || forwarded.windows(11).any(|window| window == b"proto=https");
        format!("{}://{}", if is_secure { "https" } else { "http" }, String::from_utf8_lossy(head.authority))
    }
}

const JSON: &str = "application/json";

fn request<'a>(asked: &'a Asked, limit: usize, language: Option<&'a str>) -> Request<'a> {
    Request { words: &asked.words, offset: asked.offset.min(OFFSET_MAX), limit, language }
}

/// What `?format=` says.
fn format(head: &RequestHead<'_>) -> Option<Vec<u8>> {
    let target = Target::parse(head.target).ok()?;
    let format = target.parameter("format")?.into_owned();
    [&b"html"[..], b"json", b"opensearch"].contains(&format.as_slice()).then_some(format)
}

/// The language that the reader likes best, as `zh-tw` or `en`.
fn language(head: &RequestHead<'_>) -> Option<String> {
    page::preferred_language(accept_language(head))
}

/// What was found, for programs: the JSON of `/-/find`. What is not known of a hit (its size, its date) is left out.
pub fn json(answer: answer::Answer, state: answer::State) -> String {
    find::json(&Found { index: progress(state), ..found(answer) })
}

fn found(answer: answer::Answer) -> Found {
    let answer::Answer { total, total_is_exact, step, instead, hits, facets, took } = answer;
    Found {
        total,
        total_is_exact,
        step: match step {
            answer::Step::All => Step::All,
            answer::Step::Most => Step::Most,
            answer::Step::Typo => Step::Typo,
        },
        instead,
        hits: hits.into_iter().map(hit).collect(),
        facets: Facets { types: facets.kinds, folders: facets.folders, years: facets.years },
        took,
        ..Found::default()
    }
}

fn hit(found: answer::Hit) -> Hit {
    let path = segments(&found.path);
    let name = path.last().map_or(&[][..], |segment| &segment.name);
    Hit {
        kind: if found.is_folder { Kind::Folder } else { Kind::from_name(name) },
        path,
        name: marked(found.name),
        title: found.title.map(marked),
        extension: found.kind,
        size: found.size,
        modified: found.modified.map(|modified| Timestamp(i128::from(modified))),
        snippet: marked(found.snippet),
        unreadable: found.unreadable,
        score: found.score,
    }
}

fn marked(text: answer::Marked) -> Marked {
    Marked(text.pieces.into_iter().map(|piece| (piece.text, piece.is_match)).collect())
}

fn segments(path: &[u8]) -> Vec<Segment> {
    let names = path.split(|&byte| byte == b'/').filter(|name| !name.is_empty());
    names.map(|name| Segment { name: name.to_vec(), shown: shown(name).into_owned() }).collect()
}

fn progress(state: answer::State) -> Progress {
    let examples = state.examples.into_iter().map(|(path, reason)| (segments(&path), reason)).collect();
    Progress {
        is_building: state.is_building,
        names: state.names,
        documents: state.documents,
        waiting: state.waiting,
        rate: state.rate,
        remark: state.remark,
        unreadable: state.unreadable,
        examples,
        index_bytes: state.index_bytes,
    }
}
