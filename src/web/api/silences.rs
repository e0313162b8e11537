//! Silences: listed, begun and ended.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::Value;

use super::alerts::AUTHOR;
use super::{CURSOR, LIMIT, page, param};
use crate::domain::alert::silence::{Silence, SilenceScope};
use crate::domain::ids::{FeedKey, SilenceId, StoryId, TopicId};
use crate::record;
use crate::web::ask::{Ask, Field, Kind};
use crate::web::problem::Problem;
use crate::web::route::{Access, Context, Handle, Reply, Route, Verb};
use crate::web::schema::Answer;

/// Shortest and longest silence, in seconds: what is never to alert belongs into the rule.
const SHORTEST_S: u64 = 60;
const LONGEST_S: u64 = 366 * 24 * 3_600;

/// Longest reason, in characters.
const MAX_REASON_CHARS: usize = 500;

pub(super) const REASON: Field = Field {
    name: "reason",
    kind: Kind::Text(MAX_REASON_CHARS),
    required: true,
    about: "Why: who misses an alert will ask for it",
};

pub(super) const FOR: Field = Field {
    name: "for_s",
    kind: Kind::Number(SHORTEST_S, LONGEST_S),
    required: true,
    about: "For how many seconds",
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Verb::Get,
        path: "/api/v1/silences",
        access: Access::Read,
        summary: "Silences that are not over, newest first",
        query: &[param("all", Kind::Flag, "Those that are over too"), LIMIT, CURSOR],
        body: &[],
        answer: Answer::Page(&Answer::Silence),
        handle: Handle::Answer(list),
    },
    Route {
        method: Verb::Post,
        path: "/api/v1/silences",
        access: Access::Write,
        summary: "Hold alerts back for a while; of two things, where both come together",
        query: &[],
        body: &[
            Field {
                name: "of",
                kind: Kind::Scopes,
                required: true,
                about: "What is silenced: one thing, or two that come together",
            },
            REASON,
            FOR,
            AUTHOR,
        ],
        answer: Answer::Created(&Answer::Silence),
        handle: Handle::Answer(create),
    },
    Route {
        method: Verb::Get,
        path: "/api/v1/silences/{id}",
        access: Access::Read,
        summary: "A silence",
        query: &[],
        body: &[],
        answer: Answer::Silence,
        handle: Handle::Answer(show),
    },
    Route {
        method: Verb::Post,
        path: "/api/v1/silences/{id}/end",
        access: Access::Write,
        summary: "End a silence; one that is over stays as it is",
        query: &[],
        body: &[AUTHOR],
        answer: Answer::Silence,
        handle: Handle::Answer(end),
    },
];

fn list(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let (store, now) = (context.desk.store(), context.desk.clock().now());
    let (limit, before) = (page::limit(ask), page::after(ask).map(SilenceId));
    let found = store.silences_before((!ask.flag("all")).then_some(now), before, limit + 1)?;
    let row = |view: &_| record::silence::object(view, now);
    page::answer(found, limit, |view| page::cursor(&[view.silence.id]), row)
}

fn show(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let id: SilenceId = ask.id("silence")?;
    Reply::ok(object(context, id)?)
}

fn object(context: &Context, id: SilenceId) -> Result<Value, Problem> {
    let view = context.desk.store().silence(id)?;
    let view = view.ok_or_else(|| Problem::unknown("silence", &id.to_string()))?;
    Ok(record::silence::object(&view, context.desk.clock().now()))
}

fn create(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let scopes = ask.field_value("of").and_then(Value::as_array).map(Vec::as_slice);
    let mut scopes = scopes.unwrap_or_default().iter().map(|scope| read(context, scope));
    let first = scopes.next().transpose()?;
    let first = first.ok_or_else(|| Problem::bad("bad_field", "`of` is empty"))?;
    let object = add(context, ask, (first, scopes.next().transpose()?))?;
    Ok(Reply::Json(StatusCode::CREATED, object))
}

/// What is silenced must be there, or a slip would silence nothing.
fn read(context: &Context, scope: &Value) -> Result<SilenceScope, Problem> {
    let text = |name: &str| scope[name].as_str().unwrap_or_default();
    let (kind, value) = (text("kind"), text("value").trim());
    let unknown = || Problem::unknown(kind, value);
    let (store, config) = (context.desk.store(), context.desk.config());
    Ok(match kind {
        "topic" => {
            let id: TopicId = value.parse().map_err(|_| unknown())?;
            if !super::topics::is_known(context, &id)? {
                return Err(unknown());
            }
            SilenceScope::Topic(id.to_string())
        }
        "story" => {
            let id: StoryId = value.parse().map_err(|_| unknown())?;
            store.story(id)?.ok_or_else(unknown)?;
            SilenceScope::Story(id.0)
        }
        "feed" => {
            let key: FeedKey = value.parse().map_err(|_| unknown())?;
            if !super::feeds::is_known(context, &key)? {
                return Err(unknown());
            }
            SilenceScope::Feed(key.to_string())
        }
        "publisher" => {
            let publishers = config.topics.publishers();
            SilenceScope::Publisher(publishers.canonical(value).to_owned())
        }
        _ => SilenceScope::Text(value.to_owned()),
    })
}

/// Begins a silence now.
pub(super) fn add(
    context: &Context,
    ask: &Ask,
    (scope, also): (SilenceScope, Option<SilenceScope>),
) -> Result<Value, Problem> {
    let now = context.desk.clock().now();
    let ends = now
        .checked_add(length(ask))
        .map_err(|_| Problem::bad("bad_field", "`for_s` leads beyond all time"))?;
    let reason = ask.field("reason").unwrap_or_default().trim().to_owned();
    let silence = Silence { id: 0, scope, also, author: ask.author(), reason, starts: now, ends };
    let silence = super::wait(context.desk.store().add_silence(silence, now))?;
    object(context, SilenceId(silence.id))
}

fn length(ask: &Ask) -> Duration {
    let seconds = ask
        .field_value("for_s")
        .and_then(|value| value.as_u64().or_else(|| value.as_f64().map(|seconds| seconds as u64)));
    Duration::from_secs(seconds.unwrap_or_default())
}

fn end(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let id: SilenceId = ask.id("silence")?;
    let (store, now) = (context.desk.store(), context.desk.clock().now());
    let known = store.silence(id)?.ok_or_else(|| Problem::unknown("silence", &id.to_string()))?;
    if let Some(place) = known.place.filter(|_| now < known.silence.ends) {
        let detail = format!("silence {id} stands in {place}");
        return Err(Problem::new(StatusCode::CONFLICT, "silence_configured", detail)
            .hint("take it out there; else it would be back with the next reload"));
    }
    let view = super::wait(store.end_silence(id, &ask.author(), now))?;
    Reply::ok(record::silence::object(&view, now))
}
