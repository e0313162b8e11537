//! The callback of WebSub: hubs ask here whether we meant to subscribe, and bring what is new.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use url::form_urlencoded;

use crate::daemon::push::{Admission, Answer, CALLBACK_PATH, HubQuery, Push};
use crate::store::error::StoreError;

/// Longest challenge that is echoed.
const MAX_CHALLENGE_BYTES: usize = 1_000;

/// Time for a hub to bring a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);

pub(super) fn routes(push: Push) -> Router {
    let path = format!("{CALLBACK_PATH}{{token}}");
    Router::new().route(&path, get(verify).post(receive)).with_state(push)
}

async fn verify(
    State(push): State<Push>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let value = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    let query = HubQuery {
        mode: value("hub.mode").unwrap_or_default(),
        topic: value("hub.topic").unwrap_or_default(),
        challenge: value("hub.challenge").unwrap_or_default(),
        lease: value("hub.lease_seconds")
            .and_then(|text| text.parse().ok())
            .map(Duration::from_secs),
        reason: value("hub.reason"),
    };
    if query.challenge.len() > MAX_CHALLENGE_BYTES {
        return StatusCode::BAD_REQUEST.into_response();
    }
    respond(push.verify(&token, query).await)
}

async fn receive(
    State(push): State<Push>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let reading = match push.admit(&token).await {
        Ok(Admission::Granted(reading)) => reading,
        Ok(Admission::Refused(answer)) => return respond(Ok(answer)),
        Err(error) => return respond(Err(error)),
    };
    let bytes = axum::body::to_bytes(body, reading.max_body_bytes());
    let body = match tokio::time::timeout(BODY_TIMEOUT, bytes).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let signature =
        headers.get("x-hub-signature").map(|value| value.as_bytes()).unwrap_or_default();
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    respond(reading.receive(signature, content_type, body).await)
}

fn respond(answer: Result<Answer, StoreError>) -> Response {
    match answer {
        // Plain text: a challenge was written by whoever asked.
        Ok(Answer::Challenge(challenge)) => {
            let safe = [
                ("content-type", "text/plain; charset=utf-8"),
                ("x-content-type-options", "nosniff"),
            ];
            (safe, challenge).into_response()
        }
        Ok(Answer::Accepted) => StatusCode::ACCEPTED.into_response(),
        Ok(Answer::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Ok(Answer::Busy) => {
            (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "60")]).into_response()
        }
        Err(error) => {
            tracing::error!(code = error.code(), %error, "a push could not be stored");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
