//! Alerts as XML. The elements go by several names: `alert` or `category` (with `id` or `name`,
//! and `threshold`), `pattern`, `keyword`, `word`, `item` or `term` (with `weight`, the pattern as
//! text), `combination` (with `proximity`) with `or` and `not` groups. Others are reported.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::super::MAX_NESTING;
use super::super::ledger::Ledger;
use super::{Alert, Combination, Pattern, pattern};

const ALERTS: [&str; 3] = ["alert", "category", "definition"];
const PATTERNS: [&str; 6] = ["pattern", "keyword", "word", "item", "term", "key"];
/// Elements that only hold others.
const HOLDERS: [&str; 8] = [
    "alerts",
    "categories",
    "patterns",
    "keywords",
    "words",
    "terms",
    "combinations",
    "definitions",
];

/// Where a pattern belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    List,
    Or,
    Not,
}

/// A pattern that has begun.
#[derive(Default)]
struct Open {
    weight: Option<f64>,
    text: String,
    /// Something in it cannot be known, so all of it is left out.
    unknown: bool,
}

struct State {
    alerts: Vec<Alert>,
    combination: Option<Combination>,
    place: Place,
    open: Option<Open>,
    depth: usize,
    /// Within an alert.
    inside: bool,
}

pub fn read(ledger: &mut Ledger<'_>) -> Vec<Alert> {
    let source = ledger.source();
    let mut reader = Reader::from_str(source);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    let mut state = State {
        alerts: Vec::new(),
        combination: None,
        place: Place::List,
        open: None,
        depth: 0,
        inside: false,
    };
    let place = |position: u64| usize::try_from(position).unwrap_or(0).min(source.len());
    loop {
        let start = place(reader.buffer_position());
        let event = reader.read_event();
        let span = start..place(reader.buffer_position()).max(start);
        match event {
            Ok(Event::Eof) => {
                if state.depth > 0 {
                    let message = "an element is never closed; what is in it may be incomplete";
                    ledger.untranslated(0..source.len(), "unclosed_element", message);
                }
                break;
            }
            Ok(event) if state.depth <= MAX_NESTING => state.event(event, span, ledger),
            Ok(_) => {
                let rest = start..source.len();
                ledger.failed(rest, "too_deep", "elements nest too deep from here on");
                break;
            }
            Err(error) => {
                let message = format!("this is not XML from here on: {error}");
                ledger.failed(start..source.len(), "bad_xml", message);
                break;
            }
        }
    }
    state.alerts
}

impl State {
    fn event(&mut self, event: Event<'_>, span: Range<usize>, ledger: &mut Ledger<'_>) {
        match event {
            Event::Start(element) => {
                self.depth += 1;
                self.start(&element, span, ledger);
            }
            Event::End(element) => {
                self.depth = self.depth.saturating_sub(1);
                let name = element.local_name().as_ref().to_lowercase();
                self.end(&name, span, ledger);
            }
            // White space is nothing; other text outside of patterns is left for the ledger.
            Event::Text(text) => {
                if let Some(open) = &mut self.open {
                    open.text.push_str(&text.xml10_content());
                    ledger.cover(span);
                }
            }
            Event::CData(text) => {
                if let Some(open) = &mut self.open {
                    open.text.push_str(&text.xml10_content());
                    ledger.cover(span);
                }
            }
            Event::GeneralRef(reference) => {
                let resolved = resolved(&reference.xml10_content());
                match (&mut self.open, resolved) {
                    (Some(open), Some(text)) => {
                        open.text.push_str(&text);
                        ledger.cover(span);
                    }
                    (open, None) => {
                        if let Some(open) = open {
                            open.unknown = true;
                        }
                        let message = "entities are never expanded, so what this stands for is \
                                       not known; a pattern with it is left out";
                        ledger.untranslated(span, "entity", message);
                    }
                    (None, Some(_)) => {}
                }
            }
            Event::DocType(_) => document_type(span, ledger),
            Event::PI(_) => {
                let message = "an instruction to other programs, which has no say here";
                ledger.note(span, "instruction", message);
            }
            Event::Comment(_) | Event::Decl(_) => ledger.cover(span),
            Event::Empty(_) | Event::Eof => {}
        }
    }

    fn start(&mut self, element: &BytesStart<'_>, span: Range<usize>, ledger: &mut Ledger<'_>) {
        let name = element.local_name().as_ref().to_lowercase();
        let Attributes { known: attributes, unknown, unread } = attributes(element);
        let get = |names: &[&str]| {
            let found = attributes.iter().find(|(key, _)| names.contains(&key.as_str()));
            found.map(|(_, value)| value.as_str())
        };
        let number = |names: &[&str]| {
            get(names).and_then(|text| text.trim().parse::<f64>().ok()).filter(|n| n.is_finite())
        };
        if ALERTS.contains(&name.as_str()) {
            let key = get(&["id"]).map(str::to_owned);
            let name = get(&["name"]).or(get(&["title"])).map(str::to_owned).or(key.clone());
            let threshold = number(&["threshold"]);
            self.inside = true;
            let span = span.clone();
            self.alerts.push(Alert { name, key, threshold, span, ..Alert::default() });
        } else if PATTERNS.contains(&name.as_str()) {
            let weight = number(&["weight", "score", "value"]);
            self.open = Some(Open { weight, ..Open::default() });
        } else if name == "combination" {
            let proximity = number(&["proximity"]).map(|n| n.clamp(0.0, 1e6) as u32);
            let span = span.clone();
            self.combination = Some(Combination { proximity, span, ..Combination::default() });
        } else if matches!(name.as_str(), "or" | "not") && self.combination.is_some() {
            self.place = if name == "or" { Place::Or } else { Place::Not };
            if let (Place::Or, Some(combination)) = (self.place, &mut self.combination) {
                combination.groups.push(Vec::new());
            }
        } else if HOLDERS.contains(&name.as_str()) {
            if let (Some(threshold), Some(alert)) = (number(&["threshold"]), self.alerts.last_mut())
            {
                alert.threshold = Some(threshold);
            }
        } else {
            let message = "this element has no counterpart";
            ledger.untranslated(span, "element", message);
            return;
        }
        if !unread.is_empty() {
            let message = format!("these attributes cannot be read: {}", unread.join(", "));
            ledger.untranslated(span.clone(), "entity", message);
        }
        if !unknown.is_empty() {
            let message = format!("these attributes are left out: {}", unknown.join(", "));
            ledger.note(span.clone(), "attributes", message);
        }
        ledger.cover(span);
    }

    fn end(&mut self, name: &str, span: Range<usize>, ledger: &mut Ledger<'_>) {
        ledger.cover(span.clone());
        if let Some(alert) = self.alerts.last_mut().filter(|_| self.inside) {
            alert.span.end = alert.span.end.max(span.end);
        }
        self.inside &= !ALERTS.contains(&name);
        if name == "combination" {
            if let (Some(combination), Some(alert)) =
                (self.combination.take(), self.alerts.last_mut())
            {
                alert.combinations.push(combination);
            }
            self.place = Place::List;
        } else if matches!(name, "or" | "not") {
            self.place = Place::List;
        } else if PATTERNS.contains(&name)
            && let Some(Open { weight, text, unknown: false }) = self.open.take()
        {
            self.pattern(weight, text.trim(), span, ledger);
        }
    }

    fn pattern(
        &mut self,
        weight: Option<f64>,
        text: &str,
        span: Range<usize>,
        ledger: &mut Ledger<'_>,
    ) {
        let Some(piece) = pattern(text, span.clone(), ledger) else {
            return;
        };
        let Some(alert) = self.alerts.last_mut() else {
            let message = format!("`{text}` stands outside of any alert");
            return ledger.untranslated(span, "no_alert", message);
        };
        match (&mut self.combination, self.place) {
            (Some(combination), Place::Not) => combination.not.push(piece),
            (Some(combination), Place::Or) => {
                if let Some(group) = combination.groups.last_mut() {
                    group.push(piece);
                }
            }
            (Some(combination), Place::List) => combination.groups.push(vec![piece]),
            (None, _) => match weight {
                Some(weight) => alert.patterns.push(Pattern { piece, weight, span }),
                None => {
                    let message = format!("`{text}` has no weight and is left out");
                    ledger.untranslated(span, "no_weight", message);
                }
            },
        }
    }
}

/// A document type: what it declares may mean something, and is never read.
fn document_type(span: Range<usize>, ledger: &mut Ledger<'_>) {
    let text = ledger.text(span.clone());
    let declares = ["[", "SYSTEM", "PUBLIC"].iter().any(|mark| text.contains(mark));
    if declares {
        let message = "what a document type declares is not read: its entities are not expanded, \
                       its default values not taken";
        ledger.untranslated(span, "document_type", message);
    } else {
        ledger.note(span, "document_type", "a document type by name has no say here");
    }
}

#[derive(Default)]
struct Attributes {
    /// With lower-case names.
    known: Vec<(String, String)>,
    /// Names of those that mean nothing here.
    unknown: Vec<String>,
    /// Those that mean something which cannot be known.
    unread: Vec<String>,
}

fn attributes(element: &BytesStart<'_>) -> Attributes {
    const KNOWN: [&str; 8] =
        ["name", "id", "title", "threshold", "weight", "score", "value", "proximity"];
    let mut read = Attributes::default();
    for attribute in element.attributes().with_checks(false) {
        let Ok(attribute) = attribute else {
            read.unread.push("one that is not well formed".to_owned());
            continue;
        };
        let key = attribute.key.local_name().as_ref().to_lowercase();
        if !KNOWN.contains(&key.as_str()) {
            read.unknown.push(key);
            continue;
        }
        match unescape(&attribute.value) {
            Ok(value) => read.known.push((key, value.into_owned())),
            Err(_) => read.unread.push(key),
        }
    }
    read
}

/// `&amp;` and its like, and characters by number; of others it is not known what they are.
fn resolved(name: &str) -> Option<String> {
    let number = |digits: &str, radix| {
        u32::from_str_radix(digits, radix).ok().and_then(char::from_u32).map(String::from)
    };
    match name {
        "amp" => Some("&".to_owned()),
        "lt" => Some("<".to_owned()),
        "gt" => Some(">".to_owned()),
        "quot" => Some("\"".to_owned()),
        "apos" => Some("'".to_owned()),
        _ => match name.strip_prefix("#x") {
            Some(hex) => number(hex, 16),
            None => name.strip_prefix('#').and_then(|digits| number(digits, 10)),
        },
    }
}
