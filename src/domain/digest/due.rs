//! When a digest is due. What it holds is counted in the order of commits and not in time, so
//! that no clock, however it is set, has anything told twice or left out; the clock only decides
//! when. Each day has at most one, which the store sees to by the slot's key.

use std::time::Duration;

use jiff::Timestamp;

use super::Late;
use crate::domain::calendar::{Recurrence, Slot};

/// A digest that comes later than this after its time says so.
const LATE: Duration = Duration::from_secs(15 * 60);

/// Most missed ones that are counted.
const MAX_MISSED: u32 = 999;

/// A digest that is to be made now, unless there is one of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub slot: Slot,
    pub late: Option<Late>,
}

/// The last slot, if it came after `begun`, when the channel began to have digests. `last` is when
/// the one before was due; those in between were missed, and this one tells of their time too. Where
/// digests have come at another time until then, a first slot that has passed is left to the next.
pub fn due(
    recurrence: &Recurrence,
    begun: Timestamp,
    last: Option<Timestamp>,
    now: Timestamp,
) -> Option<Due> {
    let slot = recurrence.last(now).filter(|slot| slot.at > begun)?;
    let mut missed: u32 = 0;
    let mut past = last.map_or(begun, |last| last.max(begun));
    while let Some(next) = recurrence.next(past).filter(|next| next.at < slot.at) {
        missed += 1;
        past = next.at;
        if missed == MAX_MISSED {
            break;
        }
    }
    let waited = Duration::try_from(now.duration_since(slot.at)).unwrap_or_default();
    let moved = last.is_some_and(|last| recurrence.last(last).is_none_or(|slot| slot.at != last));
    if moved && missed == 0 && waited > LATE {
        return None;
    }
    let missed = if moved { missed.saturating_sub(1) } else { missed };
    let late = (missed > 0 || waited > LATE).then_some(Late { due: slot.at, missed });
    Some(Due { slot, late })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::calendar::Every;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn check(begun: &str, last: Option<&str>, now: &str) -> Option<(String, Option<u32>)> {
        let zone = TimeZone::get("Europe/Copenhagen").unwrap();
        let daily = Recurrence { every: Every::Day, at: "07:00".parse().unwrap(), zone };
        let due = due(&daily, at(begun), last.map(at), at(now))?;
        Some((due.slot.key(), due.late.map(|late| late.missed)))
    }

    #[test]
    fn the_first_one_comes_at_the_first_time_after_the_beginning() {
        let begun = "2026-06-03T12:00:00Z";
        assert_eq!(check(begun, None, "2026-06-04T04:59:59Z"), None);
        assert_eq!(check(begun, None, "2026-06-04T05:00:00Z"), Some(("2026-06-04".into(), None)));
        assert_eq!(check(begun, None, "2026-06-01T05:00:00Z"), None, "a clock put back");
    }

    #[test]
    fn one_that_comes_late_says_so_and_many_missed_are_one() {
        let (begun, last) = ("2026-06-01T12:00:00Z", Some("2026-06-04T05:00:00Z"));
        let day = |text: &str| check(begun, last, text);
        assert_eq!(day("2026-06-05T05:10:00Z"), Some(("2026-06-05".into(), None)));
        assert_eq!(day("2026-06-05T05:16:00Z"), Some(("2026-06-05".into(), Some(0))));
        assert_eq!(day("2026-06-08T05:00:00Z"), Some(("2026-06-08".into(), Some(3))));
        assert_eq!(day("2036-06-08T05:00:00Z"), Some(("2036-06-08".into(), Some(999))));
    }

    #[test]
    fn a_time_that_is_changed_to_one_that_has_passed_begins_the_next_day() {
        let (begun, last) = ("2026-06-01T12:00:00Z", Some("2026-06-04T16:00:00Z"));
        assert_eq!(check(begun, last, "2026-06-05T10:00:00Z"), None, "from 18:00 to 07:00 at noon");
        assert_eq!(check(begun, last, "2026-06-06T05:00:00Z"), Some(("2026-06-06".into(), None)));
        let noon = Some("2026-06-04T10:00:00Z");
        assert_eq!(check(begun, noon, "2026-06-05T05:00:00Z"), Some(("2026-06-05".into(), None)));
    }
}
