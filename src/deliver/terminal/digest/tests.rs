//! Digests as people read them.

use super::*;
use crate::deliver::digest::{CountsV1, FeedsV1, LateV1};

const PLAIN: Style = Style { colour: false, width: 80 };

fn count(name: &str, count: u64) -> CountV1 {
    CountV1 { name: name.to_owned(), count }
}

fn alert(id: &str, headline: &str) -> DigestAlertV1 {
    DigestAlertV1 {
        id: id.to_owned(),
        seq: 1,
        time: "2026-06-03T04:00:00Z".to_owned(),
        topic: "nato".to_owned(),
        topic_name: "NATO".to_owned(),
        severity: "high".to_owned(),
        headline: headline.to_owned(),
        url: Some("https://harbourwire.example/pact".to_owned()),
        publishers: 2,
        texts: 1,
        publisher_names: vec!["Harbour Wire".to_owned(), "Nordic Ledger\u{1b}[31m".to_owned()],
        entries: 2,
        score: None,
        threshold: None,
        terms: vec!["pact".to_owned()],
        raised: true,
        revisions: 1,
        held: None,
    }
}

pub(in crate::deliver) fn digest() -> DigestV1 {
    DigestV1 {
        schema: crate::deliver::digest::SCHEMA.to_owned(),
        id: "G1".to_owned(),
        channel: "desk".to_owned(),
        kind: "regular".to_owned(),
        time: "2026-06-03T05:00:00Z".to_owned(),
        since: "2026-06-02T05:00:00Z".to_owned(),
        zone: "Europe/Copenhagen".to_owned(),
        late: None,
        headline: "2 alerts raised; 1 over budget".to_owned(),
        alerts: vec![
            alert(
                "A1",
                "Ministers sign a harbour defence pact that took them all of two long nights",
            ),
            DigestAlertV1 {
                raised: false,
                revisions: 3,
                url: None,
                held: Some("budget".to_owned()),
                ..alert("A2", "Ferries \u{202e}halt\u{1b}[2J")
            },
        ],
        more: 3,
        notices: vec![DigestNoticeV1 {
            id: "N1".to_owned(),
            time: "2026-06-02T21:10:00Z".to_owned(),
            event: "burst".to_owned(),
            severity: "medium".to_owned(),
            headline: "far more than usual on NATO".to_owned(),
            text: Some("10 entries in one hour from 2 publishers, where 0.5 are usual".to_owned()),
        }],
        counts: CountsV1 { raised: 2, over_budget: 1, ..CountsV1::default() },
        suppressed: vec![count("silenced", 4)],
        pending: 2,
        silent: vec!["quakes".to_owned()],
        feeds: FeedsV1 { all: 9, trouble: vec![count("failing", 2)] },
        shadow: vec![count("trial", 5)],
        next: Some("2026-06-04T05:00:00Z".to_owned()),
        delivery: None,
    }
}

#[test]
fn a_digest_reads_as_a_list_of_stories_with_what_else_there_is_to_know() {
    insta::assert_snapshot!(render(&digest(), PLAIN), @r"
    digest  desk: 2 alerts raised; 1 over budget
            Tue 2026-06-02 07:00 to Wed 2026-06-03 07:00, Europe/Copenhagen
            1. high: Ministers sign a harbour defence pact that took them all of two
               long nights
               [NATO] 2 publishers, 1 independent text: Harbour Wire, Nordic Ledger;
                 found: pact; alert A1
               https://harbourwire.example/pact
            2. high: Ferries halt
               [NATO] 2 publishers, 1 independent text: Harbour Wire, Nordic Ledger;
                 found: pact; revised 3 times; over budget, not sent before; alert
                 A2
            and 3 more: wirewatch alerts list
            Tue 2026-06-02 23:10: far more than usual on NATO: 10 entries in one
              hour from 2 publishers, where 0.5 are usual
            over budget, told of here only: 1
            waiting for more publishers: 2
            suppressed: 4 silenced
            feeds in trouble: 2 failing
            in shadow mode: 5 trial
            silent topics: quakes
            next digest: Thu 2026-06-04 07:00
    ");
}

#[test]
fn a_late_digest_says_so_and_what_it_tells_besides() {
    let late = LateV1 { due: "2026-06-02T05:00:00Z".to_owned(), missed: 2 };
    let text = render(&DigestV1 { late: Some(late), ..digest() }, PLAIN);
    assert!(
        text.contains("late: it was due Tue 2026-06-02 07:00; tells of 2 missed before it too\n"),
        "{text}"
    );
}

#[test]
fn nothing_from_outside_acts_on_a_terminal() {
    let text = render(&digest(), PLAIN);
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
    let coloured = render(&digest(), Style { colour: true, ..PLAIN });
    assert!(coloured.contains("\u{1b}[") && !coloured.contains("\u{1b}[2J"));
}
