//! `wirewatch deliver preview`: what a channel would send, as it would send it. Nothing is sent, and
//! no secret is needed.

use serde_json::json;

use super::{channel_of, trial};
use crate::cli::args::Preview;
use crate::cli::exit::{Exit, Failure};
use crate::cli::naming;
use crate::cli::output::Records;
use crate::cli::session::Session;
use crate::config::{ChannelConfig, Config};
use crate::daemon::digests::{Order, draft};
use crate::deliver::{digest, notice, object};
use crate::domain::alert::delivery::{Carried, Claimed, Thread};
use crate::domain::digest::Kind;
use crate::domain::ids::{AlertId, DeliveryId, DigestId};
use crate::domain::untrusted;
use crate::store::alerts::read::AlertFilter;
use crate::store::outbox::{DeliveryFilter, DeliveryView};
use crate::store::{Access, Store};

/// Of how long a digest tells where none was made yet.
const DAY: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// Deliveries looked through for one to show.
const LOOKED_AT: u32 = 200;

pub fn run(choice: &Preview, session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config()?;
    let channel = channel_of(&choice.channel, &config)?;
    let opened = trial::open_to_look(channel, &config, session)?;
    let delivery = match choice {
        Preview { notice: true, .. } => of_notice(channel, &config, session)?,
        Preview { digest: true, .. } => of_digest(channel, &config, session)?,
        Preview { alert, .. } => of_alert(alert.as_deref(), channel, &config, session)?,
    };
    let preview = opened.preview(&delivery);
    let object = json!({
        "channel": channel.id.as_str(),
        "delivery": (delivery.id.0 != 0).then(|| delivery.id.to_string()),
        "content_type": preview.content_type,
        "text": preview.text,
    });
    // A message has lines of its own: each is cleaned by itself.
    let lines: Vec<_> = preview.text.lines().map(untrusted::terminal).collect();
    session.printer.report(&object, &lines.join("\n"), &Records::of_fields(&object))?;
    Ok(Exit::Ok)
}

fn of_alert(
    alert: Option<&str>,
    channel: &ChannelConfig,
    config: &Config,
    session: &Session,
) -> Result<Claimed, Failure> {
    let store = session.store_of(config, Access::ReadOnly)?;
    let id: AlertId = match alert {
        Some(text) => naming::read(text)?,
        None => match store.alerts(&AlertFilter { limit: 1, ..AlertFilter::default() })?.first() {
            Some(view) => view.id,
            None => {
                return Err(Failure::said(Exit::Failed, "there is no alert yet")
                    .hint("`--notice` shows a notice"));
            }
        },
    };
    let made = DeliveryFilter { alert: Some(id), ..DeliveryFilter::default() };
    if let Some(found) = last_to(&store, channel, made, |_| true)? {
        return Ok(found);
    }
    let detail = store.alert(id)?.ok_or_else(|| crate::cli::alerts::no_such_alert(id))?;
    let nothing = || Failure::said(Exit::Failed, format!("the revisions of {id} cannot be read"));
    let last = detail.revisions.last().ok_or_else(nothing)?;
    let (none, channel) = (DeliveryId(0), &channel.id);
    let body = object::freeze_kept(last.object.as_bytes(), channel, none).ok_or_else(nothing)?;
    let carried = Carried::Alert { alert: id, seq: last.seq };
    Ok(claimed(carried, channel, body, last.at))
}

fn of_notice(
    channel: &ChannelConfig,
    config: &Config,
    session: &Session,
) -> Result<Claimed, Failure> {
    let test =
        || notice::unrecorded(&trial::notice_of(&channel.id, session.clock.now()), &channel.id);
    let store = match session.store_of(config, Access::ReadOnly) {
        Ok(store) => store,
        Err(failure) if failure.exit == Exit::NotFound => return Ok(test()),
        Err(failure) => return Err(failure),
    };
    let is_notice = |view: &DeliveryView| view.carried.notice().is_some();
    let found = last_to(&store, channel, DeliveryFilter::default(), is_notice)?;
    Ok(found.unwrap_or_else(test))
}

fn of_digest(
    channel: &ChannelConfig,
    config: &Config,
    session: &Session,
) -> Result<Claimed, Failure> {
    let store = session.store_of(config, Access::ReadOnly)?;
    let now = session.clock.now();
    let mark = store.digest_mark_of(&channel.id)?;
    let since = mark.map_or(now.saturating_sub(DAY).unwrap_or(now), |mark| mark.since);
    let order = Order {
        kind: Kind::Asked,
        after: mark.map(|mark| mark.told).unwrap_or_default(),
        since: if mark.is_some() { jiff::Timestamp::MIN } else { since },
        shown_since: since,
        late: None,
    };
    let (edition, _) = draft(&store, config, channel, order, now)?;
    let body = digest::freeze(&edition, DigestId(0), DeliveryId(0));
    Ok(claimed(Carried::Digest(DigestId(0)), &channel.id, body, now))
}

/// The last delivery to a channel that passes.
fn last_to(
    store: &Store,
    channel: &ChannelConfig,
    filter: DeliveryFilter,
    passes: impl Fn(&DeliveryView) -> bool,
) -> Result<Option<Claimed>, Failure> {
    let filter = DeliveryFilter { channel: Some(channel.id.clone()), limit: LOOKED_AT, ..filter };
    let found = store.deliveries(&filter)?.into_iter().find(|view| passes(view));
    match found {
        Some(view) => Ok(store.as_claimed(view.id)?),
        None => Ok(None),
    }
}

/// A delivery that there is not.
fn claimed(
    carried: Carried,
    channel: &crate::domain::ids::ChannelId,
    body: Vec<u8>,
    created: jiff::Timestamp,
) -> Claimed {
    let (id, thread) = (DeliveryId(0), Thread::default());
    Claimed { id, carried, channel: channel.clone(), body, attempt: 1, created, thread }
}
