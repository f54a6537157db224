//! One certificate, from the order to the file. Whatever ends it half way, the next attempt goes on where it stood.
//!
//! ```text
//! order ─▶ NAME.order ─▶ prove ─▶ finalize ─▶ certificate ─▶ NAME.pem ─▶ no NAME.order
//! ```

use crate::answers::{Answers, Standing};
use crate::certificate::Certificate;
use crate::client::wait;
use crate::fault::{Fault, Follows, machine};
use crate::history::{History, What};
use crate::hook::Record;
use crate::settings::{Challenge, Settings};
use crate::store::{Store, file_of};
use instant_acme::OrderStatus;
use instant_acme::{Account, AuthorizationStatus, CertificateIdentifier, ChallengeType, Identifier, NewOrder, Order};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// Until the authority has looked, and again until it has signed. Beyond it the attempt has failed; the next one goes on
/// with the same order.
const PATIENCE: Duration = Duration::from_secs(120);

/// The first look at how an order stands, and the longest time between two.
const LOOKS: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// An attempt to get one certificate.
pub(crate) struct Attempt<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) store: &'a Store,
    pub(crate) answers: &'a Arc<Answers>,
    pub(crate) account: &'a Account,
    pub(crate) name: &'a str,
    /// So many ways to prove the name have been tried in vain.
    pub(crate) ways: usize,
    /// The certificate that it is to follow, for an authority that wants to know.
    pub(crate) replaces: Option<CertificateIdentifier<'static>>,
}

/// An order under way, as it is kept.
#[derive(Serialize, Deserialize)]
struct Pending {
    url: String,
    /// In PEM.
    key: String,
}

impl Pending {
    /// Whether the certificate that is there has its key.
    fn has_led_to_a_certificate(&self, store: &Store, name: &str) -> io::Result<bool> {
        let here = store.read(&file_of(name, "pem"))?;
        Ok(here.is_some_and(|here| here.contains(self.key.trim())))
    }
}

/// Forgets an order whose certificate is there: whoever kept it may have been ended before they could.
pub(crate) fn forget_if_over(store: &Store, name: &str) -> io::Result<()> {
    let order = file_of(name, "order");
    let Some(text) = store.read(&order)? else { return Ok(()) };
    match serde_json::from_str::<Pending>(&text) {
        Ok(pending) if pending.has_led_to_a_certificate(store, name)? => store.remove(&order),
        _ => Ok(()),
    }
}

/// What stands somewhere until the authority has looked.
enum Proof<'a> {
    Answer { _standing: Standing },
    Record { _record: Record<'a> },
}

impl Attempt<'_> {
    /// The certificate is in its file afterwards.
    ///
    /// Errs with why not.
    pub(crate) fn run(&self, history: &mut History, now: i64) -> Result<Certificate, Fault> {
        let (mut order, pending) = match self.resume()? {
            Some(resumed) => resumed,
            None => self.order(history, now)?,
        };
        let finished = self.finish(&mut order, &pending);
        let is_over = match &finished {
            Ok(_) => true,
            Err(fault) => fault.follows == Follows::NewOrder || order.state().status == OrderStatus::Invalid,
        };
        if is_over {
            self.store.remove(&self.pending()).map_err(machine("forget an order"))?;
        }
        finished
    }

    /// The order that an earlier attempt has left, if it is still of use.
    fn resume(&self) -> Result<Option<(Order, Pending)>, Fault> {
        let Some(text) = self.store.read(&self.pending()).map_err(machine("read an order"))? else { return Ok(None) };
        let Ok(pending) = serde_json::from_str::<Pending>(&text) else { return Ok(None) };
        if pending.has_led_to_a_certificate(self.store, self.name).map_err(machine("read a certificate"))? {
            return Ok(None);
        }
        match wait(self.account.order(pending.url.clone())) {
            Ok(mut order) => Ok((order.state().status != OrderStatus::Invalid).then_some((order, pending))),
            // It is forgotten there as well.
            Err(instant_acme::Error::Api(problem)) if matches!(problem.status, Some(403 | 404)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn order(&self, history: &mut History, now: i64) -> Result<(Order, Pending), Fault> {
        // Before it is done: what was not counted could be done again and again.
        history.note(self.name, What::Ordered, now, now).map_err(machine("keep count of orders"))?;
        let identifiers = [Identifier::Dns(self.name.to_owned())];
        let mut new = NewOrder::new(&identifiers);
        if let Some(replaces) = &self.replaces {
            new = new.replaces(replaces.clone());
        }
        let ordered = match wait(self.account.new_order(&new)) {
            // RFC 9773 §5: somebody has renewed it already, or the authority does not know it. It is no reason to have none.
            Err(instant_acme::Error::Api(_) | instant_acme::Error::Other(_)) if self.replaces.is_some() => {
                wait(self.account.new_order(&NewOrder::new(&identifiers)))
            }
            ordered => ordered,
        };
        let order = ordered?;
        let key = KeyPair::generate().map_err(|error| Fault::again(error.to_string()))?;
        let pending = Pending { url: order.url().to_owned(), key: key.serialize_pem() };
        let text = serde_json::to_string(&pending).map_err(|error| Fault::again(error.to_string()))?;
        self.store.write(&self.pending(), text.as_bytes()).map_err(machine("keep an order"))?;
        Ok((order, pending))
    }

    fn finish(&self, order: &mut Order, pending: &Pending) -> Result<Certificate, Fault> {
        if order.state().status == OrderStatus::Pending {
            let _proofs = self.prove(order)?;
            self.look(order, &[OrderStatus::Pending])?;
        }
        let key = KeyPair::from_pem(&pending.key).map_err(|_| spoilt("the key of its order is none"))?;
        if order.state().status == OrderStatus::Ready {
            let mut params =
                CertificateParams::new([self.name.to_owned()]).map_err(|error| spoilt(&error.to_string()))?;
            params.distinguished_name = DistinguishedName::new();
            let request = params.serialize_request(&key).map_err(|error| spoilt(&error.to_string()))?;
            wait(order.finalize_csr(request.der()))?;
        }
        self.look(order, &[OrderStatus::Ready, OrderStatus::Processing])?;
        let chain = wait(order.certificate())?.ok_or_else(|| Fault::again("it has not signed the certificate yet"))?;
        let leaf = CertificateDer::from_pem_slice(chain.as_bytes());
        let leaf = leaf.map_err(|_| spoilt("what it gave is no certificate"))?;
        let certificate = Certificate::read(&leaf).filter(|it| it.is_for(self.name));
        let certificate = certificate.ok_or_else(|| spoilt("the certificate that it gave is for another name"))?;
        // What is wrong would take the place of what is right.
        let public = key.public_key_raw();
        if !leaf.windows(public.len()).any(|window| window == public) {
            return Err(spoilt("the certificate that it gave is for another key"));
        }
        let text = [&pending.key, "\n", &chain].concat();
        self.store.write(&file_of(self.name, "pem"), text.as_bytes()).map_err(machine("keep the certificate"))?;
        Ok(certificate)
    }

    /// Puts up what the authority is to find, and asks it to look.
    fn prove(&self, order: &mut Order) -> Result<Vec<Proof<'_>>, Fault> {
        let mut proofs = Vec::new();
        let mut authorizations = order.authorizations();
        while let Some(authorization) = wait(authorizations.next()) {
            let mut authorization = authorization?;
            match authorization.status {
                AuthorizationStatus::Pending => {}
                // Proved before, and the authority remembers.
                AuthorizationStatus::Valid => continue,
                _ => return Err(spoilt("what was proved does not count any more")),
            }
            let wanted = self.settings.challenge(self.ways);
            let is_offered = |kind| authorization.challenges.iter().any(|challenge| challenge.r#type == kind);
            let others = [Challenge::TlsAlpn, Challenge::Http];
            let is_free = self.settings.challenge.is_none() && wanted != Challenge::Dns;
            let offered = [wanted].into_iter().chain(others.into_iter().filter(|_| is_free));
            let chosen = offered.into_iter().find(|challenge| is_offered(kind(*challenge)));
            let refuse = || Fault::again(format!("it does not offer to ask by {}", word(wanted)));
            let chosen = chosen.ok_or_else(refuse)?;
            let mut challenge = authorization.challenge(kind(chosen)).ok_or_else(refuse)?;
            let proof = challenge.key_authorization();
            proofs.push(match chosen {
                Challenge::Http => {
                    Proof::Answer { _standing: self.answers.stand_http(&challenge.token, proof.as_str()) }
                }
                Challenge::TlsAlpn => {
                    let standing = self.answers.stand_tls(self.name, proof.digest().as_ref());
                    Proof::Answer { _standing: standing.map_err(|error| Fault::again(error.to_string()))? }
                }
                Challenge::Dns => {
                    let hook = self.settings.dns_hook.as_deref().ok_or_else(refuse)?;
                    let record = Record::present(hook, self.name, &proof.dns_value()).map_err(Fault::again)?;
                    thread::sleep(self.settings.dns_wait);
                    Proof::Record { _record: record }
                }
            });
            wait(challenge.set_ready())?;
        }
        Ok(proofs)
    }

    /// Waits until an order stands otherwise than so.
    fn look(&self, order: &mut Order, while_it_is: &[OrderStatus]) -> Result<(), Fault> {
        let until = Instant::now() + PATIENCE;
        let (mut pause, longest) = LOOKS;
        while while_it_is.contains(&order.state().status) {
            if Instant::now() > until {
                return Err(Fault::again(format!("it has not made up its mind in {} s", PATIENCE.as_secs())));
            }
            thread::sleep(pause);
            pause = (pause * 3 / 2).min(longest);
            wait(order.refresh())?;
        }
        if order.state().status != OrderStatus::Invalid {
            return Ok(());
        }
        let problem = order.state().error.clone();
        Err(self
            .objection(order)
            .or(problem.as_ref().map(Fault::problem))
            .unwrap_or_else(|| spoilt("it refuses the order")))
    }

    /// What the authority has found wrong when it looked.
    fn objection(&self, order: &mut Order) -> Option<Fault> {
        let mut authorizations = order.authorizations();
        while let Some(Ok(authorization)) = wait(authorizations.next()) {
            for challenge in &authorization.challenges {
                if let Some(problem) = &challenge.error {
                    let by = [Challenge::Http, Challenge::TlsAlpn, Challenge::Dns];
                    let by = by.into_iter().find(|challenge_kind| kind(*challenge_kind) == challenge.r#type);
                    let Fault { cause, follows } = Fault::problem(problem);
                    let cause = by.map_or(cause.clone(), |by| format!("asked by {}: {cause}", word(by)));
                    let follows = if follows == Follows::Again { Follows::OtherWay } else { follows };
                    return Some(Fault { cause, follows });
                }
            }
        }
        None
    }

    fn pending(&self) -> String {
        file_of(self.name, "order")
    }
}

fn spoilt(cause: &str) -> Fault {
    Fault { cause: cause.to_owned(), follows: Follows::NewOrder }
}

fn kind(challenge: Challenge) -> ChallengeType {
    match challenge {
        Challenge::Http => ChallengeType::Http01,
        Challenge::TlsAlpn => ChallengeType::TlsAlpn01,
        Challenge::Dns => ChallengeType::Dns01,
    }
}

/// As the RFCs call it.
fn word(challenge: Challenge) -> &'static str {
    match challenge {
        Challenge::Http => "http-01",
        Challenge::TlsAlpn => "tls-alpn-01",
        Challenge::Dns => "dns-01",
    }
}
