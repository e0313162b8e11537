//! What a `[[topic]]` says beside its rule: `[topic.filter]` (which entries it is asked about),
//! `stem`, `mode` and `expect`.

use super::key;
use super::known::{Known, KnownFeeds};
use super::problem::Report;
use super::section::{Section, Shape};
use super::source::Literal;
use super::value;
use crate::domain::text::language::{UNDETERMINED, primary};
use crate::domain::text::snowball::Snowball;
use crate::domain::topic::filter::{Choice, Filters};
use crate::domain::topic::syntax::nearest::nearest;
use crate::domain::topic::{Expectation, Mode};

pub(super) const FILTER: Shape = Shape {
    what: "`[topic.filter]`",
    keys: &[
        "feeds",
        "tags",
        "publishers",
        "languages",
        "not_feeds",
        "not_tags",
        "not_publishers",
        "not_languages",
    ],
};

/// Most values of one key.
const MAX_VALUES: usize = 1_000;

/// What `stem` begins with: the one family of stemmers there is.
const SNOWBALL: &str = "snowball:";

/// `mode = "live"` or `"shadow"`.
pub(super) fn mode(section: &Section<'_>, report: &mut Report) -> Mode {
    const MODES: [Mode; 2] = [Mode::Live, Mode::Shadow];
    let Some(text) = section.text("mode", report) else {
        return Mode::default();
    };
    let mode = MODES.into_iter().find(|mode| mode.as_str() == text.value);
    if mode.is_none() {
        key::not_among(&text, "mode", &MODES.map(Mode::as_str), "bad_mode", report);
    }
    mode.unwrap_or_default()
}

/// `expect = "1/week"`.
pub(super) fn expectation(section: &Section<'_>, report: &mut Report) -> Option<Expectation> {
    let text = section.text("expect", report)?;
    let (count, per) = section.parsed(value::rate(&text.value), &text.place(), report)?;
    Some(Expectation { count, per })
}

/// `stem = "snowball:ru"`.
pub(super) fn stem(section: &Section<'_>, report: &mut Report) -> Option<Snowball> {
    let text = section.text("stem", report)?;
    let (family, language) = match text.value.split_once(':') {
        Some((family, language)) => (family.trim(), language.trim()),
        None => ("", text.value.trim()),
    };
    let known = Snowball::from_name(&language.to_ascii_lowercase());
    match known {
        Some(stemmer) if family == "snowball" => Some(stemmer),
        Some(stemmer) => {
            let message = format!("`{}` does not name a stemmer", text.value);
            let hint = format!("did you mean \"{SNOWBALL}{}\"?", stemmer.name());
            report.add(text.place(), "bad_stem", message).hint(hint);
            None
        }
        None => {
            let message = format!("there is no stemmer for `{language}`");
            let hint = match nearest(language, Snowball::names()) {
                Some(near) => format!("did you mean \"{SNOWBALL}{near}\"?"),
                None => {
                    let names: Vec<&str> = Snowball::names().collect();
                    format!("write \"{SNOWBALL}\" and one of {}", names.join(", "))
                }
            };
            report.add(text.place(), "bad_stem", message).hint(hint);
            None
        }
    }
}

/// `[topic.filter]`; without it everything is let through.
pub(super) fn filters(
    section: &Section<'_>,
    known: Option<&Known>,
    report: &mut Report,
) -> Filters {
    let Some(table) = section.section("filter", &FILTER, report) else {
        return Filters::default();
    };
    let feeds = known.and_then(|known| known.feeds.as_ref());
    let feed = |text: &Literal, report: &mut Report| feed(text, feeds, report);
    let tag = |text: &Literal, report: &mut Report| tag(text, feeds, report);
    Filters {
        feeds: choice(&table, ["feeds", "not_feeds"], feed, report),
        tags: choice(&table, ["tags", "not_tags"], tag, report),
        publishers: choice(&table, ["publishers", "not_publishers"], publisher, report),
        languages: choice(&table, ["languages", "not_languages"], language, report),
    }
}

/// The values that are wanted, and those that are not.
fn choice(
    table: &Section<'_>,
    [only, not]: [&'static str; 2],
    read: impl Fn(&Literal, &mut Report) -> Option<String>,
    report: &mut Report,
) -> Choice {
    let wanted = values(table, only, &read, report);
    let unwanted = values(table, not, &read, report);
    for (text, value) in &unwanted {
        if wanted.iter().any(|(_, wanted)| wanted.eq_ignore_ascii_case(value)) {
            let message = format!("`{value}` is both wanted and not");
            report
                .add(text.place(), "conflicting_keys", message)
                .hint(format!("take it out of `{only}` or of `{not}`"));
        }
    }
    let names = |list: Vec<(Literal, String)>| list.into_iter().map(|(_, value)| value).collect();
    Choice { only: names(wanted), not: names(unwanted) }
}

fn values(
    table: &Section<'_>,
    key: &'static str,
    read: impl Fn(&Literal, &mut Report) -> Option<String>,
    report: &mut Report,
) -> Vec<(Literal, String)> {
    let Some(value) = table.get(key) else {
        return Vec::new();
    };
    let before = report.count();
    let texts = table.texts(key, report);
    if texts.is_empty() && report.count() == before {
        report
            .add(value.place, "empty_value", format!("`{key}` names nothing"))
            .hint("leave the key out to let everything through");
    } else if texts.len() > MAX_VALUES {
        let message = format!("`{key}` has {} values; {MAX_VALUES} are the most", texts.len());
        report.add(value.place, "too_many", message);
    }
    let each = texts.into_iter().take(MAX_VALUES);
    each.filter_map(|text| read(&text, report).map(|value| (text, value))).collect()
}

fn feed(text: &Literal, known: Option<&KnownFeeds>, report: &mut Report) -> Option<String> {
    if let Some(known) = known.filter(|known| !known.keys.contains(&text.value)) {
        let keys: Vec<&str> = known.keys.iter().map(String::as_str).collect();
        key::not_among(text, "feed", &keys, "unknown_feed", report);
        return None;
    }
    Some(text.value.clone())
}

fn tag(text: &Literal, known: Option<&KnownFeeds>, report: &mut Report) -> Option<String> {
    let has = |known: &&KnownFeeds| {
        !known.tags.iter().any(|known| known.eq_ignore_ascii_case(&text.value))
    };
    if let Some(known) = known.filter(has) {
        let tags: Vec<&str> = known.tags.iter().map(String::as_str).collect();
        key::not_among(text, "tag of a feed", &tags, "unknown_tag", report);
        return None;
    }
    Some(text.value.clone())
}

/// Publishers are not looked up: that of a feed that names none is read off each link.
fn publisher(text: &Literal, report: &mut Report) -> Option<String> {
    super::line(Some(text.clone()), report)
}

fn language(text: &Literal, report: &mut Report) -> Option<String> {
    let code = text.value.trim().to_ascii_lowercase();
    if code == UNDETERMINED || primary(&code).as_ref() == Some(&code) {
        return Some(code);
    }
    let hint = match primary(&code) {
        Some(primary) => format!("write \"{primary}\": a language is told, its country is not"),
        None => format!(
            "write its code, such as \"en\", or \"{UNDETERMINED}\" for texts whose language nobody \
             can tell"
        ),
    };
    let message = format!("`{}` is not the code of a language", text.value);
    report.add(text.place(), "bad_language", message).hint(hint);
    None
}
