//! One table of what is served: method, path, who may ask, what can be asked and what is answered.
//! The router is made of it here, the document in [`super::schema`]; so neither can forget what the
//! other has. Handlers are plain functions that may block: they run on threads for that.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts as _, RawPathParams, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::sync::Semaphore;
use url::form_urlencoded;

use super::ask::{Ask, Field, Param};
use super::metrics::Metrics;
use super::problem::Problem;
use super::schema::Answer;
use super::serve::Peer;
use super::tokens::{Caller, Guesses, find};
use super::traffic::Traffic;
use super::{api, feeds, health, metrics, push, stream};
use crate::config::{HttpConfig, TokenScope};
use crate::daemon::desk::Desk;
use crate::domain::untrusted;

/// Largest body of a request that is not a push, in bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Time to bring it.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);

/// Handlers that run at the same time, and how long one waits for its turn. What everybody may ask
/// has turns of its own: whether it is well is told while much else is asked.
const CONCURRENT: usize = 8;
const CONCURRENT_OPEN: usize = 2;
const TURN_TIMEOUT: Duration = Duration::from_secs(10);

/// One way to ask.
pub(super) struct Route {
    pub method: Verb,
    /// With `{name}` for what stands in the path.
    pub path: &'static str,
    pub access: Access,
    pub summary: &'static str,
    pub query: &'static [Param],
    /// The fields of its body.
    pub body: &'static [Field],
    /// What is answered where it goes well.
    pub answer: Answer,
    pub handle: Handle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Post,
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Everybody.
    Open,
    Read,
    /// As to read; the token may stand in the address, for feed readers send no headers.
    Feed,
    Write,
}

/// What is done.
#[derive(Clone, Copy)]
pub(super) enum Handle {
    /// What is known without looking: it waits for nobody.
    AtOnce(fn(&Context) -> Result<Reply, Problem>),
    Answer(fn(&Context, &Ask) -> Result<Reply, Problem>),
    /// The stream of alerts.
    Stream,
}

/// What is answered.
pub(super) enum Reply {
    Json(StatusCode, Value),
    /// Bytes with their headers.
    Raw(Response),
}

impl Reply {
    pub fn ok(value: Value) -> Result<Self, Problem> {
        Ok(Self::Json(StatusCode::OK, value))
    }
}

/// What handlers work with.
#[derive(Clone)]
pub(super) struct Context {
    pub desk: Desk,
    /// Where it listens.
    pub address: SocketAddr,
    pub traffic: Traffic,
    pub metrics: Metrics,
    pub streams: Arc<Semaphore>,
    guesses: Guesses,
    turns: Arc<Semaphore>,
    open_turns: Arc<Semaphore>,
}

impl Context {
    pub fn new(desk: Desk, address: SocketAddr) -> Self {
        Self {
            desk,
            address,
            traffic: Traffic::default(),
            metrics: Metrics::default(),
            streams: Arc::new(Semaphore::new(stream::MAX_STREAMS)),
            guesses: Guesses::default(),
            turns: Arc::new(Semaphore::new(CONCURRENT)),
            open_turns: Arc::new(Semaphore::new(CONCURRENT_OPEN)),
        }
    }
}

/// All that is served but for the callback.
pub(super) fn all() -> impl Iterator<Item = &'static Route> {
    [health::ROUTES, metrics::ROUTES, feeds::ROUTES].into_iter().chain(api::ROUTES).flatten()
}

pub(super) fn router(context: &Context) -> Router {
    let mut router = push::routes(context.desk.push.clone());
    for route in all() {
        let context = context.clone();
        let handler = move |request: Request| async move {
            match respond(route, &context, request).await {
                Ok(response) => response,
                Err(problem) => problem.into_response(),
            }
        };
        router = match route.method {
            Verb::Get => router.route(route.path, get(handler)),
            Verb::Post => router.route(route.path, post(handler)),
        };
    }
    router
}

async fn respond(
    route: &'static Route,
    context: &Context,
    request: Request,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = caller(route, context, &parts)?;
    let path = RawPathParams::from_request_parts(&mut parts, &()).await;
    let path = path.map_err(|_| Problem::bad("bad_path", "the path is not UTF-8"))?;
    let path = path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let body = match route.method {
        Verb::Get => Bytes::new(),
        Verb::Post => read_body(&parts, body).await?,
    };
    let query = parts.uri.query().unwrap_or_default();
    let feed = route.access == Access::Feed;
    let ask = Ask::read(route, path, query, feed, &body, caller, parts.headers.clone())?;
    let reply = match route.handle {
        Handle::AtOnce(handle) => handle(context)?,
        Handle::Stream => {
            let extensions = parts.extensions;
            in_turn(route, context, move |context| stream::open(&context, &ask, &extensions))
                .await
                .map(Reply::Raw)?
        }
        Handle::Answer(handle) => {
            in_turn(route, context, move |context| handle(&context, &ask)).await?
        }
    };
    Ok(match reply {
        Reply::Raw(response) => response,
        Reply::Json(status, value) => {
            let kind = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
            let text = untrusted::json(&value.to_string()).into_owned();
            (status, [kind], text).into_response()
        }
    })
}

/// Does on a thread of its own what may block, once it is its turn.
async fn in_turn<T: Send + 'static>(
    route: &Route,
    context: &Context,
    work: impl FnOnce(Context) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let turns = if route.access == Access::Open { &context.open_turns } else { &context.turns };
    let turn = tokio::time::timeout(TURN_TIMEOUT, turns.clone().acquire_owned());
    let Ok(Ok(turn)) = turn.await else {
        return Err(Problem::busy("too much is asked at the same time"));
    };
    let context = context.clone();
    let done = tokio::task::spawn_blocking(move || {
        let done = work(context);
        drop(turn);
        done
    });
    done.await.unwrap_or_else(|_| {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Err(Problem::new(status, "internal", "a defect in wirewatch"))
    })
}

/// Who asks; or why they are not let in.
fn caller(route: &Route, context: &Context, parts: &Parts) -> Result<Caller, Problem> {
    let needed = match route.access {
        Access::Open => return Ok(Caller { token: None, scope: TokenScope::Read }),
        Access::Read | Access::Feed => TokenScope::Read,
        Access::Write => TokenScope::Write,
    };
    let config = context.desk.config();
    let tokens = config.http.as_ref().map(|http| http.tokens.as_slice()).unwrap_or_default();
    if tokens.is_empty() {
        // Behind a proxy all that comes from anywhere comes from this machine.
        let is_published = config.http.as_ref().is_some_and(HttpConfig::is_published);
        if context.address.ip().is_loopback() && !is_published {
            return Ok(Caller { token: None, scope: TokenScope::Write });
        }
        // Or the configuration that runs has lost its tokens: nobody is let in by that.
        return Err(unauthorized().hint(
            "add a `[[http.token]]` to the configuration: what is reached from outside asks for one",
        ));
    }
    let peer = parts.extensions.get::<Peer>().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0);
    let now = context.desk.clock().elapsed();
    let Some(given) = given(route, parts) else { return Err(unauthorized()) };
    if let Some(left) = context.guesses.shut_out(peer, now) {
        let detail = "too many wrong tokens came from this address";
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_failures", detail);
        return Err(problem.after(left.as_secs().max(1)));
    }
    match find(tokens, &given) {
        Some(caller) if caller.scope >= needed => Ok(caller),
        Some(_) => {
            let detail = "this token is for reading";
            Err(Problem::new(StatusCode::FORBIDDEN, "scope", detail)
                .hint("a token with `scope = \"write\"` may change something"))
        }
        None => {
            if context.guesses.failed(peer, &given, now) {
                log_failure(peer);
            }
            Err(unauthorized())
        }
    }
}

fn log_failure(peer: IpAddr) {
    tracing::warn!(address = %peer, code = "wrong_token", "somebody came with a wrong token");
}

fn unauthorized() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "a token is needed")
        .hint("send `Authorization: Bearer TOKEN` with a token of [[http.token]]")
}

/// The token that came with the request: in its header, or for feeds in its address.
fn given(route: &Route, parts: &Parts) -> Option<Vec<u8>> {
    if let Some(header) = parts.headers.get(AUTHORIZATION) {
        let (scheme, token) = header.as_bytes().split_at_checked(7)?;
        return scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii().to_vec());
    }
    if route.access != Access::Feed {
        return None;
    }
    let mut pairs = form_urlencoded::parse(parts.uri.query()?.as_bytes());
    pairs.find(|(name, _)| name == "token").map(|(_, token)| token.into_owned().into_bytes())
}

/// Whether a body was refused for its length, and not for how it came.
fn is_too_long(error: &axum::Error) -> bool {
    error.to_string().contains("length limit")
}

/// The body of a write, which is JSON or nothing.
async fn read_body(parts: &Parts, body: Body) -> Result<Bytes, Problem> {
    let read = tokio::time::timeout(BODY_TIMEOUT, axum::body::to_bytes(body, MAX_BODY_BYTES));
    let bytes = match read.await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(error)) if !is_too_long(&error) => {
            return Err(Problem::bad("bad_body", "the body is cut off, or framed wrong"));
        }
        Ok(Err(_)) => {
            let detail = format!("the body is larger than {MAX_BODY_BYTES} bytes");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail));
        }
        Err(_) => {
            let detail = "the body did not come in time";
            return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", detail));
        }
    };
    // Asked for even of an empty body: a form of another site's page cannot send it.
    let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let detail = "what changes something comes as JSON";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "not_json", detail).hint(
            "send `Content-Type: application/json`, with `{}` where there is nothing to say",
        ));
    }
    Ok(bytes)
}
