//! An explanation as it is printed by `wirewatch topics explain`: for programs as one object, for
//! people as the verdict and the tree of clauses ([`page`] writes lines, [`sum`] the score).

pub mod page;
mod sum;

use serde_json::{Value, json};

use crate::domain::document::Document;
use crate::domain::ids::TopicId;
use crate::domain::topic::evidence::Span;
use crate::domain::topic::explain::remedy::{Cure, Remedy};
use crate::domain::topic::explain::{ExplainedNode, Explanation, ScoreLine};
use page::Page;

/// Longest sentence that names clauses, in characters: programs get all of it.
const MAX_SENTENCE_CHARS: usize = 240;

pub fn object(topic: &TopicId, document: &Document, why: &Explanation) -> Value {
    json!({
        "topic": topic.as_str(),
        "title": document.title,
        "matched": why.matched,
        "verdict": why.verdict,
        "score": why.score,
        "threshold": why.threshold,
        "filters": why.filters.iter().map(|filter| json!({
            "filter": filter.name,
            "wanted": filter.wanted,
            "found": filter.found,
            "held": filter.held,
            "asked": filter.asked,
        })).collect::<Vec<_>>(),
        "tree": why.tree.as_ref().map(node),
        "weights": why.scores.iter().map(weight).collect::<Vec<_>>(),
        "exclusions": why.exclusions.iter().map(node).collect::<Vec<_>>(),
        "revision": why.revision.to_string(),
        "analyser": why.analyser,
        "over_budget": why.over_budget,
    })
}

fn node(node: &ExplainedNode) -> Value {
    json!({
        "clause": node.label,
        "held": node.held,
        "count": node.count,
        "spans": node.spans.iter().map(span).collect::<Vec<_>>(),
        "note": node.note,
        "children": node.children.iter().map(self::node).collect::<Vec<_>>(),
    })
}

/// A place; its range in code points, as in alerts.
fn span(span: &Span) -> Value {
    json!({
        "field": span.field.as_str(),
        "in_lead": span.in_lead,
        "span": [span.chars.0, span.chars.1],
        "quote": &*span.quote,
        "before": &*span.before,
        "after": &*span.after,
    })
}

fn weight(line: &ScoreLine) -> Value {
    json!({
        "clause": node(&line.clause),
        "weight": line.weight,
        "field_factor": line.score.map(|score| score.field_factor),
        "repeat_factor": line.score.map(|score| score.repeat_factor),
        "contribution": line.score.map(|score| score.contribution),
    })
}

/// What would have caught it, for programs.
pub fn cure_object(cure: &Cure) -> Value {
    let remedy = |remedy: &Remedy| {
        json!({
            "code": remedy.code,
            "clause": remedy.clause,
            "found": remedy.found,
            "change": remedy.change,
            "enough": remedy.enough,
            "spans": remedy.spans.iter().map(span).collect::<Vec<_>>(),
        })
    };
    json!({
        "remedies": cure.remedies.iter().map(remedy).collect::<Vec<_>>(),
        "together": cure.together,
    })
}

/// The verdict, and whether the document matches, on the first two lines.
pub fn head(page: &mut Page, topic: &TopicId, document: &Document, why: &Explanation) {
    let verdict = if why.matched { "matches" } else { "does not match" };
    page.title(&format!("{topic} {verdict}: {}", document.title));
    let mark = page.mark(why.matched);
    page.marked(0, &mark, &page::middle_cut(&why.verdict, MAX_SENTENCE_CHARS));
}

/// The filters, the clauses, the sum and the exclusions.
pub fn body(page: &mut Page, why: &Explanation) {
    if !why.filters.is_empty() {
        page.section("filter");
    }
    for filter in &why.filters {
        let mark = page.mark(filter.held);
        let found = match filter.asked {
            true => format!("found {}", filter.found),
            false => "not asked: not known where it comes from".to_owned(),
        };
        page.marked(1, &mark, &format!("{}  wanted {}, {found}", filter.name, filter.wanted));
    }
    if let Some(tree) = &why.tree {
        page.section("match");
        clause(page, 1, tree);
    }
    if !why.scores.is_empty() {
        page.section("score");
        sum::lines(page, why);
    }
    if !why.exclusions.is_empty() {
        page.section("exclude");
        for exclusion in &why.exclusions {
            let remark = if exclusion.held { "excludes it" } else { "does not exclude it" };
            clause_with(page, 1, exclusion, remark);
        }
    }
    if why.over_budget {
        page.line(0, "the rule ran out of its share of work: decided on what was found until then");
    }
}

/// A clause with what is below it; the places where its words stand, one per line.
fn clause(page: &mut Page, depth: usize, node: &ExplainedNode) {
    clause_with(page, depth, node, "");
}

/// As [`clause`], with something said of it as a whole.
fn clause_with(page: &mut Page, depth: usize, node: &ExplainedNode, remark: &str) {
    let mark = page.mark(node.held);
    page.marked(depth, &mark, &format!("{}  {remark}", described(node)));
    if node.children.is_empty() {
        page.spans(depth + 3, &node.spans);
    }
    for child in &node.children {
        clause(page, depth + 1, child);
    }
}

fn described(node: &ExplainedNode) -> String {
    let mut text = page::short(&node.label);
    if node.count > 0 {
        text.push_str(&format!("  ×{}", node.count));
    }
    if let Some(note) = &node.note {
        text.push_str(&format!("  ({note})"));
    }
    text
}

/// What would have caught it.
pub fn cure(page: &mut Page, cure: &Cure) {
    page.section("what would have caught it");
    for remedy in &cure.remedies {
        let clause = page::short(&remedy.clause);
        let found = match remedy.found.contains(&remedy.clause) {
            true => remedy.found.replace(&remedy.clause, &clause),
            false => format!("{clause}: {}", remedy.found),
        };
        page.line(1, &page::middle_cut(&found, MAX_SENTENCE_CHARS));
        page.spans(3, &remedy.spans);
        let change = remedy.change.as_deref().map(page::short);
        match (&change, remedy.enough) {
            (Some(change), true) => page.arrow(2, &format!("{change}: enough by itself")),
            (Some(change), false) => page.arrow(2, &format!("{change}: not enough alone")),
            (None, _) => page.arrow(2, "nothing in the text comes near it"),
        }
    }
    if cure.remedies.is_empty() {
        page.line(1, "nothing that could be tried");
    }
    if cure.together {
        page.line(1, "all of these together would have caught it");
    }
}

#[cfg(test)]
mod tests;
