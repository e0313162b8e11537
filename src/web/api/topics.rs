//! Topics that are watched: listed and shown.

use super::{KEY_CURSOR, LIMIT, page};
use crate::domain::ids::TopicId;
use crate::record;
use crate::web::ask::Ask;
use crate::web::problem::Problem;
use crate::web::route::{Access, Context, Handle, Reply, Route, Verb};
use crate::web::schema::Answer;

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Verb::Get,
        path: "/api/v1/topics",
        access: Access::Read,
        summary: "Topics that are watched, by id",
        query: &[LIMIT, KEY_CURSOR],
        body: &[],
        answer: Answer::Page(&Answer::TopicRow),
        handle: Handle::Answer(list),
    },
    Route {
        method: Verb::Get,
        path: "/api/v1/topics/{id}",
        access: Access::Read,
        summary: "A topic with its rule",
        query: &[],
        body: &[],
        answer: Answer::Topic,
        handle: Handle::Answer(show),
    },
];

/// The topic to filter by: one that is configured, or that something is stored of.
pub(in crate::web) fn known(context: &Context, ask: &Ask) -> Result<Option<TopicId>, Problem> {
    match ask.key::<TopicId>("topic")? {
        Some(id) if !is_known(context, &id)? => Err(Problem::unknown("topic", id.as_str())),
        id => Ok(id),
    }
}

pub(super) fn is_known(context: &Context, id: &TopicId) -> Result<bool, Problem> {
    if context.desk.config().topics.get(id).is_some() {
        return Ok(true);
    }
    Ok(context.desk.store().topics()?.iter().any(|view| view.id == *id))
}

fn list(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let (config, limit, after) = (context.desk.config(), page::limit(ask), page::after_key(ask));
    let heard = record::topic::heard(&context.desk.store())?;
    let is_beyond = |id: &TopicId| after.as_ref().is_none_or(|after| id.as_str() > after.as_str());
    let mut found: Vec<_> =
        config.topics.topics().filter(|(topic, _)| is_beyond(&topic.id)).collect();
    found.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    found.truncate(limit as usize + 1);
    let cursor = |(topic, _): &(&std::sync::Arc<_>, _)| -> String {
        let topic: &crate::domain::topic::Topic = topic;
        page::key_cursor(topic.id.as_str())
    };
    page::answer(found, limit, cursor, |(topic, revision)| {
        record::topic::row(topic, *revision, heard.get(&topic.id))
    })
}

fn show(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let id: TopicId = ask.id("topic")?;
    let config = context.desk.config();
    let found = config.topics.topics().find(|(topic, _)| topic.id == id);
    let (topic, revision) = found.ok_or_else(|| Problem::unknown("topic", id.as_str()))?;
    let heard = record::topic::heard(&context.desk.store())?.remove(&id).unwrap_or_default();
    Reply::ok(record::topic::page(topic, revision, &heard))
}
