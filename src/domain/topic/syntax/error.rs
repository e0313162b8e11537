//! One mistake in a rule: where, what, and what to write instead.

use std::ops::Range;

/// A mistake in the text of a rule or list item.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// Byte range in the text that was parsed.
    pub span: Range<usize>,
    /// Stable word, for example `unclosed_quote`.
    pub code: &'static str,
    pub message: String,
    /// What to do about it, where that can be said.
    pub hint: Option<String>,
}

impl SyntaxError {
    pub(super) fn new(span: Range<usize>, code: &'static str, message: impl Into<String>) -> Self {
        Self { span, code, message: message.into(), hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
