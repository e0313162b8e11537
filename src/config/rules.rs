//! Compiles the rules of all topics, and shows what the compiler finds where it was written.

use crate::domain::topic::compile::{Library, TopicSet};
use crate::domain::topic::syntax::SyntaxError;
use crate::domain::topic::{RuleError, RulePart, RulePlace};

use super::problem::Report;
use super::source::{Literal, Place};
use super::topic_file::TopicFiles;

/// The compiled topics. `None`: something is wrong with their rules, which is noted.
pub(super) fn compile(files: &TopicFiles, report: &mut Report) -> Option<TopicSet> {
    let topics = files.topics.iter().map(|placed| placed.topic.clone());
    match TopicSet::compile(topics.collect(), &library(files)) {
        Ok(set) => Some(set),
        Err(errors) => {
            for error in errors {
                // A list that could not be read is not an unknown one: its own problem is noted.
                if !(files.incomplete && error.code == "unknown_list") {
                    note(files, error, report);
                }
            }
            None
        }
    }
}

/// The topics whose own rules are sound, of a configuration that is not for running; none where
/// something is wrong with a list or macro, on which any of them may rest.
pub(super) fn compile_sound(files: &TopicFiles) -> TopicSet {
    let topics: Vec<_> = files.topics.iter().map(|placed| placed.topic.clone()).collect();
    let library = library(files);
    let errors = match TopicSet::compile(topics.clone(), &library) {
        Ok(set) => return set,
        Err(errors) => errors,
    };
    let at_fault = |at: usize| {
        let mut places = errors.iter().map(|error| &error.place);
        places.any(|place| matches!(place, RulePlace::Topic(index, _) if *index == at))
    };
    let sound = topics.into_iter().enumerate().filter(|(at, _)| !at_fault(*at));
    let sound = sound.map(|(_, topic)| topic).collect();
    TopicSet::compile(sound, &library).unwrap_or_else(|_| TopicSet::empty())
}

/// The lists and macros of all files.
pub(super) fn library(files: &TopicFiles) -> Library {
    let definitions = files.definitions.iter();
    let definitions = definitions.map(|(name, placed)| (name.clone(), placed.definition.clone()));
    Library { definitions: definitions.collect() }
}

fn note(files: &TopicFiles, error: RuleError, report: &mut Report) {
    let literal = literal(files, &error.place);
    let RuleError { place, span, code, message, hint } = error;
    if let Some(literal) = literal {
        let error = SyntaxError { span, code, message, hint };
        return report.add_syntax(literal, error);
    }
    let problem = match whole(files, &place) {
        Some(place) => report.add(place, code, message),
        None => report.add_placeless(code, message),
    };
    if let Some(hint) = hint {
        problem.hint(hint);
    }
}

/// The text that an error is about.
pub(super) fn literal<'a>(files: &'a TopicFiles, place: &RulePlace) -> Option<&'a Literal> {
    match place {
        RulePlace::Topic(index, part) => {
            let topic = files.topics.get(*index)?;
            match part {
                RulePart::Match => topic.matching.as_ref(),
                RulePart::Exclude(at) => topic.exclude.get(*at),
                RulePart::Weight(at) => topic.weights.get(*at),
            }
        }
        RulePlace::Definition { name, item } => {
            files.definitions.get(name)?.texts.get(item.unwrap_or(0))
        }
    }
}

/// The topic or list that an error without a text is about.
fn whole(files: &TopicFiles, place: &RulePlace) -> Option<Place> {
    match place {
        RulePlace::Topic(index, _) => Some(files.topics.get(*index)?.header.clone()),
        RulePlace::Definition { name, .. } => Some(files.definitions.get(name)?.name.place()),
    }
}
