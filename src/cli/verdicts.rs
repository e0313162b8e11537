//! `wirewatch alerts verdict` and `wirewatch topics mark`: people say what a find was worth.
//! Precision is counted from it, and better rules are learnt from it.

use serde_json::{Value, json};

use crate::cli::args::{self, Wanted, Word};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Column, Records, count};
use crate::cli::session::Session;
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
        let mut about: Vec<EntryId> =
            alert.revisions.iter().map(|revision| revision.entry).collect();
        about.sort_unstable();
        about.dedup();
        let about = stored(&store, about)?;
        let ids: Vec<EntryId> = about.iter().map(|detail| detail.entry.id).collect();
        let kept = said.keep(topic, &ids, Some(*id), &store, session)?;
        // The opening stands for all: the others tell the same.
        if said.save_test
            && let Some((verdict, opening)) = kept.first().zip(about.first())
        {
            unsaved += save(verdict, opening, session);
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

/// Marks entries as what a topic should find or should not, whether or not it did.
pub fn of_entries(
    topic: &str,
    ids: &[String],
    wanted: Wanted,
    word: &Word,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let ids = ids.iter().map(|id| naming::read(id)).collect::<Result<Vec<EntryId>, _>>()?;
    let mark = match wanted {
        Wanted::Wanted => Mark::Useful,
        Wanted::Unwanted => Mark::Noise,
    };
    let said = Said::new(mark, word, session)?;
    let store = session.store(Access::Existing)?;
    let topic = naming::stored_topic(topic, &store, session)?;
    let mut records = Records::new(MARK_COLUMNS, "");
    let (mut refused, mut unsaved) = (0, 0);
    for id in &ids {
        let Some(detail) = store.entry(*id)? else {
            refused += 1;
            session.messages.report(&entries::no_such_entry(*id));
            continue;
        };
        let kept = said.keep(&topic, &[*id], None, &store, session)?;
        if let Some(verdict) = kept.first().filter(|_| said.save_test) {
            unsaved += save(verdict, &detail, session);
        }
        records.row([
            json!(id.to_string()),
            json!(mark.as_str()),
            json!(detail.entry.document.title),
            json!(topic.as_str()),
            json!(said.author),
            json!(said.note),
            json!(detail.entry.document.url),
        ]);
    }
    if refused == ids.len() {
        return Ok(Exit::Failed);
    }
    session.printer.records(&records)?;
    session.messages.note(&format!(
        "{} marked; `wirewatch topics show {topic}` counts them",
        count(ids.len() - refused, "entry")
    ));
    Ok(if refused + unsaved == 0 { Exit::Ok } else { Exit::Partial })
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

pub fn object(verdict: &VerdictView) -> Value {
    json!({
        "entry": verdict.entry.to_string(),
        "verdict": verdict.verdict.as_str(),
        "author": verdict.author,
        "at": moment::json(verdict.at),
        "note": verdict.note,
    })
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
