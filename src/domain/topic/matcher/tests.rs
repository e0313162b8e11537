//! What terms and operators match: the golden table, then the operators one by one. The
//! helpers here serve the tests of the neighbours too.

mod golden;
mod laws;
mod limits;
mod naive;
mod operators;
mod page;
mod random;
mod stemming;

use std::sync::Arc;
use std::time::Duration;

use super::super::compile::{Library, TopicSet};
use super::super::evidence::Match;
use super::super::filter::Origin;
use super::super::syntax::ast::Definition;
use super::super::syntax::{parse, parse_list_item};
use super::super::{Mode, Rule, RuleError, Severity, Topic, Weight};
use crate::domain::alert::policy::{AlertPolicy, FollowUp};
use crate::domain::document::Document;

pub fn rule(source: &str) -> super::super::syntax::ast::Expr {
    parse(source).unwrap_or_else(|errors| panic!("{source}: {errors:?}"))
}

pub fn topic(id: &str, rule: Rule) -> Topic {
    Topic {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        severity: Severity::Medium,
        tags: Vec::new(),
        channels: Vec::new(),
        rule,
        mode: Mode::Live,
        expect: None,
        alert: AlertPolicy {
            publishers_min: 1,
            publishers_within: None,
            follow_up: FollowUp {
                publishers: vec![3],
                quiet: Duration::from_secs(86_400),
                new_facts: false,
                repeat_every: Duration::from_secs(3_600),
            },
            escalate: Vec::new(),
            max_age: Duration::from_secs(7 * 86_400),
            budget: None,
            burst: false,
        },
        tests: Vec::new(),
        file: "topics/test.toml".to_owned(),
    }
}

/// A topic of `match` alone.
pub fn matching(source: &str) -> Rule {
    Rule { matching: Some(rule(source)), ..Rule::default() }
}

pub fn weights(lines: &[(&str, f64)]) -> Vec<Weight> {
    lines.iter().map(|(source, weight)| Weight { expr: rule(source), weight: *weight }).collect()
}

/// A library of lists (entries) and macros (one text that starts with `=`).
pub fn library(definitions: &[(&str, &[&str])]) -> Library {
    let definitions = definitions.iter().map(|(name, items)| {
        let definition = match items {
            [only] if only.starts_with("= ") => Definition::Macro(rule(&only[2..])),
            _ => {
                Definition::List(items.iter().map(|item| parse_list_item(item).unwrap()).collect())
            }
        };
        ((*name).to_owned(), definition)
    });
    Library { definitions: definitions.collect() }
}

pub fn compile(rules: Vec<Rule>, library: &Library) -> Result<TopicSet, Vec<RuleError>> {
    let topics = rules
        .into_iter()
        .enumerate()
        .map(|(index, rule)| Arc::new(topic(&format!("t{index}"), rule)))
        .collect();
    TopicSet::compile(topics, library)
}

/// One topic, `t0`.
pub fn one(rule: Rule, library: &Library) -> TopicSet {
    compile(vec![rule], library).unwrap()
}

pub fn document(title: &str, body: &str) -> Document {
    Document { title: title.to_owned(), body: body.to_owned(), ..Document::default() }
}

/// The match of `source` in a title and body.
pub fn find(source: &str, title: &str, body: &str) -> Option<Match> {
    let set = one(matching(source), &Library::default());
    set.evaluate(&document(title, body), &Origin::UNKNOWN).pop().map(|(_, found)| found)
}

pub fn quotes(found: &Match) -> Vec<String> {
    found
        .evidence
        .clauses
        .iter()
        .flat_map(|clause| clause.spans.iter().map(|span| span.quote.to_string()))
        .collect()
}
