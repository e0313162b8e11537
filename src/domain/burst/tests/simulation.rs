//! A seeded simulation: topics of half an entry an hour, with nights, weekends and clumps, watched
//! for weeks; bursts of ten times as much for six hours. How many are found, and how many told
//! where there is none.

use super::*;

/// SplitMix64: numbers that are the same everywhere.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ z >> 31) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A Poisson number, by Knuth's product of uniform numbers.
    fn poisson(&mut self, mean: f64) -> u32 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.next(), 0);
        while product > limit {
            product *= self.next();
            count += 1;
        }
        count
    }
}

/// How much is said at an hour: more by day, less at the weekend, half an entry on average.
fn usual(hour: i64) -> f64 {
    let of_day = hour.rem_euclid(24);
    let weekday = (hour.div_euclid(24) + 3).rem_euclid(7);
    let by_day = if (7..21).contains(&of_day) { 1.4 } else { 0.44 };
    let by_week = if weekday >= 5 { 0.65 } else { 1.14 };
    0.5 * by_day * by_week
}

/// What is heard in an hour; a story brings others along now and then.
fn said(numbers: &mut Numbers, mean: f64) -> Heard {
    let mut entries = numbers.poisson(mean * 0.8);
    for _ in 0..numbers.poisson(mean * 0.1) {
        entries += 2;
    }
    let mut publishers: Vec<i64> = (0..entries).map(|_| (numbers.next() * 12.0) as i64).collect();
    publishers.sort_unstable();
    publishers.dedup();
    Heard { entries, publishers }
}

const TOPICS: u64 = 400;
const WEEKS: i64 = 8;
const BURST_H: i64 = 6;

#[test]
fn few_bursts_are_told_where_there_is_none_and_most_that_are_there_are_found() {
    let (mut wrong, mut found, mut weeks) = (0u32, 0u32, 0i64);
    for topic in 0..TOPICS {
        let mut numbers = Numbers(topic);
        let start = 480_000 + topic as i64 * 13;
        let mut course = Course::new(Hour(start));
        for hour in start..start + WEEKS * 168 {
            let heard = said(&mut numbers, usual(hour));
            if let Outcome::Burst(_) = course.hear(Hour(hour), heard, covered) {
                wrong += 1;
            }
        }
        weeks += WEEKS - 1;
        let burst = start + WEEKS * 168 + (numbers.next() * 168.0) as i64;
        course.told = None;
        for hour in start + WEEKS * 168..burst {
            let heard = said(&mut numbers, usual(hour));
            course.hear(Hour(hour), heard, covered);
        }
        course.told = None;
        let told = (burst..burst + BURST_H).any(|hour| {
            let heard = said(&mut numbers, 10.0 * usual(hour));
            matches!(course.hear(Hour(hour), heard, covered), Outcome::Burst(_))
        });
        found += u32::from(told);
    }
    let (wrong, found) = (f64::from(wrong) / weeks as f64, f64::from(found) / TOPICS as f64);
    println!("told wrongly per topic and week: {wrong:.3}; found: {found:.3}");
    assert!(wrong <= 0.15, "{wrong:.3} bursts told per topic and week where there is none");
    assert!(found >= 0.85, "{found:.3} of the bursts found");
}
