//! From an entry as a feed gave it to what [`super::plan()`] decides on: by what it is known again,
//! what story it may tell, when it was published and by whom. The pipeline and the story tests
//! prepare their entries here.

use std::sync::Arc;

use jiff::Timestamp;

use super::Prepared;
use crate::domain::document::Document;
use crate::domain::entry::identity::OwnNames;
use crate::domain::entry::{ParsedEntry, identity};
use crate::domain::feed::Feed;
use crate::domain::publisher::{self, Directory};
use crate::domain::story::features::Features;
use crate::domain::topic::Topic;
use crate::domain::topic::evidence::Match;

impl Prepared {
    /// Prepares an entry of `feed` with its text; `given` is for who keeps the entry itself. `find` gives the topics in that text, by this
    /// publisher.
    pub fn of(
        feed: &Feed,
        entry: &ParsedEntry,
        document: Document,
        own: OwnNames,
        publishers: &Directory,
        now: Timestamp,
        find: impl FnOnce(&Document, &str) -> Vec<(Arc<Topic>, Match)>,
    ) -> Self {
        let keys = identity::keys(entry, &document, own);
        let (published, date_quality) = identity::date(entry, now);
        let publisher = publisher::of(feed, entry, publishers);
        Self {
            given: Arc::default(),
            guid: entry.guid.clone(),
            matches: find(&document, &publisher),
            publisher,
            published,
            date_quality,
            own_date: identity::own_date(entry, own),
            latest: identity::latest(entry, own),
            date_text: identity::date_text(entry),
            features: Features::of(&document, keys.link, feed.key.as_str()),
            content: identity::content(&document),
            keys,
            document,
        }
    }
}
