//! Rules that run no more and by which nothing was found that is still there, and the lists that only
//! they named: else a topic that changes each day would keep every text it ever had. What matched is
//! shown with the rule that found it, so it goes first ([`super::remove`]).

use std::collections::HashSet;
use std::time::Instant;

use rusqlite::Connection;

use crate::domain::ids::Digest;
use crate::store::Store;
use crate::store::column::Hash;
use crate::store::error::StoreError;
use crate::store::writer::SLICE;

/// A topic, and a revision of its rule.
type Rule = (String, Digest);

impl Store {
    /// Takes out rules that are not in use and found nothing that is stored, then lists that no text names any
    /// more. In transactions of a few milliseconds each.
    pub async fn prune_rules(&self) -> Result<(), StoreError> {
        let idle = self.sought(idle_rules).await?;
        self.in_slices(idle, |conn, (topic, revision)| {
            conn.prepare_cached(
                "DELETE FROM topic_revisions WHERE topic = ?1 AND revision = ?2 AND NOT EXISTS \
                 (SELECT 1 FROM topics AS t WHERE t.id = ?1 AND t.revision = ?2)",
            )?
            .execute((topic, Hash(*revision)))
        })
        .await?;
        let mut are_left = !self.sought(unnamed_lists).await?.is_empty();
        while are_left {
            are_left = self.write(|session| Ok(remove_lists(session.conn)?)).await?;
        }
        Ok(())
    }

    /// Looks for something on a thread that may wait: it may read all that was ever found.
    async fn sought<T: Send + 'static>(
        &self,
        look: fn(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        let looking = move || store.read(|conn| Ok(look(conn)?));
        match tokio::task::spawn_blocking(looking).await {
            Ok(found) => found,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// Does something to each of these, no longer than others may wait at a time.
    async fn in_slices<T: Send + Sync + 'static>(
        &self,
        all: Vec<T>,
        each: fn(&Connection, &T) -> rusqlite::Result<usize>,
    ) -> Result<(), StoreError> {
        let all = std::sync::Arc::new(all);
        let mut done = 0;
        while done < all.len() {
            let all = all.clone();
            done = self
                .write(move |session| {
                    let begun = Instant::now();
                    for (n, one) in all.iter().enumerate().skip(done) {
                        if n > done && begun.elapsed() >= SLICE {
                            return Ok(n);
                        }
                        each(session.conn, one)?;
                    }
                    Ok(all.len())
                })
                .await?;
        }
        Ok(())
    }
}

/// Rules that are not the last of their topic, and that no stored match is of.
fn idle_rules(conn: &Connection) -> rusqlite::Result<Vec<Rule>> {
    let rules = |sql: &str| -> rusqlite::Result<Vec<Rule>> {
        let mut query = conn.prepare_cached(sql)?;
        let rules = query.query_map([], |row| {
            let Hash(revision) = row.get(1)?;
            Ok((row.get(0)?, revision))
        })?;
        rules.collect()
    };
    let mut past = rules(
        "SELECT r.topic, r.revision FROM topic_revisions AS r WHERE NOT EXISTS \
         (SELECT 1 FROM topics AS t WHERE t.id = r.topic AND t.revision = r.revision)",
    )?;
    if past.is_empty() {
        return Ok(past);
    }
    let needed = rules("SELECT DISTINCT topic, topic_revision FROM matches")?;
    let needed: HashSet<Rule> = needed.into_iter().collect();
    past.retain(|rule| !needed.contains(rule));
    Ok(past)
}

/// Removes lists that no text names, for a few milliseconds. They are sought anew: a topic may have come to
/// name one of them. Returns whether there are more.
fn remove_lists(conn: &Connection) -> rusqlite::Result<bool> {
    let mut gone = conn.prepare_cached("DELETE FROM list_texts WHERE digest = ?1")?;
    let begun = Instant::now();
    for (n, list) in unnamed_lists(conn)?.into_iter().enumerate() {
        if n > 0 && begun.elapsed() >= SLICE {
            return Ok(true);
        }
        gone.execute([Hash(list)])?;
    }
    Ok(false)
}

/// Lists that neither a rule names nor what runs.
fn unnamed_lists(conn: &Connection) -> rusqlite::Result<Vec<Digest>> {
    let mut named = HashSet::new();
    for sql in [
        "SELECT lists FROM topic_revisions WHERE lists IS NOT NULL",
        "SELECT lists FROM running_config WHERE lists IS NOT NULL",
    ] {
        let mut query = conn.prepare_cached(sql)?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let lists: Vec<u8> = row.get(0)?;
            named.extend(lists.as_chunks().0.iter().copied().map(Digest));
        }
    }
    let mut query = conn.prepare_cached("SELECT digest FROM list_texts")?;
    let all = query.query_map([], |row| row.get(0).map(|Hash(digest)| digest))?;
    all.filter(|list| !matches!(list, Ok(list) if named.contains(list))).collect()
}
