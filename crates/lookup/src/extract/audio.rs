//! Sounds and films: what their tags say of title, artist, album, and the words that are sung.

use std::io::BufReader;

use lofty::config::{ParseOptions, ParsingMode};
use lofty::file::{FileType, TaggedFileExt as _};
use lofty::probe::Probe;
use lofty::tag::{ItemKey, Tag};

use super::Extract;
use super::input::{Input, Positioned};
use super::words::Draft;

/// The tags of a sound.
pub(crate) fn read(input: &Input<'_>, name: &[u8]) -> Extract {
    let options = ParseOptions::new()
        .read_properties(false)
        .read_cover_art(false)
        .parsing_mode(ParsingMode::Relaxed)
        .max_junk_bytes(JUNK_BYTES_MAX);
    let Ok(probe) = Probe::new(BufReader::new(Positioned::new(input))).options(options).guess_file_type() else {
        return Extract::faulty("cannot be read as a sound");
    };
    let probe = match (probe.file_type(), by_name(name)) {
        (None, Some(kind)) => probe.set_file_type(kind),
        (None, None) => return Extract::default(),
        _ => probe,
    };
    match probe.read() {
        Ok(tagged) => {
            let mut draft = Draft::new();
            // The best kind of tag first; what another says as well is not said twice.
            let first = tagged.primary_tag().or_else(|| tagged.first_tag());
            let others = tagged.tags().iter().filter(|tag| first.is_none_or(|first| !std::ptr::eq(*tag, first)));
            first.into_iter().chain(others).for_each(|tag| push(tag, &mut draft));
            draft.finish()
        }
        Err(error) => Extract::faulty(format!("a damaged sound: {error}")),
    }
}

fn push(tag: &Tag, draft: &mut Draft) {
    for &key in KEYS {
        for text in tag.get_strings(key) {
            let text = mend(text);
            if key == ItemKey::TrackTitle && draft.title.is_empty() {
                draft.title.push(&text);
            } else if !draft.body.as_str().lines().any(|line| line == text.trim()) {
                draft.body.line();
                draft.body.push_lines(&text);
            }
        }
    }
}

/// What people look for in a sound.
const KEYS: &[ItemKey] = &[
    ItemKey::TrackTitle,
    ItemKey::TrackSubtitle,
    ItemKey::TrackArtist,
    ItemKey::AlbumTitle,
    ItemKey::AlbumArtist,
    ItemKey::OriginalAlbumTitle,
    ItemKey::OriginalArtist,
    ItemKey::ContentGroup,
    ItemKey::Work,
    ItemKey::Movement,
    ItemKey::Composer,
    ItemKey::Lyricist,
    ItemKey::Writer,
    ItemKey::Conductor,
    ItemKey::Performer,
    ItemKey::Producer,
    ItemKey::Remixer,
    ItemKey::Label,
    ItemKey::Publisher,
    ItemKey::Genre,
    ItemKey::Year,
    ItemKey::RecordingDate,
    ItemKey::Comment,
    ItemKey::Description,
    ItemKey::PodcastDescription,
    ItemKey::ShowName,
    ItemKey::UnsyncLyrics,
    ItemKey::Lyrics,
];

/// Old programs wrote GBK, Big5 or Shift_JIS and said that it was Latin-1. Where all characters are of Latin-1 and most beyond
/// ASCII, the bytes are asked again.
fn mend(text: &str) -> String {
    let bytes: Option<Vec<u8>> = text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
    let Some(bytes) = bytes.filter(|bytes| bytes.iter().filter(|byte| **byte >= 0x80).count() >= 2) else {
        return text.to_owned();
    };
    let (decoded, verdict) = charset::name(&bytes, &[]);
    let is_better = verdict.confidence > charset::Confidence::Doubtful && !verdict.encoding.is_single_byte();
    if is_better { decoded.into_owned() } else { text.to_owned() }
}

fn by_name(name: &[u8]) -> Option<FileType> {
    let extension = name.rsplit(|&byte| byte == b'.').next()?;
    FileType::from_ext(std::str::from_utf8(extension).ok()?)
}

/// How far the first frame of an MP3 is looked for: covers of other programs stand before it.
const JUNK_BYTES_MAX: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn as_latin_1(label: &str, text: &str) -> String {
        let encoding = charset::Encoding::for_label(label.as_bytes()).unwrap();
        encoding.encode(text).0.iter().map(|&byte| char::from(byte)).collect()
    }

    #[test]
    fn text_that_was_called_latin_1_is_read_as_what_it_is() {
        for (label, text) in
            [("gbk", "周杰伦的音乐专辑"), ("big5", "周杰倫的音樂專輯"), ("shift_jis", "宇多田ヒカルの歌")]
        {
            assert_eq!(mend(&as_latin_1(label, text)), text, "{label}");
        }
        for text in ["Beyoncé", "Motörhead", "Café del Mar", "Sigur Rós – Ágætis byrjun", "资料", "plain"] {
            assert_eq!(mend(text), text);
        }
    }
}
