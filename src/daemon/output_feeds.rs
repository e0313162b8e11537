//! The output feeds as they are now: read from the store, for those who serve them and for
//! [`super::feed_files`]. How they are written is in [`crate::deliver::feed`].

use jiff::Timestamp;

use crate::config::Config;
use crate::deliver::feed::{AlertFeed, Item, LENGTH};
use crate::deliver::object::AlertV1;
use crate::domain::topic::Topic;
use crate::store::Store;
use crate::store::alerts::published::PublishedAlert;
use crate::store::error::StoreError;

/// The feed of a topic, or of all alerts. An alert that another version wrote so that it cannot be
/// read is left out.
pub fn read(
    store: &Store,
    config: &Config,
    topic: Option<&Topic>,
) -> Result<AlertFeed, StoreError> {
    let alerts = store.published_alerts(topic.map(|topic| &topic.id), LENGTH)?;
    let items: Vec<Item> = alerts.into_iter().filter_map(item).collect();
    let public_url = config.http.as_ref().and_then(|http| http.public_url.as_deref());
    Ok(AlertFeed {
        instance: store.instance()?,
        topic: topic.map(|topic| (topic.id.clone(), topic.name.clone())),
        updated: items.iter().map(|item| item.updated).max().unwrap_or(Timestamp::UNIX_EPOCH),
        base: public_url.map(|url| url.trim_end_matches('/').to_owned()),
        items,
    })
}

fn item(published: PublishedAlert) -> Option<Item> {
    let alert = serde_json::from_str::<AlertV1>(&published.object).ok()?.of_no_channel();
    let PublishedAlert { id, opened, updated, .. } = published;
    Some(Item { id, opened, updated, alert })
}
