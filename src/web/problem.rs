//! Answers that refuse: problem details (RFC 9457) with a stable code, and what to do next.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::domain::alert::change::Refusal;
use crate::domain::untrusted;
use crate::store::error::StoreError;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub status: StatusCode,
    /// A stable word.
    pub code: &'static str,
    /// What happened, as a sentence without its end. May have text from outside in it.
    pub detail: String,
    pub hint: Option<&'static str>,
    /// Seconds after which it may be asked again.
    pub retry_after_s: Option<u64>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), hint: None, retry_after_s: None }
    }

    pub fn bad(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    pub fn unknown(what: &str, name: &str) -> Self {
        let detail = format!("there is no {what} {name}");
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    pub fn busy(detail: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail).after(5)
    }

    pub fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    pub fn after(self, seconds: u64) -> Self {
        Self { retry_after_s: Some(seconds), ..self }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut object = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        if let Some(hint) = self.hint {
            object["hint"] = json!(hint);
        }
        let body = untrusted::json(&object.to_string()).into_owned();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"wirewatch\"");
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if let StoreError::Unknown { what, name } = &error {
            return Self::unknown(what, name);
        }
        if let StoreError::TooMany { .. } = &error {
            let hint = error.hint().unwrap_or_default();
            return Self::new(StatusCode::CONFLICT, error.code(), error.to_string()).hint(hint);
        }
        if error.is_transient() {
            return Self::busy("the database cannot be used now");
        }
        // What is wrong with the machine is told to its log, and to nobody who asks.
        tracing::error!(code = error.code(), %error, "a request could not be answered");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the database failed")
            .hint("the log of the daemon says why")
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Unknown(_) => Self::new(StatusCode::NOT_FOUND, "not_found", detail),
            Refusal::Closed(_) => Self::new(StatusCode::CONFLICT, refusal.code(), detail)
                .hint("reopen it first, or add a note"),
            Refusal::Merged(..) => Self::new(StatusCode::CONFLICT, refusal.code(), detail)
                .hint("change the alert that it goes on in"),
        }
    }
}

/// An answer that refuses without words, as the router gives it, with words.
pub(super) fn with_words(response: Response) -> Response {
    let status = response.status();
    // What has something to say about it has said what it is.
    let is_silent = (status.is_client_error() || status.is_server_error())
        && response
            .headers()
            .get(CONTENT_TYPE)
            .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !is_silent {
        return response;
    }
    let (code, detail) = match status {
        StatusCode::NOT_FOUND => ("no_such_path", "there is nothing at this path"),
        StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "this path is not asked so"),
        _ => ("refused", "the request cannot be answered"),
    };
    let mut told = Problem::new(status, code, detail)
        .hint("GET /api/v1/openapi.json tells what there is")
        .into_response();
    if let Some(allow) = response.headers().get(axum::http::header::ALLOW) {
        told.headers_mut().insert(axum::http::header::ALLOW, allow.clone());
    }
    told
}
