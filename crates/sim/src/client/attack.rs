//! Bytes that nobody means well with, and what they may get.

use crate::chance::Chance;

/// A stream of bytes, and the statuses that its answers must have, in order. Behind the last, the connection is over.
pub(crate) struct Attack {
    pub(crate) name: &'static str,
    pub(crate) bytes: &'static [u8],
    pub(crate) statuses: &'static [u16],
}

const fn attack(name: &'static str, bytes: &'static [u8], statuses: &'static [u16]) -> Attack {
    Attack { name, bytes, statuses }
}

/// Each ends with a request that must never be answered.
pub(crate) const ATTACKS: &[Attack] = &[
    attack(
        "both lengths",
        b"GET /none HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack(
        "two lengths",
        b"GET /none HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack(
        "a list of lengths",
        b"GET /none HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack(
        "a length with a sign",
        b"GET /none HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack(
        "chunked twice",
        b"GET /none HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack(
        "chunked not last",
        b"GET /none HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack(
        "chunked in HTTP/1.0",
        b"GET /none HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack(
        "space before colon",
        b"GET /none HTTP/1.1\r\nHost: a\r\nContent-Length : 44\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack(
        "obsolete fold",
        b"GET /none HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack("bare line feed", b"GET /none HTTP/1.1\nHost: a\n\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
    attack(
        "bare carriage return",
        b"GET /none HTTP/1.1\r\nHost: a\r\nX: a\rContent-Length: 44\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack(
        "NUL in a value",
        b"GET /none HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack("no host", b"GET /none HTTP/1.1\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", &[400]),
    attack(
        "two hosts",
        b"GET /none HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack(
        "a chunk longer than it says",
        b"GET /none HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack(
        "a chunk size with an x",
        b"GET /none HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack(
        "a chunk size beyond all numbers",
        b"GET /none HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[400],
    ),
    attack(
        "content that is refused",
        b"POST /none HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[405],
    ),
    attack(
        "more content than anybody reads",
        b"GET /none HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[413],
    ),
    attack(
        "an unknown expectation",
        b"GET /none HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[417],
    ),
    attack(
        "another major version",
        b"GET /none HTTP/3.0\r\nHost: a\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[505],
    ),
    attack(
        "behind the last request",
        b"GET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[404],
    ),
    attack(
        "behind a good request",
        b"GET /none HTTP/1.1\r\nHost: a\r\n\r\nGET /\x01 HTTP/1.1\r\nHost: a\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
        &[404, 400],
    ),
    attack("a target out of the site", b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", &[400]),
    attack("encoded out of the site", b"GET /%2e%2e/%2e%2e/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", &[400]),
    attack("a NUL in a target", b"GET /a%00.html HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", &[400]),
    attack("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", &[]),
];

/// A good request or two with bytes changed, taken out, doubled.
pub(crate) fn mutated(chance: &mut Chance, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..chance.between(1..=6) {
        if bytes.is_empty() {
            break;
        }
        let at = chance.below(bytes.len());
        match chance.below(6) {
            0 => bytes[at] = chance.word() as u8,
            1 => bytes[at] ^= 1 << chance.below(8),
            2 => drop(bytes.remove(at)),
            3 => bytes.insert(at, *chance.pick(b"\r\n\0 :;,\t%/?\xff\x7f0\"")),
            4 => {
                let end = (at + chance.below(40)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => bytes.truncate(at.max(1)),
        }
    }
    bytes
}

/// The beginning of a head that never ends.
pub(crate) fn endless(chance: &mut Chance) -> Vec<u8> {
    let mut bytes = b"GET / HTTP/1.1\r\nHost: a\r\n".to_vec();
    match chance.below(3) {
        0 => bytes = [b"GET /", &vec![b'a'; 20_000][..]].concat(),
        1 => (0..400).for_each(|number| bytes.extend_from_slice(format!("X-{number}: y\r\n").as_bytes())),
        _ => bytes.extend(b"X: ".iter().copied().chain(std::iter::repeat_n(b'z', 20_000))),
    }
    bytes
}
