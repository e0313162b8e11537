//! The feed as JSON Feed 1.1.

use std::io;

use serde_json::{Value, json};

use super::{AlertFeed, Format, Item, content};
use crate::deliver::object::second;
use crate::domain::untrusted;

pub fn write(feed: &AlertFeed) -> io::Result<Vec<u8>> {
    let mut object = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title(),
        "authors": [{ "name": "wirewatch" }],
        "items": feed.items.iter().map(|alert| item(feed, alert)).collect::<Vec<_>>(),
    });
    if let Some(url) = feed.own_url(Format::Json) {
        object["feed_url"] = json!(url);
    }
    Ok(format!("{}\n", untrusted::json(&object.to_string())).into_bytes())
}

fn item(feed: &AlertFeed, item: &Item) -> Value {
    let alert = &item.alert;
    let tags = [&alert.topic.id, &alert.topic.severity].into_iter().chain(&alert.topic.tags);
    let mut object = json!({
        "id": feed.id_of(item),
        "title": alert.headline,
        "content_html": content::html(item),
        "date_published": second(item.opened),
        "date_modified": second(item.updated),
        "authors": [{ "name": alert.entry.publisher }],
        "tags": tags.collect::<Vec<_>>(),
        "_wirewatch": {
            "alert": alert.id,
            "seq": alert.seq,
            "topic": alert.topic.id,
            "severity": alert.topic.severity,
            "story": alert.story.id,
            "publishers": alert.story.publishers,
            "why": content::why(alert),
        },
    });
    if !alert.summary.is_empty() {
        object["summary"] = json!(alert.summary);
    }
    if let Some(url) = &alert.links.article {
        object["url"] = json!(url);
    }
    object
}
