//! The common order of names that are plain ASCII, many times quicker than by the whole rules, and the same.

use crate::limit;
use core::cmp::Ordering;

/// Where each printable ASCII character stands among the others.
///
/// Right only for languages whose rules say nothing of ASCII letters beyond the common ones.
#[derive(Debug)]
pub(super) struct Ranks([u8; 128]);

impl Ranks {
    /// Asks the whole rules where the characters stand; those alike get the same rank.
    pub(super) fn new(compare: impl Fn(&[u8], &[u8]) -> Ordering) -> Ranks {
        let mut characters: Vec<u8> = (b' '..=b'~').collect();
        characters.sort_by(|&one, &other| compare(&[one], &[other]));
        let mut ranks = [0; 128];
        let mut rank = 0;
        for pair in characters.windows(2) {
            rank += u8::from(compare(&pair[..1], &pair[1..]) != Ordering::Equal);
            ranks[usize::from(pair[1])] = rank;
        }
        Ranks(ranks)
    }

    /// The order of two names; none if only the whole rules can tell.
    pub(super) fn compare(&self, one: &[u8], other: &[u8]) -> Option<Ordering> {
        if !is_plain(one) || !is_plain(other) {
            return None;
        }
        let (mut one, mut other) = (one, other);
        loop {
            match (one, other) {
                ([], []) => return Some(Ordering::Equal),
                ([], _) => return Some(Ordering::Less),
                (_, []) => return Some(Ordering::Greater),
                ([b'0'..=b'9', ..], [b'0'..=b'9', ..]) => {
                    let (left, right) = (number(&mut one), number(&mut other));
                    if left.len().max(right.len()) > limit::ORDER_DIGITS_MAX {
                        return None;
                    }
                    let order = left.len().cmp(&right.len()).then_with(|| left.cmp(right));
                    if order != Ordering::Equal {
                        return Some(order);
                    }
                }
                ([left, one_rest @ ..], [right, other_rest @ ..]) => {
                    let order = self.0[usize::from(*left & 0x7f)].cmp(&self.0[usize::from(*right & 0x7f)]);
                    if order != Ordering::Equal {
                        return Some(order);
                    }
                    (one, other) = (one_rest, other_rest);
                }
            }
        }
    }
}

/// Nothing but printable ASCII: anything else may combine with what stands beside it.
fn is_plain(name: &[u8]) -> bool {
    name.iter().all(|byte| (b' '..=b'~').contains(byte))
}

/// Takes the digits that a name begins with; gives them without leading zeros.
fn number<'a>(name: &mut &'a [u8]) -> &'a [u8] {
    let end = name.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(name.len());
    let (digits, rest) = name.split_at(end);
    *name = rest;
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    &digits[zeros..]
}
