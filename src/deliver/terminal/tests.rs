//! The readable rendering, as it is printed.

use crate::deliver::object::tests::sample;
use crate::domain::alert::{AlertEvent, AlertRevision, Reach, Reason};
use crate::domain::entry::DateQuality;
use crate::domain::topic::evidence::Shared;
use crate::domain::untrusted;

use super::*;

const PLAIN: Style = Style { colour: false, width: 100 };

fn shown(revision: &AlertRevision) -> String {
    render(&AlertV1::from_revision(revision), PLAIN)
}

#[test]
fn an_opening() {
    insta::assert_snapshot!(shown(&sample()), @r#"
    high  [Defence alliances] Keir Starmer Forges Defence Alliance with Denmark in Bold NATO Power Play
          Harbour Wire, seen 2026-05-04 09:47 UTC, published 09:45, 1 publisher, alert A1
          why  NATO ×3 (1 in title) · "Defence Alliance" ×2 (title, lead)
               "The Prime Minister spoke about enhancing [NATO] cooperation and boosting defence
                manufacturing."
               "… manufacturing. A “[defence alliance]” à deux, not a second …"
          https://harbourwire.example/politics/starmer-denmark
    "#);
}

#[test]
fn a_second_publisher() {
    let mut revision = sample();
    revision.seq = 2;
    revision.event = AlertEvent::Updated;
    revision.reason =
        Reason { code: "publishers>=2".to_owned(), text: "2 publishers tell the story".to_owned() };
    revision.story.publishers.push("Nordic Ledger".to_owned());
    revision.story.texts = 2;
    revision.story.new_publishers = vec!["Nordic Ledger".to_owned()];
    revision.headline = "Denmark and Britain sign defence pact".to_owned();
    revision.entry.publisher = "Nordic Ledger".to_owned();
    revision.evidence.clauses = revision.evidence.clauses[..1].to_vec().into();
    insta::assert_snapshot!(shown(&revision), @r#"
    high  [Defence alliances] update 2: 2nd publisher (Nordic Ledger)
          Denmark and Britain sign defence pact
          Nordic Ledger, seen 2026-05-04 09:47 UTC, published 09:45, 2 publishers, alert A1
          why  NATO ×3 (1 in title)
               "The Prime Minister spoke about enhancing [NATO] cooperation and boosting defence
                manufacturing."
          https://harbourwire.example/politics/starmer-denmark
    "#);
}

#[test]
fn several_publishers_at_once_and_other_reasons() {
    let mut revision = sample();
    (revision.seq, revision.event) = (3, AlertEvent::Updated);
    revision.reason.code = "publishers>=3".to_owned();
    revision.story.publishers = ["A", "B", "C"].map(str::to_owned).to_vec();
    revision.story.new_publishers = ["B", "C"].map(str::to_owned).to_vec();
    assert!(shown(&revision).contains("update 3: 3 publishers (B, C)\n"));
    revision.reason =
        Reason { code: "resumed".to_owned(), text: "activity after 26 hours of quiet".to_owned() };
    assert!(shown(&revision).contains("update 3: activity after 26 hours of quiet\n"));
}

#[test]
fn what_people_did_is_said_as_such() {
    let mut revision = sample();
    revision.seq = 4;
    revision.event = AlertEvent::Acknowledged;
    revision.reason.text = "by kim: on it".to_owned();
    assert!(
        shown(&revision).starts_with("high  [Defence alliances] acknowledged: by kim: on it\n")
    );
}

#[test]
fn dates_that_are_missing_old_or_impossible_are_said_to_be() {
    let mut revision = sample();
    revision.entry.published = Some("2026-05-02T23:10:00Z".parse().expect("a time"));
    assert!(shown(&revision).contains("seen 2026-05-04 09:47 UTC, published 2026-05-02 23:10, 1"));
    revision.entry.date_quality = DateQuality::Assumed;
    assert!(shown(&revision).contains("09:47 UTC, published 2026-05-02 23:10 (zone assumed), 1"));
    revision.entry.date_quality = DateQuality::Clamped;
    assert!(
        shown(&revision).contains("seen 2026-05-04 09:47 UTC, published at an impossible date, ")
    );
    revision.entry.published = None;
    revision.entry.date_quality = DateQuality::Missing;
    assert!(shown(&revision).contains("seen 2026-05-04 09:47 UTC, undated, "));
}

#[test]
fn a_count_that_is_a_least_says_so_and_places_beyond_those_kept_are_not_invented() {
    let found = |count, in_title, truncated| {
        reason(&TermV1 { term: "abc".to_owned(), count, in_title, in_lead: 0, truncated })
    };
    assert_eq!(found(10, 10, true), "abc ×10+ (title)");
    assert_eq!(found(10, 3, true), "abc ×10+ (title, text)");
    assert_eq!(found(499, 10, false), "abc ×499 (title)");
    assert_eq!(found(3, 1, true), "abc ×3 (1 in title)");
    assert_eq!(found(499, 2, false), "abc ×499 (2 in title)");
}

#[test]
fn a_score_is_shown_beside_what_it_had_to_reach() {
    let mut revision = sample();
    (revision.score, revision.threshold) = (Some(7.25), Some(6.0));
    assert!(shown(&revision).contains(" · score 7.25, needs 6\n"));
    (revision.score, revision.threshold) = (Some(15.44), Some(10.0));
    assert!(shown(&revision).contains(" · score 15.4, needs 10\n"));
}

fn evidence(field: &str, term: &str, snippet: &str) -> EvidenceV1 {
    let mut item = AlertV1::from_revision(&sample()).evidence.remove(0);
    item.field = Some(field.to_owned());
    (item.term, item.snippet) = (Some(term.to_owned()), Some(snippet.to_owned()));
    item
}

#[test]
fn whole_passages_are_quoted_before_bare_contexts_and_the_title_is_not_repeated() {
    let mut alert = AlertV1::from_revision(&sample());
    let long = format!("… and {}the [NATO] summit …", "so on ".repeat(30));
    let bare = "… European security [alliances] ahead of potential …";
    let said_again = format!("{}.", alert.headline.replace("NATO", "[NATO]"));
    alert.evidence = vec![
        evidence("body", "alliances", bare),
        evidence("body", "NATO", &said_again),
        evidence("body", "NATO", &long),
        evidence("body", "NATO", "A short [NATO] sentence."),
        evidence("body", "NATO", "A short [NATO] sentence."),
    ];
    assert_eq!(passages(&alert), [long.as_str(), "A short [NATO] sentence.", bare]);
    alert.evidence.push(evidence("body", "pact", "Another [pact]."));
    assert_eq!(passages(&alert), [long.as_str(), "A short [NATO] sentence.", "Another [pact]."]);
}

#[test]
fn lines_keep_to_the_width_whatever_is_asked_for() {
    let alert = AlertV1::from_revision(&sample());
    for (asked, width) in [(0, 80), (90, 90), (1_000, 120)] {
        let style = Style { colour: false, width: asked };
        let text = render(&alert, style);
        let longest = text.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(width), "{text}");
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let alert = AlertV1::from_revision(&sample());
    let style = Style { colour: true, ..PLAIN };
    let coloured = render(&alert, style);
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31mhigh"), "{coloured:?}");
    assert!(coloured.contains("\u{1b}[1m\u{1b}[33m[NATO]\u{1b}[0m"), "{coloured:?}");
    assert_eq!(untrusted::terminal_block(&coloured), render(&alert, PLAIN));
}

#[test]
fn nothing_from_outside_reaches_the_terminal_unclean() {
    let evil = "a\u{1b}[2J\u{202e}\u{9b}1m\nhigh  [Fake] b";
    let mut revision = sample();
    revision.seq = 2;
    revision.topic.name = evil.to_owned();
    revision.headline = evil.to_owned();
    revision.reason.text = evil.to_owned();
    revision.entry.publisher = evil.to_owned();
    revision.entry.url = Some(format!("https://x.example/{evil}"));
    for clause in revision.evidence.clauses.to_mut() {
        clause.text = evil.into();
        clause.spans.to_mut()[1].quote = evil.into();
    }
    revision.evidence.passages = Shared::default();
    let text = shown(&revision);
    assert!(!text.contains(|c| untrusted::is_hazard(c) && c != '\n'), "{text:?}");
    // What looks like an alert of its own stays inside this one.
    assert!(text.lines().skip(1).all(|line| line.starts_with("      ")), "{text}");
}

#[test]
fn what_went_less_far_is_said_to_and_an_alert_opened_late_is_no_update() {
    let mut revision = sample();
    (revision.seq, revision.reach) = (3, Reach::Shadow);
    let text = shown(&revision);
    assert!(text.contains("in shadow mode: recorded, no channel was told"), "{text}");
    assert!(!text.contains("update 3"), "{text}");
    revision.reach = Reach::HeldBack;
    let text = shown(&revision);
    assert!(text.contains("held back: logged, and not pushed"), "{text}");
}
