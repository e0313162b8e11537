//! `[[silence]]`: silences that stand in the configuration, beside those that are made by command.
//! They are versioned and reviewed with the file. The store takes them over with everything else;
//! what a silence does is in [`crate::domain::alert::silence`].

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use toml::de::DeValue;

use super::problem::Report;
use super::section::{Section, Shape};
use super::source::{Literal, Place};
use super::{key, line, not_empty, timetable};
use crate::domain::alert::silence::{SilenceScope, Written, in_words};
use crate::domain::feed::Feed;
use crate::domain::ids::StoryId;

/// Most silences of one configuration.
const MAX_SILENCES: usize = 500;

/// Longest silence: what is never to alert belongs into the topic's rule.
pub const LONGEST: Duration = Duration::from_secs(366 * 24 * 3_600);

/// Most things that a silence is about at once.
const MOST: usize = 2;

/// Longest text that is looked for in titles, in characters.
const MAX_TEXT_CHARS: usize = 200;

pub(super) const SILENCE: Shape = Shape {
    what: "a silence",
    keys: &["topic", "story", "feed", "publisher", "text", "author", "reason", "from", "until"],
};

/// A silence of the main file, and what in it names a topic: topics are known later.
pub(super) struct PlacedSilence {
    pub silence: Written,
    pub topic: Option<Literal>,
}

/// Reads the silences of the main file.
pub(super) fn read(
    root: &Section<'_>,
    feeds: &[std::sync::Arc<Feed>],
    report: &mut Report,
) -> Vec<PlacedSilence> {
    let sections = root.sections("silence", &SILENCE, report);
    if let Some(extra) = sections.get(MAX_SILENCES) {
        let message = format!("there are more than {MAX_SILENCES} silences, which are the most");
        report.add(extra.place(), "too_many", message);
    }
    // Whatever is wrong with the zone is told where channels are read.
    let zone = timetable::default_zone(root, &mut Report::default());
    let mut read: Vec<(Place, PlacedSilence)> = Vec::new();
    for section in sections.iter().take(MAX_SILENCES) {
        let Some(placed) = silence(section, feeds, &zone, report) else { continue };
        let same = |one: &&(Place, PlacedSilence)| one.1.silence.is_of(&placed.silence);
        if let Some((first, _)) = read.iter().find(same) {
            let message = "there is a silence of the same already";
            report
                .add(section.place(), "duplicate_silence", message)
                .related(first.clone(), "first here")
                .hint("one from another time on says so: `from = \"2026-06-03\"`");
            continue;
        }
        read.push((section.place(), placed));
    }
    read.into_iter().map(|(_, placed)| placed).collect()
}

/// Holds silences against the topics there are, and gives them out.
pub(super) fn checked(
    placed: Vec<PlacedSilence>,
    topics: Option<&[&str]>,
    report: &mut Report,
) -> Vec<Written> {
    for topic in placed.iter().filter_map(|one| one.topic.as_ref()) {
        if let Some(topics) = topics.filter(|topics| !topics.contains(&topic.value.as_str())) {
            key::not_among(topic, "topic", topics, "unknown_topic", report);
        }
    }
    placed.into_iter().map(|one| one.silence).collect()
}

fn silence(
    section: &Section<'_>,
    feeds: &[std::sync::Arc<Feed>],
    zone: &TimeZone,
    report: &mut Report,
) -> Option<PlacedSilence> {
    section.require("author", "\"ann\"", report);
    section.require("reason", "\"planned exercise\"", report);
    section.require("until", "\"2026-06-03\"", report);
    let topic = section.text("topic", report);
    let mut scopes = Vec::new();
    scopes.extend(topic.as_ref().map(|topic| SilenceScope::Topic(topic.value.clone())));
    scopes.extend(story(section, report));
    scopes.extend(feed(section, feeds, report));
    let publisher = line(section.text("publisher", report), report);
    scopes.extend(publisher.map(SilenceScope::Publisher));
    scopes.extend(title_text(section, report).map(SilenceScope::Text));
    let author = line(section.text("author", report), report);
    let reason = line(section.text("reason", report), report);
    let starts = time(section, "from", zone, report);
    let ends = time(section, "until", zone, report);
    let lasts = starts.zip(ends).map(|(starts, ends)| ends.duration_since(starts));
    if lasts.is_some_and(|lasts| !lasts.is_positive()) {
        report.add(section.place(), "bad_time", "a silence cannot end before it begins");
        return None;
    }
    if lasts.is_some_and(|lasts| Duration::try_from(lasts).is_ok_and(|lasts| lasts > LONGEST)) {
        report
            .add(section.place(), "out_of_range", "a silence lasts at most 366 days")
            .hint("what is never to alert belongs into the topic's rule or filter");
        return None;
    }
    let named = ["topic", "story", "feed", "publisher", "text"];
    let named = named.iter().filter(|key| section.get(key).is_some()).count();
    if named == 0 || named > MOST {
        let message = "a silence is about one thing, or about two that come together";
        report
            .add(section.place(), "bad_silence", message)
            .hint("one or two of `topic`, `story`, `feed`, `publisher` and `text`");
        return None;
    }
    // What is named and wrong was told.
    if scopes.len() < named {
        return None;
    }
    let place = format!("{}:{}", section.file_name(report), section.line(report));
    let mut scopes = scopes.into_iter();
    let (scope, also) = (scopes.next()?, scopes.next());
    let (author, reason, ends) = (author?, reason?, ends?);
    let silence = Written { scope, also, author, reason, starts, ends, place };
    Some(PlacedSilence { silence, topic })
}

fn story(section: &Section<'_>, report: &mut Report) -> Option<SilenceScope> {
    let text = section.text("story", report)?;
    match text.value.trim().parse::<StoryId>() {
        Ok(story) => Some(SilenceScope::Story(story.0)),
        Err(_) => {
            let message = format!("`{}` is not the id of a story", text.value);
            report.add(text.place(), "bad_id", message).hint("`wirewatch stories list` shows them");
            None
        }
    }
}

fn feed(
    section: &Section<'_>,
    feeds: &[std::sync::Arc<Feed>],
    report: &mut Report,
) -> Option<SilenceScope> {
    let text = section.text("feed", report)?;
    if feeds.iter().any(|feed| feed.key.as_str() == text.value) {
        return Some(SilenceScope::Feed(text.value));
    }
    let keys: Vec<&str> = feeds.iter().map(|feed| feed.key.as_str()).collect();
    key::not_among(&text, "feed", &keys, "unknown_feed", report);
    None
}

fn title_text(section: &Section<'_>, report: &mut Report) -> Option<String> {
    let text = section.text("text", report)?;
    if !not_empty(&text, "text", report) {
        return None;
    }
    if text.value.chars().count() > MAX_TEXT_CHARS {
        let message = format!("`text` is longer than {MAX_TEXT_CHARS} characters");
        report.add(text.place(), "out_of_range", message);
        return None;
    }
    Some(text.value.trim().to_owned())
}

/// A time in quotes, or as TOML writes one.
fn time(
    section: &Section<'_>,
    name: &'static str,
    zone: &TimeZone,
    report: &mut Report,
) -> Option<Timestamp> {
    let value = section.get(name)?;
    let (text, place) = match value.value {
        DeValue::Datetime(time) => (time.to_string(), value.place),
        _ => {
            let text = section.text(name, report)?;
            let place = text.place();
            (text.value, place)
        }
    };
    let read = moment(&text, zone);
    if read.is_none() {
        report.add(place, "bad_time", format!("`{text}` is no time")).hint(
            "write a date (\"2026-06-03\") or a time (\"2026-06-03T12:00\"), in the zone of the \
             file unless it names its own (\"2026-06-03T12:00Z\")",
        );
    }
    read
}

/// A date, which is its beginning, or a time of a day; in `zone` where it names none.
pub fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    let day = || Some(text.parse::<Date>().ok()?.to_zoned(zone.clone()).ok()?.timestamp());
    let clock = || Some(text.parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok()?.timestamp());
    let exact = || text.parse::<Timestamp>().ok();
    if text.len() > 10 { exact().or_else(clock) } else { day() }
}

/// The silences as the configuration in short has them.
pub(super) fn fields(silences: &[Written]) -> impl Iterator<Item = (String, String)> {
    silences.iter().map(|silence| {
        let Written { scope, also, author, reason, starts, ends, .. } = silence;
        let from = starts.map(|starts| format!(", from {starts}")).unwrap_or_default();
        let name = format!("{}{from}", in_words(scope, also.as_ref()));
        (name, format!("until {ends}, by {author}: {reason}"))
    })
}

#[cfg(test)]
mod tests;
