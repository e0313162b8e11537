//! How precise a topic is, from what people said of its finds. Recall is never told: nobody has
//! judged the entries that were not found.

/// Of finds that were judged, how many were wanted, and between which bounds their share among all
/// finds lies with 95 % confidence, provided that those judged were not picked for what they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    pub wanted: u64,
    pub judged: u64,
    /// `wanted / judged`.
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

/// The two-sided 95 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Wilson's score interval; `None` where nothing was judged.
pub fn precision(wanted: u64, judged: u64) -> Option<Precision> {
    if judged == 0 || wanted > judged {
        return None;
    }
    let n = judged as f64;
    let share = wanted as f64 / n;
    let z2 = Z * Z;
    let centre = share + z2 / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    let (low, high) = ((centre - spread) / scale, (centre + spread) / scale);
    Some(Precision { wanted, judged, share, low: low.max(0.0), high: high.min(1.0) })
}
