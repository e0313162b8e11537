//! The HTTP client that feeds, pages, hubs and channels are asked by. reqwest writes the request and
//! reads the answer; what lies between is hyper over a [`super::line`], since reqwest lets nobody
//! at its connections, and so neither count what comes in nor tell TLS from TCP.

use std::error::Error as StdError;
use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::ext::on_informational;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use reqwest::header::{ACCEPT, HeaderValue, USER_AGENT};
use reqwest::{IntoUrl, Method, RequestBuilder, Response};
use thiserror::Error;
use tokio::time::Sleep;

use super::line::{Connector, Gauge, LineError};
use super::{BoxError, ClientLimits};

/// Most header lines of an answer; servers behind several proxies do send more than 100.
const MAX_HEADER_LINES: usize = 256;

/// Largest list of headers of an HTTP/2 answer.
const MAX_HEADER_LIST_BYTES: u32 = 64 * 1024;

/// Most that is read at once of an HTTP/1 answer, and its largest head.
const HTTP1_BUFFER_BYTES: usize = 128 * 1024;

/// How long an idle connection is kept: long enough for a redirect, shorter than any interval.
const POOL_IDLE: Duration = Duration::from_secs(10);

/// Makes requests that cannot leave the permitted network. Clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    /// Writes requests; [`Client::send`] sends them.
    writer: reqwest::Client,
    sender: legacy::Client<Connector, reqwest::Body>,
    user_agent: HeaderValue,
    limits: ClientLimits,
}

/// Why there was no answer.
#[derive(Debug, Error)]
pub enum SendError {
    #[error("the request cannot be written")]
    Request(#[source] BoxError),
    #[error("no connection in time")]
    ConnectTimeout,
    #[error("no answer in time")]
    Timeout,
    #[error("one provisional answer after another, and none that counts")]
    Endless,
    #[error("no connection")]
    Connect(#[source] legacy::Error),
    #[error("no answer")]
    Answer(#[source] legacy::Error),
}

impl Client {
    pub(super) fn new(
        writer: reqwest::Client,
        connector: Connector,
        user_agent: HeaderValue,
        limits: ClientLimits,
    ) -> Self {
        let sender = legacy::Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(1)
            .http1_max_buf_size(HTTP1_BUFFER_BYTES)
            .http1_max_headers(MAX_HEADER_LINES)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http2_max_header_list_size(MAX_HEADER_LIST_BYTES)
            .build(connector);
        Self { writer, sender, user_agent, limits }
    }

    /// Begins a request, which [`Client::send`] sends.
    pub fn request(&self, method: Method, url: impl IntoUrl) -> RequestBuilder {
        self.writer.request(method, url)
    }

    pub fn get(&self, url: impl IntoUrl) -> RequestBuilder {
        self.writer.get(url)
    }

    pub fn post(&self, url: impl IntoUrl) -> RequestBuilder {
        self.writer.post(url)
    }

    /// Sends a request and waits for the head of its answer. One that the server says it did not look
    /// at is sent once more. Dropping this ends the connection.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, SendError> {
        let unwritten = |error: reqwest::Error| SendError::Request(error.without_url().into());
        let request = request.build().map_err(unwritten)?;
        let again = request.try_clone();
        match (self.send_once(request.try_into().map_err(unwritten)?).await, again) {
            (Err(SendError::Answer(error)), Some(again)) if is_untouched(&error) => {
                self.send_once(again.try_into().map_err(unwritten)?).await
            }
            (answer, _) => answer,
        }
    }

    async fn send_once(
        &self,
        mut request: hyper::Request<reqwest::Body>,
    ) -> Result<Response, SendError> {
        let headers = request.headers_mut();
        headers.entry(USER_AGENT).or_insert_with(|| self.user_agent.clone());
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        let mut connection = capture_connection(&mut request);
        let seen = connection.clone();
        on_informational(&mut request, move |_| {
            if let Some(gauge) = gauge(&seen) {
                gauge.note_provisional();
            }
        });
        let answered = self.answered(self.sender.request(request), &mut connection).await;
        // A repeated request may have come to another connection than the first.
        if let Some(gauge) = gauge(&connection) {
            gauge.end();
            if gauge.is_endless() {
                return Err(SendError::Endless);
            }
        }
        let patience = self.limits.read;
        let body = |body| reqwest::Body::wrap(Patient { body, patience, wait: None });
        Ok(answered?.map(body).into())
    }

    /// Waits for a connection, and then for an answer on it.
    async fn answered<T>(
        &self,
        sent: impl Future<Output = Result<T, legacy::Error>>,
        connection: &mut CaptureConnection,
    ) -> Result<T, SendError> {
        let mut sent = pin!(sent);
        let ClientLimits { connect, read } = self.limits;
        // The connector looks at its own time; this ends whatever else may hold a connection up.
        let latest = tokio::time::sleep(connect.saturating_add(read));
        tokio::select! {
            biased;
            answer = &mut sent => return answer.map_err(SendError::of),
            () = wait_for(connection) => {}
            () = latest => return Err(SendError::ConnectTimeout),
        }
        if let Some(gauge) = gauge(connection) {
            gauge.begin();
        }
        let answer = tokio::time::timeout(read, sent).await.map_err(|_| SendError::Timeout)?;
        answer.map_err(SendError::of)
    }
}

impl SendError {
    fn of(error: legacy::Error) -> Self {
        let mut causes = std::iter::successors(error.source(), |cause| (*cause).source());
        if causes.any(|cause| matches!(cause.downcast_ref(), Some(LineError::Slow))) {
            return Self::ConnectTimeout;
        }
        if error.is_connect() { Self::Connect(error) } else { Self::Answer(error) }
    }
}

async fn wait_for(connection: &mut CaptureConnection) {
    connection.wait_for_connection_metadata().await;
}

/// Whether the server says that it did not look at the request: it leaves the connection, or takes no
/// more of them on it (RFC 9113, sections 6.8 and 8.7).
fn is_untouched(error: &legacy::Error) -> bool {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    let mut refusals = causes.filter_map(|cause| cause.downcast_ref::<h2::Error>());
    refusals.any(|refusal| match refusal.reason() {
        Some(h2::Reason::NO_ERROR) => refusal.is_go_away() && refusal.is_remote(),
        Some(h2::Reason::REFUSED_STREAM) => refusal.is_reset() && refusal.is_remote(),
        _ => false,
    })
}

fn gauge(connection: &CaptureConnection) -> Option<std::sync::Arc<Gauge>> {
    connection.connection_metadata().as_ref().and_then(Gauge::of)
}

/// A body that is waited for no longer than its server may be silent.
struct Patient {
    body: Incoming,
    patience: Duration,
    /// Runs while nothing comes.
    wait: Option<Pin<Box<Sleep>>>,
}

impl Body for Patient {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.wait = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let patience = self.patience;
        let wait = self.wait.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        ready!(wait.as_mut().poll(context));
        self.wait = None;
        Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
