//! The table "what a term matches", line by line.

use super::find;

#[track_caller]
fn check(term: &str, text: &str, expect: bool) {
    assert_eq!(find(term, "", text).is_some(), expect, "{term} in {text:?}");
    assert_eq!(find(term, text, "").is_some(), expect, "{term} in title {text:?}");
}

#[track_caller]
fn yes(term: &str, texts: &[&str]) {
    for text in texts {
        check(term, text, true);
    }
}

#[track_caller]
fn no(term: &str, texts: &[&str]) {
    for text in texts {
        check(term, text, false);
    }
}

#[test]
fn a_common_word_matches_its_plural_and_both_spellings_in_any_case() {
    yes("defence", &["US defense budget", "defences raised", "DEFENSE", "Defence first"]);
    no("defence", &["defenceless", "defend", "self defended"]);
    yes("colour", &["the color red", "colours"]);
    yes("organisation", &["organizations met", "an organisation"]);
    yes("analyse", &["analyzes"]);
    yes("centre", &["medical centers"]);
    yes("programme", &["programs"]);
    yes("travelling", &["traveling"]);
    yes("ally", &["allies", "Allies"]);
    yes("movie", &["movies"]);
    yes("virus", &["viruses"]);
    yes("house", &["houses"]);
    yes("tax", &["taxes"]);
    yes("hero", &["heroes"]);
    yes("church", &["churches"]);
    yes("crisis", &["crises"]);
    yes("gas", &["gases"]);
    yes("labour", &["labor unions"]);
    yes("country", &["countries"]);
    yes("shelf", &["shelves"]);
    yes("leave", &["leaves"]);
    yes("spokesman", &["spokesmen", "Spokesmen"]);
    yes("child", &["children"]);
    yes("embargo", &["embargoes", "embargos"]);
    yes("witness", &["witnesses"]);
    yes("lease", &["leases"]);
    yes("committee", &["committees"]);
    no("specimen", &["speciman"]);
    no("basis", &["base"]);
}

#[test]
fn an_old_newswire_reads_like_any_text() {
    yes("wheat", &["WHEAT EXPORTS RISE", "of wheat,"]);
    yes("\"interest rate\"", &["U.K. INTEREST RATES SEEN STEADY", "interest-rate cut"]);
    yes("Fed", &["FED SETS CUSTOMER REPURCHASES", "the Fed's move"]);
    yes("EC", &["EC MINISTERS MEET", "E.C. ministers"]);
    yes("OPEC", &["OPEC OUTPUT FALLS", "Opec said", "O.P.E.C."]);
    yes("\"U.S. Treasury\"", &["THE U.S. TREASURY SAID", "US Treasury bonds"]);
    yes("\"4th qtr\"", &["ABC INC <ABC.N> 4TH QTR NET", "4th qtr loss"]);
    yes("ABC", &["<ABC.N>", "ABC Inc <ABC>"]);
    yes("\"cts vs\"", &["Shr 34 cts vs 1.19 dlrs"]);
    yes("shr BEFORE/2 cts", &["Shr 34 cts vs 41"]);
    yes("\"1,234\"", &["a total of 1,234 tonnes"]);
    yes("\"mln dlrs\"", &["5.1 mln dlrs", "5.1 MLN DLRS"]);
    no("US", &["SHIPPERS TELL US THEY WAIT"]);
    yes("government", &["the govern-\nment said", "the govern- ment said"]);
    yes("\"long-term debt\"", &["long-\nterm debt", "long- term debt", "longterm debt"]);
    yes("second", &["first- and second-half results"]);
    no("and", &["the 1- \n\nandes"]);
    yes("tonnes SENTENCE wheat", &["It bought tonnes\nof wheat."]);
}

#[test]
fn words_that_only_look_like_plurals_keep_their_s() {
    no("arms", &["an arm"]);
    no("arm", &["arms deal"]);
    no("new", &["the news"]);
    no("news", &["a new thing"]);
    no("custom", &["customs union"]);
    no("corp", &["marine corps"]);
    yes("series", &["series"]);
    yes("species", &["Species"]);
}

#[test]
fn an_exact_word_is_neither_stemmed_nor_folded_and_its_capitals_bind() {
    yes("=oil", &["crude oil", "Oil"]);
    no("=oil", &["oils", "oïl"]);
    yes("=NATO", &["NATO said"]);
    no("=NATO", &["Nato said", "nato"]);
    yes("=Sánchez", &["Sánchez"]);
    no("=Sánchez", &["Sanchez"]);
    yes("=\"crude oil\"", &["Crude oil prices"]);
    no("=\"crude oil\"", &["crude oils"]);
}

#[test]
fn a_name_needs_its_capital_and_is_not_stemmed() {
    yes("Hamas", &["Hamas’s leader", "Hamas's leader", "HAMAS SAYS", "near Hamas."]);
    no("Hamas", &["near Hama", "hamas"]);
    yes("Apple", &["Apple shares", "APPLE SHARES FALL"]);
    no("Apple", &["an apple", "Apples"]);
    yes("Sánchez", &["Sanchez", "SÁNCHEZ"]);
    yes("Lodz", &["in Łódź"]);
    yes("McDonald", &["McDonald’s sales", "MCDONALD"]);
    yes("iPhone", &["an iPhone", "IPHONE"]);
    no("iPhone", &["iphone"]);
}

#[test]
fn a_long_acronym_is_never_small() {
    yes(
        "NATO",
        &[
            "NATO-led force",
            "Nato's",
            "N.A.T.O. said",
            "NATO’ya",
            "NATO'ya",
            "(NATO)",
            "#NATO",
            "l'NATO",
        ],
    );
    no("NATO", &["nato a Roma", "Natosha", "SENATORS", "NATOs", "nAtO"]);
}

#[test]
fn a_short_acronym_is_all_capitals_and_not_a_shouted_word() {
    yes("WHO", &["The WHO said", "WHO chief resigns", "Aid from WHO, it said"]);
    no("WHO", &["Who said", "who", "WHO KNEW? FANS ASK WHO WON"]);
    yes("US", &["U.S. troops", "US troops", "the U.S.", "THE U.S. WINS", "US-led"]);
    no("US", &["tell us", "Us", "TELL US MORE"]);
    yes("IT", &["An IT firm"]);
    no("IT", &["It rains", "IT RAINS"]);
    yes("UAE", &["UAE STRIKES DEAL"]);
}

#[test]
fn compounds_match_by_parts_and_joined() {
    yes("cooperation", &["co-operation", "Co-operation", "co‑operation", "cooperation"]);
    yes("co-operation", &["cooperation", "co-operation", "CO-OPERATIONS", "co operation"]);
    yes("\"mutual defence\"", &["mutual-defence pact", "mutual defense", "mutual  defences"]);
    no("\"mutual defence\"", &["mutual self defence", "defence mutual"]);
    yes("\"mutual defence\"~2", &["mutual self defence", "mutual and self defence"]);
    no("\"mutual defence\"~2", &["mutual and own self defence"]);
    yes("\"nuclear cooperation deal\"", &["nuclear co-operation deal"]);
    yes("NATO-led", &["the NATO-led force", "NATO led"]);
    yes("led", &["NATO-led"]);
    yes("COVID-19", &["Covid-19", "COVID19"]);
}

#[test]
fn apostrophes_split_words() {
    yes("OTAN", &["l’OTAN", "dell'OTAN", "L'OTAN"]);
    no("OTAN", &["l’otan"]);
    yes("NATO", &["anti-NATO", "EU-NATO", "NATO–Russia", "NATO/EU", "NATO'nun"]);
    yes("\"Hamas leader\"", &["Hamas’s leader"]);
    yes("O'Brien", &["Mr O’Brien said", "O'BRIEN"]);
}

#[test]
fn only_latin_and_greek_marks_are_folded() {
    yes("défense", &["la defense", "Défense", "de\u{301}fense"]);
    yes("Łódź", &["Lodz"]);
    yes("straße", &["strasse"]);
    yes("αθηνα", &["Αθήνα"]);
    no("мии", &["мий"]);
    yes("мий", &["МИЙ", "ми\u{438}\u{306}"]);
    yes("ＮＡＴＯ", &["NATO"]);
    yes("İstanbul", &["Istanbul", "İSTANBUL"]);
    yes("finance", &["ﬁnance"]);
    yes("Ελλάδα", &["Ελλαδα", "ΕΛΛΑΔΑ"]);
    yes("NATO", &["ＮＡＴＯ", "NA\u{ad}TO"]);
}

#[test]
fn scripts_without_spaces_match_as_substrings() {
    yes("北约", &["在北约总部", "北约"]);
    no("北约", &["北約", "北 约", "约北"]);
    yes("นาโต้", &["กองกำลังนาโต้ในยุโรป"]);
    yes("ガス", &["ｶﾞｽ価格", "天然ガス"]);
    yes("\"防务 合作\"", &["防务合作"]);
    yes("北约 NEAR/3 峰会", &["北约的峰会"]);
}

#[test]
fn hangul_matches_as_a_prefix() {
    yes("나토", &["나토가 말했다", "나토"]);
    no("나토", &["가나토"]);
    yes("NATO", &["NATO가 말했다", "한국NATO"]);
    yes("5월", &["5월에"]);
    no("5월", &["15월", "5 월"]);
    yes("나토", &["\u{1102}\u{1161}\u{1110}\u{1169}가"]);
}

#[test]
fn wildcards_serve_other_languages() {
    yes("альянс*", &["альянса", "альянс", "Альянсом"]);
    no("альянс", &["альянса"]);
    yes("*bündnis", &["Verteidigungsbündnis", "Bündnis", "BÜNDNIS"]);
    no("*bündnis", &["Bündnisse"]);
    yes("*teidig*", &["Verteidigung"]);
    yes("Verteidigung*", &["Verteidigungspolitik"]);
    no("Verteidigung*", &["verteidigungspolitik"]);
    yes("forsvar*", &["Forsvaret"]);
    yes("\"armed force*\"", &["armed forces"]);
    yes("co-op*", &["co-operative", "cooperation"]);
}

#[test]
fn signs_are_part_of_a_word_and_ask_for_no_boundary() {
    yes("C++", &["uses C++ code", "C++11", "(C++)"]);
    no("C++", &["vitamin C", "C+", "ABC++"]);
    yes("AT&T", &["AT&T Inc", "AT&T’s"]);
    no("AT&T", &["at T", "AT T", "XAT&T", "AT&TX"]);
    yes("C#", &["in C# now"]);
    yes("U.S.", &["U.S. troops", "US troops"]);
    no("U.S.", &["tell us"]);
    yes("R&D", &["R&D spending"]);
    yes("c++", &["C++ code"]);
    yes(".NET", &["the .NET runtime", "ASP.NET pages"]);
    no(".NET", &["NET INCOME", "a dotNET"]);
    yes("#MeToo", &["the #MeToo movement"]);
    no("#MeToo", &["MeToo"]);
    yes("\"AT&T Inc\"", &["AT&T Inc. said"]);
    yes("F-16", &["an F-16 jet", "F16 jets", "F 16"]);
}

#[test]
fn a_regular_expression_reads_the_stored_text() {
    yes("re/CVE-\\d{4}-\\d+/", &["fixes CVE-2026-1234 today"]);
    no("re/CVE-\\d{4}-\\d+/", &["fixes cve-2026-1234"]);
    yes("re/cve-\\d{4}/i", &["fixes CVE-2026-1234 today"]);
    yes("fixes NEAR/1 re/CVE-\\d{4}-\\d+/", &["fixes CVE-2026-1234 today"]);
    no("today NEAR/1 re/CVE-\\d{4}/", &["fixes CVE-2026-1234 today"]);
}
