//! Changing known inputs into new ones, the same ones from the same seed.

/// Makes inputs out of inputs.
pub struct Mutator {
    state: u64,
}

/// Longest input made: longer ones find little that these do not, and take their time.
const BYTES_MAX: usize = 8 * 1024;

/// Pieces that mean something to some parser here.
const PIECES: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\0",
    b"%2f",
    b"%00",
    b"%",
    b"..",
    b"/",
    b"//",
    b"?",
    b":",
    b";",
    b",",
    b"=",
    b"\"",
    b"*",
    b"-",
    b" ",
    b"\t",
    b"q=0",
    b"W/",
    b"bytes=",
    b"18446744073709551615",
    b"0",
    b"9",
    b"\xff",
    b"\x80",
    b"\xa1",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x1b$B",
    b"\x81\x30\x81\x30",
    b"\xe8\xb5\x84",
    b"<meta charset=",
    b"\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 1\r\n",
    b"0\r\n\r\n",
];

impl Mutator {
    /// The seed must not be zero: the generator would stay there.
    pub fn new(seed: u64) -> Mutator {
        Mutator { state: seed.max(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) }
    }

    /// A new input out of those.
    pub fn change(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let mut input = self.pick(inputs).cloned().unwrap_or_default();
        for _ in 0..=self.below(6) {
            self.change_once(&mut input, inputs);
        }
        input.truncate(BYTES_MAX);
        input
    }

    fn change_once(&mut self, input: &mut Vec<u8>, inputs: &[Vec<u8>]) {
        let at = self.below(input.len() + 1);
        let end = (at + 1 + self.below(8)).min(input.len());
        match self.below(8) {
            0 if at < input.len() => input[at] ^= 1 << self.below(8),
            1 if at < input.len() => input[at] = self.next() as u8,
            2 => input.insert(at, self.next() as u8),
            3 if at < end => drop(input.drain(at..end)),
            4 if at < end => {
                let piece = input[at..end].to_vec();
                let to = self.below(input.len() + 1);
                input.splice(to..to, piece);
            }
            5 => {
                let piece = self.pick(PIECES).copied().unwrap_or_default();
                input.splice(at..at, piece.iter().copied());
            }
            6 => {
                // The front of this one, the back of another.
                let other = self.pick(inputs).cloned().unwrap_or_default();
                let from = self.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            _ => {
                let piece = input[at..end].repeat(1 + self.below(40));
                input.splice(at..at, piece);
            }
        }
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len().max(1)))
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// xorshift64*: quick, and even enough to choose among changes.
    fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_makes_one_series_of_different_inputs() {
        let inputs = [b"GET / HTTP/1.1".to_vec(), Vec::new()];
        let series = |seed| {
            let mut mutator = Mutator::new(seed);
            (0..1000).map(|_| mutator.change(&inputs)).collect::<Vec<_>>()
        };
        assert_eq!(series(7), series(7));
        assert_ne!(series(7), series(8));
        let different: std::collections::HashSet<_> = series(7).into_iter().collect();
        assert!(different.len() > 500, "{}", different.len());
        assert!(different.iter().all(|input| input.len() <= BYTES_MAX));
    }

    #[test]
    fn nothing_to_start_from_is_enough() {
        assert!((0..100).any(|seed| !Mutator::new(seed).change(&[]).is_empty()));
    }
}
