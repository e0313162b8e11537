//! A replay says the first thing that is different.

use super::super::super::evidence::{Match, Shared};
use super::super::super::matcher::tests::find;
use super::differences;

fn found(source: &str, text: &str) -> Match {
    find(source, "", text).unwrap()
}

#[track_caller]
fn check(stored: &Match, change: impl Fn(&mut Match), expect: &str) {
    let mut again = stored.clone();
    change(&mut again);
    let told = differences(stored, &again);
    assert_eq!(told.first().map(String::as_str), Some(expect), "{told:?}");
}

#[test]
fn the_same_match_differs_in_nothing() {
    let stored = found("NATO AND pact", "NATO signs the pact");
    assert_eq!(differences(&stored, &found("NATO AND pact", "NATO signs the pact")), [""; 0]);
}

#[test]
fn what_differs_is_named() {
    let stored = found("NATO AND pact", "NATO signs the pact");
    check(
        &stored,
        |m| m.analyser += 1,
        &format!(
            "the text analysis was version {}, and is {} now",
            stored.analyser,
            stored.analyser + 1
        ),
    );
    check(&stored, |m| m.score = Some(2.5), "score none then, 2.5 now");
    check(
        &stored,
        |m| m.evidence.clauses.to_mut()[1].count = 7,
        "clause pact: found 1 times then, 7 now",
    );
    check(
        &stored,
        |m| m.evidence.clauses = m.evidence.clauses[..1].to_vec().into(),
        "clause pact is not found any more",
    );
    check(
        &stored,
        |m| {
            let span = &mut m.evidence.clauses.to_mut()[0].spans.to_mut()[0];
            span.start = 2;
            span.quote = "TO".into();
        },
        "clause NATO: body 0..4 \"NATO\" then, body 2..4 \"TO\" now",
    );
    check(&stored, |m| m.evidence.passages = Shared::default(), "other passages are quoted");
    check(&stored, |m| m.evidence.vetoes_tried.push("x".into()), "other exclusions were tried");
}
