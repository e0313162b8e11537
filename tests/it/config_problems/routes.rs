//! Mistakes in routes, groups and repeats.

use super::*;

/// A configuration with two channels and these routes.
fn with(routes: &str) -> String {
    let channel =
        |id: &str| format!("[[channel]]\nid = '{id}'\ntype = 'log'\npath = '{id}.jsonl'\n");
    format!("{FEED}{}{}{routes}\n", channel("phone"), channel("mail"))
}

#[test]
fn names_that_are_not_there_are_met_with_what_was_meant() {
    let routes = "\
[[route]]
topic = ['nope']
tag = 'nowhere'
severity = 'hihg'
feed = 'wier'
feed_tag = 'pres'
event = ['opend', 'digest']
hours = '8 to 6'
days = ['satruday']
zone = 'Europe/Kopenhagen'
channels = ['phnoe']
contine = true
[[route]]
zone = 'UTC'
";
    let shown = shown(&with(routes), TOPIC);
    for part in [
        "error[unknown_topic]: `nope` is not a topic",
        "error[unknown_tag]: `nowhere` is not a tag of a topic",
        "error[bad_severity]: `hihg` is not a severity",
        "error[unknown_feed]: `wier` is not a feed",
        "error[unknown_tag]: `pres` is not a feed tag",
        "error[bad_event]: `opend` is not an event",
        "hint: did you mean \"opened\"?",
        "error[bad_event]: digests are not routed",
        "error[bad_time]: `8 to 6` are no hours",
        "error[bad_day]: `satruday` is not a day of the week",
        "error[unknown_zone]: `Europe/Kopenhagen` is not a time zone",
        "error[unknown_channel]: `phnoe` is not a channel",
        "hint: did you mean \"phone\"?",
        "error[unknown_key]: `contine` is not a key of a route",
        "hint: did you mean `continue`?",
        "error[missing_key]: a route needs `channels`",
        "error[missing_key]: `zone` goes with `hours` or `days`",
    ] {
        assert!(shown.contains(part), "{part}:\n{shown}");
    }
}

#[test]
fn each_mistake_is_shown_at_its_place() {
    let routes = "[[route]]\nchannels = ['phone', 'fax']\ntopic = 'nope'\n";
    let mut found = places(&with(routes), TOPIC);
    found.sort();
    let line = with("").lines().count();
    let expected = [
        format!("unknown_channel wirewatch.toml:{}:22", line + 1),
        format!("unknown_topic wirewatch.toml:{}:9", line + 2),
    ];
    assert_eq!(found, expected);
}

#[test]
fn groups_and_repeats_have_limits() {
    let keys = "[[channel]]\nid = 'desk'\ntype = 'log'\n\
                group = { by = 'topics', wait = '2h', most = 1 }\nrepeat_most = 3\n";
    let shown = shown(&with(keys), TOPIC);
    for part in [
        "error[bad_group]: `topics` is not a way to group",
        "error[out_of_range]: `wait` is",
        "error[out_of_range]: `most` is not between 2 and 50",
        "error[missing_key]: `repeat_most` goes with `repeat`",
    ] {
        assert!(shown.contains(part), "{part}:\n{shown}");
    }
}
