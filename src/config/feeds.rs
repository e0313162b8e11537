//! `[[feed]]` and `[defaults]`: what is fetched, and how often. They stand in the main file, and in
//! those that [`super::feed_files`] finds.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::key;
use super::problem::Report;
use super::retention;
use super::section::{Section, Shape};
use super::source::{Literal, Place};
use super::value;
use crate::domain::feed::{Feed, Interval, MAX_FEEDS};
use crate::domain::ids::FeedKey;
use crate::domain::retention::Keep;

/// Shortest wait that can be asked of another's server, and of one's own machine.
const MIN_INTERVAL: Duration = Duration::from_secs(60);
const MIN_INTERVAL_LOOPBACK: Duration = Duration::from_secs(1);

/// Longest wait: a feed asked less often than this is not watched.
const MAX_INTERVAL: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Longest look back at a feed's first fetch.
const MAX_BACKFILL: Duration = Duration::from_secs(90 * 24 * 3_600);

const DEFAULT_INTERVAL: Interval =
    Interval { floor: Duration::from_secs(15 * 60), ceiling: Duration::from_secs(60 * 60) };

pub(super) const FEED: Shape = Shape {
    what: "a feed",
    keys: &[
        "id",
        "url",
        "title",
        "publisher",
        "tags",
        "paused",
        "interval",
        "floor",
        "ceiling",
        "backfill",
        "full_text",
        "keep",
    ],
};

pub(super) const DEFAULTS: Shape = Shape {
    what: "`[defaults]`",
    keys: &["interval", "floor", "ceiling", "backfill", "full_text", "keep"],
};

/// What a feed has that does not say otherwise.
#[derive(Clone, Copy)]
pub(super) struct Defaults {
    interval: Interval,
    backfill: Duration,
    full_text: bool,
    keep: Option<Keep>,
}

/// The feeds of the main file and of the files beside it, as they are read one after the other.
pub(super) struct Feeds {
    pub list: Vec<Arc<Feed>>,
    /// For how long the entries of each are kept, where it says so.
    pub keep: BTreeMap<FeedKey, Option<Keep>>,
    /// What the main file's `[defaults]` say; those of another file count for that file.
    defaults: Defaults,
    seen: Seen,
    tables: usize,
}

impl Feeds {
    /// Reads the feeds of the main file.
    pub fn of_main(root: &Section<'_>, report: &mut Report) -> Self {
        let defaults = Defaults {
            interval: DEFAULT_INTERVAL,
            backfill: Duration::ZERO,
            full_text: false,
            keep: None,
        };
        let (list, keep, seen) = Default::default();
        let mut feeds = Self { list, keep, defaults, seen, tables: 0 };
        feeds.defaults = feeds.read(root, report);
        feeds
    }

    /// Reads the feeds of a further file; returns its defaults.
    pub fn read(&mut self, root: &Section<'_>, report: &mut Report) -> Defaults {
        let mut defaults = self.defaults;
        if let Some(section) = root.section("defaults", &DEFAULTS, report) {
            defaults = timing(&section, defaults, MIN_INTERVAL, report);
        }
        let sections = root.sections("feed", &FEED, report);
        let room = MAX_FEEDS.saturating_sub(self.tables);
        self.tables += sections.len();
        if let (Some(extra), true) = (sections.get(room), room > 0) {
            let message = format!("there are more than {MAX_FEEDS} feeds, which are the most");
            report.add(extra.place(), "too_many", message);
        }
        for section in sections.iter().take(room) {
            let Some((feed, keep)) = feed(section, defaults, &mut self.seen, report) else {
                continue;
            };
            self.keep.insert(feed.key.clone(), keep);
            self.list.push(feed);
        }
        defaults
    }
}

/// Keys and URLs so far, and where they stand.
#[derive(Default)]
struct Seen {
    keys: BTreeMap<FeedKey, Place>,
    urls: BTreeMap<String, Place>,
}

fn feed(
    section: &Section<'_>,
    defaults: Defaults,
    seen: &mut Seen,
    report: &mut Report,
) -> Option<(Arc<Feed>, Option<Keep>)> {
    section.require("id", "\"bbc-world\"", report);
    section.require("url", "\"https://example.org/feed.xml\"", report);
    let key = section.text("id", report).and_then(|id| {
        let key: FeedKey = key::read(&id, report)?;
        key::unique(&mut seen.keys, key, id.place(), "duplicate_feed", "feed", report)
    });
    let url = section.text("url", report).and_then(|text| url(section, &text, seen, report));
    let least = match &url {
        Some(url) if value::is_loopback(url) => MIN_INTERVAL_LOOPBACK,
        _ => MIN_INTERVAL,
    };
    let timing = timing(section, defaults, least, report);
    let name = |key, report: &mut Report| super::line(section.text(key, report), report);
    let title = name("title", report);
    let publisher = name("publisher", report);
    let tags = section.texts("tags", report);
    let feed = Feed {
        key: key?,
        url: url?.into(),
        title,
        publisher,
        tags: tags.into_iter().map(|tag| tag.value).collect(),
        paused: section.boolean("paused", report).unwrap_or(false),
        interval: timing.interval,
        backfill: timing.backfill,
        full_text: timing.full_text,
    };
    Some((Arc::new(feed), timing.keep))
}

fn url(section: &Section<'_>, text: &Literal, seen: &mut Seen, report: &mut Report) -> Option<Url> {
    let place = text.place();
    let result = value::http_url(&text.value);
    if result.as_ref().is_err_and(|bad| bad.code == "inline_secret")
        && let Some(source) = report.sources.get_mut(text.file)
    {
        source.mask(text.span.clone());
    }
    let url = section.parsed(result, &place, report)?;
    let first = seen.urls.entry(url.as_str().to_owned()).or_insert_with(|| place.clone());
    if *first != place {
        let message = "another feed has this URL already";
        report
            .add(place, "duplicate_url", message)
            .related(first.clone(), "first here")
            .hint("one feed can serve any number of topics: leave this one out");
    }
    Some(url)
}

/// `interval = "15m..60m"` or `"30m"`, or `floor` and `ceiling`; and `backfill`.
fn timing(
    section: &Section<'_>,
    defaults: Defaults,
    least: Duration,
    report: &mut Report,
) -> Defaults {
    let range = least..=MAX_INTERVAL;
    let mut interval = defaults.interval;
    let written = section.get("interval").and_then(|_| section.text("interval", report));
    if let Some(text) = &written {
        interval = read_interval(section, text, &range, report).unwrap_or(interval);
    }
    let floor = section.duration("floor", range.clone(), report);
    let ceiling = section.duration("ceiling", range, report);
    if let (Some(text), true) = (&written, floor.or(ceiling).is_some()) {
        let message = "`interval` already says what `floor` and `ceiling` say";
        report.add(text.place(), "conflicting_keys", message);
    }
    let given = (floor, ceiling);
    let floor = floor.unwrap_or(interval.floor.min(ceiling.unwrap_or(MAX_INTERVAL)));
    let ceiling = ceiling.unwrap_or(interval.ceiling.max(floor));
    if let ((Some(_), Some(_)), true) = (given, floor > ceiling) {
        let message = "`floor` is longer than `ceiling`";
        let place = section.get("floor").map_or(section.place(), |value| value.place);
        report.add(place, "out_of_range", message);
    }
    let backfill = section.duration("backfill", Duration::ZERO..=MAX_BACKFILL, report);
    Defaults {
        interval: Interval { floor, ceiling },
        backfill: backfill.unwrap_or(defaults.backfill),
        full_text: section.boolean("full_text", report).unwrap_or(defaults.full_text),
        keep: retention::of_feed(section, report).or(defaults.keep),
    }
}

fn read_interval(
    section: &Section<'_>,
    text: &Literal,
    range: &RangeInclusive<Duration>,
    report: &mut Report,
) -> Option<Interval> {
    let place = text.place();
    let (from, to) = text.value.split_once("..").unwrap_or((&text.value, &text.value));
    let floor = section.parsed(value::duration(from), &place, report)?;
    let ceiling = section.parsed(value::duration(to), &place, report)?;
    let show = value::show_duration;
    if floor > ceiling {
        let message =
            format!("this interval ends ({}) before it begins ({})", show(ceiling), show(floor));
        report.add(place, "out_of_range", message);
        return None;
    }
    if !range.contains(&floor) || !range.contains(&ceiling) {
        let (least, most) = (show(*range.start()), show(*range.end()));
        let message = format!("an interval lies between {least} and {most}");
        let problem = report.add(place, "out_of_range", message);
        if floor >= MIN_INTERVAL_LOOPBACK && *range.start() > MIN_INTERVAL_LOOPBACK {
            let least = show(MIN_INTERVAL_LOOPBACK);
            problem.hint(format!(
                "a feed on this machine (127.0.0.1) may be asked every {least}: write the interval \
                 in its own `[[feed]]`"
            ));
        }
        return None;
    }
    Some(Interval { floor, ceiling })
}
