//! Reads what is known as far as it bears on a batch.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use super::story_facts::{held, read_alerts, read_aliases, read_told};
use super::tellings;
use crate::domain::alert::budget;
use crate::domain::entry::identity;
use crate::domain::feed::FeedState;
use crate::domain::ids::{AlertId, Digest, EntryId, FeedId, StoryId, TopicId};
use crate::domain::ingest::{
    ARCHIVE, Arrangement, Batch, Found, Known, Past, Prepared, Route, Seen, View,
};
use crate::domain::story::headline;
use crate::domain::topic::evidence::Match;
use crate::store::column::{Hash, Json, Ms, key, time};
use crate::store::error::StoreError;
use crate::store::writer::Session;
use crate::store::{digests, entries, entry_keys, feeds, meta, silences, stories, story_index};

/// The keys of a batch that its feed has had before.
type Keys = HashMap<Digest, Arc<Known>>;

/// How many of a feed's latest entries say to which sites it leads.
const SITES_OF: u32 = 50;

/// Reads what was there before a batch. `about` is the known entry that the batch is about, by
/// whatever keys it comes.
pub(super) fn seen(
    session: &mut Session<'_>,
    batch: &Batch,
    about: Option<EntryId>,
) -> Result<Seen, StoreError> {
    let conn = session.conn;
    let feed = feeds::load(conn, batch.fetch.feed)?
        .ok_or_else(|| StoreError::Unknown { what: "feed", name: batch.feed.key.to_string() })?;
    let keys = batch.entries.iter().flat_map(|entry| entry.keys.iter());
    let known = match about {
        Some(entry) => entry_keys::known_as(conn, entry, keys)?,
        None if entry_keys::any(conn, feed.id)? => entry_keys::known(conn, feed.id, keys)?,
        None => Keys::new(),
    };
    let past = past(conn, feed.id, &batch.entries, &known)?;
    let mut seen = Seen { known, past, ..unseen(meta::last_id(conn)?, feed) };
    if about.is_none() {
        read_links(session, batch, &mut seen)?;
    }
    Ok(seen)
}

/// Whether some entry of a batch may be new: entries known by all their keys are in their story
/// already.
pub(super) fn may_be_new(seen: &Seen, batch: &Batch) -> bool {
    batch.entries.iter().any(|entry| is_unknown(seen, entry))
}

fn is_unknown(seen: &Seen, entry: &Prepared) -> bool {
    !entry.keys.iter().all(|key| seen.known.contains_key(&key))
}

/// The newest entries with the links of unknown entries, and what their stories are like if these
/// have slept.
fn read_links(session: &mut Session<'_>, batch: &Batch, seen: &mut Seen) -> Result<(), StoreError> {
    let conn = session.conn;
    for entry in &batch.entries {
        let Some(link) = entry.features.link.filter(|_| is_unknown(seen, entry)) else { continue };
        let linked = stories::by_link(conn, link, seen.feed.id, batch.fetch.at)?;
        seen.links.extend(linked.map(|linked| (link, linked)));
    }
    let of_links: HashSet<StoryId> = seen.links.values().map(|linked| linked.story).collect();
    for story in of_links {
        if let Some(state) = story_index::state(conn, story)? {
            seen.asleep.insert(story, state);
        }
    }
    Ok(())
}

/// Reads what there is of the stories that the arrangement concerns. `now` is the time of the
/// batch's fetch.
pub(super) fn read(
    conn: &Connection,
    batch: &Batch,
    seen: Seen,
    arrangement: Arrangement,
    about: Option<EntryId>,
) -> Result<View, StoreError> {
    let now = batch.fetch.at;
    let mut view = View::of(seen, arrangement);
    let concerned = Concerned::of(&view, batch, about);
    for id in &concerned.told {
        let Some(story) = stories::load(conn, *id)? else { continue };
        let current = story.headline_of.filter(|current| headline::may_change(*current, now));
        if let Some(current) = current
            && let Some(held) = held(conn, current.entry)?
        {
            view.held.insert(*id, held);
        }
        view.stories.insert(*id, story);
    }
    let mut found = batch.entries.iter().flat_map(|entry| &entry.matches);
    if concerned.matched.is_empty() && found.next().is_none() {
        return Ok(view);
    }
    view.silences = silences::not_over(conn, now)?;
    view.in_use_since = in_use_since(conn, &view.seen.known, &batch.entries)?;
    read_earlier(conn, batch, about, &mut view)?;
    read_pushed(conn, batch, &concerned, now, &mut view)?;
    for id in &concerned.matched {
        read_alerts(conn, *id, &mut view)?;
        read_aliases(conn, *id, &mut view)?;
    }
    let merged: Vec<AlertId> = (view.alerts.iter())
        .filter(|((_, story), _)| concerned.merged.contains(story))
        .map(|(_, alert)| alert.alert)
        .collect();
    for alert in merged {
        read_told(conn, alert, &mut view)?;
    }
    let found = batch.entries.iter().flat_map(|entry| &entry.matches);
    let curious = found.filter(|(topic, _)| topic.alert.follow_up.new_facts);
    let mut curious: Vec<TopicId> = curious.map(|(topic, _)| topic.id.clone()).collect();
    curious.sort_unstable();
    curious.dedup();
    tellings::read(conn, &curious, &mut view)?;
    Ok(view)
}

/// Reads what bears on one story, where nothing came in: its feed is that of the batch. `curious` is
/// the topic concerned, if it wants new facts.
pub(in crate::store) fn of_story(
    session: &mut Session<'_>,
    batch: &Batch,
    curious: Option<&TopicId>,
    id: StoryId,
) -> Result<View, StoreError> {
    let conn = session.conn;
    let now = batch.fetch.at;
    let feed = feeds::load(conn, batch.fetch.feed)?
        .ok_or_else(|| StoreError::Unknown { what: "feed", name: batch.feed.key.to_string() })?;
    let seen = unseen(meta::last_id(conn)?, feed);
    let arrangement = Arrangement { last_id: seen.last_id, ..Arrangement::default() };
    let mut view = View::of(seen, arrangement);
    view.silences = silences::not_over(conn, now)?;
    read_policy(conn, &batch.routes, now, &mut view)?;
    if let Some(story) = stories::load(conn, id)? {
        view.stories.insert(id, story);
        read_alerts(conn, id, &mut view)?;
        read_aliases(conn, id, &mut view)?;
        tellings::read(conn, curious.map_or(&[], std::slice::from_ref), &mut view)?;
    }
    Ok(view)
}

/// What is known of a feed of which nothing came in.
fn unseen(last_id: i64, feed: FeedState) -> Seen {
    Seen {
        last_id,
        feed,
        known: HashMap::new(),
        past: Past::default(),
        links: HashMap::new(),
        asleep: HashMap::new(),
    }
}

/// The stories that a decision asks for.
#[derive(Default)]
struct Concerned {
    /// Those that an entry of the batch joins or tells anew, and those that are merged.
    told: HashSet<StoryId>,
    /// Those of them in which something matches, and those that are merged: with their alerts.
    matched: HashSet<StoryId>,
    merged: HashSet<StoryId>,
}

impl Concerned {
    fn of(view: &View, batch: &Batch, about: Option<EntryId>) -> Self {
        let mut concerned = Self::default();
        for arranged in &view.arrangement.entries {
            let prepared = &batch.entries[arranged.index];
            match &arranged.found {
                Found::New(placed) => {
                    concerned.add(placed.member.story, prepared);
                    if let Some(merge) = &placed.merge {
                        concerned.merged.extend([merge.into, merge.from]);
                    }
                }
                Found::Known { known, again: false } if known.content != Some(prepared.content) => {
                    known.story.iter().for_each(|story| concerned.add(*story, prepared));
                }
                Found::Known { .. } | Found::Twice => {}
            }
        }
        if let (Some(entry), Some(prepared)) = (about, batch.entries.first()) {
            let known = view.seen.known.values().find(|known| known.entry == entry);
            known.and_then(|known| known.story).iter().for_each(|s| concerned.add(*s, prepared));
        }
        concerned.told.extend(&concerned.merged);
        concerned.matched.extend(&concerned.merged);
        concerned
    }

    fn add(&mut self, story: StoryId, prepared: &Prepared) {
        self.told.insert(story);
        if !prepared.matches.is_empty() {
            self.matched.insert(story);
        }
    }
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

/// What known entries said that are revised, where a rule that matched is younger than they are.
fn read_earlier(
    conn: &Connection,
    batch: &Batch,
    about: Option<EntryId>,
    view: &mut View,
) -> rusqlite::Result<()> {
    for prepared in batch.entries.iter().filter(|_| batch.rules.is_some()) {
        let known = prepared.keys.iter().filter_map(|key| view.seen.known.get(&key));
        let is_younger = |known: &Known, found: &Match| {
            let since = view.in_use_since.get(&found.revision);
            since.is_none_or(|since| *since > known.first_seen)
        };
        let revised: Vec<EntryId> = known
            .filter(|known| known.content != Some(prepared.content) || about == Some(known.entry))
            .filter(|known| prepared.matches.iter().any(|(_, found)| is_younger(known, found)))
            .map(|known| known.entry)
            .collect();
        for id in revised {
            if let Some((earlier, _)) = entries::load(conn, id)? {
                view.earlier.insert(id, earlier);
            }
        }
    }
    Ok(())
}

/// What was pushed, where a topic with a budget may push.
fn read_pushed(
    conn: &Connection,
    batch: &Batch,
    concerned: &Concerned,
    now: Timestamp,
    view: &mut View,
) -> rusqlite::Result<()> {
    let mut found = batch.entries.iter().flat_map(|entry| &entry.matches);
    let thrifty = found.any(|(topic, _)| topic.alert.budget.is_some());
    if thrifty || !concerned.merged.is_empty() {
        read_budgets(conn, &batch.routes, now, view)?;
    }
    read_channels(conn, &batch.routes, now, view)
}

/// What of each topic was pushed within the last day, and whether its budget held something back
/// on this one. What a clock dated that was ahead by then does not count, nor what disturbed nobody:
/// quiet hours held it, and a digest told of it instead. The index that is named
/// by these conditions holds hardly more than is counted.
fn read_budgets(
    conn: &Connection,
    routes: &[Route],
    now: Timestamp,
    view: &mut View,
) -> rusqlite::Result<()> {
    let budgeted = routes.iter().filter(|route| route.budgeted);
    let budgeted = Json(budgeted.map(|route| route.channel.as_str()).collect::<Vec<_>>());
    let (window, today) = (budget::counted_since(now), budget::day_of(now));
    let mut query = conn.prepare_cached(
        "SELECT a.topic, sum(r.reach = 'pushed' AND NOT (EXISTS (SELECT 1 FROM deliveries AS d \
             WHERE d.alert_id = r.alert_id AND d.seq = r.seq AND d.state = 'gathered') \
           AND NOT EXISTS (SELECT 1 FROM deliveries AS d \
             WHERE d.alert_id = r.alert_id AND d.seq = r.seq AND d.state <> 'gathered' \
             AND d.channel IN (SELECT value FROM json_each(?4))))), sum(r.reach = 'held_back' AND r.at >= ?2 \
           AND EXISTS (SELECT 1 FROM withheld AS w WHERE w.alert_id = r.alert_id \
             AND w.seq = r.seq AND w.why = 'topic_budget')) \
         FROM alert_revisions AS r JOIN alerts AS a ON a.id = r.alert_id \
         WHERE r.reach IN ('pushed', 'held_back') AND r.at > ?1 AND r.at <= ?3 \
         GROUP BY a.topic",
    )?;
    let mut rows = query.query((Ms(window), Ms(today), Ms(now), budgeted))?;
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

/// Adds to a view of stories that are edited what bears on telling of it.
pub(in crate::store) fn read_policy(
    conn: &Connection,
    routes: &[Route],
    now: Timestamp,
    view: &mut View,
) -> rusqlite::Result<()> {
    read_budgets(conn, routes, now, view)?;
    read_channels(conn, routes, now, view)
}
