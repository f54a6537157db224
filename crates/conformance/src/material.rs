//! The folder that is served while requirements are checked: files of known content and known dates.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// When all files were modified, long ago: in the three forms of RFC 9110 §5.6.7.
pub const MODIFIED: &str = "Tue, 02 Jan 2024 03:04:05 GMT";
/// The same as rfc850-date.
pub const MODIFIED_RFC850: &str = "Tuesday, 02-Jan-24 03:04:05 GMT";
/// The same as asctime-date.
pub const MODIFIED_ASCTIME: &str = "Tue Jan  2 03:04:05 2024";
/// A second before.
pub const BEFORE: &str = "Tue, 02 Jan 2024 03:04:04 GMT";
/// A second after.
pub const AFTER: &str = "Tue, 02 Jan 2024 03:04:06 GMT";

/// What stands outside of the folder that is served, next to it, in `outside.txt`.
pub const OUTSIDE: &[u8] = b"nobody may read this from outside\n";

/// `/plain.txt`: 1,000 bytes of text.
pub fn plain() -> Vec<u8> {
    (0..100).flat_map(|line| format!("line {line:04}\n").into_bytes()).collect()
}

/// `/bytes.bin`: 10,000 bytes, none like its neighbours.
pub fn bytes() -> Vec<u8> {
    (0..10_000u32).map(|at| (at % 251) as u8).collect()
}

/// `/large.bin`: 1 MiB, more than one segment, one buffer, one send.
pub fn large() -> Vec<u8> {
    (0..1u32 << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// `/page.html`: 20 KiB that a content coding makes much smaller.
pub fn page() -> Vec<u8> {
    let lines: String = (0..400).map(|line| format!("<p>This is paragraph {line} of a long page.</p>\n")).collect();
    format!("<!DOCTYPE html>\n<meta charset=utf-8>\n<title>Page</title>\n{lines}").into_bytes()
}

/// Writes the folder `site` and the file next to it.
pub fn write(parent: &Path) -> io::Result<()> {
    let root = parent.join("site");
    fs::create_dir_all(root.join("folder"))?;
    fs::create_dir_all(root.join("bare"))?;
    fs::write(parent.join("outside.txt"), OUTSIDE)?;
    let html = |title: &str| format!("<!DOCTYPE html>\n<meta charset=utf-8>\n<title>{title}</title>\n").into_bytes();
    let files: [(&str, Vec<u8>); 15] = [
        ("index.html", html("Index")),
        ("plain.txt", plain()),
        ("bytes.bin", bytes()),
        ("large.bin", large()),
        ("page.html", page()),
        ("empty.txt", Vec::new()),
        ("style.css", b"p { color: black }\n".to_vec()),
        ("script.js", b"console.log(1)\n".to_vec()),
        ("image.png", b"\x89PNG\r\n\x1A\n".to_vec()),
        ("name with space.txt", b"space\n".to_vec()),
        ("\u{4E2D}\u{6587}.txt", b"chinese\n".to_vec()),
        ("plus+and&.txt", b"plus\n".to_vec()),
        ("folder/index.html", html("Folder")),
        ("folder/page.html", html("Page in a folder")),
        ("bare/one.txt", b"one\n".to_vec()),
    ];
    for (name, content) in files {
        fs::write(root.join(name), content)?;
        set_modified(&root.join(name), UNIX_EPOCH + Duration::from_secs(MODIFIED_SECONDS))?;
    }
    Ok(())
}

/// Sets when a file was modified.
pub fn set_modified(path: &Path, time: SystemTime) -> io::Result<()> {
    File::options().write(true).open(path)?.set_modified(time)
}

/// A moment as IMF-fixdate, counted day by day so that it shares nothing with the server's way.
pub fn imf_fixdate(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (mut days, second) = (seconds / 86_400, seconds % 86_400);
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][(days % 7) as usize];
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= months[month] {
        days -= months[month];
        month += 1;
    }
    let name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month];
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{weekday}, {:02} {name} {year} {hour:02}:{minute:02}:{second:02} GMT", days + 1)
}

const MODIFIED_SECONDS: u64 = 1_704_164_645;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seconds: u64, expected: &str) {
        assert_eq!(imf_fixdate(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
    }

    #[test]
    fn dates_are_counted_right() {
        check(0, "Thu, 01 Jan 1970 00:00:00 GMT");
        check(MODIFIED_SECONDS, MODIFIED);
        check(MODIFIED_SECONDS - 1, BEFORE);
        check(MODIFIED_SECONDS + 1, AFTER);
        check(951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT");
        check(4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT");
    }
}
