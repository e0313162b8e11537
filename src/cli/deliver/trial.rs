//! `wirewatch deliver test`: a real message through a channel's own code, with the same guard, TLS
//! and secrets as any other, clearly marked as a test.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::channel_of;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Records;
use crate::cli::session::Session;
use crate::config::{ChannelConfig, ChannelKind, Config};
use crate::deliver::terminal::{DEFAULT_WIDTH, Style};
use crate::deliver::{self, Channel, ChannelError, Printer, Receipt, notice};
use crate::domain::alert::delivery::{Attempt, Claimed};
use crate::domain::ids::ChannelId;
use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::topic::Severity;
use crate::domain::untrusted;
use crate::egress::Egress;
use crate::store::notices::Freeze;
use crate::store::{Access, Store};

const FREEZE: Freeze = Freeze { object: notice::object, body: notice::freeze };

/// Added to the time that the channel may take, before a daemon would take the message over.
const LEASE_MARGIN: Duration = Duration::from_secs(60);

pub fn run(channel: &str, session: &mut Session) -> Result<Exit, Failure> {
    // A test is only one with the secrets that go with it.
    let config = session.loader()?.read()?;
    let channel = channel_of(channel, &config)?;
    let opened = open(channel, &config, session)?;
    let store = match session.store_of(&config, Access::Existing) {
        Ok(store) => Some(store),
        // Before the first run there is nothing to record it in.
        Err(failure) if failure.exit == Exit::NotFound => None,
        Err(failure) => return Err(failure),
    };
    let notice = notice_of(&channel.id, session.clock.now());
    let (delivery, attempt, result) =
        session.wait(try_it(opened.as_ref(), &channel.id, notice, store.as_ref()))??;
    let recorded = store
        .as_ref()
        .map(|store| session.wait(store.end_trial(delivery.id, attempt.clone(), result.is_ok())));
    recorded.transpose()?.transpose()?;
    tell(&channel.id, &delivery, &attempt, &result, session)?;
    if result.is_err() {
        return Ok(Exit::Failed);
    }
    let waits = match &store {
        Some(store) => super::channels::failing(&config, store)?,
        None => Vec::new(),
    };
    if waits.iter().any(|(failing, _)| *failing == channel.id) {
        let id = &channel.id;
        session.messages.warn(&format!(
            "{id} failed before: `wirewatch deliver retry --channel {id}` sends at once what waits"
        ));
    }
    Ok(Exit::Ok)
}

/// Opens a channel as the daemon does; what it prints goes nowhere.
pub fn open(
    channel: &ChannelConfig,
    config: &Config,
    session: &Session,
) -> Result<Box<dyn Channel>, Failure> {
    let egress = Egress::new(&config.egress).map_err(|error| Failure::new(Exit::Failed, error))?;
    let silent = Printer::new(Style { colour: false, width: DEFAULT_WIDTH }, |_| {});
    let opened = deliver::open(channel, &egress, &session.clock, &silent);
    opened.map_err(|error| Failure::new(Exit::Failed, error))
}

/// Opens a channel to look at what it would send: secrets need not be known.
pub fn open_to_look(
    channel: &ChannelConfig,
    config: &Config,
    session: &Session,
) -> Result<Box<dyn Channel>, Failure> {
    let mut channel = channel.clone();
    if let ChannelKind::Chat(chat) = &mut channel.kind {
        chat.service = chat.service.clone().with_stand_ins();
    }
    open(&channel, config, session)
}

/// What a test says.
pub fn notice_of(channel: &ChannelId, now: Timestamp) -> Notice {
    let headline = format!(
        "This is a test of channel {channel}, sent by hand. Nothing happened; alerts come here."
    );
    Notice::plain(now, NoticeKind::Test, Severity::Info, headline)
}

type Tried = (Claimed, Attempt, Result<Receipt, ChannelError>);

async fn try_it(
    channel: &dyn Channel,
    id: &ChannelId,
    notice: Notice,
    store: Option<&Store>,
) -> Result<Tried, crate::store::error::StoreError> {
    let patience = channel.capacity().patience;
    let at = notice.at;
    let delivery = match store {
        Some(store) => {
            let lease = patience.saturating_add(LEASE_MARGIN);
            store.begin_trial(notice, id, lease, at, FREEZE).await?
        }
        None => notice::unrecorded(&notice, id),
    };
    let batch = [delivery];
    let started = std::time::Instant::now();
    let results = tokio::time::timeout(patience, channel.send(&batch)).await;
    let duration = started.elapsed();
    let answered = results.map(|results| results.into_iter().next());
    let result = match answered {
        Ok(Some(result)) => result,
        Ok(None) => Err(ChannelError::transient("no_answer", None)),
        Err(_) => Err(ChannelError::transient("timeout", None)),
    };
    let (code, detail, handle) = match &result {
        Ok(receipt) => ("delivered".into(), receipt.detail.clone(), receipt.handle.clone()),
        Err(error) => (error.code().clone(), error.detail().map(str::to_owned), None),
    };
    let [delivery] = batch;
    Ok((delivery, Attempt { at, duration, code, detail, handle }, result))
}

fn tell(
    channel: &ChannelId,
    delivery: &Claimed,
    attempt: &Attempt,
    result: &Result<Receipt, ChannelError>,
    session: &mut Session,
) -> Result<(), Failure> {
    let ms = u64::try_from(attempt.duration.as_millis()).unwrap_or(u64::MAX);
    let detail = attempt.detail.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
    let outcome = match result {
        Ok(_) => format!("{channel} took the test message in {ms} ms{detail}"),
        Err(ChannelError::Transient { code, .. }) => {
            format!("{channel} did not take the test message ({code}, {ms} ms){detail}")
        }
        Err(ChannelError::Permanent { code, .. }) => {
            format!("{channel} refused the test message for good ({code}, {ms} ms){detail}")
        }
    };
    let object = json!({
        "channel": channel.as_str(),
        "delivered": result.is_ok(),
        "code": attempt.code.as_ref(),
        "detail": attempt.detail,
        "handle": attempt.handle,
        "duration_ms": ms,
        "delivery": delivery.id.to_string(),
    });
    let text = untrusted::terminal(&outcome);
    session.printer.report(&object, &text, &Records::of_fields(&object))?;
    Ok(())
}
