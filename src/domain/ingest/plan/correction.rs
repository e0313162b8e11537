//! Corrections and withdrawals: who was told something wrong is told that it was, at once and
//! whatever the topic's alert told before. What one looks like is in
//! [`crate::domain::entry::correction`].

use super::Planner;
use crate::domain::alert::Reason;
use crate::domain::alert::policy::Verdict;
use crate::domain::entry::{Entry, correction};
use crate::domain::ids::StoryId;
use crate::domain::topic::evidence::Match;
use crate::domain::topic::{Mode, Topic};

impl Planner<'_> {
    /// Tells of a correction by a revision of the alert there is. Returns whether it was one: if
    /// nobody was told of the story, or it is silenced, the entry is one like any other.
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
        let unheard = |shadow: bool| shadow && topic.mode != Mode::Shadow;
        if self.alerts.get(&key).is_none_or(|alert| unheard(alert.shadow))
            || self.situation(entry, (topic, found), &key).silence.is_some()
        {
            return false;
        }
        let text = format!("the publisher corrects or withdraws it: \"{mark}\"");
        let reason = Reason { code: "correction".to_owned(), text };
        self.carry_out(entry, (topic, found), &key, (Verdict::Amend, reason), None);
        true
    }
}
