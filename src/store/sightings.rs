//! Where a link was seen, and which feeds carry a site: to answer why something did, or never
//! did, arrive.

use rusqlite::Connection;

use super::Store;
use super::column::Hash;
use super::error::StoreError;
use super::feeds::FeedView;
use crate::domain::entry::identity::{link_key, normalise_link, site};
use crate::domain::ids::{AlertId, Digest, EntryId, FeedId};

/// Most entries named of one link: many feeds may carry it.
const MAX_ENTRIES: usize = 50;

/// Entries looked through for a link that names no single entry of its feed, newest first.
const MAX_SCANNED: u32 = 50_000;

/// Entries of a feed whose links tell which sites it carries, newest first.
const MAX_SAMPLED: u32 = 200;

/// Most revisions of one alert.
const MAX_REVISIONS: u32 = 1_000;

/// Where a link was seen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sightings {
    /// Stored entries with this link, newest first.
    pub entries: Vec<EntryId>,
    /// It was seen, but the entry is no longer stored.
    pub purged: bool,
}

/// A feed that carries a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Carrier {
    pub feed: FeedView,
    /// The feed itself lies on that site.
    pub is_own: bool,
    /// How many of its newest entries link to the site.
    pub links: u32,
}

/// Which entry a revision of an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevisionEntry {
    pub seq: u32,
    pub entry: EntryId,
}

impl Store {
    /// Entries with this link, whatever its tracking parameters, scheme and `www.`.
    pub fn entry_by_link(&self, url: &str) -> Result<Sightings, StoreError> {
        let Some(wanted) = normalise_link(url) else {
            return Ok(Sightings::default());
        };
        // A permalink may stand as guid while the link leads over a counter.
        let guid = Digest::of("guid", &[url.trim().as_bytes()]);
        let keys: Vec<Digest> = link_key(url).into_iter().chain([guid]).collect();
        self.read(|conn| {
            let mut found = by_keys(conn, &keys)?;
            if found.entries.is_empty() {
                found.entries = by_scan(conn, &wanted)?;
            }
            found.entries.sort_unstable_by(|a, b| b.cmp(a));
            found.entries.dedup();
            found.entries.truncate(MAX_ENTRIES);
            Ok(found)
        })
    }

    /// Feeds that lie on this site (a registrable domain) or link to it, retired ones among them.
    pub fn carriers(&self, domain: &str) -> Result<Vec<Carrier>, StoreError> {
        let views = self.feeds()?;
        self.read(|conn| {
            let mut carriers = Vec::new();
            for feed in views {
                let is_own = site(&feed.state.url).as_deref() == Some(domain);
                let links = links_to(conn, feed.state.id, domain)?;
                if is_own || links > 0 {
                    carriers.push(Carrier { feed, is_own, links });
                }
            }
            Ok(carriers)
        })
    }

    /// The entries that an alert's revisions are about, oldest revision first.
    pub fn alert_entries(&self, alert: AlertId) -> Result<Vec<RevisionEntry>, StoreError> {
        self.read(|conn| {
            let mut query = conn.prepare_cached(
                "SELECT seq, entry_id FROM alert_revisions WHERE alert_id = ?1 ORDER BY seq LIMIT ?2",
            )?;
            let rows = query.query_map((alert.0, MAX_REVISIONS), |row| {
                Ok(RevisionEntry { seq: row.get(0)?, entry: EntryId(row.get(1)?) })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

/// Entries known by one of these keys in any feed.
fn by_keys(conn: &Connection, keys: &[Digest]) -> rusqlite::Result<Sightings> {
    let mut found = Sightings::default();
    let mut query = conn.prepare_cached(
        "SELECT k.entry_id, EXISTS (SELECT 1 FROM entries AS e WHERE e.id = k.entry_id) \
         FROM feeds AS f JOIN entry_keys AS k ON k.feed_id = f.id AND k.key = ?1",
    )?;
    for key in keys {
        let mut rows = query.query([Hash(*key)])?;
        while let Some(row) = rows.next()? {
            if row.get(1)? {
                found.entries.push(EntryId(row.get(0)?));
            } else {
                found.purged = true;
            }
        }
    }
    Ok(found)
}

/// A link that several entries of a document share is no key: the newest entries are read.
fn by_scan(conn: &Connection, wanted: &str) -> rusqlite::Result<Vec<EntryId>> {
    let host = wanted.split(['/', '?', '#']).next().unwrap_or(wanted);
    let mut query = conn.prepare_cached(
        "SELECT id, url FROM (SELECT id, url FROM entries ORDER BY id DESC LIMIT ?2) \
         WHERE instr(lower(url), ?1) > 0",
    )?;
    let mut rows = query.query((host, MAX_SCANNED))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let url: String = row.get(1)?;
        if normalise_link(&url).as_deref() == Some(wanted) && found.len() < MAX_ENTRIES {
            found.push(EntryId(row.get(0)?));
        }
    }
    Ok(found)
}

fn links_to(conn: &Connection, feed: FeedId, domain: &str) -> rusqlite::Result<u32> {
    let mut query = conn
        .prepare_cached("SELECT url FROM entries WHERE feed_id = ?1 ORDER BY id DESC LIMIT ?2")?;
    let mut rows = query.query((feed.0, MAX_SAMPLED))?;
    let mut links = 0u32;
    while let Some(row) = rows.next()? {
        let url: Option<String> = row.get(0)?;
        links += u32::from(url.and_then(|url| site(&url)).as_deref() == Some(domain));
    }
    Ok(links)
}
