//! What is remembered of a feed for its next fetch comes back as it was kept.

use std::time::Duration;

use wirewatch::domain::feed::{
    FetchMemory, FetchRecord, MoveSign, MoveStanding, Outcome, Relocation, Rhythm, Sightings,
};
use wirewatch::domain::schedule::SiteHold;

use super::desk::{Desk, now};

const HOUR: Duration = Duration::from_secs(3600);

fn record(desk: &Desk) -> FetchRecord {
    let feed = desk.store.feeds().unwrap()[0].state.id;
    FetchRecord {
        feed,
        at: now(),
        outcome: Outcome::Unchanged,
        code: "not_modified".into(),
        status: Some(304),
        bytes: 0,
        duration: Duration::ZERO,
        entries: 0,
        new_entries: 0,
        would_have_raised: 0,
        detail: None,
    }
}

#[tokio::test]
async fn the_memory_of_a_feed_is_kept_as_it_is() {
    let desk = Desk::open(&["wire"]).await;
    let seen = Sightings { count: 7, first: now(), last: now() + HOUR };
    let relocation = |sign, standing| Relocation {
        to: "https://new.example/feed".into(),
        sign,
        standing,
        seen,
        since: now(),
    };
    let full = FetchMemory {
        rhythm: Rhythm {
            ttl: Some(HOUR),
            period: Some(24 * HOUR),
            skip_hours: 0x00ff_ffff,
            skip_days: 0x7f,
        },
        last_full: Some(now()),
        held_by: Some("wire.example".into()),
        gone: Some(seen),
        relocation: Some(relocation(MoveSign::Redirect, MoveStanding::Followed)),
        onward: Some(Relocation {
            to: "https://newer.example/feed".into(),
            since: now() + HOUR,
            ..relocation(MoveSign::Announcement, MoveStanding::Refused)
        }),
    };
    let sighted = relocation(MoveSign::Announcement, MoveStanding::Sighted);
    let other = FetchMemory { relocation: Some(sighted), ..FetchMemory::default() };
    for memory in [full, other, FetchMemory::default()] {
        let mut state = desk.store.feeds().unwrap().remove(0).state;
        state.memory = memory.clone();
        desk.store.record_fetch(state, record(&desk), Vec::new()).await.unwrap();
        assert_eq!(desk.store.feeds().unwrap()[0].state.memory, memory);
    }
}

#[tokio::test]
async fn a_hold_lasts_until_its_time_and_is_never_shortened() {
    let desk = Desk::open(&["wire"]).await;
    let hold = |hours: u32| SiteHold {
        site: "wire.example".into(),
        wait: hours * HOUR,
        until: now() + hours * HOUR,
    };
    for hours in [3, 1] {
        desk.store.hold_site(hold(hours), Vec::new(), now()).await.unwrap();
    }
    assert_eq!(desk.store.site_holds(now()).unwrap(), [hold(3)]);
    let later = desk.store.site_holds(now() + HOUR).unwrap();
    assert_eq!(later[0].wait, 2 * HOUR);
    assert!(desk.store.site_holds(now() + 3 * HOUR).unwrap().is_empty());
}
