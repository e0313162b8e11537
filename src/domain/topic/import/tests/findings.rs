//! What has no counterpart is reported, and makes a topic a shadow topic.

use super::super::Dialect::{self, Emm, Factiva, Lexis, Miniflux, Newsboat, Taranis, TrendRadar};
use super::super::{Level, Naming, import};
use super::{codes, finds, imported, rule, titled};
use crate::domain::topic::filter::Origin;

#[test]
fn what_is_not_translated_is_named() {
    for (dialect, input, wanted) in [
        (Lexis, "tariff and date aft 1/1/2020", &["date"][..]),
        (Lexis, "port w/ strike", &["connector"]),
        (Lexis, "port w/x strike", &["connector"]),
        (Lexis, "port pre/s strike", &["connector"]),
        (Lexis, "port w/ 5 strike", &["connector"]),
        (Lexis, "tariff and length > 500", &["length"]),
        (Lexis, "tariff and subject(trade or customs)", &["segment"]),
        (Lexis, "tariff w/seg steel", &["same_segment"]),
        (Lexis, "tariff not w/s steel", &["not_same"]),
        (Lexis, "plural(tariff)", &["plural"]),
        (Lexis, "tariff and publication(economist)", &["publisher_names"]),
        (Lexis, "(tariff or steel", &["unclosed_parenthesis"]),
        (Lexis, "tariff or steel)", &["unopened_parenthesis"]),
        (Lexis, "tariff and", &["stray_operator"]),
        (Lexis, "tariff w/900 steel", &["distance"]),
        (Lexis, "\"steel tariff", &["unclosed_quote"]),
        (Lexis, "tariff (steel or iron)", &["side_by_side"]),
        (Lexis, "(steel and iron) w/5 tariff", &["vague_proximity"]),
        (Lexis, "tariff or language(german)", &["filter_within"]),
        (Factiva, "tariff and in=i22100 and re=(usa or china)", &["field_code", "field_code"]),
        (Factiva, "tariff and rst=(tdjw or sfdj)", &["source_code"]),
        (Factiva, "tariff and wc>500", &["length"]),
        (Factiva, "tariff and date after 20240101", &["date"]),
        (Factiva, "tariff and date from 1/1/2024 to 1/31/2024", &["date"]),
        (Factiva, "tariff/f50/", &["first_words"]),
        (Factiva, "president % clinton", &["any_word"]),
        (Factiva, "tarif$ and steel", &["truncation"]),
        (Factiva, "tariff -steel", &["simple_search"]),
        (Factiva, "tariff and zz9=steel", &["field_code"]),
        (Newsboat, "title =~ \"a(?=b)\" or title =~ \"cc\"", &["comparison"]),
        (Newsboat, "title =~ \"aa\" and flags # \"x\"", &["attribute"]),
        (Newsboat, "title =~ \"aa\" and age > 7", &["age"]),
        (Newsboat, "tags # \"world\"", &["tag_filter", "any_entry"]),
        (Newsboat, "title !~ \"aa\"", &["any_entry"]),
        (Newsboat, "title =~ \"aa\" and age < 7", &["max_age"]),
        (Newsboat, "content =~ \"aa\"", &["html_content"]),
        (Newsboat, "title =~ \"aa\" xor title", &["trailing_text"]),
        (
            Newsboat,
            "title =~ \"aa\"\nignore-article \"https://x.example\" \"title =~ \\\"b\\\"\"",
            &["ignore_in_feed"],
        ),
        (Miniflux, "EntryTitle=aa\nEntryCommentsURL=bb", &["field"]),
        (Miniflux, "EntryTitle=aa\nEntryDate=future", &["date"]),
        (Miniflux, "EntryTitle=aa\nEntryTitle=(?<!b)c", &["regex"]),
        (Miniflux, "EntryTitle=aa\nEntryTag=^Linux$", &["tag_anchors"]),
        (TrendRadar, "chip\n@5", &["shown_at_most"]),
        (TrendRadar, "chip\n/a(?!b)/", &["regex"]),
        (
            TrendRadar,
            "[GLOBAL_FILTER]\n[Chips]\nfilm\n\n[WORD_GROUPS]\nchip",
            &["heading_among_filters"],
        ),
        (Taranis, "value,category\nmalware,x\n!!!,x", &["bad_term"]),
        (Emm, "flu 20\nbird", &["no_weight", "no_threshold"]),
        (
            Emm,
            "define alert A define patterns flu 20 end patterns wibble end alert",
            &["no_threshold", "not_understood"],
        ),
        (
            Emm,
            "<alert threshold=\"5\"><pattern weight=\"5\">a1</pattern><regexp>x</regexp></alert>",
            &["element", "not_understood"],
        ),
    ] {
        let mut found = codes(dialect, input);
        let mut wanted = wanted.to_vec();
        found.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(found, wanted, "{input}: {:#?}", imported(dialect, input).report);
    }
}

#[test]
fn a_topic_that_says_less_than_its_original_is_a_shadow_topic() {
    let read = imported(Factiva, "tariff and in=i22100\n\nsteel near5 iron");
    let shadows: Vec<bool> = read.topics.iter().map(|draft| draft.shadow).collect();
    assert_eq!(shadows, [true, false]);
    let toml = read.to_toml(Factiva);
    assert_eq!(toml.matches("mode = \"shadow\"").count(), 1);
    assert!(toml.contains("untranslated 1:12: in=i22100"), "{toml}");
}

#[test]
fn what_is_lost_outside_of_topics_concerns_them_all() {
    let read = imported(
        Newsboat,
        "title =~ \"aa\"\nignore-article \"https://x.example\" \"title =~ \\\"b\\\"\"\n",
    );
    assert!(read.topics.iter().all(|draft| draft.shadow));
}

#[test]
fn findings_say_where_they_stand() {
    let read = imported(Lexis, "# Trade\ntariff and\n  date aft 1/1/2020");
    let finding = &read.report[0];
    assert_eq!((finding.line, finding.column), (3, 3));
    assert_eq!(finding.original, "date aft 1/1/2020");
    assert_eq!(read.topics[0].name, "Trade");
    assert_eq!(read.topics[0].id.as_str(), "trade");
}

#[test]
fn a_rule_of_which_nothing_is_left_makes_no_topic_and_is_kept_as_a_comment() {
    let read = imported(Factiva, "in=i22100");
    assert!(read.topics.is_empty());
    assert_eq!(read.worst(), Some(Level::Failed));
    assert!(read.to_toml(Factiva).contains("#   in=i22100"));
    let read = imported(Miniflux, "[block]\nEntryTitle=Sport");
    assert_eq!(read.worst(), Some(Level::Failed));
}

#[test]
fn rules_keep_to_the_limits() {
    let deep = format!("{}a1{}", "(".repeat(5_000), ")".repeat(5_000));
    for dialect in [Lexis, Factiva] {
        assert!(codes(dialect, &deep).contains(&"too_deep"));
    }
    let chain = (0..5_000).map(|n| format!("a{n} near3")).collect::<Vec<_>>().join(" ") + " b";
    assert!(codes(Factiva, &chain).contains(&"too_deep"));
    let nots = "not ".repeat(5_000) + "a1";
    imported(Factiva, &nots);
    imported(Factiva, &format!("in={nots}"));
    let mixed = "title =~ \"a\" and title =~ \"b\" or ".repeat(500) + "title =~ \"c\"";
    assert!(codes(Newsboat, &mixed).contains(&"too_deep"));
    let many = (0..20_000).map(|n| format!("word{n}")).collect::<Vec<_>>().join(" or ");
    let read = imported(Lexis, &many);
    assert_eq!(read.lists.iter().map(|list| list.items.len()).sum::<usize>(), 20_000);
    assert_eq!(read.report, []);
    let large = vec![b'a'; super::super::MAX_INPUT_BYTES + 1];
    let read = import(Lexis, &large, &Naming::default());
    assert_eq!(read.report[0].code, "too_large");
    let read = import(Lexis, b"\xff\xfe", &Naming::default());
    assert_eq!(read.report[0].code, "not_text");
    let braces = "[".repeat(100_000);
    assert!(imported(Taranis, &braces).topics.is_empty());
}

#[test]
fn a_newsboat_filter_that_is_badly_written_is_no_setting() {
    for line in [
        r#"title ~ "bar""#,
        r#"title contains "bar""#,
        r#"title =~ bar"#,
        r#"title =~ "bar"#,
        r#"TITLE ~= "bar""#,
        r#"!title =~ "bar""#,
        r#"not title =~ "bar""#,
        r#""title" =~ "bar""#,
        r#"and title =~ "bar""#,
        r#"(titel ~ "bar")"#,
        r#"link=https://bar.example"#,
        r#"subject => "bar""#,
    ] {
        let read = imported(Newsboat, &format!("title =~ \"foo\"\n{line}\n"));
        let levels: Vec<Level> = read.report.iter().map(|finding| finding.level).collect();
        assert!(levels.contains(&Level::Untranslated), "{line}: {:#?}", read.report);
        assert!(read.report.iter().all(|finding| finding.line == 2), "{line}");
        let [topic] = &read.topics[..] else { panic!("{line}: {:#?}", read.topics) };
        assert!(!topic.shadow, "{line}: another rule lost nothing");
    }
    let joined = imported(Newsboat, "title =~ \"foo\" and title ~ \"bar\"");
    assert!(joined.topics.iter().all(|draft| draft.shadow), "{:#?}", joined.report);
    assert_eq!(joined.worst(), Some(Level::Untranslated));
}

#[test]
fn newsboat_feeds_and_settings_are_notes() {
    for line in [
        "https://bar.example/rss?a=b~c news \"~Bar\" # comment",
        "\"filter:~/bin/clean:https://bar.example/feed\" news",
        "exec:~/bin/feed",
        "file:///srv/feed.xml",
        "reload-time 60 # minutes",
        "cache-file ~/newsboat/cache.db",
        "bind-key ~ next-unread",
        "bind-key = next",
        "macro # open-in-browser",
        "highlight-article \"title =~ \\\"bar\\\"\" red default",
        "articlelist-format \"%4i %f %D  %?T?|%-17T|  ?%t\"",
        "color listfocus black white bold",
    ] {
        let read = imported(Newsboat, &format!("title =~ \"foo\"\n{line}\n"));
        let codes: Vec<_> = read.report.iter().map(|f| (f.level, f.code)).collect();
        assert_eq!(codes, [(Level::Note, "no_rule")], "{line}");
        assert!(!read.report[0].message.contains("feeds.toml"));
    }
}

#[test]
fn an_input_that_no_topic_came_of_is_said_to_have_failed() {
    let said = |dialect: Dialect, input: &str| {
        let read = imported(dialect, input);
        assert!(read.topics.is_empty(), "{dialect:?} {input:?}");
        assert_eq!(read.worst(), Some(Level::Failed), "{dialect:?} {input:?}: {:?}", read.report);
    };
    for input in ["", " \n\n", "#", "# ", "\u{feff}"] {
        Dialect::ALL.into_iter().for_each(|dialect| said(dialect, input));
    }
    for (dialect, input) in [
        (TrendRadar, "[1,2,3]"),
        (TrendRadar, "[WORD_GROUPS]"),
        (TrendRadar, "[Chips]\n!film"),
        (Newsboat, "https://bar.example/feed"),
        (Newsboat, "\"query:Bar\""),
        (Newsboat, "ignore-article \"*\" \"title =~ \\\"bar\\\"\""),
        (Miniflux, "[keep]"),
        (Miniflux, "[1, 2]"),
        (Miniflux, "[block]\nEntryTitle=bar"),
        (Taranis, "[1,2,3]"),
        (Taranis, "value,category"),
        (Taranis, "{\"version\": 1, \"data\": [{\"name\": \"x\", \"entries\": []}]}"),
        (Emm, "<alerts/>"),
        (Emm, "<alert id=\"A\"/>"),
        (Emm, "define alert A end alert"),
        (Emm, "[A]"),
        (Lexis, "and or not"),
        (Factiva, "in=i22100"),
    ] {
        said(dialect, input);
    }
    let read = imported(TrendRadar, "[1,2,3]\n\nchip");
    assert_eq!(read.report[0].original, "[1,2,3]");
    assert_eq!(read.topics.len(), 1);
}

#[test]
fn entities_of_a_document_are_never_expanded() {
    let alert = |head: &str, patterns: &str| {
        imported(Emm, &format!("{head}<alert id=\"A\" threshold=\"5\">{patterns}</alert>"))
    };
    let said = |read: &super::super::Imported| -> Vec<(Level, &'static str)> {
        read.report.iter().map(|finding| (finding.level, finding.code)).collect()
    };
    let good = "<pattern weight=\"5\">oil</pattern>";
    let lost = format!("{good}<pattern weight=\"5\">&x; &y;</pattern>");
    let read = alert("", &lost);
    let entity = (Level::Untranslated, "entity");
    assert_eq!(said(&read), [entity, entity]);
    assert_eq!(read.report[0].original, "&x;");
    assert!(read.topics[0].shadow);
    assert_eq!(read.topics[0].matching.as_ref().map(ToString::to_string).as_deref(), Some("=oil"));

    let declared = "<!DOCTYPE alert [<!ENTITY x \"gas\">]>";
    let read = alert(declared, &lost);
    assert_eq!(said(&read)[0], (Level::Untranslated, "document_type"));
    assert_eq!(said(&read).len(), 3);
    assert!(!finds(&read, &titled("gas"), &Origin::UNKNOWN));

    let read = alert("<!DOCTYPE alert>", good);
    assert_eq!(said(&read), [(Level::Note, "document_type")]);
    let read = alert("", "<pattern weight=\"&x;\">oil</pattern>");
    assert!(said(&read).contains(&entity), "{:?}", read.report);
    let read = alert("", "<pattern weight=\"5\">R&amp;D&#32;&#x6f;il</pattern>");
    assert_eq!(said(&read), []);
}

#[test]
fn ids_are_names_of_the_source_and_else_numbers() {
    for (dialect, input, wanted) in [
        (Newsboat, "# feeds\n\ntitle =~ \"foo\"", &["imported"][..]),
        (Newsboat, "flags # \"k\"\nage > 3\ntitle =~ \"foo\"", &["imported"]),
        (Newsboat, "flags # \"k\"\ntitle =~ \"a\"\ntitle =~ \"b\"", &["imported-1", "imported-2"]),
        (
            Newsboat,
            "\"query:Big Tech:title =~ \\\"a\\\"\"\ntitle =~ \"b\"",
            &["big-tech", "imported"],
        ),
        (Miniflux, "EntryTitle=aa\nEntryURL=bb\nEntryTitle=cc", &["keep-by-title-url"]),
        (Miniflux, "aa", &["imported"]),
        (Miniflux, "[{\"title\": \"Wire\", \"keeplist_rules\": \"aa\"}]", &["wire"]),
        (TrendRadar, "/a+/ => Alpha", &["alpha"]),
        (TrendRadar, "芯片\n\n国防", &["imported-1", "imported-2"]),
        (Taranis, "[{\"name\": \"Cyber\", \"entries\": [{\"value\": \"a1\"}]}]", &["cyber"]),
        (
            Emm,
            "<alert name=\"Энергия\" id=\"EnergySupply\" threshold=\"5\">\
             <pattern weight=\"5\">oil</pattern></alert>",
            &["energysupply"],
        ),
    ] {
        let read = imported(dialect, input);
        let ids: Vec<&str> = read.topics.iter().map(|draft| draft.id.as_str()).collect();
        assert_eq!(ids, wanted, "{input}");
    }
    let naming = Naming { prefix: Some("web".to_owned()), name: None };
    let input = b"flags # \"k\"\ntitle =~ \"a\"\ntitle =~ \"b\"";
    let read = import(Newsboat, input, &naming);
    let ids: Vec<&str> = read.topics.iter().map(|draft| draft.id.as_str()).collect();
    assert_eq!(ids, ["web-1", "web-2"]);
}

#[test]
fn topics_are_called_as_asked() {
    let naming = Naming { prefix: Some("trade".to_owned()), name: Some("Trade".to_owned()) };
    let ids = |input: &str| -> Vec<(String, String)> {
        let read = import(Dialect::Lexis, input.as_bytes(), &naming);
        read.topics.iter().map(|draft| (draft.id.to_string(), draft.name.clone())).collect()
    };
    assert_eq!(ids("tariff"), [("trade".to_owned(), "Trade".to_owned())]);
    assert_eq!(
        ids("# Steel\nsteel\n\n# Steel\niron"),
        [
            ("trade-steel".to_owned(), "Trade: Steel".to_owned()),
            ("trade-steel-2".to_owned(), "Trade: Steel".to_owned())
        ]
    );
}

#[test]
fn long_alternatives_become_lists() {
    let words: Vec<String> = (0..15).map(|n| format!("word{n}")).collect();
    let query = format!("# Words\n({}) and tariff", words.join(" or "));
    assert_eq!(rule(Lexis, &query), "@words-any AND tariff");
    assert!(imported(Lexis, &query).to_toml(Lexis).contains("words-any = [\n"));
}

#[test]
fn a_damaged_not_connector_never_asks_for_what_was_to_be_kept_out() {
    for (query, wanted, live) in [
        ("port notw/x strike", "port AND NOT strike", false),
        ("port notnear/ strike", "port AND NOT strike", false),
        ("port notpre/x strike", "port AND NOT strike", false),
        ("port notw/ 5 strike", "port NOT NEAR/5 strike", true),
        ("port w/x strike", "port AND strike", true),
    ] {
        assert_eq!(rule(Lexis, query), wanted, "{query}");
        let read = imported(Lexis, query);
        let is_lost = read.report.iter().any(|finding| finding.level == Level::Untranslated);
        assert_eq!(codes(Lexis, query), ["connector"], "{query}");
        assert_eq!(!is_lost, live, "{query}: {:?}", read.report);
        assert_eq!(read.topics[0].shadow, !live, "{query}");
    }
}
