//! Poems of the Tang and the Song (npm `chinese-poetry`), each as a file: short texts, very many of them.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Text, fetch};

const PACKAGE: &str = "chinese-poetry@2.0.1";
/// In one folder.
const POEMS_EACH: usize = 1000;

/// The folder of all poems, and their words.
pub(super) fn poems(root: &Path) -> Result<(PathBuf, Vec<Text>), Box<dyn Error>> {
    let source = root.join("unpacked").join(PACKAGE).join("package/dist/quantangshi");
    if !source.is_dir() {
        fetch::npm(root, PACKAGE)?;
    }
    let texts = read(&source)?;
    let (folder, mark) = (root.join("poems"), root.join("poems.complete"));
    if !mark.is_file() {
        for text in &texts {
            let file = folder.join(&text.path);
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(file, format!("{}\n{}", text.title, text.body))?;
        }
        fs::write(mark, "")?;
    }
    Ok((folder, texts))
}

fn read(source: &Path) -> Result<Vec<Text>, Box<dyn Error>> {
    let mut files: Vec<(String, u32, PathBuf)> = Vec::new();
    for path in fs::read_dir(source)?.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // poet.tang.1000.json
        let parts: Vec<&str> = name.split('.').collect();
        if let ["poet", dynasty, number, "json"] = parts[..] {
            files.push((dynasty.to_owned(), number.parse()?, path));
        }
    }
    files.sort();
    let mut texts = Vec::new();
    for (dynasty, _, path) in files {
        let json: Value = serde_json::from_slice(&fs::read(&path)?)
            .map_err(|error| format!("{} is not understood: {error}", path.display()))?;
        for poem in json.as_array().into_iter().flatten() {
            texts.push(text(poem, &dynasty, texts.len()));
        }
    }
    Ok(texts)
}

fn text(poem: &Value, dynasty: &str, number: usize) -> Text {
    let field = |name: &str| poem[name].as_str().unwrap_or_default();
    let lines = poem["paragraphs"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut body = format!("{}\n", field("author"));
    lines.for_each(|line| {
        body.push_str(line);
        body.push('\n');
    });
    // As somebody would name it; a number keeps those of one title apart.
    let short: String = field("title").chars().filter(|c| c.is_alphanumeric()).take(20).collect();
    let path = format!("{dynasty}/{:03}/{number:06} {short}.txt", number / POEMS_EACH);
    let title = field("title").to_owned();
    let text_bytes = title.len() + body.len();
    Text { path, title, body, text_bytes, language: "zh-TW" }
}
