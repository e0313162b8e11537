//! Whether wirewatch lives, and whether it does its work: for container and service managers.

use axum::http::StatusCode;
use serde_json::json;

use super::ask::Ask;
use super::problem::Problem;
use super::route::{Access, Context, Handle, Reply, Route, Verb};
use super::schema::Answer;
use crate::daemon::beat;

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Verb::Get,
        path: "/healthz",
        access: Access::Open,
        summary: "Whether the process lives",
        query: &[],
        body: &[],
        answer: Answer::Health,
        handle: Handle::AtOnce(lives),
    },
    Route {
        method: Verb::Get,
        path: "/readyz",
        access: Access::Open,
        summary: "Whether it does its work, and what keeps it from that",
        query: &[],
        body: &[],
        answer: Answer::Readiness,
        handle: Handle::Answer(ready),
    },
];

fn lives(_: &Context) -> Result<Reply, Problem> {
    Reply::ok(json!({ "alive": true }))
}

fn ready(context: &Context, _: &Ask) -> Result<Reply, Problem> {
    let database = context.desk.store().last_alert_cursor().err().map(|error| error.code());
    let silence = context.desk.silence();
    let scheduler = (silence > beat::TOO_LONG).then_some("silent");
    // An old configuration does its work; that the new one was refused is worth a look.
    let config = context.desk.is_outdated().then_some("reload_refused");
    let storage = context.desk.storage().map(|pause| pause.trouble.as_str());
    let is_ready = database.is_none() && scheduler.is_none() && storage.is_none();
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let check = |name: &str, code: Option<&str>, needed: bool| json!({ "name": name, "ok": code.is_none(), "needed": needed, "code": code });
    let object = json!({
        "ready": is_ready,
        "checks": [
            check("database", database, true),
            check("scheduler", scheduler, true),
            check("config", config, false),
            check("storage", storage, true),
        ],
        "scheduler_silent_s": silence.as_secs(),
    });
    Ok(Reply::Json(status, object))
}
