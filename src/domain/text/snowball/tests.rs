//! Which words are one to a stemmer.

use super::Snowball;

#[track_caller]
fn same(language: &str, words: &[&str]) {
    for pair in words.windows(2) {
        assert!(share(language, pair[0], pair[1]), "{language}: {pair:?}");
    }
}

#[track_caller]
fn apart(language: &str, pairs: &[(&str, &str)]) {
    for (a, b) in pairs {
        assert!(!share(language, a, b), "{language}: {a} {b}");
    }
}

fn share(language: &str, a: &str, b: &str) -> bool {
    let language = Snowball::from_name(language).unwrap();
    let all = |word: &str| {
        let (key, other) = language.keys(word);
        [Some(key), other].into_iter().flatten().collect::<Vec<_>>()
    };
    let (a, b) = (all(a), all(b));
    a.iter().any(|key| b.contains(key))
}

#[test]
fn inflections_are_one_word() {
    same("ru", &["альянс", "альянса", "Альянсом", "альянсы", "АЛЬЯНСУ"]);
    same("ru", &["ёлка", "елки"]);
    same("uk", &["альянс", "альянсу"]);
    same("de", &["bündnis", "Bündnisse", "BÜNDNISSEN"]);
    same("no", &["regjering", "regjeringen", "Regjeringens"]);
    same("tr", &["kitap", "kitaplar"]);
    same("sr", &["савез", "савеза", "savezom"]);
    apart("ru", &[("альянс", "альбом"), ("союз", "союзник")]);
}

#[test]
fn a_text_without_accents_is_understood() {
    same("fr", &["défense", "defense", "défenses", "DEFENSES", "de\u{301}fense"]);
    same("es", &["acción", "acciones", "accion", "ACCION"]);
    same("de", &["bündnis", "bundnis", "bundnisse"]);
    same("tr", &["ırak", "IRAK", "irak"]);
}

#[test]
fn english_stems_keep_both_spellings_and_what_only_looks_like_a_plural() {
    same("en", &["defence", "defense", "defences"]);
    same("en", &["organise", "organizing", "organisation", "organizations"]);
    same("en", &["advertise", "advertisement", "advertising"]);
    same("en", &["analyse", "analyzing", "analysed"]);
    same("en", &["wolf", "wolves"]);
    same("en", &["crisis", "crises"]);
    same("en", &["defend", "defending", "defended"]);
    apart("en", &[("news", "new"), ("arms", "arm"), ("defend", "defence"), ("goods", "good")]);
}

#[test]
fn a_language_reads_its_own_letters() {
    let reads = |language: &str, word: &str| Snowball::from_name(language).unwrap().reads(word);
    assert!(reads("ru", "альянс"));
    assert!(!reads("ru", "alliances"));
    assert!(reads("fr", "été"));
    assert!(!reads("fr", "оборона"));
    assert!(reads("sr", "savez") && reads("sr", "савез"));
    assert!(!reads("en", "2026"));
    assert!(Snowball::from_name("nb").is_some());
    assert!(Snowball::from_name("klingon").is_none());
}

#[test]
fn ligatures_and_old_greek_accents_are_read_as_what_they_stand_for() {
    let reads = |language: &str, word: &str| Snowball::from_name(language).unwrap().reads(word);
    for word in ["ﬀect", "ﬁnance", "ﬂight", "ﬃnity", "ﬄuent", "ﬅart", "ﬆart"] {
        assert!(reads("en", word), "{word}");
        assert!(!reads("el", word), "{word}");
    }
    same("en", &["finance", "ﬁnance", "ﬁnances"]);
    assert!(reads("el", "ἑλληνικός") && !reads("en", "ἑλληνικός"));
    same("el", &["ἑλληνικός", "ελληνικοσ"]);
}
