//! The figures of small counts, worked out by hand.

use super::*;

#[test]
fn each_figure_is_of_its_own_whole() {
    let mut tally = Tally::default();
    for (wanted, found) in
        [(true, true), (true, true), (true, false), (false, true), (false, false)]
    {
        tally.count(wanted, found);
    }
    assert_eq!(tally, Tally { right: 2, found: 3, wanted: 3 });
    let score = tally.score();
    assert_eq!(score.precision, Some(2.0 / 3.0));
    assert_eq!(score.recall, Some(2.0 / 3.0));
    assert_eq!(score.f1, Some(4.0 / 6.0));
}

#[test]
fn what_cannot_be_measured_is_not_said() {
    assert_eq!(Tally::default().score(), Score::default());
    let nothing_found = Tally { right: 0, found: 0, wanted: 4 }.score();
    assert_eq!(nothing_found, Score { precision: None, recall: Some(0.0), f1: Some(0.0) });
    let nothing_wanted = Tally { right: 0, found: 2, wanted: 0 }.score();
    assert_eq!(nothing_wanted, Score { precision: Some(0.0), recall: None, f1: Some(0.0) });
}

#[test]
fn the_mean_counts_each_topic_alike_and_leaves_out_what_is_unknown() {
    let scores = [Score::of(1.0, 0.5), Score { precision: None, recall: Some(0.0), f1: Some(0.0) }];
    let mean = Score::mean(scores.iter());
    assert_eq!(mean.precision, Some(1.0));
    assert_eq!(mean.recall, Some(0.25));
    assert_eq!(mean.f1, Some((2.0 / 3.0) / 2.0));
    assert_eq!(Score::of(0.0, 0.0).f1, Some(0.0));
}

#[test]
fn bounds_are_those_of_judged_finds() {
    let tally = Tally { right: 9, found: 10, wanted: 9 };
    let precision = tally.precision().unwrap();
    assert!((precision.low - 0.5958).abs() < 5e-4, "{precision:?}");
    assert_eq!(tally.recall().map(|recall| recall.share), Some(1.0));
}
