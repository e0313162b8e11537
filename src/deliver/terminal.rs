//! An alert as people read it: a few lines that say what, who, when and why. Made from the alert
//! object, so that what is printed live and what is shown later are the same. All text from
//! outside is cleaned; `wrap` breaks lines.

pub mod digest;
pub mod notice;
pub mod wrap;

pub use wrap::wrap;

use anstyle::{AnsiColor, Style as Paint};
use jiff::Timestamp;

use crate::domain::alert::AlertRevision;
use crate::domain::topic::Severity;
use crate::domain::topic::evidence::{CONTEXT_CHARS, MAX_SPANS_PER_CLAUSE};
use crate::domain::untrusted;

use super::object::{AlertV1, EvidenceV1, StoryV1, TermV1};

/// Columns of a line where nobody asked for another width; and the bounds on what is asked for.
pub const DEFAULT_WIDTH: usize = 100;
const MIN_WIDTH: usize = 80;
const MAX_WIDTH: usize = 120;

/// Most passages shown.
const MAX_PASSAGES: usize = 3;

/// What a place shown in its context has besides: brackets, and an ellipsis at either end.
const MARKS_CHARS: usize = 6;

/// Longest name of a topic or publisher shown, in characters.
const MAX_NAME_CHARS: usize = 60;

/// How to render.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    pub colour: bool,
    /// Columns; brought into 80 to 120.
    pub width: usize,
}

/// The readable rendering, ending in a line feed.
pub fn render(alert: &AlertV1, style: Style) -> String {
    let severity = clean(&alert.topic.severity);
    let mut page =
        Page { style, indent: severity.chars().count() + 2, text: String::with_capacity(1_024) };
    page.head(&severity, alert);
    if is_follow_up(alert) {
        page.lines(&alert.headline, Paint::new().bold());
    }
    page.lines(&about(alert), Paint::new().dimmed());
    if alert.shadow {
        page.line("in shadow mode: recorded, no channel was told", Paint::new().italic());
    }
    if alert.held_back {
        page.line(
            "held back: logged, and not pushed; the budget is used up",
            Paint::new().italic(),
        );
    }
    page.why(alert);
    if let Some(note) = &alert.note {
        page.line(&clean(note), Paint::new().italic());
    }
    if let Some(link) = &alert.links.article {
        page.line(&clean(link), Paint::new().underline());
    }
    page.text
}

/// A revision as it is shown without colour in [`DEFAULT_WIDTH`] columns: what the tests inside
/// topics state.
pub fn plain(revision: &AlertRevision) -> String {
    let style = Style { colour: false, width: DEFAULT_WIDTH };
    render(&AlertV1::from_revision(revision), style)
}

/// Whether the reader has heard of the alert before: one that leaves shadow mode is opened late.
fn is_follow_up(alert: &AlertV1) -> bool {
    alert.seq > 1 && alert.event != "opened"
}

/// The text so far, and where and how it goes on.
struct Page {
    style: Style,
    /// Columns that all lines but the first begin with.
    indent: usize,
    text: String,
}

impl Page {
    /// Severity, topic, and what is new.
    fn head(&mut self, severity: &str, alert: &AlertV1) {
        let news = news(alert).unwrap_or_else(|| clean(&alert.headline));
        let text = format!("[{}] {news}", name(&alert.topic.name));
        for (n, line) in wrap::wrap(&text, self.room(0), 0).iter().enumerate() {
            if n == 0 {
                self.paint(severity, severity_paint(severity));
                self.text.push_str("  ");
            } else {
                self.push_indent(0);
            }
            self.paint(line, Paint::new().bold());
            self.text.push('\n');
        }
    }

    /// The words found with their counts, then the passages that show them.
    fn why(&mut self, alert: &AlertV1) {
        let reasons = reasons(alert);
        if reasons.is_empty() {
            return;
        }
        const LABEL: &str = "why  ";
        let column = LABEL.len();
        for (n, line) in wrap::wrap(&reasons, self.room(column), 0).iter().enumerate() {
            if n == 0 {
                self.push_indent(0);
                self.text.push_str(LABEL);
            } else {
                self.push_indent(column);
            }
            self.text.push_str(line);
            self.text.push('\n');
        }
        for passage in passages(alert) {
            for line in wrap::wrap(&format!("\"{passage}\""), self.room(column), 1) {
                self.push_indent(column);
                self.paint_marks(&line);
                self.text.push('\n');
            }
        }
    }

    /// `text` over as many lines as it needs.
    fn lines(&mut self, text: &str, paint: Paint) {
        for line in wrap::wrap(&clean(text), self.room(0), 0) {
            self.line(&line, paint);
        }
    }

    /// One line, however long.
    fn line(&mut self, line: &str, paint: Paint) {
        self.push_indent(0);
        self.paint(line, paint);
        self.text.push('\n');
    }

    fn room(&self, further: usize) -> usize {
        self.style.width.clamp(MIN_WIDTH, MAX_WIDTH) - self.indent - further
    }

    fn push_indent(&mut self, further: usize) {
        let columns = self.indent + further;
        self.text.extend(std::iter::repeat_n(' ', columns));
    }

    fn paint(&mut self, text: &str, paint: Paint) {
        if self.style.colour {
            let (on, off) = (paint.render(), paint.render_reset());
            self.text.push_str(&format!("{on}{text}{off}"));
        } else {
            self.text.push_str(text);
        }
    }

    /// Paints what stands in brackets.
    fn paint_marks(&mut self, line: &str) {
        let mut rest = line;
        while let Some((open, close)) = rest.find('[').zip(rest.find(']')) {
            if close < open {
                break;
            }
            self.text.push_str(&rest[..open]);
            self.paint(&rest[open..=close], AnsiColor::Yellow.on_default().bold());
            rest = &rest[close + 1..];
        }
        self.text.push_str(rest);
    }
}

/// What is told of an alert that its reader has heard of before: `update 3: 5th publisher (Courier)`.
pub(super) fn news(alert: &AlertV1) -> Option<String> {
    match alert.seq {
        _ if alert.event == "opened" => None,
        _ if alert.event == "acknowledged" || alert.event == "closed" => {
            Some(format!("{}: {}", alert.event, clean(&alert.reason.text)))
        }
        ..=1 => None,
        seq => Some(format!("update {seq}: {}", change(alert))),
    }
}

/// What is new since the last revision.
pub(in crate::deliver) fn change(alert: &AlertV1) -> String {
    let names: Vec<String> = alert.story.new_publishers.iter().map(|n| name(n)).collect();
    let publishers = alert.story.publishers;
    let about_publishers = alert.reason.code.starts_with("publishers");
    match names.len() {
        0 if alert.reason.text.is_empty() => clean(&alert.reason.code),
        _ if !about_publishers => clean(&alert.reason.text),
        0 => clean(&alert.reason.text),
        1 => format!("{} publisher ({})", ordinal(publishers), names.concat()),
        _ => format!("{publishers} publishers ({})", names.join(", ")),
    }
}

pub(in crate::deliver) fn about(alert: &AlertV1) -> String {
    particulars(alert).join(", ")
}

/// Who, when, how many, which alert. The date is always there: a rendering may be read years on.
pub(super) fn particulars(alert: &AlertV1) -> [String; 5] {
    let entry = &alert.entry;
    let seen = minute(&entry.seen);
    let seen_day = entry.seen.parse::<Timestamp>().ok().map(day);
    let published = match (&entry.published, entry.date_quality.as_str()) {
        (Some(at), "exact") => format!("published {}", moment(at, seen_day.as_deref())),
        (Some(at), "assumed") => {
            format!("published {} (zone assumed)", moment(at, seen_day.as_deref()))
        }
        (_, "clamped") => "published at an impossible date".to_owned(),
        _ => "undated".to_owned(),
    };
    let publishers = outlets(&alert.story);
    let mut publisher = name(&entry.publisher);
    // An agency's own pages say so twice.
    let agency = entry.agency.as_deref().filter(|agency| *agency != entry.publisher);
    publisher.extend(agency.map(|agency| format!(" ({})", name(agency))));
    let id = clean(&alert.id);
    [publisher, format!("seen {seen}"), published, publishers, format!("alert {id}")]
}

/// `12 publishers, 4 independent texts`; the texts only where some are copies.
pub fn outlets(story: &StoryV1) -> String {
    publishers(story.publishers, story.texts)
}

/// The same of the numbers alone.
pub(super) fn publishers(publishers: u32, texts: Option<u32>) -> String {
    match (publishers, texts.filter(|texts| *texts < publishers)) {
        (1, _) => "1 publisher".to_owned(),
        (n, None) => format!("{n} publishers"),
        (n, Some(1)) => format!("{n} publishers, 1 independent text"),
        (n, Some(texts)) => format!("{n} publishers, {texts} independent texts"),
    }
}

/// `2026-05-04 09:47 UTC`.
pub(super) fn minute(text: &str) -> String {
    let at = text.parse::<Timestamp>();
    at.map_or_else(|_| clean(text), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// `09:45` on the day that was just named, else with its own.
fn moment(text: &str, named_day: Option<&str>) -> String {
    let Ok(at) = text.parse::<Timestamp>() else {
        return clean(text);
    };
    let time = at.strftime("%H:%M").to_string();
    let day = day(at);
    if Some(day.as_str()) == named_day { time } else { format!("{day} {time}") }
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// `NATO ×3 (1 in title) · "defence alliance" ×2 (title, lead)`, and the score where there is one.
pub(in crate::deliver) fn reasons(alert: &AlertV1) -> String {
    grounds(alert).join(" · ")
}

/// The same, one by one.
pub(in crate::deliver) fn grounds(alert: &AlertV1) -> Vec<String> {
    let mut reasons: Vec<String> = alert.terms.iter().map(reason).collect();
    // Of clauses with many words the places beyond those kept may be of any of them.
    if alert.terms.iter().any(|term| term.truncated && !is_least(term)) {
        reasons.push("and more".to_owned());
    }
    if let (Some(score), Some(threshold)) = (alert.score, alert.threshold) {
        reasons.push(format!("score {}, needs {}", short(score), short(threshold)));
    }
    reasons
}

/// Whether a term took all the places that are kept, and there may be more.
fn is_least(found: &TermV1) -> bool {
    found.truncated && found.count as usize >= MAX_SPANS_PER_CLAUSE
}

/// One term, with its count and its most telling places.
fn reason(found: &TermV1) -> String {
    let TermV1 { count, in_title, in_lead, .. } = *found;
    let elsewhere = count.saturating_sub(in_title).saturating_sub(in_lead);
    let places: Vec<&str> = [("title", in_title), ("lead", in_lead), ("text", elsewhere)]
        .into_iter()
        .filter_map(|(place, count)| (count > 0).then_some(place))
        .collect();
    // Of more places than are kept, it is known where some are, and not how many are where.
    let known = in_title.saturating_add(in_lead) as usize;
    let is_partial = known >= MAX_SPANS_PER_CLAUSE && count as usize > known;
    let more = if is_least(found) { "+" } else { "" };
    let place = match (places.as_slice(), in_title, in_lead) {
        (all, ..) if is_least(found) => all.join(", "),
        (all, ..) if is_partial => all[..all.len().saturating_sub(1)].join(", "),
        (all, ..) if all.len() == count as usize || all.len() == 1 => all.join(", "),
        (_, 0, in_lead) => format!("{in_lead} in lead"),
        (_, in_title, _) => format!("{in_title} in title"),
    };
    let term = clean(&found.term);
    let term = if term.contains(' ') { format!("\"{term}\"") } else { term };
    format!("{term} ×{count}{more} ({place})")
}

/// Snippets that say more than the headline, each once: whole passages before the few words
/// around a place that no passage shows.
pub(in crate::deliver) fn passages(alert: &AlertV1) -> Vec<String> {
    let headline = unmarked(&alert.headline);
    let mut passages: Vec<(bool, String)> = Vec::new();
    for item in &alert.evidence {
        let Some(snippet) = &item.snippet else {
            continue;
        };
        let snippet = clean(snippet);
        if snippet.is_empty() {
            continue;
        }
        let is_known = passages.iter().any(|(_, known)| *known == snippet);
        if item.field.as_deref() == Some("title") || is_known || unmarked(&snippet) == headline {
            continue;
        }
        passages.push((is_bare(&snippet, item), snippet));
    }
    passages.sort_by_key(|(is_bare, _)| *is_bare);
    passages.into_iter().map(|(_, passage)| passage).take(MAX_PASSAGES).collect()
}

/// Whether a snippet is cut and no longer than a place with its context: not a passage.
fn is_bare(snippet: &str, item: &EvidenceV1) -> bool {
    let place = item.term.as_deref().unwrap_or_default().chars().count();
    let is_cut = snippet.starts_with('…') || snippet.ends_with('…');
    is_cut && snippet.chars().count() <= 2 * CONTEXT_CHARS + place + MARKS_CHARS
}

/// A text as it is compared: without marks, case and the stop at its end.
fn unmarked(text: &str) -> String {
    clean(text).replace(['[', ']'], "").trim().trim_end_matches('.').to_lowercase()
}

/// A score without a tail of digits: to a tenth, or to a hundredth where it is small.
fn short(score: f64) -> String {
    let text = if score >= 10.0 { format!("{score:.1}") } else { format!("{score:.2}") };
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn ordinal(n: u32) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

fn severity_paint(severity: &str) -> Paint {
    let colour = match Severity::from_code(severity) {
        Some(Severity::Critical | Severity::High) => AnsiColor::Red,
        Some(Severity::Medium) => AnsiColor::Yellow,
        Some(Severity::Low) => AnsiColor::Cyan,
        Some(Severity::Info) | None => return Paint::new(),
    };
    colour.on_default().bold()
}

fn clean(text: &str) -> String {
    untrusted::terminal(text).into_owned()
}

pub(super) fn name(text: &str) -> String {
    untrusted::excerpt(&untrusted::terminal(text), MAX_NAME_CHARS).into_owned()
}

#[cfg(test)]
mod tests;
