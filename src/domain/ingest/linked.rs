//! What a link says of a new entry's story. One that other feeds lead to as well is about the same
//! page; but a page may show one current item, each under the same link as the one before it.

use super::recognition;
use crate::domain::document::Document;
use crate::domain::ids::{EntryId, StoryId};
use crate::domain::story::signature::Signature;
use crate::domain::untrusted;

/// Most characters of a text that stand for a title that is missing.
const OPENING_CHARS: usize = 300;

/// The newest entry with a link, and its story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    pub entry: EntryId,
    pub story: StoryId,
    /// What the batch's feed told under this link last ([`opening`]), if that is in this story; `None`
    /// where only other feeds told the story under it.
    pub own: Option<String>,
}

impl Linked {
    /// Whether a new entry of the batch with this link tells the story, whatever else it says. Where
    /// the feed told that story under the link itself, only if it goes on in like words, as a live page
    /// does: it is not the entry of before, and would only repeat it.
    pub(super) fn is_joined_by(&self, document: &Document) -> bool {
        let now = || Signature::of(&opening(&document.title, &document.body), None);
        let goes_on = |own: &String| recognition::alike(&Signature::of(own, None), &now());
        self.own.as_ref().is_none_or(goes_on)
    }
}

/// By what the items of one page are compared: the title, or the start of the text where there is
/// none.
pub fn opening(title: &str, body: &str) -> String {
    let text = if title.trim().is_empty() { body.trim() } else { title };
    untrusted::excerpt(text, OPENING_CHARS).into_owned()
}
