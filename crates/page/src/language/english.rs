//! English.

use super::words::Words;
use crate::kind::Kind;
use crate::preview::Ground;

pub(super) static WORDS: Words = Words {
    kind: |kind| match kind {
        Kind::Folder => "folder",
        Kind::Page => "text",
        Kind::Image => "image",
        Kind::Sound => "sound",
        Kind::Film => "film",
        Kind::Archive => "archive",
        Kind::Code => "code",
        Kind::Pdf => "PDF",
        Kind::Table => "table",
        Kind::Slides => "slides",
        Kind::Unknown => "file",
    },
    full_date: |year, month, day| {
        format!("{day} {} {year}", FULL_MONTHS.get(usize::from(month.wrapping_sub(1))).unwrap_or(&""))
    },
    month_day: |month, day| format!("{} {day}", MONTHS.get(usize::from(month.wrapping_sub(1))).unwrap_or(&"")),
    bytes: |count| format!("{count} {}", if count == "1" { "byte" } else { "bytes" }),
    items: |count| format!("{} {}", grouped(count), if count == 1 { "item" } else { "items" }),
    count: |folders, files| match (plural(folders, "folder", "folders"), plural(files, "file", "files")) {
        (Some(folders), Some(files)) => format!("{folders}, {files}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => String::new(),
    },

    skip: "Skip to the materials",
    breadcrumbs: "Where you are",
    find: "Find names and words",
    find_here: "Find in this folder",
    view: "View",
    list: "List",
    grid: "Grid",
    archive: "Download folder",
    as_zip: "as ZIP",
    as_tar: "as TAR",
    name: "Name",
    size: "Size",
    modified: "Modified",
    empty: "This folder is empty.",
    nothing_matches: "No name matches.",
    show_all: "Show everything",
    matching: |words| format!("Names with “{words}”"),
    pages: "Pages",
    first: "First",
    previous: "Previous",
    next: "Next",
    jump: "Jump to",
    jump_hint: "first letters of a name",
    go: "Go",
    preview: "Preview",
    preview_hint: "Choose a material to see it here.",
    close: "Close",

    open: "Open",
    download: "Download",
    copy_address: "Copy address",
    copied: "Copied",
    real_size: "Real size",
    wrap: "Wrap lines",
    encoding: "Encoding",
    show_as: "Show as",
    automatic: "as found",
    sure_bom: "certain: the file begins with its mark",
    sure_declared: "declared in the file",
    sure_utf8: "certain: every byte fits",
    sure_ascii: "certain: plain ASCII",
    sure_chosen: "chosen by you",
    likely: "likely",
    doubtful: "doubtful",
    ground: |ground| match ground {
        Ground::Declared => "declared in the file",
        Ground::Utf8 => "most of it is UTF-8",
        Ground::Zeros => "where its zeros stand",
        Ground::Escapes => "its escape sequences",
        Ground::Characters => "its characters are frequent in this encoding",
    },
    damaged: |faults| match faults {
        1 => String::from("1 place does not fit"),
        _ => format!("{} places do not fit", grouped(faults)),
    },
    cut: "Only the beginning is shown.",
    contents: "Contents",
    facts: "Facts",
    media_type: "Media type",
    pixels: "Pixels",
    taken: "Taken",
    camera: "Camera",
    lens: "Lens",
    exposure: "Exposure",
    hash: "SHA-256",
    compute: "Compute",
    no_preview: "There is no preview for this kind of file.",
    no_pdf: "This browser shows no PDF inside a page.",
    source: "Source",

    error: |status| match status {
        400 => ("The request could not be understood.", "Check the address and try again."),
        401 => ("This page asks who you are.", "Sign in and try again."),
        403 => ("This page is not open to you.", "If it should be, ask the owner of this site."),
        404 => ("There is nothing at this address.", "Check the address, or look for it from the first page."),
        405 => ("This page cannot be used in this way.", "Open it with a browser, or ask with GET."),
        406 => ("This page does not exist in a form you accept.", "Ask again and accept other forms."),
        408 => ("The request took too long to arrive.", "Try again, perhaps on a better connection."),
        411 => ("The request did not say how long it is.", "Send it again with its length."),
        412 => ("The page has changed in the meantime.", "Load it again to see how it is now."),
        413 => ("The request is too large.", "Send less."),
        414 => ("The address is too long.", "Use a shorter address."),
        415 => ("The request is in a form this page cannot read.", "Send it in another form."),
        416 => ("The part asked for lies beyond the end of the file.", "Load the whole file again."),
        417 => ("The request expects what this server does not do.", "Send it without that expectation."),
        421 => ("This address belongs to another server.", "Check the address and try again."),
        425 => ("The request came too early to be safe.", "Try again."),
        426 => ("This page needs another version of HTTP.", "Try again with a newer program."),
        429 => ("There were too many requests from you.", "Wait a little, then try again."),
        431 => ("The head of the request is too large.", "Clear the cookies of this site and try again."),
        501 => ("The server does not know this method.", "Use GET."),
        503 => ("The server is too busy now.", "Try again in a moment."),
        505 => ("The server does not speak this version of HTTP.", "Use HTTP/1.1."),
        500..=599 => {
            ("Something went wrong on our side.", "Try again; if it stays, tell the owner of this site the id below.")
        }
        _ => ("This did not work.", "Check the address and try again."),
    },
    similar: "Perhaps you meant",
    home: "Go to the first page",
    log_id: "Id in the log",

    keys: "Keys",
    key_list: [
        ("/", "to the box"),
        ("↑ ↓ · k j", "previous, next"),
        ("Enter", "open"),
        ("Space", "preview"),
        ("Backspace", "up one folder"),
        ("?", "this list"),
        ("Esc", "close"),
    ],
    failed: "This could not be loaded.",
    served_by: "Served by Quarry",
};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const FULL_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn grouped(count: u64) -> String {
    crate::quantity::grouped(count)
}

/// `None` for nothing, so that a count leaves it out.
fn plural(count: u64, one: &str, many: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{} {many}", grouped(count))),
    }
}
