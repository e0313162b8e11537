//! Which language a document is in: what the feed said, else what can be told from the text,
//! else `und`. Topics filter by it; it is worked out only where one does.

use whatlang::Lang;

use crate::domain::document::Document;

/// "Undetermined" (ISO 639-2): no tag, and too little or too mixed a text to tell.
pub const UNDETERMINED: &str = "und";

/// Most bytes of text that are looked at: more changes no answer.
const MAX_BYTES: usize = 1_000;

/// The primary subtag of a document's language: two letters (ISO 639-1) where there are such.
pub fn of(document: &Document) -> String {
    match document.language.as_deref().and_then(primary) {
        Some(tag) => tag,
        None => detect(document).to_owned(),
    }
}

/// The primary subtag of a BCP 47 tag in lower case: `en` of `en-GB`. `None` if it names no
/// language.
pub fn primary(tag: &str) -> Option<String> {
    let subtag = tag.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let is_tag = (2..=3).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_lowercase());
    (is_tag && subtag != UNDETERMINED).then_some(subtag)
}

fn detect(document: &Document) -> &'static str {
    let mut text = format!("{}. {}", document.title, document.body);
    text.truncate(text.floor_char_boundary(MAX_BYTES));
    match whatlang::detect(&text) {
        Some(info) if info.is_reliable() => two_letters(info.lang()),
        _ => UNDETERMINED,
    }
}

/// whatlang speaks ISO 639-3; feeds and people speak ISO 639-1.
fn two_letters(lang: Lang) -> &'static str {
    match lang {
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Nob => "no",
        Lang::Fin => "fi",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Pol => "pl",
        Lang::Tur => "tr",
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        other => other.code(),
    }
}
