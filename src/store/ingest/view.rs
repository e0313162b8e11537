//! Reads what is known as far as it bears on a batch.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use crate::domain::alert::budget;
use crate::domain::ids::{AlertId, Digest, EntryId, FeedId, IdSource, StoryId, TopicId};
use crate::domain::ingest::{AlertSoFar, Batch, Known, MAX_MATCHED, Prepared, View};
use crate::domain::story::{Member, Story};
use crate::store::column::{Hash, Json, Ms, key, time};
use crate::store::error::StoreError;
use crate::store::writer::Session;
use crate::store::{entries, feeds, meta, silences, stories};

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
    let known = match about {
        Some(entry) => known_as(conn, entry, &batch.entries)?,
        None => known(conn, feed.id, &batch.entries)?,
    };
    let candidates = candidates(session, &batch.entries, &known, now)?;
    let mut view = View {
        last_id: meta::last_id(conn)?,
        feed,
        known,
        candidates,
        stories: HashMap::new(),
        alerts: HashMap::new(),
        matched: HashMap::new(),
        silences: silences::not_over(conn, now)?,
        in_use_since: HashMap::new(),
        pushed: HashMap::new(),
        held_back: HashSet::new(),
    };
    let mut found = batch.entries.iter().flat_map(|entry| &entry.matches);
    if found.any(|(topic, _)| topic.alert.budget.is_some()) {
        read_budgets(conn, now, &mut view)?;
    }
    view.in_use_since = in_use_since(conn, &view.known, &batch.entries)?;
    for id in stories_of(&view, &batch.entries, about) {
        if let Some(story) = stories::load(conn, id)? {
            read_story(conn, story, &mut view)?;
        }
    }
    Ok(view)
}

/// Which keys of these entries the feed has had before, with the entries they stand for.
fn known(
    conn: &Connection,
    feed: FeedId,
    prepared: &[Prepared],
) -> rusqlite::Result<HashMap<Digest, Known>> {
    let mut known = HashMap::new();
    if !has_keys(conn, feed)? {
        return Ok(known);
    }
    let mut entries: HashMap<EntryId, Known> = HashMap::new();
    for key in prepared.iter().flat_map(|entry| entry.keys.iter()) {
        let Some(id) = entries::by_key(conn, feed, key)? else {
            continue;
        };
        let entry = match entries.get(&id) {
            Some(entry) => entry.clone(),
            None => {
                let entry = known_entry(conn, id)?;
                entries.insert(id, entry.clone());
                entry
            }
        };
        known.insert(key, entry);
    }
    Ok(known)
}

/// The entry that these entries are known to be.
fn known_as(
    conn: &Connection,
    id: EntryId,
    prepared: &[Prepared],
) -> rusqlite::Result<HashMap<Digest, Known>> {
    let known = known_entry(conn, id)?;
    let keys = prepared.iter().flat_map(|entry| entry.keys.iter());
    Ok(keys.map(|key| (key, known.clone())).collect())
}

/// Whether the feed has had any entry: on its first fetch, hundreds of look-ups are spared.
fn has_keys(conn: &Connection, feed: FeedId) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM entry_keys WHERE feed_id = ?1 LIMIT 1")?
        .query_row([feed.0], |_| Ok(()))
        .optional()
        .map(|found| found.is_some())
}

/// What is known of an entry; of a purged one, hardly more than that it was there.
fn known_entry(conn: &Connection, id: EntryId) -> rusqlite::Result<Known> {
    let known = conn
        .prepare_cached(
            "SELECT e.revision, e.content, m.story_id, e.first_seen FROM entries AS e \
             LEFT JOIN story_members AS m ON m.entry_id = e.id WHERE e.id = ?1",
        )?
        .query_row([id.0], |row| {
            let Hash(content) = row.get(1)?;
            Ok(Known {
                entry: id,
                revision: row.get(0)?,
                content: Some(content),
                story: row.get::<_, Option<i64>>(2)?.map(StoryId),
                first_seen: time(row, 3)?,
                topics: Vec::new(),
            })
        })
        .optional()?;
    let mut known = known.unwrap_or(Known {
        entry: id,
        revision: 0,
        content: None,
        story: None,
        first_seen: IdSource::made_at(id.0),
        topics: Vec::new(),
    });
    known.topics = conn
        .prepare_cached("SELECT DISTINCT topic FROM matches WHERE entry_id = ?1")?
        .query_map([id.0], |row| key(row, 0))?
        .collect::<Result<_, _>>()?;
    Ok(known)
}

/// Since when the rules that matched known entries are in use.
fn in_use_since(
    conn: &Connection,
    known: &HashMap<Digest, Known>,
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
    known: &HashMap<Digest, Known>,
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
        let changed = move |known: &&Known| about.is_some() || known.content != Some(entry.content);
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

/// Adds a story to the view, with its alerts and the publishers that matched in it.
fn read_story(conn: &Connection, story: Story, view: &mut View) -> rusqlite::Result<()> {
    let id = story.id;
    view.stories.insert(id, story);
    read_matched(conn, id, &mut view.matched)?;
    let mut query = conn.prepare_cached(
        "SELECT a.id, a.topic, a.seq, r.event = 'opened', a.revised, a.publishers, a.shadow \
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
            last_activity: matched.map(|(_, at)| *at).max().unwrap_or(revised),
            shadow: row.get(6)?,
        };
        view.alerts.insert((topic, id), alert);
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
