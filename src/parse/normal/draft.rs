//! An entry while its elements are read: of each field the best value so far.

use std::borrow::Cow;

use url::Url;

use crate::parse::date;

use super::link::Page;

/// Names kept of one entry.
const MAX_NAMES: usize = 100;

/// Dates of one kind that are tried.
const MAX_DATES: usize = 8;

/// A value, and how much it counts: of equals, the last that says anything.
#[derive(Debug, Default)]
pub struct Best<'a> {
    value: Cow<'a, str>,
    rank: u8,
}

impl<'a> Best<'a> {
    pub fn offer(&mut self, value: Cow<'a, str>, rank: u8) {
        if (rank >= self.rank || self.value.is_empty()) && !value.trim().is_empty() {
            self.value = value;
            self.rank = rank;
        }
    }

    pub fn get(&self) -> Option<&str> {
        Some(&*self.value).filter(|value| !value.is_empty())
    }
}

/// The dates of one kind, each with its rank.
#[derive(Debug, Default)]
pub struct Dates<'a>(Vec<(u8, Cow<'a, str>)>);

impl<'a> Dates<'a> {
    pub fn offer(&mut self, text: Cow<'a, str>, rank: u8) {
        if self.0.len() < MAX_DATES && !text.is_empty() {
            self.0.push((rank, text));
        }
    }

    /// The first of the highest rank that can be read, else the first of the highest rank.
    pub fn best(&mut self) -> Option<&str> {
        self.0.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
        let mut texts = self.0.iter().map(|(_, text)| &**text);
        if self.0.len() < 2 {
            return texts.next();
        }
        texts.clone().find(|text| date::read(text).is_some()).or_else(|| texts.next())
    }
}

/// An entry being read.
#[derive(Debug, Default)]
pub struct Draft<'a> {
    /// As written in its start tag.
    pub name: &'a str,
    /// Namespace declarations in force outside of it.
    pub mark: usize,
    pub base: Option<Url>,
    /// Some element of it has text or attributes.
    pub says_anything: bool,
    pub title: Best<'a>,
    pub page: Page<'a>,
    pub guid: Best<'a>,
    /// The guid was said to be no link.
    pub guid_is_no_link: bool,
    pub summary: Best<'a>,
    pub content: Best<'a>,
    pub extras: Vec<Cow<'a, str>>,
    /// As RSS has them: name and address in one.
    pub people: Vec<Cow<'a, str>>,
    /// Names alone.
    pub names: Vec<String>,
    pub categories: Vec<Cow<'a, str>>,
    pub published: Dates<'a>,
    pub updated: Dates<'a>,
    pub language: Best<'a>,
    pub source: Option<String>,
    pub source_url: Option<String>,
}

impl<'a> Draft<'a> {
    pub fn person(&mut self, text: Cow<'a, str>) {
        if self.people.len() < MAX_NAMES && !text.is_empty() {
            self.people.push(text);
        }
    }

    pub fn name(&mut self, name: String) {
        if self.names.len() < MAX_NAMES {
            self.names.push(name);
        }
    }

    pub fn category(&mut self, text: Cow<'a, str>) {
        if self.categories.len() < MAX_NAMES && !text.trim().is_empty() {
            self.categories.push(text);
        }
    }

    pub fn extra(&mut self, text: Cow<'a, str>) {
        const MAX_EXTRAS: usize = 2;
        if self.extras.len() < MAX_EXTRAS && !text.trim().is_empty() {
            self.extras.push(text);
        }
    }

    /// Gives the texts of media to the fields that have none.
    pub fn settle(&mut self) {
        for text in std::mem::take(&mut self.extras) {
            if self.summary.get().is_none() {
                self.summary.offer(text, 0);
            } else if self.content.get().is_none() && self.summary.get() != Some(text.trim()) {
                self.content.offer(text, 0);
            }
        }
    }
}
