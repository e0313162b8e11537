//! The numbers behind the reason of a member, as they stand in `story_members.detail`: a JSON
//! object, apart from the code of the reason.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{EntryId, StoryId};
use crate::domain::story::placement::{Carrier, Copied, JoinReason, Likeness, Near};

/// All that any reason has; what a reason does not have is left out. Shares are in 1/10000.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ReasonRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cosine: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    needed: Option<u32>,
    /// The runner-up, or for a new story the one that came nearest, with its cosine.
    #[serde(skip_serializing_if = "Option::is_none")]
    near: Option<(i64, u32)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    words: Vec<(String, u32)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    others: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shared: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    own: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    theirs: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    facts: Vec<String>,
    /// How much of the text is that of `copy_of`, where the reason is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    copied: Option<u32>,
}

impl ReasonRow {
    /// The row of a reason, and of what share of the text is a copy.
    pub fn of(reason: &JoinReason, copy: Option<Copied>) -> Self {
        let copied = copy.map(|copy| copy.share);
        let row = Self { copied, ..Self::default() };
        let near = |near: &Near| (near.story.0, near.cosine);
        match reason {
            JoinReason::Told => row,
            JoinReason::Opened { nearest, needed } => {
                Self { near: nearest.as_ref().map(near), needed: Some(*needed), ..row }
            }
            JoinReason::SameLink { entry } | JoinReason::SameWords { entry } => {
                Self { entry: Some(entry.0), ..row }
            }
            JoinReason::Copy { of, share } => {
                Self { entry: Some(of.0), share: Some(*share), ..row }
            }
            JoinReason::Alike(likeness) => Self {
                cosine: Some(likeness.cosine),
                needed: Some(likeness.needed),
                near: likeness.runner_up.as_ref().map(near),
                words: likeness.carriers.iter().map(|c| (c.word.clone(), c.share)).collect(),
                others: Some(likeness.others),
                ..row
            },
            JoinReason::SimilarTitle { entry, shared, own, theirs } => Self {
                entry: Some(entry.0),
                shared: Some(*shared),
                own: Some(*own),
                theirs: Some(*theirs),
                ..row
            },
            JoinReason::SameFacts { entry, facts, own, theirs } => Self {
                entry: Some(entry.0),
                facts: facts.clone(),
                own: Some(*own),
                theirs: Some(*theirs),
                ..row
            },
        }
    }

    /// The reason of this code. Numbers that earlier versions did not keep are zero.
    pub fn reason(self, code: &str) -> JoinReason {
        let near = self.near.map(|(story, cosine)| Near { story: StoryId(story), cosine });
        let entry = EntryId(self.entry.unwrap_or_default());
        let number = Option::<u32>::unwrap_or_default;
        let (own, theirs) = (number(self.own), number(self.theirs));
        match code {
            "told" => JoinReason::Told,
            "same_link" => JoinReason::SameLink { entry },
            "same_words" => JoinReason::SameWords { entry },
            "copy" => JoinReason::Copy { of: entry, share: number(self.share) },
            "alike" => JoinReason::Alike(Likeness {
                cosine: number(self.cosine),
                needed: number(self.needed),
                runner_up: near,
                carriers: (self.words.into_iter())
                    .map(|(word, share)| Carrier { word, share })
                    .collect(),
                others: number(self.others),
            }),
            "similar_title" => {
                JoinReason::SimilarTitle { entry, shared: number(self.shared), own, theirs }
            }
            "same_facts" => JoinReason::SameFacts { entry, facts: self.facts, own, theirs },
            _ => JoinReason::Opened { nearest: near, needed: number(self.needed) },
        }
    }

    /// The share of the text that is a copy.
    pub fn copied(&self) -> u32 {
        self.copied.unwrap_or_default()
    }
}
