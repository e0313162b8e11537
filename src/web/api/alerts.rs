//! Alerts: listed, shown, followed, and what people do with them.

use axum::http::StatusCode;
use serde_json::Value;

use super::{CURSOR, LIMIT, TOPIC, page, param, silences};
use crate::domain::alert::AlertState;
use crate::domain::alert::change::{MAX_AUTHOR_CHARS, MAX_NOTE_CHARS, Wish};
use crate::domain::alert::mark::Mark;
use crate::domain::alert::silence::SilenceScope;
use crate::domain::ids::{AlertId, StoryId, TopicId};
use crate::domain::topic::Severity;
use crate::record;
use crate::store::alerts::read::{AlertDetail, AlertFilter, VerdictFilter};
use crate::store::verdicts::Verdict;
use crate::web::ask::{Ask, Field, Kind};
use crate::web::problem::Problem;
use crate::web::route::{Access, Context, Handle, Reply, Route, Verb};
use crate::web::schema::Answer;

const STATES: &[&str] = &["open", "acknowledged", "closed"];
const SEVERITIES: &[&str] = &["info", "low", "medium", "high", "critical"];
const VERDICTS: &[&str] = &["useful", "noise", "dup"];

pub(super) const AUTHOR: Field = Field {
    name: "author",
    kind: Kind::Words(MAX_AUTHOR_CHARS),
    required: false,
    about: "Who says so; the name of the token is added",
};

const NOTE: Field = Field {
    name: "note",
    kind: Kind::Words(MAX_NOTE_CHARS),
    required: false,
    about: "A remark that is kept with it",
};

const fn change(
    path: &'static str,
    summary: &'static str,
    body: &'static [Field],
    handle: fn(&Context, &Ask) -> Result<Reply, Problem>,
) -> Route {
    let (method, access) = (Verb::Post, Access::Write);
    let (query, answer, handle) = (&[], Answer::Alert, Handle::Answer(handle));
    Route { method, path, access, summary, query, body, answer, handle }
}

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Verb::Get,
        path: "/api/v1/alerts",
        access: Access::Read,
        summary: "Alerts, newest first",
        query: &[
            TOPIC,
            param("state", Kind::Choice(STATES), "Only in this state"),
            param("severity_min", Kind::Choice(SEVERITIES), "Only so severe or more"),
            param("since", Kind::Time, "Only opened or revised since then"),
            param("story", Kind::Id('S'), "Only of this story"),
            param("verdict", Kind::Choice(&["useful", "noise", "dup", "none"]), "Only judged so"),
            param("shadow", Kind::Flag, "Those of topics in shadow mode too"),
            LIMIT,
            CURSOR,
        ],
        body: &[],
        answer: Answer::Page(&Answer::AlertRow),
        handle: Handle::Answer(list),
    },
    Route {
        method: Verb::Get,
        path: "/api/v1/alerts/stream",
        access: Access::Read,
        summary: "Revisions of alerts as they are committed, as server-sent events",
        query: &[
            TOPIC,
            param("shadow", Kind::Flag, "Those of topics in shadow mode too"),
            param("after", Kind::Number(0, i64::MAX as u64), "Begin behind this event id"),
        ],
        body: &[],
        answer: Answer::Events,
        handle: Handle::Stream,
    },
    Route {
        method: Verb::Get,
        path: "/api/v1/alerts/{id}",
        access: Access::Read,
        summary: "An alert with evidence, revisions, decisions and deliveries",
        query: &[],
        body: &[],
        answer: Answer::Alert,
        handle: Handle::Answer(show),
    },
    change("/api/v1/alerts/{id}/ack", "Mark as seen", &[NOTE, AUTHOR], |context, ask| {
        wish(context, ask, Wish::Acknowledge)
    }),
    change("/api/v1/alerts/{id}/close", "Mark as done", &[NOTE, AUTHOR], |context, ask| {
        wish(context, ask, Wish::Close)
    }),
    change("/api/v1/alerts/{id}/reopen", "Open again", &[NOTE, AUTHOR], |context, ask| {
        wish(context, ask, Wish::Reopen)
    }),
    change(
        "/api/v1/alerts/{id}/note",
        "Add a remark",
        &[Field { kind: Kind::Text(MAX_NOTE_CHARS), required: true, ..NOTE }, AUTHOR],
        |context, ask| wish(context, ask, Wish::Remark),
    ),
    change(
        "/api/v1/alerts/{id}/verdict",
        "Say what the find was worth",
        &[
            Field {
                name: "verdict",
                kind: Kind::Choice(VERDICTS),
                required: true,
                about: "Whether it is what the topic watches for",
            },
            NOTE,
            AUTHOR,
        ],
        verdict,
    ),
    Route {
        answer: Answer::Created(&Answer::Silence),
        ..change(
            "/api/v1/alerts/{id}/silence",
            "Hold back what its topic finds in its story, for a while",
            &[silences::REASON, silences::FOR, AUTHOR],
            silence,
        )
    },
];

fn list(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let store = context.desk.store();
    let verdict = ask.text("verdict").map(|text| match Mark::from_code(text) {
        Some(mark) => VerdictFilter::Is(mark),
        None => VerdictFilter::None,
    });
    let filter = AlertFilter {
        topic: super::topics::known(context, ask)?,
        state: ask.text("state").and_then(AlertState::from_code),
        severity_min: ask.text("severity_min").and_then(Severity::from_code),
        since: ask.time("since"),
        story: ask.key::<StoryId>("story")?,
        before: page::after(ask).map(AlertId),
        shadow: if ask.flag("shadow") { None } else { Some(false) },
        verdict,
        limit: page::limit(ask) + 1,
        ..AlertFilter::default()
    };
    let found = store.alerts(&filter)?;
    page::answer(found, page::limit(ask), |view| page::cursor(&[view.id.0]), record::alert::row)
}

fn show(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    Reply::ok(page_of(context, &read(context, ask)?)?)
}

fn read(context: &Context, ask: &Ask) -> Result<AlertDetail, Problem> {
    let id: AlertId = ask.id("alert")?;
    let found = context.desk.store().alert(id)?;
    found.ok_or_else(|| Problem::unknown("alert", &id.to_string()))
}

fn page_of(context: &Context, alert: &AlertDetail) -> Result<Value, Problem> {
    let last = alert.revisions.last().map(|last| context.desk.store().place(last.entry));
    Ok(record::alert::page(alert, last.transpose()?.flatten().as_ref()))
}

fn wish(context: &Context, ask: &Ask, wish: Wish) -> Result<Reply, Problem> {
    let id: AlertId = ask.id("alert")?;
    let (store, now) = (context.desk.store(), context.desk.clock().now());
    let author = ask.author();
    super::wait(store.change_alert(id, wish, &author, ask.field("note"), now))??;
    show(context, ask)
}

/// As `alerts verdict` does: the entries that opened and revised it are judged.
fn verdict(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let alert = read(context, ask)?;
    let store = context.desk.store();
    let mark = ask.field("verdict").and_then(Mark::from_code).unwrap_or(Mark::Useful);
    let mut verdicts = Vec::new();
    for entry in alert.told_entries() {
        if store.entry(entry)?.is_some() {
            verdicts.push(Verdict {
                topic: alert.view.topic.clone(),
                entry,
                verdict: mark,
                author: ask.author(),
                note: ask.field("note").filter(|note| !note.trim().is_empty()).map(str::to_owned),
                at: context.desk.clock().now(),
                alert: Some(alert.view.id),
            });
        }
    }
    super::wait(store.record_verdicts(verdicts))?;
    show(context, ask)
}

fn silence(context: &Context, ask: &Ask) -> Result<Reply, Problem> {
    let view = read(context, ask)?.view;
    let topic: TopicId = view.topic;
    let scopes = (SilenceScope::Topic(topic.to_string()), Some(SilenceScope::Story(view.story.0)));
    let object = silences::add(context, ask, scopes)?;
    Ok(Reply::Json(StatusCode::CREATED, object))
}
