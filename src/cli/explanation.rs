//! An explanation as it is printed by `wirewatch topics explain`: for programs as one object, for
//! people as the verdict and the tree of clauses.

use serde_json::{Value, json};

use crate::domain::document::Document;
use crate::domain::ids::TopicId;
use crate::domain::topic::evidence::Span;
use crate::domain::topic::explain::{ExplainedNode, Explanation, ScoreLine};
use crate::domain::untrusted;

pub fn object(topic: &TopicId, document: &Document, why: &Explanation) -> Value {
    json!({
        "topic": topic.as_str(),
        "title": document.title,
        "matched": why.matched,
        "verdict": why.verdict,
        "score": why.score,
        "threshold": why.threshold,
        "tree": why.tree.as_ref().map(node),
        "weights": why.scores.iter().map(weight).collect::<Vec<_>>(),
        "exclusions": why.exclusions.iter().map(node).collect::<Vec<_>>(),
        "revision": why.revision.to_string(),
        "analyser": why.analyser,
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

fn span(span: &Span) -> Value {
    json!({
        "field": span.field.as_str(),
        "quote": span.quote,
        "before": span.before,
        "after": span.after,
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

/// For people.
pub fn page(topic: &TopicId, document: &Document, why: &Explanation) -> String {
    let verdict = if why.matched { "matches" } else { "does not match" };
    let text = format!("{topic} {verdict}: {}\n{}", document.title, why.render_plain());
    untrusted::terminal_block(&text).into_owned()
}
