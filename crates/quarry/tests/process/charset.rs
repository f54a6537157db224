//! One text in the encodings of its language: each is labelled as what it is, declared or not.

use encoding_rs::{BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, UTF_8, WINDOWS_1252};

use super::{curl, start, write};

const CHINESE: &str = "采石场是取得石材的地方。人们先在山坡上找到合适的岩层,再把石块一层一层地取下来,运到山下加工。\
    一块好石头要看它的颜色、纹理和硬度,也要看它离道路有多远。资料也是这样:先找到,再读懂,最后才能用上。";
const TRADITIONAL: &str = "採石場是取得石材的地方。人們先在山坡上找到合適的岩層,再把石塊一層一層地取下來,運到山下加工。\
    一塊好石頭要看它的顏色、紋理和硬度,也要看它離道路有多遠。資料也是這樣:先找到,再讀懂,最後才能用上。";
const JAPANESE: &str = "採石場は石材を得る場所です。まず山の斜面で良い岩の層を見つけて、石を一段ずつ切り出し、ふもとへ運びます。\
    良い石かどうかは、色や模様や硬さだけでなく、道からの遠さでも決まります。資料も同じで、見つけて、読んで、はじめて役に立ちます。";
const KOREAN: &str = "채석장은 돌을 얻는 곳입니다. 먼저 산비탈에서 알맞은 바위층을 찾고, 돌을 한 층씩 떼어 내어 아래로 나릅니다. \
    좋은 돌은 빛깔과 무늬와 단단함으로 알아보지만, 길에서 얼마나 먼지도 중요합니다. 자료도 마찬가지입니다.";
const FRENCH: &str = "Une carrière est le lieu où l’on extrait la pierre. On cherche d’abord, à flanc de montagne, une couche \
    qui convienne ; puis on détache les blocs un à un et on les descend à l’atelier, où ils sont taillés, polis et numérotés.";

/// Each text: its name, its encoding, and the labels that are right for it. GBK and its sibling GB18030 are decoded alike.
const TEXTS: &[(&str, &str, &Encoding, &[&str])] = &[
    ("chinese-utf-8", CHINESE, UTF_8, &["utf-8"]),
    ("chinese-gbk", CHINESE, GBK, &["gbk", "gb18030"]),
    ("traditional-utf-8", TRADITIONAL, UTF_8, &["utf-8"]),
    ("traditional-big5", TRADITIONAL, BIG5, &["big5"]),
    ("japanese-shift-jis", JAPANESE, SHIFT_JIS, &["shift_jis"]),
    ("korean-euc-kr", KOREAN, EUC_KR, &["euc-kr"]),
    ("french-windows-1252", FRENCH, WINDOWS_1252, &["windows-1252"]),
    ("french-utf-8", FRENCH, UTF_8, &["utf-8"]),
];

fn encode(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let (bytes, _, has_lost) = encoding.encode(text);
    assert!(!has_lost, "{} cannot say all of {text}", encoding.name());
    bytes.into_owned()
}

/// The charset that a file comes with.
#[track_caller]
fn label(url: &str) -> String {
    let content_type = curl(&["--head", "--output", "/dev/null", "--write-out", "%{content_type}", url]);
    let (_, charset) = content_type.split_once("; charset=").unwrap_or_else(|| panic!("{url}: {content_type}"));
    charset.to_owned()
}

#[test]
fn every_text_is_labelled_as_what_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text, encoding, labels) in TEXTS {
        let body = format!("<title>{name}</title><p>{text}");
        let declared = format!("<!doctype html><meta charset={}>{body}", encoding.name());
        // The declaration behind a long English head: where those who read only the beginning do not see it.
        let late = format!("<!doctype html><!-- {} --><meta charset={}>{body}", "far ".repeat(400), labels[0]);
        write(folder.path(), &format!("{name}.txt"), encode(text, encoding));
        write(folder.path(), &format!("{name}.html"), encode(&format!("<!doctype html>{body}"), encoding));
        write(folder.path(), &format!("{name}-declared.html"), encode(&declared, encoding));
        write(folder.path(), &format!("{name}-late.html"), encode(&late, encoding));
    }
    let running = start(folder.path(), &[]);
    for (name, _, _, labels) in TEXTS {
        for form in [".txt", ".html", "-declared.html", "-late.html"] {
            let found = label(&format!("{}{name}{form}", running.url));
            assert!(labels.contains(&found.as_str()), "{name}{form}: {found}");
        }
    }
}

#[test]
fn a_false_declaration_is_not_believed() {
    let folder = tempfile::tempdir().expect("a folder");
    let utf_8 = format!("<!doctype html><meta charset=gb2312><p>{CHINESE}");
    write(folder.path(), "a.html", utf_8);
    let gbk = format!("<!doctype html><meta charset=utf-8><p>{CHINESE}");
    write(folder.path(), "b.html", encode(&gbk, GBK));
    let running = start(folder.path(), &[]);
    assert_eq!(label(&format!("{}a.html", running.url)), "utf-8");
    let found = label(&format!("{}b.html", running.url));
    assert!(["gbk", "gb18030"].contains(&found.as_str()), "{found}");
}

#[test]
fn a_mark_at_the_beginning_decides() {
    let folder = tempfile::tempdir().expect("a folder");
    let utf_16 = |mark: u16, swap: fn(u16) -> [u8; 2]| -> Vec<u8> {
        std::iter::once(mark).chain(CHINESE.encode_utf16()).flat_map(swap).collect()
    };
    write(folder.path(), "little.txt", utf_16(0xFEFF, u16::to_le_bytes));
    write(folder.path(), "big.txt", utf_16(0xFEFF, u16::to_be_bytes));
    write(folder.path(), "utf-8.txt", format!("\u{FEFF}{CHINESE}"));
    let running = start(folder.path(), &[]);
    for (name, expected) in [("little", "utf-16le"), ("big", "utf-16be"), ("utf-8", "utf-8")] {
        assert_eq!(label(&format!("{}{name}.txt", running.url)), expected);
    }
}

#[test]
fn the_label_is_the_same_whatever_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a.txt", encode(CHINESE, GBK));
    let running = start(folder.path(), &["--workers", "1"]);
    let url = format!("{}a.txt", running.url);
    let ask = |flags: &[&str]| {
        let write_out = ["--output", "/dev/null", "--write-out", "%{http_code} %{content_type}"];
        curl(&[&write_out[..], flags, &[&url]].concat())
    };
    let (_, whole) = ask(&[]).split_once(' ').map(|(code, label)| (code.to_owned(), label.to_owned())).expect("two");
    assert!(whole.starts_with("text/plain; charset=gb"), "{whole}");
    // The part alone is ASCII, or half a character.
    assert_eq!(ask(&["--range", "1-2"]), format!("206 {whole}"));
    assert_eq!(ask(&["--head"]), format!("200 {whole}"));
    let chosen = format!("{url}?charset=big5");
    let relabelled = curl(&["--head", "--output", "/dev/null", "--write-out", "%{content_type}", &chosen]);
    assert_eq!(relabelled, "text/plain; charset=big5");
}

#[test]
fn names_in_an_old_encoding_are_shown_as_text_and_linked_by_their_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().expect("a folder");
    let name = encode("采石场的资料.txt", GBK);
    std::fs::write(folder.path().join(std::ffi::OsStr::from_bytes(&name)), "found").expect("written");
    let running = start(folder.path(), &[]);
    let found: serde_json::Value =
        serde_json::from_str(&curl(&[&format!("{}?format=json", running.url)])).expect("JSON");
    let entry = &found["entries"][0];
    assert_eq!(entry["name"], "采石场的资料.txt");
    let target = entry["target"].as_str().expect("text");
    assert!(target.starts_with("/%B2%C9%CA%AF"), "{target}");
    assert_eq!(curl(&[&format!("http://{}{target}", running.address())]), "found");
}
