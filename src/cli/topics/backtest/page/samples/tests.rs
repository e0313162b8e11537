//! What is said of a sample fits its line, whatever the rule looks like.

use super::*;
use crate::domain::backtest::Found;
use crate::domain::ids::EntryId;

fn long_clause() -> String {
    let words: Vec<String> = (0..100).map(|number| format!("oil{number}")).collect();
    format!("title:({})", words.join(" OR "))
}

fn hit(passage: Option<(String, usize)>, clauses: String) -> Drawn {
    let found = Found { passage, clauses };
    Drawn {
        entry: EntryId(1),
        feed: "wire".parse().unwrap(),
        publisher: "WIRE".to_owned(),
        title: "A title".to_owned(),
        url: None,
        at: jiff::Timestamp::UNIX_EPOCH,
        text: found.sentence(),
        found: Some(found),
        obstacle: None,
        mark: None,
    }
}

#[test]
fn a_hit_shows_its_quote_before_its_clause_and_gives_it_half_of_the_line() {
    let text =
        format!("{}the refinery burned all night{}", "so they say ".repeat(20), " on".repeat(50));
    let mark = text.find("refinery").unwrap();
    let shown = why_hit(&hit(Some((text, mark)), long_clause()), 74);
    assert!(shown.chars().count() <= 74, "{shown}");
    let (quote, clause) = shown.split_once("\" by ").unwrap();
    assert!(quote.starts_with("\"… ") && quote.contains("refinery burned"), "{shown}");
    assert!(quote.chars().count() >= 34, "{shown}");
    assert!(clause.starts_with("title:(oil0") && clause.ends_with("oil99)"), "{shown}");
    let short = why_hit(&hit(Some(("Oil rose.".to_owned(), 0)), "oil ×2".to_owned()), 74);
    assert_eq!(short, "\"Oil rose.\" by oil ×2");
    assert!(why_hit(&hit(None, long_clause()), 74).chars().count() <= 74);
}

#[test]
fn a_miss_names_its_obstacle_once_and_leaves_room_for_the_reason() {
    let relaxed = |obstacle, label: String| Relaxed { obstacle, label };
    let exclusion = relaxed(Obstacle::Exclusion, format!("exclude {}", long_clause()));
    let shown = why_miss(&exclusion, "excluded: \"olive oil\" was found in the title", 74);
    assert!(shown.starts_with("exclude title:(oil0") && !shown.contains("exclusion"), "{shown}");
    assert!(shown.contains("olive oil") && shown.chars().count() <= 74, "{shown}");
    let operand = relaxed(Obstacle::Operand, "NATO".to_owned());
    assert_eq!(why_miss(&operand, "\"NATO\" not found", 74), "operand: NATO; \"NATO\" not found");
}
