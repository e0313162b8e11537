//! `[[channel]]`, key by key, and which kind has which.

use serde_json::{Map, Value, json};

use super::Holds::*;
use super::{Key, Table, key, no_rules, required};
use crate::config::channels::{self, KINDS};
use crate::config::{channels as kinds, secret, timetable};

const SECRET: &str = "Not here: name a file or a variable that holds it.";

/// Names of the kinds.
const KIND_NAMES: [&str; KINDS.len()] = {
    let mut names = [""; KINDS.len()];
    let mut at = 0;
    while at < KINDS.len() {
        names[at] = KINDS[at].0;
        at += 1;
    }
    names
};

/// Services whose URL lets whoever knows it write.
const SECRET_URLS: [&str; 3] = ["slack", "mattermost", "discord"];

pub(super) const CHANNEL: Table = Table {
    shape: &channels::CHANNEL,
    keys: &[
        required("id", Id, "Names the channel in topics, commands and logs."),
        required("type", Word(&KIND_NAMES), "What kind of channel it is."),
        key("min_severity", Severity, "Alerts of topics below this are not sent here."),
        key("path", Text, "The alert log's file, seen from the state directory."),
        key(
            "rotate",
            Size,
            "The log is rotated before it grows past this; 64KiB to 1024GiB, usually 64MiB.",
        ),
        key("keep", Integer(0, 1_000), "Rotated files kept; usually 5."),
        key("terminal", Boolean, "Also print each alert for people; usually true."),
        key("url", HttpUrl, "Where the service is reached."),
        key(
            "secret_file",
            Text,
            "File with the signing secret: a systemd credential, or beside this file.",
        ),
        key("secret_env", Text, "Variable with the signing secret."),
        key("timeout", Duration, "How long one attempt may take."),
        key("headers", Names(&HEADER), "Headers of each request; secrets by file or variable."),
        key(
            "body",
            Either(&[Word(&["standard", "alertmanager", "cloudevents"]), Table(&TEMPLATE)]),
            "What a webhook sends.",
        ),
        key(
            "resolve_after",
            Duration,
            "An alert ends by itself so long after it was last told; 1m to 30 days, usually 24h.",
        ),
        key(
            "renew_every",
            Duration,
            "How often Alertmanager is told again of what stands; 10s to 24h, usually 5m.",
        ),
        key("server", Text, "The mail server's name or address."),
        key("port", Integer(1, 65_535), "Usually 587, 465 or 25, by `tls`."),
        key(
            "tls",
            Word(&["starttls", "implicit", "none"]),
            "How the connection is kept private; usually starttls.",
        ),
        key("from", Text, "Whom mails are from."),
        key("to", SomeTexts, "Who gets them."),
        key("cc", Texts, "Who gets a copy."),
        key("reply_to", Text, "Who is answered."),
        key("hello", Text, "What the server is told this machine is called."),
        key("username", Text, "Who asks, with a password."),
        key("password_file", Text, "File with the password."),
        key("password_env", Text, "Variable with the password."),
        key("token_file", Text, "File with the bearer token."),
        key("token_env", Text, "Variable with the bearer token."),
        key(
            "command",
            Texts,
            "A program and its arguments, each a text of its own; never a shell.",
        ),
        key("key", WORD, "Under which key Apprise's server keeps the services."),
        key("tag", WORD, "Only services with this tag, where Apprise keeps them."),
        key("urls_file", Text, "File with the services as Apprise URLs, on one line."),
        key("urls_env", Text, "Variable with the services as Apprise URLs."),
        key(
            "config",
            Text,
            "File in which Apprise's command keeps the services, beside this file.",
        ),
        key("digest", Table(&DIGEST), "Many alerts as one message, each day or week."),
        key("quiet_hours", Table(&QUIET_HOURS), "When it is not disturbed."),
        key("heartbeat", Table(&HEARTBEAT), "A daily sign of life."),
        key(
            "budget",
            Integer(1, 100_000),
            "Most alert revisions pushed within 24 hours; the rest is in the digest, if it has one.",
        ),
        key("group", Table(&GROUP), "Alerts that come together are one message."),
        key(
            "repeat",
            Duration,
            "An open alert that nobody acknowledges is told again; 1m to 30 days.",
        ),
        key("repeat_most", Integer(1, 100), "So many times; usually 3."),
        key("url_file", Text, "File with the URL of an incoming webhook: who knows it may write."),
        key("url_env", Text, "Variable with the URL of an incoming webhook."),
        key("topic", Text, "The topic of ntfy."),
        key("channel", Text, "The channel a bot of Slack writes to."),
        key("chat", Either(&[Text, Whole]), "The chat of Telegram."),
        key("room", Text, "The room of Matrix."),
        key(
            "thread",
            Either(&[Text, Whole]),
            "A thread of Discord, a topic of a group of Telegram.",
        ),
        key("api", HttpUrl, "Where the service's API is reached, if not where it usually is."),
        key("updates", Word(&["edit", "thread", "message"]), "How a later revision is told."),
        key("secret", Refused, SECRET),
        key("password", Refused, SECRET),
        key("token", Refused, SECRET),
        key("urls", Refused, SECRET),
    ],
    rules: keys_of_kinds,
};

const WORD: super::Holds = Pattern("^[A-Za-z0-9_-]{1,128}$");

const HEADER: super::Holds = Either(&[Text, Table(&REFERENCE)]);

const REFERENCE: Table = Table {
    shape: &secret::REFERENCE,
    keys: &[
        key("file", Text, "File with the value."),
        key("env", Text, "Variable with the value."),
    ],
    rules: either_reference,
};

const TEMPLATE: Table = Table {
    shape: &kinds::TEMPLATE,
    keys: &[
        required("template", Text, "File with the template, beside this file."),
        key(
            "content_type",
            Pattern("^[ -~]+/[ -~]+$"),
            "Media type of what it makes; usually application/json.",
        ),
    ],
    rules: no_rules,
};

const DIGEST: Table = Table {
    shape: &timetable::DIGEST,
    keys: &[
        required("every", Word(&["day", "week"]), "How often it comes."),
        key("at", TimeOfDay, "Usually 07:00."),
        key("on", Day, "The day of a weekly digest; usually monday."),
        key("zone", Text, "Its time zone."),
        key("below", Severity, "Alerts of topics below this come in the digest only."),
        key("only", Boolean, "Nothing comes but the digest."),
        key("empty", Boolean, "One that has nothing to tell comes too."),
    ],
    rules: no_rules,
};

const QUIET_HOURS: Table = Table {
    shape: &timetable::QUIET_HOURS,
    keys: &[
        required("from", TimeOfDay, "When they begin."),
        required("to", TimeOfDay, "When they end; on the next day where that is earlier."),
        key("days", Days, "On which days they begin; all where nothing is said."),
        key("zone", Text, "Their time zone."),
        key("except", SeverityOr("none"), "What goes through them; usually critical."),
    ],
    rules: no_rules,
};

const GROUP: Table = Table {
    shape: &timetable::GROUP,
    keys: &[
        key("by", Word(&["topic", "story", "all"]), "What comes together; usually of one topic."),
        key("wait", Duration, "How long a message waits for others; 1s to 1h, usually 30s."),
        key("most", Integer(2, 50), "Most alerts of one message; usually 20."),
    ],
    rules: no_rules,
};

const HEARTBEAT: Table = Table {
    shape: &timetable::HEARTBEAT,
    keys: &[key("at", TimeOfDay, "Usually 07:00."), key("zone", Text, "Its time zone.")],
    rules: no_rules,
};

/// A header's value names a file or a variable, and not both.
fn either_reference(object: &mut Map<String, Value>) {
    object.insert("minProperties".to_owned(), json!(1));
    object.insert("maxProperties".to_owned(), json!(1));
}

/// Each kind has keys of its own, and some it cannot do without.
fn keys_of_kinds(object: &mut Map<String, Value>) {
    let every: Vec<&str> = KINDS.iter().flat_map(|(_, own)| own.iter().copied()).collect();
    let rules = KINDS.iter().map(|(kind, own)| {
        let others = CHANNEL.keys.iter().map(|key: &Key| key.name);
        let others = others.filter(|name| every.contains(name) && !own.contains(name));
        let mut refused: Map<String, Value> =
            others.map(|name| (name.to_owned(), json!(false))).collect();
        if *kind == "alertmanager" {
            refused.extend(channels::LEFT_TO_IT.map(|name| (name.to_owned(), json!(false))));
        }
        if SECRET_URLS.contains(kind) {
            refused.insert("url".to_owned(), json!(false));
        }
        let needed: &[&str] = match *kind {
            "webhook" | "alertmanager" => &["url"],
            "email" => &["server", "from", "to"],
            "exec" => &["command"],
            "ntfy" => &["topic"],
            "telegram" => &["chat"],
            "matrix" => &["url", "room"],
            _ => &[],
        };
        json!({
            "if": { "properties": { "type": { "const": kind } }, "required": ["type"] },
            "then": { "properties": refused, "required": needed },
        })
    });
    object.insert("allOf".to_owned(), rules.collect());
}
