//! Entries: listed, searched and shown.

use super::stories::MAX_SEARCH_CHARS;
use super::{CURSOR, LIMIT, TOPIC, page, param};
use crate::domain::ids::EntryId;
use crate::record;
use crate::store::entries::EntryFilter;
use crate::web::ask::{Ask, Kind, Param};
use crate::web::problem::Problem;
use crate::web::route::{Access, Context, Handle, Reply, Route, Verb};
use crate::web::schema::Answer;

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Verb::Get,
        path: "/api/v1/entries",
        access: Access::Read,
        summary: "Entries, newest first",
        query: &[
            param("feed", Kind::Key, "Only of this feed"),
            TOPIC,
            param("since", Kind::Time, "Only seen since then"),
            LIMIT,
            CURSOR,
        ],
        body: &[],
        answer: Answer::Page(&Answer::EntryRow),
        handle: Handle::Answer(list),
    },
    Route {
        method: Verb::Get,
        path: "/api/v1/entries/{id}",
        access: Access::Read,
        summary: "An entry with its text, story, matches and decisions",
        query: &[],
        body: &[],
        answer: Answer::Entry,
        handle: Handle::Answer(show),
    },
    Route {
        method: Verb::Get,
        path: "/api/v1/search",
        access: Access::Read,
        summary: "Entries that have all these words, newest first; \"a phrase\", begin*",
        query: &[
            Param {
                required: true,
                ..param("q", Kind::Text(MAX_SEARCH_CHARS), "What to look for")
            },
            LIMIT,
            CURSOR,
        ],
        body: &[],
        answer: Answer::Page(&Answer::EntryRow),
        handle: Handle::Answer(search),
    },
];

fn list(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let limit = page::limit(ask);
    let filter = EntryFilter {
        feed: super::feeds::known(context, ask)?,
        topic: super::topics::known(context, ask)?,
        since: ask.time("since"),
        before: page::after(ask).map(EntryId),
        limit: limit + 1,
    };
    let found = context.desk.store().entries(&filter)?;
    page::answer(found, limit, |view| page::cursor(&[view.id.0]), record::entry::row)
}

fn show(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let id: EntryId = ask.id("entry")?;
    let store = context.desk.store();
    let detail = store.entry(id)?;
    let detail = detail.ok_or_else(|| Problem::unknown("entry", &id.to_string()))?;
    let (article, place) = (store.article(id)?, store.place(id)?);
    Reply::ok(record::entry::page(&detail, article.as_ref(), place.as_ref()))
}

fn search(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let (limit, before) = (page::limit(ask), page::after(ask).map(EntryId));
    let words = ask.text("q").unwrap_or_default();
    let found = context.desk.store().search_before(words, before, limit + 1)?;
    page::answer(found, limit, |view| page::cursor(&[view.id.0]), record::entry::row)
}
