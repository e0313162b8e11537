//! Entries as objects: in a list, and with all that is known of them.

use serde_json::{Value, json};

use super::{moment, story};
use crate::domain::publisher::credit;
use crate::store::articles::ArticleView;
use crate::store::entries::{EntryDetail, EntryView};
use crate::store::stories::read::Place;

/// An entry in a list.
pub fn row(view: &EntryView) -> Value {
    json!({
        "id": view.id.to_string(),
        "first_seen": moment::json(view.first_seen),
        "publisher": view.publisher,
        "title": view.title,
        "story": view.story.map(|story| story.to_string()),
        "topics": view.topics.iter().map(|topic| topic.as_str()).collect::<Vec<_>>(),
        "feed": view.feed.as_str(),
        "url": view.url,
        "published": moment::json_opt(view.published),
        "revision": view.revision,
    })
}

/// All that is known of an entry, with its story.
pub fn page(detail: &EntryDetail, article: Option<&ArticleView>, place: Option<&Place>) -> Value {
    let mut object = object(detail, article);
    if let Some(place) = place {
        story::add_place(&mut object, place);
    }
    object
}

fn object(detail: &EntryDetail, article: Option<&ArticleView>) -> Value {
    let entry = &detail.entry;
    let document = &entry.document;
    json!({
        "id": entry.id.to_string(),
        "feed": detail.feed_key.as_str(),
        "publisher": entry.publisher,
        "agency": credit::of(document),
        "revision": entry.revision,
        "guid": entry.guid,
        "title": document.title,
        "body": document.body,
        "authors": document.authors,
        "categories": document.categories,
        "url": document.url,
        "language": document.language,
        "published": moment::json_opt(entry.published),
        "date_quality": entry.date_quality.as_str(),
        "date_text": entry.date_text,
        "first_seen": moment::json(entry.first_seen),
        "story": detail.story.map(|story| story.to_string()),
        "revisions": detail.revisions.iter().map(|old| json!({
            "revision": old.revision,
            "title": old.title,
            "body": old.body,
            "replaced": moment::json(old.replaced_at),
        })).collect::<Vec<_>>(),
        "matches": detail.matches.iter().map(|stored| json!({
            "topic": stored.found.topic.as_str(),
            "topic_revision": stored.found.revision.to_string(),
            "entry_revision": stored.entry_revision,
            "score": stored.found.score,
            "threshold": stored.found.threshold,
            "clauses": stored.found.evidence.clauses.iter().map(|clause| json!({
                "clause": &*clause.text,
                "count": clause.count,
                "quotes": clause.spans.iter().map(|span| json!({
                    "field": span.field.as_str(),
                    "quote": &*span.quote,
                })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "full_text": article.map(|article| json!({
            "state": article.state,
            "attempts": article.attempts,
            "at": moment::json_opt(article.at),
            "code": article.code,
            "detail": article.detail,
        })),
        "decisions": detail.decisions.iter().map(|decision| json!({
            "topic": decision.topic.as_str(),
            "verdict": decision.verdict,
            "alert": decision.alert.map(|alert| alert.to_string()),
            "reason": decision.reason.text,
            "at": moment::json(decision.at),
        })).collect::<Vec<_>>(),
    })
}
