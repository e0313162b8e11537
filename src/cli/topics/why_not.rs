//! `wirewatch topics why-not`: an entry was expected to alert and did not. Says what stood in the
//! way, be it the rule, the decision over the match, or that the link never came in.

mod unseen;

use std::path::Path;

use serde_json::json;

use super::explain::outcome;
use super::explain::subject::{self, Subject, What};
use crate::cli::exit::{Exit, Failure};
use crate::cli::explanation::page::Page;
use crate::cli::session::Session;
use crate::cli::{explanation, naming};
use crate::config::Config;
use crate::domain::untrusted;
use crate::store::Access;

pub fn run(
    what: &str,
    topic: &str,
    config: &Config,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let id = naming::topic(topic, &config.topics)?;
    let what = What::read(what);
    let subject = match what {
        What::Link(url) => {
            let store = session.store_of(config, Access::ReadOnly)?;
            let found = store.entry_by_link(url)?;
            if found.entries.is_empty() {
                return unseen::run(url, &id, found.purged, config, &store, session);
            }
            Subject::newest(&store, &found.entries, config)?
        }
        What::File(name) if !Path::new(name).exists() => {
            let shown = untrusted::terminal(name).into_owned();
            let sentence = format!("`{shown}` is neither a link, an entry's id nor a file");
            return Err(Failure::said(Exit::Usage, sentence)
                .hint("`wirewatch topics why-not https://… --topic TOPIC`"));
        }
        other => subject::find(&other, config, session)?,
    };
    let origin = subject.origin();
    let Some(why) = config.topics.explain(&id, &subject.document, &origin) else {
        return Err(naming::unknown("topic", topic, &[]));
    };
    let cure = config.topics.cure(&id, &subject.document, &origin);
    let outcome = outcome::gather(&subject, &id, why.revision, config, session)?;
    let mut object = explanation::object(&id, &subject.document, &why);
    outcome.extend(&mut object);
    if let Some(fields) = object.as_object_mut() {
        fields.insert("status".to_owned(), json!(outcome.status(why.matched)));
        fields.insert("cure".to_owned(), json!(cure.as_ref().map(explanation::cure_object)));
    }
    let mut page = Page::new(&session.printer);
    explanation::head(&mut page, &id, &subject.document, &why);
    subject.lines(&mut page);
    if let Some(cure) = &cure {
        explanation::cure(&mut page, cure);
    }
    outcome.lines(&mut page);
    explanation::body(&mut page, &why);
    session.printer.object(&object, &page.text())?;
    subject.hint_at_others(session);
    Ok(Exit::Ok)
}
