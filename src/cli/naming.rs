//! Names that users type: keys and ids, read with a failure that says what was expected.

use std::str::FromStr;

use crate::cli::exit::{Exit, Failure};
use crate::domain::ids::{IdError, TopicId};
use crate::domain::topic::compile::TopicSet;

/// Reads a key or id.
pub fn read<T: FromStr<Err = IdError>>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|error: IdError| Failure::new(Exit::Usage, error))
}

/// Reads the key of a configured topic.
pub fn topic(text: &str, topics: &TopicSet) -> Result<TopicId, Failure> {
    let id: TopicId = read(text)?;
    if topics.get(&id).is_some() {
        return Ok(id);
    }
    let known: Vec<String> = topics.topics().map(|(topic, _)| topic.id.to_string()).collect();
    Err(unknown("topic", text, &known))
}

/// There is no `what` of this name; these there are.
pub fn unknown(what: &str, name: &str, known: &[String]) -> Failure {
    let failure = Failure::said(Exit::Failed, format!("there is no {what} `{name}`"));
    match nearest(name, known) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => failure,
        None => failure.hint(format!("there are: {}", known.join(", "))),
    }
}

/// The known name that a typing mistake may have been meant for.
fn nearest<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).max(1);
    let ranked = known.iter().map(|other| (distance(name, other), other.as_str()));
    ranked.filter(|(distance, _)| *distance <= allowed).min().map(|(_, other)| other)
}

/// Levenshtein's distance; names are at most 64 characters long.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = usize::from(x != *y);
            let best = (diagonal + cost).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = best;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_mistake_is_met_with_the_name_that_was_meant() {
        let known = ["nato".to_owned(), "defence-alliances".to_owned()];
        assert_eq!(nearest("defense-aliances", &known), Some("defence-alliances"));
        assert_eq!(nearest("naot", &known), None, "two changes in four letters are another word");
        assert_eq!(nearest("natoo", &known), Some("nato"));
        assert_eq!(nearest("oil", &known), None);
    }
}
