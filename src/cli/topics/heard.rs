//! What the database knows of a topic: when it matched last, whether it is silent, and what people
//! said of its finds. Topics are listed and shown without a database too.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::cli::exit::Failure;
use crate::cli::moment;
use crate::cli::session::Session;
use crate::cli::topics::bursts;
use crate::config::Config;
use crate::domain::alert::mark::Mark;
use crate::domain::ids::TopicId;
use crate::store::Access;
use crate::store::error::StoreError;

/// What is stored of a topic.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    pub last_match: Option<Timestamp>,
    pub silent_since: Option<Timestamp>,
    /// Why the daemon last ran it as it was before, and not as its file said.
    pub kept: Option<String>,
    /// How much is usually said of it, as a clause.
    pub usual: Option<String>,
    /// How many of its finds were said to be what, in the order of [`Mark::ALL`].
    marked: [u32; Mark::ALL.len()],
}

impl Heard {
    pub fn verdicts(&self) -> Value {
        let counts = Mark::ALL.into_iter().zip(self.marked);
        Value::Object(counts.map(|(mark, n)| (mark.as_str().to_owned(), json!(n))).collect())
    }

    /// Adds what there is to say to the page of a topic.
    pub fn lines(&self, lines: &mut Vec<String>) {
        if let Some(at) = self.last_match {
            lines.push(format!("  matched    last at {}", moment::text(at)));
        }
        if let Some(at) = self.silent_since {
            lines.push(format!("  silent     since {}: less than expected", moment::text(at)));
        }
        if let Some(usual) = &self.usual {
            lines.push(format!("  bursts     {usual}"));
        }
        if let Some(why) = &self.kept {
            lines.push(format!("  runs       as it last did, since a test failed: {why}"));
        }
        if self.marked.iter().any(|n| *n > 0) {
            let counts = Mark::ALL.into_iter().zip(self.marked);
            let counts: Vec<String> =
                counts.map(|(mark, n)| format!("{n} {}", mark.as_str())).collect();
            lines.push(format!("  verdicts   {}", counts.join(", ")));
        }
    }
}

/// Reads what is stored of every topic; nothing where there is no database yet, or only one that
/// the next run will bring up to this version.
pub fn read(config: &Config, session: &Session) -> Result<HashMap<TopicId, Heard>, Failure> {
    let path = config.state_dir.join(crate::store::DATABASE_FILE);
    let store = match crate::store::Store::open(&path, Access::ReadOnly) {
        Ok(store) => store,
        Err(StoreError::NotFound { .. } | StoreError::OlderSchema { .. }) => {
            return Ok(HashMap::new());
        }
        Err(error) => {
            session.messages.warn(&format!("cannot tell when topics matched: {error}"));
            return Ok(HashMap::new());
        }
    };
    let counts = store.verdict_counts()?;
    let kept = store.kept()?.into_iter().map(|kept| (kept.topic, kept.why));
    let mut kept: HashMap<String, String> = kept.collect();
    let mut heard = HashMap::new();
    for view in store.topics()? {
        let count = |mark| counts.get(&(view.id.clone(), mark)).copied().unwrap_or_default();
        let marked = Mark::ALL.map(count);
        let (last_match, silent_since) = (view.last_match, view.silent_since);
        let kept = kept.remove(view.id.as_str());
        let course = store.burst_course(&view.id)?;
        let usual = course.as_ref().map(|course| bursts::standing(Some(course)));
        heard.insert(view.id, Heard { last_match, silent_since, kept, usual, marked });
    }
    Ok(heard)
}
