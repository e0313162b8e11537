//! Accounts for every character of an input: each is either covered by something translated or
//! named by a finding. What neither of the two covers when the account is closed becomes a
//! finding of its own: that is how nothing gets lost in silence.

use std::ops::Range;

use super::{Finding, Level};

/// Most findings of one input; the last one says how many more there were.
const MAX_FINDINGS: usize = 10_000;

/// Longest piece of the original that a finding quotes, in characters.
const MAX_QUOTE_CHARS: usize = 120;

pub struct Ledger<'s> {
    source: &'s str,
    /// Where each line begins.
    lines: Vec<usize>,
    covered: Vec<Range<usize>>,
    findings: Vec<Finding>,
    /// Findings over the limit, and the worst of them.
    more: (usize, Level),
}

impl<'s> Ledger<'s> {
    pub fn new(source: &'s str) -> Self {
        let breaks = source.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { source, lines, covered: Vec::new(), findings: Vec::new(), more: (0, Level::Note) }
    }

    pub fn source(&self) -> &'s str {
        self.source
    }

    /// The input there; empty where the range is none.
    pub fn text(&self, span: Range<usize>) -> &'s str {
        self.source.get(span).unwrap_or_default()
    }

    /// 1-based line of a place.
    pub fn line(&self, at: usize) -> u32 {
        let line = self.lines.partition_point(|&start| start <= at);
        u32::try_from(line).unwrap_or(u32::MAX).max(1)
    }

    /// This has been translated.
    pub fn cover(&mut self, span: Range<usize>) {
        match self.covered.last_mut() {
            Some(last) if last.end == span.start => last.end = span.end,
            _ => self.covered.push(span),
        }
    }

    pub fn note(&mut self, span: Range<usize>, code: &'static str, message: impl Into<String>) {
        self.add(span, Level::Note, code, message.into());
    }

    pub fn approximated(
        &mut self,
        span: Range<usize>,
        code: &'static str,
        message: impl Into<String>,
    ) {
        self.add(span, Level::Approximated, code, message.into());
    }

    pub fn untranslated(
        &mut self,
        span: Range<usize>,
        code: &'static str,
        message: impl Into<String>,
    ) {
        self.add(span, Level::Untranslated, code, message.into());
    }

    pub fn failed(&mut self, span: Range<usize>, code: &'static str, message: impl Into<String>) {
        self.add(span, Level::Failed, code, message.into());
    }

    fn add(&mut self, span: Range<usize>, level: Level, code: &'static str, message: String) {
        self.cover(span.clone());
        if self.findings.len() >= MAX_FINDINGS {
            self.more = (self.more.0 + 1, self.more.1.max(level));
            return;
        }
        let line = self.line(span.start);
        let begin = self.lines.get(line as usize - 1).copied().unwrap_or_default();
        let before = self.text(begin..span.start).chars().count();
        self.findings.push(Finding {
            line,
            column: u32::try_from(before + 1).unwrap_or(u32::MAX),
            original: quote(self.text(span.clone())),
            code,
            message,
            level,
            span,
        });
    }

    /// Whether of some part it was said that no topic came of it.
    pub fn has_failed(&self) -> bool {
        self.more.1 == Level::Failed
            || self.findings.iter().any(|finding| finding.level == Level::Failed)
    }

    /// Reports whatever nobody has accounted for.
    pub fn close(&mut self) {
        let mut covered = std::mem::take(&mut self.covered);
        covered.sort_by_key(|span| (span.start, span.end));
        let mut at = 0;
        for span in covered {
            if span.start > at {
                self.overlooked(at..span.start);
            }
            at = at.max(span.end);
        }
        self.overlooked(at..self.source.len());
    }

    fn overlooked(&mut self, gap: Range<usize>) {
        let text = self.text(gap.clone());
        let start = gap.start + text.len() - text.trim_start().len();
        let end = start + text.trim().len();
        if start < end {
            let message = "this was not understood and is left out";
            self.untranslated(start..end, "not_understood", message);
        }
    }

    /// The findings in the order of the input.
    pub fn into_report(self) -> Vec<Finding> {
        let mut findings = self.findings;
        findings.sort_by_key(|finding| (finding.span.start, finding.span.end));
        let (more, level) = self.more;
        if more > 0 {
            findings.push(Finding {
                line: u32::try_from(self.lines.len()).unwrap_or(u32::MAX),
                column: 1,
                original: String::new(),
                code: "more_findings",
                message: format!("{more} more findings are not shown"),
                level,
                span: 0..self.source.len(),
            });
        }
        findings
    }
}

/// A text on one line, cut where it is long.
fn quote(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().take(MAX_QUOTE_CHARS).collect();
    let line = words.join(" ");
    match line.char_indices().nth(MAX_QUOTE_CHARS) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

#[cfg(test)]
mod tests;
