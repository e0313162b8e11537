//! Whole-number vectors.

use super::*;

fn vector(terms: &[(u32, u32)]) -> Vector {
    Vector::from_terms(terms.iter().map(|&(hash, weight)| Weighted { hash, weight }).collect())
}

#[test]
fn the_logarithm_is_right_to_a_thousandth() {
    for x in (1..5_000u64).chain([1 << 20, 1 << 33, 987_654_321_012, u64::MAX >> 1]) {
        let exact = (x as f64).log2();
        assert!((f64::from(log2_q16(x)) / 65_536.0 - exact).abs() < 0.001, "{x}");
    }
}

#[test]
fn cosines_go_from_nothing_to_one() {
    let a = vector(&[(1, 300), (2, 400)]);
    assert_eq!(a.cosine(&a), ONE);
    assert_eq!(a.cosine(&vector(&[(3, 9)])), 0);
    assert_eq!(a.cosine(&vector(&[(1, 7)])), 6_000);
    assert_eq!(a.cosine(&Vector::default()), 0);
    assert_eq!(a.carried_by(&vector(&[(1, 300), (2, 400)])), [(2, 6_400), (1, 3_600)]);
}

#[test]
fn a_centroid_keeps_its_heaviest_terms() {
    let many: Vec<Term> = (0..200).map(|hash| Term { hash, weight: 256 + hash }).collect();
    let heavy = Vector::of(&many, |_| 65_536);
    assert_eq!(heavy.terms().len(), MAX_TERMS);
    assert_eq!(heavy.terms()[0].hash, 200 - MAX_TERMS as u32);
    let sum = heavy.sum(&vector(&[(7, 1_000_000)]));
    assert_eq!(sum.terms().len(), MAX_TERMS);
    assert_eq!(sum.terms()[0], Weighted { hash: 7, weight: 1_000_000 });
}

#[test]
fn a_large_story_follows_what_is_told_now() {
    let (then, now) = (vector(&[(1, 32_768)]), vector(&[(2, 32_768)]));
    let old = (1..=40).fold(Vector::default(), |sum, members| sum.with(&then, members));
    let moved = (41..=120).fold(old, |sum, members| sum.with(&now, members));
    assert!(moved.cosine(&now) > moved.cosine(&then));
}

#[test]
fn a_table_compares_as_the_vector_does() {
    let terms = |step: u32| (0..64).map(|n| (n * step, n + 1)).collect::<Vec<_>>();
    let vectors = [1, 2, 3, 256, 512].map(|step| vector(&terms(step)));
    for one in &vectors {
        let probe = Probe::of(one);
        vectors.iter().for_each(|other| assert_eq!(probe.cosine(other), one.cosine(other)));
    }
}
