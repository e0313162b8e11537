//! Moves: when a feed that is led elsewhere is asked for there. A redirect that calls itself
//! permanent may be a mistake, a hotel's network or a login page, so that it takes several
//! answers over days, each with a feed at the end of the way. The configuration is not touched,
//! and a move that leads nowhere is taken back.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::is_older;
use crate::domain::feed::{
    FeedState, FetchMemory, FetchRecord, MoveSign, MoveStanding, Outcome, Relocation, Sightings,
    Validators,
};

/// How often, and over how long, a move is seen before it is followed.
const ANSWERS: u32 = 3;
const SPAN: Duration = Duration::from_secs(48 * 3600);

/// Failures in a row at the new URL that take a move back …
const FAILURES: u32 = 3;

/// … and how long it may be out of reach.
const OUT_OF_REACH: Duration = Duration::from_secs(86_400);

/// Longest URL that is followed, in bytes.
const MAX_URL_BYTES: usize = 4_000;

/// Where an answer says that the feed is.
#[derive(Debug, Clone, Copy, Default)]
pub struct LedTo<'a> {
    /// Where the answer came from, if every hop on the way there was permanent.
    pub redirect: Option<&'a str>,
    /// What the feed itself says (`itunes:new-feed-url`).
    pub announced: Option<&'a str>,
}

/// The state after a successful fetch that was led somewhere, or not.
pub fn sighted(state: FeedState, record: &FetchRecord, led: LedTo<'_>) -> FeedState {
    let empty = record.outcome == Outcome::Fresh && record.entries == 0;
    if state.followed().is_some() || empty {
        return state;
    }
    let target = target(&state.url, led);
    let old = state.memory.relocation.clone();
    let relocation = match (old, target) {
        (Some(old), Some((to, _))) if old.to == to => Some(seen_again(old, record.at)),
        // A single answer that leads elsewhere does not clear a move that was refused.
        (Some(old), Some(_)) if still_refused(&old, record.at) => Some(old),
        (_, Some((to, sign))) => Some(Relocation {
            to: to.to_owned(),
            sign,
            standing: MoveStanding::Sighted,
            seen: Sightings::first(record.at),
            since: record.at,
        }),
        (Some(old), None) if outlasts(&old, record) => Some(old),
        (_, None) => None,
    };
    with(state, relocation)
}

/// The state of a feed whose move is taken back: it is asked for at its configured URL again.
pub fn undone(state: FeedState, at: Timestamp) -> FeedState {
    let Some(relocation) = state.followed().cloned() else {
        return state;
    };
    let refused = Relocation { standing: MoveStanding::Refused, since: at, ..relocation };
    // What the new server gave says nothing to the old one.
    let state = FeedState { validators: Validators::default(), ..state };
    with(state, Some(refused))
}

/// Takes a move back that leads nowhere: at once where nobody ever saw a feed there, else after
/// some failures. A network that fails says nothing for a day.
pub(super) fn after_failure(state: FeedState, at: Timestamp, network: bool) -> FeedState {
    let Some(relocation) = state.followed() else {
        return state;
    };
    let unproved = relocation.sign == MoveSign::Announcement
        && state.last_success.is_none_or(|success| success <= relocation.since);
    let long = state.failing_since.is_some_and(|since| is_older(since, OUT_OF_REACH, at));
    let lost = long || !network && (unproved || state.failures >= FAILURES);
    if lost { undone(state, at) } else { state }
}

/// What is to be told of the change from one state to the next.
pub(super) fn change(before: &FeedState, after: &FeedState) -> Option<(&'static str, String)> {
    match (before.followed(), after.followed()) {
        (None, Some(now)) => {
            let by = match now.sign {
                MoveSign::Redirect => "redirects there say so for days",
                MoveSign::Announcement => "the feed says so for days",
            };
            let text = format!("the feed has moved to {}: {by}; configure that URL", now.to);
            Some(("moved", text))
        }
        (Some(then), None) => {
            let text = format!("{} no longer gives the feed: back to the configured URL", then.to);
            Some(("move_undone", text))
        }
        _ => None,
    }
}

/// Where the feed may have moved to: a redirect proves more than words. What the feed itself says
/// counts only within its host: whoever can write into a feed need not own another one.
fn target<'a>(url: &str, led: LedTo<'a>) -> Option<(&'a str, MoveSign)> {
    let from = Url::parse(url).ok()?;
    if let Some(to) = led.redirect {
        return may_follow(&from, to).map(|_| (to, MoveSign::Redirect));
    }
    let to = led.announced?;
    let target = may_follow(&from, to)?;
    let same = from.host() == target.host()
        && from.port_or_known_default() == target.port_or_known_default();
    let upgraded = from.host() == target.host() && target.scheme() == "https";
    (same || upgraded).then_some((to, MoveSign::Announcement))
}

/// The target, if it is another URL, and not a step back from https. A URL with a login in it is
/// the user's own affair.
fn may_follow(from: &Url, to: &str) -> Option<Url> {
    let target = Url::parse(to).ok().filter(|_| to.len() <= MAX_URL_BYTES)?;
    let named = |url: &Url| !url.username().is_empty() || url.password().is_some();
    let safe = match (from.scheme(), target.scheme()) {
        ("https", scheme) => scheme == "https",
        (_, scheme) => matches!(scheme, "http" | "https"),
    };
    let mut here = from.clone();
    here.set_fragment(None);
    (safe && here != target && !named(from) && !named(&target)).then_some(target)
}

fn seen_again(old: Relocation, at: Timestamp) -> Relocation {
    let seen = old.seen.again(at);
    if old.standing == MoveStanding::Sighted && seen.amount_to(ANSWERS, SPAN) {
        return Relocation { standing: MoveStanding::Followed, seen, since: at, ..old };
    }
    Relocation { seen, ..old }
}

/// Whether a move is refused that was seen, or taken back, a short while ago.
fn still_refused(old: &Relocation, at: Timestamp) -> bool {
    old.standing == MoveStanding::Refused && !is_older(old.seen.last.max(old.since), SPAN, at)
}

/// Whether an answer that leads nowhere leaves standing what was seen. "Unchanged" does not
/// repeat what a feed says of itself.
fn outlasts(old: &Relocation, record: &FetchRecord) -> bool {
    old.standing == MoveStanding::Refused
        || old.sign == MoveSign::Announcement && record.outcome == Outcome::Unchanged
}

/// A move by announcement leads to a URL that never was asked: the validators are not its own.
fn with(state: FeedState, relocation: Option<Relocation>) -> FeedState {
    let announced = relocation.as_ref().is_some_and(|relocation| {
        relocation.sign == MoveSign::Announcement && relocation.standing == MoveStanding::Followed
    });
    let validators = if announced && state.followed().is_none() {
        Validators::default()
    } else {
        state.validators.clone()
    };
    FeedState { validators, memory: FetchMemory { relocation, ..state.memory.clone() }, ..state }
}
