//! What translated rules find, dialect by dialect.

use super::super::Dialect::{Emm, Factiva, Lexis, Miniflux, Newsboat, Taranis, TrendRadar};
use super::{finds, imported, rule, table, titled};
use crate::domain::document::Document;
use crate::domain::topic::filter::Origin;

#[test]
fn lexis_binds_or_first_then_distances_then_and_then_and_not() {
    assert_eq!(
        rule(Lexis, "bankrupt! w/25 discharg! and student or college or education! w/5 loan"),
        "bankrupt* NEAR/25 discharg* AND (student OR college OR education*) NEAR/5 loan"
    );
    assert_eq!(rule(Lexis, "a1 w/9 b1 w/2 c1"), "a1 NEAR/9 (b1 NEAR/2 c1)");
    assert_eq!(
        rule(Lexis, "rico and not puerto or costa and case"),
        "rico AND NOT ((puerto OR costa) AND case)"
    );
}

#[test]
fn lexis_searches_find_what_lexis_finds() {
    table(
        Lexis,
        &[
            ("doctor or physician", "A Physician spoke", true),
            ("budget and deficit", "the deficits of budgets", true),
            ("capital and not gain", "capital gains", false),
            ("capital but not gain", "capital city", true),
            ("doctor w/5 malpractice", "malpractice by a local doctor", true),
            ("doctor w/2 malpractice", "malpractice by a good local doctor", false),
            ("southwest pre/2 air", "southwest air", true),
            ("southwest pre/2 air", "air southwest", false),
            ("rico not w/5 puerto", "puerto rico", false),
            ("rico not w/5 puerto", "a RICO case", true),
            ("bank w/s river", "The bank stood by the river.", true),
            ("bank w/s river", "The bank closed. The river rose.", false),
            ("bank w/p river", "The bank closed. The river rose.", true),
            ("right to work", "a right to work law", true),
            ("right to work", "the right man to work", false),
            ("\"right to work\" or tariff", "new tariffs", true),
            ("wom*n", "two women", true),
            ("wom*n", "womaan", false),
            ("bank**", "bankers", false),
            ("bank**", "banker", true),
            ("recycl!", "recyclable", true),
            ("atleast3(tariff)", "tariff, tariffs and a tariff", true),
            ("atleast3(tariff)", "tariff and tariffs", false),
            ("allcaps(aids)", "AIDS research", true),
            ("allcaps(aids)", "he aids them", false),
            ("caps(apple)", "Apple shares", true),
            ("caps(apple)", "an apple", false),
            ("nocaps(aid)", "foreign aid", true),
            ("nocaps(aid)", "foreign AID", false),
            ("singular(job)", "a job", true),
            ("singular(job)", "more jobs", false),
            ("plural(job)", "more jobs", true),
            ("plural(job)", "a job", false),
            ("body(tariff)", "a tariff", true),
            ("headline(tariff)", "a tariff", false),
            ("LOOK OUT", "look out", true),
        ],
    );
    assert!(finds(
        &imported(Lexis, "headline(tariff w/2 steel)"),
        &titled("Steel tariffs"),
        &Origin::UNKNOWN
    ));
}

#[test]
fn factiva_binds_distances_first_then_not_then_and_then_or() {
    assert_eq!(
        rule(Factiva, "bill clinton or gore and george bush"),
        "\"bill clinton\" OR (gore AND \"george bush\")"
    );
    assert_eq!(
        rule(Factiva, "software not spreadsheet and games"),
        "software AND NOT spreadsheet AND games"
    );
    assert_eq!(rule(Factiva, "hd=(nato or eu) and summit"), "title:(nato OR eu) AND summit");
}

#[test]
fn factiva_searches_find_what_factiva_finds() {
    table(
        Factiva,
        &[
            ("Nokia and emerging markets", "emerging markets for Nokia", true),
            ("Nokia and emerging markets", "markets emerging for Nokia", false),
            ("president w/2 clinton", "president bill clinton", true),
            ("president w/2 clinton", "clinton, president", false),
            ("world cup adj5 rugby", "the world cup of rugby", true),
            ("world cup adj5 rugby", "rugby has a world cup", false),
            ("carrefour near5 retail sales", "retail sales at Carrefour", true),
            ("boeing 747/N30/british airways", "British Airways flies the Boeing 747", true),
            ("vodafone same telecoms", "Vodafone rose. All telecoms did.", true),
            ("vodafone same telecoms", "Vodafone rose.\n\nAll telecoms did.", false),
            ("atleast2 microsoft", "Microsoft and Microsoft", true),
            ("atleast2 microsoft", "Microsoft alone", false),
            ("engineer$3", "engineering", true),
            ("engineer$1", "engineering", false),
            ("wom?n", "a woman", true),
            ("communicat*", "communications", true),
            ("president % clinton", "president bill clinton", true),
            ("\"peas and carrots\"", "peas and carrots", true),
            ("\"peas and carrots\"", "carrots and peas", false),
            ("[online banking] and (retail or consumer)", "consumers like online banking", true),
            ("toyota/F50/", "Toyota is first", true),
            ("lp=toyota", "Toyota is first", true),
            ("not sport and tariff", "tariffs", true),
            ("clinton's plan", "Clinton’s plan", true),
        ],
    );
    let by = imported(Factiva, "by=smith and tariff");
    let mut document = titled("Tariffs rise");
    assert!(!finds(&by, &document, &Origin::UNKNOWN));
    document.authors = "Jane Smith".to_owned();
    assert!(finds(&by, &document, &Origin::UNKNOWN));
}

#[test]
fn languages_and_publishers_become_filters() {
    let read = imported(Factiva, "tariff and la=(en or fr) and sn=\"Harbour Wire\" not la=de");
    let filters = &read.topics[0].filters;
    assert_eq!(filters.languages.only, ["en", "fr"]);
    assert_eq!(filters.languages.not, ["de"]);
    assert_eq!(filters.publishers.only, ["Harbour Wire"]);
    let read = imported(Lexis, "tariff and language(german)");
    assert_eq!(read.topics[0].filters.languages.only, ["de"]);
}

#[test]
fn emm_patterns_bind_capitals_and_have_no_stems() {
    table(
        Emm,
        &[
            ("brucellosis 30\nthreshold 30", "Brucellosis is back", true),
            ("yellow+fever 30\nthreshold 30", "a yellow fever case", true),
            ("yellow+fever 30\nthreshold 30", "fever and yellow", false),
            ("AIDS 30\nthreshold 30", "AIDS and HIV", true),
            ("AIDS 30\nthreshold 30", "he aids", false),
            ("vaccin% 30\nthreshold 30", "Vaccination", true),
            ("oil 30\nthreshold 30", "two oils", false),
            ("wom_n 30\nthreshold 30", "a Woman", true),
            ("Gr_nd 30\nthreshold 30", "the grand", false),
            ("Gr_nd 30\nthreshold 30", "the Grand", true),
            ("flu 10\nbird 10\nthreshold 20", "flu", false),
            ("flu 10\nbird 10\nthreshold 20", "bird flu", true),
            ("flu 20\nfilm -30\nbird 10\nthreshold 20", "a film of bird flu", false),
        ],
    );
}

const DEFINITION: &str = "define alert BirdFlu
  define combination
    proximity 5
    begin or flu, influenza end or
    begin or bird, poultry, avian% end or
    begin not film% end not
  end combination
end alert";

#[test]
fn emm_combinations_ask_one_of_each_group_and_none_of_the_last() {
    table(
        Emm,
        &[
            (DEFINITION, "Influenza spreads in poultry", true),
            (DEFINITION, "poultry is sold in six towns that had the flu", false),
            (DEFINITION, "flu", false),
            (DEFINITION, "avians with flu, a film", false),
        ],
    );
}

#[test]
fn emm_is_read_from_xml_too() {
    let xml = "<?xml version=\"1.0\"?>\n<alert id=\"Energy\" threshold=\"20\">\n  \
               <pattern weight=\"20\">pipeline%</pattern>\n  <pattern weight=\"20\">R&amp;D+gas\
               </pattern>\n  <combination proximity=\"4\"><or><word>oil</word></or>\
               <or><word>embargo</word></or></combination>\n</alert>";
    table(
        Emm,
        &[
            (xml, "two pipelines", true),
            (xml, "an embargo on all oil", true),
            (xml, "oil and gas", false),
            (xml, "R&D gas", true),
        ],
    );
    assert_eq!(imported(Emm, xml).report, []);
}

#[test]
fn taranis_words_are_found_whole_in_any_case() {
    let csv = "value;category;description\nransomware;Security;\nzero-day;Security;Unpatched\n\
               rdp;MISC;Remote Desktop\n";
    table(
        Taranis,
        &[
            (csv, "RANSOMWARE strikes", true),
            (csv, "a zero-day in mail", true),
            (csv, "ransomwares", false),
            (csv, "an RDP server", true),
            (csv, "nothing", false),
        ],
    );
    let json = r#"{"version": 1, "data": [
        {"name": "Threats", "usage": 1, "entries": [{"value": "malware", "category": "x"}]},
        {"name": "Noise", "usage": ["COLLECTOR_EXCLUDELIST"], "entries": [{"value": "webinar"}]}
    ]}"#;
    table(Taranis, &[(json, "malware found", true), (json, "a webinar on malware", false)]);
}

#[test]
fn trendradar_reads_titles_inside_of_words() {
    let words = "[GLOBAL_FILTER]\ncasino\n\n[WORD_GROUPS]\n\n[Chips]\nchip\n/n(v|V)idia/ => Nvidia\n\
                 +export\n!potato\n@5\n\n北约\nAI\n";
    let read = imported(TrendRadar, words);
    assert_eq!(read.topics.len(), 2);
    for (title, wanted) in [
        ("Microchips for export", true),
        ("Microchips", false),
        ("NVIDIA exports more", true),
        ("Export of potato chips", false),
        ("Chip export pays for casinos", false),
        ("在北约总部", true),
        ("Rain in Spain", true),
        ("Nothing here", false),
    ] {
        assert_eq!(finds(&read, &titled(title), &Origin::UNKNOWN), wanted, "{title}");
    }
    let body = Document { body: "chip export".to_owned(), ..titled("News") };
    assert!(!finds(&read, &body, &Origin::UNKNOWN), "only titles are read");
}

#[test]
fn newsboat_binds_from_right_to_left() {
    assert_eq!(
        rule(Newsboat, "title =~ \"aa\" and title =~ \"bb\" or author = \"Cc\""),
        "title:re/aa/i AND (title:re/bb/i OR author:re/^Cc$/)"
    );
    assert_eq!(
        rule(Newsboat, "title =~ \"aa\" or title =~ \"bb\" and title !~ \"cc\""),
        "title:re/aa/i OR (title:re/bb/i AND NOT title:re/cc/i)"
    );
}

#[test]
fn newsboat_filters_find_what_newsboat_finds() {
    let urls = "https://example.com/feed news\n\
                \"query:Linux news:(title =~ \\\"linux|bsd\\\") and tags # \\\"tech\\\"\" fun\n\
                \"query:All unread:unread = \\\"yes\\\"\"\n\
                ignore-article \"*\" \"title =~ \\\"gentoo\\\"\"\n";
    let read = imported(Newsboat, urls);
    assert_eq!(read.topics.len(), 1, "{:?}", read.report);
    assert_eq!(read.topics[0].name, "Linux news");
    let tags = ["tech".to_owned()];
    let here = Origin { feed: Some("a"), tags: &tags, publisher: None };
    assert!(finds(&read, &titled("New Linux kernel"), &here));
    assert!(finds(&read, &titled("FreeBSD released"), &here), "found inside of words");
    assert!(!finds(&read, &titled("Gentoo Linux"), &here));
    let elsewhere = Origin { feed: Some("b"), tags: &[], publisher: None };
    assert!(!finds(&read, &titled("New Linux kernel"), &elsewhere));
}

#[test]
fn miniflux_rules_keep_and_block() {
    let rules = "EntryTitle=(?i)nato|otan\nEntryURL=/defence/\n[block]\nEntryTitle=Sport\n\
                 EntryDate=max-age:30d\n";
    let read = imported(Miniflux, rules);
    assert_eq!(read.topics[0].max_age_d, Some(30));
    for (title, url, wanted) in [
        ("Nato meets", "", true),
        ("Rain", "https://example.com/defence/1", true),
        ("Rain", "https://example.com/", false),
        ("Nato Sport", "", false),
        ("Nato sport", "", true),
    ] {
        let document = Document { url: Some(url.to_owned()), ..titled(title) };
        assert_eq!(finds(&read, &document, &Origin::UNKNOWN), wanted, "{title} {url}");
    }
    let old = imported(Miniflux, "(?i)linux");
    let tagged = Document { categories: "Linux; Games".to_owned(), ..titled("News") };
    assert!(finds(&old, &tagged, &Origin::UNKNOWN));
    let api = r#"[{"id": 1, "title": "Wire", "keeplist_rules": "(?i)nato", "blocklist_rules": ""},
                  {"id": 2, "title": "Rest", "block_filter_entry_rules": ""}]"#;
    let read = imported(Miniflux, api);
    assert_eq!((read.topics.len(), read.topics[0].name.as_str()), (1, "Wire"));
}
