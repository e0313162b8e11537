//! `wirewatch alerts explain` (and `topics explain TOPIC ALERT`): an alert of long ago is found
//! again from what is stored: each revision's rule as it was, over the text as it was. It must
//! come out the same, bit for bit; else it says what is different.

mod again;

use serde_json::{Value, json};

use crate::cli::exit::{Exit, Failure};
use crate::cli::explanation::page::Page;
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::cli::{alerts, explanation, moment};
use crate::domain::ids::{AlertId, TopicId};
use crate::store::Access;
use crate::store::alerts::read::{AlertDetail, RevisionView};
use again::Replayed;

/// Replays every revision. Ends with code 1 if any comes out otherwise.
pub fn run(id: AlertId, topic: Option<&TopicId>, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::ReadOnly)?;
    let Some(alert) = store.alert(id)? else {
        return Err(alerts::no_such_alert(id));
    };
    if let Some(asked) = topic.filter(|asked| **asked != alert.view.topic) {
        let sentence = format!("alert {id} is of topic {}, not of {asked}", alert.view.topic);
        return Err(Failure::said(Exit::Failed, sentence)
            .hint(format!("`wirewatch topics explain {} {id}`", alert.view.topic)));
    }
    // Tags of feeds are asked by some filters; where the config cannot be read, there are none.
    let feeds = session.config().map(|config| config.feeds).unwrap_or_default();
    let entries = store.alert_entries(id)?;
    let mut replayed: Vec<(&RevisionView, Replayed)> = Vec::new();
    for revision in &alert.revisions {
        let Some(of) = entries.iter().find(|of| of.seq == revision.seq) else {
            continue;
        };
        let again = again::replay(&store, &alert.view.topic, of.entry, revision.at, &feeds)?;
        replayed.push((revision, again));
    }
    let agree = replayed.iter().all(|(_, again)| again.agrees());
    let mut page = Page::new(&session.printer);
    lines(&mut page, &alert, &replayed, agree);
    session.printer.object(&object(&alert, &replayed, agree), &page.text())?;
    Ok(if agree { Exit::Ok } else { Exit::Failed })
}

fn object(alert: &AlertDetail, replayed: &[(&RevisionView, Replayed)], agree: bool) -> Value {
    let revision = |(revision, again): &(&RevisionView, Replayed)| {
        json!({
            "seq": revision.seq,
            "at": moment::json(revision.at),
            "event": revision.event,
            "reason": { "code": revision.reason.code, "text": revision.reason.text },
            "entry": again.entry.to_string(),
            "entry_revision": again.entry_revision,
            "topic_revision": again.rule.map(|rule| rule.to_string()),
            "analyser": again.analyser,
            "agrees": again.agrees(),
            "differences": again.differences.iter().map(|one| json!({
                "code": one.code,
                "text": one.text,
            })).collect::<Vec<_>>(),
            "explanation": again.why.as_ref().map(|(document, why)| {
                explanation::object(&alert.view.topic, document, why)
            }),
        })
    };
    json!({
        "alert": alert.view.id.to_string(),
        "topic": alert.view.topic.as_str(),
        "headline": alert.view.headline,
        "agrees": agree,
        "revisions": replayed.iter().map(revision).collect::<Vec<_>>(),
    })
}

fn lines(
    page: &mut Page,
    alert: &AlertDetail,
    replayed: &[(&RevisionView, Replayed)],
    agree: bool,
) {
    let view = &alert.view;
    page.title(&format!("alert {} of {}: {}", view.id, view.topic, view.headline));
    let mark = page.mark(agree);
    let revisions = count(replayed.len(), "revision");
    let verdict = match agree {
        true => "found again from what is stored, bit for bit",
        false => "not found again as it was",
    };
    page.marked(0, &mark, &format!("{revisions}, {verdict}"));
    for (revision, again) in replayed {
        let mark = page.mark(again.agrees());
        page.marked(
            1,
            &mark,
            &format!(
                "revision {}  {}  {}: {}",
                revision.seq,
                moment::text(revision.at),
                revision.event,
                revision.reason.text
            ),
        );
        let rule = again.rule.map_or("unknown".to_owned(), |rule| rule.to_string());
        page.line(
            3,
            &format!("entry {} revision {}, rule {rule}", again.entry, again.entry_revision),
        );
        for one in &again.differences {
            page.line(3, &format!("{}: {}", one.code, one.text));
        }
    }
    let last = replayed.iter().rev().find_map(|(_, again)| again.why.as_ref());
    if let Some((document, why)) = last {
        page.section("the last of them");
        explanation::head(page, &view.topic, document, why);
        explanation::body(page, why);
    }
}
