//! Subtitles and lyrics: what is said, without when.

use super::words::Draft;

/// The words of SubRip, WebVTT, SubStation and LRC files.
pub(crate) fn read(text: &str) -> Draft {
    let mut draft = Draft::new();
    // SubStation: how many fields stand before the words.
    let mut fields = 9;
    let mut is_style = false;
    for line in text.lines().map(|line| line.trim_start_matches('\u{feff}').trim()) {
        if line.starts_with('[') && line.ends_with(']') && !line.contains(':') {
            is_style = line != "[Events]" && line != "[Script Info]";
        } else if is_style {
        } else if let Some(format) = line.strip_prefix("Format:") {
            fields = format.split(',').position(|field| field.trim() == "Text").unwrap_or(fields);
        } else if let Some(rest) = line.strip_prefix("Dialogue:") {
            let words = rest.splitn(fields + 1, ',').last().unwrap_or_default();
            push(&mut draft, &words.replace("\\N", " ").replace("\\n", " ").replace("\\h", " "));
        } else if let Some(title) = line.strip_prefix("Title:") {
            draft.title.push(title);
        } else if !is_machinery(line) {
            lyric(&mut draft, line);
        }
    }
    draft
}

/// A line without marks.
fn push(draft: &mut Draft, line: &str) {
    let mut rest = line;
    while let Some(at) = rest.find(['<', '{']) {
        draft.body.push(&rest[..at]);
        let end = if rest.as_bytes()[at] == b'<' { '>' } else { '}' };
        match rest[at..].find(end) {
            Some(length) => rest = &rest[at + length + 1..],
            None => break,
        }
    }
    draft.body.push(rest);
    draft.body.line();
}

/// A line of a song: `[00:12.50]words`, or something about the song: `[ti:title]`.
fn lyric(draft: &mut Draft, line: &str) {
    let mut rest = line;
    while let Some((mark, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let Some((key, value)) = mark.split_once(':') else { break };
        match key {
            "ti" => draft.title.push(value),
            "ar" | "al" | "au" | "by" | "lr" => push(draft, value),
            _ if key.bytes().all(|byte| byte.is_ascii_digit()) => {}
            "offset" | "length" | "re" | "ve" | "tool" => {}
            _ => break,
        }
        rest = behind;
    }
    push(draft, rest);
}

/// Numbers, times, and what players need.
fn is_machinery(line: &str) -> bool {
    const KEYS: [&str; 8] = ["WEBVTT", "NOTE", "STYLE", "REGION", "Comment:", "PlayRes", "ScriptType:", "WrapStyle:"];
    line.is_empty()
        || line.contains("-->")
        || line.bytes().all(|byte| byte.is_ascii_digit() || b":,.".contains(&byte))
        || line.starts_with(';')
        || KEYS.iter().any(|key| line.starts_with(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Extract;

    fn extract(text: &str) -> Extract {
        read(text).finish()
    }

    #[test]
    fn what_is_said_is_kept_and_when_is_not() {
        let srt = "\u{feff}1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>第一</i>句\r\nsecond line\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\n{\\an8}第二句\r\n";
        assert_eq!(extract(srt).body, "第一句\nsecond line\n第二句");
        let vtt = "WEBVTT\n\nNOTE made by hand\n\n00:01.000 --> 00:02.000 line:0\n<v 甲>你好 <00:01.500>世界\n";
        assert_eq!(extract(vtt).body, "你好 世界");
    }

    #[test]
    fn of_substation_only_the_last_field_is_words() {
        let ass = "[Script Info]\nTitle: 片名\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial\n\n\
                   [Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n\
                   Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\pos(1,2)}你好,\\N世界\n";
        let extract = extract(ass);
        assert_eq!((extract.title.as_deref(), extract.body.as_str()), (Some("片名"), "你好, 世界"));
    }

    #[test]
    fn lyrics_name_their_song() {
        let extract = extract("[ti:歌名]\n[ar:歌手]\n[offset:+100]\n[00:12.50][01:12.50]第一句\n[00:15]第二句\n");
        assert_eq!((extract.title.as_deref(), extract.body.as_str()), (Some("歌名"), "歌手\n第一句\n第二句"));
    }

    #[test]
    fn what_never_closes_is_kept_or_left_out_but_never_looped() {
        assert_eq!(extract("<i never closes").body, "<i never closes");
        assert_eq!(extract("[ti:x").body, "[ti:x");
        assert_eq!(extract(&"[00:00]".repeat(100_000)).body, "");
    }
}
