//! What of `wirewatch status` changes from day to day: what is new, what is open, what waits, what
//! is silenced, and of what suddenly more is said. A line each.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::cli::exit::Failure;
use crate::cli::moment;
use crate::cli::output::count;
use crate::cli::page::Page;
use crate::domain::alert::silence::{Silence, in_words};
use crate::domain::untrusted;
use crate::store::Store;
use crate::store::bursts::BurstView;
use crate::store::counts::Counts;
use crate::store::glance::{Glance, Waiting};
use crate::store::waits::PendingView;

/// What counts as new.
const NEW: SignedDuration = SignedDuration::from_hours(24);

/// Most channels, silences or bursts that are named.
const MAX_NAMED: usize = 2;

/// Most stories that are counted as waiting for publishers.
const MAX_PENDING: u32 = 1_000;

/// Most characters of what a silence is about.
const MAX_SCOPE_CHARS: usize = 38;

/// The last day.
pub struct Recent {
    pub glance: Glance,
    /// Those in force, the one that ends last first.
    silences: Vec<Silence>,
    /// Stories that wait for more publishers before there is an alert, those whose time is over
    /// soonest first.
    pending: Vec<PendingView>,
    /// Newest first.
    bursts: Vec<BurstView>,
}

impl Recent {
    pub fn read(store: &Store, now: Timestamp) -> Result<Self, Failure> {
        let since = now.saturating_sub(NEW).unwrap_or(Timestamp::MIN);
        let silences = store.silences(now)?.into_iter().filter(|silence| silence.lasts(now));
        let bursts = store.bursts(None)?.into_iter();
        Ok(Self {
            glance: store.glance(since)?,
            silences: silences.collect(),
            pending: store.pending(None, now, MAX_PENDING)?,
            bursts: bursts.filter(|view| view.burst.hour.start() >= since).collect(),
        })
    }

    /// What came, what is open, and what waits to go out.
    pub fn came(&self, counts: &Counts, page: &mut Page) {
        let Glance { entries, stories, alerts, .. } = self.glance;
        let number = |n: u64, noun| count(usize::try_from(n).unwrap_or(usize::MAX), noun);
        let new = [number(entries, "entry"), number(stories, "story"), number(alerts, "alert")];
        page.field("last 24 h", &new.join(", "));
        let open: Vec<String> = self
            .glance
            .open
            .iter()
            .map(|(severity, n)| format!("{n} {}", severity.as_str()))
            .collect();
        let open = match open.is_empty() {
            true => String::new(),
            false => format!(" ({})", open.join(", ")),
        };
        let Counts { alerts_open, alerts_acknowledged, alerts, .. } = counts;
        page.field(
            "alerts",
            &format!(
                "{alerts_open} open{open}, {alerts_acknowledged} acknowledged, {alerts} in all"
            ),
        );
        page.brief("outbox", &self.outbox(counts), 2);
        if counts.deliveries_parked > 0 {
            page.more("more: wirewatch deliver log --failed");
        }
    }

    /// `2 waiting, 0 given up: hook 2 waiting`.
    fn outbox(&self, counts: &Counts) -> String {
        let Counts { deliveries_due, deliveries_parked, .. } = counts;
        let all = format!("{deliveries_due} waiting, {deliveries_parked} given up");
        let channel = |waiting: &Waiting| match (waiting.due, waiting.parked) {
            (due, 0) => format!("{} {due} waiting", waiting.channel),
            (0, parked) => format!("{} {parked} given up", waiting.channel),
            (due, parked) => format!("{} {due} waiting, {parked} given up", waiting.channel),
        };
        match some(&self.glance.outbox, "; ", channel) {
            channels if channels.is_empty() => all,
            channels => format!("{all}: {channels}"),
        }
    }

    /// What is held back, and of what more is said than usual.
    pub fn unusual(&self, page: &mut Page) {
        if !self.silences.is_empty() {
            let until = |silence: &Silence| {
                format!("{} until {}", scope(silence), moment::text(silence.ends))
            };
            let named = some(&self.silences, "; ", until);
            page.brief("silences", &format!("{} in force: {named}", self.silences.len()), 2);
        }
        if !self.pending.is_empty() {
            let waits = |view: &PendingView| {
                let (topic, until) = (&view.pending.topic, moment::text(view.pending.until));
                format!("{} ({topic}) until {until}", view.pending.story)
            };
            let (stories, named) =
                (count(self.pending.len(), "story"), some(&self.pending, ", ", waits));
            page.brief("pending", &format!("{stories} for publishers: {named}"), 2);
        }
        if !self.bursts.is_empty() {
            let burst = |view: &BurstView| {
                let (entries, expected) = (view.burst.entries, view.burst.expected);
                format!("{}, {entries} entries, {expected:.1} expected", view.topic)
            };
            page.brief("bursts", &some(&self.bursts, "; ", burst), 2);
        }
    }

    pub fn add(&self, object: &mut Value) {
        let Glance { entries, stories, alerts, .. } = self.glance;
        object["last_fetch"] = moment::json_opt(self.glance.last_fetch);
        object["last_24h"] = json!({ "entries": entries, "stories": stories, "alerts": alerts });
        object["open_by_severity"] = self
            .glance
            .open
            .iter()
            .map(|(severity, n)| (severity.as_str().to_owned(), json!(n)))
            .collect::<serde_json::Map<_, _>>()
            .into();
        let channel =
            |it: &Waiting| json!({ "channel": it.channel, "waiting": it.due, "parked": it.parked });
        object["outbox"] = self.glance.outbox.iter().map(channel).collect();
        object["silences"] = (self.silences.iter())
            .map(|silence| {
                json!({
                    "scope": scope(silence),
                    "author": silence.author,
                    "reason": silence.reason,
                    "ends": moment::json(silence.ends),
                })
            })
            .collect();
        object["pending"] = (self.pending.iter())
            .map(|view| {
                json!({
                    "story": view.pending.story.to_string(),
                    "topic": view.pending.topic.as_str(),
                    "headline": view.headline,
                    "until": moment::json(view.pending.until),
                })
            })
            .collect();
        object["bursts"] = (self.bursts.iter())
            .map(|view| {
                json!({
                    "topic": view.topic.as_str(),
                    "hour": moment::json(view.burst.hour.start()),
                    "entries": view.burst.entries,
                    "expected": view.burst.expected,
                    "window_h": view.burst.window_h,
                })
            })
            .collect();
    }
}

/// The first of a list in words, and how many more there are.
pub fn some<T>(list: &[T], between: &str, words: impl Fn(&T) -> String) -> String {
    let first = list.iter().take(MAX_NAMED).map(words).collect::<Vec<_>>().join(between);
    match list.len().saturating_sub(MAX_NAMED) {
        0 => first,
        more => format!("{first}{between}{more} more"),
    }
}

/// What a silence is about. Names come from outside.
fn scope(silence: &Silence) -> String {
    let about = in_words(&silence.scope, silence.also.as_ref());
    untrusted::excerpt(&about, MAX_SCOPE_CHARS).into_owned()
}
