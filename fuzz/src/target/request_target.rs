//! Request targets.

use crate::Target;

/// A path that is understood has no dot segments and no NUL, and written again it means the same.
pub const TARGET: Target = Target { name: "request_target", run };

fn run(bytes: &[u8]) {
    let Ok(target) = semantics::Target::parse(bytes) else { return };
    let path = target.path();
    assert!(path.starts_with(b"/") && !path.starts_with(b"//") && !path.contains(&0));
    assert!(path.split(|&byte| byte == b'/').all(|segment| segment != b"." && segment != b".."));
    let written = semantics::target::encode_path(path);
    let again = semantics::Target::parse(written.as_bytes()).expect("what we write, we read");
    assert_eq!(again.path(), path);
    assert!(again.is_normal());
    for (name, _) in target.parameters() {
        if let Ok(name) = std::str::from_utf8(&name) {
            assert!(target.parameter(name).is_some());
        }
    }
}
