//! Scripts that decide alone which language a text is in.

use super::super::script;

/// How many letters of a usual script one character of Chinese, Japanese or Korean stands for.
const DENSE: usize = 2;

/// A script decides where at least one letter in this many is of it: Korean headlines name many
/// things in Latin letters, English ones quote a Korean word at most.
const SHARE: usize = 3;

/// Of Chinese and Japanese characters, one kana in this many makes the text Japanese.
const KANA_SHARE: usize = 10;

/// The language of the script that a text is written in, where that has one.
pub(super) fn decides(text: &str) -> Option<&'static str> {
    let mut all = 0;
    let (mut hangul, mut kana, mut han) = (0, 0, 0);
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
    let cjk = kana + han;
    let eastern = if kana > 0 && kana * KANA_SHARE >= cjk { "ja" } else { "zh" };
    others.extend([("ko", hangul), (eastern, cjk)]);
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
