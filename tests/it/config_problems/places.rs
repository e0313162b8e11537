//! Every kind of mistake, once: its code, and the line and column where it was made.

use super::{FEED, TOPIC, places};

const STEP: &str = "[[topic.test.step]]\ntitle = 'x'\n";

#[test]
fn a_mistake_within_a_rule_is_shown_where_it_was_written() {
    for (rule, place) in [
        ("match = 'a NEAR b'", "3:12"),
        ("match = \"\\\"é x\\\" NEAR b\"", "3:18"),
        ("match = '''\na\nOR b NEAR c'''", "5:6"),
        ("match = \"\"\"\\\n   a OR \\\n  b NEAR c\"\"\"", "5:5"),
        ("exclude = ['x', 'a NEAR b']\nmatch = 'y'", "3:20"),
        ("threshold = 1\nweights = { 'a NEAR b' = 1 }", "4:16"),
    ] {
        let topics = format!("[[topic]]\nid = 't'\n{rule}\n");
        let expect = [format!("missing_number t.toml:{place}")];
        assert_eq!(places(FEED, &topics), expect, "{rule}");
    }
    let lists = format!("[lists]\nx = ['good', 'ab*']\ny = 'a NEAR b'\n{TOPIC}");
    let expect = ["short_wildcard t.toml:2:15", "missing_number t.toml:3:8"];
    assert_eq!(places(FEED, &lists), expect);
}

#[test]
fn each_mistake_of_the_main_file_has_its_own_code_and_place() {
    let mut wrong = Vec::new();
    let channel = "[[channel]]\nid = 'h'\ntype = 'webhook'\nurl = 'https://h.example'\n";
    for (main, place) in [
        ("".to_owned(), "no_feeds wirewatch.toml:1:1"),
        (
            format!("{FEED}[[feed]]\nid = 'a'\nurl = 'https://b.example'\n"),
            "duplicate_feed wirewatch.toml:5:6",
        ),
        (
            format!("{FEED}[[feed]]\nid = 'b'\nurl = 'https://a.example/feed'\n"),
            "duplicate_url wirewatch.toml:6:7",
        ),
        (
            "[[feed]]\nid = 'a b'\nurl = 'https://a.example'\n".to_owned(),
            "bad_id wirewatch.toml:2:6",
        ),
        ("[[feed]]\nid = 'a'\n".to_owned(), "missing_key wirewatch.toml:1:1"),
        ("[[feed]]\nid = 'a'\nurl = 'a.example'\n".to_owned(), "bad_url wirewatch.toml:3:7"),
        (format!("{FEED}interval = '15 parsecs'\n"), "bad_duration wirewatch.toml:4:12"),
        (format!("{FEED}interval = '1h..15m'\n"), "out_of_range wirewatch.toml:4:12"),
        (format!("{FEED}interval = '1s'\n"), "out_of_range wirewatch.toml:4:12"),
        (format!("{FEED}interval = 900\n"), "wrong_type wirewatch.toml:4:12"),
        (format!("{FEED}interval = '1h'\nfloor = '1h'\n"), "conflicting_keys wirewatch.toml:4:12"),
        (format!("{FEED}tags = [1]\n"), "wrong_type wirewatch.toml:4:9"),
        (format!("{FEED}[fetch]\nmax_body = '16 megs'\n"), "bad_size wirewatch.toml:5:12"),
        (format!("{FEED}[fetch]\nmax_redirects = 99\n"), "out_of_range wirewatch.toml:5:17"),
        (
            format!("{FEED}[egress]\nallow_net = ['10.0.0.0/99']\n"),
            "bad_network wirewatch.toml:5:14",
        ),
        (format!("{FEED}[egress]\ncontact = 'é'\n"), "bad_contact wirewatch.toml:5:11"),
        (format!("{FEED}[fetsh]\n"), "unknown_key wirewatch.toml:4:2"),
        (
            format!("{FEED}[[publishers]]\ndomains = ['a.example']\n"),
            "missing_key wirewatch.toml:4:1",
        ),
        (
            format!("{FEED}[[publishers]]\nname = 'A'\ndomains = []\n"),
            "empty_value wirewatch.toml:6:11",
        ),
        (
            format!("{FEED}[[publishers]]\nname = 'A'\ndomains = ['co.uk']\n"),
            "bad_domain wirewatch.toml:6:12",
        ),
        (
            format!("{FEED}[[publishers]]\nname = 'A'\ndomains = ['medium.com']\n"),
            "shared_domain wirewatch.toml:6:12",
        ),
        (
            format!("{FEED}[[publishers]]\nname = 'A'\ndomains = ['a.example', 'www.A.example']\n"),
            "duplicate_domain wirewatch.toml:6:25",
        ),
        (
            format!(
                "{FEED}[[publishers]]\nname = 'The A'\naliases = ['a']\ndomains = ['a.example']\n"
            ),
            "duplicate_publisher wirewatch.toml:6:12",
        ),
        (
            format!("{FEED}[[channel]]\nid = 'x'\ntype = 'webhok'\n"),
            "unknown_channel_type wirewatch.toml:6:8",
        ),
        (format!("{FEED}{channel}{channel}"), "duplicate_channel wirewatch.toml:9:6"),
        (format!("{FEED}{channel}secret_env = 'NONE'\n"), "bad_secret wirewatch.toml:8:14"),
        (format!("{FEED}{channel}secret_file = 'none'\n"), "bad_secret wirewatch.toml:8:15"),
        (format!("{FEED}{channel}keep = 3\n"), "unknown_key wirewatch.toml:8:8"),
        (format!("{FEED}{channel}min_severity = 'hi'\n"), "bad_severity wirewatch.toml:8:16"),
        (format!("{FEED}{channel}headers = {{ Host = 'x' }}\n"), "bad_header wirewatch.toml:8:13"),
        (format!("topics = 'nowhere'\n{FEED}"), "no_topics_dir wirewatch.toml:1:10"),
        (format!("state_dir = ''\n{FEED}"), "empty_value wirewatch.toml:1:13"),
        (format!("{FEED}id = 'b'\n"), "duplicate_key wirewatch.toml:4:1"),
        (format!("{FEED}broken\n"), "toml_syntax wirewatch.toml:4:7"),
    ] {
        let found = places(&main, TOPIC);
        if found != [place] {
            wrong.push((found, place));
        }
    }
    assert_eq!(wrong, []);
}

#[test]
fn each_mistake_of_a_topic_file_has_its_own_code_and_place() {
    let mut wrong = Vec::new();
    let test = format!("{TOPIC}[[topic.test]]\n");
    for (topics, place) in [
        ("".to_owned(), "no_topics wirewatch.toml:1:1"),
        (format!("{TOPIC}{TOPIC}"), "duplicate_topic t.toml:5:6"),
        ("[[topic]]\nid = 't'\n".to_owned(), "missing_key t.toml:1:1"),
        ("[[topic]]\nmatch = 'a'\n".to_owned(), "missing_key t.toml:1:1"),
        (format!("{TOPIC}severity = 'urgent'\n"), "bad_severity t.toml:4:12"),
        (format!("{TOPIC}channels = ['desk']\n"), "unknown_channel t.toml:4:13"),
        (format!("{TOPIC}macht = 'a'\n"), "unknown_key t.toml:4:1"),
        (format!("{TOPIC}threshold = 2\n"), "missing_weights t.toml:4:13"),
        (format!("{TOPIC}threshold = nan\nweights = {{ a = 1 }}\n"), "out_of_range t.toml:4:13"),
        (format!("{TOPIC}weights = {{ a = 0 }}\n"), "out_of_range t.toml:4:17"),
        (format!("{TOPIC}weights = {{ a = 'x' }}\n"), "wrong_type t.toml:4:17"),
        (format!("{TOPIC}[topic.alert]\nmax_age = '0s'\n"), "out_of_range t.toml:5:11"),
        (format!("{TOPIC}[topic.alert]\npublishers = {{ min = 0 }}\n"), "out_of_range t.toml:5:22"),
        (
            format!("{TOPIC}[topic.alert]\nfollow_up = {{ publishers = [3, 3] }}\n"),
            "out_of_range t.toml:5:28",
        ),
        (format!("{TOPIC}mode = 'shadwo'\n"), "bad_mode t.toml:4:8"),
        (format!("{TOPIC}expect = 'weekly'\n"), "bad_rate t.toml:4:10"),
        (format!("{TOPIC}expect = '0/week'\n"), "bad_rate t.toml:4:10"),
        (format!("{TOPIC}expect = '1/week'\nstem = 'ru'\n"), "bad_stem t.toml:5:8"),
        (format!("{TOPIC}stem = 'snowball:rusian'\n"), "bad_stem t.toml:4:8"),
        (format!("{TOPIC}[topic.alert]\nbudget = 0\n"), "out_of_range t.toml:5:10"),
        (format!("{TOPIC}[topic.filter]\nfeeds = ['b']\n"), "unknown_feed t.toml:5:10"),
        (format!("{TOPIC}[topic.filter]\nnot_tags = ['b']\n"), "unknown_tag t.toml:5:13"),
        (format!("{TOPIC}[topic.filter]\ntags = []\n"), "empty_value t.toml:5:8"),
        (format!("{TOPIC}[topic.filter]\npublishers = ['']\n"), "bad_name t.toml:5:15"),
        (format!("{TOPIC}[topic.filter]\nlanguages = ['en-GB']\n"), "bad_language t.toml:5:14"),
        (
            format!("{TOPIC}[topic.filter]\nlanguages = ['en']\nnot_languages = ['EN']\n"),
            "conflicting_keys t.toml:6:18",
        ),
        (format!("{TOPIC}[topic.filter]\nfeed = ['a']\n"), "unknown_key t.toml:5:1"),
        (format!("{TOPIC}[lists]\nx = {{ file = 'gone.txt' }}\n"), "unreadable_list t.toml:5:14"),
        (format!("{TOPIC}[lists]\nx = {{ file = '.' }}\n"), "unreadable_list t.toml:5:14"),
        (format!("{TOPIC}[lists]\nx = {{ column = 'a' }}\n"), "missing_key t.toml:5:5"),
        (format!("{TOPIC}[lists]\nx = []\n"), "empty_list t.toml:5:1"),
        (format!("{TOPIC}[lists]\n'2 x' = ['a']\n"), "bad_list_name t.toml:5:1"),
        (format!("{TOPIC}[lists]\nx = ['@y']\n"), "reference_in_list t.toml:5:7"),
        (format!("{test}title = 'x'\n"), "missing_key t.toml:4:1"),
        (format!("{test}expect = 'match'\n"), "missing_key t.toml:4:1"),
        (format!("{test}expect = 'mtach'\ntitle = 'x'\n"), "bad_expectation t.toml:5:10"),
        (
            format!("{test}expect = 'match'\ntitle = 'x'\nscore = [3, 2]\n"),
            "out_of_range t.toml:7:9",
        ),
        (
            format!("{test}expect = 'reject'\ntitle = 'x'\nevidence = 'x'\n"),
            "conflicting_keys t.toml:7:12",
        ),
        (
            format!("{test}alerts = 1\nexpect = 'match'\ntitle = 'x'\n"),
            "conflicting_keys t.toml:5:10",
        ),
        (format!("{test}alerts = 1\nexpect = 'match'\n{STEP}"), "conflicting_keys t.toml:6:10"),
        (format!("{test}{STEP}"), "missing_key t.toml:4:1"),
        (format!("{test}alerts = 0\nscore = [1, 2]\n{STEP}"), "conflicting_keys t.toml:6:9"),
        (format!("{test}{STEP}expect = 'alrt'\n"), "bad_expectation t.toml:7:10"),
        (format!("{test}{STEP}at = '1h'\n{STEP}at = '5m'\n"), "out_of_range t.toml:10:6"),
        (format!("{test}alerts = 1\n{STEP}feed = 'a b'\n"), "bad_id t.toml:8:8"),
        (format!("{test}alerts = 1\n{STEP}age = 'young'\n"), "bad_duration t.toml:8:7"),
    ] {
        let found = places(FEED, &topics);
        if found != [place] {
            wrong.push((found, place));
        }
    }
    assert_eq!(wrong, []);
}
