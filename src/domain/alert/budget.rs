//! Budgets: how many revisions of a topic's alerts are pushed in a day. What is over it is raised,
//! stored and logged all the same, and marked. [`crate::domain::ingest`] asks, the store counts.

use std::time::Duration;

use jiff::Timestamp;

/// The time over which pushed revisions are counted. It rolls: at any moment, of the 24 hours
/// before.
pub const WINDOW: Duration = Duration::from_secs(24 * 3_600);

/// Since when pushed revisions count at `now`; one made at this very time no longer does.
pub fn counted_since(now: Timestamp) -> Timestamp {
    now.saturating_sub(WINDOW).unwrap_or(Timestamp::MIN)
}

/// When the day of `now` began, in UTC. That something is held back is told once a day.
pub fn day_of(now: Timestamp) -> Timestamp {
    const DAY_S: i64 = 24 * 3_600;
    let second = now.as_second();
    Timestamp::from_second(second - second.rem_euclid(DAY_S)).unwrap_or(Timestamp::MIN)
}

/// What a decision adds to its reason when a revision is not pushed to `channels`.
pub fn remark(channels: &[&str], budget: u32) -> String {
    let channels = channels.join(", ");
    format!("not pushed to {channels}: the budget of {budget} a day is used up")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_and_the_window_rolls() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let noon = at("2026-06-03T12:00:00.5Z");
        assert_eq!(day_of(noon), at("2026-06-03T00:00:00Z"));
        assert_eq!(day_of(at("2026-06-03T00:00:00Z")), at("2026-06-03T00:00:00Z"));
        assert_eq!(day_of(at("1969-12-31T23:00:00Z")), at("1969-12-31T00:00:00Z"));
        assert_eq!(counted_since(noon), at("2026-06-02T12:00:00.5Z"));
    }
}
