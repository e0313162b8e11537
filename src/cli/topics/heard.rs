//! What the database knows of a topic, as people read it. Topics are listed and shown without a
//! database too.

use std::collections::HashMap;

use crate::cli::exit::Failure;
use crate::cli::moment;
use crate::cli::session::Session;
use crate::config::Config;
use crate::domain::alert::mark::Mark;
use crate::domain::ids::TopicId;
use crate::record::topic::{Heard, heard};
use crate::store::Access;
use crate::store::error::StoreError;

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
    Ok(heard(&store)?)
}

/// Adds what there is to say to the page of a topic.
pub fn lines(heard: &Heard, lines: &mut Vec<String>) {
    if let Some(at) = heard.last_match {
        lines.push(format!("  matched    last at {}", moment::text(at)));
    }
    if let Some(at) = heard.silent_since {
        lines.push(format!("  silent     since {}: less than expected", moment::text(at)));
    }
    if let Some(usual) = &heard.usual {
        lines.push(format!("  bursts     {usual}"));
    }
    if let Some(why) = &heard.kept {
        lines.push(format!("  runs       as it last did, since a test failed: {why}"));
    }
    if heard.marked.iter().any(|n| *n > 0) {
        let counts = Mark::ALL.into_iter().zip(heard.marked);
        let counts: Vec<String> =
            counts.map(|(mark, n)| format!("{n} {}", mark.as_str())).collect();
        lines.push(format!("  verdicts   {}", counts.join(", ")));
    }
}
