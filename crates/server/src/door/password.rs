//! Hashes of passwords: made, told from what is none, and held against what somebody types.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Argon2, Params};

/// The hash of a password, as it is written into a config: argon2id with what OWASP recommends (19 MiB, two passes).
///
/// Errs with a sentence when it is too long, or the kernel gives no random numbers.
pub fn hash(password: &[u8]) -> Result<String, String> {
    if password.is_empty() {
        return Err("an empty password keeps nobody out".into());
    }
    if password.len() > PASSWORD_BYTES_MAX {
        let length = password.len();
        return Err(format!("it has {length} bytes, expected at most {PASSWORD_BYTES_MAX}: no browser sends more"));
    }
    let hashed = Argon2::default().hash_password(password).map_err(|error| error.to_string())?;
    Ok(hashed.to_string())
}

/// Whether a text is a hash that passwords can be held against. Errs with what is wrong; never with the text, which may be
/// the password.
pub fn check(hash: &str) -> Result<(), String> {
    match is_bcrypt(hash) {
        true => check_bcrypt(hash),
        false => check_argon2(hash).map(drop),
    }
}

fn is_bcrypt(hash: &str) -> bool {
    ["$2a$", "$2b$", "$2x$", "$2y$"].iter().any(|start| hash.starts_with(start))
}

fn check_bcrypt(hash: &str) -> Result<(), String> {
    let parts: bcrypt::HashParts =
        hash.parse().map_err(|_| "it begins like a hash of bcrypt, and is none".to_owned())?;
    match parts.get_cost() {
        ..=BCRYPT_COST_MAX => Ok(()),
        cost => Err(format!(
            "its cost is {cost}, expected at most {BCRYPT_COST_MAX}: each look at a password would take minutes"
        )),
    }
}

fn check_argon2(hash: &str) -> Result<PasswordHash, String> {
    const EXPECTED: &str =
        "expected the hash of a password (argon2 or bcrypt), never the password itself; quarry password makes one";
    let parsed = PasswordHash::new(hash).map_err(|_| EXPECTED.to_owned())?;
    if !parsed.algorithm.as_str().starts_with("argon2") || parsed.hash.is_none() || parsed.salt.is_none() {
        return Err(EXPECTED.into());
    }
    let params = Params::try_from(&parsed).map_err(|_| EXPECTED.to_owned())?;
    let work = u64::from(params.m_cost()) * u64::from(params.t_cost());
    if work > ARGON2_KIB_PASSES_MAX {
        let most = ARGON2_KIB_PASSES_MAX >> 10;
        return Err(format!(
            "it asks for {} MiB of work, expected at most {most}: each look at a password would take long",
            work >> 10
        ));
    }
    Ok(parsed)
}

/// Whether a password is the one that `hash` was made of; compared in constant time.
pub(super) fn is_right(hash: &str, password: &[u8]) -> bool {
    if password.len() > PASSWORD_BYTES_MAX {
        return false;
    }
    match is_bcrypt(hash) {
        true => bcrypt::verify(password, hash).unwrap_or(false),
        false => check_argon2(hash).is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok()),
    }
}

/// Longer than any that people type; a head of a request could bring 12 KiB.
const PASSWORD_BYTES_MAX: usize = 1024;
/// 2^14 rounds take a second and more.
const BCRYPT_COST_MAX: u32 = 15;
/// A GiB that is gone through once, or 256 MiB four times: a second and more.
const ARGON2_KIB_PASSES_MAX: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_right_for_its_password_alone() {
        let made = hash("pässword".as_bytes()).unwrap();
        assert!(made.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{made}");
        assert_eq!(check(&made), Ok(()));
        assert!(is_right(&made, "pässword".as_bytes()));
        for other in ["password", "", "pässword ", "PÄSSWORD"] {
            assert!(!is_right(&made, other.as_bytes()), "{other}");
        }
        // Each has its own salt.
        assert_ne!(hash("pässword".as_bytes()).unwrap(), made);
    }

    #[test]
    fn hashes_that_others_made_are_understood() {
        // By htpasswd of Apache, and by the reference implementation of argon2.
        let apache = bcrypt::hash("secret", 4).unwrap().replacen("$2b$", "$2y$", 1);
        assert_eq!(check(&apache), Ok(()));
        assert!(is_right(&apache, b"secret") && !is_right(&apache, b"Secret"));
        let reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert_eq!(check(reference), Ok(()));
        assert!(is_right(reference, b"password") && !is_right(reference, b"passwort"));
    }

    #[test]
    fn what_is_no_hash_is_told_and_never_said_again() {
        for text in [
            "secret",
            "",
            "$argon2id$",
            "$2b$",
            "$2y$10$short",
            "$1$salt$hash",
            "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA",
        ] {
            let fault = check(text).unwrap_err();
            assert!(text.is_empty() || !fault.contains(text), "{text}: {fault}");
        }
        let slow = "$2b$31$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghijk1";
        assert!(check(slow).is_err());
        let large = "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(check(large).unwrap_err().contains("it asks for 8192 MiB of work"));
        assert!(hash(b"").is_err() && hash(&[b'a'; 1025]).is_err() && hash(&[b'a'; 1024]).is_ok());
    }
}
