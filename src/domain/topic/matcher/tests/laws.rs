//! What holds for every rule and document: the sum is the score, spans quote the stored text, and
//! all ways to ask agree.

use proptest::prelude::*;

use super::super::super::Rule;
use super::super::super::compile::Library;
use super::super::super::evidence::Match;
use super::super::super::filter::{Choice, Origin};
use super::super::super::syntax::ast::Scope;
use super::compile;
use super::naive::Naive;
use super::random::{expr, named, rule, text};
use crate::domain::document::Document;
use crate::domain::text::language;
use crate::domain::text::spelling::Stem;

/// Scores that differ by less are the same.
const SPECK: f64 = 1e-9;

fn quotes_the_text(found: &Match, document: &Document) -> Result<(), TestCaseError> {
    for span in found.evidence.clauses.iter().flat_map(|clause| &clause.spans) {
        let text = document.field(span.field);
        prop_assert_eq!(text.get(span.start..span.end), Some(&*span.quote));
        let (first, last) = span.chars;
        let by_chars: String = text.chars().skip(first).take(last - first).collect();
        prop_assert_eq!(&*by_chars, &*span.quote);
        prop_assert!(text[..span.start].ends_with(&*span.before));
        prop_assert!(text[span.end..].starts_with(&*span.after));
    }
    for passage in &found.evidence.passages {
        let text = document.field(passage.field);
        prop_assert_eq!(text.get(passage.start..passage.end), Some(&*passage.text));
        let mut after = 0;
        for &(start, end) in &passage.marks {
            prop_assert!(after <= start && start < end);
            prop_assert!(passage.text.get(start..end).is_some());
            after = end;
        }
    }
    Ok(())
}

fn sums_up(found: &Match) -> Result<(), TestCaseError> {
    let scores = found.evidence.clauses.iter().filter_map(|clause| clause.score);
    let mut sum = 0.0;
    for score in scores {
        let product = score.weight * score.field_factor * score.repeat_factor;
        prop_assert!((product - score.contribution).abs() < SPECK);
        sum += score.contribution;
    }
    let score = found.score.unwrap_or(0.0);
    prop_assert!((sum - score).abs() < SPECK, "{sum} is not {score}");
    Ok(())
}

/// What the rule says, by brute force.
fn expected(rule: &Rule, lib: &Library, document: &Document, origin: &Origin<'_>) -> bool {
    let stem = rule.stem.map_or(Stem::Plural, Stem::Snowball);
    let naive = Naive::new(lib, document, stem);
    let unstemmed = Naive::new(lib, document, Stem::None);
    let lets = |choice: &Choice, values: &[&str]| {
        let named = |list: &[String]| list.iter().any(|one| values.contains(&one.as_str()));
        !named(&choice.not) && (choice.only.is_empty() || named(&choice.only))
    };
    let tags: Vec<&str> = origin.tags.iter().map(String::as_str).collect();
    let filters = &rule.filters;
    let score: f64 = rule
        .weights
        .iter()
        .filter(|weight| naive.holds(&weight.expr, Scope::Text))
        .map(|weight| naive.contribution(&weight.expr, weight.weight))
        .sum();
    origin.feed.is_none_or(|feed| lets(&filters.feeds, &[feed]) && lets(&filters.tags, &tags))
        && origin.publisher.is_none_or(|publisher| lets(&filters.publishers, &[publisher]))
        && lets(&filters.languages, &[&*language::of(document).code])
        && rule.matching.as_ref().is_none_or(|expr| naive.holds(expr, Scope::Text))
        && rule.threshold.is_none_or(|threshold| score + SPECK >= threshold)
        && !rule.exclude.iter().any(|expr| unstemmed.holds(expr, Scope::Text))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn every_way_to_ask_gives_the_same_answer_and_proves_it(
        rules in prop::collection::vec(rule(), 1..5),
        macro_rule in expr(false),
        (title, body) in (text(6), text(40)),
        tag in prop::sample::select(vec![None, Some("en-GB"), Some("de")]),
        feed in prop::sample::select(vec![None, Some("one"), Some("two")]),
        tags in prop::sample::subsequence(vec!["war".to_owned(), "sport".to_owned()], 0..=2),
        publisher in prop::sample::select(vec![None, Some("Wire"), Some("Post")]),
    ) {
        let lib = named(macro_rule);
        // Rules that ask for nothing do not compile.
        let rules: Vec<Rule> =
            rules.into_iter().filter(|rule| compile(vec![rule.clone()], &lib).is_ok()).collect();
        let set = compile(rules.clone(), &lib).expect("each compiles alone");
        let language = tag.map(str::to_owned);
        let document = Document { title, body, language, ..Document::default() };
        let origin = Origin { feed, tags: &tags, publisher };
        let found = set.evaluate(&document, &origin);
        for (index, rule) in rules.iter().enumerate() {
            let id = format!("t{index}").parse().expect("an id");
            let here = found.iter().find(|(topic, _)| topic.id == id).map(|(_, found)| found);
            let alone = set.evaluate_topic(&id, &document, &origin);
            prop_assert_eq!(alone.as_ref(), here);
            let why = set.explain(&id, &document, &origin).expect("a topic");
            prop_assert_eq!(why.matched, here.is_some(), "{}", why.render_plain());
            prop_assert_eq!(
                why.matched,
                expected(rule, &lib, &document, &origin),
                "{:?} in {:?} from {:?}: {}", rule, document, origin, why.render_plain()
            );
            if let Some(found) = here {
                prop_assert_eq!(found.score, why.score);
                sums_up(found)?;
                quotes_the_text(found, &document)?;
            }
        }
    }
}
