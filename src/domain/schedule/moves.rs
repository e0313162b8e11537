//! Moves: when a feed that is led elsewhere is asked for there. A redirect that calls itself
//! permanent may be a mistake, a hotel's network or a login page, so that it takes several
//! answers over days, each with a feed at the end of the way; a further move, from the new URL, takes
//! as many. The configuration is not touched, and a move that leads nowhere is taken back.

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

/// Failures in a row at the new URL that take a move back, and over how long: a server that is
/// restarted, or restored from last night's backup, has not lost the feed …
const FAILURES: u32 = 3;
const FAILING: Duration = Duration::from_secs(6 * 3600);

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
    if record.outcome == Outcome::Fresh && record.entries == 0 {
        return state;
    }
    let target = target(state.fetch_url(), led);
    let FetchMemory { relocation, onward, .. } = &state.memory;
    if state.followed().is_none() {
        // What was refused together with another move is refused like it.
        let refused_too = onward.as_ref().filter(|other| target.is_some_and(|to| other.to == to.0));
        let next = match refused_too {
            Some(_) => relocation.clone(),
            None => led_on(relocation.as_ref(), target, record),
        };
        let both = onward.clone().filter(|_| is_refused(next.as_ref()));
        return with(state, next, both);
    }
    let (first, further) = (relocation.clone(), onward.clone());
    let Some(beyond) = further.clone().filter(Relocation::is_followed) else {
        let next = led_on(further.as_ref(), target, record);
        return settled(state, first, next, record.at);
    };
    // The further move stands for both as soon as there is one more.
    match led_on(None, target, record) {
        Some(next) => with(state, Some(beyond), Some(next)),
        None => with(state, first, further),
    }
}

/// What is held of a move after an answer that led to `target`, or nowhere.
fn led_on(
    old: Option<&Relocation>,
    target: Option<(&str, MoveSign)>,
    record: &FetchRecord,
) -> Option<Relocation> {
    match (old, target) {
        (Some(old), Some((to, _))) if old.to == to => Some(seen_again(old.clone(), record.at)),
        // A single answer that leads elsewhere does not clear a move that was refused.
        (Some(old), Some(_)) if still_refused(old, record.at) => Some(old.clone()),
        (_, Some((to, sign))) => Some(Relocation {
            to: to.to_owned(),
            sign,
            standing: MoveStanding::Sighted,
            seen: Sightings::first(record.at),
            since: record.at,
        }),
        (Some(old), None) if outlasts(old, record) => Some(old.clone()),
        (_, None) => None,
    }
}

/// The state with a further move, which may lead back to where the feed began: then no move is
/// left, and that way is not gone again.
fn settled(
    state: FeedState,
    first: Option<Relocation>,
    further: Option<Relocation>,
    at: Timestamp,
) -> FeedState {
    let home = further.as_ref().is_some_and(|move_| move_.is_followed() && move_.to == state.url);
    if home {
        return with(state, first.map(|first| refused(first, at)), None);
    }
    with(state, first, further)
}

/// The state of a feed whose moves are all taken back: it is asked for at its configured URL again.
pub fn undone(state: FeedState, at: Timestamp) -> FeedState {
    if state.followed().is_none() {
        return state;
    }
    let FetchMemory { relocation, onward, .. } = state.memory.clone();
    let onward = onward.filter(Relocation::is_followed).map(|onward| refused(onward, at));
    with(state, relocation.map(|first| refused(first, at)), onward)
}

fn refused(relocation: Relocation, at: Timestamp) -> Relocation {
    Relocation { standing: MoveStanding::Refused, since: at, ..relocation }
}

fn is_refused(relocation: Option<&Relocation>) -> bool {
    relocation.is_some_and(|relocation| relocation.standing == MoveStanding::Refused)
}

/// Whether it is a further move that is followed.
fn has_moved_on(state: &FeedState) -> bool {
    state.memory.onward.as_ref().is_some_and(Relocation::is_followed)
}

/// Takes the last move back if it leads nowhere: at once where nobody ever saw a feed there, else
/// after some failures. A network that fails says nothing for a day.
pub(super) fn after_failure(state: FeedState, at: Timestamp, network: bool) -> FeedState {
    let Some(relocation) = state.followed() else {
        return state;
    };
    let unproved = relocation.sign == MoveSign::Announcement
        && state.last_success.is_none_or(|success| success <= relocation.since);
    // Where a further move was taken back, the time begins anew.
    let onward = state.memory.onward.as_ref();
    let back = onward.filter(|onward| onward.standing == MoveStanding::Refused);
    let since = state.failing_since.map(|since| back.map_or(since, |back| back.since.max(since)));
    let for_long = |span| since.is_some_and(|since| is_older(since, span, at));
    let failing = state.failures >= FAILURES && for_long(FAILING);
    if !(for_long(OUT_OF_REACH) || !network && (unproved || failing)) {
        return state;
    }
    let FetchMemory { relocation, onward, .. } = state.memory.clone();
    match onward.filter(Relocation::is_followed) {
        Some(further) => with(state, relocation, Some(refused(further, at))),
        None => undone(state, at),
    }
}

/// What is to be told of the change from one state to the next.
pub(super) fn change(before: &FeedState, after: &FeedState) -> Option<(&'static str, String)> {
    let moved = |now: &Relocation, how: &str| {
        let by = match now.sign {
            MoveSign::Redirect => "redirects there say so for days",
            MoveSign::Announcement => "the feed says so for days",
        };
        ("moved", format!("the feed has moved{how} to {}: {by}; configure that URL", now.to))
    };
    match (before.followed(), after.followed()) {
        (None, Some(now)) => Some(moved(now, "")),
        (Some(then), Some(now)) if then.to != now.to && has_moved_on(after) => {
            Some(moved(now, " on"))
        }
        (Some(then), Some(now)) if then.to != now.to => {
            let text = format!("{} no longer gives the feed: back to {}", then.to, now.to);
            Some(("move_undone", text))
        }
        (Some(then), None) if after.failures == 0 => {
            let text = format!("{} leads back to the configured URL", then.to);
            Some(("move_undone", text))
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

/// The state with these moves. What one server gave to ask with says nothing to another: only a
/// redirect was answered, with its validators, by where it leads to.
fn with(state: FeedState, relocation: Option<Relocation>, onward: Option<Relocation>) -> FeedState {
    let memory = FetchMemory { relocation, onward, ..state.memory.clone() };
    let next = FeedState { memory, ..state.clone() };
    if next.fetch_url() == state.fetch_url() {
        return next;
    }
    let is_new = state.followed().is_none() || has_moved_on(&next);
    let arrived = is_new && next.followed().is_some_and(|now| now.sign == MoveSign::Redirect);
    match arrived {
        true => next,
        false => FeedState { validators: Validators::default(), ..next },
    }
}
