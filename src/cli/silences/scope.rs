//! What a silence is about, and until when, as people say it.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::cli::args::silences::{AddSilence, Scope};
use crate::cli::exit::{Exit, Failure};
use crate::cli::session::Session;
use crate::cli::{alerts, naming};
use crate::config::silences::{LONGEST, moment};
use crate::domain::alert::silence::SilenceScope;
use crate::domain::ids::{AlertId, StoryId};
use crate::store::Store;

/// Most things that a silence is about at once.
const MOST: usize = 2;

/// Reads what is silenced. What is named must be there, or a slip would silence nothing.
pub fn read(
    scope: &Scope,
    store: &Store,
    session: &Session,
) -> Result<(SilenceScope, Option<SilenceScope>), Failure> {
    let mut parts = Vec::new();
    if let Some(alert) = &scope.alert {
        let id: AlertId = naming::read(alert)?;
        let Some(alert) = store.alert(id)? else {
            return Err(alerts::no_such_alert(id));
        };
        parts.push(SilenceScope::Topic(alert.view.topic.to_string()));
        parts.push(SilenceScope::Story(alert.view.story.0));
    }
    if let Some(topic) = &scope.topic {
        let topic = naming::stored_topic(topic, store, session)?;
        parts.push(SilenceScope::Topic(topic.to_string()));
    }
    if let Some(story) = &scope.story {
        let id: StoryId = naming::read(story)?;
        if store.story(id)?.is_none() {
            return Err(Failure::said(Exit::Failed, format!("there is no story {id}")));
        }
        parts.push(SilenceScope::Story(id.0));
    }
    if let Some(feed) = &scope.feed {
        parts.push(SilenceScope::Feed(naming::stored_feed(feed, store, session)?.to_string()));
    }
    let texts = [(&scope.publisher, "--publisher"), (&scope.text, "--text")];
    for (text, flag) in texts {
        let Some(text) = text.as_deref().map(str::trim) else { continue };
        if text.is_empty() {
            return Err(Failure::said(Exit::Usage, format!("{flag} is empty")));
        }
        parts.push(match flag {
            "--publisher" => SilenceScope::Publisher(naming::publisher(text, session)),
            _ => SilenceScope::Text(text.to_owned()),
        });
    }
    if parts.len() > MOST {
        let sentence = "a silence is about one thing, or about two that come together";
        return Err(Failure::said(Exit::Usage, sentence)
            .hint("an alert is two already: its topic, in its story"));
    }
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else {
        let sentence = "it is not said what to silence";
        return Err(Failure::said(Exit::Usage, sentence).hint(
            "name an alert, or give --topic, --story, --feed, --publisher or --text, or two of them",
        ));
    };
    Ok((first, parts.next()))
}

/// When it ends: every silence does.
pub fn end(asked: &AddSilence, now: Timestamp) -> Result<Timestamp, Failure> {
    let ends = match (&asked.lasting, &asked.until) {
        (Some(lasting), _) => after(lasting, now)?,
        (None, Some(until)) => time(until)?,
        (None, None) => {
            let sentence = "a silence needs its end";
            return Err(Failure::said(Exit::Usage, sentence)
                .hint("`--for 3h`, or `--until 2026-06-03T12:00` (UTC)"));
        }
    };
    if ends <= now {
        return Err(Failure::said(Exit::Usage, "a silence cannot end before it begins"));
    }
    if Duration::try_from(ends.duration_since(now)).is_ok_and(|lasts| lasts > LONGEST) {
        return Err(Failure::said(Exit::Usage, "a silence lasts at most 366 days")
            .hint("what is never to alert belongs into the topic's rule or filter"));
    }
    Ok(ends)
}

fn after(text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    let span = text.trim().parse::<Span>().ok().filter(|span| !span.is_negative());
    let ends = span.and_then(|span| now.to_zoned(TimeZone::UTC).checked_add(span).ok());
    ends.map(|ends| ends.timestamp()).ok_or_else(|| {
        Failure::said(Exit::Usage, format!("--for: `{text}` is no length of time"))
            .hint("write 90m, 3h, 2 days or 1 week")
    })
}

fn time(text: &str) -> Result<Timestamp, Failure> {
    let text = text.trim();
    moment(text, &TimeZone::UTC).ok_or_else(|| {
        Failure::said(Exit::Usage, format!("--until: `{text}` is no time")).hint(
            "write a date (2026-06-03) or a time (2026-06-03T12:00, in UTC); or use `--for 3h`",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_ends_after_a_while_or_at_a_time_and_always() {
        let now: Timestamp = "2026-06-03T12:00:00Z".parse().unwrap();
        let asked = |lasting: Option<&str>, until: Option<&str>| AddSilence {
            scope: Scope {
                alert: None,
                topic: None,
                story: None,
                feed: None,
                publisher: None,
                text: None,
            },
            lasting: lasting.map(str::to_owned),
            until: until.map(str::to_owned),
            reason: None,
            author: None,
        };
        for (lasting, until, ends) in [
            (Some("3h"), None, "2026-06-03T15:00:00Z"),
            (Some("2 days"), None, "2026-06-05T12:00:00Z"),
            (None, Some("2026-06-04"), "2026-06-04T00:00:00Z"),
            (None, Some("2026-06-04T08:30"), "2026-06-04T08:30:00Z"),
            (None, Some("2026-06-04T08:30:00+02:00"), "2026-06-04T06:30:00Z"),
        ] {
            let read = end(&asked(lasting, until), now).unwrap();
            assert_eq!(read, ends.parse::<Timestamp>().unwrap());
        }
        for (lasting, until) in [
            (None, None),
            (Some("soon"), None),
            (Some("-3h"), None),
            (Some("400 days"), None),
            (None, Some("2026-06-02")),
        ] {
            assert!(end(&asked(lasting, until), now).is_err(), "{lasting:?} {until:?}");
        }
    }
}
