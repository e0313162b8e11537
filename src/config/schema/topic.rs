//! Topic files, key by key.

use serde_json::{Map, Value, json};

use super::Holds::*;
use super::{Table, key, no_rules, required};
use crate::config::{
    escalate, list_file, topic, topic_file, topic_filter, topic_story, topic_test,
};

pub(super) const FILE: Table = Table {
    shape: &topic_file::FILE,
    keys: &[
        key("allow", Texts, "Lints that are meant to be as they are."),
        key("lists", Names(&LIST), "Lists of terms and macros, which rules name as @name."),
        key("topic", Tables(&TOPIC), "What is watched."),
    ],
    rules: no_rules,
};

const LIST: super::Holds = Either(&[SomeTexts, Table(&LIST_FILE)]);

const LIST_FILE: Table = Table {
    shape: &list_file::SHAPE,
    keys: &[
        required("file", Text, "One term on each line, or a table; seen from this file."),
        key("column", Text, "The table's column, by its header."),
    ],
    rules: no_rules,
};

const TOPIC: Table = Table {
    shape: &topic::TOPIC,
    keys: &[
        required("id", Id, "Names the topic in commands, alerts and logs."),
        key("name", Name, "What alerts show."),
        key("severity", Severity, "Usually medium."),
        key("tags", Texts, "To sort by."),
        key("channels", Ids, "Only these channels are told."),
        key(
            "keep_alerts",
            DurationOr("forever"),
            "For how long its alerts are kept after their last revision; 30d and more.",
        ),
        key(
            "mode",
            Word(&["live", "shadow"]),
            "In shadow mode matches and alerts are kept, and nothing is sent.",
        ),
        key(
            "expect",
            Pattern(r"^\s*\d+\s*/\s*(\d+\s*)?[a-z]+\s*$"),
            "How often, at least, it matches, such as \"1/week\".",
        ),
        key(
            "stem",
            Text,
            "Words of the rule also find their forms in this language, such as \"snowball:ru\".",
        ),
        key("allow", Texts, "Lints that are meant to be as they are."),
        key("match", Text, "The rule."),
        key("exclude", Texts, "Rules of what is not meant."),
        key("threshold", Number, "The sum of weights that is enough."),
        key("weights", Names(&Number), "Rules, and what each weighs."),
        key("filter", Table(&FILTER), "Which entries are asked at all."),
        key("alert", Table(&ALERT), "When it alerts."),
        key("test", Tables(&TEST), "What must match and what must not."),
    ],
    rules: some_rule,
};

const FILTER: Table = Table {
    shape: &topic_filter::FILTER,
    keys: &[
        key("feeds", SomeTexts, "Only of these feeds."),
        key("tags", SomeTexts, "Only of feeds with one of these tags."),
        key("publishers", SomeTexts, "Only of these publishers."),
        key("languages", SomeTexts, "Only in these languages; \"und\" where nobody can tell."),
        key("not_feeds", SomeTexts, "Not of these feeds."),
        key("not_tags", SomeTexts, "Not of feeds with one of these tags."),
        key("not_publishers", SomeTexts, "Not of these publishers."),
        key("not_languages", SomeTexts, "Not in these languages."),
    ],
    rules: no_rules,
};

const ALERT: Table = Table {
    shape: &topic::ALERT,
    keys: &[
        key("publishers", Table(&PUBLISHERS), "How many publishers it takes."),
        key("follow_up", Table(&FOLLOW_UP), "When an alert is revised."),
        key("escalate", BySeverity(&TIER), "From when on an alert is more severe than the topic."),
        key("max_age", Duration, "Older entries raise nothing; usually 7 days."),
        key("budget", Integer(1, 100_000), "Most messages to each channel within a day."),
        key("burst", Boolean, "Tell when far more is said of the topic than is usual."),
    ],
    rules: no_rules,
};

const PUBLISHERS: Table = Table {
    shape: &topic::PUBLISHERS,
    keys: &[
        key("min", Integer(1, 10_000), "Usually 1."),
        key("within", Duration, "They must join within this time."),
    ],
    rules: no_rules,
};

const FOLLOW_UP: Table = Table {
    shape: &topic::FOLLOW_UP,
    keys: &[
        key(
            "publishers",
            Integers(2),
            "At these numbers of publishers, growing; usually [3, 10, 30].",
        ),
        key("quiet", Duration, "After so long a quiet the story is news again; usually 24h."),
        key("new_facts", Boolean, "Also when two publishers tell names or numbers that are new."),
        key("repeat_every", Duration, "At most so often, but for a rise in severity; usually 6h."),
    ],
    rules: no_rules,
};

const TIER: Table = Table {
    shape: &escalate::TIER,
    keys: &[
        key("publishers", Integer(2, 10_000), "From so many publishers on."),
        key("score", Number, "From this score on."),
    ],
    rules: some_tier,
};

const EXPECTED: &str = "What was found, in the order of the text.";

const TEST: Table = Table {
    shape: &topic_test::TEST,
    keys: &[
        key("name", Name, "What it shows."),
        key("expect", Word(&["match", "reject"]), "Of one entry."),
        key("title", Text, "The entry's title."),
        key("body", Text, "The entry's text; blank lines between paragraphs."),
        key("url", Text, "The entry's link."),
        key("lang", Text, "The entry's language."),
        key("author", Texts, "The entry's authors."),
        key("category", Texts, "The entry's categories."),
        key("feed", Id, "The feed it came with."),
        key("publisher", Name, "Who published it."),
        key("tags", Texts, "The feed's tags."),
        key("evidence", Texts, EXPECTED),
        key("score", Range, "Lowest and highest score."),
        key("step", Tables(&STEP), "A story, entry by entry."),
        key("alerts", Integer(0, 10_000), "How many alerts the story raises."),
        key("revisions", Integer(0, 10_000), "How many revisions they have."),
        key("publishers", Texts, "Who is named in the last one."),
        key("severity", Severity, "How severe the last one is."),
        key("message", Text, "The last one as it is shown."),
    ],
    rules: no_rules,
};

const STEP: Table = Table {
    shape: &topic_story::STEP,
    keys: &[
        key("at", Duration, "When it comes, from the story's begin on."),
        key(
            "age",
            DurationOr("undated"),
            "How old it is then; \"undated\" for one without a date.",
        ),
        key("wait", Boolean, "No entry comes: only time passes."),
        key("feed", Id, "The feed it came with."),
        key("publisher", Name, "Who published it."),
        key("tags", Texts, "The feed's tags."),
        key("title", Text, "The entry's title."),
        key("body", Text, "The entry's text."),
        key("url", Text, "The entry's link."),
        key("lang", Text, "The entry's language."),
        key("author", Texts, "The entry's authors."),
        key("category", Texts, "The entry's categories."),
        key("expect", Word(&["alert", "update", "none"]), "What is told."),
        key("reason", Name, "And why."),
    ],
    rules: no_rules,
};

/// A rule or a threshold: one of them it needs.
fn some_rule(object: &mut Map<String, Value>) {
    let either = json!([{ "required": ["match"] }, { "required": ["threshold", "weights"] }]);
    object.insert("anyOf".to_owned(), either);
    object.insert("dependentRequired".to_owned(), json!({ "threshold": ["weights"] }));
}

/// Either is enough.
fn some_tier(object: &mut Map<String, Value>) {
    let either = json!([{ "required": ["publishers"] }, { "required": ["score"] }]);
    object.insert("anyOf".to_owned(), either);
}
