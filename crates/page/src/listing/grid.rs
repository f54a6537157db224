//! A folder as pictures side by side.

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

/// The address of a picture of the material; none where there is none that is small enough.
pub(super) fn picture(row: &Row) -> Option<String> {
    let is_small = row.size.is_some_and(|size| size <= limit::GRID_PICTURE_BYTES_MAX);
    (row.kind == Kind::Image && is_small).then(|| {
        let mut href = String::new();
        row.push_href(&mut href);
        href
    })
}
