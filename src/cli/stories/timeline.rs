//! `wirewatch stories timeline`: who told a story first, and how much later the others did, by
//! when they published and by when it was seen here.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{named, tellers};
use crate::cli::args::Format;
use crate::cli::exit::{Exit, Failure};
use crate::cli::moment;
use crate::cli::output::{Column, Records};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::domain::feed::health::span;
use crate::store::Access;
use crate::store::stories::read::{MemberView, StoryDetail};

/// A silence this long within a story is shown.
const GAP: Duration = Duration::from_secs(6 * 3600);

const COLUMNS: &[Column] = &[
    Column::shown("published"),
    Column::shown("lag_s"),
    Column::shown("seen"),
    Column::shown("seen_lag_s"),
    Column::text("publisher"),
    Column::shown("first_of_publisher"),
    Column::shown("gap_before_s"),
    Column::shown("copy_of"),
    Column::shown("copy_share"),
    Column::text("title"),
    Column::shown("entry"),
    Column::shown("feed"),
    Column::link("url"),
];

/// An entry in the order of publication.
struct Moment<'a> {
    view: &'a MemberView,
    /// After the first one.
    lag: Duration,
    seen_lag: Duration,
    first_of_publisher: bool,
    /// Since the one before.
    gap: Duration,
}

pub fn run(id: &str, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::ReadOnly)?;
    let named = named::find(id, &store)?;
    let moments = moments(&named.detail);
    if session.printer.format() == Format::Table {
        let mut page = Page::new(&session.printer);
        self::page(&named.detail, named.remark().as_deref(), &moments, &mut page);
        session.printer.text(&page.text())?;
        return Ok(Exit::Ok);
    }
    let mut records = Records::new(COLUMNS, "");
    moments.iter().for_each(|moment| add(&mut records, moment));
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

/// The entries by when they were published, or seen where they do not say it.
fn moments(detail: &StoryDetail) -> Vec<Moment<'_>> {
    let mut views: Vec<&MemberView> = detail.members.iter().collect();
    views.sort_by_key(|view| (view.member.at, view.first_seen, view.member.entry));
    let first_seen = views.iter().map(|view| view.first_seen).min();
    let first_at = views.first().map(|view| view.member.at);
    let mut publishers = HashSet::new();
    let mut before: Option<Timestamp> = None;
    let mut moments = Vec::new();
    for view in views {
        let at = view.member.at;
        moments.push(Moment {
            view,
            lag: since(first_at, at),
            seen_lag: since(first_seen, view.first_seen),
            first_of_publisher: publishers.insert(view.publisher.as_str()),
            gap: since(before, at),
        });
        before = Some(at);
    }
    moments
}

fn since(from: Option<Timestamp>, to: Timestamp) -> Duration {
    from.and_then(|from| Duration::try_from(to.duration_since(from)).ok()).unwrap_or_default()
}

fn page(detail: &StoryDetail, remark: Option<&str>, moments: &[Moment<'_>], page: &mut Page) {
    let story = &detail.story;
    page.line(&story.headline);
    page.fact("story", &format!("{}: {}", story.id, tellers(story)));
    if let Some(remark) = remark {
        page.fact("", remark);
    }
    if let Some(first) = moments.first() {
        page.fact("first", &first_words(first));
        page.blank();
    }
    for (n, moment) in moments.iter().enumerate() {
        if moment.gap >= GAP {
            page.row(&format!("… nothing for {} …", span(moment.gap)));
        }
        let lag = if n == 0 { "first".to_owned() } else { format!("+{}", span(moment.lag)) };
        let first = format!("{}  {lag:<9}", moment::text(moment.view.member.at));
        let again = if moment.first_of_publisher { "" } else { " again" };
        let (publisher, title) = (&moment.view.publisher, &moment.view.title);
        page.item(&first, &format!("{publisher}{again}: {title}"));
        page.item(&" ".repeat(first.chars().count()), &remarks(moment));
    }
}

fn first_words(first: &Moment<'_>) -> String {
    let (publisher, at) = (&first.view.publisher, moment::text(first.view.member.at));
    let verb = if first.view.published.is_some() { "published" } else { "undated, seen" };
    format!("{publisher}, {verb} {at}")
}

/// When it was seen, against the first; what it repeats; which entry it is.
fn remarks(moment: &Moment<'_>) -> String {
    let view = moment.view;
    let undated = if view.published.is_none() { "undated; " } else { "" };
    let seen = match moment.seen_lag.is_zero() {
        true => "seen first".to_owned(),
        false => format!("seen {} after the first", span(moment.seen_lag)),
    };
    let copy = view.member.copy_of.map(|copied| {
        let whose = view.copied_from.clone().unwrap_or_else(|| copied.entry.to_string());
        format!("; copy of {whose} ({} %)", copied.share / 100)
    });
    format!("{undated}{seen}{}; {}", copy.unwrap_or_default(), view.member.entry)
}

fn add(records: &mut Records, moment: &Moment<'_>) {
    let view = moment.view;
    let copied = view.member.copy_of;
    records.row([
        moment::json_opt(view.published),
        json!(moment.lag.as_secs()),
        moment::json(view.first_seen),
        json!(moment.seen_lag.as_secs()),
        json!(view.publisher),
        json!(moment.first_of_publisher),
        if moment.gap >= GAP { json!(moment.gap.as_secs()) } else { Value::Null },
        json!(copied.map(|copied| copied.entry.to_string())),
        json!(copied.map(|copied| f64::from(copied.share) / 10_000.0)),
        json!(view.title),
        json!(view.member.entry.to_string()),
        json!(view.feed.as_str()),
        json!(view.url),
    ]);
}
