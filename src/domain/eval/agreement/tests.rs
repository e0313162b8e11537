//! Divisions small enough to be worked out by hand, and the laws that hold for any.

use proptest::prelude::*;

use super::*;

fn items(pairs: &[(usize, usize)]) -> Vec<Item> {
    pairs.iter().map(|&(label, found)| Item { label, found }).collect()
}

fn near(score: Score, precision: f64, recall: f64) {
    let close = |figure: Option<f64>, wanted: f64| (figure.unwrap() - wanted).abs() < 1e-12;
    assert!(close(score.precision, precision) && close(score.recall, recall), "{score:?}");
}

#[test]
fn three_labels_in_two_stories_are_as_worked_out_by_hand() {
    // Labels: aaaa bb c. Found: {a a a b}, {a b c}.
    let items = items(&[(0, 0), (0, 0), (0, 0), (1, 0), (0, 1), (1, 1), (2, 1)]);
    let overlap = Overlap::of(&items);
    // Precision: three a of 3/4, one b of 1/4, then 1/3 each of three.
    let precision = (3.0 * 0.75 + 0.25 + 3.0 / 3.0) / 7.0;
    // Recall: three a of 3/4, one a of 1/4, two b of 1/2, c of 1.
    let recall = (3.0 * 0.75 + 0.25 + 2.0 * 0.5 + 1.0) / 7.0;
    near(overlap.b_cubed().unwrap(), precision, recall);
    // Pairs wanted: 6 + 1; found: 6 + 3; both: 3.
    assert_eq!(overlap.pairwise(), Tally { right: 3, found: 9, wanted: 7 });
    assert_eq!(overlap.pieces(0), [(0, 3), (1, 1)]);
    assert_eq!(overlap.labels_in(1), [(0, 1), (1, 1), (2, 1)]);
    near(overlap.b_cubed_of_label(1).unwrap(), (0.25 + 1.0 / 3.0) / 2.0, 0.5);
    near(overlap.b_cubed_among(&items[6..]).unwrap(), 1.0 / 3.0, 1.0);
    assert_eq!(overlap.stories(), 2);
}

#[test]
fn what_is_wholly_together_and_wholly_apart_pays_on_one_side() {
    let labels = [0, 0, 0, 1, 1, 2];
    let together: Vec<_> = labels.iter().map(|&label| (label, 0)).collect();
    // Each of n entries of a label has n of 6 right: (9 + 4 + 1) / 36.
    near(Overlap::of(&items(&together)).b_cubed().unwrap(), 14.0 / 36.0, 1.0);
    let apart: Vec<_> = labels.iter().enumerate().map(|(at, &label)| (label, at)).collect();
    let apart = Overlap::of(&items(&apart));
    // Each label counts as one whole entry: 3 of 6.
    near(apart.b_cubed().unwrap(), 1.0, 0.5);
    assert_eq!(apart.pairwise(), Tally { right: 0, found: 0, wanted: 4 });
}

#[test]
fn nothing_has_no_figures() {
    let overlap = Overlap::of(&[]);
    assert_eq!((overlap.b_cubed(), overlap.stories()), (None, 0));
    assert_eq!(overlap.b_cubed_of_label(3), None);
    assert_eq!(overlap.pairwise().score(), Score::default());
}

/// B-cubed as its definition has it: entry by entry, against every other.
fn by_definition(items: &[Item]) -> Score {
    let (mut precision, mut recall) = (0.0, 0.0);
    for one in items {
        let count =
            |alike: &dyn Fn(&Item) -> bool| items.iter().filter(|i| alike(i)).count() as f64;
        let both = count(&|other| other.label == one.label && other.found == one.found);
        precision += both / count(&|other| other.found == one.found);
        recall += both / count(&|other| other.label == one.label);
    }
    Score::of(precision / items.len() as f64, recall / items.len() as f64)
}

fn any_items() -> impl Strategy<Value = Vec<Item>> {
    let item = (0usize..5, 0usize..5).prop_map(|(label, found)| Item { label, found });
    prop::collection::vec(item, 1..40)
}

proptest! {
    #[test]
    fn counting_by_cells_is_the_definition(items in any_items()) {
        let (counted, defined) = (Overlap::of(&items).b_cubed().unwrap(), by_definition(&items));
        for (counted, defined) in [
            (counted.precision, defined.precision),
            (counted.recall, defined.recall),
            (counted.f1, defined.f1),
        ] {
            prop_assert!((counted.unwrap() - defined.unwrap()).abs() < 1e-9);
        }
    }

    #[test]
    fn what_was_found_as_it_was_labelled_is_perfect_under_any_names(items in any_items()) {
        let renamed: Vec<Item> =
            items.iter().map(|item| Item { found: 100 - item.label, ..*item }).collect();
        let overlap = Overlap::of(&renamed);
        prop_assert_eq!(overlap.b_cubed(), Some(Score::of(1.0, 1.0)));
        let pairs = overlap.pairwise();
        prop_assert!(pairs.right == pairs.found && pairs.found == pairs.wanted);
    }

    #[test]
    fn swapping_labels_and_stories_swaps_precision_and_recall(items in any_items()) {
        let swapped: Vec<Item> =
            items.iter().map(|item| Item { label: item.found, found: item.label }).collect();
        let (one, other) = (Overlap::of(&items), Overlap::of(&swapped));
        let (a, b) = (one.b_cubed().unwrap(), other.b_cubed().unwrap());
        prop_assert!((a.precision.unwrap() - b.recall.unwrap()).abs() < 1e-9);
        let (a, b) = (one.pairwise(), other.pairwise());
        prop_assert_eq!((a.right, a.found, a.wanted), (b.right, b.wanted, b.found));
    }

    #[test]
    fn the_order_of_the_items_is_nothing(items in any_items()) {
        let backwards: Vec<Item> = items.iter().rev().copied().collect();
        prop_assert_eq!(Overlap::of(&items), Overlap::of(&backwards));
    }
}
