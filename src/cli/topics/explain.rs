//! `wirewatch topics explain`: clause by clause, why a topic does or does not match, and what
//! became of it. [`subject`] finds the text, [`outcome`] what was decided and `standing` what waits; an alert is replayed.

pub mod outcome;
mod standing;
pub mod subject;

use crate::cli::exit::{Exit, Failure};
use crate::cli::explanation::page::Page;
use crate::cli::session::Session;
use crate::cli::{explanation, naming};
use subject::What;

pub fn run(name: &str, what: &str, session: &mut Session) -> Result<Exit, Failure> {
    let what = What::read(what);
    // An alert is replayed by what is stored: the topic files may be as wrong as they like.
    if let What::Alert(alert) = what {
        return super::replay::run(alert, Some(&naming::read(name)?), session);
    }
    let config = &session.config()?;
    let id = naming::topic(name, &config.topics)?;
    let subject = subject::find(&what, config, session)?;
    let Some(why) = config.topics.explain(&id, &subject.document, &subject.origin()) else {
        return Err(naming::unknown("topic", name, &[]));
    };
    let outcome = outcome::gather(&subject, &id, why.revision, config, session)?;
    let mut object = explanation::object(&id, &subject.document, &why);
    outcome.extend(&mut object);
    let mut page = Page::new(&session.printer);
    explanation::head(&mut page, &id, &subject.document, &why);
    subject.lines(&mut page);
    explanation::body(&mut page, &why);
    outcome.lines(&mut page);
    session.printer.object(&object, &page.text())?;
    subject.hint_at_others(session);
    if let (false, Some(detail)) = (why.matched, &subject.stored) {
        session.messages.note(&format!(
            "hint: `wirewatch topics why-not {} --topic {id}` says what change would have caught it",
            detail.entry.id
        ));
    }
    Ok(Exit::Ok)
}
