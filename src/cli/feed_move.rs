//! `wirewatch feeds undo-move`: a feed is not where the daemon thinks it has moved to. It works
//! beside a running daemon, whose next fetch begins at the configured URL.

use serde_json::json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::naming;
use crate::cli::session::Session;
use crate::domain::untrusted;
use crate::store::Access;

/// Takes back the move of a feed, if one is followed. The same move is not followed again.
pub fn undo(feed: &str, session: &mut Session) -> Result<Exit, Failure> {
    let store = session.store(Access::Existing)?;
    let key = naming::stored_feed(feed, &store, session)?;
    let now = session.clock.now();
    let Some(left) = session.wait(store.undo_move(&key, now))?? else {
        let refusal = format!("no move of {key} is followed: it is asked for where you configured");
        return Err(Failure::said(Exit::Failed, refusal)
            .hint(format!("`wirewatch feeds fetch {key} --dry-run` shows what is there")));
    };
    let text = format!(
        "{key} is asked for at its configured URL again, and no longer at {}",
        untrusted::terminal(&left)
    );
    session.printer.object(&json!({ "feed": key.as_str(), "left": left }), &text)?;
    Ok(Exit::Ok)
}
