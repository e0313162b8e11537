//! Silences: time-bound "do not alert", with author and reason. A silence never hides: what it
//! holds back is recorded as suppressed, with the silence as the reason.

use jiff::Timestamp;

use crate::domain::ids::StoryId;
use crate::domain::publisher::Directory;

/// A silence as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Silence {
    pub id: i64,
    pub scope: SilenceScope,
    /// What must hold as well, such as a publisher within a topic.
    pub also: Option<SilenceScope>,
    pub author: String,
    pub reason: String,
    pub starts: Timestamp,
    pub ends: Timestamp,
}

/// A silence as it stands in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub scope: SilenceScope,
    pub also: Option<SilenceScope>,
    pub author: String,
    pub reason: String,
    /// `None`: it begins when it is first read.
    pub starts: Option<Timestamp>,
    pub ends: Timestamp,
    /// File and line: `wirewatch.toml:12`.
    pub place: String,
}

impl Written {
    /// Whether another one is about the same, from the same time on: one of them is the other as it
    /// was edited.
    pub fn is_of(&self, other: &Self) -> bool {
        (&self.scope, &self.also, self.starts) == (&other.scope, &other.also, other.starts)
    }
}

/// What a silence is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SilenceScope {
    Topic(String),
    Story(i64),
    Feed(String),
    /// By any of its names or domains.
    Publisher(String),
    /// Entries whose title contains this text, whatever its case.
    Text(String),
}

/// What a match is, as far as silences ask.
#[derive(Debug, Clone, Copy)]
pub struct Silenceable<'a> {
    pub topic: &'a str,
    pub story: i64,
    pub feed: &'a str,
    pub publisher: &'a str,
    pub title: &'a str,
    /// Which names of publishers are one.
    pub newsrooms: &'a Directory,
}

impl Silence {
    /// Whether this silence holds `what` back at `now`. It begins at `starts` and is over at
    /// `ends`.
    pub fn covers(&self, what: Silenceable<'_>, now: Timestamp) -> bool {
        self.lasts(now) && self.is_about(what)
    }

    /// Whether `what` is what it is about, whenever.
    pub fn is_about(&self, what: Silenceable<'_>) -> bool {
        self.scope.includes(what) && self.also.as_ref().is_none_or(|also| also.includes(what))
    }

    /// Whether it has begun and is not over at `now`.
    pub fn lasts(&self, now: Timestamp) -> bool {
        self.starts <= now && now < self.ends
    }
}

impl SilenceScope {
    /// What kind of scope it is, and which one.
    pub fn parts(&self) -> (&'static str, String) {
        match self {
            SilenceScope::Topic(topic) => ("topic", topic.clone()),
            SilenceScope::Story(story) => ("story", story.to_string()),
            SilenceScope::Feed(feed) => ("feed", feed.clone()),
            SilenceScope::Publisher(publisher) => ("publisher", publisher.clone()),
            SilenceScope::Text(text) => ("text", text.clone()),
        }
    }

    fn includes(&self, what: Silenceable<'_>) -> bool {
        match self {
            SilenceScope::Topic(topic) => topic == what.topic,
            SilenceScope::Story(story) => *story == what.story,
            SilenceScope::Feed(feed) => feed == what.feed,
            SilenceScope::Publisher(one) => what.newsrooms.same(one, what.publisher),
            SilenceScope::Text(text) => what.title.to_lowercase().contains(&text.to_lowercase()),
        }
    }
}

/// `topic nato, publisher Harbour Wire`.
pub fn in_words(scope: &SilenceScope, also: Option<&SilenceScope>) -> String {
    let part = |scope: &SilenceScope| match scope {
        SilenceScope::Story(story) => format!("story {}", StoryId(*story)),
        other => {
            let (kind, value) = other.parts();
            format!("{kind} {value}")
        }
    };
    let parts: Vec<String> = [Some(scope), also].into_iter().flatten().map(part).collect();
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_covers_its_scope_for_its_time() {
        let noon: Timestamp = "2026-06-03T12:00:00Z".parse().unwrap();
        let hour = std::time::Duration::from_secs(3600);
        let newsrooms = Directory::builtin();
        let what = Silenceable {
            topic: "nato",
            story: 7,
            feed: "wire",
            publisher: "Harbour Wire",
            title: "NATO Exercise begins",
            newsrooms: &newsrooms,
        };
        for (scope, covered) in [
            (SilenceScope::Topic("nato".into()), true),
            (SilenceScope::Topic("nat".into()), false),
            (SilenceScope::Story(7), true),
            (SilenceScope::Feed("ledger".into()), false),
            (SilenceScope::Publisher("Harbour Wire".into()), true),
            (SilenceScope::Publisher("harbour wire".into()), true),
            (SilenceScope::Publisher("BBC".into()), false),
            (SilenceScope::Text("exercise".into()), true),
        ] {
            let silence = Silence {
                id: 1,
                scope,
                also: None,
                author: "ann".into(),
                reason: "planned".into(),
                starts: noon,
                ends: noon + hour,
            };
            assert_eq!(silence.covers(what, noon), covered, "{silence:?}");
            let of_bbc = Silenceable { publisher: "BBC", ..what };
            let domain = SilenceScope::Publisher("news.BBC.co.uk".into());
            assert!(domain.includes(of_bbc) && !domain.includes(what));
            assert!(!silence.covers(what, noon + hour), "over at its end");
            assert!(!silence.covers(what, noon - hour), "not before its start");
        }
    }
}
