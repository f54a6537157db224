//! Encodings of file names: lines are the names of one folder.

use crate::Target;

/// A name is shown, whatever its bytes, and as it is when it is UTF-8.
pub const TARGET: Target = Target { name: "file_name", run };

fn run(bytes: &[u8]) {
    let names: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    for name in names.iter().take(32) {
        let (shown, _) = charset::name(name, &names);
        match std::str::from_utf8(name) {
            Ok(text) if name.is_ascii() && !name.contains(&0x1b) => assert_eq!(shown, text),
            _ => {}
        }
    }
}
