//! What is stored: whether the database is sound, whether a daemon runs on it, how the feeds do,
//! and what waits to go out.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::{Report, machine};
use crate::cli::deliver::channels;
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::cli::status::{self, size};
use crate::config::{BackupConfig, Config};
use crate::domain::alert::delivery::DeliveryState;
use crate::domain::feed::health::Health;
use crate::store::copies::Copies;
use crate::store::error::StoreError;
use crate::store::feeds::FeedView;
use crate::store::outbox::DeliveryFilter;
use crate::store::{Access, DATABASE_FILE, Store, held};

/// Most feeds in trouble that are named.
const MAX_NAMED: usize = 10;

/// Opens and checks the database, and reports what is in it.
pub fn check(dir: &Path, config: Option<&Config>, session: &Session, report: &mut Report) {
    match held(dir) {
        Some(Some(pid)) => report.ok("daemon", format!("running, process {pid}")),
        Some(None) => report.ok("daemon", "running"),
        None => report.ok("daemon", "not running"),
    }
    let store = match Store::open(&dir.join(DATABASE_FILE), Access::ReadOnly) {
        Ok(store) => store,
        Err(error @ (StoreError::NotFound { .. } | StoreError::OlderSchema { .. })) => {
            let hint = "`wirewatch run` makes it, or brings it up from an older version";
            return report.warn("database", error.to_string(), hint);
        }
        Err(error) => return refused(&error, report),
    };
    match status::refused(dir, &store) {
        Ok(Some((at, refusal))) => {
            let at = crate::cli::moment::text(at);
            let text =
                format!("the daemon refused it {at} and runs an earlier one: {}", refusal.summary);
            let hint = "`wirewatch check` shows all that is wrong; mended files are taken up, or \
                        `wirewatch reload` tells why not";
            report.problem("config", text, Some(hint.to_owned()));
        }
        Ok(None) => {}
        Err(error) => return refused(&error, report),
    }
    if let Err(error) = contents(&store, config, session, report) {
        refused(&error, report);
    }
}

fn refused(error: &StoreError, report: &mut Report) {
    report.problem("database", error.to_string(), error.hint().map(str::to_owned));
}

fn contents(
    store: &Store,
    config: Option<&Config>,
    session: &Session,
    report: &mut Report,
) -> Result<(), StoreError> {
    let checkup = store.checkup()?;
    let (file, log) = (size(checkup.bytes), size(checkup.log_bytes));
    match checkup.damage {
        Some(detail) => return Err(StoreError::Corrupt { detail }),
        None => report
            .ok("database", format!("sound, {file} and a log of {log}, schema {}", checkup.schema)),
    }
    let known = store.feed_states()?;
    let now = session.clock.now();
    let newest = known.iter().filter_map(|view| view.state.last_fetch).max();
    machine::clock_behind(newest.unwrap_or(now), now, report);
    if let Some(config) = config {
        feeds(&status::feeds(config, known, session), config, report);
    }
    aside(store, report)?;
    if let Some(backup) = config.and_then(|config| config.backup.as_ref()) {
        backups(store, backup, now, report)?;
    }
    outbox(store, config, now, report)
}

/// Entries that cannot be evaluated.
fn aside(store: &Store, report: &mut Report) -> Result<(), StoreError> {
    let aside = store.count_aside()?;
    if aside > 0 {
        let entries = count(usize::try_from(aside).unwrap_or(usize::MAX), "entry");
        let hint = "`wirewatch entries list --quarantined` shows them; `entries retry` tries again";
        report.warn("quarantine", format!("{entries} set aside"), hint);
    }
    Ok(())
}

/// How the daily copies go.
fn backups(
    store: &Store,
    backup: &BackupConfig,
    now: Timestamp,
    report: &mut Report,
) -> Result<(), StoreError> {
    let copies = store.copies()?;
    let line = status::backup_line(&copies);
    match copies.trouble {
        Some(_) => {
            let hint = "mend what it says; `wirewatch db backup FILE` makes one by hand, and docs/upkeep.md \
                        says what a service needs to write elsewhere";
            report.problem("backup", line, Some(hint.to_owned()));
        }
        None if is_late(&copies, backup, now) => {
            let hint = "the daemon makes one a day while it runs: see that it does, or have \
                        `wirewatch db backup FILE` make one";
            report.warn("backup", format!("{line}, and more were due since"), hint);
        }
        None => report.ok("backup", line),
    }
    Ok(())
}

/// Whether the last copy is older than the last two times at which one was due.
fn is_late(copies: &Copies, backup: &BackupConfig, now: Timestamp) -> bool {
    let due = |at: Timestamp| backup.when.last(at).map(|slot| slot.at);
    let before = |at: Timestamp| at.saturating_sub(SignedDuration::from_millis(1)).ok();
    let last_but_one = due(now).and_then(before).and_then(due);
    let made = copies.made.as_ref().map(|(at, _)| *at);
    made.zip(last_but_one).is_some_and(|(made, due)| made < due)
}

/// The feeds by state, and those in trouble with what to do.
fn feeds(judged: &[(FeedView, Health)], config: &Config, report: &mut Report) {
    let ill: Vec<_> = judged.iter().filter(|(_, health)| health.is_trouble()).collect();
    let states = status::in_words(&status::by_state(judged));
    let unknown = config.feeds.len() - judged.len();
    let text = match (judged.len(), unknown) {
        (0, _) => "none was fetched yet".to_owned(),
        (_, 0) => states,
        (_, unknown) => format!("{states}, {unknown} not fetched yet"),
    };
    if ill.is_empty() {
        return report.ok("feeds", text);
    }
    report.warn("feeds", text, "");
    for (view, health) in ill.iter().take(MAX_NAMED) {
        let (key, word, code) = (&view.state.key, health.condition.words(), &health.code);
        let since = health.since.map(|at| format!(" since {}", crate::cli::moment::text(at)));
        let detail = health.detail.as_ref().map(|detail| format!(": {detail}"));
        let (since, detail) = (since.unwrap_or_default(), detail.unwrap_or_default());
        let code = if *code == health.condition.as_str() { "" } else { code.as_ref() };
        let code = if code.is_empty() { String::new() } else { format!(", {code}") };
        let text = format!("{key}: {word}{since}{code}{detail}");
        report.warn("feed", text, health.advice.unwrap_or_default());
    }
    if ill.len() > MAX_NAMED {
        let more = count(ill.len() - MAX_NAMED, "feed");
        report.warn("feed", format!("{more} more"), "`wirewatch feeds status --failing` shows all");
    }
}

/// What waits, what was given up, and what nobody will send.
fn outbox(
    store: &Store,
    config: Option<&Config>,
    now: Timestamp,
    report: &mut Report,
) -> Result<(), StoreError> {
    let counts = store.counts()?;
    let text = format!("{} waiting, {} given up", counts.deliveries_due, counts.deliveries_parked);
    if counts.deliveries_parked == 0 {
        report.ok("outbox", text);
    } else {
        let filter = DeliveryFilter {
            state: Some(DeliveryState::Parked),
            limit: 1,
            ..DeliveryFilter::default()
        };
        let last = store.deliveries(&filter)?.into_iter().next();
        let last = last.and_then(|delivery| {
            let code = delivery.attempts.last()?.code.clone();
            Some(format!("; the last to {}: {code}", delivery.channel))
        });
        let hint =
            "`wirewatch deliver log --failed` says why, `wirewatch deliver retry` tries again";
        report.warn("outbox", format!("{text}{}", last.unwrap_or_default()), hint);
    }
    let Some(config) = config else { return Ok(()) };
    for (channel, waiting) in store.waiting()? {
        if !config.channels.iter().any(|configured| configured.id == channel) {
            let waiting = count(usize::try_from(waiting).unwrap_or(usize::MAX), "delivery");
            let text = format!("{waiting} for channel `{channel}`, which is not configured");
            let hint = "configure the channel again under this id to have them sent, or give them \
                        up: `wirewatch deliver log --channel ID`, `wirewatch deliver drop`";
            report.warn("outbox", text, hint);
        }
    }
    for (channel, circuit) in channels::failing(config, store)? {
        let text = channels::line(&channel, &circuit, now);
        let hint = format!("`wirewatch deliver test {channel}` shows what it answers");
        report.problem("channel", text, Some(hint));
    }
    Ok(())
}
