//! Feeds that are said to be gone for good (410). Servers say so by mistake too, so that it takes
//! some answers over some days; and then the feed is still asked once a week.

use std::time::Duration;

use crate::domain::feed::{FeedState, FetchRecord, Sightings};

pub(super) const REASON: &str = "gone";

/// Answers of 410 in a row, and over how long, until a feed is paused.
const ANSWERS: u32 = 3;
const SPAN: Duration = Duration::from_secs(3 * 86_400);

/// How often a paused feed is asked.
pub(super) const PAUSE: Duration = Duration::from_secs(7 * 86_400);

/// The 410s so far. A network that fails in between says nothing of the feed.
pub(super) fn after_failure(
    state: &FeedState,
    record: &FetchRecord,
    network: bool,
) -> Option<Sightings> {
    let so_far = state.memory.gone;
    match record.status {
        Some(410) => Some(so_far.map_or(Sightings::first(record.at), |gone| gone.again(record.at))),
        _ if network => so_far,
        _ => None,
    }
}

pub(super) fn is_paused(gone: Option<Sightings>) -> bool {
    gone.is_some_and(|gone| gone.amount_to(ANSWERS, SPAN))
}

/// What is to be told of the change from one state to the next.
pub(super) fn change(before: &FeedState, after: &FeedState) -> Option<(&'static str, String)> {
    match (is_paused(before.memory.gone), is_paused(after.memory.gone)) {
        (false, true) => {
            let text = "the server says for days that the feed is gone for good (410): it is asked \
                        once a week from now on; remove it or find its successor";
            Some(("gone", text.to_owned()))
        }
        (true, false) => {
            let text = "the server no longer says that the feed is gone: it is asked as before";
            Some(("gone_no_longer", text.to_owned()))
        }
        _ => None,
    }
}
