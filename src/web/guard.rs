//! What is looked at in every request before anything else, and put on every answer last: for whom
//! the request is meant (a page of another site must not speak to a server on this machine by a
//! name of its own), where a write comes from, and headers that let a browser do nothing with what
//! it gets.

use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, Version};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use url::Url;

use super::problem::{Problem, with_words};
use super::route::Context;
use crate::config::Config;
use crate::daemon::push::CALLBACK_PATH;

/// Most bytes of a request's headers. The reader of connections is less strict.
const MAX_HEADER_BYTES: usize = 32 * 1024;

/// On every answer. Nothing of it is to be shown by a browser, framed, or guessed at.
const HEADERS: [(HeaderName, &str); 5] = [
    (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Puts the guard around all routes.
pub(super) fn around(routes: Router, context: &Context) -> Router {
    routes.layer(from_fn_with_state(context.clone(), guarded))
}

async fn guarded(State(context): State<Context>, request: Request, next: Next) -> Response {
    // A hub is known by the secrets it was given, and reaches us by whatever name a proxy uses.
    let is_callback = request.uri().path().starts_with(CALLBACK_PATH);
    let refused = match is_callback {
        true => None,
        false => refuse(&context.desk.config(), context.address, &request).err(),
    };
    let mut response = match refused {
        Some(problem) => problem.into_response(),
        None if is_callback => next.run(request).await,
        None => with_words(next.run(request).await),
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    context.traffic.answered(response.status().as_u16());
    response
}

/// Refuses what is not meant for us, and writes that a page of another site has sent.
fn refuse(config: &Config, address: SocketAddr, request: &Request) -> Result<(), Problem> {
    let headers = request.headers().iter();
    let size: usize = headers.map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size > MAX_HEADER_BYTES {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        let detail = format!("the headers have more than {MAX_HEADER_BYTES} bytes");
        return Err(Problem::new(status, "headers_too_large", detail));
    }
    let host = host(request.uri(), request.headers(), request.version())?;
    let public = config.http.as_ref().and_then(|http| http.public_url.as_deref());
    let public = public.and_then(|url| Url::parse(url).ok());
    if let Some(host) = &host
        && address.ip().is_loopback()
        && !is_local(host, address)
        && public.as_ref().is_none_or(|url| !is_host_of(host, url))
    {
        let detail = "this server is reached by another name";
        return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, "wrong_host", detail)
            .hint("ask localhost, or set `public_url` under [http] to the name that is used"));
    }
    let says = |name: &str, value: &str| {
        request.headers().get(name).is_some_and(|said| said.as_bytes() == value.as_bytes())
    };
    let foreign = || {
        let detail = "a page of another site may neither change nor embed anything here";
        Err(Problem::new(StatusCode::FORBIDDEN, "foreign_origin", detail))
    };
    // A page could not read the answer, but have us work for it; a link that is followed is fine.
    if says("sec-fetch-site", "cross-site") && !says("sec-fetch-mode", "navigate") {
        return foreign();
    }
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    if request
        .headers()
        .get("sec-fetch-site")
        .is_some_and(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"))
    {
        return foreign();
    }
    let mut origins = request.headers().get_all(ORIGIN).iter();
    let ours = |origin: &HeaderValue| {
        let origin = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok());
        origin.is_some_and(|origin| {
            let same = |host: &Authority| {
                origin.host_str() == Some(host.host())
                    && origin.port_or_known_default() == Some(host.port_u16().unwrap_or(80))
            };
            public.as_ref().is_some_and(|public| public.origin() == origin.origin())
                || origin.scheme() == "http" && host.as_ref().is_some_and(same)
        })
    };
    if origins.all(ours) { Ok(()) } else { foreign() }
}

/// For whom the request is meant: as its target says, else its `Host`. Only the oldest clients
/// leave it out.
fn host(uri: &Uri, headers: &HeaderMap, version: Version) -> Result<Option<Authority>, Problem> {
    let bad = || Problem::bad("bad_host", "the request does not say clearly for whom it is meant");
    let mut named = headers.get_all(HOST).iter();
    let header = named.next();
    if named.next().is_some() {
        return Err(bad());
    }
    let header = header.map(|host| Authority::try_from(host.as_bytes()).map_err(|_| bad()));
    match (uri.authority(), header.transpose()?) {
        (Some(target), _) => Ok(Some(target.clone())),
        (None, Some(host)) => Ok(Some(host)),
        (None, None) if version == Version::HTTP_10 => Ok(None),
        (None, None) => Err(bad()),
    }
}

/// Names of this machine, and the very address that is listened at: none of them can be made to lead
/// here by whoever has a page elsewhere.
fn is_local(host: &Authority, address: SocketAddr) -> bool {
    let name = host.host();
    let literal = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|known| name.eq_ignore_ascii_case(known))
        || literal == Ok(address.ip())
}

fn is_host_of(host: &Authority, url: &Url) -> bool {
    url.host_str().is_some_and(|name| host.host().eq_ignore_ascii_case(name))
}
