//! Files of Office before 2007, and any office document with a password: known by their inside, and not read.

use std::io;

use super::Extract;
use super::input::Input;

/// Says what it is. The list of its streams has their names in UTF-16, wherever in the file it stands.
pub(crate) fn read(name: &[u8], input: &Input<'_>) -> io::Result<Extract> {
    let mut bytes = Vec::new();
    input.read_more(&mut bytes, LOOKED_AT_BYTES)?;
    if !bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Ok(Extract::faulty("not a file of Office before 2007, though its name says so"));
    }
    let has = |stream: &str| {
        let stream: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(&bytes, &stream).is_some()
    };
    let kind = match () {
        () if has("EncryptedPackage") => return Ok(Extract::faulty("an office document with a password")),
        () if has("WordDocument") => "a Word document in the format of before 2007",
        () if has("PowerPoint Document") => "a presentation in the format of before 2007",
        () if has("Workbook") || has("Book") => "a workbook in the format of before 2007",
        () if has("__substg1.0_") => "a mail of Outlook",
        () if name.to_ascii_lowercase().ends_with(b".msi") || has("!_StringData") => return Ok(Extract::default()),
        () => "a file in a binary format of Office before 2007",
    };
    Ok(Extract::faulty(format!("{kind}, which is not read: save it anew to have its words found")))
}

/// The list of streams is near the beginning or the end; most files are shorter than this.
const LOOKED_AT_BYTES: u64 = 4 << 20;
