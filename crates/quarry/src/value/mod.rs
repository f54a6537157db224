//! What may stand after a flag: each grammar with its sentence for what does not fit.

pub(crate) mod address;
pub(crate) mod duration;
pub(crate) mod field;
pub(crate) mod look;
pub(crate) mod prefix;
pub(crate) mod size;

#[cfg(test)]
mod tests {
    use super::*;

    /// All words of up to four of these: where grammars meet their edges.
    fn words() -> impl Iterator<Item = String> {
        const LETTERS: [char; 16] =
            ['0', '9', 'a', 'M', 's', ':', '[', ']', '/', '.', '-', '#', ' ', '\0', '料', '\u{10FFFF}'];
        (0..=4u32).flat_map(|length| {
            (0..LETTERS.len().pow(length)).map(move |number| {
                (0..length).map(|place| LETTERS[number / LETTERS.len().pow(place) % LETTERS.len()]).collect()
            })
        })
    }

    #[test]
    fn every_word_is_taken_or_refused_with_a_sentence() {
        for word in words() {
            let refusals = [
                address::parse(&word).err(),
                duration::parse(&word).err(),
                field::parse(&word).err(),
                look::parse_charset(&word).err(),
                look::parse_colour(&word).err(),
                look::parse_title(&word).err(),
                prefix::parse(&word).err(),
                size::parse(&word).err(),
            ];
            assert!(refusals.iter().flatten().all(|sentence| !sentence.is_empty()), "{word:?}");
        }
    }
}
