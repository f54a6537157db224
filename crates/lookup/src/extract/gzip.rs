//! A text inside gzip: manual pages, logs, compressed SVG. The name without `.gz` tells its format.

use std::io::{self, BufReader, Read};

use flate2::read::MultiGzDecoder;

use super::fault::Size;
use super::input::{Input, Positioned};
use super::{Extract, Format, limit, tar, text};

/// The words of what is inside.
pub(crate) fn read(input: &Input<'_>, name: &[u8]) -> io::Result<Extract> {
    let mut bytes = Vec::new();
    let decoder = MultiGzDecoder::new(BufReader::new(Positioned::new(input)));
    let outcome = decoder.take(limit::TEXT_FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
    let inner = match name.to_ascii_lowercase() {
        name if name.ends_with(b".svgz") => b"a.svg".to_vec(),
        name => name.strip_suffix(b".gz").map_or_else(|| name.clone(), <[u8]>::to_vec),
    };
    let head = &bytes[..bytes.len().min(limit::HEAD_BYTES)];
    let format = Format::of(&inner, head);
    if format == Format::Tar {
        return Ok(tar::read(input));
    }
    // A document inside gzip is a rarity, and would be unpacked twice.
    if format.is_contained() || matches!(format, Format::Other | Format::Compound) {
        return Ok(Extract::default());
    }
    let is_cut = bytes.len() as u64 > limit::TEXT_FILE_BYTES_MAX;
    bytes.truncate(limit::TEXT_FILE_BYTES_MAX as usize);
    let mut draft = text::of_bytes(format, &inner, &bytes);
    if is_cut {
        draft.add_fault(format!("read the first {} of what is inside", Size(limit::TEXT_FILE_BYTES_MAX)));
    } else if let Err(error) = outcome {
        draft.add_fault(format!("is damaged inside: {error}"));
    }
    Ok(draft.finish())
}
