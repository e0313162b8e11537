//! A configuration in short: each topic, feed and channel, and the settings, as named fields that
//! people read. What runs is remembered in this form, and compared in it ([`super::difference`]).
//! No secret is in it: what may hold one stands here as a short fingerprint, or not at all.

mod machines;
mod people;
mod served;
mod storage;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::retention::in_words;
use super::value::show_duration;
use super::{
    ChannelConfig, ChannelKind, Config, Timetable, TopicText, WebhookChannel, routes, silences,
};
use crate::domain::alert::tier::Tier;
use crate::domain::calendar::zone_name;
use crate::domain::feed::Feed;
use crate::domain::ids::{ChannelId, Digest};
use crate::domain::publisher::Family;
use crate::domain::topic::filter::Choice;
use crate::domain::topic::{TestKind, Topic, TopicTest};

/// Digits of a fingerprint: enough to see a change, too few to find out what it is of.
const FINGERPRINT_DIGITS: usize = 6;

/// The field with the hash of a topic's rule.
pub const RULE: &str = "rule";

/// The field with a fingerprint of a topic's tests: as many may still ask for something
/// else.
pub const TESTS_TEXT: &str = "tests.text";

/// The field of a topic that runs as it did before, with why: see [`Config::keep`].
pub const KEPT: &str = "kept";

/// Fields that can only be told by who can read the secrets.
pub const OF_SECRETS: [&str; 5] = ["headers", "login", "secret", "signed", "tokens"];

/// What a part of a configuration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Topic,
    Feed,
    Channel,
    Settings,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Topic, Kind::Feed, Kind::Channel, Kind::Settings];

    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Topic => "topic",
            Kind::Feed => "feed",
            Kind::Channel => "channel",
            Kind::Settings => "settings",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == code)
    }
}

/// One part of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub kind: Kind,
    /// The key of a topic, feed or channel; of the settings their section.
    pub id: String,
    /// By name; what is not given is left out.
    pub fields: BTreeMap<String, String>,
    /// A topic's text as written. It is shown where the rule differs, and does not count by
    /// itself: a comment changes nothing.
    pub source: Option<TopicText>,
}

impl Part {
    /// Hash of the fields and the text.
    pub fn digest(&self) -> Digest {
        let fields =
            self.fields.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
        let source = self.source.iter().flat_map(|source| {
            let lists = source.lists.iter().map(|list| &list.digest.0[..]);
            std::iter::once(source.own.as_bytes()).chain(lists)
        });
        Digest::of("part", &fields.chain(source).collect::<Vec<_>>())
    }
}

impl Config {
    /// The configuration in short.
    pub fn outline(&self) -> Vec<Part> {
        let topics = self.topics.topics().map(|(topic, revision)| {
            let source = self.topic_sources.get(&topic.id).cloned();
            let mut fields = topic_fields(topic, revision);
            fields.extend(self.kept.get(&topic.id).map(|why| (KEPT, why.clone())));
            let keep = self.retention.topics.get(&topic.id);
            fields.extend(keep.map(|keep| ("keep_alerts", in_words(*keep))));
            Part { source, ..part(Kind::Topic, topic.id.as_str(), fields) }
        });
        let feeds = self.feeds.iter().map(|feed| {
            let mut fields = feed_fields(feed);
            let keep = self.retention.feeds.get(&feed.key).copied().flatten();
            fields.extend(keep.map(|keep| ("keep", in_words(keep))));
            part(Kind::Feed, feed.key.as_str(), fields)
        });
        let home = self.file.parent().unwrap_or(Path::new(""));
        let channels = self
            .channels
            .iter()
            .map(|channel| part(Kind::Channel, channel.id.as_str(), channel_fields(channel, home)));
        let settings = [
            part(Kind::Settings, "egress", self.egress_fields()),
            part(Kind::Settings, "fetch", self.fetch_fields()),
            part(Kind::Settings, "state_dir", vec![("path", relative(&self.state_dir, home))]),
        ];
        let operations = self.operations.as_ref();
        let operations =
            operations.map(|named| part(Kind::Settings, "operations", operations_fields(named)));
        let own = (!self.publishers.is_empty()).then(|| publishers_part(&self.publishers));
        let fields = silences::fields(&self.silences).collect();
        let silences = Part { fields, ..part(Kind::Settings, "silences", Vec::new()) };
        let silences = (!self.silences.is_empty()).then_some(silences);
        let routes = routes::part(&self.routing);
        let served = served::parts(self, home);
        let told = operations.into_iter().chain(served).chain(own).chain(silences).chain(routes);
        let settings = settings.into_iter().chain(storage::parts(self));
        topics.chain(feeds).chain(channels).chain(settings).chain(told).collect()
    }

    fn egress_fields(&self) -> Fields {
        vec![
            ("contact", self.egress.contact.clone().unwrap_or_default()),
            ("allow_net", self.egress.allow_net.join(", ")),
        ]
    }

    fn fetch_fields(&self) -> Fields {
        let fetch = &self.fetch;
        vec![
            ("connect_timeout", span(fetch.connect_timeout)),
            ("read_timeout", span(fetch.read_timeout)),
            ("total_timeout", span(fetch.total_timeout)),
            ("max_redirects", fetch.max_redirects.to_string()),
            ("max_body", format!("{} bytes", fetch.max_body_bytes)),
            ("max_concurrent", fetch.max_concurrent.to_string()),
            ("host_gap", span(fetch.host_gap)),
        ]
    }
}

fn operations_fields(channels: &[ChannelId]) -> Fields {
    let names: Vec<&str> = channels.iter().map(ChannelId::as_str).collect();
    vec![("channels", if names.is_empty() { "none".to_owned() } else { names.join(", ") })]
}

/// The user's newsrooms, each with its domains and other names.
fn publishers_part(own: &[Family]) -> Part {
    let fields = own.iter().map(|family| {
        let domains = family.domains.join(", ");
        let also = match family.aliases.as_slice() {
            [] => String::new(),
            aliases => format!("; also {}", aliases.join(", ")),
        };
        (family.name.clone(), format!("{domains}{also}"))
    });
    Part { fields: fields.collect(), ..part(Kind::Settings, "publishers", Vec::new()) }
}

type Fields = Vec<(&'static str, String)>;

fn part(kind: Kind, id: &str, fields: Fields) -> Part {
    let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
    Part {
        kind,
        id: id.to_owned(),
        fields: given.map(|(name, value)| (name.to_owned(), value)).collect(),
        source: None,
    }
}

fn topic_fields(topic: &Topic, revision: Digest) -> Fields {
    let (policy, follow_up) = (&topic.alert, &topic.alert.follow_up);
    let filters = &topic.rule.filters;
    let channels: Vec<String> = topic.channels.iter().map(ToString::to_string).collect();
    let steps: Vec<String> = follow_up.publishers.iter().map(ToString::to_string).collect();
    let expect = topic.expect.map(|expect| format!("{} in {}", expect.count, span(expect.per)));
    let stem = topic.rule.stem.map(|stem| format!("snowball:{}", stem.name()));
    vec![
        ("name", topic.name.clone()),
        ("severity", topic.severity.as_str().to_owned()),
        ("tags", topic.tags.join(", ")),
        ("channels", channels.join(", ")),
        ("mode", topic.mode.as_str().to_owned()),
        ("expect", expect.unwrap_or_default()),
        ("stem", stem.unwrap_or_default()),
        (RULE, revision.to_string()),
        ("tests", topic.tests.len().to_string()),
        (TESTS_TEXT, tests_fingerprint(&topic.tests)),
        ("filter.feeds", choice(&filters.feeds)),
        ("filter.tags", choice(&filters.tags)),
        ("filter.publishers", choice(&filters.publishers)),
        ("filter.languages", choice(&filters.languages)),
        ("alert.publishers.min", policy.publishers_min.to_string()),
        ("alert.publishers.within", policy.publishers_within.map(span).unwrap_or_default()),
        ("alert.follow_up.publishers", steps.join(", ")),
        ("alert.follow_up.quiet", span(follow_up.quiet)),
        ("alert.follow_up.new_facts", if follow_up.new_facts { "true" } else { "" }.to_owned()),
        ("alert.follow_up.repeat_every", span(follow_up.repeat_every)),
        ("alert.escalate", tiers(&policy.escalate)),
        ("alert.max_age", span(policy.max_age)),
        ("alert.budget", policy.budget.map(|budget| budget.to_string()).unwrap_or_default()),
        ("alert.burst", if policy.burst { "true".to_owned() } else { String::new() }),
    ]
}

/// `high from 10 publishers, critical from 30 publishers or a score of 12`.
pub fn tiers(tiers: &[Tier]) -> String {
    let tier = |tier: &Tier| {
        let publishers = tier.publishers.map(|from| format!("{from} publishers"));
        let score = tier.score.map(|from| format!("a score of {from}"));
        let either: Vec<String> = publishers.into_iter().chain(score).collect();
        format!("{} from {}", tier.severity.as_str(), either.join(" or "))
    };
    tiers.iter().map(tier).collect::<Vec<_>>().join(", ")
}

fn choice(choice: &Choice) -> String {
    let not = choice.not.iter().map(|value| format!("not {value}"));
    choice.only.iter().cloned().chain(not).collect::<Vec<_>>().join(", ")
}

/// A fingerprint of what a topic's tests say, wherever they stand; of none nothing.
fn tests_fingerprint(tests: &[TopicTest]) -> String {
    if tests.is_empty() {
        return String::new();
    }
    let mut tests = tests.to_vec();
    for test in &mut tests {
        test.line = 0;
        if let TestKind::Story(story) = &mut test.kind {
            story.steps.iter_mut().for_each(|step| step.line = 0);
        }
    }
    fingerprint("tests", &format!("{tests:?}"))
}

fn feed_fields(feed: &Feed) -> Fields {
    vec![
        ("url", without_query(&feed.url)),
        ("title", feed.title.clone().unwrap_or_default()),
        ("publisher", feed.publisher.clone().unwrap_or_default()),
        ("tags", feed.tags.join(", ")),
        ("paused", if feed.paused { "yes" } else { "" }.to_owned()),
        ("interval.floor", span(feed.interval.floor)),
        ("interval.ceiling", span(feed.interval.ceiling)),
        ("backfill", span(feed.backfill)),
        ("full_text", if feed.full_text { "true".to_owned() } else { String::new() }),
    ]
}

fn channel_fields(channel: &ChannelConfig, home: &Path) -> Fields {
    let mut fields = vec![("min_severity", channel.min_severity.as_str().to_owned())];
    fields.extend(timetable_fields(&channel.timetable));
    match &channel.kind {
        ChannelKind::Log(log) => fields.extend([
            ("type", "log".to_owned()),
            ("path", relative(&log.path, home)),
            ("rotate", format!("{} bytes", log.rotate_bytes)),
            ("keep", log.keep.to_string()),
            ("terminal", log.terminal.to_string()),
        ]),
        ChannelKind::Webhook(hook) => fields.extend([
            ("type", "webhook".to_owned()),
            ("url", redacted(&hook.url)),
            ("timeout", span(hook.timeout)),
            ("headers", header_names(hook)),
            ("signed", if hook.secret.is_some() { "yes" } else { "no" }.to_owned()),
            ("body", machines::body(&hook.body, home)),
        ]),
        ChannelKind::Chat(chat) => fields.extend(people::chat(chat)),
        ChannelKind::Email(email) => fields.extend(people::email(email)),
        ChannelKind::Alertmanager(manager) => fields.extend(machines::alertmanager(manager)),
        ChannelKind::Exec(exec) => fields.extend(machines::exec(exec)),
        ChannelKind::Apprise(apprise) => fields.extend(machines::apprise(apprise)),
    }
    fields
}

fn timetable_fields(timetable: &Timetable) -> Fields {
    let digest = timetable.digest.as_ref().map(|digest| {
        let only = if digest.only { ", only" } else { "" };
        let empty = if digest.empty { ", empty too" } else { "" };
        let (when, zone) = (digest.when.in_words(), zone_name(&digest.when.zone));
        format!("{when} {zone}, below {}{only}{empty}", digest.below.as_str())
    });
    let quiet = timetable.quiet_hours.as_ref().map(|quiet| {
        let except = quiet.except.map_or("none", |severity| severity.as_str());
        format!("{} {}, except {except}", quiet.in_words(), zone_name(&quiet.zone))
    });
    let heartbeat = timetable.heartbeat.as_ref();
    let heartbeat = heartbeat.map(|beat| format!("{} {}", beat.in_words(), zone_name(&beat.zone)));
    let budget = timetable.budget.map(|budget| budget.to_string());
    let group = timetable.group.map(|group| {
        format!("by {} within {}, most {}", group.by.as_str(), span(group.wait), group.most)
    });
    let repeat = timetable.repeat;
    let repeat = repeat.map(|again| format!("every {}, most {}", span(again.every), again.most));
    vec![
        ("digest", digest.unwrap_or_default()),
        ("quiet_hours", quiet.unwrap_or_default()),
        ("heartbeat", heartbeat.unwrap_or_default()),
        ("budget", budget.unwrap_or_default()),
        ("group", group.unwrap_or_default()),
        ("repeat", repeat.unwrap_or_default()),
    ]
}

/// Names only: values may be secrets.
fn header_names(hook: &WebhookChannel) -> String {
    hook.headers.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// The server of a webhook. The rest of its URL is often a secret: of that only a fingerprint.
fn redacted(url: &str) -> String {
    let origin = url::Url::parse(url).map(|url| url.origin().ascii_serialization());
    let fingerprint = fingerprint("webhook url", url);
    format!("{}/… ({fingerprint})", origin.unwrap_or_default())
}

/// A feed's URL. What follows its path is often a subscriber's key, and so is a name before the
/// host: of these only a fingerprint.
fn without_query(url: &str) -> String {
    let Ok(mut shown) = url::Url::parse(url) else {
        return redacted(url);
    };
    let user = !shown.username().is_empty() || shown.password().is_some();
    if !user && shown.query().is_none() && shown.fragment().is_none() {
        return url.to_owned();
    }
    shown.set_query(None);
    shown.set_fragment(None);
    if shown.set_username("").and_then(|()| shown.set_password(None)).is_err() {
        return redacted(url);
    }
    format!("{shown}?… ({})", fingerprint("feed url", url))
}

/// A few digits that change with `secret` and do not tell it.
fn fingerprint(kind: &'static str, secret: &str) -> String {
    let digest = Digest::of(kind, &[secret.as_bytes()]).to_string();
    digest.chars().take(FINGERPRINT_DIGITS).collect()
}

/// A path as it stands to the main file: where the whole configuration lies is no part of it.
fn relative(path: &Path, home: &Path) -> String {
    path.strip_prefix(home).unwrap_or(path).display().to_string()
}

fn span(duration: Duration) -> String {
    show_duration(duration)
}

#[cfg(test)]
mod tests;
