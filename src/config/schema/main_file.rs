//! `wirewatch.toml` and files of feeds, key by key.

use serde_json::{Map, Value, json};

use super::Holds::*;
use super::{Table, channel, key, no_rules, required};
use crate::config::{feed_files, feeds, http, publishers, retention, routes, settings, silences};

pub(super) const MAIN: Table = Table {
    shape: &settings::MAIN,
    keys: &[
        key("state_dir", Text, "Where the database and the alert log live; seen from this file."),
        key("topics", Text, "Directory of the topic files (*.toml), seen from this file."),
        key("packs", Texts, "Packs that are switched on, by name."),
        key("feed_files", Texts, "More feeds, in files beside this one; `*` stands for any name."),
        key("zone", Text, "The time zone of digests, quiet hours and heartbeats; UTC otherwise."),
        key("auto_reload", Boolean, "Files that change are taken up within seconds; usually true."),
        key("egress", Table(&EGRESS), "Where requests may go, and how they name themselves."),
        key("fetch", Table(&FETCH), "How feeds are fetched."),
        key("http", Table(&HTTP), "What is served, and where the world reaches it."),
        key("defaults", Table(&DEFAULTS), "What holds for feeds that do not say otherwise."),
        key("operations", Table(&OPERATIONS), "Who is told of wirewatch's own work."),
        key("feed", Tables(&FEED), "Feeds to read."),
        key("feeds_out", Table(&FEEDS_OUT), "Alerts as feeds, in files."),
        key("retention", Table(&RETENTION), "For how long what is stored is kept."),
        key("storage", Table(&STORAGE), "What is done when the disk is full."),
        key("backup", Table(&BACKUP), "Copies of the database, made daily."),
        key(
            "route",
            Tables(&ROUTE),
            "Which alerts go to which channels; the first that catches decides.",
        ),
        key("silence", Tables(&SILENCE), "What raises no alert for a while."),
        key(
            "publishers",
            Tables(&PUBLISHER),
            "Newsrooms of your own, or others than are built in.",
        ),
        key(
            "channel",
            Tables(&channel::CHANNEL),
            "Where alerts go; the alert log where none is given.",
        ),
    ],
    rules: no_rules,
};

pub(super) const FEEDS: Table = Table {
    shape: &feed_files::FILE,
    keys: &[
        key("defaults", Table(&DEFAULTS), "What holds for feeds of this file."),
        key("feed", Tables(&FEED), "Feeds to read."),
    ],
    rules: no_rules,
};

const EGRESS: Table = Table {
    shape: &settings::EGRESS,
    keys: &[
        key("contact", Pattern("^[ -~]{1,200}$"), "A page or mail address in the User-Agent."),
        key(
            "allow_net",
            Texts,
            "Private addresses, networks or hosts that may be asked all the same.",
        ),
    ],
    rules: no_rules,
};

const FETCH: Table = Table {
    shape: &settings::FETCH,
    keys: &[
        key("connect_timeout", Duration, "1s to 60s; usually 8s."),
        key("read_timeout", Duration, "Longest silence of a server; 1s to 5m, usually 12s."),
        key(
            "total_timeout",
            Duration,
            "Longest whole fetch, redirects included; 1s to 10m, usually 30s.",
        ),
        key("max_redirects", Integer(0, 20), "Usually 5."),
        key("max_body", Size, "Largest document, unpacked; 1KiB to 256MiB, usually 16MiB."),
        key("max_concurrent", Integer(1, 1_024), "Fetches under way at once; usually 64."),
        key("host_gap", Duration, "Between two fetches of one host; 0s to 60s, usually 1s."),
    ],
    rules: no_rules,
};

const HTTP: Table = Table {
    shape: &http::HTTP,
    keys: &[
        key("listen", Text, "An address with a port; usually 127.0.0.1:8787."),
        key("public_url", Text, "Under which URL it is reached from outside."),
        key("token", Tables(&TOKEN), "Who may ask."),
    ],
    rules: no_rules,
};

const TOKEN: Table = Table {
    shape: &http::TOKEN,
    keys: &[
        required("name", Name, "Whose it is."),
        key("scope", Word(&["read", "write"]), "What it is good for; usually read."),
        key("secret", Refused, "Not here: name a file or a variable that holds it."),
        key("secret_file", Text, "File with the token: a systemd credential, or beside this file."),
        key("secret_env", Text, "Variable with the token."),
    ],
    rules: no_rules,
};

const FEEDS_OUT: Table = Table {
    shape: &http::FEEDS_OUT,
    keys: &[required("dir", Text, "The directory they are written to.")],
    rules: no_rules,
};

const RETENTION: Table = Table {
    shape: &retention::RETENTION,
    keys: &[
        key(
            "keep",
            DurationOr("forever"),
            "Entries that belong to no alert; 30d and more, usually 90d.",
        ),
        key(
            "alerts",
            DurationOr("forever"),
            "Alerts after their last revision, with their entries; 30d and more, usually 730d.",
        ),
        key(
            "history",
            DurationOr("forever"),
            "Deliveries, notices and digests; 90d and more, usually 180d.",
        ),
    ],
    rules: no_rules,
};

const STORAGE: Table = Table {
    shape: &retention::STORAGE,
    keys: &[
        key(
            "ballast",
            Size,
            "A file that is given up when the disk is full; at most 1GiB, usually 16MiB.",
        ),
        key("floor", Size, "Free space below which no feed is read; usually 32MiB."),
    ],
    rules: no_rules,
};

const BACKUP: Table = Table {
    shape: &retention::BACKUP,
    keys: &[
        required("dir", Text, "Where the copies lie; seen from the state directory."),
        key("at", TimeOfDay, "When one is made; usually 03:30."),
        key("zone", Text, "The time zone of that; that of the file otherwise."),
        key("keep", Integer(1, 1_000), "How many are kept; usually 7."),
    ],
    rules: no_rules,
};

const ROUTE: Table = Table {
    shape: &routes::ROUTE,
    keys: &[
        key("name", Name, "What it is called where it is shown."),
        key("topic", Texts, "Of these topics."),
        key("tag", Texts, "Of topics with one of these tags."),
        key("severity", Severity, "Of this severity and above."),
        key("feed", Texts, "Of these feeds."),
        key("feed_tag", Texts, "Of feeds with one of these tags."),
        key("publisher", Texts, "Of these publishers."),
        key("language", Texts, "In these languages."),
        key("event", Texts, "Of these events: opened, updated, closed and their like."),
        key("hours", Text, "At this time of day, such as \"08:00-18:00\"."),
        key("days", Days, "On these days."),
        key("zone", Text, "The time zone of hours and days."),
        required("channels", Texts, "Where they go."),
        key("continue", Boolean, "The next routes are asked too."),
    ],
    rules: no_rules,
};

const OPERATIONS: Table = Table {
    shape: &settings::OPERATIONS,
    keys: &[key("channels", Texts, "Channels that are told; all of them where nothing is said.")],
    rules: no_rules,
};

const INTERVAL: &str =
    "At most and at least how often, such as \"15m..60m\"; \"30m\" asks for exactly that.";
const FLOOR: &str = "At most this often; in the place of `interval`.";
const CEILING: &str = "At least this often; in the place of `interval`.";
const BACKFILL: &str =
    "What was published so recently before the first fetch may alert; at most 90 days.";
const KEEP: &str =
    "For how long its entries are kept that belong to no alert; 30d and more, or forever.";
const FULL_TEXT: &str = "Read the page behind each new entry, and match its article too.";

const DEFAULTS: Table = Table {
    shape: &feeds::DEFAULTS,
    keys: &[
        key("interval", Interval, INTERVAL),
        key("floor", Duration, FLOOR),
        key("ceiling", Duration, CEILING),
        key("backfill", Duration, BACKFILL),
        key("full_text", Boolean, FULL_TEXT),
        key("keep", DurationOr("forever"), KEEP),
    ],
    rules: one_interval,
};

const FEED: Table = Table {
    shape: &feeds::FEED,
    keys: &[
        required("id", Id, "Names the feed in commands and logs; its history follows the id."),
        required("url", HttpUrl, "http or https, without a user name or password."),
        key("title", Name, "Your name for it; left out, the feed's own is shown."),
        key("publisher", Name, "The newsroom behind it; left out, it is read off each link."),
        key("tags", Texts, "To sort by."),
        key("paused", Boolean, "Stays configured and is not fetched."),
        key("interval", Interval, INTERVAL),
        key("floor", Duration, FLOOR),
        key("ceiling", Duration, CEILING),
        key("backfill", Duration, BACKFILL),
        key("full_text", Boolean, FULL_TEXT),
        key("keep", DurationOr("forever"), KEEP),
    ],
    rules: one_interval,
};

const PUBLISHER: Table = Table {
    shape: &publishers::PUBLISHER,
    keys: &[
        required("name", Name, "What alerts show."),
        required(
            "domains",
            SomeTexts,
            "Domains, hosts, or accounts such as \"youtube.com/@ledger\".",
        ),
        key("aliases", Texts, "Other names, as aggregators write them."),
    ],
    rules: no_rules,
};

const SILENCE: Table = Table {
    shape: &silences::SILENCE,
    keys: &[
        key("topic", Id, "Of this topic."),
        key("story", Text, "Of this story, by its id."),
        key("feed", Id, "Of this feed."),
        key("publisher", Name, "Of this publisher."),
        key("text", Text, "Where a title has this text."),
        required("author", Text, "Who silenced it."),
        required("reason", Text, "And why."),
        key("from", Moment, "Since when; at once where nothing is said."),
        required("until", Moment, "Until when."),
    ],
    rules: about_something,
};

/// `interval` says what `floor` and `ceiling` say.
fn one_interval(object: &mut Map<String, Value>) {
    object.insert(
        "not".to_owned(),
        json!({
            "required": ["interval"],
            "anyOf": [{ "required": ["floor"] }, { "required": ["ceiling"] }],
        }),
    );
}

/// A silence is about one thing, or two.
fn about_something(object: &mut Map<String, Value>) {
    let named = ["topic", "story", "feed", "publisher", "text"];
    let either: Vec<Value> = named.iter().map(|name| json!({ "required": [name] })).collect();
    object.insert("anyOf".to_owned(), json!(either));
}
