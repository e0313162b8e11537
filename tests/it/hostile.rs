//! The real daemon among servers that do everything wrong: whatever they do becomes a recorded
//! outcome with a code, nothing crashes, nobody is asked who was not configured, and good feeds beside
//! them are told of in time. The files below [`server`] are what servers do, by kind; [`together`]
//! lets them loose on a daemon; [`network`] does the same in a network of its own, with its own
//! name servers and every address on it.
//!
//! `WIREWATCH_HOSTILE=full cargo test --test it hostile::together -- --nocapture` takes every behaviour
//! twice, with the limits that users have. `WIREWATCH_HOSTILE_COPIES=4` takes more of each,
//! `WIREWATCH_HOSTILE_ONLY=tls-` only those whose names begin so, `WIREWATCH_HOSTILE_SHOW=1` prints what
//! became of each, and `WIREWATCH_HOSTILE_STAY=300` has the daemon stay for so many seconds.

mod authority;
mod codings;
mod documents;
mod entries;
mod everywhere;
mod framing;
mod http2;
mod names;
mod network;
mod outside;
mod says;
mod server;
mod statuses;
mod time;
mod tls;
mod together;
mod transport;
mod ways;

use std::collections::BTreeSet;

use self::server::Behaviour;

/// Whether the long form is asked for.
fn in_full() -> bool {
    std::env::var("WIREWATCH_HOSTILE").is_ok_and(|how| how == "full")
}

/// Everything that servers do wrong here.
fn behaviours() -> Vec<Behaviour> {
    let kinds = [
        time::all(),
        transport::all(),
        framing::all(),
        codings::all(),
        ways::all(),
        tls::all(),
        http2::all(),
        statuses::all(),
        documents::all(),
        entries::all(),
    ];
    let only = std::env::var("WIREWATCH_HOSTILE_ONLY").unwrap_or_default();
    let named = |one: &Behaviour| only.split(',').any(|start| one.name.starts_with(start));
    kinds.into_iter().flatten().filter(named).collect()
}

#[test]
fn there_are_more_than_four_hundred_behaviours_and_each_has_its_own_name() {
    if std::env::var_os("WIREWATCH_HOSTILE_ONLY").is_some() {
        return;
    }
    let all = behaviours();
    let names: BTreeSet<&str> = all.iter().map(|one| one.name).collect();
    assert_eq!(names.len(), all.len(), "a name twice");
    assert!(all.len() > 400, "{}", all.len());
    for one in &all {
        assert!(!one.codes.is_empty(), "{} may end in anything", one.name);
    }
}
