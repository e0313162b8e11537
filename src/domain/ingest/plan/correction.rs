//! Corrections and withdrawals: who was told something wrong is told that it was, at once and
//! whatever the topic's alert told before; of several, as many newsrooms make them of one event, the
//! first within `repeat_every`. What one looks like is in [`crate::domain::entry::correction`].

use super::Planner;
use crate::domain::alert::Reason;
use crate::domain::alert::policy::{self, Verdict};
use crate::domain::entry::{Entry, correction};
use crate::domain::ids::StoryId;
use crate::domain::topic::Topic;
use crate::domain::topic::evidence::Match;

impl Planner<'_> {
    /// Tells of a correction by a revision of the alert there is. Returns whether it did: if nobody
    /// was told of the story, or [the policy](policy::may_correct) is against it, the entry is one
    /// like any other.
    pub(super) fn correct(
        &mut self,
        entry: &Entry,
        story: StoryId,
        (topic, found): (&Topic, &Match),
    ) -> bool {
        let Some(mark) = correction::correction(&entry.document) else {
            return false;
        };
        let key = (topic.id.clone(), story);
        if !policy::may_correct(&topic.alert, &self.situation(entry, (topic, found), &key)) {
            return false;
        }
        let text = format!("the publisher corrects or withdraws it: \"{mark}\"");
        let reason = Reason { code: policy::CORRECTION.to_owned(), text };
        self.carry_out(entry, (topic, found), &key, (Verdict::Amend, reason), None);
        true
    }
}
