//! Writes a plan, in an order in which every row finds what it refers to.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::domain::feed::{FeedState, Validators};
use crate::domain::ids::{Digest, EntryId, FeedId};
use crate::domain::ingest::{Arranged, Batch, Decision, Found, Plan, View};
use crate::domain::topic::evidence::Match;
use crate::store::column::{Hash, Json, Ms, Text};
use crate::store::error::StoreError;
use crate::store::evidence_row::EvidenceRow;
use crate::store::writer::Session;
use crate::store::{
    alerts, articles, digests, entries, entry_keys, feed_events, feeds, follow_ups, meta, outbox,
    push, stories, story_edits, waits,
};

/// Writes all of `plan`, or fails; the caller's savepoint takes back what was written.
pub(super) fn apply(
    session: &mut Session<'_>,
    batch: &Batch,
    view: &View,
    plan: &Plan,
) -> Result<(), StoreError> {
    let conn = session.conn;
    let links = links(batch, view);
    apply_found(session, batch.fetch.at, view.seen.feed.id, plan, &links)?;
    articles::queue(conn, batch, view, plan)?;
    push::note_hub(conn, batch, view.seen.feed.id)?;
    feeds::save(conn, &feed_state(batch, view, plan))?;
    feeds::add_fetch(conn, &plan.fetch)?;
    feed_events::add_all(conn, &plan.events)?;
    Ok(())
}

/// Writes the plan for an article: all but what concerns the feed itself.
pub(super) fn apply_article(
    session: &mut Session<'_>,
    batch: &Batch,
    plan: &Plan,
) -> Result<(), StoreError> {
    apply_found(session, batch.fetch.at, batch.fetch.feed, plan, &HashMap::new())
}

/// The links by which the stories of new entries are found again.
fn links(batch: &Batch, view: &View) -> HashMap<EntryId, Digest> {
    let arranged = view.arrangement.entries.iter();
    let link = |arranged: &Arranged| match &arranged.found {
        Found::New(placed) => {
            Some((placed.member.entry, batch.entries[arranged.index].features.link?))
        }
        Found::Known { .. } | Found::Twice => None,
    };
    arranged.filter_map(link).collect()
}

/// Writes the plan for a revision that waited: nothing came in.
pub(in crate::store) fn apply_due(
    session: &mut Session<'_>,
    batch: &Batch,
    plan: &Plan,
) -> Result<(), StoreError> {
    apply_found(session, batch.fetch.at, batch.fetch.feed, plan, &HashMap::new())
}

/// Writes what follows from an edit of stories: alerts, and two stories that are one.
pub(in crate::store) fn apply_edit(
    session: &mut Session<'_>,
    plan: &Plan,
    now: Timestamp,
) -> Result<(), StoreError> {
    apply_found(session, now, FeedId(0), plan, &HashMap::new())
}

/// Entries, stories, matches, decisions and alerts. `links` are those of the new entries.
fn apply_found(
    session: &mut Session<'_>,
    now: Timestamp,
    feed: FeedId,
    plan: &Plan,
    links: &HashMap<EntryId, Digest>,
) -> Result<(), StoreError> {
    let conn = session.conn;
    for entry in &plan.entries {
        entries::insert(conn, entry)?;
        session.indexing.added(entry.id);
    }
    for entry in &plan.revised {
        if let Some(before) = entries::revise(conn, entry, now)? {
            session.indexing.revised(entry.id, before);
        }
    }
    apply_keys(conn, feed, plan)?;
    for story in &plan.stories {
        stories::save(conn, story)?;
    }
    for member in &plan.members {
        stories::save_member(conn, member, links.get(&member.entry).copied())?;
    }
    for (entry, revision, found) in &plan.matches {
        add_match(conn, *entry, *revision, found)?;
    }
    for decision in &plan.decisions {
        add_decision(conn, decision, now)?;
    }
    // Before the alerts: what is raised waits no longer.
    for pending in &plan.pending {
        waits::save(conn, pending)?;
    }
    apply_alerts(conn, plan)?;
    for (alert, held) in &plan.held {
        follow_ups::hold(conn, *alert, held.as_ref())?;
    }
    // Alerts that were raised in this plan may go along.
    story_edits::apply_merges(conn, plan, now)?;
    meta::set_last_id(conn, plan.last_id)?;
    Ok(())
}

/// Adds the keys of new entries and the aliases of known ones, which are counted.
fn apply_keys(conn: &Connection, feed: FeedId, plan: &Plan) -> Result<(), StoreError> {
    let new: HashSet<EntryId> = plan.entries.iter().map(|entry| entry.id).collect();
    let mut learnt: HashMap<EntryId, u32> = HashMap::new();
    for (key, entry) in &plan.keys {
        entry_keys::add(conn, feed, *key, *entry)?;
        if !new.contains(entry) {
            *learnt.entry(*entry).or_default() += 1;
        }
    }
    for (entry, keys) in learnt {
        entry_keys::count_aliases(conn, entry, keys)?;
    }
    Ok(())
}

fn apply_alerts(conn: &Connection, plan: &Plan) -> Result<(), StoreError> {
    if plan.alerts.len() != plan.objects.len() {
        let (alerts, objects) = (plan.alerts.len(), plan.objects.len());
        let detail = format!("a plan with {alerts} alert revisions and {objects} objects");
        return Err(StoreError::Defect { detail });
    }
    for (revision, object) in plan.alerts.iter().zip(&plan.objects) {
        alerts::add_revision(conn, revision, object)?;
    }
    for delivery in &plan.deliveries {
        let of = |alert: &&crate::domain::alert::AlertRevision| {
            alert.alert == delivery.alert && alert.seq == delivery.seq
        };
        let created = plan.alerts.iter().find(of).map_or(plan.fetch.at, |alert| alert.at);
        outbox::add(conn, delivery, created)?;
    }
    for withheld in &plan.withheld {
        digests::withhold(conn, withheld)?;
    }
    Ok(())
}

/// The feed's new state. If the feed was given another URL while this batch was on its way, what
/// the old server said of it does not hold for the new one.
fn feed_state(batch: &Batch, view: &View, plan: &Plan) -> FeedState {
    let state = plan.feed.clone();
    if batch.feed.url == view.seen.feed.url {
        return state;
    }
    FeedState {
        url: view.seen.feed.url.clone(),
        validators: Validators::default(),
        body_hash: None,
        next_due: view.seen.feed.next_due,
        next_reason: view.seen.feed.next_reason.clone(),
        memory: view.seen.feed.memory.clone(),
        ..state
    }
}

/// Keeps a match; that an entry's revision was matched by a topic's revision before is no news.
fn add_match(
    conn: &Connection,
    entry: EntryId,
    revision: u32,
    found: &Match,
) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO matches (entry_id, entry_revision, topic, topic_revision, analyser, score, \
         threshold, evidence) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
         ON CONFLICT (entry_id, entry_revision, topic, topic_revision) DO NOTHING",
    )?
    .execute(params![
        entry.0,
        revision,
        Text(&found.topic),
        Hash(found.revision),
        found.analyser,
        found.score,
        found.threshold,
        Json(EvidenceRow::from(&found.evidence)),
    ])?;
    Ok(())
}

fn add_decision(conn: &Connection, decision: &Decision, now: Timestamp) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO decisions (entry_id, topic, story_id, alert_id, verdict, reason_code, \
         reason_text, at, silence_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        decision.entry.0,
        Text(&decision.topic),
        decision.story.0,
        decision.alert.map(|alert| alert.0),
        decision.verdict,
        decision.reason.code,
        decision.reason.text,
        Ms(now),
        decision.silence,
    ])?;
    Ok(())
}
