//! The plan for an article: a known entry whose page was read. The page is a revision of the
//! entry, and a topic that only now matches may raise its alert. The feed itself is not touched.

use jiff::Timestamp;

use super::{Planner, Render};
use crate::domain::alert::policy::Verdict;
use crate::domain::ids::EntryId;
use crate::domain::ingest::{Batch, Plan, Prepared, View};

/// Decides what becomes of the article of `entry`: the one entry of the batch, prepared with its
/// text. `None` if the entry is gone or says something else by now.
pub fn plan_article(
    view: &View,
    batch: &Batch,
    entry: EntryId,
    now: Timestamp,
    render: Render,
) -> Option<Plan> {
    let prepared = batch.entries.first()?;
    let mut planner = Planner::new(view, batch, now, render);
    planner.article(prepared, entry)?;
    Some(planner.found())
}

impl Planner<'_> {
    fn article(&mut self, prepared: &Prepared, id: EntryId) -> Option<()> {
        let known = self.view.seen.known.values().find(|known| known.entry == id)?.as_ref();
        let story = known.story?;
        // What the feed says tells a revision, also from now on: the page's text does not.
        if known.content? != prepared.content {
            return None;
        }
        let revision = known.revision.saturating_add(1);
        let entry = self.stored(prepared, id, revision, known.first_seen);
        self.hear(story, &entry, false);
        for (topic, found) in &prepared.matches {
            self.plan.matches.push((id, revision, found.clone()));
            match self.already_told(known, topic, found) {
                Some(reason) => self.record(&entry, story, topic, Verdict::Record, reason),
                None => self.decide(&entry, story, (topic, found), None, None),
            }
        }
        self.plan.revised.push(entry);
        Some(())
    }
}
