//! Why a document could not be read as a feed, with a stable code, a sentence, and a hint.

use std::time::Duration;

use thiserror::Error;

use crate::domain::feed::health::advice;

/// Why there is no [`crate::domain::feed::ParsedFeed`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseFailure {
    #[error("the answer has no content")]
    Empty,
    #[error("the answer is a web page, not a feed")]
    NotAFeedHtml,
    #[error("the answer is a page that checks for robots, not a feed")]
    Challenge,
    #[error("the answer is a page that asks for a login, not a feed")]
    Login,
    #[error("the answer is JSON, but not a JSON Feed")]
    NotAFeedJson,
    #[error("the answer is not a feed but {what}")]
    NotAFeed { what: String },
    #[error("no article was found on the page")]
    NoArticle,
    #[error("the document is damaged beyond repair: {reason}")]
    Malformed { reason: String },
    #[error("the document has more than {limit} {what}")]
    TooComplex { what: &'static str, limit: usize },
    #[error("the document has elements nested more than {limit} deep")]
    TooDeep { limit: usize },
    #[error("reading the document took longer than {} s", after.as_secs_f64())]
    Timeout { after: Duration },
    #[error("the parser crashed on this document")]
    Crashed,
    #[error("no thread could be started to read the document on")]
    NoThread,
}

impl ParseFailure {
    /// A stable word for logs, metrics, columns and filters.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_body",
            Self::NotAFeedHtml => "not_a_feed_html",
            Self::Challenge => "challenge",
            Self::Login => "login",
            Self::NotAFeedJson => "not_a_feed_json",
            Self::NotAFeed { .. } => "not_a_feed",
            Self::NoArticle => "no_article",
            Self::Malformed { .. } => "malformed",
            Self::TooComplex { .. } => "too_complex",
            Self::TooDeep { .. } => "too_deep",
            Self::Timeout { .. } => "timeout_parse",
            Self::Crashed => "parser_crash",
            Self::NoThread => "no_thread",
        }
    }

    /// What the user can do about it: one sentence, without a label.
    pub fn advice(&self) -> &'static str {
        advice(self.code()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::feed::health;

    #[test]
    fn what_is_stored_of_every_failure_leads_to_advice_of_its_own() {
        let text = String::new;
        for failure in [
            ParseFailure::Empty,
            ParseFailure::NotAFeedHtml,
            ParseFailure::Challenge,
            ParseFailure::Login,
            ParseFailure::NotAFeedJson,
            ParseFailure::NotAFeed { what: text() },
            ParseFailure::NoArticle,
            ParseFailure::Malformed { reason: text() },
            ParseFailure::TooComplex { what: "bytes", limit: 1 },
            ParseFailure::TooDeep { limit: 1 },
            ParseFailure::Timeout { after: Duration::ZERO },
            ParseFailure::Crashed,
            ParseFailure::NoThread,
        ] {
            let (code, advice) = (failure.code(), failure.advice());
            assert!(!advice.is_empty(), "no advice for {code}");
            assert!(!advice.contains("password"), "{code}: {advice}");
        }
        // A feed that was read and has no entries is another matter.
        let read_but_empty = health::advice(health::Condition::Empty.as_str());
        assert_ne!(health::advice(ParseFailure::Empty.code()), read_but_empty);
    }
}
