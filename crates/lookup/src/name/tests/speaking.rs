use super::*;

#[track_caller]
fn check(word: &str, text: &str, expected: Option<(&str, Manner)>) {
    let found = Pinyin::new(word).and_then(|pinyin| pinyin.find(text));
    let found = found.map(|it| (&text[it.range], it.manner));
    assert_eq!(found, expected, "{word} in {text}");
}

#[test]
fn hanzi_are_typed_in_full_by_initials_or_mixed() {
    use Manner::*;
    check("ziliao", "参考资料.txt", Some(("资料", Full)));
    check("zl", "参考资料.txt", Some(("资料", Initials)));
    check("zliao", "参考资料.txt", Some(("资料", Mixed)));
    check("zil", "参考资料.txt", Some(("资料", Full)));
    check("zili", "参考资料.txt", Some(("资料", Full)));
    check("ckzl", "参考资料.txt", Some(("参考资料", Initials)));
    check("cankaozl", "参考资料.txt", Some(("参考资料", Mixed)));
    check("zhg", "中国", Some(("中国", Initials)));
    check("zhongg", "中国", Some(("中国", Full)));
    check("zgr", "中国人民", Some(("中国人", Initials)));
    check("zhongguorm", "中国人民", Some(("中国人民", Mixed)));
    check("xi'an", "西安", Some(("西安", Full)));
    check("xian", "西安", Some(("西安", Full)));
    check("xian", "先生", Some(("先", Full)));
    check("z", "资料", Some(("资", Initials)));
    check("zi", "资料", Some(("资", Full)));
}

#[test]
fn hanzi_and_latin_letters_go_together() {
    check("pysousuoeve", "拼音搜索Everything", Some(("拼音搜索Eve", Manner::Mixed)));
    check("Evepysousuo", "Everything Eve拼音搜索", Some(("Eve拼音搜索", Manner::Mixed)));
    check("2024nianbg", "2024年报告", Some(("2024年报告", Manner::Mixed)));
    check("ziliao-v2", "资料-V2.pdf", Some(("资料-V2", Manner::Full)));
    check("kaBa", "卡Ｂａ", Some(("卡Ｂａ", Manner::Full)));
}

#[test]
fn every_reading_counts() {
    for (word, text) in [
        ("zhongyao", "重要"),
        ("chongfu", "重复"),
        ("yinhang", "银行"),
        ("xingwei", "行为"),
        ("kuaile", "快乐"),
        ("yinyue", "音乐"),
        ("changcheng", "长城"),
        ("xiaozhang", "校长"),
        ("lvse", "绿色"),
        ("luse", "绿色"),
        ("nvren", "女人"),
        ("nüren", "女人"),
        ("qiankun", "乾坤"),
        ("houlai", "後來"),
        ("ziliao", "資料"),
    ] {
        check(word, text, Some((text, Manner::Full)));
    }
}

#[test]
fn what_is_not_said_is_not_found() {
    for (word, text) in [
        ("ziliao", "材料"),
        ("zil", "Zil"),
        ("zl", "zl.txt"),
        ("iliao", "资料"),
        ("ziliaox", "资料"),
        ("zi liao", "资料"),
        ("", "资料"),
    ] {
        check(word, text, None);
    }
    // A hanzi in the middle of a word takes a whole reading or an initial, nothing between.
    check("zilil", "资料录", None);
    check("zill", "资料录", Some(("资料录", Manner::Mixed)));
}

#[test]
fn words_in_hanzi_never_find_what_sounds_alike() {
    let names = names(&["经典.txt", "景点.txt", "jingdian.txt"]);
    assert_eq!(paths(&find(&names, "景点")), ["景点.txt"]);
    assert_eq!(paths(&find(&names, "景dian")), [""; 0]);
    assert_eq!(paths(&find(&names, "jingdian")), ["jingdian.txt", "经典.txt", "景点.txt"]);
    for word in ["景点", "景d", "かな", "한", "ж", "2024", "-", "'", &"z".repeat(64)] {
        assert!(Pinyin::new(word).is_none(), "{word}");
    }
}

#[test]
fn names_are_marked_where_they_are_said() {
    let names = names(&["项目参考资料 v2.txt", "文件夹/重庆火锅.jpg"]);
    let marks = |words: &str| find(&names, words).iter().map(marked).collect::<Vec<_>>();
    assert_eq!(marks("ckzl"), ["项目[参考资料] v2.txt"]);
    assert_eq!(marks("ziliao xm v2"), ["[项]目参考[资料] [v2].txt".replace("[项]目", "[项目]")]);
    assert_eq!(marks("wjj hg"), ["重庆[火锅].jpg"]);
    assert_eq!(marks("chongqing.jpg"), ["[重庆]火锅.jpg"]);
    assert_eq!(find(&names, "ckzl")[0].by, By::Pinyin(Manner::Initials));
}

/// Each reading that PyPI `pypinyin` knows for the hanzi of GB 2312 and of level 1 of Big5.
fn readings() -> impl Iterator<Item = (&'static str, char)> {
    let lines = include_str!("readings.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| {
        let (reading, hanzi) = line.split_once(' ').unwrap();
        hanzi.chars().map(move |hanzi| (reading, hanzi))
    })
}

#[test]
fn the_truth_about_readings_is_known() {
    let mut count = 0;
    for (reading, hanzi) in readings() {
        let text = format!("1{hanzi}.txt");
        let full = Pinyin::new(reading).unwrap().find(&text).unwrap_or_else(|| panic!("{hanzi} {reading}"));
        assert_eq!((&text[full.range], full.manner), (&*hanzi.to_string(), Manner::Full));
        let initial = Pinyin::new(&reading[..1]).unwrap().find(&format!("1{hanzi}.txt"));
        assert!(initial.is_some(), "{hanzi} {reading}");
        count += 1;
    }
    assert_eq!(count, 12_088);
}

/// Names of two to six hanzi, each said in one of its readings, all of them.
#[test]
fn whatever_is_said_in_full_or_by_initials_is_found() {
    let all: Vec<_> = readings().collect();
    let (mut at, mut made) = (0usize, Vec::new());
    let table = Names::new();
    for length in (2..=6).cycle().take(3000) {
        let picked: Vec<_> = (0..length).map(|step| all[(at + step * 4001) % all.len()]).collect();
        at += 977;
        let name: String = picked.iter().map(|(_, hanzi)| hanzi).collect::<String>() + ".txt";
        let full: String = picked.iter().map(|(reading, _)| *reading).collect();
        let initials: String = picked.iter().map(|(reading, _)| &reading[..1]).collect();
        table.insert(name.as_bytes(), &name);
        made.push((name, full, initials));
    }
    for (name, full, initials) in made.iter().step_by(7) {
        for word in [full, initials] {
            let found = table.find(&Question { is_fuzzy: false, ..Question::new(word) }, 4000, &Open);
            assert!(found.iter().any(|hit| hit.path == name.as_bytes()), "{word}: {name}");
        }
    }
}
