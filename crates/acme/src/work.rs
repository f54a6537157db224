//! The thread that gets certificates and renews them.

use crate::certificate::Certificate;
use crate::client::{Client, wait};
use crate::desk::{Desk, State, Wish};
use crate::fault::{Fault, Follows, machine};
use crate::history::{History, What};
use crate::order::{self, Attempt};
use crate::renewal::{self, Suggestion};
use crate::rest::Told;
use crate::roots;
use crate::settings::Settings;
use crate::store::{Store, file_of};
use instant_acme::{Account, AccountCredentials, CertificateIdentifier, ExternalAccountKey, NewAccount};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, Der};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The clock is looked at this often: somebody may set it, and a machine that slept does not notice.
const LOOK: i64 = MINUTE;

/// While another process renews the certificates, it is tried so often at first to do so in its place, and at these intervals.
const TRIES_AT_FIRST: usize = 10;
const TRY_AT_FIRST: Duration = Duration::from_millis(200);

/// An authority that does not say when to ask again for what it suggests is asked after this (RFC 9773 §4.3), and at least
/// and at most after these.
const SUGGESTION: i64 = 6 * HOUR;
const SUGGESTIONS: (i64, i64) = (MINUTE, DAY);

/// What was renewed is good for so long, whatever is suggested.
const RENEWED_LATELY: i64 = 6 * HOUR;

/// An authority that wants patience and does not say how much.
const PATIENCE: i64 = HOUR;

/// An authority that finds what we send too old is sent it anew so often.
const AT_ONCE_MAX: usize = 8;

/// A certificate that clients once asked for, and that could not be renewed, goes so long after its end.
const FORGOTTEN: i64 = 7 * DAY;

/// Something to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A certificate is there that was not there before.
    Changed,
    /// A sentence for whoever runs the server.
    Remark(String),
}

/// All that is needed to get certificates and to renew them.
#[derive(Debug)]
pub struct Acme {
    settings: Arc<Settings>,
    store: Store,
    client: Client,
    desk: Desk,
    wishes: Receiver<Wish>,
}

impl Acme {
    /// Looks that all is there which will be needed. Nobody is asked for anything yet.
    ///
    /// Errs with a sentence that names what is in the way.
    pub fn open(settings: Settings) -> Result<Acme, String> {
        settings.check()?;
        let client = Client::new(roots::client(settings.roots.as_deref())?);
        let store = Store::open(&settings.state, &settings.directory, settings.owner);
        let store = store.map_err(|error| {
            let text = error.to_string();
            let cause = text.split(" (os error").next().unwrap_or_default().to_lowercase();
            format!("cannot keep certificates in {:?}: {cause}", settings.state)
        })?;
        let settings = Arc::new(settings);
        let (desk, wishes) = Desk::new(Arc::clone(&settings), store.clone());
        Ok(Acme { settings, store, client, desk, wishes })
    }

    /// What others have of it.
    pub fn desk(&self) -> Desk {
        self.desk.clone()
    }

    /// Gets and renews from now on, on a thread of its own. `say` is told what there is to tell; `false`: nobody listens
    /// any more, and it ends.
    ///
    /// Errs when there is no thread to be had.
    pub fn start(self, say: impl Fn(Said) -> bool + Send + 'static) -> io::Result<()> {
        let Acme { settings, store, client, desk, wishes } = self;
        let work = move || {
            let mut work = Work {
                client,
                desk,
                account: None,
                names: BTreeMap::new(),
                renewal_info: None,
                authority: authority(&settings.directory).to_owned(),
                settings,
                store,
                say: Box::new(say),
            };
            work.run(&wishes);
        };
        thread::Builder::new().name("acme".into()).spawn(work).map(drop)
    }
}

struct Work {
    settings: Arc<Settings>,
    /// Its host.
    authority: String,
    store: Store,
    client: Client,
    desk: Desk,
    account: Option<Account>,
    names: BTreeMap<String, Name>,
    /// Where the authority suggests times, and until when that is believed.
    renewal_info: Option<(Option<String>, i64)>,
    say: Box<dyn Fn(Said) -> bool>,
}

/// A name for which there is to be a certificate.
#[derive(Default)]
struct Name {
    held: Option<Held>,
    suggestion: Option<Suggestion>,
    /// When to ask for that again.
    suggestion_at: i64,
    is_on_demand: bool,
    is_wished: bool,
    /// So many ways to prove it have been tried in vain.
    ways: usize,
    failure: Option<String>,
}

/// The certificate that clients get.
struct Held {
    certificate: Certificate,
    chance: u8,
}

impl Work {
    fn run(&mut self, wishes: &Receiver<Wish>) {
        let Some((_lock, mut history)) = self.begin(wishes) else { return };
        self.add_wanted();
        loop {
            let now = now();
            let rest = Arc::clone(&self.desk.rest);
            let next = match rest.begin() {
                Ok(_busy) => self.turn(&mut history, now),
                Err(Told::End) => return,
                Err(_) => now + LOOK,
            };
            self.tell_states(&history);
            let pause = Duration::from_secs(next.saturating_sub(now).clamp(0, LOOK).unsigned_abs());
            let mut heard = match wishes.recv_timeout(pause) {
                Ok(wish) => Some(wish),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            while let Some(wish) = heard {
                match wish {
                    Wish::Name(name) => self.add(name, true),
                    Wish::Look => {}
                    Wish::Settings(settings) => {
                        self.settings = settings;
                        self.names.retain(|name, _| self.settings.names.contains(name) || self.settings.allows(name));
                        self.add_wanted();
                        self.names.values_mut().for_each(|name| name.is_wished = true);
                    }
                }
                heard = wishes.try_recv().ok();
            }
        }
    }

    /// Waits until this process is the one that orders, and reads what was done before.
    fn begin(&self, wishes: &Receiver<Wish>) -> Option<(File, History)> {
        let mut said = None;
        let mut tries = 0;
        loop {
            if let Err(Told::End) = self.desk.rest.begin() {
                return None;
            }
            let begun = self.store.lock().and_then(|lock| {
                let Some(lock) = lock else { return Ok(None) };
                Ok(Some((lock, History::open(self.store.clone(), now())?)))
            });
            let remark = match begun {
                Ok(Some(begun)) => return Some(begun),
                // Most likely it is the one that we follow, and about to end.
                Ok(None) if tries < TRIES_AT_FIRST => {
                    tries += 1;
                    if let Err(RecvTimeoutError::Disconnected) = wishes.recv_timeout(TRY_AT_FIRST) {
                        return None;
                    }
                    continue;
                }
                Ok(None) => "another process renews the certificates in".to_owned(),
                Err(error) => format!("cannot renew certificates: {error}:"),
            };
            let remark = format!("{remark} {:?}", self.store.folder());
            if said.as_ref() != Some(&remark) && !(self.say)(Said::Remark(remark.clone())) {
                return None;
            }
            said = Some(remark);
            if let Err(RecvTimeoutError::Disconnected) = wishes.recv_timeout(Duration::from_secs(LOOK as u64)) {
                return None;
            }
            // What the other one has got since.
            (self.say)(Said::Changed);
        }
    }

    /// The names that are given, and those that clients have asked for before.
    fn add_wanted(&mut self) {
        for name in self.settings.names.clone() {
            self.add(name, false);
        }
        for name in self.store.names() {
            if self.settings.allows(&name) {
                self.add(name, true);
            }
        }
    }

    fn add(&mut self, name: String, is_on_demand: bool) {
        if !self.names.contains_key(&name) {
            let held = self.held(&name);
            if held.is_some() {
                // It is passed over all the same; only it would lie there until the next one.
                let _ = order::forget_if_over(&self.store, &name);
            }
            self.names.insert(name, Name { held, is_on_demand, ..Name::default() });
        }
    }

    /// The certificate that is there. What cannot be read is as good as none.
    fn held(&self, name: &str) -> Option<Held> {
        let text = self.store.read(&file_of(name, "pem")).ok()??;
        let leaf = CertificateDer::from_pem_slice(text.as_bytes()).ok()?;
        let certificate = Certificate::read(&leaf).filter(|certificate| certificate.is_for(name))?;
        Some(Held { certificate, chance: renewal::chance(&leaf) })
    }

    /// Does the most urgent of what is due. Gives when to look again.
    fn turn(&mut self, history: &mut History, now: i64) -> i64 {
        let mut due: Vec<(i64, String)> = Vec::new();
        let mut next = now + LOOK;
        for (name, state) in &self.names {
            let at = due_at(name, state, history);
            next = next.min(at.max(now));
            if at <= now {
                let urgency = state.held.as_ref().map_or(0, |held| held.certificate.validity.end);
                due.push((urgency, name.clone()));
            }
        }
        if let Some((_, name)) = due.into_iter().min() {
            self.attempt(&name, history, now);
            return now;
        }
        let waiting = self.names.iter().find(|(_, state)| state.held.is_some() && state.suggestion_at <= now);
        if let Some(name) = waiting.map(|(name, _)| name.clone()) {
            self.ask_suggestion(&name, now);
            return now;
        }
        next
    }

    fn attempt(&mut self, name: &str, history: &mut History, now: i64) {
        let mut result = self.order(name, history, now);
        for _ in 1..AT_ONCE_MAX {
            if result.as_ref().err().is_none_or(|fault| fault.follows != Follows::AtOnce) {
                break;
            }
            result = self.order(name, history, now);
        }
        let is_on_demand = self.names.get(name).is_some_and(|state| state.is_on_demand);
        let noted = match &result {
            Ok(certificate) => {
                let noted = history.note(name, What::Issued, now, now);
                let validity = &certificate.validity;
                // It was made just now, so that it is the clock which is wrong; to ask again would give the same.
                if !(validity.start - HOUR..validity.end).contains(&self::now()) {
                    let _ = history.note(name, What::NotBefore, now + DAY, now);
                    self.remark(format!(
                        "the certificate for {name} that was made just now is not valid at the time that the clock of this \
                         machine shows; is that right?"
                    ));
                }
                noted
            }
            Err(fault) => {
                let noted = history.note(name, What::Failed, now, now);
                if fault.follows == Follows::Patience {
                    let _ = history.note(name, What::NotBefore, now + self.patience(), now);
                }
                if fault.follows == Follows::NewAccount {
                    let _ = self.store.remove("account.json");
                }
                // Its addresses may have changed.
                self.account = None;
                noted
            }
        };
        if let Err(error) = noted {
            self.remark(machine("keep count of what the authority is asked")(error).cause);
        }
        let held = self.held(name);
        let failures = history.failures(name);
        let Some(state) = self.names.get_mut(name) else { return };
        let suggestion = state.suggestion.take().filter(|_| result.is_err());
        let is_in_vain = result.as_ref().is_err_and(|fault| fault.follows == Follows::OtherWay);
        let ways = state.ways + usize::from(is_in_vain);
        *state = Name { held, suggestion, is_on_demand, ways, ..Name::default() };
        let remark = match result {
            Ok(certificate) => {
                let left = span(certificate.validity.end - self::now());
                format!("got a certificate for {name} from {}, valid for {left}", self.authority)
            }
            Err(fault) => {
                let left = state.held.as_ref().map(|held| held.certificate.validity.end - self::now());
                let meanwhile = match left {
                    Some(left @ 1..) => format!("clients still get the one that is valid for {}", span(left)),
                    Some(left) => format!("clients still get the one that has expired {} ago", span(-left)),
                    None => "there is none yet".to_owned(),
                };
                let next = span(due_at(name, state, history) - now);
                let sentence = format!(
                    "no certificate for {name} from {}: {}; {meanwhile}; attempt {} is in {next}",
                    self.authority,
                    fault.cause,
                    failures + 1,
                );
                state.failure = Some(sentence.clone());
                let is_over = left.is_none_or(|left| left < -FORGOTTEN);
                if is_on_demand && is_over {
                    // Clients will ask for it again, or nobody wants it any more.
                    self.names.remove(name);
                    let _ = self.store.remove(&file_of(name, "pem"));
                }
                return self.remark(sentence);
            }
        };
        (self.say)(Said::Changed);
        self.remark(remark);
    }

    fn order(&mut self, name: &str, history: &mut History, now: i64) -> Result<Certificate, Fault> {
        self.store.make_sure().map_err(machine("keep what the authority would give"))?;
        let account = match &self.account {
            Some(account) => account.clone(),
            None => self.open_account()?,
        };
        self.account = Some(account.clone());
        let replaces = match self.renewal_info(now) {
            Some(_) => self.names.get(name).and_then(|state| identifier(&state.held.as_ref()?.certificate)),
            None => None,
        };
        let ways = self.names.get(name).map_or(0, |state| state.ways);
        let Work { settings, store, desk, .. } = &*self;
        Attempt { settings, store, answers: &desk.answers, account: &account, name, ways, replaces }.run(history, now)
    }

    /// The account that was made before, or else a new one.
    fn open_account(&self) -> Result<Account, Fault> {
        let builder = Account::builder_with_http(Box::new(self.client.clone()));
        let kept = self.store.read("account.json").map_err(machine("read the account"))?;
        let kept = kept.and_then(|text| serde_json::from_str::<AccountCredentials>(&text).ok());
        if let Some(credentials) = kept {
            return Ok(wait(builder.from_credentials(credentials))?);
        }
        let contact = self.settings.email.as_ref().map(|email| format!("mailto:{email}"));
        let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
        let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
        let binding = self.settings.binding.as_ref();
        let binding = binding.map(|binding| ExternalAccountKey::new(binding.id.clone(), &binding.key));
        let created = wait(builder.create(&new, self.settings.directory.clone(), binding.as_ref()));
        let (account, credentials) = created?;
        let text = serde_json::to_string(&credentials).map_err(|error| Fault::again(error.to_string()))?;
        self.store.write("account.json", text.as_bytes()).map_err(machine("keep the account"))?;
        Ok(account)
    }

    /// Where the authority suggests when to renew, if it does.
    fn renewal_info(&mut self, now: i64) -> Option<String> {
        if self.renewal_info.as_ref().is_none_or(|(_, until)| *until <= now) {
            let directory = self.client.get(&self.settings.directory).ok();
            let directory = directory.and_then(|it| serde_json::from_slice::<serde_json::Value>(&it.content).ok());
            let found = directory.as_ref().and_then(|it| Some(it.get("renewalInfo")?.as_str()?.to_owned()));
            let believed = if directory.is_some() { DAY } else { HOUR };
            self.renewal_info = Some((found, now + believed));
        }
        self.renewal_info.as_ref()?.0.clone()
    }

    fn ask_suggestion(&mut self, name: &str, now: i64) {
        let url = self.renewal_info(now);
        let Some(state) = self.names.get_mut(name) else { return };
        state.suggestion_at = now + SUGGESTION;
        let Some(held) = &state.held else { return };
        let Some((url, id)) = url.zip(identifier(&held.certificate)) else { return };
        let url = format!("{}/{}.{}", url.trim_end_matches('/'), id.authority_key_identifier, id.serial);
        let Some(answer) = self.client.get(&url).ok().filter(|answer| answer.status == 200) else { return };
        let again = answer.field("Retry-After").and_then(|value| value.parse().ok()).unwrap_or(SUGGESTION);
        state.suggestion_at = now + again.clamp(SUGGESTIONS.0, SUGGESTIONS.1);
        let Some(suggestion) = Suggestion::read(&answer.content) else { return };
        let is_new = state.suggestion.as_ref() != Some(&suggestion);
        let explanation = suggestion.explanation.clone().filter(|_| is_new);
        state.suggestion = Some(suggestion);
        if let Some(explanation) = explanation {
            let authority = &self.authority;
            self.remark(format!("{authority} suggests when to renew the certificate for {name}: {explanation}"));
        }
    }

    /// How long the authority wants to be left alone.
    fn patience(&self) -> i64 {
        self.client
            .take_retry_after()
            .and_then(|value| value.parse().ok())
            .filter(|seconds| *seconds > 0)
            .unwrap_or(PATIENCE)
    }

    fn tell_states(&self, history: &History) {
        let states = self.names.iter().map(|(name, state)| State {
            name: name.clone(),
            valid_until: state.held.as_ref().map(|held| held.certificate.validity.end),
            next: due_at(name, state, history),
            failures: history.failures(name),
            failure: state.failure.clone(),
        });
        *self.desk.states.lock().unwrap_or_else(PoisonError::into_inner) = states.collect();
    }

    fn remark(&self, sentence: String) {
        (self.say)(Said::Remark(sentence));
    }
}

/// When the authority is to be asked for a name.
fn due_at(name: &str, state: &Name, history: &History) -> i64 {
    let wanted = state.held.as_ref().map_or(0, |held| {
        let (validity, chance) = (&held.certificate.validity, held.chance);
        let by_age = renewal::time(validity, None, chance);
        match renewal::time(validity, state.suggestion.as_ref(), chance) {
            // An authority that suggests it of each that it gives would have its limit used up in a minute.
            early if early < by_age => {
                early.max(history.last_issued(name).map_or(0, |issued| issued + RENEWED_LATELY)).min(by_age)
            }
            suggested => suggested,
        }
    });
    wanted.max(history.may_ask_from(name, state.is_wished, state.is_on_demand))
}

/// RFC 9773 §4.1.
fn identifier(certificate: &Certificate) -> Option<CertificateIdentifier<'static>> {
    let key = certificate.authority_key.as_deref()?;
    Some(CertificateIdentifier::new(Der::from_slice(key), Der::from_slice(&certificate.serial)).into_owned())
}

/// The host of an address.
fn authority(url: &str) -> &str {
    url.split('/').nth(2).unwrap_or(url)
}

/// Seconds since 1970, as this machine counts them.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}

/// How long something is, as people say it.
pub(crate) fn span(seconds: i64) -> String {
    let (number, unit) = match seconds.max(0) {
        seconds @ ..60 => (seconds, "second"),
        seconds @ 60..3600 => (seconds / 60, "minute"),
        seconds @ 3600..172_800 => (seconds / 3600, "hour"),
        seconds => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}
