//! What an authority finds when it looks whether a name is ours (RFC 8555 §8, RFC 8737).

use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, RwLock};

/// Where an authority asks by HTTP (RFC 8555 §8.3); behind it stands a token.
pub const HTTP_PREFIX: &[u8] = b"/.well-known/acme-challenge/";

/// The protocol by which it asks in a handshake of TLS, and in none but that (RFC 8737 §4).
pub const TLS_PROTOCOL: &[u8] = b"acme-tls/1";

/// The answers that stand at the moment. Mostly there are none.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    is_any: AtomicBool,
    standing: RwLock<Vec<Arc<Answer>>>,
}

/// One answer.
#[derive(Debug)]
enum Answer {
    Http { token: String, content: String },
    Tls { name: String, certificate: Vec<u8>, key: Vec<u8> },
}

impl Answers {
    /// The content of the response to a request for this target.
    pub(crate) fn http(&self, target: &[u8]) -> Option<Vec<u8>> {
        let asked = target.strip_prefix(HTTP_PREFIX)?;
        self.find(|answer| match answer {
            Answer::Http { token, content } if token.as_bytes() == asked => Some(content.as_bytes().to_vec()),
            _ => None,
        })
    }

    /// The certificate and its key (PKCS #8), in DER, for a handshake that asks for this name by [`TLS_PROTOCOL`].
    pub(crate) fn tls(&self, asked: &str) -> Option<(Vec<u8>, Vec<u8>)> {
        self.find(|answer| match answer {
            Answer::Tls { name, certificate, key } if name.eq_ignore_ascii_case(asked) => {
                Some((certificate.clone(), key.clone()))
            }
            _ => None,
        })
    }

    fn find<T>(&self, of: impl Fn(&Answer) -> Option<T>) -> Option<T> {
        if !self.is_any.load(Relaxed) {
            return None;
        }
        let standing = self.standing.read().ok()?;
        standing.iter().find_map(|answer| of(answer))
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Arc<Answer>>)) {
        if let Ok(mut standing) = self.standing.write() {
            change(&mut standing);
            self.is_any.store(!standing.is_empty(), Relaxed);
        }
    }

    /// Stands until what is given back is dropped.
    fn stand(self: &Arc<Answers>, answer: Answer) -> Standing {
        let answer = Arc::new(answer);
        self.change(|standing| standing.push(Arc::clone(&answer)));
        Standing { answers: Arc::clone(self), answer }
    }

    /// By HTTP.
    pub(crate) fn stand_http(self: &Arc<Answers>, token: &str, content: &str) -> Standing {
        self.stand(Answer::Http { token: token.to_owned(), content: content.to_owned() })
    }

    /// In a handshake of TLS: a certificate for this name alone, with the digest in it (RFC 8737 §3).
    ///
    /// Errs when it cannot be made.
    pub(crate) fn stand_tls(self: &Arc<Answers>, name: &str, digest: &[u8]) -> Result<Standing, rcgen::Error> {
        let mut params = CertificateParams::new([name.to_owned()])?;
        params.distinguished_name = DistinguishedName::new();
        params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?.der().to_vec();
        Ok(self.stand(Answer::Tls { name: name.to_owned(), certificate, key: key.serialize_der() }))
    }
}

/// An answer that stands.
#[derive(Debug)]
pub(crate) struct Standing {
    answers: Arc<Answers>,
    answer: Arc<Answer>,
}

impl Drop for Standing {
    fn drop(&mut self) {
        self.answers.change(|standing| standing.retain(|other| !Arc::ptr_eq(other, &self.answer)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_stands_for_what_was_asked_and_as_long_as_it_is_held() {
        let answers = Arc::new(Answers::default());
        let target = b"/.well-known/acme-challenge/token";
        assert_eq!(answers.http(target), None);
        let one = answers.stand_http("token", "token.print");
        let other = answers.stand_tls("Example.org", &[7; 32]).unwrap();
        assert_eq!(answers.http(target), Some(b"token.print".to_vec()));
        for target in ["/.well-known/acme-challenge/toke", "/.well-known/acme-challenge/", "/token", "/"] {
            assert_eq!(answers.http(target.as_bytes()), None, "{target}");
        }
        let (certificate, _) = answers.tls("example.ORG").unwrap();
        // The extension is critical, and has the digest (RFC 8737 §3).
        let expected = [&[6, 8, 43, 6, 1, 5, 5, 7, 1, 31, 1, 1, 0xFF, 4, 34, 4, 32][..], &[7; 32]].concat();
        assert!(certificate.windows(expected.len()).any(|window| window == expected));
        assert!(answers.tls("www.example.org").is_none());
        drop(one);
        assert_eq!(answers.http(target), None);
        assert!(answers.tls("example.org").is_some());
        drop(other);
        assert!(answers.tls("example.org").is_none());
    }
}
