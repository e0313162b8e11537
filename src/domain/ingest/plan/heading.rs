//! The headline of a story as it grows: the newcomer's title, if it is the better one.

use super::Planner;
use crate::domain::document::Field;
use crate::domain::entry::Entry;
use crate::domain::ids::StoryId;
use crate::domain::ingest::facts::headline;
use crate::domain::ingest::{Placed, Prepared};
use crate::domain::story::headline::{Candidate, Current, choose};
use crate::domain::topic::evidence::Match;

impl Planner<'_> {
    /// Gives a story the title of an entry that joined it, if that stands for it better.
    pub(super) fn head(
        &mut self,
        id: StoryId,
        entry: &Entry,
        prepared: &Prepared,
        placed: &Placed,
    ) {
        let now = self.now;
        let Some(story) = self.stories.get_mut(&id) else { return };
        let own = Current { entry: entry.id, since: now };
        if placed.opens {
            story.headline_of = Some(own);
            return;
        }
        let held = story.headline_of.zip(self.view.held.get(&id));
        let (Some((current, held)), Some((vector, centroid))) = (held, &placed.about) else {
            return;
        };
        let held = Candidate {
            entry: current.entry,
            title: &held.title,
            vector: &held.vector,
            seen: held.seen,
            carries_topic: held.carries_topic,
        };
        let newcomer = Candidate {
            entry: entry.id,
            title: &entry.document.title,
            vector,
            seen: now,
            carries_topic: prepared.matches.iter().any(|(_, found)| is_in_title(found)),
        };
        if choose(&[held, newcomer], centroid, Some(current), now) == Some(entry.id) {
            story.headline = headline(entry);
            story.headline_of = Some(own);
        }
    }
}

/// Whether a topic was found in the title.
fn is_in_title(found: &Match) -> bool {
    let mut spans = found.evidence.clauses.iter().flat_map(|clause| clause.spans.iter());
    spans.any(|span| span.field == Field::Title)
}
