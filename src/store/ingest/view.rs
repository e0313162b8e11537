//! Reads what is known as far as it bears on a batch.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use super::tellings;
use crate::domain::alert::budget;
use crate::domain::entry::identity;
use crate::domain::feed::FeedState;
use crate::domain::ids::{AlertId, Digest, EntryId, FeedId, StoryId, TopicId};
use crate::domain::ingest::{
    ARCHIVE, AlertSoFar, Batch, Known, MAX_MATCHED, Past, Prepared, Route, View,
};
use crate::domain::story::{Member, Story};
use crate::store::column::{Hash, Json, Ms, key, time};
use crate::store::error::StoreError;
use crate::store::follow_ups::read_held;
use crate::store::topics::severity;
use crate::store::writer::Session;
use crate::store::{digests, entry_keys, feeds, meta, silences, stories};

/// The keys of a batch that its feed has had before.
type Keys = HashMap<Digest, Arc<Known>>;

/// How many of a feed's latest entries say to which sites it leads.
const SITES_OF: u32 = 50;

/// Publishers whose entries matched, by topic and story, with when.
type Matched = HashMap<(TopicId, StoryId), Vec<(String, Timestamp)>>;

/// Reads the view. `now` is the time of the batch's fetch. `about` is the known entry that the
/// batch is about, by whatever keys it comes.
pub(super) fn read(
    session: &mut Session<'_>,
    batch: &Batch,
    about: Option<EntryId>,
) -> Result<View, StoreError> {
    let conn = session.conn;
    let now = batch.fetch.at;
    let feed = feeds::load(conn, batch.fetch.feed)?
        .ok_or_else(|| StoreError::Unknown { what: "feed", name: batch.feed.key.to_string() })?;
    let keys = batch.entries.iter().flat_map(|entry| entry.keys.iter());
    let known = match about {
        Some(entry) => entry_keys::known_as(conn, entry, keys)?,
        None if entry_keys::any(conn, feed.id)? => entry_keys::known(conn, feed.id, keys)?,
        None => Keys::new(),
    };
    let past = past(conn, feed.id, &batch.entries, &known)?;
    let candidates = candidates(session, &batch.entries, &known, now)?;
    let mut view = View { known, past, candidates, ..empty(conn, feed, now)? };
    let mut found = batch.entries.iter().flat_map(|entry| &entry.matches);
    if found.any(|(topic, _)| topic.alert.budget.is_some()) {
        read_budgets(conn, now, &mut view)?;
    }
    if batch.entries.iter().any(|entry| !entry.matches.is_empty()) {
        read_channels(conn, &batch.routes, now, &mut view)?;
    }
    view.in_use_since = in_use_since(conn, &view.known, &batch.entries)?;
    for id in stories_of(&view, &batch.entries, about) {
        if let Some(story) = stories::load(conn, id)? {
            read_story(conn, story, &mut view)?;
        }
    }
    let found = batch.entries.iter().flat_map(|entry| &entry.matches);
    let curious = found.filter(|(topic, _)| topic.alert.follow_up.new_facts);
    let mut curious: Vec<TopicId> = curious.map(|(topic, _)| topic.id.clone()).collect();
    curious.sort_unstable();
    curious.dedup();
    tellings::read(conn, &curious, &mut view)?;
    Ok(view)
}

/// Reads what bears on one story of a topic, where nothing came in: its feed is that of the batch.
pub(in crate::store) fn of_story(
    session: &mut Session<'_>,
    batch: &Batch,
    (topic, id): (&TopicId, StoryId),
) -> Result<View, StoreError> {
    let conn = session.conn;
    let now = batch.fetch.at;
    let feed = feeds::load(conn, batch.fetch.feed)?
        .ok_or_else(|| StoreError::Unknown { what: "feed", name: batch.feed.key.to_string() })?;
    let mut view = empty(conn, feed, now)?;
    read_budgets(conn, now, &mut view)?;
    read_channels(conn, &batch.routes, now, &mut view)?;
    if let Some(story) = stories::load(conn, id)? {
        read_story(conn, story, &mut view)?;
        tellings::read(conn, std::slice::from_ref(topic), &mut view)?;
    }
    Ok(view)
}

/// A view of a feed alone.
fn empty(conn: &Connection, feed: FeedState, now: Timestamp) -> rusqlite::Result<View> {
    Ok(View {
        last_id: meta::last_id(conn)?,
        feed,
        known: HashMap::new(),
        past: Past::default(),
        candidates: Vec::new(),
        stories: HashMap::new(),
        alerts: HashMap::new(),
        matched: HashMap::new(),
        silences: silences::not_over(conn, now)?,
        in_use_since: HashMap::new(),
        pushed: HashMap::new(),
        held_back: HashSet::new(),
        tellings: HashMap::new(),
        pending: HashMap::new(),
        channels_told: HashMap::new(),
    })
}

/// What the feed was like before, as far as this batch asks.
fn past(
    conn: &Connection,
    feed: FeedId,
    prepared: &[Prepared],
    known: &Keys,
) -> rusqlite::Result<Past> {
    let mut past = Past { any: entry_keys::any(conn, feed)?, ..Past::default() };
    if !past.any {
        return Ok(past);
    }
    if prepared.len() >= ARCHIVE {
        past.longest = conn
            .prepare_cached(
                "SELECT max(entries) FROM fetches WHERE feed_id = ?1 AND outcome = 'fresh'",
            )?
            .query_row([feed.0], |row| row.get(0))?;
    }
    if known.is_empty() {
        let mut urls = conn.prepare_cached(&format!(
            "SELECT url FROM entries WHERE feed_id = ?1 ORDER BY id DESC LIMIT {SITES_OF}"
        ))?;
        for url in urls.query_map([feed.0], |row| row.get::<_, Option<String>>(0))? {
            past.sites.extend(url?.as_deref().and_then(identity::site));
        }
    }
    Ok(past)
}

/// Since when the rules that matched known entries are in use.
fn in_use_since(
    conn: &Connection,
    known: &Keys,
    prepared: &[Prepared],
) -> rusqlite::Result<HashMap<Digest, Timestamp>> {
    let mut since = HashMap::new();
    let is_known = |entry: &&Prepared| entry.keys.iter().any(|key| known.contains_key(&key));
    for (topic, found) in prepared.iter().filter(is_known).flat_map(|entry| &entry.matches) {
        if since.contains_key(&found.revision) {
            continue;
        }
        let first_used = conn
            .prepare_cached(
                "SELECT first_used FROM topic_revisions WHERE topic = ?1 AND revision = ?2",
            )?
            .query_row((topic.id.as_str(), Hash(found.revision)), |row| time(row, 0))
            .optional()?;
        if let Some(at) = first_used {
            since.insert(found.revision, at);
        }
    }
    Ok(since)
}

/// Members whose story an entry of the batch may tell. Entries known by all their keys are in
/// their story already.
fn candidates(
    session: &mut Session<'_>,
    prepared: &[Prepared],
    known: &Keys,
    now: Timestamp,
) -> rusqlite::Result<Vec<Member>> {
    let conn = session.conn;
    let mut seen = HashSet::new();
    let mut candidates = Vec::new();
    let mut caught_up = false;
    for entry in prepared {
        if entry.keys.iter().all(|key| known.contains_key(&key)) {
            continue;
        }
        if !caught_up {
            session.recent.catch_up(conn, now)?;
            caught_up = true;
        }
        if let Some(link) = entry.signature.link {
            let same_link = stories::by_link(conn, link, now)?;
            candidates.extend(same_link.into_iter().filter(|member| seen.insert(member.entry)));
        }
        for id in session.recent.alike(&entry.signature.terms, now) {
            if seen.insert(id) {
                candidates.extend(stories::member(conn, id)?);
            }
        }
    }
    Ok(candidates)
}

/// The stories a decision may ask for: those of the candidates, and those of known entries that
/// now say something else.
fn stories_of(view: &View, prepared: &[Prepared], about: Option<EntryId>) -> HashSet<StoryId> {
    let candidates = view.candidates.iter().map(|member| member.story);
    let revised = prepared.iter().flat_map(|entry| {
        let known = entry.keys.iter().filter_map(|key| view.known.get(&key));
        let changed =
            move |known: &&Arc<Known>| about.is_some() || known.content != Some(entry.content);
        known.filter(changed).filter_map(|known| known.story)
    });
    candidates.chain(revised).collect()
}

/// What of each topic was pushed within the last day, and held back on this one. The index that
/// is named by these conditions holds hardly more than is counted.
fn read_budgets(conn: &Connection, now: Timestamp, view: &mut View) -> rusqlite::Result<()> {
    let (window, today) = (budget::counted_since(now), budget::day_of(now));
    let mut query = conn.prepare_cached(
        "SELECT a.topic, sum(r.reach = 'pushed'), sum(r.reach = 'held_back' AND r.at >= ?2) \
         FROM alert_revisions AS r JOIN alerts AS a ON a.id = r.alert_id \
         WHERE r.reach IN ('pushed', 'held_back') AND r.at > ?1 GROUP BY a.topic",
    )?;
    let mut rows = query.query((Ms(window), Ms(today)))?;
    while let Some(row) = rows.next()? {
        let topic: TopicId = key(row, 0)?;
        let (pushed, held_back): (u32, u32) = (row.get(1)?, row.get(2)?);
        if held_back > 0 {
            view.held_back.insert(topic.clone());
        }
        view.pushed.insert(topic, pushed);
    }
    Ok(())
}

/// What channels with a budget were sent within the last day.
fn read_channels(
    conn: &Connection,
    routes: &[Route],
    now: Timestamp,
    view: &mut View,
) -> rusqlite::Result<()> {
    for Route { channel, .. } in routes.iter().filter(|route| route.terms.budget.is_some()) {
        let told = digests::told_within_budget(conn, channel, now)?;
        view.channels_told.insert(channel.clone(), told);
    }
    Ok(())
}

/// Adds a story to the view, with its alerts and the publishers that matched in it.
fn read_story(conn: &Connection, story: Story, view: &mut View) -> rusqlite::Result<()> {
    let id = story.id;
    view.stories.insert(id, story);
    read_matched(conn, id, &mut view.matched)?;
    read_pending(conn, id, view)?;
    let mut query = conn.prepare_cached(
        "SELECT a.id, a.topic, a.seq, r.event = 'opened', a.revised, a.publishers, a.shadow, \
         a.severity, a.held_due, a.held_entry, a.held_severity, a.held_code, a.held_text \
         FROM alerts AS a JOIN alert_revisions AS r ON r.alert_id = a.id AND r.seq = a.seq \
         WHERE a.story_id = ?1",
    )?;
    let mut rows = query.query([id.0])?;
    while let Some(row) = rows.next()? {
        let topic: TopicId = key(row, 1)?;
        let Json(publishers) = row.get(5)?;
        let revised = time(row, 4)?;
        let matched = view.matched.get(&(topic.clone(), id)).into_iter().flatten();
        let alert = AlertSoFar {
            alert: AlertId(row.get(0)?),
            seq: row.get(2)?,
            just_opened: row.get(3)?,
            revised,
            publishers,
            severity: severity(row, 7)?,
            held: read_held(row, 8)?,
            last_activity: matched.map(|(_, at)| *at).max().unwrap_or(revised),
            shadow: row.get(6)?,
        };
        view.alerts.insert((topic, id), alert);
    }
    Ok(())
}

/// Since when the story waits for publishers, for each topic for which it does.
fn read_pending(conn: &Connection, story: StoryId, view: &mut View) -> rusqlite::Result<()> {
    let mut query =
        conn.prepare_cached("SELECT topic, since FROM pending_alerts WHERE story_id = ?1")?;
    let mut rows = query.query([story.0])?;
    while let Some(row) = rows.next()? {
        view.pending.insert((key(row, 0)?, story), time(row, 1)?);
    }
    Ok(())
}

fn read_matched(conn: &Connection, story: StoryId, matched: &mut Matched) -> rusqlite::Result<()> {
    let mut query = conn.prepare_cached(&format!(
        "SELECT topic, publisher, at FROM (\
           SELECT topic, publisher, at, \
             row_number() OVER (PARTITION BY topic ORDER BY last DESC) AS n FROM (\
             SELECT x.topic, e.publisher, m.at, max(m.entry_id) AS last FROM story_members AS m \
             JOIN matches AS x ON x.entry_id = m.entry_id JOIN entries AS e ON e.id = m.entry_id \
             WHERE m.story_id = ?1 GROUP BY x.topic, e.publisher, m.at)) \
         WHERE n <= {MAX_MATCHED}"
    ))?;
    let mut rows = query.query([story.0])?;
    while let Some(row) = rows.next()? {
        let publishers = matched.entry((key(row, 0)?, story)).or_default();
        publishers.push((row.get(1)?, time(row, 2)?));
    }
    Ok(())
}
