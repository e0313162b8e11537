//! Which entries of a feed that has too many are kept: the newest, wherever in the document they
//! stand. For [`super::normal`] and [`super::json`].

use jiff::Timestamp;

/// Of each entry whether it is among the `limit` newest. One without a date goes with the one
/// before it, and those before the first date are the oldest. Where less than half of all have a
/// date, the first entries are kept: feeds begin with the newest. Says too whether dates decided.
pub fn newest(dates: &[Option<Timestamp>], limit: usize) -> (Vec<bool>, bool) {
    let dated = dates.iter().flatten().count();
    if dates.len() <= limit || dated * 2 < dates.len() {
        return ((0..dates.len()).map(|position| position < limit).collect(), false);
    }
    let mut last = None;
    let mut order: Vec<(Option<Timestamp>, usize)> = Vec::with_capacity(dates.len());
    for (position, date) in dates.iter().enumerate() {
        last = date.or(last);
        order.push((last, position));
    }
    // The newest first; of equal ones, the first.
    order.sort_unstable_by(|(a, at), (b, bt)| b.cmp(a).then(at.cmp(bt)));
    let mut kept = vec![false; dates.len()];
    order.iter().take(limit).for_each(|(_, position)| kept[*position] = true);
    (kept, true)
}

/// What to say of entries that were left out.
pub fn left_out(kept: usize, by_date: bool) -> String {
    let which = if by_date { "newest" } else { "first" };
    format!("only the {which} {kept} entries were read")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(days: &[Option<i64>], limit: usize) -> Vec<usize> {
        let date = |day: &Option<i64>| day.map(|day| Timestamp::from_second(day * 86_400).unwrap());
        let dates: Vec<_> = days.iter().map(date).collect();
        let (kept, _) = newest(&dates, limit);
        (0..days.len()).filter(|position| kept[*position]).collect()
    }

    #[test]
    fn the_newest_are_kept_wherever_they_stand() {
        assert_eq!(kept(&[Some(1), Some(2), Some(3)], 2), [1, 2]);
        assert_eq!(kept(&[Some(3), Some(2), Some(1)], 2), [0, 1]);
        assert_eq!(kept(&[Some(2), Some(9), Some(1), Some(5)], 2), [1, 3]);
        assert_eq!(kept(&[Some(4); 3], 2), [0, 1], "of equal ones the first");
        assert_eq!(kept(&[Some(1), Some(2)], 2), [0, 1]);
    }

    #[test]
    fn without_dates_the_first_are_kept_and_a_missing_one_is_that_of_its_neighbour() {
        assert_eq!(kept(&[None, None, Some(3)], 2), [0, 1]);
        assert_eq!(kept(&[None, Some(1), Some(5), None, Some(2)], 3), [2, 3, 4]);
    }
}
