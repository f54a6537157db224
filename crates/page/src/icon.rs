//! Icons drawn for Quarry, on a grid of 24, as strokes of the colour of the text; and its mark.

use crate::kind::Kind;

/// The id of a kind's icon in the sprite: one letter, since it stands in every row.
pub(crate) fn id(kind: Kind) -> char {
    match kind {
        Kind::Folder => 'f',
        Kind::Page => 'p',
        Kind::Image => 'i',
        Kind::Sound => 's',
        Kind::Film => 'v',
        Kind::Archive => 'z',
        Kind::Code => 'c',
        Kind::Pdf => 'd',
        Kind::Table => 't',
        Kind::Slides => 'l',
        Kind::Unknown => 'u',
    }
}

/// All icons of kinds, to be used by `<use href=#id>`. Shapes with a faint fill give them body.
pub(crate) const SPRITE: &str = concat!(
    "<svg class=sprite width=0 height=0 aria-hidden=true>",
    "<path id=o d=\"M14.5 3.5H6.6A1.1 1.1 0 0 0 5.5 4.6v14.8a1.1 1.1 0 0 0 1.1 1.1h10.8a1.1 1.1 0 0 0 1.1-1.1V7.5zv4h4\" />",
    "<symbol id=f viewBox=\"0 0 24 24\"><path class=w d=\"M3 7.2A1.7 1.7 0 0 1 4.7 5.5h4.2l2.3 2.4h8.1A1.7 1.7 0 0 1 21 9.6v8.2a1.7 1.7 0 0 1-1.7 1.7H4.7A1.7 1.7 0 0 1 3 17.8z\"/></symbol>",
    "<symbol id=p viewBox=\"0 0 24 24\"><use href=#o /><path d=\"M8.7 11.2h6.6M8.7 14.2h6.6M8.7 17.2h3.6\"/></symbol>",
    "<symbol id=i viewBox=\"0 0 24 24\"><rect x=3.5 y=4.5 width=17 height=15 rx=1.7 /><path class=w d=\"M3.5 16.8l4.7-4.6 3.6 3.4 3-2.8 5.7 5\"/><circle cx=14.8 cy=8.9 r=1.5 /></symbol>",
    "<symbol id=s viewBox=\"0 0 24 24\"><path d=\"M4 10.3v3.4M8 7.5v9M12 4v16M16 8.3v7.4M20 10.8v2.4\"/></symbol>",
    "<symbol id=v viewBox=\"0 0 24 24\"><rect x=3.5 y=4.5 width=17 height=15 rx=1.7 /><path class=w d=\"M10 8.8v6.4l5.2-3.2z\"/></symbol>",
    "<symbol id=z viewBox=\"0 0 24 24\"><path class=w d=\"M3.5 4.5h17v4h-17z\"/><path d=\"M5 8.5v11h14v-11M10 12.3h4\"/></symbol>",
    "<symbol id=c viewBox=\"0 0 24 24\"><path d=\"M8 7.2 3.2 12 8 16.8M16 7.2l4.8 4.8-4.8 4.8M13.6 4.8l-3.2 14.4\"/></symbol>",
    "<symbol id=d viewBox=\"0 0 24 24\"><use href=#o /><path class=w d=\"M8.5 11.5h7v6h-7z\"/></symbol>",
    "<symbol id=t viewBox=\"0 0 24 24\"><rect x=3.5 y=4.5 width=17 height=15 rx=1.7 /><path class=w d=\"M3.5 9.5h17\"/><path d=\"M3.5 14.5h17M9.8 9.5v10\"/></symbol>",
    "<symbol id=l viewBox=\"0 0 24 24\"><path class=w d=\"M4 4.5h16v11H4z\"/><path d=\"M2.8 4.5h18.4M12 15.5v4M8.5 19.5h7M8 12l2.6-2.8 2.2 1.8L16 7.8\"/></symbol>",
    "<symbol id=u viewBox=\"0 0 24 24\"><use href=#o /></symbol>",
    "</svg>",
);

/// A magnifying glass.
pub(crate) const FIND: &str =
    "<svg viewBox=\"0 0 24 24\" aria-hidden=true><circle cx=10.5 cy=10.5 r=6 /><path d=\"m15 15 5 5\"/></svg>";
/// Rows.
pub(crate) const LIST: &str = "<svg viewBox=\"0 0 24 24\" aria-hidden=true><path d=\"M4 7h16M4 12h16M4 17h16\"/></svg>";
/// Four fields.
pub(crate) const GRID: &str = "<svg viewBox=\"0 0 24 24\" aria-hidden=true><path d=\"M4.5 4.5h6v6h-6zM13.5 4.5h6v6h-6zM4.5 13.5h6v6h-6zM13.5 13.5h6v6h-6z\"/></svg>";
/// Down, into a tray.
pub(crate) const DOWNLOAD: &str =
    "<svg viewBox=\"0 0 24 24\" aria-hidden=true><path d=\"M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 19.5h15\"/></svg>";
/// Quarry's mark: a Q whose tail goes down in steps, as the wall of a quarry does.
pub(crate) const MARK: &str = "<svg class=mark viewBox=\"0 0 24 24\" aria-hidden=true><path d=\"M16.6 16.9A7.6 7.6 0 1 1 18.6 12M12.2 13.2h3.3v3.2h3.2v3.2h3.3\"/></svg>";
