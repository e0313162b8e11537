//! `wirewatch alerts verdict` and `wirewatch topics mark`: people say what a find was worth.
//! Precision is counted from it, and better rules are learnt from it.

use serde_json::json;

use crate::cli::args::{self, Wanted, Word};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records, count};
use crate::cli::session::Session;
use crate::cli::topics::explain::subject::What;
use crate::cli::{alert_state, alerts, entries, moment, naming, save_test};
use crate::domain::alert::mark::Mark;
use crate::domain::ids::{AlertId, EntryId, TopicId};
use crate::store::entries::EntryDetail;
use crate::store::verdicts::{Verdict, VerdictView};
use crate::store::{Access, Store};

const MARK_COLUMNS: &[Column] = &[
    Column::shown("entry"),
    Column::shown("verdict"),
    Column::text("title"),
    Column::hidden("topic"),
    Column::hidden("author"),
    Column::hidden("note"),
    Column::hidden("url"),
];

/// Marks the entries that opened and revised each alert. Alerts that are not there are told, the
/// others are marked all the same.
pub fn of_alerts(
    ids: &[String],
    verdict: args::Verdict,
    word: &Word,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let ids = ids.iter().map(|id| naming::read(id)).collect::<Result<Vec<AlertId>, _>>()?;
    let said = Said::new(Mark::from(verdict), word, session)?;
    let store = session.store(Access::Existing)?;
    let mut records = Records::new(alerts::COLUMNS, "");
    let (mut refused, mut unsaved) = (0, 0);
    for id in &ids {
        let Some(alert) = store.alert(*id)? else {
            refused += 1;
            session.messages.report(&alerts::no_such_alert(*id));
            continue;
        };
        let topic = &alert.view.topic;
        let about = stored(&store, alert.told_entries())?;
        let ids: Vec<EntryId> = about.iter().map(|detail| detail.entry.id).collect();
        let kept = said.keep(topic, &ids, Some(*id), &store, session)?;
        if said.save_test {
            let saved = kept
                .iter()
                .zip(&about)
                .take_while(|(verdict, detail)| save(verdict, detail, session) == 0);
            // What keeps one out of the file keeps the others out too, and is told once.
            unsaved += kept.len() - saved.count();
        }
        if let Some(marked) = store.alert(*id)? {
            alerts::add(&mut records, &marked.view);
        }
    }
    if refused == ids.len() {
        return Ok(Exit::Failed);
    }
    session.printer.records(&records)?;
    Ok(if refused + unsaved == 0 { Exit::Ok } else { Exit::Partial })
}

/// Marks entries as what a topic should find or should not, whether or not it did. They are named
/// by id, by link, or by an alert that they opened or revised.
pub fn of_entries(
    topic: &str,
    whats: &[String],
    wanted: Wanted,
    word: &Word,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let whats = whats.iter().map(|what| subject(what)).collect::<Result<Vec<What<'_>>, _>>()?;
    let mark = match wanted {
        Wanted::Wanted => Mark::Useful,
        Wanted::Unwanted => Mark::Noise,
    };
    let said = Said::new(mark, word, session)?;
    let store = session.store(Access::Existing)?;
    let topic = naming::stored_topic(topic, &store, session)?;
    refuse_retired(&topic, &store, session)?;
    let mut records = Records::new(MARK_COLUMNS, "");
    let (mut refused, mut unsaved, mut marked) = (0, 0, 0);
    for what in &whats {
        let (details, alert) = match named(what, &topic, &store, session) {
            Ok(found) => found,
            Err(failure) => {
                refused += 1;
                session.messages.report(&failure);
                continue;
            }
        };
        let ids: Vec<EntryId> = details.iter().map(|detail| detail.entry.id).collect();
        let kept = said.keep(&topic, &ids, alert, &store, session)?;
        marked += kept.len();
        for (verdict, detail) in kept.iter().zip(&details) {
            if said.save_test {
                unsaved += save(verdict, detail, session);
            }
            records.row([
                json!(verdict.entry.to_string()),
                json!(mark.as_str()),
                json!(detail.entry.document.title),
                json!(topic.as_str()),
                json!(said.author),
                json!(said.note),
                json!(detail.entry.document.url),
            ]);
        }
    }
    if refused == whats.len() {
        return Ok(Exit::Failed);
    }
    session.printer.records(&records)?;
    session.messages.note(&format!(
        "{} marked; `wirewatch topics show {topic}` counts them",
        count(marked, "entry")
    ));
    Ok(if refused + unsaved == 0 { Exit::Ok } else { Exit::Partial })
}

/// Reads what is to be marked: a stored entry, or an alert's entries.
fn subject(text: &str) -> Result<What<'_>, Failure> {
    match What::read(text) {
        // A file of that name is no entry.
        What::File(_) | What::Input => match naming::read::<EntryId>(text) {
            Ok(entry) => Ok(What::Entry(entry)),
            Err(failure) => Err(failure.hint(
                "give an entry's id (E…) or link, or an alert's id (A…), whose entries are meant",
            )),
        },
        what => Ok(what),
    }
}

/// The stored entries that are named, and the alert they were named by.
fn named(
    what: &What<'_>,
    topic: &TopicId,
    store: &Store,
    session: &Session,
) -> Result<(Vec<EntryDetail>, Option<AlertId>), Failure> {
    let one = |id: EntryId| store.entry(id)?.ok_or_else(|| entries::no_such_entry(id));
    match what {
        What::Entry(id) => Ok((vec![one(*id)?], None)),
        What::Alert(id) => {
            let alert = store.alert(*id)?.ok_or_else(|| alerts::no_such_alert(*id))?;
            if alert.view.topic != *topic {
                let sentence =
                    format!("alert {id} is of topic {}, not of {topic}", alert.view.topic);
                return Err(Failure::said(Exit::Failed, sentence));
            }
            Ok((stored(store, alert.told_entries())?, Some(*id)))
        }
        What::Link(url) => match store.entry_by_link(url)?.entries.split_first() {
            None => Err(Failure::said(Exit::Failed, format!("no stored entry has the link {url}"))
                .hint("`wirewatch topics why-not URL --topic TOPIC` says why")),
            Some((newest, others)) => {
                if !others.is_empty() {
                    let others = count(others.len(), "other entry");
                    let text =
                        format!("hint: {others} with this link: the newest, {newest}, is marked");
                    session.messages.note(&text);
                }
                Ok((vec![one(*newest)?], None))
            }
        },
        What::File(name) => Err(Failure::said(Exit::Usage, format!("{name} is no entry"))),
        What::Input => Err(Failure::said(Exit::Usage, "standard input is no entry")),
    }
}

/// A topic that is configured no longer finds nothing: marks would not change it.
fn refuse_retired(topic: &TopicId, store: &Store, session: &Session) -> Result<(), Failure> {
    let topics = store.topics()?;
    let retired = topics.iter().find(|view| view.id == *topic).and_then(|view| view.retired_at);
    let Some(since) = retired else {
        return Ok(());
    };
    if session.config().is_ok_and(|config| config.topics.get(topic).is_some()) {
        return Ok(());
    }
    let since = moment::text(since);
    let sentence = format!("topic {topic} is retired: since {since} it is no longer configured");
    Err(Failure::said(Exit::Failed, sentence)
        .hint("put its [[topic]] back; `wirewatch alerts verdict` marks the alerts it raised"))
}

/// Saves a test; where that cannot be, says why. Returns how many were not saved. The verdict is
/// kept either way.
fn save(verdict: &Verdict, detail: &EntryDetail, session: &Session) -> usize {
    match save_test::save(verdict, detail, session) {
        Ok(()) => 0,
        Err(failure) => {
            session.messages.report(&failure);
            1
        }
    }
}

/// What is said in one command, whatever of.
struct Said {
    mark: Mark,
    author: String,
    note: Option<String>,
    save_test: bool,
}

impl Said {
    fn new(mark: Mark, word: &Word, session: &Session) -> Result<Self, Failure> {
        if word.save_test {
            save_test::refuse_dup(mark)?;
        }
        let author = alert_state::author(word.author.as_deref(), &session.env);
        Ok(Self { mark, author, note: word.note.clone(), save_test: word.save_test })
    }

    /// Keeps what is said of these entries. Returns it, entry by entry.
    fn keep(
        &self,
        topic: &TopicId,
        entries: &[EntryId],
        alert: Option<AlertId>,
        store: &Store,
        session: &Session,
    ) -> Result<Vec<Verdict>, Failure> {
        let at = session.clock.now();
        let verdict = |entry: &EntryId| Verdict {
            topic: topic.clone(),
            entry: *entry,
            verdict: self.mark,
            author: self.author.clone(),
            note: self.note.clone(),
            at,
            alert,
        };
        let verdicts: Vec<Verdict> = entries.iter().map(verdict).collect();
        session.wait(store.record_verdicts(verdicts.clone()))??;
        Ok(verdicts)
    }
}

/// Those of the entries that were not purged.
fn stored(store: &Store, entries: Vec<EntryId>) -> Result<Vec<EntryDetail>, Failure> {
    let mut kept = Vec::new();
    for entry in entries {
        kept.extend(store.entry(entry)?);
    }
    Ok(kept)
}

/// A verdict on one line, for people.
pub fn line(verdict: &VerdictView) -> String {
    let note = verdict.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
    let (at, entry) = (moment::text(verdict.at), verdict.entry);
    let (mark, author) = (verdict.verdict.as_str(), &verdict.author);
    format!("       {at}  {entry} said to be {mark} by {author}{note}")
}

impl From<args::Verdict> for Mark {
    fn from(verdict: args::Verdict) -> Self {
        match verdict {
            args::Verdict::Useful => Mark::Useful,
            args::Verdict::Noise => Mark::Noise,
            args::Verdict::Dup => Mark::Dup,
        }
    }
}
