//! The texts of topics in two parts: what is a topic's own stands with it, and lists and macros
//! stand once for all topics that name them. [`super::topics`] and [`super::running`] keep both.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, OptionalExtension as _};

use super::column::Hash;
use crate::config::{ListText, TopicText};
use crate::domain::ids::Digest;

/// Keeps the lists of a text, and gives what stands for them beside its own part.
pub(super) fn put(conn: &Connection, text: &TopicText) -> rusqlite::Result<Vec<u8>> {
    let mut known = conn.prepare_cached("SELECT 1 FROM list_texts WHERE digest = ?1")?;
    let mut put = conn.prepare_cached("INSERT INTO list_texts (digest, text) VALUES (?1, ?2)")?;
    let mut digests = Vec::with_capacity(text.lists.len() * size_of::<Digest>());
    for list in &text.lists {
        if !known.exists([Hash(list.digest)])? {
            put.execute((Hash(list.digest), &list.text))?;
        }
        digests.extend(list.digest.0);
    }
    Ok(digests)
}

/// Lists that were read already: in memory once, too.
#[derive(Default)]
pub(super) struct Lists {
    known: HashMap<Digest, ListText>,
}

impl Lists {
    /// A text with its lists again. A list that is not there is left out: the text then says what
    /// is missing when it is compiled.
    pub fn text(
        &mut self,
        conn: &Connection,
        own: String,
        digests: Option<Vec<u8>>,
    ) -> rusqlite::Result<TopicText> {
        let mut find = conn.prepare_cached("SELECT text FROM list_texts WHERE digest = ?1")?;
        let mut text = TopicText::from(own);
        for digest in digests.as_deref().unwrap_or_default().as_chunks().0 {
            let digest = Digest(*digest);
            if let Entry::Vacant(place) = self.known.entry(digest) {
                let found = find.query_row([Hash(digest)], |row| row.get(0)).optional()?;
                found.map(|text: String| place.insert(ListText { digest, text: text.into() }));
            }
            text.lists.extend(self.known.get(&digest).cloned());
        }
        Ok(text)
    }
}
