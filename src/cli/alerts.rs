//! `wirewatch alerts`: list, show and follow. [`alert_state`] acknowledges and closes, [`alert_export`]
//! writes all there are,
//! [`verdicts`] says what a find was worth, [`silences`] holds alerts back, [`alert_course`] shows
//! what was decided.

use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::args::{AlertChoice, Alerts, Format, State, VerdictChoice};
use crate::cli::exit::{Exit, Failure};
use crate::cli::naming;
use crate::cli::output::{Column, Records};
use crate::cli::report::Messages;
use crate::cli::session::Session;
use crate::cli::stories::told;
use crate::cli::topics::backtest::period::Period;
use crate::cli::{
    alert_course, alert_export, alert_state, deliver, meant, moment, silences, topics, verdicts,
};
use crate::daemon::signals::Signals;
use crate::deliver::object::AlertV1;
use crate::deliver::terminal::{self, Style, wrap};
use crate::domain::alert::change::Wish;
use crate::domain::alert::mark::Mark;
use crate::domain::alert::{AlertState, Reach};
use crate::domain::ids::AlertId;
use crate::domain::untrusted;
use crate::record;
use crate::store::Access;
use crate::store::alerts::read::{
    AlertDetail, AlertFilter, AlertView, RevisionView, VerdictFilter,
};
use crate::store::stories::read::Place;

/// How often a follower looks for new revisions.
const FOLLOW_EVERY: Duration = Duration::from_millis(400);

/// Most revisions read at once.
const PAGE: u32 = 500;

pub const COLUMNS: &[Column] = &[
    Column::shown("id"),
    Column::shown("state"),
    Column::shown("severity"),
    Column::shown("topic").spare(6),
    Column::text("headline"),
    Column::shown("publishers").spare(4),
    Column::hidden("texts"),
    Column::shown("seq").spare(1),
    Column::shown("updated").spare(5),
    Column::shown("verdict").spare(3),
    Column::text("marks").spare(2),
    Column::hidden("opened"),
    Column::hidden("topic_name"),
    Column::hidden("story"),
    Column::hidden("score"),
];

const TAIL_COLUMNS: &[Column] = &[
    Column::shown("id"),
    Column::shown("seq"),
    Column::shown("event"),
    Column::shown("time"),
    Column::text("reason"),
    Column::shown("severity").spare(2),
    Column::shown("topic"),
    Column::text("headline"),
    Column::text("publishers").spare(3),
    Column::text("texts").spare(4),
    Column::link("url").spare(1),
];

pub fn run(command: &Alerts, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        Alerts::List(choice) if choice.pending => alert_course::pending(choice, session),
        Alerts::List(choice) => list(choice, session),
        Alerts::Show { id } => show(id, session),
        Alerts::Explain { id } => topics::replay::run(naming::read(id)?, None, session),
        Alerts::Tail { follow, lines, shadow } => tail(*follow, *lines, *shadow, session),
        Alerts::Ack(change) => alert_state::change(Wish::Acknowledge, change, session),
        Alerts::Close(change) => alert_state::change(Wish::Close, change, session),
        Alerts::Reopen(change) => alert_state::change(Wish::Reopen, change, session),
        Alerts::Note(change) => alert_state::change(Wish::Remark, change, session),
        Alerts::Export { topic, since } => {
            alert_export::run(topic.as_deref(), since.as_deref(), session)
        }
        Alerts::Silence(command) => silences::run(command, session),
        Alerts::Verdict { ids, verdict, word } => verdicts::of_alerts(ids, *verdict, word, session),
    }
}

fn list(choice: &AlertChoice, session: &mut Session) -> Result<Exit, Failure> {
    let (since, until) = (choice.since.as_deref(), choice.until.as_deref());
    let period = Period::read(since, until, session.clock.now())?;
    let store = session.store(Access::ReadOnly)?;
    let topic = choice.topic.as_deref();
    let topic = topic.map(|topic| naming::stored_topic(topic, &store, session)).transpose()?;
    let of_shadow =
        store.topics()?.iter().any(|view| view.shadow && Some(&view.id) == topic.as_ref());
    let filter = AlertFilter {
        topic,
        state: choice.state.map(AlertState::from),
        severity_min: choice.severity,
        since: period.since,
        until: period.until,
        verdict: choice.verdict.map(VerdictFilter::from),
        shadow: if choice.shadow || of_shadow { None } else { Some(false) },
        limit: choice.limit,
        ..AlertFilter::default()
    };
    let mut records = Records::new(COLUMNS, "no alerts");
    for view in store.alerts(&filter)? {
        add(&mut records, &view);
    }
    session.printer.records(&records)?;
    Ok(Exit::Ok)
}

/// Adds an alert to records of [`COLUMNS`].
pub fn add(records: &mut Records, view: &AlertView) {
    records.object(&record::alert::row(view));
}

fn show(id: &str, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::ReadOnly)?;
    let id = meant::alert(id, &store, session.messages)?;
    let Some(alert) = store.alert(id)? else {
        return Err(no_such_alert(id));
    };
    let style = Style { colour: session.printer.coloured(), width: session.printer.width() };
    let last = alert.revisions.last().map(|revision| store.place(revision.entry));
    let place = last.transpose()?.flatten();
    let text = page(&alert, place.as_ref(), style);
    let object = record::alert::page(&alert, place.as_ref());
    session.printer.object(&object, &text)?;
    Ok(Exit::Ok)
}

pub fn no_such_alert(id: AlertId) -> Failure {
    Failure::said(Exit::Failed, format!("there is no alert {id}"))
        .hint("`wirewatch alerts list` shows those there are")
}

/// The alert as its last revision tells it, then its life.
fn page(alert: &AlertDetail, place: Option<&Place>, style: Style) -> String {
    let mut lines = Vec::new();
    match alert.revisions.last().map(parsed) {
        Some(Ok(last)) => lines.push(terminal::render(&last, style).trim_end().to_owned()),
        _ => lines.push(untrusted::terminal(&alert.view.headline).into_owned()),
    }
    lines.push(format!("\nstate  {}", alert.view.state.as_str()));
    for (did, note) in alert.deeds() {
        let words = note.note.as_deref().map(|words| format!(": {words}")).unwrap_or_default();
        let line = format!("       {}  {did} by {}{words}", moment::text(note.at), note.author);
        lines.push(untrusted::terminal(&line).into_owned());
    }
    for verdict in &alert.verdicts {
        lines.push(untrusted::terminal(&verdicts::line(verdict)).into_owned());
    }
    if let Some(into) = alert.view.merged_into {
        lines.push(format!("       part of {into}, which tells of the same story"));
    }
    if let Some(place) = place {
        let (story, why) = (told::story(&place.story), told::why(place));
        let width = style.width.saturating_sub(7);
        let text = [story, format!("its last entry: {why}")];
        let text = text.iter().flat_map(|line| wrap(&untrusted::terminal(line), width, 0));
        for (n, line) in text.enumerate() {
            lines.push(format!("{:<7}{line}", if n == 0 { "\nstory  " } else { "" }));
        }
    }
    lines.push("\nrevisions".to_owned());
    for revision in &alert.revisions {
        let line = format!(
            "  {:>3}  {}  {}: {}",
            revision.seq,
            moment::text(revision.at),
            revision.event,
            revision.reason.text
        );
        lines.push(untrusted::terminal(&line).into_owned());
    }
    alert_course::lines(alert, &mut lines);
    lines.push("\ndeliveries".to_owned());
    for delivery in &alert.deliveries {
        lines.push(format!("  {}", deliver::line(delivery)));
    }
    lines.join("\n")
}

fn tail(follow: bool, lines: u32, shadow: bool, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::ReadOnly)?;
    let mut cursor = store.last_alert_cursor()?;
    let first = store.last_alert_revisions(lines, shadow)?;
    if !follow {
        print(&first, false, session)?;
        return Ok(Exit::Ok);
    }
    cursor = first.last().map_or(cursor, |revision| revision.cursor.max(cursor));
    print(&first, true, session)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut signals = Signals::listen()?;
        loop {
            let mut page = store.alert_revisions_after(cursor, PAGE)?;
            if let Some(last) = page.last() {
                cursor = last.cursor;
                page.retain(|revision| shadow || revision.reach != Reach::Shadow);
                print(&page, true, session)?;
                continue;
            }
            tokio::select! {
                () = signals.stop_asked() => return Ok(Exit::Interrupted),
                () = session.clock.sleep(FOLLOW_EVERY) => {}
            }
        }
    })
}

/// Prints revisions, oldest first. While following, an array could never be closed: JSON comes
/// as lines then, and a CSV header only once.
fn print(
    revisions: &[RevisionView],
    following: bool,
    session: &mut Session,
) -> Result<(), Failure> {
    let style = Style { colour: session.printer.coloured(), width: session.printer.width() };
    match session.printer.format() {
        Format::Table => {
            if revisions.is_empty() && !following {
                session.printer.text("no alerts")?;
            }
            for revision in revisions {
                match parsed(revision) {
                    Ok(alert) => session.printer.text(&terminal::render(&alert, style))?,
                    Err(_) => unreadable(revision, session.messages),
                }
            }
        }
        Format::Json if !following => {
            let objects: Vec<Value> = revisions.iter().map(record::alert::published).collect();
            session.printer.list(&objects)?;
        }
        Format::Json | Format::Jsonl => {
            for revision in revisions {
                session.printer.line(&record::alert::published(revision))?;
            }
        }
        Format::Csv => {
            let mut records = Records::new(TAIL_COLUMNS, "");
            for revision in revisions {
                match parsed(revision) {
                    Ok(alert) => add_revision(&mut records, &alert),
                    Err(_) => unreadable(revision, session.messages),
                }
            }
            session.printer.rows(&records)?;
        }
    }
    Ok(())
}

fn add_revision(records: &mut Records, alert: &AlertV1) {
    records.row([
        json!(alert.id),
        json!(alert.seq),
        json!(alert.event),
        json!(alert.time),
        json!(alert.reason.code),
        json!(alert.topic.severity),
        json!(alert.topic.id),
        json!(alert.headline),
        json!(alert.story.publishers),
        json!(alert.story.texts),
        json!(alert.links.article),
    ]);
}

fn unreadable(revision: &RevisionView, messages: Messages) {
    messages.warn(&format!(
        "revision {} of alert {} was written by another version and cannot be shown",
        revision.seq, revision.alert
    ));
}

fn parsed(revision: &RevisionView) -> serde_json::Result<AlertV1> {
    serde_json::from_str(&revision.object)
}

impl From<State> for AlertState {
    fn from(state: State) -> Self {
        match state {
            State::Open => AlertState::Open,
            State::Acknowledged => AlertState::Acknowledged,
            State::Closed => AlertState::Closed,
        }
    }
}

impl From<VerdictChoice> for VerdictFilter {
    fn from(choice: VerdictChoice) -> Self {
        match choice {
            VerdictChoice::Useful => VerdictFilter::Is(Mark::Useful),
            VerdictChoice::Noise => VerdictFilter::Is(Mark::Noise),
            VerdictChoice::Dup => VerdictFilter::Is(Mark::Dup),
            VerdictChoice::None => VerdictFilter::None,
        }
    }
}
