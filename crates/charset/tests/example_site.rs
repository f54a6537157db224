//! The texts of `examples/site`, whose names say which encoding they are in.

use std::path::{Path, PathBuf};

use charset::{Confidence, Detector, TextKind, name};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/site").join(name)
}

#[test]
fn each_text_gets_the_label_that_its_name_says() {
    let mut failures = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder("texts")).expect("the examples are part of the project") {
        let path = entry.expect("a readable folder").path();
        let file = path.file_name().and_then(|file| file.to_str()).expect("names are ASCII there").to_owned();
        let kind = if file.ends_with(".html") { TextKind::Html } else { TextKind::Plain };
        let mut detector = Detector::new(kind, None);
        detector.feed(&std::fs::read(&path).expect("a readable file"));
        let verdict = detector.finish();
        let expected = match file.split('.').nth(1).expect("LANGUAGE.ENCODING") {
            // Declared as GBK it stays GBK; else it is called by what holds it and more.
            "gbk" if !file.contains(".meta.") && !file.contains(".late-meta.") => "gb18030",
            encoding => encoding,
        };
        // Few German letters are not ASCII, and other alphabets have them too.
        let doubt = file == "de.windows-1252.txt";
        if verdict.charset() != Some(expected) || (verdict.confidence == Confidence::Doubtful) != doubt {
            failures.push(format!("{file}: {} {}, {}", verdict.label, verdict.confidence, verdict.reason));
        }
        count += 1;
    }
    assert!(failures.is_empty(), "{} of {count}:\n{}", failures.len(), failures.join("\n"));
    assert!(count >= 40, "texts are missing: only {count}");
}

#[cfg(unix)]
#[test]
fn names_in_gbk_are_read() {
    use std::os::unix::ffi::OsStringExt;

    let mut names: Vec<Vec<u8>> = std::fs::read_dir(folder("old names"))
        .expect("the examples are part of the project")
        .map(|entry| entry.expect("a readable folder").file_name().into_vec())
        .collect();
    names.sort();
    let siblings: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
    let shown: Vec<_> = names.iter().map(|bytes| name(bytes, &siblings).0.into_owned()).collect();
    assert_eq!(shown, ["采石场的石头.txt", "读我.txt", "目录.txt"]);
}
