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
    [&*STYLE, &*SCRIPT, &*FIND_STYLE, &*FIND_SCRIPT, &*XRAY_STYLE, &*XRAY_SCRIPT, &*FAVICON]
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

/// Address of the style sheet of the look-up.
pub(crate) fn find_style(look: &Look) -> String {
    address(look, &FIND_STYLE.name)
}

/// Address of the script of the look-up.
pub(crate) fn find_script(look: &Look) -> String {
    address(look, &FIND_SCRIPT.name)
}

/// Address of the style sheet of the X-ray.
pub(crate) fn xray_style(look: &Look) -> String {
    address(look, &XRAY_STYLE.name)
}

/// Address of the script of the X-ray.
pub(crate) fn xray_script(look: &Look) -> String {
    address(look, &XRAY_SCRIPT.name)
}

/// The mark, for those who ask for an icon at the place where it always was (`/favicon.ico`).
pub fn mark() -> Asset {
    Asset { bytes: FAVICON.text.as_bytes().into(), media_type: FAVICON.media_type }
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

/// A style sheet without its comments and line ends: each line ends where a line end means nothing.
fn joined(sheet: &str) -> String {
    sheet.lines().filter(|line| !line.starts_with("/*")).collect()
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

const SCRIPTS: &str = "text/javascript; charset=utf-8";

static STYLE: LazyLock<File> =
    LazyLock::new(|| File::new("quarry", "css", joined(include_str!("../assets/style.css")), CSS));
static SCRIPT: LazyLock<File> =
    LazyLock::new(|| File::new("quarry", "js", String::from(include_str!("../assets/script.js")), SCRIPTS));
// The look-up's own are asked for only where there is a look-up.
static FIND_STYLE: LazyLock<File> =
    LazyLock::new(|| File::new("find", "css", joined(include_str!("../assets/find.css")), CSS));
static FIND_SCRIPT: LazyLock<File> =
    LazyLock::new(|| File::new("find", "js", String::from(include_str!("../assets/find.js")), SCRIPTS));
// And those of the X-ray only by its pages.
static XRAY_STYLE: LazyLock<File> =
    LazyLock::new(|| File::new("xray", "css", joined(include_str!("../assets/xray.css")), CSS));
static XRAY_SCRIPT: LazyLock<File> =
    LazyLock::new(|| File::new("xray", "js", String::from(include_str!("../assets/xray.js")), SCRIPTS));
static FAVICON: LazyLock<File> =
    LazyLock::new(|| File::new("quarry", "svg", String::from(include_str!("../assets/favicon.svg")), "image/svg+xml"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_in_a_page_is_an_asset() {
        let look = Look { accent: Accent::parse("#b4531f"), ..Look::default() };
        let every = [style(&look), script(&look), find_style(&look), find_script(&look), favicon(&look)];
        let xray = [xray_style(&look), xray_script(&look)];
        for address in every.into_iter().chain(xray).chain(accent(&look)) {
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
        let scripts = SCRIPT.text.len() + FIND_SCRIPT.text.len();
        assert!(scripts <= 20 * 1024, "scripts: {scripts} bytes");
        let scripts = SCRIPT.text.len() + XRAY_SCRIPT.text.len();
        assert!(scripts <= 20 * 1024, "scripts of the X-ray's pages: {scripts} bytes");
        assert!(XRAY_STYLE.text.len() <= 6 * 1024, "style sheet of the X-ray: {} bytes", XRAY_STYLE.text.len());
        assert!(FIND_STYLE.text.len() <= 6 * 1024, "style sheet of the look-up: {} bytes", FIND_STYLE.text.len());
    }
}
