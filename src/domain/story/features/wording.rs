//! A text as it stands, word for word: what a feed gives again under another name.

use std::num::NonZeroU64;

use super::reading::Reading;
use crate::domain::document::Document;
use crate::domain::ids::Digest;
use crate::domain::text::hash::Key;

/// Fewest content words of a title without a text: a shorter one ("Live", "Weather warning") stands
/// over whatever happens next.
const TITLE_ALONE: usize = 3;

/// The hash of a title and text with whose they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wording(pub NonZeroU64);

/// What of an entry says the same when it is said again: nothing of one that says next to nothing.
pub(super) fn of(
    document: &Document,
    source: &str,
    title_words: usize,
    has_text: bool,
) -> Option<Wording> {
    if !has_text && title_words < TITLE_ALONE {
        return None;
    }
    let key = Key::new(Digest(*b"wording of texts"));
    let parts = [source, &document.title, &document.body].map(|part| key.hash(part.as_bytes()));
    let hash = key.hash(parts.map(u64::to_le_bytes).as_flattened());
    NonZeroU64::new(hash).map(Wording)
}

/// Whether the body says anything beside the title once more.
pub(super) fn has_text(reading: &Reading) -> bool {
    let title = reading.sentences.first().map(|said| said.hash);
    let mut words = reading.words.iter().filter(|word| word.sentence > 0);
    words.any(|word| {
        let said = reading.sentences.get(usize::from(word.sentence));
        said.map(|said| said.hash) != title
    })
}
