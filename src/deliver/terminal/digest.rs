//! A digest as people read it: one line that sums it up, a few for each story with its publishers
//! and link, and what else there is to know.

use anstyle::{AnsiColor, Style as Paint};
use jiff::Timestamp;

use super::{Page, Style, clean, name, publishers, severity_paint, wrap};
use crate::deliver::digest::{CountV1, DigestAlertV1, DigestNoticeV1, DigestV1};
use crate::domain::calendar::{self, zone_name};

/// What the first line begins with, where an alert has its severity.
const LABEL: &str = "digest";

/// Most publishers named of a story.
const MAX_PUBLISHERS: usize = 5;

/// The readable rendering, ending in a line feed.
pub fn render(digest: &DigestV1, style: Style) -> String {
    let mut page = Page { style, indent: LABEL.len() + 2, text: String::with_capacity(2_048) };
    page.paint(LABEL, AnsiColor::Cyan.on_default().bold());
    page.text.push_str("  ");
    let title = format!("{}: {}", clean(&digest.channel), clean(&digest.headline));
    page.paint(&title, Paint::new().bold());
    page.text.push('\n');
    page.line(&period(digest), Paint::new().dimmed());
    if let Some(text) = lateness(digest) {
        page.line(&text, Paint::new().italic());
    }
    for (n, alert) in digest.alerts.iter().enumerate() {
        story(&mut page, n + 1, alert);
    }
    if digest.more > 0 {
        page.line(&format!("and {} more: wirewatch alerts list", digest.more), Paint::new());
    }
    digest.notices.iter().for_each(|told| notice(&mut page, digest, told));
    for fact in facts(digest) {
        page.hanging(&fact, 0, Paint::new().dimmed());
    }
    page.text
}

/// `Tue 2026-06-02 07:00 to Wed 2026-06-03 07:00, Europe/Copenhagen`.
pub(in crate::deliver) fn period(digest: &DigestV1) -> String {
    let zone = digest.zone();
    let (since, until) = (at(digest, &digest.since), at(digest, &digest.time));
    let why = match digest.kind.as_str() {
        "quiet_hours" => "what quiet hours held, ",
        "group" => "what came together, ",
        _ => "",
    };
    format!("{why}{since} to {until}, {}", zone_name(&zone))
}

/// `late: it was due Tue 2026-06-02 07:00; tells of 1 missed before it too`.
pub(in crate::deliver) fn lateness(digest: &DigestV1) -> Option<String> {
    let late = digest.late.as_ref()?;
    let missed = match late.missed {
        0 => String::new(),
        1 => "; tells of 1 missed before it too".to_owned(),
        many => format!("; tells of {many} missed before it too"),
    };
    Some(format!("late: it was due {}{missed}", at(digest, &late.due)))
}

fn at(digest: &DigestV1, time: &str) -> String {
    let moment = time.parse::<Timestamp>();
    moment.map_or_else(|_| clean(time), |moment| calendar::moment(moment, &digest.zone()))
}

/// Number, severity and headline; topic, publishers and what happened; the link.
fn story(page: &mut Page, number: usize, alert: &DigestAlertV1) {
    let severity = clean(&alert.severity);
    let head = format!("{number}. {severity}: {}", clean(&alert.headline));
    for (n, line) in wrap::wrap(&head, page.room(0), 3).iter().enumerate() {
        page.push_indent(0);
        match line.split_once(&severity).filter(|_| n == 0) {
            Some((before, after)) => {
                page.text.push_str(before);
                page.paint(&severity, severity_paint(&severity));
                page.paint(after, Paint::new().bold());
            }
            None => page.paint(line, Paint::new().bold()),
        }
        page.text.push('\n');
    }
    page.hanging(&about(alert), 3, Paint::new());
    if let Some(url) = &alert.url {
        page.push_indent(3);
        page.paint(&clean(url), Paint::new().underline());
        page.text.push('\n');
    }
}

/// When, what and, of a topic, how: `Wed 2026-06-03 23:10: far more than usual on NATO: 10 entries …`.
fn notice(page: &mut Page, digest: &DigestV1, told: &DigestNoticeV1) {
    let text = told.text.as_deref().map(|text| format!(": {}", clean(text))).unwrap_or_default();
    let line = format!("{}: {}{text}", at(digest, &told.time), clean(&told.headline));
    page.hanging(&line, 0, Paint::new());
}

/// `[NATO] 3 publishers: Wire, Ledger, Herald; found: pact; revised 2 times; over budget; alert A1`.
pub(in crate::deliver) fn about(alert: &DigestAlertV1) -> String {
    let publishers = publishers(alert.publishers, Some(alert.texts));
    let named: Vec<String> = alert
        .publisher_names
        .iter()
        .take(MAX_PUBLISHERS)
        .map(|publisher| name(publisher))
        .collect();
    let more = if alert.publisher_names.len() > MAX_PUBLISHERS { ", …" } else { "" };
    let named =
        if named.is_empty() { String::new() } else { format!(": {}{more}", named.join(", ")) };
    let mut text = format!("[{}] {publishers}{named}", name(&alert.topic_name));
    if !alert.terms.is_empty() {
        let terms: Vec<String> = alert.terms.iter().map(|term| clean(term)).collect();
        text += &format!("; found: {}", terms.join(", "));
    }
    match (alert.raised, alert.revisions) {
        (true, 0 | 1) => {}
        (true, many) => text += &format!("; raised, {} more since", many - 1),
        (false, 1) => text += "; revised",
        (false, many) => text += &format!("; revised {many} times"),
    }
    match alert.held.as_deref() {
        Some("budget") => text += "; over budget, not sent before",
        Some("quiet_hours") => text += "; held by quiet hours",
        Some("again") => text += "; told again",
        _ => {}
    }
    format!("{text}; alert {}", clean(&alert.id))
}

/// What else there is to know, a sentence each.
pub(in crate::deliver) fn facts(digest: &DigestV1) -> Vec<String> {
    let mut facts = Vec::new();
    if digest.counts.over_budget > 0 {
        facts.push(format!("over budget, told of here only: {}", digest.counts.over_budget));
    }
    if digest.pending > 0 {
        facts.push(format!("waiting for more publishers: {}", digest.pending));
    }
    let mut list = |label: &str, counts: &[CountV1]| {
        if !counts.is_empty() {
            facts.push(format!("{label}: {}", in_words(counts)));
        }
    };
    list("suppressed", &digest.suppressed);
    list("feeds in trouble", &digest.feeds.trouble);
    list("in shadow mode", &digest.shadow);
    if !digest.silent.is_empty() {
        let named: Vec<String> = digest.silent.iter().map(|topic| clean(topic)).collect();
        facts.push(format!("silent topics: {}", named.join(", ")));
    }
    if let Some(next) = &digest.next {
        facts.push(format!("next digest: {}", at(digest, next)));
    }
    facts
}

fn in_words(counts: &[CountV1]) -> String {
    let words =
        counts.iter().map(|one| format!("{} {}", one.count, clean(&one.name).replace('_', " ")));
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
pub(in crate::deliver) mod tests;
