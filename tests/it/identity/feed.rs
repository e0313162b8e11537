//! One feed over time: gives a document, visits it, and tells what that brought.

use std::time::Duration;

use jiff::Timestamp;
use wirewatch::daemon::events::Visit;
use wirewatch::domain::feed::FeedEvent;
use wirewatch::store::entries::{EntryFilter, EntryView};

use crate::support::server::Reply;
use crate::support::world::World;

pub const HOUR: Duration = Duration::from_secs(3_600);
pub const DAY: Duration = Duration::from_secs(24 * 3_600);

/// What a visit brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Brought {
    pub new: u32,
    pub revised: u32,
    /// Alerts opened.
    pub alerts: usize,
    /// Alerts that would have been opened, had the entries not been taken as the past.
    pub held: usize,
}

pub const NOTHING: Brought = Brought { new: 0, revised: 0, alerts: 0, held: 0 };

/// New entries that alert, each for itself.
pub fn news(new: u32) -> Brought {
    Brought { new, alerts: new as usize, ..NOTHING }
}

/// New entries that are the past, and would have alerted each for itself.
pub fn past(new: u32) -> Brought {
    Brought { new, held: new as usize, ..NOTHING }
}

/// Known entries that say something else.
pub fn revised(revised: u32) -> Brought {
    Brought { revised, ..NOTHING }
}

pub struct Feed {
    pub world: World,
}

impl Feed {
    /// A feed that was never visited.
    pub async fn unvisited() -> Self {
        Self { world: World::new(&["wire"]).await }
    }

    /// A feed whose first fetch brought this document.
    pub async fn with(document: &str) -> Self {
        let mut feed = Self::unvisited().await;
        feed.gives(document).await;
        feed
    }

    pub fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// Lets time pass, and visits the feed, which gives this document then.
    pub async fn later(&mut self, after: Duration, document: &str) -> Brought {
        self.world.clock.advance(after);
        self.gives(document).await
    }

    /// Visits the feed, which gives this document.
    pub async fn gives(&mut self, document: &str) -> Brought {
        self.answers(Reply::ok(document)).await
    }

    pub async fn answers(&mut self, reply: Reply) -> Brought {
        self.world.server.set("/wire", reply);
        let before = self.revisions();
        let visit: Visit = self.world.round().await.remove(0);
        Brought {
            new: visit.new_entries,
            // What has had its time is gone after the round.
            revised: self.revisions().saturating_sub(before + visit.new_entries),
            alerts: visit.raised.len(),
            held: visit.would_have_raised(),
        }
    }

    /// Revisions of all entries, the first ones counted as well.
    fn revisions(&self) -> u32 {
        self.entries().iter().map(|entry| entry.revision).sum()
    }

    /// All that is stored, newest first.
    pub fn entries(&self) -> Vec<EntryView> {
        let all = EntryFilter { limit: 100_000, ..EntryFilter::default() };
        if !self.world.dir().join("state").exists() {
            return Vec::new();
        }
        self.world.store().entries(&all).unwrap()
    }

    /// What documents were found to be as a whole, newest first.
    pub fn events(&self) -> Vec<FeedEvent> {
        let told = ["identity_migration", "window_missed", "archive", "feed_replaced"];
        let key = "wire".parse().unwrap();
        let events = self.world.store().feed_events(Some(&key), 100).unwrap().into_iter();
        events.map(|(_, event)| event).filter(|event| told.contains(&event.code.as_ref())).collect()
    }

    /// The codes of these, newest first.
    pub fn event_codes(&self) -> Vec<String> {
        self.events().iter().map(|event| event.code.to_string()).collect()
    }

    /// A connection past the store, for what no method of it does.
    pub fn database(&self) -> rusqlite::Connection {
        let path = self.world.dir().join("state").join(wirewatch::store::DATABASE_FILE);
        let conn = rusqlite::Connection::open(path).unwrap();
        conn.pragma_update(None, "foreign_keys", true).unwrap();
        conn
    }

    /// Takes the texts of all entries out of the database, as a purge does. Their keys stay.
    pub fn purge(&self) {
        let conn = self.database();
        conn.execute_batch(
            "INSERT INTO entries_fts (entries_fts, rowid, title, body) \
               SELECT 'delete', id, title, body FROM entries; \
             DELETE FROM entries;",
        )
        .unwrap();
    }

    pub fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        self.database().query_row(&sql, [], |row| row.get(0)).unwrap()
    }
}
