//! An explanation as plain text, for tests, pipes and the log. Colours are the terminal's affair.

use super::tree::times;
use super::{ExplainedNode, Explanation, FilterCheck, ScoreLine};

/// Most quotes shown of one clause.
const MAX_QUOTES: usize = 3;

impl Explanation {
    /// The whole explanation: a tree with ✓ and ✗, the arithmetic, the verdict. It quotes feeds:
    /// clean it before it reaches a terminal.
    pub fn render_plain(&self) -> String {
        let mut out = String::new();
        for check in &self.filters {
            out.push_str(&filter_line(check));
        }
        if let Some(tree) = &self.tree {
            render(tree, 0, &mut out);
        }
        for line in &self.scores {
            out.push_str(&score_line(line));
        }
        if let Some(score) = self.score {
            out.push_str(&format!("score {score:.2}"));
            if let Some(threshold) = self.threshold {
                out.push_str(&format!(" (threshold {threshold:.2})"));
            }
            out.push('\n');
        }
        for exclusion in &self.exclusions {
            out.push_str(if exclusion.held { "excluded by " } else { "not excluded by " });
            out.push_str(&exclusion.label);
            out.push_str(&quotes(exclusion));
            out.push('\n');
        }
        out.push_str(if self.matched { "✓ " } else { "✗ " });
        out.push_str(&self.verdict);
        out.push('\n');
        out
    }
}

fn render(node: &ExplainedNode, depth: usize, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(if node.held { "✓ " } else { "✗ " });
    out.push_str(&node.label);
    if node.count > 0 {
        out.push_str(&format!("  {}{}", times(node.count), quotes(node)));
    }
    if let Some(note) = &node.note {
        out.push_str(&format!("  ({note})"));
    }
    out.push('\n');
    for child in &node.children {
        render(child, depth + 1, out);
    }
}

fn quotes(node: &ExplainedNode) -> String {
    let quotes: Vec<String> = node
        .spans
        .iter()
        .take(MAX_QUOTES)
        .map(|span| format!("{} \"{}\"", span.field.as_str(), span.quote))
        .collect();
    if quotes.is_empty() {
        return String::new();
    }
    let more = if node.spans.len() > MAX_QUOTES { ", …" } else { "" };
    format!(": {}{more}", quotes.join(", "))
}

fn filter_line(check: &FilterCheck) -> String {
    let FilterCheck { name, wanted, found, held, asked } = check;
    let mark = if *held { "✓" } else { "✗" };
    let found = match (asked, found.is_empty()) {
        (false, _) => "not known, so not asked",
        (true, true) => "none",
        (true, false) => found,
    };
    format!("{mark} {name} {wanted}: {found}\n")
}

fn score_line(line: &ScoreLine) -> String {
    let label = &line.clause.label;
    match &line.score {
        Some(score) => format!(
            "{:+.2} = {} × {} (field) × {:.2} (repeats)  {label}\n",
            score.contribution, score.weight, score.field_factor, score.repeat_factor
        ),
        None => format!("0 of {:+}  {label}\n", line.weight),
    }
}
