//! Files with names in hanzi: found by their letters, and as they are spoken. The names are titles of help pages.

use std::collections::{BTreeSet, HashSet};
use std::error::Error;
use std::fs;

use pinyin::ToPinyinMulti;

use super::Quality;
use super::table::{Goal, Tally};
use crate::corpus::Corpus;
use crate::corpus::pick::run_in;
use crate::quarry::Quarry;
use crate::random::Random;

const COUNT: usize = 200;

pub(super) fn measure(quality: &mut Quality, help: &Corpus) -> Result<(), Box<dyn Error>> {
    let titles = help.texts.iter().filter(|text| text.language == "zh-CN").map(|text| text.title.as_str());
    let names: BTreeSet<String> = titles.chain(SPOKEN.iter().map(|(name, _, _)| *name)).filter_map(name).collect();
    let names: Vec<String> = names.into_iter().collect();
    let folder = quality.fresh("names")?;
    for name in &names {
        fs::write(folder.join(name), "1\n")?;
    }
    let mut quarry = quality.quarry("names", &folder, names.len())?;
    if quality.options.wants("names") {
        by_letters(quality, &mut quarry, &names)?;
    }
    if quality.options.wants("pinyin") {
        as_spoken(quality, &mut quarry, &names)?;
    }
    drop(quarry);
    Ok(fs::remove_dir_all(folder)?)
}

/// A title as the name of a file.
fn name(title: &str) -> Option<String> {
    let name: String = title.chars().filter(|c| c.is_alphanumeric() || *c == ' ').take(40).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| format!("{name}.txt"))
}

fn by_letters(quality: &mut Quality, quarry: &mut Quarry, names: &[String]) -> Result<(), Box<dyn Error>> {
    let mut random = Random(29);
    for letters in [1, 2, 3, 4] {
        let mut recall = Tally::new(format!("names, any {letters} letters: names that have them"));
        let mut others = Tally::new(format!("names, any {letters} letters: hits that have them"));
        for _ in 0..quality.count(COUNT) {
            let Some(part) = random.pick(names).and_then(|name| run_in(name, &mut random, letters)) else { continue };
            let found = quarry.find_all(&part, "zh-CN")?;
            let expected: Vec<&String> = names.iter().filter(|name| name.contains(&part)).collect();
            let paths: HashSet<&String> = found.paths.iter().collect();
            let right = expected.iter().filter(|name| paths.contains(*name)).count();
            recall.add_many(right, expected.len(), || format!("{part}: {right} of {}", expected.len()));
            let wrong = found.paths.iter().find(|path| !path.contains(&part));
            let right = found.paths.iter().filter(|path| path.contains(&part)).count();
            others.add_many(right, found.paths.len(), || format!("{part} is not in {wrong:?}"));
        }
        quality.table.print(&recall, Goal::AtLeast(1.0));
        // Who types hanzi gets no homophones.
        quality.table.print(&others, Goal::AtLeast(1.0));
    }
    Ok(())
}

fn as_spoken(quality: &mut Quality, quarry: &mut Quarry, names: &[String]) -> Result<(), Box<dyn Error>> {
    let mut random = Random(31);
    for (manner, letters, speak) in MANNERS {
        let mut tally = Tally::new(format!("names in pinyin, {manner}"));
        for _ in 0..quality.count(COUNT) {
            let Some(name) = random.pick(names) else { break };
            let Some(part) = run_in(name, &mut random, letters) else { continue };
            let Some(spoken) = speak(&part, &mut random) else { continue };
            let found = quarry.find_all(&spoken, "zh-CN")?;
            tally.add(found.paths.contains(name), || format!("{spoken} for {part} in {name}: {} hits", found.total));
        }
        quality.table.print(&tally, Goal::AtLeast(1.0));
    }
    let mut tally = Tally::new("names with a letter of several readings, in full and by initials");
    for (name, full, initials) in SPOKEN {
        for spoken in [full, initials] {
            let found = quarry.find_all(spoken, "zh-CN")?;
            let is_right = found.paths.iter().any(|path| path.strip_suffix(".txt") == Some(name));
            tally.add(is_right, || format!("{spoken} for {name}: {} hits", found.total));
        }
    }
    quality.table.print(&tally, Goal::AtLeast(1.0));
    Ok(())
}

/// How somebody types the hanzi; `None`: one of them has no reading.
type Speak = fn(&str, &mut Random) -> Option<String>;

const MANNERS: [(&str, usize, Speak); 3] = [
    ("full", 3, |part, random| part.chars().map(|hanzi| reading(hanzi, random)).collect()),
    ("initials", 4, |part, random| part.chars().map(|hanzi| initial(hanzi, random)).collect()),
    ("mixed", 4, |part, random| {
        let syllables = part.chars().enumerate().map(|(at, hanzi)| match at % 2 {
            0 => reading(hanzi, random),
            _ => initial(hanzi, random),
        });
        syllables.collect()
    }),
];

/// Any of its readings, as it is typed.
fn reading(hanzi: char, random: &mut Random) -> Option<String> {
    let readings: Vec<String> =
        hanzi.to_pinyin_multi()?.into_iter().map(|reading| reading.plain().to_owned()).collect();
    let reading = random.pick(&readings)?.replace('ü', "v");
    // Sounds without a vowel, as of 嗯, are typed in many ways.
    reading.bytes().all(|byte| byte.is_ascii_lowercase()).then_some(reading)
}

fn initial(hanzi: char, random: &mut Random) -> Option<String> {
    Some(reading(hanzi, random)?.chars().take(1).collect())
}

/// Names whose reading a table of single hanzi does not tell: known from a dictionary and not from the data that Quarry has.
const SPOKEN: [(&str, &str, &str); 24] = [
    ("重庆地图", "chongqingditu", "cqdt"),
    ("重量单位", "zhongliangdanwei", "zldw"),
    ("银行对账单", "yinhangduizhangdan", "yhdzd"),
    ("行走路线", "xingzouluxian", "xzlx"),
    ("音乐作品", "yinyuezuopin", "yyzp"),
    ("快乐时光", "kuaileshiguang", "klsg"),
    ("长城照片", "changchengzhaopian", "cczp"),
    ("校长讲话", "xiaozhangjianghua", "xzjh"),
    ("会计报表", "kuaijibaobiao", "kjbb"),
    ("会议记录", "huiyijilu", "hyjl"),
    ("绿色食品", "lvseshipin", "lssp"),
    ("旅行计划", "lvxingjihua", "lxjh"),
    ("西安旧事", "xianjiushi", "xajs"),
    ("朝阳区", "chaoyangqu", "cyq"),
    ("朝三暮四", "zhaosanmusi", "zsms"),
    ("调查问卷", "diaochawenjuan", "dcwj"),
    ("调整方案", "tiaozhengfangan", "tzfa"),
    ("传说故事", "chuanshuogushi", "csgs"),
    ("水浒传", "shuihuzhuan", "shz"),
    ("便宜商品", "pianyishangpin", "pysp"),
    ("方便面", "fangbianmian", "fbm"),
    ("血压记录", "xueyajilu", "xyjl"),
    ("角色设定", "juesesheding", "jssd"),
    ("单于传", "chanyuzhuan", "cyz"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hanzi_are_spoken_as_people_type() {
        let mut random = Random(3);
        let [full, initials, mixed] = MANNERS.map(|(_, _, speak)| speak("旅店单", &mut random));
        assert!(["lvdiandan", "lvdianchan", "lvdianshan"].map(Some).contains(&full.as_deref()), "{full:?}");
        assert!(["ldd", "ldc", "lds"].map(Some).contains(&initials.as_deref()), "{initials:?}");
        assert!(mixed.is_some_and(|mixed| mixed.starts_with("lvd")));
        assert_eq!(MANNERS[0].2("旅a", &mut random), None);
    }

    #[test]
    fn a_title_becomes_a_name() {
        assert_eq!(name("A/B：格式 ").as_deref(), Some("AB格式.txt"));
        assert_eq!(name("..."), None);
    }
}
