//! The last step of every import: each draft is read and compiled by what reads and compiles the
//! real topics. What does not compile is taken out and reported; what says less than its
//! original becomes a shadow topic.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::ledger::Ledger;
use super::{DraftTopic, Finding, Imported, Level};
use crate::domain::alert::policy::{AlertPolicy, FollowUp};
use crate::domain::topic::compile::{Library, TopicSet};
use crate::domain::topic::syntax::ast::{Definition, Expr, Node};
use crate::domain::topic::syntax::{parse, parse_list_item};
use crate::domain::topic::{Mode, Rule, RuleError, RulePlace, Severity, Topic, Weight};

/// Most exclusions or weights of one topic, as topic files have it.
const MAX_PARTS: usize = 1_000;

/// How often faults are taken out before an import is given up.
const MAX_ROUNDS: usize = 4;

/// Takes out of `imported` whatever does not compile.
pub fn prove(imported: &mut Imported, ledger: &mut Ledger<'_>) {
    for _ in 0..MAX_ROUNDS {
        let mut faults: Vec<Option<String>> = Vec::new();
        let mut rules = Vec::new();
        for draft in &imported.topics {
            let read = topic(draft);
            faults.push(read.as_ref().err().cloned());
            rules.extend(read.ok().map(Arc::new));
        }
        let unread = faults.iter().any(Option::is_some);
        if unread {
            take_out(imported, &faults, ledger);
        }
        match TopicSet::compile(rules, &library(imported)) {
            Ok(_) => return drop_unused_lists(imported),
            Err(errors) => mend(imported, &errors, ledger),
        }
    }
    let faults = vec![Some("it does not compile".to_owned()); imported.topics.len()];
    take_out(imported, &faults, ledger);
    imported.lists.clear();
}

/// A topic of which something was not translated says less than its original, or more: no alert
/// of it may leave the house. What is not translated outside of all topics concerns them all,
/// unless it is part of a rule that no topic came of: that one is missing as a whole.
pub fn shadow(imported: &mut Imported) {
    let failed = |finding: &Finding| {
        imported.report.iter().any(|whole| {
            whole.level == Level::Failed
                && whole.span.start <= finding.span.start
                && finding.span.end <= whole.span.end
        })
    };
    let lost = imported.report.iter().filter(|finding| finding.level == Level::Untranslated);
    let lost: Vec<&Finding> = lost.filter(|finding| !failed(finding)).collect();
    for finding in lost {
        let within = |draft: &DraftTopic| {
            draft.span.start <= finding.span.start && finding.span.end <= draft.span.end
        };
        let mut inside = false;
        for draft in imported.topics.iter_mut().filter(|draft| within(draft)) {
            draft.shadow = true;
            inside = true;
        }
        if !inside {
            imported.topics.iter_mut().for_each(|draft| draft.shadow = true);
        }
    }
}

/// The draft as its file will say it, read back.
pub fn topic(draft: &DraftTopic) -> Result<Topic, String> {
    if draft.exclude.len().max(draft.weights.len()) > MAX_PARTS {
        return Err(format!("it has more than {MAX_PARTS} exclusions or weights"));
    }
    let read = |expr: &Expr| {
        parse(&expr.to_string()).map_err(|errors| {
            errors.into_iter().next().map_or_else(String::new, |error| error.message)
        })
    };
    let weigh = |(expr, weight): &(Expr, f64)| Ok(Weight { expr: read(expr)?, weight: *weight });
    let rule = Rule {
        matching: draft.matching.as_ref().map(read).transpose()?,
        exclude: draft.exclude.iter().map(read).collect::<Result<_, String>>()?,
        weights: draft.weights.iter().map(weigh).collect::<Result<_, String>>()?,
        threshold: draft.threshold,
        filters: draft.filters.clone(),
        stem: None,
    };
    Ok(Topic {
        id: draft.id.clone(),
        name: draft.name.clone(),
        severity: Severity::Medium,
        tags: Vec::new(),
        channels: Vec::new(),
        rule,
        mode: if draft.shadow { Mode::Shadow } else { Mode::Live },
        expect: None,
        alert: AlertPolicy {
            publishers_min: 1,
            publishers_within: None,
            follow_up: FollowUp {
                publishers: Vec::new(),
                quiet: Duration::ZERO,
                new_facts: false,
                repeat_every: Duration::ZERO,
            },
            escalate: Vec::new(),
            max_age: Duration::MAX,
            budget: None,
            burst: false,
        },
        tests: Vec::new(),
        file: String::new(),
    })
}

/// The lists as their file will say them, read back.
pub fn library(imported: &Imported) -> Library {
    let definitions = imported.lists.iter().map(|list| {
        let items =
            list.items.iter().filter_map(|(term, _)| parse_list_item(&term.to_string()).ok());
        (list.name.clone(), Definition::List(items.collect()))
    });
    Library { definitions: definitions.collect() }
}

/// Removes the topics with a fault.
fn take_out(imported: &mut Imported, faults: &[Option<String>], ledger: &mut Ledger<'_>) {
    let topics = std::mem::take(&mut imported.topics);
    for (draft, fault) in topics.into_iter().zip(faults.iter().chain(std::iter::repeat(&None))) {
        match fault {
            None => imported.topics.push(draft),
            Some(why) => {
                let message = format!("no topic was made of this: {why}");
                ledger.failed(draft.span.clone(), "does_not_compile", message);
                imported.remains.push(draft.original);
            }
        }
    }
}

/// Takes out the topics and the entries of lists that the compiler refuses.
fn mend(imported: &mut Imported, errors: &[RuleError], ledger: &mut Ledger<'_>) {
    let mut faults: Vec<Option<String>> = vec![None; imported.topics.len()];
    let mut items: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for error in errors {
        match &error.place {
            RulePlace::Topic(index, _) => {
                if let Some(fault) = faults.get_mut(*index) {
                    fault.get_or_insert_with(|| error.message.clone());
                }
            }
            RulePlace::Definition { name, item } => {
                let items = items.entry(name).or_default();
                items.extend(*item);
            }
        }
    }
    for (name, items) in items {
        let Some(list) = imported.lists.iter_mut().find(|list| list.name == name) else {
            continue;
        };
        let user = imported.topics.iter().find(|draft| names_in(draft).contains(name));
        let span = user.map_or(0..0, |draft| draft.span.clone());
        let mut index = 0;
        list.items.retain(|(term, _)| {
            let is_good = !items.contains(&index);
            if !is_good {
                let message = format!("`{term}` in the list `{name}` cannot be looked for");
                ledger.untranslated(span.clone(), "bad_term", message);
            }
            index += 1;
            is_good
        });
    }
    // A list without entries finds nothing: those who name it are told so by the compiler.
    imported.lists.retain(|list| !list.items.is_empty());
    take_out(imported, &faults, ledger);
}

fn drop_unused_lists(imported: &mut Imported) {
    let used: BTreeSet<String> = imported.topics.iter().flat_map(names_in).collect();
    // Where there is no topic the lists are all there is.
    if !imported.topics.is_empty() {
        imported.lists.retain(|list| used.contains(&list.name));
    }
}

/// The lists a draft names.
pub fn names_in(draft: &DraftTopic) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let exprs = draft.matching.iter().chain(&draft.exclude);
    for expr in exprs.chain(draft.weights.iter().map(|(expr, _)| expr)) {
        collect(expr, &mut names);
    }
    names
}

fn collect(expr: &Expr, names: &mut BTreeSet<String>) {
    match &expr.node {
        Node::Reference(name) => {
            names.insert(name.clone());
        }
        Node::Or(all) | Node::And(all) | Node::AtLeast { operands: all, .. } => {
            all.iter().for_each(|one| collect(one, names));
        }
        Node::Not(inner) | Node::Scoped { inner, .. } | Node::Mentions { inner, .. } => {
            collect(inner, names);
        }
        Node::Proximity { left, right, .. } => {
            collect(left, names);
            collect(right, names);
        }
        Node::Term(_) => {}
    }
}
