//! Names that users type: keys and ids, read with a failure that says what was expected.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use crate::cli::exit::{Exit, Failure};
use crate::cli::session::Session;
use crate::config::Config;
use crate::domain::ids::{ChannelId, FeedKey, IdError, TopicId};
use crate::domain::publisher::Directory;
use crate::domain::text::slips::slips;
use crate::domain::topic::compile::TopicSet;
use crate::store::Store;
use crate::store::outbox::DeliveryFilter;

/// Reads a key or id.
pub fn read<T: FromStr<Err = IdError>>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|error: IdError| Failure::new(Exit::Usage, error))
}

/// Reads the key of a configured topic.
pub fn topic(text: &str, topics: &TopicSet) -> Result<TopicId, Failure> {
    let id: TopicId = read(text)?;
    if topics.get(&id).is_some() {
        return Ok(id);
    }
    let known: Vec<String> = topics.topics().map(|(topic, _)| topic.id.to_string()).collect();
    Err(unknown("topic", text, &known))
}

/// Reads the key of a topic to filter by. A stored one counts although it is configured no
/// longer, and a configured one although nothing is stored of it yet.
pub fn stored_topic(text: &str, store: &Store, session: &Session) -> Result<TopicId, Failure> {
    let id: TopicId = read(text)?;
    let stored = store.topics()?.into_iter().map(|topic| topic.id.to_string());
    let configured = |config: &Config| {
        config.topics.topics().map(|(topic, _)| topic.id.to_string()).collect::<Vec<_>>()
    };
    known("topic", id, stored, configured, session)
}

/// Reads the key of a feed to filter by, likewise.
pub fn stored_feed(text: &str, store: &Store, session: &Session) -> Result<FeedKey, Failure> {
    let key: FeedKey = read(text)?;
    let stored = store.feeds()?.into_iter().map(|feed| feed.state.key.to_string());
    let configured =
        |config: &Config| config.feeds.iter().map(|feed| feed.key.to_string()).collect();
    known("feed", key, stored, configured, session)
}

/// Reads the id of a channel to filter by. One that is configured no longer counts where
/// deliveries to it are stored.
pub fn stored_channel(text: &str, store: &Store, session: &Session) -> Result<ChannelId, Failure> {
    let id: ChannelId = read(text)?;
    let filter =
        DeliveryFilter { channel: Some(id.clone()), limit: 1, ..DeliveryFilter::default() };
    let stored = store.deliveries(&filter)?.into_iter().map(|found| found.channel.to_string());
    let configured =
        |config: &Config| config.channels.iter().map(|channel| channel.id.to_string()).collect();
    known("channel", id, stored, configured, session)
}

/// The newsroom that goes by this name or has this domain, as it is counted; a name that nobody
/// knows stays as it is. Where the config cannot be read now, the built-in list decides.
pub fn publisher(text: &str, session: &Session) -> String {
    newsrooms(session).canonical(text).to_owned()
}

/// Which names of publishers are one. Where the config cannot be read now, the built-in list says.
pub fn newsrooms(session: &Session) -> Arc<Directory> {
    let config = session.config();
    config.map_or_else(|_| Directory::builtin(), |config| Arc::clone(config.topics.publishers()))
}

/// The key, if something of that name is stored or configured. Where the config cannot be read
/// now, what is stored decides.
fn known<K: Display>(
    what: &str,
    key: K,
    stored: impl Iterator<Item = String>,
    configured: impl Fn(&Config) -> Vec<String>,
    session: &Session,
) -> Result<K, Failure> {
    let name = key.to_string();
    let mut names: Vec<String> = stored.collect();
    if names.contains(&name) {
        return Ok(key);
    }
    if let Ok(config) = session.config() {
        names.extend(configured(&config));
    }
    if names.contains(&name) {
        return Ok(key);
    }
    names.sort();
    names.dedup();
    Err(unknown(what, &name, &names))
}

/// There is no `what` of this name; these there are.
pub fn unknown(what: &str, name: &str, known: &[String]) -> Failure {
    let failure = Failure::said(Exit::Failed, format!("there is no {what} `{name}`"));
    match nearest(name, known) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => failure,
        None => failure.hint(format!("there are: {}", known.join(", "))),
    }
}

/// The known name that a typing mistake may have been meant for.
fn nearest<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let name: Vec<char> = name.chars().collect();
    let allowed = (name.len() / 3).max(1);
    let ranked = known.iter().filter_map(|other| {
        let letters: Vec<char> = other.chars().collect();
        Some((slips(&name, &letters, allowed)?, other.as_str()))
    });
    ranked.min().map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_mistake_is_met_with_the_name_that_was_meant() {
        let known = ["nato".to_owned(), "defence-alliances".to_owned()];
        assert_eq!(nearest("defense-aliances", &known), Some("defence-alliances"));
        assert_eq!(nearest("naot", &known), Some("nato"), "two letters swapped are one slip");
        assert_eq!(nearest("neta", &known), None, "two slips in four letters are another word");
        assert_eq!(nearest("natoo", &known), Some("nato"));
        assert_eq!(nearest("oil", &known), None);
    }
}
