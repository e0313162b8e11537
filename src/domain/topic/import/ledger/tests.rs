//! The account is complete: after it is closed every character is covered or reported.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn after_closing_nothing_is_unaccounted_for(
        source in "[a-c \\n]{0,40}",
        spans in prop::collection::vec((0usize..40, 0usize..10, any::<bool>()), 0..8),
    ) {
        let mut ledger = Ledger::new(&source);
        let mut accounted = vec![false; source.len()];
        for (start, length, reported) in spans {
            let start = start.min(source.len());
            let span = start..(start + length).min(source.len());
            accounted[span.clone()].fill(true);
            if reported {
                ledger.untranslated(span, "code", "message");
            } else {
                ledger.cover(span);
            }
        }
        ledger.close();
        for finding in ledger.into_report() {
            accounted[finding.span.clone()].fill(true);
        }
        for (at, byte) in source.bytes().enumerate() {
            prop_assert!(accounted[at] || byte.is_ascii_whitespace(), "{} of {:?}", at, source);
        }
    }
}

#[test]
fn what_nobody_accounts_for_is_reported_with_its_place() {
    let mut ledger = Ledger::new("good\n bad é worse good");
    ledger.cover(0..4);
    ledger.cover(19..23);
    ledger.close();
    let report = ledger.into_report();
    assert_eq!(report.len(), 1);
    assert_eq!((report[0].line, report[0].column), (2, 2));
    assert_eq!(report[0].original, "bad é worse");
    assert_eq!((report[0].code, report[0].level), ("not_understood", Level::Untranslated));
}

#[test]
fn too_many_findings_are_counted() {
    let mut ledger = Ledger::new("x");
    for _ in 0..MAX_FINDINGS + 5 {
        ledger.failed(0..1, "code", "message");
    }
    let report = ledger.into_report();
    assert_eq!(report.len(), MAX_FINDINGS + 1);
    let last = report.last().unwrap();
    assert_eq!((last.code, last.level), ("more_findings", Level::Failed));
    assert!(last.message.starts_with("5 more"), "{}", last.message);
}
