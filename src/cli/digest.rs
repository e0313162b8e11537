//! `wirewatch digest`: what the next one would be, one at once, and those that were made.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::cli::args::Digests;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records, count};
use crate::cli::session::Session;
use crate::cli::topics::backtest::period::Period;
use crate::cli::{moment, naming};
use crate::config::{ChannelConfig, Config, Timetable};
use crate::daemon::digests::{FREEZE, Order, draft};
use crate::deliver::digest::DigestV1;
use crate::deliver::terminal::{self, Style};
use crate::domain::calendar::{moment as calendar_moment, soon, zone_name};
use crate::domain::digest::{Edition, Kind};
use crate::domain::ids::{ChannelId, DigestId};
use crate::store::digests::material::Cursor;
use crate::store::digests::{Closing, DigestMark};
use crate::store::{Access, Store};

pub const COLUMNS: &[Column] = &[
    Column::shown("id"),
    Column::shown("channel"),
    Column::shown("kind"),
    Column::shown("period"),
    Column::shown("at"),
    Column::shown("since").spare(1),
    Column::shown("alerts"),
    Column::shown("state"),
];

/// What is told of where a channel has no mark yet and nothing else is asked for.
const FIRST_SPAN_S: i64 = 24 * 3_600;

pub fn run(command: &Digests, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        Digests::Preview { channel, since } => {
            preview(channel.as_deref(), since.as_deref(), session)
        }
        Digests::Send { channel, now } => send(channel, *now, session),
        Digests::List { channel, limit } => list(channel.as_deref(), *limit, session),
    }
}

fn preview(
    channel: Option<&str>,
    since: Option<&str>,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let config = session.config_to_look()?;
    let store = session.store_of(&config, Access::ReadOnly)?;
    let channel = chosen(channel, &config)?;
    let now = session.clock.now();
    let mark = store.digest_mark_of(&channel.id)?;
    let order = match since {
        Some(span) => {
            let since = Period::since("--since", span, now)?.since.unwrap_or(Timestamp::MIN);
            order(Cursor::default(), since, since)
        }
        None => from_mark(mark, now),
    };
    let (edition, _) = draft(&store, &config, channel, order, now)?;
    show(&edition, None, session)?;
    Ok(Exit::Ok)
}

/// What the next digest tells of.
fn from_mark(mark: Option<DigestMark>, now: Timestamp) -> Order {
    match mark {
        Some(mark) => order(mark.told, Timestamp::MIN, mark.since),
        None => {
            let span = jiff::SignedDuration::from_secs(FIRST_SPAN_S);
            let since = now.saturating_sub(span).unwrap_or(Timestamp::MIN);
            order(Cursor::default(), since, since)
        }
    }
}

fn order(after: Cursor, since: Timestamp, shown_since: Timestamp) -> Order {
    Order { kind: Kind::Asked, after, since, shown_since, late: None }
}

fn show(edition: &Edition, id: Option<DigestId>, session: &mut Session) -> Result<(), Failure> {
    let object = DigestV1::new(edition, id);
    let style = Style { colour: session.printer.coloured(), width: session.printer.width() };
    let text = terminal::digest::render(&object, style);
    let object = serde_json::to_value(&object).unwrap_or_default();
    Ok(session.printer.object(&object, text.trim_end())?)
}

/// The channel of this name; without one, the only one that has digests.
fn chosen<'c>(name: Option<&str>, config: &'c Config) -> Result<&'c ChannelConfig, Failure> {
    let Some(name) = name else {
        let mut with = config.channels.iter().filter(|one| one.timetable.digest.is_some());
        return match (with.next(), with.next(), config.channels.as_slice()) {
            (Some(only), None, _) | (None, None, [only]) => Ok(only),
            _ => Err(Failure::said(Exit::Usage, "which channel's digest?")
                .hint(format!("name one of {}", names(config).join(", ")))),
        };
    };
    let id: ChannelId = naming::read(name)?;
    let found = config.channels.iter().find(|channel| channel.id == id);
    found.ok_or_else(|| naming::unknown("channel", name, &names(config)))
}

fn names(config: &Config) -> Vec<String> {
    config.channels.iter().map(|channel| channel.id.to_string()).collect()
}

fn send(channel: &str, at_once: bool, session: &mut Session) -> Result<Exit, Failure> {
    let config = session.config()?;
    let store = session.store_of(&config, Access::Existing)?;
    let channel = chosen(Some(channel), &config)?;
    let now = session.clock.now();
    let before = store.digest_mark_of(&channel.id)?;
    let order = from_mark(before, now);
    // Without a mark the digest tells of the last day, and the mark is what follows it.
    let from = match before {
        Some(mark) => mark.told,
        None => session.wait(store.digest_mark(&channel.id, now))??.told,
    };
    let (edition, upto) = draft(&store, &config, channel, order, now)?;
    let closing = Closing {
        edition: edition.clone(),
        period: None,
        due: now,
        from,
        upto,
        send: true,
        urgent: at_once,
        gathers: None,
    };
    let Some(id) = session.wait(store.close_digest(closing, FREEZE))?? else {
        let text = "another digest of this channel was made at the same moment";
        return Err(Failure::said(Exit::Failed, text).hint("`wirewatch digest list` shows it"));
    };
    show(&edition, Some(id), session)?;
    let quiet = channel.timetable.quiet_hours.as_ref().filter(|_| !at_once);
    let held = quiet.and_then(|quiet| Some((quiet.until(now)?, &quiet.zone)));
    if let Some((until, zone)) = held {
        let until = soon(until, now, zone);
        session.messages.warn(&format!(
            "{} has quiet hours: it is sent at {until}. `--now` sends it all the same",
            channel.id
        ));
    }
    Ok(Exit::Ok)
}

fn list(channel: Option<&str>, limit: u32, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::ReadOnly)?;
    let channel = channel.map(|id| naming::stored_channel(id, &store, session)).transpose()?;
    let mut records = Records::new(COLUMNS, "no digests");
    for digest in store.digests(channel.as_ref(), limit)? {
        let state = digest.state.map_or("nothing to tell", |state| state.as_str());
        records.row([
            json!(digest.id.to_string()),
            json!(digest.channel.as_str()),
            json!(digest.kind.as_str()),
            json!(digest.period),
            moment::json(digest.at),
            moment::json(digest.since),
            json!(digest.alerts),
            json!(state),
        ]);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

/// When each channel is told what, for people: `desk: digest at 07:00, quiet hours until 07:00`.
pub fn timetables(config: &Config, store: &Store, now: Timestamp) -> Result<Vec<Told>, Failure> {
    let mut told = Vec::new();
    for channel in &config.channels {
        let timetable = &channel.timetable;
        let digest = timetable.digest.as_ref();
        let next_digest = digest.and_then(|digest| digest.when.next(now)).map(|slot| slot.at);
        let quiet_until = timetable.quiet_hours.as_ref().and_then(|quiet| quiet.until(now));
        let held = match quiet_until {
            Some(_) => store.held_by_quiet(&channel.id)?,
            None => 0,
        };
        // How it is told says nothing of when.
        if *timetable
            == (Timetable {
                group: timetable.group,
                repeat: timetable.repeat,
                zone: timetable.zone.clone(),
                ..Default::default()
            })
        {
            continue;
        }
        told.push(Told { channel: channel.clone(), next_digest, quiet_until, held });
    }
    Ok(told)
}

/// A channel with its next digest and its quiet hours.
pub struct Told {
    channel: ChannelConfig,
    next_digest: Option<Timestamp>,
    quiet_until: Option<Timestamp>,
    held: u64,
}

impl Told {
    pub fn line(&self, now: Timestamp) -> String {
        let timetable = &self.channel.timetable;
        let mut parts = Vec::new();
        if let Some((at, digest)) = self.next_digest.zip(timetable.digest.as_ref()) {
            let (at, zone) = (calendar_moment(at, &digest.when.zone), named(&digest.when.zone));
            parts.push(format!("next digest {at}{zone}"));
        }
        match (&timetable.quiet_hours, self.quiet_until) {
            (Some(quiet), Some(until)) => {
                let until = format!("{}{}", soon(until, now, &quiet.zone), named(&quiet.zone));
                let held = count(usize::try_from(self.held).unwrap_or(usize::MAX), "alert");
                parts.push(format!("quiet until {until}, {held} held"));
            }
            (Some(quiet), None) => {
                parts.push(format!("quiet {}{}", quiet.in_words(), named(&quiet.zone)))
            }
            (None, _) => {}
        }
        if let Some(budget) = timetable.budget {
            parts.push(format!("{budget} alerts a day"));
        }
        if let Some(heartbeat) = &timetable.heartbeat {
            parts.push(format!("heartbeat at {}{}", heartbeat.in_words(), named(&heartbeat.zone)));
        }
        format!("{}: {}", self.channel.id, parts.join("; "))
    }

    pub fn object(&self) -> Value {
        json!({
            "channel": self.channel.id.as_str(),
            "next_digest": moment::json_opt(self.next_digest),
            "quiet_until": moment::json_opt(self.quiet_until),
            "held": self.held,
        })
    }
}

/// The name of a zone behind a time of day; of UTC nothing, in which all other times are told.
fn named(zone: &TimeZone) -> String {
    match zone_name(zone) {
        "UTC" => String::new(),
        name => format!(" {name}"),
    }
}
