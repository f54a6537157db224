//! The files that pages need: style sheet, script, mark. Their names hold a hash of their bytes, so they may be
//! kept for ever; a new version has a new name.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::colour::Accent;
use crate::look::Look;

/// A file that pages need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The content.
    pub bytes: Cow<'static, [u8]>,
    /// The value of `Content-Type`.
    pub media_type: &'static str,
}

/// What `Cache-Control` says of every asset: its name changes when it does.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// The asset of this name, as it stands behind `{prefix}/assets/`.
pub fn get(name: &str) -> Option<Asset> {
    if let Some(digits) = name.strip_prefix("accent-").and_then(|rest| rest.strip_suffix(".css")) {
        let accent = Accent::parse(digits).filter(|accent| accent.digits() == digits)?;
        return Some(Asset { bytes: accent.style().into_bytes().into(), media_type: CSS });
    }
    [&*STYLE, &*SCRIPT, &*FAVICON]
        .into_iter()
        .find(|file| file.name == name)
        .map(|file| Asset { bytes: file.text.as_bytes().into(), media_type: file.media_type })
}

/// Address of the style sheet.
pub(crate) fn style(look: &Look) -> String {
    address(look, &STYLE.name)
}

/// Address of the script.
pub(crate) fn script(look: &Look) -> String {
    address(look, &SCRIPT.name)
}

/// Address of the mark, for the window's tab.
pub(crate) fn favicon(look: &Look) -> String {
    address(look, &FAVICON.name)
}

/// Address of the style sheet of the owner's colour.
pub(crate) fn accent(look: &Look) -> Option<String> {
    look.accent.map(|accent| address(look, &format!("accent-{}.css", accent.digits())))
}

fn address(look: &Look, name: &str) -> String {
    format!("{}/assets/{name}", look.prefix)
}

struct File {
    name: String,
    text: String,
    media_type: &'static str,
}

impl File {
    fn new(stem: &str, extension: &str, text: String, media_type: &'static str) -> File {
        File { name: format!("{stem}-{:016x}.{extension}", hash(text.as_bytes())), text, media_type }
    }
}

/// FNV-1a: tells versions apart; nobody gains by a collision with our own files.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

const CSS: &str = "text/css; charset=utf-8";

static STYLE: LazyLock<File> = LazyLock::new(|| {
    // Each line of the sheet ends where a line end means nothing.
    let text = include_str!("../assets/style.css").lines().filter(|line| !line.starts_with("/*")).collect();
    File::new("quarry", "css", text, CSS)
});
static SCRIPT: LazyLock<File> = LazyLock::new(|| {
    let text = include_str!("../assets/script.js");
    File::new("quarry", "js", String::from(text), "text/javascript; charset=utf-8")
});
static FAVICON: LazyLock<File> =
    LazyLock::new(|| File::new("quarry", "svg", String::from(include_str!("../assets/favicon.svg")), "image/svg+xml"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_in_a_page_is_an_asset() {
        let look = Look { accent: Accent::parse("#b4531f"), ..Look::default() };
        for address in [style(&look), script(&look), favicon(&look), accent(&look).unwrap()] {
            let name = address.strip_prefix("/-/assets/").unwrap();
            assert!(get(name).is_some_and(|asset| !asset.bytes.is_empty()), "{name}");
        }
    }

    #[test]
    fn other_names_are_no_assets() {
        for name in
            ["", "quarry.css", "style.css", "../quarry.css", "accent-.css", "accent-fff.css", "accent-FFFFFF.css"]
        {
            assert_eq!(get(name), None, "{name}");
        }
    }

    #[test]
    fn assets_stay_within_their_budgets() {
        assert!(STYLE.text.len() <= 12 * 1024, "style sheet: {} bytes", STYLE.text.len());
        assert!(SCRIPT.text.len() <= 20 * 1024, "script: {} bytes", SCRIPT.text.len());
    }
}
