//! A short number for what identifies some bytes. Not secret, not safe against who wants two things to look alike;
//! who can choose inode and time of a file owns the site anyhow.

/// FNV-1a over 64-bit words, with the finish of MurmurHash3, so that each input bit reaches each output bit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) fn new() -> Fingerprint {
        Fingerprint(0xcbf2_9ce4_8422_2325)
    }

    #[must_use]
    pub(crate) fn with(self, word: u64) -> Fingerprint {
        Fingerprint(mix((self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3)))
    }

    #[must_use]
    pub(crate) fn with_bytes(self, bytes: &[u8]) -> Fingerprint {
        bytes.iter().fold(self.with(bytes.len() as u64), |so_far, &byte| so_far.with(u64::from(byte)))
    }

    pub(crate) fn finish(self) -> u64 {
        mix(self.0)
    }
}

fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    word = (word ^ (word >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    word ^ (word >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_borders_matter() {
        let of = |words: &[u64]| words.iter().fold(Fingerprint::new(), |so_far, &word| so_far.with(word)).finish();
        assert_ne!(of(&[1, 2]), of(&[2, 1]));
        assert_ne!(of(&[0]), of(&[0, 0]));
        let bytes = |parts: [&[u8]; 2]| Fingerprint::new().with_bytes(parts[0]).with_bytes(parts[1]).finish();
        assert_ne!(bytes([b"a", b"bc"]), bytes([b"ab", b"c"]));
    }

    #[test]
    fn neighbours_share_nothing() {
        let tags: std::collections::HashSet<u64> =
            (0..10_000).map(|inode| Fingerprint::new().with(inode).with(1024).finish()).collect();
        assert_eq!(tags.len(), 10_000);
    }
}
