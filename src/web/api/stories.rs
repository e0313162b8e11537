//! Stories: listed and shown.

use super::{LIMIT, TOPIC, page, param};
use crate::domain::ids::StoryId;
use crate::record;
use crate::store::stories::read::{StoryFilter, StoryView};
use crate::web::ask::{Ask, Kind};
use crate::web::problem::Problem;
use crate::web::route::{Access, Context, Handle, Reply, Route, Verb};
use crate::web::schema::Answer;

/// Longest search, in characters.
pub(super) const MAX_SEARCH_CHARS: usize = 1_000;

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Verb::Get,
        path: "/api/v1/stories",
        access: Access::Read,
        summary: "Stories, the one with the newest entry first",
        query: &[
            TOPIC,
            param("since", Kind::Time, "Only with an entry seen since then"),
            param("alerted", Kind::Flag, "Only with an alert, or only without"),
            param("publishers_min", Kind::Number(0, 1_000), "Only told by so many or more"),
            param(
                "search",
                Kind::Text(MAX_SEARCH_CHARS),
                "Only with an entry that has all these words",
            ),
            LIMIT,
            param("cursor", Kind::Cursor(16, 16), "`next` of the page before"),
        ],
        body: &[],
        answer: Answer::Page(&Answer::StoryRow),
        handle: Handle::Answer(list),
    },
    Route {
        method: Verb::Get,
        path: "/api/v1/stories/{id}",
        access: Access::Read,
        summary: "A story with its entries and why each is in it",
        query: &[],
        body: &[],
        answer: Answer::Story,
        handle: Handle::Answer(show),
    },
];

fn list(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let limit = page::limit(ask);
    let filter = StoryFilter {
        since: ask.time("since"),
        topic: super::topics::known(context, ask)?,
        alerted: ask.text("alerted").map(|flag| flag == "true"),
        publishers_min: ask.number("publishers_min").unwrap_or_default(),
        text: ask.text("search").map(str::to_owned),
        beyond: page::numbers::<2>(ask).map(|[at, id]| (at, id)),
        limit: limit + 1,
        ..StoryFilter::default()
    };
    let found = context.desk.store().stories(&filter)?;
    let cursor =
        |view: &StoryView| page::cursor(&[view.story.last_seen.as_millisecond(), view.story.id.0]);
    page::answer(found, limit, cursor, record::story::row)
}

fn show(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let id: StoryId = ask.id("story")?;
    let detail = context.desk.store().story_detail(id)?;
    let detail = detail.ok_or_else(|| Problem::unknown("story", &id.to_string()))?;
    Reply::ok(record::story::page(&detail))
}
