//! What a feed says of itself, while it is read.

use std::borrow::Cow;
use std::time::Duration;

use url::Url;

use crate::domain::feed::{FeedLinks, Rhythm};

use super::draft::Best;
use super::link::{self, Page, Relation};

/// Hubs that are kept.
const MAX_HUBS: usize = 8;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The feed itself, being read.
#[derive(Debug, Default)]
pub struct Head<'a> {
    pub title: Best<'a>,
    pub page: Page<'a>,
    pub language: Best<'a>,
    pub links: FeedLinks,
    pub rhythm: Rhythm,
    archive: Option<String>,
    period: Option<Duration>,
    frequency: Option<u32>,
}

impl<'a> Head<'a> {
    /// Takes a link with a relation.
    pub fn link(&mut self, href: Cow<'a, str>, relation: &Relation, base: Option<&Url>) {
        let absolute = || link::absolute(&href, base);
        if relation.is("hub") && self.links.hubs.len() < MAX_HUBS {
            let known = |hub: &String| !self.links.hubs.contains(hub);
            let hub = absolute().filter(known);
            self.links.hubs.extend(hub);
        }
        if relation.is("self") && self.links.own.is_none() {
            self.links.own = absolute();
        }
        if relation.is("next") && self.links.next.is_none() {
            self.links.next = absolute();
        }
        if relation.is("prev-archive") && self.archive.is_none() {
            self.archive = absolute();
        }
        if let Some(rank) = relation.rank() {
            self.page.offer(href, rank);
        }
    }

    pub fn ttl(&mut self, text: &str) {
        let minutes = text.trim().parse::<u32>().ok();
        let ttl = minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
        self.rhythm.ttl = ttl.or(self.rhythm.ttl);
    }

    /// Takes the hours in which nothing is published, as the text of them all.
    pub fn skip_hours(&mut self, text: &str) {
        let hours = text.split(|char: char| !char.is_ascii_digit());
        for hour in hours.filter_map(|hour| hour.parse::<u32>().ok()).filter(|hour| *hour <= 24) {
            // Some count to 24, which is the midnight that begins the day.
            self.rhythm.skip_hours |= 1 << (hour % 24);
        }
    }

    /// Takes the days on which nothing is published, as the text of them all.
    pub fn skip_days(&mut self, text: &str) {
        for word in text.split(|char: char| !char.is_ascii_alphabetic()) {
            let lower = word.to_ascii_lowercase();
            if let Some(day) = DAYS.iter().position(|day| lower.starts_with(day)) {
                self.rhythm.skip_days |= 1 << day;
            }
        }
    }

    /// `sy:updatePeriod`.
    pub fn period(&mut self, text: &str) {
        self.period = match text.trim().to_ascii_lowercase().as_str() {
            "hourly" => Some(HOUR),
            "daily" => Some(DAY),
            "weekly" => Some(7 * DAY),
            "monthly" => Some(30 * DAY),
            "yearly" => Some(365 * DAY),
            _ => self.period,
        };
    }

    /// `sy:updateFrequency`.
    pub fn frequency(&mut self, text: &str) {
        self.frequency = text.trim().parse().ok().filter(|times| *times > 0).or(self.frequency);
    }

    /// Works out what takes all of it to know.
    pub fn settle(&mut self) {
        // A frequency alone is per day (RSS 1.0 syndication module).
        let period = self.period.or(self.frequency.map(|_| DAY));
        self.rhythm.period = period.map(|period| period / self.frequency.unwrap_or(1));
        self.links.next = self.links.next.take().or(self.archive.take());
    }
}
