//! Scripts that decide alone which language a text is in.

use super::super::script;
use super::UNDETERMINED;

/// How many letters of a usual script one character of Chinese, Japanese or Korean stands for.
const DENSE: usize = 2;

/// A script decides where at least one letter in this many is of it: Korean headlines name many
/// things in Latin letters, English ones quote a Korean word at most.
const SHARE: usize = 3;

/// Frequent characters that only Chinese has: simplified ones, then traditional ones, without
/// those that live on in Japanese names (國, 澤). Headlines in kanji alone have none of them.
const CHINESE: &str = "\
    们这说对时门问间闻马鸟鱼龙发业东车长书见现规视觉为个么习买卖亚产从仅众优华协单卫历厂压县变员听启响\
    园围图团场块坏执报护拟择换损据击权极构标样桥检气况减汇汉济涨满测热爱环电疗盘矿码确种积稳竞级约纪\
    纳线组细终经结给络统继续维网罗职联胜脑艺节荣药营虑补订认讨让训议讯记讲许论设访证评识诉试话该详语\
    误请读调谈谁负财责败货质购费贸资赛赵赢转轮软轻载较辆输边达过运还进远连选适邮针钟钢钱铁银链销错键\
    阵阳阶际陆陈险难韩页项顺须顾预领频题额风飞饭馆驻验鲁吗你您她很吧怎\
    們這說嗎麼沒對臺灣歲黨總與從將發實經濟關戰擊證據點區體聲變當每產內處歷稱樣單團圍勞擔擴權氣價傳佔\
    兩啟圖增續繼舉觀讓轉輕醫險驗脫稅錢滿溫";

/// The language of the script that a text is written in, where that has one.
pub(super) fn decides(text: &str) -> Option<&'static str> {
    let mut all = 0;
    let (mut hangul, mut kana, mut han) = (0, 0, 0);
    let chinese = DENSE * text.chars().filter(|c| !c.is_ascii() && CHINESE.contains(*c)).count();
    let mut others: Vec<(&'static str, usize)> = Vec::new();
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        let (count, weight) = match c {
            _ if script::is_hangul(c) => (&mut hangul, DENSE),
            '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}' => {
                (&mut kana, DENSE)
            }
            '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' => {
                (&mut han, DENSE)
            }
            _ => match own_script(c) {
                Some(language) => {
                    let index = others.iter().position(|(known, _)| *known == language);
                    let index = index.unwrap_or_else(|| {
                        others.push((language, 0));
                        others.len() - 1
                    });
                    (&mut others[index].1, 1)
                }
                None => {
                    all += 1;
                    continue;
                }
            },
        };
        *count += weight;
        all += weight;
    }
    let eastern = if kana == 0 && hangul > 0 && hangul * SHARE >= han {
        // Korean headlines shorten countries and parties to one Chinese character.
        "ko"
    } else if kana > chinese {
        "ja"
    } else if chinese > 0 {
        "zh"
    } else {
        // Either may write these; the statistics would always say Chinese.
        UNDETERMINED
    };
    let korean = if eastern == "ko" { hangul + han } else { hangul };
    let cjk = if eastern == "ko" { 0 } else { kana + han };
    others.extend([("ko", korean), (eastern, cjk)]);
    let (language, count) = others.into_iter().max_by_key(|(_, count)| *count)?;
    (count > 0 && count * SHARE >= all).then_some(language)
}

/// The language of scripts that one language has for itself, or nearly so.
fn own_script(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => "el",
        '\u{530}'..='\u{58f}' => "hy",
        '\u{590}'..='\u{5ff}' => "he",
        '\u{980}'..='\u{9ff}' => "bn",
        '\u{a00}'..='\u{a7f}' => "pa",
        '\u{a80}'..='\u{aff}' => "gu",
        '\u{b00}'..='\u{b7f}' => "or",
        '\u{b80}'..='\u{bff}' => "ta",
        '\u{c00}'..='\u{c7f}' => "te",
        '\u{c80}'..='\u{cff}' => "kn",
        '\u{d00}'..='\u{d7f}' => "ml",
        '\u{d80}'..='\u{dff}' => "si",
        '\u{e00}'..='\u{e7f}' => "th",
        '\u{e80}'..='\u{eff}' => "lo",
        '\u{1000}'..='\u{109f}' => "my",
        '\u{10a0}'..='\u{10ff}' => "ka",
        '\u{1200}'..='\u{139f}' => "am",
        '\u{1780}'..='\u{17ff}' => "km",
        _ => return None,
    })
}
