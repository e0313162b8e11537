//! What is told of two configurations that differ.

use std::collections::BTreeMap;

use super::lines::{self, Line};
use super::{Change, between};
use crate::config::TopicText;
use crate::config::outline::{Kind, Part};

fn part(kind: Kind, id: &str, fields: &[(&str, &str)]) -> Part {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut fields: BTreeMap<String, String> = fields.collect();
    let source = fields.remove("source").map(TopicText::from);
    Part { kind, id: id.to_owned(), fields, source }
}

#[test]
fn parts_are_added_changed_and_removed_in_the_order_of_their_kinds() {
    let before = [
        part(Kind::Feed, "wire", &[("url", "a")]),
        part(Kind::Topic, "nato", &[("severity", "low"), ("rule", "1"), ("source", "x")]),
        part(Kind::Topic, "oil", &[("rule", "1")]),
    ];
    let after = [
        part(Kind::Feed, "ledger", &[("url", "b")]),
        part(Kind::Topic, "nato", &[("severity", "high"), ("rule", "1"), ("source", "# x")]),
        part(Kind::Topic, "oil", &[("rule", "1")]),
    ];
    let told: Vec<_> = between(&before, &after, &[])
        .into_iter()
        .map(|part| (part.change, part.id, part.fields.len(), part.lines.len()))
        .collect();
    assert_eq!(
        told,
        [
            (Change::Changed, "nato".to_owned(), 1, 0),
            (Change::Added, "ledger".to_owned(), 1, 0),
            (Change::Removed, "wire".to_owned(), 1, 0),
        ]
    );
    assert!(between(&before, &before, &[]).is_empty());
    assert!(between(&before[..1], &after[..0], &["url"])[0].fields.is_empty());
}

#[test]
fn a_comment_alone_is_no_difference_but_another_rule_is_shown_line_by_line() {
    let text = |rule: &str, source: &str| {
        [part(Kind::Topic, "nato", &[("rule", rule), ("source", source)])]
    };
    assert!(between(&text("1", "a"), &text("1", "a # b"), &[]).is_empty());
    let told =
        between(&text("1", "id\nmatch a\nend\nmore"), &text("2", "id\nmatch b\nend\nmore"), &[]);
    assert_eq!(
        told[0].lines,
        [
            Line::Same("id".to_owned()),
            Line::Removed("match a".to_owned()),
            Line::Added("match b".to_owned()),
            Line::Same("end".to_owned()),
            Line::Skipped(1),
        ]
    );
}

#[test]
fn lines_that_moved_are_told_with_the_fewest_changes() {
    let signs = |before: &str, after: &str| -> String {
        lines::between(before, after)
            .iter()
            .map(|line| match line {
                Line::Same(_) => '=',
                Line::Removed(_) => '-',
                Line::Added(_) => '+',
                Line::Skipped(_) => '.',
            })
            .collect()
    };
    assert_eq!(signs("a\nb\nc", "a\nb\nc"), "");
    assert_eq!(signs("a\nb\nc", "a\nc"), "=-=");
    assert_eq!(signs("", "a\nb"), "++");
    assert_eq!(signs("a\nb\nc\nd\ne", "b\nc\nd\ne\nf"), "-=.=+");
    let long = "x\n".repeat(5_000);
    let other = "y\n".repeat(5_000);
    assert_eq!(lines::between(&long, &other).len(), 10_000);
}
