//! Routes: which channels a revision of an alert, or a notice, goes to. Routes are asked in their
//! order; the first one that catches decides, unless it says that the next ones are asked too.
//! Pure: the moment is given, and the zone of a route's hours is part of it. [`lint`] finds routes
//! that are never asked; [`crate::domain::ingest`] asks for each revision.

pub mod lint;

use jiff::Timestamp;

use crate::domain::calendar::{QuietHours, zone_name};
use crate::domain::ids::{ChannelId, TopicId};
use crate::domain::topic::Severity;

/// All routes, in the order in which they are asked. Without any, an alert goes to every channel
/// whose severity it reaches.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Routing {
    pub rules: Vec<RouteRule>,
}

/// One route.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteRule {
    /// Its place among the routes, from 1.
    pub number: u32,
    pub name: Option<String>,
    pub when: Conditions,
    /// May be none: what it catches is told nobody.
    pub channels: Vec<ChannelId>,
    /// Whether the routes after it are asked as well.
    pub goes_on: bool,
}

/// What must hold for a route to catch; what names nothing asks nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conditions {
    pub topics: Vec<TopicId>,
    /// Tags of topics.
    pub tags: Vec<String>,
    /// At least so severe.
    pub severity: Option<Severity>,
    /// Keys of feeds.
    pub feeds: Vec<String>,
    pub feed_tags: Vec<String>,
    /// As they are counted.
    pub publishers: Vec<String>,
    /// BCP 47; `en` is any English.
    pub languages: Vec<String>,
    /// Without any: everything that happens to alerts, and no notice.
    pub events: Vec<RouteEvent>,
    pub hours: Option<QuietHours>,
}

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteEvent {
    Opened,
    /// Updated or escalated.
    Updated,
    Closed,
    /// Something about wirewatch's own work.
    Notice,
}

impl RouteEvent {
    pub const ALL: [RouteEvent; 4] =
        [RouteEvent::Opened, RouteEvent::Updated, RouteEvent::Closed, RouteEvent::Notice];

    pub fn as_str(self) -> &'static str {
        match self {
            RouteEvent::Opened => "opened",
            RouteEvent::Updated => "updated",
            RouteEvent::Closed => "closed",
            RouteEvent::Notice => "notice",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == code)
    }
}

/// What is to be told, as far as routes ask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked<'a> {
    /// `None`: it is about no topic.
    pub topic: Option<&'a TopicId>,
    pub tags: &'a [String],
    pub severity: Severity,
    pub feed: Option<&'a str>,
    pub feed_tags: &'a [String],
    pub publisher: Option<&'a str>,
    pub language: Option<&'a str>,
    pub event: RouteEvent,
    pub at: Timestamp,
}

/// What a route says to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Catches,
    /// It does not catch it, and why, in words.
    Misses(String),
    /// An earlier route ended the search.
    NotAsked,
}

/// A channel, as far as it bears on who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door<'a> {
    pub channel: &'a ChannelId,
    /// It is an alert log: it keeps everything unless routes say otherwise.
    pub keeps_all: bool,
    /// What is less severe never comes in.
    pub min_severity: Severity,
}

/// Why a channel is told of something, or is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leads {
    pub goes: bool,
    /// In words: `route 2 (nights): severity high or above`.
    pub why: String,
}

impl Routing {
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What each route says.
    pub fn ask(&self, asked: &Asked<'_>) -> Vec<Answer> {
        let mut is_over = false;
        let answer = |rule: &RouteRule| {
            if is_over {
                return Answer::NotAsked;
            }
            match rule.when.miss(asked) {
                Some(why) => Answer::Misses(why),
                None => {
                    is_over = !rule.goes_on;
                    Answer::Catches
                }
            }
        };
        self.rules.iter().map(answer).collect()
    }

    /// The routes that catch, in their order.
    pub fn caught(&self, asked: &Asked<'_>) -> Vec<&RouteRule> {
        let answers = self.ask(asked);
        let caught = self.rules.iter().zip(answers).filter(|(_, said)| *said == Answer::Catches);
        caught.map(|(rule, _)| rule).collect()
    }

    /// Whether a route names the channel.
    pub fn names(&self, channel: &ChannelId) -> bool {
        self.rules.iter().any(|rule| rule.channels.contains(channel))
    }

    /// Whether any route is about notices; else these go where they go without routes.
    pub fn is_about_notices(&self) -> bool {
        self.rules.iter().any(|rule| rule.when.events.contains(&RouteEvent::Notice))
    }

    /// Whether an alert of a topic that names no channels can come to this channel at all.
    pub fn may_lead(&self, topic: &TopicId, tags: &[String], channel: &ChannelId) -> bool {
        let about = |rule: &&RouteRule| {
            let when = &rule.when;
            (when.topics.is_empty() || when.topics.contains(topic))
                && (when.tags.is_empty() || when.tags.iter().any(|tag| tags.contains(tag)))
                && when.is_about_alerts()
        };
        self.rules.iter().filter(about).any(|rule| rule.channels.contains(channel))
    }

    /// Whether a channel is told of something of this severity that `caught` caught. A topic that
    /// names its channels decides by itself; an alert log that no route names is told of everything.
    pub fn leads(
        &self,
        caught: &[&RouteRule],
        named: &[ChannelId],
        severity: Severity,
        door: Door<'_>,
    ) -> Leads {
        let leads = self.leads_to(caught, named, door);
        if leads.goes && severity < door.min_severity {
            let (is, least) = (severity.as_str(), door.min_severity.as_str());
            return Leads { goes: false, why: format!("{is} is below its min_severity {least}") };
        }
        leads
    }

    fn leads_to(&self, caught: &[&RouteRule], named: &[ChannelId], door: Door<'_>) -> Leads {
        let channel = door.channel;
        let leads = |goes: bool, why: &str| Leads { goes, why: why.to_owned() };
        if !named.is_empty() {
            return match named.contains(channel) {
                true => leads(true, "the topic names it"),
                false => leads(false, "the topic names other channels"),
            };
        }
        if self.is_empty() {
            return leads(true, "there are no routes: every channel is told");
        }
        if let Some(rule) = caught.iter().find(|rule| rule.channels.contains(channel)) {
            return Leads { goes: true, why: rule.in_words() };
        }
        if door.keeps_all && !self.names(channel) {
            return leads(true, "an alert log that no route names is told of everything");
        }
        match caught {
            [] => leads(false, "no route catches it"),
            [one] => Leads { goes: false, why: format!("{} does not name it", one.title()) },
            _ => leads(false, "the routes that catch it do not name it"),
        }
    }
}

impl RouteRule {
    /// `route 2`, `route 2 (nights)`.
    pub fn title(&self) -> String {
        match &self.name {
            Some(name) => format!("route {} ({name})", self.number),
            None => format!("route {}", self.number),
        }
    }

    /// `route 2 (nights): severity high or above, 22:00-07:00 in Europe/Copenhagen`.
    pub fn in_words(&self) -> String {
        format!("{}: {}", self.title(), self.when.in_words())
    }
}

impl Conditions {
    /// Whether it can catch anything that happens to an alert.
    fn is_about_alerts(&self) -> bool {
        self.events.is_empty() || self.events.iter().any(|event| *event != RouteEvent::Notice)
    }

    /// The first thing that does not hold, in words; `None` if all hold.
    pub fn miss(&self, asked: &Asked<'_>) -> Option<String> {
        let event = asked.event;
        let told = match self.events.is_empty() {
            true => event != RouteEvent::Notice,
            false => self.events.contains(&event),
        };
        if !told {
            return Some(match event {
                RouteEvent::Notice if self.events.is_empty() => {
                    "it is about alerts only".to_owned()
                }
                _ => format!("{} is not {}", event.as_str(), self.events_in_words()),
            });
        }
        let topic = asked.topic.map(TopicId::as_str);
        let topics: Vec<&str> = self.topics.iter().map(TopicId::as_str).collect();
        none_of("topic", topic, &topics, |one, of| one == of)
            .or_else(|| none_of_many("tag", asked.tags, &self.tags))
            .or_else(|| {
                let least = self.severity.filter(|least| asked.severity < *least)?;
                Some(format!("{} is below {}", asked.severity.as_str(), least.as_str()))
            })
            .or_else(|| none_of("feed", asked.feed, &strs(&self.feeds), |one, of| one == of))
            .or_else(|| none_of_many("feed tag", asked.feed_tags, &self.feed_tags))
            .or_else(|| none_of("publisher", asked.publisher, &strs(&self.publishers), same))
            .or_else(|| none_of("language", asked.language, &strs(&self.languages), speaks))
            .or_else(|| {
                let hours = self.hours.as_ref().filter(|hours| !hours.contain(asked.at))?;
                let now = asked.at.to_zoned(hours.zone.clone()).strftime("%A %H:%M").to_string();
                let zone = zone_name(&hours.zone);
                Some(format!("{} in {zone} is not {}", now.to_lowercase(), hours.in_words()))
            })
    }

    /// All that is asked, in words; `everything` where nothing is.
    pub fn in_words(&self) -> String {
        let topics: Vec<&str> = self.topics.iter().map(TopicId::as_str).collect();
        let list =
            |what: &str, of: &[&str]| (!of.is_empty()).then(|| format!("{what} {}", either(of)));
        let severity = self.severity.map(|least| match least {
            Severity::Critical => "severity critical".to_owned(),
            _ => format!("severity {} or above", least.as_str()),
        });
        let hours = self.hours.as_ref();
        let hours =
            hours.map(|hours| format!("{} in {}", hours.in_words(), zone_name(&hours.zone)));
        let parts = [
            (!self.events.is_empty()).then(|| self.events_in_words()),
            list("topic", &topics),
            list("tag", &strs(&self.tags)),
            severity,
            list("feed", &strs(&self.feeds)),
            list("feed tag", &strs(&self.feed_tags)),
            list("publisher", &strs(&self.publishers)),
            list("language", &strs(&self.languages)),
            hours,
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if parts.is_empty() { "everything".to_owned() } else { parts.join(", ") }
    }

    fn events_in_words(&self) -> String {
        either(&self.events.iter().map(|event| event.as_str()).collect::<Vec<_>>())
    }
}

fn strs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// `a`, `a or b`, `a, b or c`.
fn either(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// Why `one` is none of those that are wanted, if any are.
fn none_of(
    what: &str,
    one: Option<&str>,
    wanted: &[&str],
    is: fn(&str, &str) -> bool,
) -> Option<String> {
    if wanted.is_empty() || one.is_some_and(|one| wanted.iter().any(|of| is(one, of))) {
        return None;
    }
    Some(match one {
        Some(one) => format!("{what} {one} is not {}", either(wanted)),
        None => format!("it has no {what}"),
    })
}

fn none_of_many(what: &str, many: &[String], wanted: &[String]) -> Option<String> {
    if wanted.is_empty() || wanted.iter().any(|of| many.contains(of)) {
        return None;
    }
    Some(format!("it has not the {what} {}", either(&strs(wanted))))
}

/// Names of newsrooms, whatever their case.
fn same(one: &str, of: &str) -> bool {
    one.to_lowercase() == of.to_lowercase()
}

/// Whether a language is `of`, or a kind of it: `en-GB` is `en`.
fn speaks(one: &str, of: &str) -> bool {
    let (one, of) = (one.to_lowercase(), of.to_lowercase());
    one == of || one.strip_prefix(&of).is_some_and(|rest| rest.starts_with(['-', '_']))
}

#[cfg(test)]
mod tests;
