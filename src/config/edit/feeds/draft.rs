//! A feed to be written, and the lines that it becomes.

use super::super::quoted;
use crate::domain::ids::FeedKey;

/// A feed to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedDraft {
    pub key: FeedKey,
    /// Absolute http or https URL without credentials.
    pub url: String,
    pub title: Option<String>,
    pub publisher: Option<String>,
    pub tags: Vec<String>,
    /// Read the pages behind its entries as well.
    pub full_text: bool,
}

impl FeedDraft {
    /// The feed as it is written.
    pub fn to_toml(&self) -> String {
        table(self)
    }
}

/// Feeds as tables of a file.
pub fn tables(feeds: &[FeedDraft]) -> String {
    feeds.iter().map(table).collect::<Vec<_>>().join("\n")
}

fn table(feed: &FeedDraft) -> String {
    let mut lines =
        format!("[[feed]]\nid = {}\nurl = {}\n", quoted(feed.key.as_str()), quoted(&feed.url));
    for (key, value) in [("title", &feed.title), ("publisher", &feed.publisher)] {
        if let Some(value) = value {
            lines += &format!("{key} = {}\n", quoted(value));
        }
    }
    if !feed.tags.is_empty() {
        let tags: Vec<String> = feed.tags.iter().map(|tag| quoted(tag)).collect();
        lines += &format!("tags = [{}]\n", tags.join(", "));
    }
    if feed.full_text {
        lines += "full_text = true\n";
    }
    lines
}
