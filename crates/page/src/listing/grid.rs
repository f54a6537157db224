//! A folder as pictures side by side.

use semantics::media_type::MediaType;

use super::Row;
use super::row::{push_icon, push_name};
use crate::kind::Kind;
use crate::limit;

/// Appends one tile: the face leads to the preview, the name to the material itself.
pub(super) fn push_tile(out: &mut String, row: &Row) {
    let mut href = String::new();
    row.push_href(&mut href);
    let is_folder = row.kind == Kind::Folder;
    out.push_str("<li><a class=face tabindex=-1 aria-hidden=true href=");
    out.push_str(&href);
    out.push_str(if is_folder { ">" } else { "?preview>" });
    if let Some(picture) = picture(row) {
        if is_thumbnail(&picture) {
            // Should there be none, this is seen.
            push_icon(out, row.kind);
        }
        out.push_str("<img alt=\"\" loading=lazy decoding=async src=");
        out.push_str(&picture);
        out.push('>');
    } else if row.kind == Kind::Film {
        // Only its beginning is asked for, once the script sees it on the screen.
        push_icon(out, row.kind);
        out.push_str("<video muted playsinline preload=none src=");
        out.push_str(&href);
        out.push_str("#t=1 ></video>");
    } else {
        push_icon(out, row.kind);
    }
    out.push_str("</a><a class=name href=");
    out.push_str(&href);
    row.push_title(out);
    out.push('>');
    push_name(out, &row.shown, row.kind);
    out.push_str("</a>\n");
}

/// The address of a picture of the material; none where there is none that is small enough, or that browsers show.
pub(super) fn picture(row: &Row) -> Option<String> {
    let size = row.size.filter(|_| row.kind == Kind::Image)?;
    let essence = MediaType::from_name(&row.name).essence;
    let is_small = size <= limit::GRID_PICTURE_BYTES_MAX && SHOWN.contains(&essence);
    // Whether there is a small one inside is found out when it is asked for.
    let has_thumbnail = essence == "image/jpeg" && size > limit::GRID_ORIGINAL_BYTES_MAX;
    (is_small || has_thumbnail).then(|| {
        let mut href = String::new();
        row.push_href(&mut href);
        href.push_str(if has_thumbnail { "?thumbnail" } else { "" });
        href
    })
}

/// Whether a picture is the small one inside of another.
pub(super) fn is_thumbnail(picture: &str) -> bool {
    picture.ends_with("?thumbnail")
}

/// What every browser shows. The others would be a hole.
const SHOWN: [&str; 9] = [
    "image/jpeg",
    "image/pjpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/svg+xml",
    "image/bmp",
    "image/vnd.microsoft.icon",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_picture_is_loaded_whole_that_is_large() {
        #[track_caller]
        fn check(name: &str, size: u64, expected: Option<&str>) {
            let (kind, shown) = (Kind::from_name(name.as_bytes()), name.into());
            let row = Row { name: name.into(), shown, kind, size: Some(size), modified: None, count: None };
            assert_eq!(picture(&row).as_deref(), expected, "{name}");
        }
        check("a b.jpg", 64 << 10, Some("a%20b.jpg"));
        check("a.JPEG", (64 << 10) + 1, Some("a.JPEG?thumbnail"));
        check("a.jpg", 90 << 20, Some("a.jpg?thumbnail"));
        check("a.png", 4 << 20, Some("a.png"));
        check("a.png", (4 << 20) + 1, None);
        check("a.heic", 100, None);
        check("a.txt", 100, None);
    }
}
