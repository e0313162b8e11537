//! Traces survive being stored, and damaged ones are refused.

use std::num::NonZeroU64;

use proptest::prelude::*;

use super::*;
use crate::domain::story::vector::Weighted;

fn traces() -> impl Strategy<Value = Trace> {
    let numbers = |max| proptest::collection::btree_set(any::<u32>(), 0..=max);
    let vector = proptest::collection::btree_map(any::<u32>(), 1..40_000u32, 0..=64usize);
    let one = (
        any::<Option<[u8; 16]>>(),
        any::<u32>(),
        any::<u16>(),
        any::<u16>(),
        any::<u32>(),
        any::<u64>(),
    );
    let lists = (numbers(MAX_TITLE_WORDS), any::<u32>(), vector, numbers(80), numbers(48));
    (one, lists).prop_map(|(one, (words, names, vector, prints, facts))| {
        let terms = vector.into_iter().map(|(hash, weight)| Weighted { hash, weight });
        Trace {
            link: one.0.map(Digest),
            source: one.1,
            language: Tongue(one.2),
            body_words: one.3,
            title_hash: one.4,
            title: Title { words: words.into_iter().collect(), names },
            wording: NonZeroU64::new(one.5).map(Wording),
            vector: Vector::from_terms(terms.collect()),
            prints: Prints::of(prints.into_iter().collect()),
            facts: facts.into_iter().collect(),
        }
    })
}

proptest! {
    #[test]
    fn what_was_written_is_read(trace in traces()) {
        prop_assert_eq!(Trace::from_bytes(&trace.to_bytes()), Ok(trace.clone()));
        prop_assert_eq!(Vector::from_bytes(&trace.vector.to_bytes()), Ok(trace.vector));
    }

    #[test]
    fn damaged_bytes_are_refused_or_read_within_limits(bytes: Vec<u8>, trace in traces(), cut in 0usize..400) {
        let _ = Trace::from_bytes(&bytes);
        let whole = trace.to_bytes();
        if cut < whole.len() {
            prop_assert!(Trace::from_bytes(&whole[..cut]).is_err());
        }
    }
}

#[test]
fn what_an_earlier_version_wrote_is_read() {
    let trace = Trace { source: 7, title_hash: 9, ..Trace::default() };
    let mut bytes = trace.to_bytes();
    bytes[0] = 1;
    bytes.pop();
    assert_eq!(Trace::from_bytes(&bytes), Ok(trace));
}

#[test]
fn a_later_version_is_named() {
    assert_eq!(Trace::from_bytes(&[9, 0]), Err(TraceError::Version(9)));
}
