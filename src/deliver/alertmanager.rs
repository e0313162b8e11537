//! Prometheus Alertmanager by its API v2 (`POST /api/v2/alerts`, as its `openapi.yaml` has it). An
//! alert of ours is one of its alerts, known again by its labels ([`told`]); each revision is
//! posted once, as a delivery.
//!
//! Alertmanager forgets its alerts when it is restarted, and hears of what people decide here by no
//! delivery. So a [`Renewer`] tells it again, from time to time, of all that stands by the database:
//! what is open goes on until `resolve_after`, what somebody took on or closed ends.

pub(super) mod told;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};
use jiff::Timestamp;
use url::Url;

use self::told::{Handle, Posted, Told};
use super::http::{self, Caller};
use super::hush::Hush;
use super::object::{second, shield};
use super::parcel::{Parcel, Unreadable};
use super::{Capacity, Channel, ChannelError, OpenError, Preview, Receipt};
use crate::clock::Clock;
use crate::config::{AlertmanagerChannel, Credentials};
use crate::domain::alert::delivery::{Claimed, Thread};
use crate::domain::alert::standing::Standing;
use crate::egress::Egress;

/// Attempts under way at once.
const CONCURRENT: usize = 4;

/// Alerts in one request: a few kilobytes each.
const MAX_POSTED: usize = 64;

/// How long a notice stands: nobody takes it back.
const NOTICE_STANDS: Duration = Duration::from_secs(3_600);

/// Alertmanager as a channel; clones share their connections.
#[derive(Clone)]
pub struct Alertmanager(Arc<Inner>);

struct Inner {
    url: Url,
    caller: Caller,
    credentials: Credentials,
    resolve_after: Duration,
    renew_every: Duration,
}

/// Tells an Alertmanager again of what stands.
pub struct Renewer {
    manager: Alertmanager,
    hush: Hush,
}

impl Alertmanager {
    /// Checks all that can be checked without a request.
    pub fn new(
        config: &AlertmanagerChannel,
        egress: &Egress,
        clock: Clock,
    ) -> Result<Self, OpenError> {
        let url = http::below(&config.url, &["api", "v2", "alerts"])?;
        Ok(Self(Arc::new(Inner {
            caller: Caller::new(&url, config.timeout, egress, clock)?,
            url,
            credentials: config.credentials.clone(),
            resolve_after: config.resolve_after,
            renew_every: config.renew_every,
        })))
    }

    async fn attempt(&self, delivery: &Claimed) -> Result<Receipt, ChannelError> {
        let (told, posted) = self.posted(delivery)?;
        let detail = self.post(&posted).await?;
        Ok(Receipt { detail, handle: told.handle() })
    }

    /// What a delivery posts: its alert, and the end of what it was under another severity.
    fn posted(&self, delivery: &Claimed) -> Result<(Told, Vec<Posted>), ChannelError> {
        let now = self.0.caller.now();
        let parcel = Parcel::read(&delivery.body)?;
        let stands = match parcel {
            Parcel::Notice(_) => NOTICE_STANDS,
            Parcel::Alert(_) => self.0.resolve_after,
            Parcel::Digest(_) => {
                let detail = Some("Alertmanager takes alerts, not digests".to_owned());
                return Err(ChannelError::Permanent { code: "not_an_alert".into(), detail });
            }
        };
        let told = Told::new(&parcel, &delivery.thread);
        let ends = now.saturating_add(stands).unwrap_or(Timestamp::MAX);
        let mut posted = vec![told.posted(&second(ends))];
        posted.extend(told.of_another_severity(&delivery.thread, &second(now)));
        Ok((told, posted))
    }

    async fn post(&self, alerts: &[Posted]) -> Result<Option<String>, ChannelError> {
        let inner = &self.0;
        let request = inner.caller.client().post(inner.url.clone());
        let request = http::authorized(request, &inner.credentials);
        let reply = inner.caller.call(http::with_json(request, &alerts)).await?;
        let detail = reply.detail();
        reply.judge(inner.caller.now())?;
        Ok(detail)
    }
}

impl Channel for Alertmanager {
    fn capacity(&self) -> Capacity {
        Capacity { batch: 1, concurrent: CONCURRENT, patience: self.0.caller.patience() }
    }

    fn renewer(&self) -> Option<Renewer> {
        Some(Renewer { manager: self.clone(), hush: Hush::default() })
    }

    fn send<'a>(
        &'a self,
        batch: &'a [Claimed],
    ) -> BoxFuture<'a, Vec<Result<Receipt, ChannelError>>> {
        join_all(batch.iter().map(|delivery| self.attempt(delivery))).boxed()
    }

    fn preview(&self, delivery: &Claimed) -> Preview {
        let text = match self.posted(delivery) {
            Ok((_, posted)) => String::from_utf8_lossy(&shield::to_json(&posted)).into_owned(),
            Err(error) => error.detail().unwrap_or_default().to_owned(),
        };
        Preview { content_type: "application/json".to_owned(), text }
    }
}

impl Renewer {
    /// One whose errors name no secret.
    pub(super) fn hushed(self, hush: Hush) -> Self {
        Self { hush, ..self }
    }

    /// How often it is to be told of all that stands.
    pub fn every(&self) -> Duration {
        self.manager.0.renew_every
    }

    /// How long an alert stands after it was last told.
    pub fn stands_for(&self) -> Duration {
        self.manager.0.resolve_after
    }

    /// Tells it of these. What is over is told as ended.
    ///
    /// # Errors
    /// It did not take all of them.
    pub async fn renew(&self, standing: &[Standing]) -> Result<(), ChannelError> {
        let mut posted = Vec::with_capacity(standing.len());
        for one in standing {
            // What cannot be read was never taken.
            posted.extend(self.posted(one).map_err(ChannelError::from)?);
        }
        for alerts in posted.chunks(MAX_POSTED) {
            self.manager.post(alerts).await.map_err(|error| self.hush.error(error))?;
        }
        Ok(())
    }

    fn posted(&self, standing: &Standing) -> Result<Option<Posted>, Unreadable> {
        let parcel = Parcel::read(&standing.body)?;
        if !matches!(parcel, Parcel::Alert(_)) {
            return Ok(None);
        }
        let told = Told::new(&parcel, &standing.thread);
        let stands = standing.told.saturating_add(self.stands_for()).unwrap_or(Timestamp::MAX);
        let ends = standing.ended().unwrap_or(stands);
        Ok(Some(told.posted(&second(ends))))
    }
}

impl Handle {
    /// What a channel called the first and the last revision that it took.
    fn both(thread: &Thread) -> (Option<Self>, Option<Self>) {
        (thread.first().and_then(Self::read), thread.last().and_then(Self::read))
    }
}
