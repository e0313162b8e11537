//! `wirewatch db prune`: what has had its time goes, or is only told of.

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records};
use crate::cli::page::Page;
use crate::cli::session::Session;
use crate::config::retention::in_words;
use crate::daemon::upkeep;
use crate::store::Access;
use crate::store::error::StoreError;
use crate::store::prune::{FeedShare, Removed, Report, Why};

const COLUMNS: &[Column] = &[
    Column::shown("feed"),
    Column::shown("stored"),
    Column::shown("going"),
    Column::shown("kept_alert"),
    Column::shown("kept_story"),
    Column::shown("kept_verdict"),
    Column::shown("kept_open"),
];

pub fn run(dry_run: bool, session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config()?;
    let retention = &config.retention;
    let rules = json!({
        "keep": in_words(retention.entries),
        "alerts": in_words(retention.alerts),
        "history": in_words(retention.history),
    });
    let access = if dry_run { Access::ReadOnly } else { Access::Existing };
    let store = session.store_of(&config, access)?;
    let now = session.clock.now();
    let limits = store.limits(retention, now)?;
    if dry_run {
        let report = store.prune_report(&limits)?;
        return tell(&report, &rules, session);
    }
    let removed = session.wait(async {
        let never = CancellationToken::new();
        store.remember_keeps(retention).await?;
        let removed = upkeep::prune(&store, limits.clone(), None, &never).await?;
        store.finish_prune(limits.into(), now).await?;
        while store.give_back().await? {}
        Ok::<_, StoreError>(removed)
    })??;
    let Removed { alerts, stories, entries, deliveries, notices, digests, skipped } = removed;
    let text = match removed.is_nothing() {
        true => "nothing has had its time".to_owned(),
        false => format!(
            "took out {entries} entries of {stories} stories, {alerts} alerts, {deliveries} \
             deliveries, {notices} notices, {digests} digests"
        ),
    };
    let object = json!({
        "entries": entries, "stories": stories, "alerts": alerts, "deliveries": deliveries,
        "notices": notices, "digests": digests, "skipped": skipped, "retention": rules,
    });
    if skipped > 0 {
        session.messages.warn(&format!(
            "{skipped} of what has had its time cannot be taken out: `wirewatch db verify`"
        ));
    }
    session.printer.object(&object, &text)?;
    Ok(Exit::Ok)
}

fn tell(report: &Report, rules: &Value, session: &mut Session) -> Result<Exit, Failure> {
    let rows: Vec<Value> = report.feeds.iter().map(row).collect();
    let going: u64 = report.feeds.iter().map(|share| share.going).sum();
    let mut page = Page::new(&session.printer);
    page.line("of each feed: entries stored, of these going; old ones that stay, and why");
    for share in &report.feeds {
        page.field(share.feed.as_str(), &in_short(share));
    }
    let Report { alerts, stories, deliveries, notices, digests, .. } = report;
    page.blank();
    page.line(&format!(
        "{going} entries of {stories} stories would go, {alerts} alerts, {deliveries} deliveries, \
         {notices} notices, {digests} digests; nothing was taken out"
    ));
    let object = json!({
        "entries": going, "stories": stories, "alerts": alerts, "deliveries": deliveries,
        "notices": notices, "digests": digests, "retention": rules, "feeds": rows,
    });
    let rows = Records::of_objects(COLUMNS, &rows);
    session.printer.report(&object, &page.text(), &rows)?;
    Ok(Exit::Ok)
}

fn row(share: &FeedShare) -> Value {
    let kept = |why: Why| share.kept.get(&why).copied().unwrap_or_default();
    json!({
        "feed": share.feed.as_str(),
        "stored": share.stored,
        "going": share.going,
        "kept_alert": kept(Why::Alert),
        "kept_story": kept(Why::Story),
        "kept_verdict": kept(Why::Verdict),
        "kept_open": kept(Why::Open),
    })
}

/// `1200 stored, 300 going; old and kept: 12 for an alert, 3 for their story`.
fn in_short(share: &FeedShare) -> String {
    let words = |why: &Why| match why {
        Why::Alert => "for an alert",
        Why::Story => "for a story that goes on",
        Why::Verdict => "for a verdict",
        Why::Open => "as still open",
    };
    let kept = share.kept.iter().map(|(why, count)| format!("{count} {}", words(why)));
    let kept = kept.collect::<Vec<_>>().join(", ");
    let kept = if kept.is_empty() { kept } else { format!("; old and kept: {kept}") };
    format!("{} stored, {} going{kept}", share.stored, share.going)
}
