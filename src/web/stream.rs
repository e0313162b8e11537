//! The stream of alerts (server-sent events): every revision once, in the order of commits. Who lost
//! the connection says the last id it got, and goes on behind it: the id is the database's own
//! number of the revision, so nothing is lost and nothing comes twice, over restarts too. An id is said
//! at once, and where nothing is told: else who was told nothing yet would not know where it stands.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Extensions;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

use super::ask::Ask;
use super::problem::Problem;
use super::route::Context;
use super::serve::Lease;
use crate::deliver::object::AlertV1;
use crate::domain::alert::Reach;
use crate::store::Store;
use crate::store::alerts::read::RevisionView;
use crate::store::error::StoreError;

/// Streams at the same time.
pub(super) const MAX_STREAMS: usize = 32;

/// After this long a stream ends, and its client comes again: one that reads no more would hold its
/// place for ever.
const LASTS: Duration = Duration::from_secs(3_600);

/// How often something is said, so that both sides notice that the other is gone.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How often is looked for what nobody wakes us for.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Revisions read at once.
const PAGE: u32 = 100;

/// The client waits so long before it comes again, in milliseconds.
const RETRY_MS: u32 = 3_000;

/// A stream under way.
struct Stream {
    store: Store,
    committed: watch::Receiver<()>,
    /// The last revision that was looked at.
    cursor: i64,
    topic: Option<String>,
    shadow: bool,
    /// What is yet to be said.
    ready: VecDeque<Bytes>,
    /// When something was last said.
    said: Instant,
    end: Instant,
    _place: OwnedSemaphorePermit,
}

/// Begins a stream: behind the revision that the client got last, or from now on. Reads the database.
pub(super) fn open(
    context: &Context,
    ask: &Ask,
    extensions: &Extensions,
) -> Result<Response, Problem> {
    let last = ask.header("last-event-id").or(ask.text("after"));
    let last = last.map(|id| id.trim().parse::<i64>().ok().filter(|id| *id >= 0));
    let store = context.desk.store();
    let topic = super::api::topics::known(context, ask)?;
    let newest = store.last_alert_cursor()?;
    let cursor = match last {
        // Beyond the end is an id of another database, such as one before a backup was restored:
        // who waited for the numbers to come there would miss all until then.
        Some(Some(cursor)) => cursor.min(newest),
        Some(None) => return Err(Problem::bad("bad_event_id", "this is no id of an event")),
        None => newest,
    };
    let Ok(place) = context.streams.clone().try_acquire_owned() else {
        return Err(Problem::busy("too many listen to the stream"));
    };
    let now = Instant::now();
    let end = now + LASTS;
    if let Some(lease) = extensions.get::<Lease>() {
        lease.until(end + HEARTBEAT);
    }
    let stream = Stream {
        store,
        committed: context.desk.committed(),
        cursor,
        topic: topic.map(|topic| topic.to_string()),
        shadow: ask.flag("shadow"),
        ready: VecDeque::from([Bytes::from(format!("retry: {RETRY_MS}\nid: {cursor}\n\n"))]),
        said: now,
        end,
        _place: place,
    };
    let body = Body::from_stream(stream::unfold(stream, |mut stream| async move {
        let piece = stream.next().await?;
        Some((Ok::<_, Infallible>(piece), stream))
    }));
    Ok(([(CONTENT_TYPE, "text/event-stream")], body).into_response())
}

impl Stream {
    /// The next thing to say; `None` at the end.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                self.said = Instant::now();
                return Some(piece);
            }
            if Instant::now() >= self.end {
                return None;
            }
            self.committed.borrow_and_update();
            match self.look().await {
                Ok(true) => continue,
                Ok(false) => {}
                // The client comes again, and misses nothing.
                Err(error) => {
                    tracing::error!(code = error.code(), %error, "a stream of alerts ends");
                    return None;
                }
            }
            if self.said.elapsed() >= HEARTBEAT {
                let here = format!(": still here\nid: {}\n\n", self.cursor);
                self.ready.push_back(Bytes::from(here));
                continue;
            }
            tokio::select! {
                Ok(()) = self.committed.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Reads what was committed behind the cursor. Whether there was anything.
    async fn look(&mut self) -> Result<bool, StoreError> {
        let (store, cursor) = (self.store.clone(), self.cursor);
        let read = tokio::task::spawn_blocking(move || store.alert_revisions_after(cursor, PAGE));
        let page = read.await.unwrap_or(Err(StoreError::Closed))?;
        let Some(last) = page.last() else { return Ok(false) };
        self.cursor = last.cursor;
        let wanted = page.iter().filter(|revision| self.is_wanted(revision));
        let mut events: Vec<Bytes> = wanted.map(event).collect();
        if !self.is_wanted(last) {
            // An id without an event: who comes again goes on behind what was passed over.
            events.push(Bytes::from(format!("id: {}\n\n", self.cursor)));
        }
        self.ready.extend(events);
        Ok(true)
    }

    fn is_wanted(&self, revision: &RevisionView) -> bool {
        let of_topic = |topic: &String| {
            let object = serde_json::from_str::<AlertV1>(&revision.object);
            object.is_ok_and(|object| object.topic.id == *topic)
        };
        (self.shadow || revision.reach != Reach::Shadow) && self.topic.iter().all(of_topic)
    }
}

/// A revision as an event. Its object is one line: controls in it are escaped.
fn event(revision: &RevisionView) -> Bytes {
    let RevisionView { cursor, event, object, .. } = revision;
    Bytes::from(format!("id: {cursor}\nevent: {event}\ndata: {object}\n\n"))
}
