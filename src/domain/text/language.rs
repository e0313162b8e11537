//! Which language a document is in: what the feed said, else what can be told from the text,
//! else `und`. Topics filter by it; it is worked out only where one does.
//!
//! Headlines are short, and a wrong guess hides an entry: better unsure than wrong. [`letters`]
//! decides alone where a script has one language. Else the statistics of whatlang count where
//! they are sure of themselves and [`words`], the small words that every sentence has, do not
//! speak against them; or the small words alone where they leave no doubt.

mod letters;
mod words;

use std::borrow::Cow;

use whatlang::Lang;

use crate::domain::document::Document;

/// "Undetermined" (ISO 639-2): no tag, and too little or too mixed a text to tell.
pub const UNDETERMINED: &str = "und";

/// Most bytes of text that are looked at: more changes no answer.
const MAX_BYTES: usize = 1_000;

/// Fewest letters that statistics may be sure of.
const MIN_LETTERS: usize = 20;

/// Least confidence (of 1) that counts together with small words.
const MIN_CONFIDENCE: f64 = 0.25;

/// Languages of [`words`] that the statistics do not know: they take them for a neighbour.
const UNKNOWN: [&str; 2] = ["gl", "ms"];

/// A document's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// Primary subtag: two letters (ISO 639-1) where there are such, [`UNDETERMINED`] where
    /// nobody can tell.
    pub code: Cow<'static, str>,
    /// The feed did not say, so that it was told from the text.
    pub detected: bool,
}

/// The language of a document.
pub fn of(document: &Document) -> Language {
    match document.language.as_deref().and_then(primary) {
        Some(code) => Language { code: code.into(), detected: false },
        None => Language { code: detect(document).into(), detected: true },
    }
}

/// Whether the feed said which language a document is in.
pub fn is_told(document: &Document) -> bool {
    document.language.as_deref().and_then(primary).is_some()
}

/// The primary subtag of a BCP 47 tag in lower case: `en` of `en-GB`, also of ISO 639-2's `eng`.
/// `None` if it names no language.
pub fn primary(tag: &str) -> Option<String> {
    let subtag = tag.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let is_tag = (2..=3).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_lowercase());
    let nameless = ["und", "mul", "zxx", "mis", "xx"].contains(&subtag.as_str());
    let known = SAME.iter().find(|(other, _)| *other == subtag);
    let code = known.map_or_else(|| subtag.clone(), |(_, code)| (*code).to_owned());
    (is_tag && !nameless).then_some(code)
}

/// A language as a filter names it, in the form that [`of`] answers in.
pub fn canonical(tag: &str) -> String {
    primary(tag).unwrap_or_else(|| tag.trim().to_ascii_lowercase())
}

/// The commonest small words of a language, as they are written; none where they are not known.
pub fn small_words(code: &str) -> impl Iterator<Item = &'static str> {
    words::of(code)
}

/// Other names of a language: both Norwegians are one, old codes, three letters for two.
#[rustfmt::skip]
const SAME: &[(&str, &str)] = &[
    ("nb", "no"), ("nn", "no"), ("nob", "no"), ("nno", "no"), ("nor", "no"), ("iw", "he"),
    ("in", "id"), ("ji", "yi"), ("mo", "ro"), ("cmn", "zh"), ("zho", "zh"), ("chi", "zh"),
    ("eng", "en"), ("fra", "fr"), ("fre", "fr"), ("deu", "de"), ("ger", "de"), ("spa", "es"),
    ("por", "pt"), ("ita", "it"), ("nld", "nl"), ("dut", "nl"), ("dan", "da"), ("swe", "sv"),
    ("fin", "fi"), ("isl", "is"), ("ice", "is"), ("est", "et"), ("lav", "lv"), ("lit", "lt"),
    ("pol", "pl"), ("ces", "cs"), ("cze", "cs"), ("slk", "sk"), ("slo", "sk"), ("slv", "sl"),
    ("hrv", "hr"), ("srp", "sr"), ("bul", "bg"), ("mkd", "mk"), ("mac", "mk"), ("ron", "ro"),
    ("rum", "ro"), ("hun", "hu"), ("ell", "el"), ("gre", "el"), ("tur", "tr"), ("rus", "ru"),
    ("ukr", "uk"), ("bel", "be"), ("ara", "ar"), ("arb", "ar"), ("fas", "fa"), ("per", "fa"),
    ("pes", "fa"), ("heb", "he"), ("hin", "hi"), ("urd", "ur"), ("ben", "bn"), ("tam", "ta"),
    ("tha", "th"), ("vie", "vi"), ("ind", "id"), ("msa", "ms"), ("may", "ms"), ("jpn", "ja"),
    ("kor", "ko"), ("cat", "ca"), ("eus", "eu"), ("baq", "eu"), ("glg", "gl"), ("sqi", "sq"),
    ("alb", "sq"), ("hye", "hy"), ("arm", "hy"), ("kat", "ka"), ("geo", "ka"), ("aze", "az"),
    ("tgl", "tl"), ("swa", "sw"), ("afr", "af"), ("lat", "la"), ("epo", "eo"), ("cym", "cy"),
    ("mar", "mr"), ("nep", "ne"), ("uzb", "uz"), ("tuk", "tk"), ("jav", "jv"), ("yid", "yi"),
];

fn detect(document: &Document) -> &'static str {
    let mut text = format!("{}. {}", document.title, document.body);
    text.truncate(text.floor_char_boundary(MAX_BYTES));
    letters::decides(&text).unwrap_or_else(|| by_words(&text))
}

/// The language of a text in a script that many share.
fn by_words(text: &str) -> &'static str {
    let small = words::count(text);
    // Most texts of some length: the statistics, which cost far more, would say the same.
    if let Some(told) = small.decided() {
        return told;
    }
    let guess = whatlang::detect(text);
    let sure = guess.as_ref().filter(|info| {
        info.is_reliable() && text.chars().filter(|c| c.is_alphabetic()).count() >= MIN_LETTERS
    });
    match (sure.and_then(|info| two_letters(info.lang())), small.certain()) {
        (Some(told), Some(other)) if told != other => {
            if UNKNOWN.contains(&other) {
                other
            } else {
                UNDETERMINED
            }
        }
        (Some(told), _) if !small.speaks_against(told) => told,
        (None, Some(told)) => told,
        // Neither alone is sure; together they are.
        (None, None) => {
            let likely = guess.filter(|info| info.confidence() >= MIN_CONFIDENCE);
            let told = likely.and_then(|info| two_letters(info.lang()));
            told.filter(|told| small.favours(told)).unwrap_or(UNDETERMINED)
        }
        _ => UNDETERMINED,
    }
}

/// whatlang speaks ISO 639-3; feeds and people speak ISO 639-1. `None` for languages that no
/// news is written in, which short texts are readily taken for, and for Croatian, which is all
/// that whatlang knows of three languages in Latin letters.
fn two_letters(lang: Lang) -> Option<&'static str> {
    match lang {
        Lang::Nob => Some("no"),
        Lang::Lat | Lang::Epo | Lang::Hrv => None,
        other => {
            let code = other.code();
            SAME.iter().find(|(three, _)| *three == code).map(|(_, two)| *two)
        }
    }
}

#[cfg(test)]
mod tests;
