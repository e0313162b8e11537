//! How surprising a count is: the tail of a negative binomial distribution, since news come in
//! clumps and a Poisson distribution would call every clump a burst.

/// Most terms summed: beyond so many entries in a day the normal tail is as good.
const MAX_TERMS: u32 = 20_000;

/// The negative decimal logarithm of the chance of `count` or more where `mean` is expected, with
/// `size` the shape of the distribution (variance `mean + mean²/size`).
pub fn strength(count: u32, mean: f64, size: f64) -> f64 {
    if count == 0 || mean <= 0.0 {
        return if count == 0 { 0.0 } else { f64::MAX };
    }
    if count > MAX_TERMS {
        return normal_strength(f64::from(count), mean, size);
    }
    // In logarithms: the chance of nothing, then each term from the one before.
    let share = mean / (size + mean);
    let mut log = size * (size / (size + mean)).ln();
    let rest = share.ln();
    for k in 0..count {
        log += ((f64::from(k) + size) / (f64::from(k) + 1.0)).ln() + rest;
    }
    // The tail from its first term on: the ratios of its terms fall towards `share`.
    let (mut tail, mut term, mut k) = (1.0, 1.0, f64::from(count));
    while term > 1e-12 * tail {
        term *= (k + size) / (k + 1.0) * share;
        tail += term;
        k += 1.0;
        if k > f64::from(MAX_TERMS) * 2.0 {
            break;
        }
    }
    (-(log + tail.ln()) / std::f64::consts::LN_10).max(0.0)
}

/// The leading term of the normal distribution's tail.
fn normal_strength(count: f64, mean: f64, size: f64) -> f64 {
    let z = (count - mean) / (mean + mean * mean / size).sqrt();
    if z <= 1.0 { 0.0 } else { (z * z / 2.0 + (z * 2.507).ln()) / std::f64::consts::LN_10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_that_of_the_distribution() {
        // With size 1 the distribution is geometric: the chance of k or more is share^k.
        for (count, mean) in [(1, 0.5f64), (3, 1.0), (10, 2.0), (40, 0.1)] {
            let exact = -f64::from(count) * (mean / (1.0 + mean)).log10();
            assert!((strength(count, mean, 1.0) - exact).abs() < 1e-9, "{count} of {mean}");
        }
        // With a large size it is nearly Poisson: 3 or more of 0.1 are 1.547e-4.
        assert!((strength(3, 0.1, 1e9) + 1.546_5e-4f64.log10()).abs() < 1e-3);
    }

    #[test]
    fn more_is_never_less_surprising() {
        for mean in [0.001, 0.3, 7.0, 900.0] {
            let mut last = 0.0;
            for count in (0..200).chain([2_000, 19_000]) {
                let now = strength(count, mean, 4.0);
                assert!(now >= last && now.is_finite(), "{count} of {mean}: {now} after {last}");
                last = now;
            }
        }
    }

    #[test]
    fn nothing_expected_is_no_end_of_the_world() {
        assert_eq!(strength(0, 0.0, 4.0), 0.0);
        assert!(strength(3, 0.0, 4.0) > 4.0);
        assert!(strength(u32::MAX, 1e-9, 4.0) > 4.0, "too many to sum");
    }
}
