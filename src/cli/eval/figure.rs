//! Precision, recall and F1 as programs and as people read them.

use serde_json::{Value, json};

use crate::domain::eval::tally::{Score, Tally};

/// As fractions of 1 with four decimals: more are noise.
pub fn object(score: Score) -> Value {
    json!({
        "precision": number(score.precision),
        "recall": number(score.recall),
        "f1": number(score.f1),
    })
}

/// The same, with what was counted.
pub fn tally_object(tally: Tally) -> Value {
    let mut object = object(tally.score());
    if let Some(fields) = object.as_object_mut() {
        fields.insert("right".to_owned(), json!(tally.right));
        fields.insert("found".to_owned(), json!(tally.found));
        fields.insert("wanted".to_owned(), json!(tally.wanted));
    }
    object
}

pub fn number(figure: Option<f64>) -> Value {
    figure.map_or(Value::Null, |figure| json!((figure * 10_000.0).round() / 10_000.0))
}

/// `0.873`; `–` where there is nothing to measure it by. Cut and not rounded: what is not all right does
/// not read 1.000, nor a figure below a floor like that floor.
pub fn share(figure: Option<f64>) -> String {
    figure.map_or("–".to_owned(), |figure| {
        format!("{:.3}", (figure * 1000.0 + 1e-9).floor() / 1000.0)
    })
}

/// The three figures in columns under [`HEAD`].
pub fn columns(score: Score) -> String {
    let [precision, recall, f1] = [score.precision, score.recall, score.f1].map(share);
    format!("{precision:>9}  {recall:>6}  {f1:>5}")
}

/// What stands over [`columns`].
pub const HEAD: &str = "precision  recall     F1";

/// `3 of 106 (2.8 %)`.
pub fn part(part: u64, whole: u64) -> String {
    match whole {
        0 => format!("{part} of {whole}"),
        _ => format!("{part} of {whole} ({:.1} %)", 100.0 * part as f64 / whole as f64),
    }
}
