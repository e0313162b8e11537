//! Feeds that are configured: how each does, and visits that people ask for.

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{KEY_CURSOR, LIMIT, page, param};
use crate::domain::feed::Feed;
use crate::domain::feed::health::health_of;
use crate::domain::ids::FeedKey;
use crate::record;
use crate::record::feed::Shown;
use crate::record::lateness::{self, Late};
use crate::store::feeds::FeedView;
use crate::web::ask::{Ask, Kind};
use crate::web::problem::Problem;
use crate::web::route::{Access, Context, Handle, Reply, Route, Verb};
use crate::web::schema::Answer;

/// Fetches and events shown of one feed.
const LAST: u32 = 10;

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Verb::Get,
        path: "/api/v1/feeds",
        access: Access::Read,
        summary: "How each configured feed does, by key",
        query: &[param("failing", Kind::Flag, "Only those that need attention"), LIMIT, KEY_CURSOR],
        body: &[],
        answer: Answer::Page(&Answer::FeedRow),
        handle: Handle::Answer(list),
    },
    Route {
        method: Verb::Get,
        path: "/api/v1/feeds/{id}",
        access: Access::Read,
        summary: "All that is known of a feed",
        query: &[],
        body: &[],
        answer: Answer::FeedPage,
        handle: Handle::Answer(show),
    },
    Route {
        method: Verb::Post,
        path: "/api/v1/feeds/{id}/fetch",
        access: Access::Write,
        summary: "Visit a feed now; its site's wishes to be left alone count all the same",
        query: &[],
        body: &[],
        answer: Answer::Asked,
        handle: Handle::Answer(fetch),
    },
];

/// The feed to filter by: one that is configured, or that something is stored of.
pub(super) fn known(context: &Context, ask: &Ask) -> Result<Option<FeedKey>, Problem> {
    match ask.key::<FeedKey>("feed")? {
        Some(key) if !is_known(context, &key)? => Err(Problem::unknown("feed", key.as_str())),
        key => Ok(key),
    }
}

pub(super) fn is_known(context: &Context, key: &FeedKey) -> Result<bool, Problem> {
    if context.desk.config().feeds.iter().any(|feed| feed.key == *key) {
        return Ok(true);
    }
    Ok(context.desk.store().feed_states()?.iter().any(|view| view.state.key == *key))
}

fn list(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let (store, config) = (context.desk.store(), context.desk.config());
    let (now, limit, after) = (context.desk.clock().now(), page::limit(ask), page::after_key(ask));
    let views: HashMap<FeedKey, FeedView> =
        store.feeds()?.into_iter().map(|view| (view.state.key.clone(), view)).collect();
    let is_failing = |feed: &Feed| {
        let view = views.get(&feed.key);
        view.is_some_and(|view| health_of(feed, &view.state, now).is_trouble())
    };
    let mut found: Vec<&Arc<Feed>> = config
        .feeds
        .iter()
        .filter(|feed| after.as_ref().is_none_or(|after| feed.key.as_str() > after.as_str()))
        .filter(|feed| !ask.flag("failing") || is_failing(feed))
        .collect();
    found.sort_by(|a, b| a.key.cmp(&b.key));
    found.truncate(limit as usize + 1);
    let (late, unknown) = (lateness::read(&store, now)?, Late::default());
    let row = |feed: &&Arc<Feed>| -> Value {
        let late = late.get(&feed.key).unwrap_or(&unknown);
        match views.get(&feed.key) {
            Some(view) => record::feed::row(feed, view, &health_of(feed, &view.state, now), late),
            None => record::feed::unread(feed),
        }
    };
    page::answer(found, limit, |feed| page::key_cursor(feed.key.as_str()), row)
}

fn show(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let config = context.desk.config();
    let feed = configured(&config.feeds, ask)?;
    let (store, now) = (context.desk.store(), context.desk.clock().now());
    let view = store.feed_states()?.into_iter().find(|view| view.state.key == feed.key);
    let view = view.ok_or_else(|| Problem::unknown("feed", feed.key.as_str()))?;
    Reply::ok(Shown::read(feed, view, LAST, &store, now)?.object())
}

fn configured<'a>(feeds: &'a [Arc<Feed>], ask: &Ask) -> Result<&'a Arc<Feed>, Problem> {
    let key: FeedKey = ask.id("feed")?;
    let found = feeds.iter().find(|feed| feed.key == key);
    found.ok_or_else(|| Problem::unknown("feed", key.as_str()))
}

fn fetch(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let config = context.desk.config();
    let feed = configured(&config.feeds, ask)?;
    if feed.paused {
        let detail = format!("the feed {} is paused", feed.key);
        return Err(Problem::new(StatusCode::CONFLICT, "feed_paused", detail)
            .hint("`wirewatch feeds resume` has it fetched again"));
    }
    context.desk.visit_now(&feed.key);
    let object = json!({ "asked": true, "feed": feed.key.as_str() });
    Ok(Reply::Json(StatusCode::ACCEPTED, object))
}
