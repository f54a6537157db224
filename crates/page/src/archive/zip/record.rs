//! The records of a zip file, byte by byte (APPNOTE §4.3); all numbers are little-endian.

use super::Limits;

/// How the content of an item is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// No content at all, so nothing is left to say after the header.
    None,
    /// Not compressed, but in the framing of deflate. With method 0 ("stored") the end of content whose size comes after it can
    /// only be guessed: readers of a pipe refuse that, or take the inner signature of a zip in a zip for the end.
    StoredBlocks,
    /// Compressed (RFC 1951).
    Deflate,
}

/// What is known of the content when it has gone by.
pub(super) struct Sizes {
    pub(super) compressed: u64,
    pub(super) content: u64,
    pub(super) checksum: u32,
}

/// What the headers of one item say.
pub(super) struct Central {
    pub(super) name: String,
    pub(super) is_directory: bool,
    pub(super) is_executable: bool,
    /// Seconds since 1970.
    pub(super) modified: i64,
    pub(super) method: Method,
    pub(super) sizes: Sizes,
    /// Whether the sizes behind the content have 64 bits; said in front of it.
    pub(super) is_wide: bool,
    pub(super) offset: u64,
}

impl Central {
    pub(super) fn write_local(&self, out: &mut Vec<u8>) {
        let mut extra = Vec::new();
        if self.is_wide {
            // Both sizes, unknown as yet: that the field stands here tells the width of the descriptor (§4.3.9.2).
            add_extra(&mut extra, ZIP64_EXTRA, &[0; 16]);
        }
        self.add_time(&mut extra);
        put32(out, 0x0403_4b50);
        put16(out, self.version_needed());
        self.write_common(out);
        put32(out, 0);
        let size = if self.is_wide { u32::MAX } else { 0 };
        put32(out, size);
        put32(out, size);
        put16(out, self.name.len() as u16);
        put16(out, extra.len() as u16);
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&extra);
    }

    pub(super) fn write_descriptor(&self, out: &mut Vec<u8>) {
        put32(out, 0x0807_4b50);
        put32(out, self.sizes.checksum);
        if self.is_wide {
            put64(out, self.sizes.compressed);
            put64(out, self.sizes.content);
        } else {
            // `Limits::size_taken` keeps both below 2^32.
            put32(out, self.sizes.compressed as u32);
            put32(out, self.sizes.content as u32);
        }
    }

    pub(super) fn write(&self, field_32: u64, out: &mut Vec<u8>) {
        let mut wide = Vec::new();
        // §4.5.3: those that do not fit stand in the extra field, in this order, the others do not.
        let content = narrow(self.sizes.content, field_32, &mut wide);
        let compressed = narrow(self.sizes.compressed, field_32, &mut wide);
        let offset = narrow(self.offset, field_32, &mut wide);
        let mut extra = Vec::new();
        if !wide.is_empty() {
            add_extra(&mut extra, ZIP64_EXTRA, &wide);
        }
        self.add_time(&mut extra);
        put32(out, 0x0201_4b50);
        put16(out, MADE_BY);
        put16(out, if wide.is_empty() { self.version_needed() } else { VERSION_ZIP64 });
        self.write_common(out);
        put32(out, self.sizes.checksum);
        put32(out, compressed);
        put32(out, content);
        put16(out, self.name.len() as u16);
        put16(out, extra.len() as u16);
        // No comment, first disk, no internal attributes.
        put16(out, 0);
        put16(out, 0);
        put16(out, 0);
        put32(out, self.attributes());
        put32(out, offset);
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&extra);
    }

    /// Flags, method and DOS time, the same in both headers.
    fn write_common(&self, out: &mut Vec<u8>) {
        let (streamed, method) = match self.method {
            Method::None => (0, 0),
            Method::StoredBlocks | Method::Deflate => (FLAG_DESCRIPTOR, 8),
        };
        put16(out, FLAG_UTF8 | streamed);
        put16(out, method);
        let (date, time) = dos_date_time(self.modified);
        put16(out, time);
        put16(out, date);
    }

    fn version_needed(&self) -> u16 {
        if self.is_wide { VERSION_ZIP64 } else { VERSION_DEFLATE }
    }

    /// Unix mode in the upper half, the DOS folder bit in the lower.
    fn attributes(&self) -> u32 {
        let mode: u32 = match (self.is_directory, self.is_executable) {
            (true, _) => 0o040_755,
            (false, true) => 0o100_755,
            (false, false) => 0o100_644,
        };
        mode << 16 | if self.is_directory { 0x10 } else { 0 }
    }

    /// The extended timestamp: the exact second in UTC, where the DOS time knows even seconds and no zone.
    fn add_time(&self, extra: &mut Vec<u8>) {
        // Readers take it as signed; beyond, the DOS time must do.
        if let Ok(seconds) = i32::try_from(self.modified) {
            let [a, b, c, d] = seconds.to_le_bytes();
            add_extra(extra, TIMESTAMP_EXTRA, &[1, a, b, c, d]);
        }
    }
}

/// The end of the archive.
pub(super) struct End {
    pub(super) items: u64,
    pub(super) central_bytes: u64,
    pub(super) central_offset: u64,
}

impl End {
    pub(super) fn write(&self, limits: Limits, out: &mut Vec<u8>) {
        let is_wide = self.items >= limits.field_16
            || self.central_bytes >= limits.field_32
            || self.central_offset >= limits.field_32;
        if is_wide {
            put32(out, 0x0606_4b50);
            // What follows of this record.
            put64(out, 44);
            put16(out, MADE_BY);
            put16(out, VERSION_ZIP64);
            put32(out, 0);
            put32(out, 0);
            put64(out, self.items);
            put64(out, self.items);
            put64(out, self.central_bytes);
            put64(out, self.central_offset);
            put32(out, 0x0706_4b50);
            put32(out, 0);
            put64(out, self.central_offset + self.central_bytes);
            put32(out, 1);
        }
        let mut unused = Vec::new();
        let items = if self.items >= limits.field_16 { u16::MAX } else { self.items as u16 };
        put32(out, 0x0605_4b50);
        put16(out, 0);
        put16(out, 0);
        put16(out, items);
        put16(out, items);
        put32(out, narrow(self.central_bytes, limits.field_32, &mut unused));
        put32(out, narrow(self.central_offset, limits.field_32, &mut unused));
        put16(out, 0);
    }
}

/// The value for a 32-bit field; all ones, and the value itself into `wide`, when it does not fit.
fn narrow(value: u64, field_32: u64, wide: &mut Vec<u8>) -> u32 {
    match u32::try_from(value) {
        Ok(small) if value < field_32 => small,
        _ => {
            put64(wide, value);
            u32::MAX
        }
    }
}

fn add_extra(extra: &mut Vec<u8>, id: u16, bytes: &[u8]) {
    put16(extra, id);
    put16(extra, bytes.len() as u16);
    extra.extend_from_slice(bytes);
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// Date and time as DOS packs them: years from 1980 to 2107, seconds in twos. Given in UTC, as the reader's zone is unknown.
fn dos_date_time(unix_seconds: i64) -> (u16, u16) {
    let seconds = unix_seconds.clamp(DOS_FIRST, DOS_LAST);
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let second_of_day = seconds.rem_euclid(86_400);
    let date = (year - 1980) << 9 | month << 5 | day;
    let time = (second_of_day / 3600) << 11 | (second_of_day / 60 % 60) << 5 | (second_of_day % 60 / 2);
    // The clamp above keeps every part in its bits.
    (date as u16, time as u16)
}

/// Year, month, day of a day counted from 1970-01-01, in the Gregorian calendar; years are counted from March, so that the
/// leap day is the last.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// 1980-01-01T00:00:00Z.
const DOS_FIRST: i64 = 315_532_800;
/// 2107-12-31T23:59:58Z.
const DOS_LAST: i64 = 4_354_819_198;

/// Names are UTF-8 (§4.4.4, bit 11); without it they would be read in an old code page.
const FLAG_UTF8: u16 = 1 << 11;
/// Sizes and check sum stand behind the content (bit 3).
const FLAG_DESCRIPTOR: u16 = 1 << 3;
const VERSION_DEFLATE: u16 = 20;
const VERSION_ZIP64: u16 = 45;
/// On Unix (3), so that the mode in the attributes counts.
const MADE_BY: u16 = 3 << 8 | VERSION_ZIP64;
const ZIP64_EXTRA: u16 = 0x0001;
const TIMESTAMP_EXTRA: u16 = 0x5455;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(unix_seconds: i64, expected: &str) {
        let (date, time) = dos_date_time(unix_seconds);
        let text = format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            (date >> 9) + 1980,
            date >> 5 & 15,
            date & 31,
            time >> 11,
            time >> 5 & 63,
            (time & 31) * 2
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn dos_times_are_utc_in_even_seconds_and_stay_in_their_range() {
        check(0, "1980-01-01 00:00:00");
        check(-1, "1980-01-01 00:00:00");
        check(951_782_400, "2000-02-29 00:00:00");
        check(951_868_799, "2000-02-29 23:59:58");
        check(951_868_800, "2000-03-01 00:00:00");
        check(784_111_777, "1994-11-06 08:49:36");
        check(1_735_689_599, "2024-12-31 23:59:58");
        check(i64::MAX, "2107-12-31 23:59:58");
    }
}
