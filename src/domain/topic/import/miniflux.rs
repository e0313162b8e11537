//! Keep and block rules of Miniflux. A rule on a line: a field, `=`, a regular expression; or, in
//! older rules, an expression alone, asked of title, link, author and tags. Keep rules are what a
//! topic looks for, block rules what it excludes. Plain rules are keep rules; lines `[keep]` and
//! `[block]` say otherwise. JSON from the API (`/v1/me`, `/v1/feeds`) names them itself. Source:
//! its `internal/reader/filter/filter.go`.

use std::ops::Range;

use super::draft::{Drafts, Sketch};
use super::json::{self, Node, Value};
use super::ledger::Ledger;
use super::piece::{About, Piece};
use super::term;
use crate::domain::topic::syntax::ast::Scope;

/// Fields of the API that hold rules: their names, and whether they keep entries.
const RULE_FIELDS: [(&str, bool); 4] = [
    ("keep_filter_entry_rules", true),
    ("keeplist_rules", true),
    ("block_filter_entry_rules", false),
    ("blocklist_rules", false),
];

/// The rules of one feed, or of all.
#[derive(Default)]
struct Rules {
    keep: Vec<Piece>,
    /// The fields that keep rules ask, in order.
    fields: Vec<&'static str>,
    block: Vec<Piece>,
}

pub fn translate(ledger: &mut Ledger<'_>, drafts: &mut Drafts<'_>) {
    if ledger.source().trim_start().starts_with(['{', '[']) && is_json(ledger) {
        return from_api(ledger, drafts);
    }
    let source = ledger.source();
    let mut rules = Rules::default();
    let mut keeps = true;
    let mut at = 0;
    for whole in source.split_inclusive('\n') {
        let text = whole.trim();
        let start = at + whole.len() - whole.trim_start().len();
        at += whole.len();
        let span = start..start + text.len();
        match text {
            "" => {}
            "[keep]" | "[block]" => {
                keeps = text == "[keep]";
                ledger.cover(span);
            }
            _ if text.starts_with("# ") || text == "#" => ledger.cover(span),
            _ => rule(text, span, keeps, &mut rules, ledger),
        }
    }
    topic(None, rules, 0..source.len(), ledger, drafts);
}

/// `[block]` begins like a JSON list.
fn is_json(ledger: &Ledger<'_>) -> bool {
    let source = ledger.source().trim_start();
    !source.starts_with("[keep]") && !source.starts_with("[block]")
}

fn from_api(ledger: &mut Ledger<'_>, drafts: &mut Drafts<'_>) {
    let document = match json::read(ledger.source()) {
        Ok(document) => document,
        Err(at) => {
            let message = "this is not JSON from here on";
            ledger.failed(at..ledger.source().len(), "bad_json", message);
            ledger.cover(0..at);
            return;
        }
    };
    // All but the rules belongs to feeds and users, not to topics.
    ledger.cover(document.span.clone());
    let objects = match document.value {
        Value::List(ref items) => &items[..],
        _ => std::slice::from_ref(&document),
    };
    for object in objects {
        let mut rules = Rules::default();
        for (field, keeps) in RULE_FIELDS {
            if let Some(node) = object.get(field)
                && let Some(text) = node.text()
            {
                for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                    rule(line, node.span.clone(), keeps, &mut rules, ledger);
                }
            }
        }
        let name = ["title", "username"].iter().find_map(|name| object.get(name));
        let name = name.and_then(Node::text).map(str::to_owned);
        topic(name, rules, object.span.clone(), ledger, drafts);
    }
    if drafts.count() == 0 {
        let message = "there are no keep rules here";
        ledger.failed(document.span, "no_rules", message);
    }
}

fn topic(
    name: Option<String>,
    rules: Rules,
    span: Range<usize>,
    ledger: &mut Ledger<'_>,
    drafts: &mut Drafts<'_>,
) {
    let (ages, block): (Vec<Piece>, Vec<Piece>) =
        rules.block.into_iter().partition(|piece| piece.expr.is_none());
    if rules.keep.is_empty() {
        if !block.is_empty() {
            let message = "block rules alone keep everything else, which is no topic";
            ledger.failed(span, "block_only", message);
        }
        return;
    }
    let keep = Piece::or(rules.keep, ledger);
    let rule = Piece::and(std::iter::once(keep).chain(ages));
    let fields = rules.fields.join(", ");
    let name = name.or_else(|| (!fields.is_empty()).then(|| format!("Keep by {fields}")));
    drafts.add(Sketch { name, rule, exclude: block, span, ..Sketch::default() });
}

/// One rule; what it says goes to `rules`.
fn rule(text: &str, span: Range<usize>, keeps: bool, rules: &mut Rules, ledger: &mut Ledger<'_>) {
    let (field, pattern) = match text.split_once('=') {
        Some((field, pattern)) if field.trim().starts_with("Entry") => {
            (field.trim(), pattern.trim())
        }
        _ => ("", text),
    };
    let (asked, scopes): (&'static str, &[Scope]) = match field {
        "" => ("", &[Scope::Title, Scope::Url, Scope::Author, Scope::Category]),
        "EntryTitle" => ("title", &[Scope::Title]),
        "EntryURL" => ("URL", &[Scope::Url]),
        "EntryContent" => ("content", &[Scope::Body]),
        "EntryAuthor" => ("author", &[Scope::Author]),
        "EntryTag" => ("tag", &[Scope::Category]),
        "EntryDate" => {
            return if keeps {
                keep_date(span, ledger)
            } else {
                date(pattern, span, rules, ledger)
            };
        }
        _ => {
            let message = "this field has no counterpart";
            return ledger.untranslated(span, "field", message);
        }
    };
    let term = match term::regex(pattern, false) {
        Ok(term) => term,
        Err(why) => return ledger.untranslated(span, "regex", why),
    };
    if field == "EntryContent" {
        let message = "Miniflux searches the HTML of the content, the topic its text";
        ledger.approximated(span.clone(), "html_content", message);
    }
    if field == "EntryTag" && pattern.contains(['^', '$']) {
        let message = "tags are searched as one text, so `^` and `$` stand for its ends";
        ledger.approximated(span.clone(), "tag_anchors", message);
    }
    ledger.cover(span);
    let piece = Piece::term(term).scoped(scopes, ledger);
    if keeps && !asked.is_empty() && !rules.fields.contains(&asked) {
        rules.fields.push(asked);
    }
    if keeps { &mut rules.keep } else { &mut rules.block }.push(piece);
}

fn keep_date(span: Range<usize>, ledger: &mut Ledger<'_>) {
    let message = "entries are judged when they appear: dates cannot be asked";
    ledger.untranslated(span, "date", message);
}

/// `max-age:30d` among block rules; other dates have no counterpart.
fn date(pattern: &str, span: Range<usize>, rules: &mut Rules, ledger: &mut Ledger<'_>) {
    let days = pattern.strip_prefix("max-age:").and_then(|age| age.strip_suffix('d'));
    match days.and_then(|days| days.parse::<u32>().ok()).filter(|days| (1..3_650).contains(days)) {
        Some(days) => {
            let message = "becomes `max_age`: older entries are stored and raise no alert";
            ledger.approximated(span.clone(), "max_age", message);
            rules.block.push(Piece::ask(About::MaxAge, days.to_string(), span));
        }
        None => keep_date(span, ledger),
    }
}
