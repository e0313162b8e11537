//! `[[publishers]]`: newsrooms of the user's own, beside the built-in list or instead of its
//! entries. How they are looked up is in [`crate::domain::publisher`].

use std::collections::BTreeMap;

use super::problem::Report;
use super::section::{Section, Shape};
use super::source::{Literal, Place};
use crate::domain::publisher::Family;
use crate::domain::publisher::directory::{is_shared, name_key, site_key};

/// Most newsrooms of one configuration.
const MAX_PUBLISHERS: usize = 1_000;

/// Most domains of one newsroom, and most other names.
const MAX_DOMAINS: usize = 200;
const MAX_ALIASES: usize = 50;

pub(super) const PUBLISHER: Shape =
    Shape { what: "a publisher", keys: &["name", "domains", "aliases"] };

/// What stands where so far.
#[derive(Default)]
struct Seen {
    names: BTreeMap<String, Place>,
    domains: BTreeMap<String, Place>,
}

/// Reads the newsrooms of the main file.
pub(super) fn read(root: &Section<'_>, report: &mut Report) -> Vec<Family> {
    let sections = root.sections("publishers", &PUBLISHER, report);
    if let Some(extra) = sections.get(MAX_PUBLISHERS) {
        let message =
            format!("there are more than {MAX_PUBLISHERS} publishers, which are the most");
        report.add(extra.place(), "too_many", message);
    }
    let mut seen = Seen::default();
    let read = sections.iter().take(MAX_PUBLISHERS);
    read.filter_map(|section| family(section, &mut seen, report)).collect()
}

fn family(section: &Section<'_>, seen: &mut Seen, report: &mut Report) -> Option<Family> {
    section.require("name", "\"The Ledger\"", report);
    section.require("domains", "[\"ledger.example\"]", report);
    let text = section.text("name", report);
    let name = text.and_then(|text| own_name(text, seen, report));
    let aliases = limited(section, "aliases", MAX_ALIASES, report);
    let aliases = aliases.into_iter().filter_map(|text| own_name(text, seen, report)).collect();
    let domains = limited(section, "domains", MAX_DOMAINS, report);
    if let (Some(value), true) = (section.get("domains"), domains.is_empty()) {
        report
            .add(value.place, "empty_value", "a publisher needs a domain")
            .hint("such as `domains = [\"ledger.example\"]`");
    }
    let domains = domains.into_iter().filter_map(|text| domain(&text, seen, report)).collect();
    Some(Family { name: name?, aliases, domains })
}

fn limited(
    section: &Section<'_>,
    key: &'static str,
    most: usize,
    report: &mut Report,
) -> Vec<Literal> {
    let mut texts = section.texts(key, report);
    if let Some(extra) = texts.get(most) {
        let message = format!("there are more than {most} {key} of one publisher");
        report.add(extra.place(), "too_many", message);
    }
    texts.truncate(most);
    texts
}

/// A name that no other newsroom of the user has.
fn own_name(text: Literal, seen: &mut Seen, report: &mut Report) -> Option<String> {
    let place = text.place();
    let name = super::line(Some(text), report)?;
    if let Some(first) = seen.names.get(&name_key(&name)) {
        let message = format!("there is a publisher `{name}` already");
        report
            .add(place, "duplicate_publisher", message)
            .related(first.clone(), "first here")
            .hint("names differ by more than case, signs and a leading \"the\"");
        return None;
    }
    seen.names.insert(name_key(&name), place);
    Some(name)
}

/// A domain, host or account that no other newsroom of the user has.
fn domain(text: &Literal, seen: &mut Seen, report: &mut Report) -> Option<String> {
    let Some(site) = site_key(&text.value) else {
        let message = format!("`{}` is not a domain", text.value);
        report
            .add(text.place(), "bad_domain", message)
            .hint("such as \"ledger.example\", \"news.ledger.example\" or \"youtube.com/@ledger\"");
        return None;
    };
    if is_shared(&site) {
        let message = format!("on `{site}` many publish");
        report
            .add(text.place(), "shared_domain", message)
            .hint(format!("name the account, such as \"ledger.{site}\" or \"{site}/@ledger\""));
        return None;
    }
    if let Some(first) = seen.domains.get(&site) {
        let message = format!("`{site}` belongs to a publisher already");
        report
            .add(text.place(), "duplicate_domain", message)
            .related(first.clone(), "first here")
            .hint("a domain is one newsroom's");
        return None;
    }
    seen.domains.insert(site.clone(), text.place());
    Some(site)
}

#[cfg(test)]
mod tests;
