//! Where the value of a leaf goes: to the entry that is open, else to the feed.

use std::borrow::Cow;

use crate::parse::attributes::{self, Attribute};
use crate::parse::entity::Bare;
use crate::parse::lex::Tag;
use crate::parse::repairs::Fault;

use super::leaf::{Leaf, Reading, find};
use super::link::{self, Relation};
use super::vocabulary::Slot;
use super::{After, Facts, Normaliser};

impl<'a> Normaliser<'a> {
    pub(super) fn begin_leaf(
        &mut self,
        slot: Slot,
        tag: Tag<'a>,
        attributes: Vec<Attribute<'a>>,
        mark: usize,
    ) {
        self.leaf = Some(Leaf::new(slot, tag.name, attributes, mark));
        if tag.empty {
            let no_href =
                || self.leaf.as_ref().is_some_and(|leaf| leaf.attribute("href").is_none());
            let after =
                if slot == Slot::Link && no_href() { After::EmptyLink } else { After::Nothing };
            self.close_leaf();
            self.after = after;
        }
    }

    /// Ends the open leaf and gives its value to where it belongs.
    pub(super) fn close_leaf(&mut self) {
        let Some(leaf) = self.leaf.take() else {
            return;
        };
        self.namespaces.forget(leaf.mark);
        if let Some(draft) = &mut self.draft
            && leaf.slot != Slot::Foreign
        {
            draft.says_anything |= leaf.says_anything(self.text);
        }
        match leaf.slot {
            Slot::Opaque | Slot::Ignored | Slot::Foreign => {}
            Slot::Link => self.link(&leaf),
            _ if self.draft.is_some() => self.entry_field(&leaf),
            _ => self.feed_field(&leaf),
        }
    }

    /// Ends the open entry.
    pub(super) fn finish_entry(&mut self) {
        let Some(mut draft) = self.draft.take() else {
            return;
        };
        self.namespaces.forget(draft.mark);
        draft.settle();
        if !draft.says_anything {
            self.empty += 1;
            return;
        }
        let published = draft.published.best().map(str::to_owned);
        let updated = draft.updated.best().map(str::to_owned);
        self.facts.push(Facts {
            names: std::mem::take(&mut draft.names),
            guid_is_no_link: draft.guid_is_no_link && draft.page.is_empty(),
            language: draft.language.get().map(|language| language.trim().to_owned()),
            is_updated: updated.is_some(),
            date_text: published.or(updated),
            source: draft.source.take(),
            source_url: draft.source_url.take(),
        });
        self.canon.entry(&mut draft);
    }

    fn entry_field(&mut self, leaf: &Leaf<'a>) {
        let Some(draft) = &mut self.draft else {
            return;
        };
        let mut reading =
            Reading { text: self.text, entities: &mut self.entities, tally: &mut self.tally };
        let reading = &mut reading;
        match leaf.slot {
            Slot::Title(rank) => draft.title.offer(leaf.html(reading), rank),
            Slot::Summary(rank) => draft.summary.offer(leaf.html(reading), rank),
            Slot::Content(rank) => {
                if let Some(language) = leaf.attribute("xml:lang") {
                    draft.language.offer(language.into(), 2);
                }
                draft.content.offer(leaf.html(reading), rank);
            }
            Slot::Extra => draft.extra(leaf.html(reading)),
            Slot::Media => {
                let text = leaf.within("description", reading);
                draft.extra(text.unwrap_or_default().into());
            }
            Slot::Guid => {
                let no = |value: &str| value.trim().eq_ignore_ascii_case("false");
                draft.guid_is_no_link = leaf.attribute("isPermaLink").is_some_and(no);
                draft.guid.offer(leaf.plain(reading), 2);
            }
            Slot::Id => draft.guid.offer(leaf.plain(reading), 1),
            Slot::Author if leaf.has_markup() => {
                let name = leaf.within("name", reading).or_else(|| leaf.within("email", reading));
                let has_address = ["uri", "url", "homepage"]
                    .iter()
                    .any(|name| !leaf.tags_within(reading.text, name).is_empty());
                match name {
                    Some(name) => draft.name(name),
                    None if has_address => {}
                    None => draft.person(leaf.plain(reading)),
                }
            }
            Slot::Author | Slot::Creator => draft.person(leaf.plain(reading)),
            Slot::Category => {
                let text = leaf.plain(reading);
                draft.category(match leaf.attribute("label").or(leaf.attribute("term")) {
                    Some(term) if text.is_empty() => {
                        reading.entities.unescape(term, Bare::Keep, reading.tally)
                    }
                    _ => text,
                });
            }
            Slot::Published(rank) => draft.published.offer(leaf.plain(reading), rank),
            Slot::Updated(rank) => draft.updated.offer(leaf.plain(reading), rank),
            Slot::Language => draft.language.offer(leaf.plain(reading), 1),
            Slot::Source => self.source(leaf),
            _ => {}
        }
    }

    /// Where an aggregator has the entry from.
    fn source(&mut self, leaf: &Leaf<'a>) {
        let mut reading =
            Reading { text: self.text, entities: &mut self.entities, tally: &mut self.tally };
        let reading = &mut reading;
        let Some(draft) = &mut self.draft else {
            return;
        };
        let base = draft.base.as_ref().or(self.base.as_ref());
        let mut page = link::Page::default();
        if let Some(url) = leaf.attribute("url") {
            page.offer(reading.entities.unescape(url, Bare::Keep, reading.tally), link::SPOKEN);
        }
        if leaf.has_markup() {
            draft.source = leaf.within("title", reading);
            for written in leaf.tags_within(reading.text, "link") {
                let found = attributes::read(written, self.limits.attributes, reading.tally);
                let found = found.unwrap_or_default();
                let relation = Relation::new(find(&found, "rel"), find(&found, "type"));
                let rank = relation.rank().or(relation.is("self").then_some(link::FALLBACK));
                if let (Some(href), Some(rank)) = (find(&found, "href"), rank) {
                    let href = reading.entities.unescape(href, Bare::Keep, reading.tally);
                    page.offer(href, rank);
                }
            }
        }
        if draft.source.is_none() {
            draft.source = Some(leaf.plain(reading).into_owned()).filter(|text| !text.is_empty());
        }
        draft.source_url = page.take().and_then(|href| link::absolute(&href, base));
    }

    fn feed_field(&mut self, leaf: &Leaf<'a>) {
        if self.containers.is_empty() {
            return;
        }
        let mut reading =
            Reading { text: self.text, entities: &mut self.entities, tally: &mut self.tally };
        let reading = &mut reading;
        let head = &mut self.head;
        match leaf.slot {
            Slot::Title(rank) => head.title.offer(leaf.html(reading), rank),
            Slot::Language => {
                // RSS defines its languages in lower case.
                let language = leaf.plain(reading).to_ascii_lowercase();
                head.language.offer(language.into(), 1);
            }
            Slot::Ttl => head.ttl(&leaf.plain(reading)),
            Slot::SkipHours => head.skip_hours(&leaf.separated(reading)),
            Slot::SkipDays => head.skip_days(&leaf.separated(reading)),
            Slot::Period => head.period(&leaf.plain(reading)),
            Slot::Frequency => head.frequency(&leaf.plain(reading)),
            Slot::MovedTo => {
                head.links.moved_to = link::absolute(&leaf.plain(reading), self.base.as_ref());
            }
            _ => {}
        }
    }

    fn link(&mut self, leaf: &Leaf<'a>) {
        let mut reading =
            Reading { text: self.text, entities: &mut self.entities, tally: &mut self.tally };
        let text = leaf.plain(&mut reading);
        let text = if text.is_empty() { None } else { Some(text) };
        let written = leaf.attribute("href");
        let href = written.map(|href| reading.entities.unescape(href, Bare::Keep, reading.tally));
        let outer = self.draft.as_ref().map(|draft| draft.base.as_ref());
        let outer = outer.unwrap_or_else(|| self.containers.last().and_then(|c| c.base.as_ref()));
        let own = leaf
            .attribute("xml:base")
            .and_then(|base| link::base(base, outer.or(self.base.as_ref())));
        let rebase = own.as_ref().or(outer).cloned();
        let base = rebase.as_ref();
        let relation = Relation::new(leaf.attribute("rel"), leaf.attribute("type"));
        match (&mut self.draft, href, text) {
            (_, Some(href), _) if href.trim().is_empty() => {}
            (Some(draft), Some(href), _) => {
                if let Some(rank) = relation.rank() {
                    draft.page.offer(link::rebased(href, base), rank);
                }
            }
            (None, Some(href), _) => {
                let href = link::rebased(href, base);
                self.head.link(href, &relation, base.or(self.base.as_ref()));
            }
            (_, None, Some(_)) if relation.rank().is_none() => {}
            (_, None, Some(text)) => self.page(link::rebased(text, base), link::SPOKEN),
            (_, None, None) => {}
        }
    }

    /// Offers a link to the page of the entry or the feed.
    pub(super) fn page(&mut self, href: Cow<'a, str>, rank: u8) {
        match &mut self.draft {
            Some(draft) => {
                draft.says_anything = true;
                draft.page.offer(href, rank);
            }
            None if !self.containers.is_empty() => self.head.page.offer(href, rank),
            None => {}
        }
    }

    /// What attributes of an entry itself say: `rdf:about` in RSS 1.0, and all of it in CDF.
    pub(super) fn entry_attributes(&mut self, attributes: &[Attribute<'a>]) {
        let mut value = |name| {
            let written = find(attributes, name)?;
            Some(self.entities.unescape(written, Bare::Keep, &mut self.tally))
        };
        let (about, href, date) = (value("rdf:about"), value("href"), value("lastmod"));
        let Some(draft) = &mut self.draft else {
            return;
        };
        let about = about.filter(|about| about.starts_with("http"));
        draft.says_anything |= href.is_some() || about.is_some();
        for href in [href, about].into_iter().flatten() {
            draft.page.offer(link::rebased(href, draft.base.as_ref()), link::FALLBACK);
        }
        if let Some(date) = date {
            draft.updated.offer(date, 1);
        }
    }

    /// The page of a CDF channel.
    pub(super) fn cdf_channel(&mut self, local: &str, attributes: &[Attribute<'a>]) {
        if local.eq_ignore_ascii_case("channel")
            && let Some(href) = find(attributes, "href")
        {
            let href = self.entities.unescape(href, Bare::Keep, &mut self.tally);
            self.head.page.offer(href, link::FALLBACK);
        }
    }

    /// CDF links an entry by an `a` beside its title.
    pub(super) fn odd_link(&mut self, local: &str, attributes: &[Attribute<'a>]) {
        let (Some(_), true) = (&self.draft, local.eq_ignore_ascii_case("a")) else {
            return;
        };
        if let Some(href) = find(attributes, "href") {
            let href = self.entities.unescape(href, Bare::Keep, &mut self.tally);
            self.tally.note(Fault::RawMarkup);
            self.page(href, link::FALLBACK);
        }
    }
}
