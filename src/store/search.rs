//! Search over the stored text, newest first. What a user types is never FTS5's query language:
//! each word becomes a quoted string, so that no input is an error and none reaches further.

use super::Store;
use super::entries::{self, EntryView};
use super::error::StoreError;
use crate::domain::ids::EntryId;

/// Longest query that is read, in characters; the rest is ignored.
const MAX_QUERY_CHARS: usize = 1_000;

/// Most words and phrases of a query; the rest is ignored.
const MAX_TERMS: usize = 32;

impl Store {
    /// Entries whose title or body has all the words of `query`, whatever their case and accents,
    /// newest first. `"in quotes"` is a phrase, `word*` a beginning. A query without a word
    /// finds nothing.
    pub fn search(&self, query: &str, limit: u32) -> Result<Vec<EntryView>, StoreError> {
        self.search_before(query, None, limit)
    }

    /// The same, only entries older than `before`: the last one of the page before.
    pub fn search_before(
        &self,
        query: &str,
        before: Option<EntryId>,
        limit: u32,
    ) -> Result<Vec<EntryView>, StoreError> {
        let Some(expression) = fts_expression(query) else {
            return Ok(Vec::new());
        };
        self.read(|conn| {
            let mut query = conn.prepare_cached(&format!(
                "SELECT {} FROM entries_fts AS s JOIN entries AS e ON e.id = s.rowid \
                 JOIN feeds AS f ON f.id = e.feed_id \
                 WHERE s.entries_fts MATCH ?1 AND s.rowid < ?3 ORDER BY s.rowid DESC LIMIT ?2",
                entries::VIEW
            ))?;
            let views = query.query_map(
                (expression, limit, before.map_or(i64::MAX, |entry| entry.0)),
                entries::view,
            )?;
            Ok(views.collect::<Result<_, _>>()?)
        })
    }
}

/// The query in FTS5's language: quoted strings only, all of which must be found.
pub(super) fn fts_expression(query: &str) -> Option<String> {
    let mut terms = Vec::new();
    let query: String = query.chars().take(MAX_QUERY_CHARS).collect();
    // Between an odd and an even quotation mark stands a phrase, elsewhere words.
    for (at, part) in query.split('"').enumerate() {
        if at % 2 == 1 {
            terms.extend(quoted(part, false));
        } else {
            let words = part.split_whitespace();
            terms.extend(words.filter_map(|word| quoted(word, word.ends_with('*'))));
        }
    }
    terms.truncate(MAX_TERMS);
    (!terms.is_empty()).then(|| terms.join(" AND "))
}

/// One string for FTS5, or `None` if there is no letter or digit to look for.
fn quoted(text: &str, prefix: bool) -> Option<String> {
    let clean: String =
        text.chars().map(|c| if c == '"' || c.is_control() { ' ' } else { c }).collect();
    let star = if prefix { "*" } else { "" };
    clean
        .contains(char::is_alphanumeric)
        .then(|| format!("\"{}\"{star}", clean.trim_end_matches('*').trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_phrases_and_beginnings_become_quoted_strings() {
        for (typed, expression) in [
            ("nato", Some(r#""nato""#)),
            ("nato summit", Some(r#""nato" AND "summit""#)),
            (r#"a "b c" d"#, Some(r#""a" AND "b c" AND "d""#)),
            ("defen*", Some(r#""defen"*"#)),
            ("title:nato OR -x", Some(r#""title:nato" AND "OR" AND "-x""#)),
            (r#""unfinished phrase"#, Some(r#""unfinished phrase""#)),
            ("a\0b", Some(r#""a b""#)),
            ("* ^ ( )", None),
            ("", None),
        ] {
            assert_eq!(fts_expression(typed).as_deref(), expression, "{typed:?}");
        }
    }
}
