//! Slips, counted by hand and against the plain definition.

use proptest::prelude::*;

use super::slips;

fn chars(word: &str) -> Vec<char> {
    word.chars().collect()
}

#[test]
fn each_kind_of_slip_counts_once() {
    for (a, b, expected) in [
        ("nato", "nato", Some(0)),
        ("naot", "nato", Some(1)),
        ("natoo", "nato", Some(1)),
        ("nto", "nato", Some(1)),
        ("neto", "nato", Some(1)),
        ("Łódź", "Lódź", Some(1)),
        ("", "ab", Some(2)),
        ("defense-aliances", "defence-alliances", Some(2)),
        ("oil", "nato", None),
        ("ca", "abc", None),
    ] {
        let (a, b) = (chars(a), chars(b));
        assert_eq!((slips(&a, &b, 2), slips(&b, &a, 2)), (expected, expected), "{a:?} {b:?}");
    }
    assert_eq!(slips(&chars("naot"), &chars("nato"), 0), None);
    assert_eq!(slips(&chars("a"), &chars("bcd"), usize::MAX), Some(3));
}

#[test]
fn long_words_are_compared_in_no_time() {
    let long = vec!['x'; 100_000];
    let mut other = long.clone();
    other[50_000] = 'y';
    // In full that would be ten thousand million steps.
    assert_eq!(slips(&long, &other, 2), Some(1));
    assert_eq!(slips(&long, &vec!['y'; 99_998], 2), None);
}

/// The definition, with nothing left out.
fn plain(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    best = best.min(rows[i - 2][j - 2] + 1);
                }
                best
            };
        }
    }
    rows[a.len()][b.len()]
}

proptest! {
    #[test]
    fn a_limit_changes_no_number_below_it(a in "[abc]{0,9}", b in "[abc]{0,9}", most in 0_usize..6) {
        let (a, b) = (chars(&a), chars(&b));
        let full = plain(&a, &b);
        prop_assert_eq!(slips(&a, &b, most), (full <= most).then_some(full));
    }
}
