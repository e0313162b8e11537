//! `wirewatch topics suggest`: how a topic's rule could be better, learnt from verdicts and from
//! the stories it raised. Every suggestion is printed as text to be pasted into the topic's file.

use jiff::{Span, SpanRelativeTo, Timestamp};
use serde_json::{Value, json};

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::count;
use crate::cli::session::Session;
use crate::cli::{moment, naming};
use crate::config::Config;
use crate::domain::ids::TopicId;
use crate::domain::topic::Topic;
use crate::domain::topic::evidence::Span as Found;
use crate::domain::topic::filter::Origin;
use crate::domain::topic::suggest::{
    self, Judged, MIN_EACH, StoryTold, Suggestions, TermSuggestion,
};
use crate::domain::untrusted;
use crate::store::entries::EntryDetail;
use crate::store::{Access, Store};

/// Most verdicts that are learnt from, the newest.
const MAX_VERDICTS: usize = 5_000;

/// Most stories that are looked at, those of the newest alerts.
const MAX_STORIES: u32 = 200;

pub fn run(
    name: &str,
    since: &str,
    config: &Config,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let id = naming::topic(name, &config.topics)?;
    let Some(topic) = config.topics.get(&id) else {
        return Err(naming::unknown("topic", name, &[]));
    };
    let since = begin(since, session.clock.now())?;
    let store = session.store_of(config, Access::ReadOnly)?;
    let judged = judged(config, &id, since, &store)?;
    let stories = stories(config, &id, since, &store)?;
    let (_, rules) = session.loader()?.without_secrets().read_with_rules()?;
    let background = store.vocabulary()?;
    let found = suggest::suggest(topic, rules.library(), &judged, &stories, &background);
    let object = object(topic, since, &found);
    let text = page(topic, since, &found);
    session.printer.object(&object, &untrusted::terminal_block(&text))?;
    Ok(Exit::Ok)
}

/// The moment that is so long ago.
fn begin(since: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    let span: Result<Span, _> = since.trim().parse();
    let ago = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()));
    ago.ok().filter(|ago| !ago.is_negative()).and_then(|ago| now.checked_sub(ago).ok()).ok_or_else(
        || {
            Failure::said(Exit::Usage, format!("`{since}` is no length of time"))
                .hint("write a number and its unit, such as 30d, 12w or 36h")
        },
    )
}

/// The entries with a verdict, as the rule sees them now.
fn judged(
    config: &Config,
    topic: &TopicId,
    since: Timestamp,
    store: &Store,
) -> Result<Vec<Judged>, Failure> {
    let mut judged = Vec::new();
    let verdicts = store.verdicts(topic)?.into_iter().filter(|verdict| verdict.at >= since);
    for verdict in verdicts.take(MAX_VERDICTS) {
        let Some(detail) = store.entry(verdict.entry)? else {
            continue;
        };
        let was_found = detail.matches.iter().any(|found| found.found.topic == *topic);
        let spans = spans(config, topic, &detail);
        let document = detail.entry.document;
        judged.push(Judged { wanted: verdict.verdict.is_wanted(), document, was_found, spans });
    }
    Ok(judged)
}

/// Where an entry came from, as filters ask.
fn origin<'a>(config: &'a Config, detail: &'a EntryDetail) -> Origin<'a> {
    let feed = config.feeds.iter().find(|feed| feed.key == detail.feed_key);
    Origin {
        feed: Some(detail.feed_key.as_str()),
        tags: feed.map(|feed| feed.tags.as_slice()).unwrap_or_default(),
        publisher: Some(&detail.entry.publisher),
    }
}

/// What the rule finds in an entry; `None` where it, or a filter, does not let it through.
fn spans(config: &Config, topic: &TopicId, detail: &EntryDetail) -> Option<Vec<Found>> {
    let origin = origin(config, detail);
    let found = config.topics.evaluate_topic(topic, &detail.entry.document, &origin)?;
    Some(found.evidence.clauses.iter().flat_map(|clause| clause.spans.iter().cloned()).collect())
}

/// Alerted stories with the entries that the rule, as it is now, still misses.
fn stories(
    config: &Config,
    topic: &TopicId,
    since: Timestamp,
    store: &Store,
) -> Result<Vec<StoryTold>, Failure> {
    let filters = config.topics.get(topic).map(|topic| &topic.rule.filters);
    let mut stories = Vec::new();
    for gap in store.gaps(topic, since, MAX_STORIES)? {
        let mut missed = Vec::new();
        for entry in gap.missed {
            let Some(detail) = store.entry(entry.id)? else { continue };
            // What a filter keeps out is not missed for want of words.
            let asked = filters.is_none_or(|all| {
                all.admit_origin(&origin(config, &detail), config.topics.publishers())
            });
            if asked && spans(config, topic, &detail).is_none() {
                missed.push((entry.id, entry.document));
            }
        }
        let matched = gap.matched.into_iter().map(|entry| entry.document).collect();
        stories.push(StoryTold { story: gap.story, matched, missed });
    }
    Ok(stories)
}

fn object(topic: &Topic, since: Timestamp, found: &Suggestions) -> Value {
    let rounded = |number: f64| (number * 100.0).round() / 100.0;
    let term = |one: &TermSuggestion, paste: String| {
        json!({
            "term": one.term, "useful": one.useful, "noise": one.noise,
            "log_odds": rounded(one.log_odds), "z": rounded(one.z), "paste": paste,
        })
    };
    json!({
        "topic": topic.id.as_str(),
        "since": moment::json(since),
        "useful": found.useful,
        "noise": found.noise,
        "mended": found.mended,
        "enough": found.is_enough(),
        "wanted": found.wanted.iter().map(|one| term(one, weight_line(&one.term, 1))).collect::<Vec<_>>(),
        "unwanted": found.unwanted.iter().map(|one| term(one, against(one))).collect::<Vec<_>>(),
        "contexts": found.contexts.iter().map(|one| json!({
            "phrase": one.phrase, "found": one.found, "noise": one.noise,
            "paste": except(&one.phrase),
        })).collect::<Vec<_>>(),
        "missed": found.missed.iter().map(|one| json!({
            "entry": one.entry.to_string(), "title": one.title, "story": one.story.to_string(),
            "matched": one.matched,
            "shared": one.shared.iter().map(|(term, entries)| json!({
                "term": term, "entries": entries,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

/// A line of `[topic.weights]`.
fn weight_line(term: &str, weight: i32) -> String {
    format!("'{term}' = {weight}.0")
}

/// What to write against a word of noise: where some useful find has it, only a weight.
fn against(one: &TermSuggestion) -> String {
    if one.useful == 0 { format!("exclude = ['{}']", one.term) } else { weight_line(&one.term, -1) }
}

fn except(phrase: &str) -> String {
    format!("EXCEPT {phrase}")
}

fn page(topic: &Topic, since: Timestamp, found: &Suggestions) -> String {
    let verdicts = format!("{} useful, {} noise", found.useful, found.noise);
    let mut lines = vec![format!("{}: {verdicts} since {}", topic.id, moment::text(since))];
    if found.mended > 0 {
        let verb = if found.mended == 1 { "matches" } else { "match" };
        let entries = count(found.mended, "entry");
        lines.push(format!("  {entries} of the noise no longer {verb}"));
    }
    if found.is_enough() {
        term_lines(found, &mut lines);
    } else {
        lines.push(format!(
            "  too few to tell words apart: that takes {MIN_EACH} of each; say more with \
             `wirewatch alerts verdict`"
        ));
    }
    context_lines(found, &mut lines);
    missed_lines(found, &mut lines);
    lines.join("\n")
}

fn term_lines(found: &Suggestions, lines: &mut Vec<String>) {
    let line = |one: &TermSuggestion, paste: String| {
        format!(
            "  {paste:<40} # {} of {} useful, {} of {} noise, z {:.1}",
            one.useful, found.useful, one.noise, found.noise, one.z
        )
    };
    if found.wanted.is_empty() && found.unwanted.is_empty() {
        lines.push("  no word tells the useful from the noise".to_owned());
    }
    if !found.wanted.is_empty() {
        lines.push(
            "\nMore often in what is useful, and not in the rule; for [topic.weights]:".into(),
        );
        lines.extend(found.wanted.iter().map(|one| line(one, weight_line(&one.term, 1))));
    }
    if !found.unwanted.is_empty() {
        lines.push("\nMore often in noise, and not in the rule:".into());
        lines.extend(found.unwanted.iter().map(|one| line(one, against(one))));
    }
}

fn context_lines(found: &Suggestions, lines: &mut Vec<String>) {
    if found.contexts.is_empty() {
        return;
    }
    lines.push("\nAround the finds in noise and in no useful entry; behind the term found:".into());
    for one in &found.contexts {
        let paste = except(&one.phrase);
        lines.push(format!("  {paste:<40} # found {}, {} noise", one.found, one.noise));
    }
}

fn missed_lines(found: &Suggestions, lines: &mut Vec<String>) {
    if found.missed.is_empty() {
        return;
    }
    let entries = count(found.missed.len(), "entry");
    lines.push(format!("\nIn alerted stories and not matched ({entries}), with words shared:"));
    for one in &found.missed {
        lines.push(format!("  {} {}", one.entry, untrusted::terminal(&one.title)));
        let shared = one.shared.iter();
        let shared = shared.map(|(term, entries)| format!("{term} {entries}/{}", one.matched));
        let shared: Vec<String> = shared.collect();
        if shared.is_empty() {
            lines.push(format!("    story {}: no word in common", one.story));
        } else {
            lines.push(format!("    story {}: {}", one.story, shared.join(", ")));
        }
    }
}
