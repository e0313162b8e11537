//! Where the feed and its entries begin and end, whatever their tags say.

use jiff::Timestamp;

use crate::parse::attributes::Attribute;
use crate::parse::date;
use crate::parse::failure::ParseFailure;
use crate::parse::lex::Tag;
use crate::parse::newest::newest;
use crate::parse::repairs::Fault;

use super::draft::Draft;
use super::namespaces::split;
use super::{After, Container, End, Facts, Normaliser, leaf, link};

/// Versions of RSS that there are; others are counted as odd, and read alike.
const RSS_VERSIONS: &[&str] =
    &["2.0", "0.90", "0.91", "0.92", "0.93", "0.94", "1.0", "2.0.0", "2.0.1", "2.00"];

/// How many times the entries that are kept are gathered before the oldest of them go.
const SPARE_ENTRIES: usize = 2;

impl<'a> Normaliser<'a> {
    /// Lets go of all entries but the newest.
    pub(super) fn keep_newest(&mut self) {
        let limit = self.limits.entries;
        if self.facts.len() <= limit {
            return;
        }
        let read = |facts: &Facts| Some(date::read(facts.date_text.as_deref()?)?.at);
        let dates: Vec<Option<Timestamp>> = self.facts.iter().map(read).collect();
        let (kept, by_date) = newest(&dates, limit);
        self.canon.retain(&kept);
        let mut fates = kept.iter();
        self.facts.retain(|_| fates.next().copied().unwrap_or_default());
        self.overfull = true;
        self.by_date |= by_date;
    }

    pub(super) fn container(
        &mut self,
        tag: Tag<'a>,
        local: &str,
        attributes: &[Attribute<'a>],
    ) -> Result<(), ParseFailure> {
        if self.draft.is_some() {
            self.tally.note(Fault::ImpliedItemEnd);
            self.finish_entry();
        }
        if self.containers.len() >= self.limits.depth {
            return Err(ParseFailure::TooDeep { limit: self.limits.depth });
        }
        if self.containers.is_empty() {
            self.root(tag.name, local, attributes);
        }
        let outer = self.containers.last();
        let outer_base = outer.and_then(|outer| outer.base.clone());
        let language = outer.and_then(|outer| outer.language);
        let document = self.base.as_ref();
        let base = match leaf::find(attributes, "xml:base") {
            Some(base) => link::base(base, outer_base.as_ref().or(document)),
            None => outer_base,
        };
        let language = leaf::find(attributes, "xml:lang").or(language);
        if let Some(language) = language {
            self.head.language.offer(language.into(), 0);
        }
        self.cdf_channel(local, attributes);
        if !tag.empty {
            self.containers.push(Container { name: tag.name, base, language });
        } else if self.containers.is_empty() {
            self.end = End::Root;
        }
        Ok(())
    }

    fn root(&mut self, name: &'a str, local: &str, attributes: &[Attribute<'a>]) {
        self.namespaces.root(name);
        let is = |expect: &str| local.eq_ignore_ascii_case(expect);
        let expected = if is("rdf") { "RDF" } else { &local.to_ascii_lowercase() };
        if local != expected && !is("channel") {
            self.tally.note(Fault::NameCase);
        }
        if is("rss") {
            let version = leaf::find(attributes, "version");
            let odd = version.is_none_or(|version| !RSS_VERSIONS.contains(&version));
            self.tally.add(Fault::OddVersion, usize::from(odd));
        }
    }

    pub(super) fn begin_entry(
        &mut self,
        tag: Tag<'a>,
        mark: usize,
        attributes: Vec<Attribute<'a>>,
    ) -> Result<bool, ParseFailure> {
        if self.draft.is_some() {
            self.tally.note(Fault::ImpliedItemEnd);
            // What this tag declared goes with the entry before it; prefixes are the document's.
            self.finish_entry();
        }
        if self.facts.len() >= self.limits.entries.saturating_mul(SPARE_ENTRIES) {
            self.keep_newest();
        }
        self.started += 1;
        if self.end == End::Root {
            self.tally.note(Fault::MisplacedItem);
        }
        if self.containers.is_empty() && self.started == 1 {
            self.namespaces.root(tag.name);
            self.tally.add(Fault::OddRoot, usize::from(!self.namespaces.is_atom()));
        }
        let outer = self.containers.last();
        let outer_base = outer.and_then(|outer| outer.base.as_ref()).or(self.base.as_ref());
        let mut draft = Draft { name: tag.name, mark, ..Draft::default() };
        draft.base = match leaf::find(&attributes, "xml:base") {
            Some(base) => link::base(base, outer_base),
            None => outer.and_then(|outer| outer.base.clone()),
        };
        if let Some(language) = outer.and_then(|outer| outer.language) {
            draft.language.offer(language.into(), 0);
        }
        if let Some(language) = leaf::find(&attributes, "xml:lang") {
            draft.language.offer(language.into(), 1);
        }
        self.draft = Some(draft);
        self.entry_attributes(&attributes);
        if tag.empty {
            self.finish_entry();
        }
        Ok(true)
    }

    /// An end tag outside of any leaf.
    pub(super) fn end(&mut self, name: &str) {
        self.after = After::Nothing;
        let local = split(name).1;
        let is_entry = ["item", "entry"].iter().any(|entry| local.eq_ignore_ascii_case(entry));
        if is_entry && self.draft.is_some() {
            self.finish_entry();
            return;
        }
        let same = |open: &Container<'_>| split(open.name).1.eq_ignore_ascii_case(local);
        let Some(depth) = self.containers.iter().rposition(same) else {
            let inside = !self.containers.is_empty() && self.end != End::Root;
            self.tally.add(Fault::WrongEnd, usize::from(inside));
            return;
        };
        if self.draft.is_some() {
            self.tally.note(Fault::ImpliedItemEnd);
            self.finish_entry();
        }
        self.tally.add(Fault::MissingEnd, self.containers.len() - depth - 1);
        self.containers.truncate(depth);
        let in_rdf = self
            .containers
            .first()
            .is_some_and(|root| split(root.name).1.eq_ignore_ascii_case("rdf"));
        if self.containers.is_empty() {
            self.end = End::Root;
        } else if local.eq_ignore_ascii_case("channel") && !in_rdf {
            self.end = End::Channel;
        }
    }
}
