//! The one decision of the pipeline: what becomes of the entries of a fetched feed, in two pure
//! steps within one transaction. [`arrange()`] tells from what came ([`Batch`]) and what was there
//! before ([`Seen`]) which entries are new, and which stories they tell. Then the store reads what
//! there is of those stories, and of no others ([`View`]), and [`plan()`] decides the rest: a
//! complete [`Plan`] that the store applies. What people do to stories goes through [`edit`].

mod arrange;
pub mod edit;
mod facts;
mod linked;
mod plan;
mod prepared;
mod recognition;
mod routes;
mod told;
mod turn;

pub use arrange::{Arranged, Arrangement, Found, Merge, Placed, arrange};
pub use linked::{Linked, opening};
pub use plan::{
    Due, PastMatch, Render, Waiter, plan, plan_after_all, plan_article, plan_due, plan_pushed,
    plan_waiting,
};
pub use routes::{Route, Routes};
pub use told::LastTold;
pub use turn::ARCHIVE;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::alert::delivery::NewDelivery;
use super::alert::merit::Merit;
use super::alert::new_facts::Telling;
use super::alert::pending::Pending;
use super::alert::silence::Silence;
use super::alert::terms::Withheld;
use super::alert::{AlertRevision, Reason};
use super::document::Document;
use super::entry::{DateQuality, Entry, EntryKeys, ParsedEntry, correction};
use super::feed::habits::Manner;
use super::feed::{
    Feed, FeedEvent, FeedLinks, FeedState, FetchRecord, Freshness, Rhythm, Validators,
};
use super::ids::{AlertId, ChannelId, Digest, EntryId, IdSource, StoryId, TopicId};
use super::publisher::Directory;
use super::story::features::Features;
use super::story::index::StoryState;
use super::story::vector::Vector;
use super::story::{Member, Story};
use super::topic::compile::TopicSet;
use super::topic::evidence::Match;
use super::topic::{Severity, Topic};

/// The topic of this id, if it is configured.
pub(in crate::domain) fn topic_of<'a>(
    topics: &'a [Arc<Topic>],
    id: &TopicId,
) -> Option<&'a Arc<Topic>> {
    topics.iter().find(|topic| topic.id == *id)
}

/// Most matched entries of one story that a decision hears of, the latest ones.
pub const MAX_MATCHED: usize = 500;

/// A fetched, parsed and matched feed document, ready to be decided on.
#[derive(Debug, Clone)]
pub struct Batch {
    pub feed: Arc<Feed>,
    pub title: Option<String>,
    pub validators: Validators,
    pub body_hash: Digest,
    /// Whether the whole document was read. A cut one is no baseline, or what was missing would
    /// be new the next time.
    pub complete: bool,
    pub freshness: Freshness,
    pub rhythm: Rhythm,
    /// The feed's hub and own address, as the document or the answer's headers name them.
    pub links: FeedLinks,
    /// What the document is like, apart from its entries.
    pub manner: Manner,
    /// The record of the fetch; `new_entries` and `would_have_raised` are filled in by the plan.
    pub fetch: FetchRecord,
    pub entries: Vec<Prepared>,
    /// Every channel there is, in configured order, and which alerts go there.
    pub routes: Routes,
    /// Every topic there is: merging two stories may close an alert of any.
    pub topics: Vec<Arc<Topic>>,
    /// Their rules, to ask them what an entry said before. `None`: it is not asked, and counts as found.
    pub rules: Option<Arc<TopicSet>>,
    /// Which names of publishers are one: the user's own newsrooms among them.
    pub publishers: Arc<Directory>,
}

/// One entry, prepared outside of the transaction.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The entry as its feed gave it: what is set aside if deciding on it breaks, and by what it is
    /// known then. Empty where nothing is set aside.
    pub given: Arc<ParsedEntry>,
    pub guid: Option<String>,
    pub document: Document,
    pub publisher: String,
    pub published: Option<Timestamp>,
    pub date_quality: DateQuality,
    /// The date as the feed gave it, unless it was put on the whole document alike.
    pub own_date: Option<Timestamp>,
    /// The latest time at which it can have been published, where its date leaves that open.
    pub latest: Option<Timestamp>,
    /// The date as the feed wrote it.
    pub date_text: Option<String>,
    pub keys: EntryKeys,
    /// Hash of title and body.
    pub content: Digest,
    /// What of it is compared with other entries.
    pub features: Features,
    /// Topics found in it, each with the topic that found it.
    pub matches: Vec<(Arc<Topic>, Match)>,
}

/// What was there before a batch: what [`arrange()`] goes by.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The highest id ever handed out.
    pub last_id: i64,
    pub feed: FeedState,
    /// Which of the batch's keys this feed has had before. Purged entries are known too.
    pub known: HashMap<Digest, Arc<Known>>,
    /// What the feed was like before.
    pub past: Past,
    /// The newest entry of any feed with the link of an unknown entry, and its story; within
    /// [`super::story::shelf::LINK_WINDOW`].
    pub links: HashMap<Digest, Linked>,
    /// Those of these stories that do not grow by themselves any more.
    pub asleep: HashMap<StoryId, StoryState>,
}

/// What is known, as far as it bears on a batch; read in the same transaction.
#[derive(Debug, Clone)]
pub struct View {
    pub seen: Seen,
    /// Which entries are new, and where they belong.
    pub arrangement: Arrangement,
    /// The stories that are joined, merged, or told anew by known entries; as they were before.
    pub stories: HashMap<StoryId, Story>,
    /// The entries whose titles are the headlines of joined stories, where others may take over.
    pub held: HashMap<StoryId, HeldHeadline>,
    /// Ids of stories that were merged into one of these.
    pub aliases: HashMap<StoryId, Vec<StoryId>>,
    /// Alerts there are for those of the stories in which something matched or that are merged.
    pub alerts: HashMap<(TopicId, StoryId), AlertSoFar>,
    /// Publishers whose entries in those stories matched a topic, with when.
    pub matched: HashMap<(TopicId, StoryId), Vec<(String, Timestamp)>>,
    /// Of stories that are merged or split: what their open alerts told last.
    pub told: HashMap<AlertId, LastTold>,
    pub silences: Vec<Silence>,
    /// Since when each revision of a topic's rule that matched a known entry is in use.
    pub in_use_since: HashMap<Digest, Timestamp>,
    /// What known entries said before, where a rule that matched is younger than they are.
    pub earlier: HashMap<EntryId, Entry>,
    /// For topics with a budget: how many revisions were pushed within the last
    /// [`super::alert::budget::WINDOW`].
    pub pushed: HashMap<TopicId, u32>,
    /// Topics of which a revision was held back on this day already.
    pub held_back: HashSet<TopicId>,
    /// Where a topic that matched wants to know new facts: what its alerted stories told, the
    /// latest entries.
    pub tellings: HashMap<StoryId, Vec<Telling>>,
    /// Stories that wait for publishers, since when.
    pub pending: HashMap<(TopicId, StoryId), Timestamp>,
    /// For channels with a budget: what they were sent within that time.
    pub channels_told: HashMap<ChannelId, Vec<Merit>>,
}

impl View {
    /// A view that knows nothing but what was arranged.
    pub fn of(seen: Seen, arrangement: Arrangement) -> Self {
        Self {
            seen,
            arrangement,
            stories: HashMap::new(),
            held: HashMap::new(),
            aliases: HashMap::new(),
            alerts: HashMap::new(),
            matched: HashMap::new(),
            told: HashMap::new(),
            silences: Vec::new(),
            in_use_since: HashMap::new(),
            earlier: HashMap::new(),
            pushed: HashMap::new(),
            held_back: HashSet::new(),
            tellings: HashMap::new(),
            pending: HashMap::new(),
            channels_told: HashMap::new(),
        }
    }
}

/// The entry whose title a story has as its headline.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldHeadline {
    pub title: String,
    pub vector: Vector,
    pub seen: Timestamp,
    /// A topic was found in the title.
    pub carries_topic: bool,
}

/// What a feed was like before a batch; each asked only where the batch makes it a question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// Whether the feed has had any entry.
    pub any: bool,
    /// Entries in the longest of its last documents; asked if the batch has many.
    pub longest: Option<u32>,
    /// Registrable domains that its latest entries led to; asked if the batch has nothing known.
    pub sites: HashSet<String>,
}

/// An entry this feed has had before.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub entry: EntryId,
    pub revision: u32,
    /// Hash of its present title and body; `None` once the entry was purged.
    pub content: Option<Digest>,
    /// Its present title, link and date; empty once purged.
    pub title: String,
    pub url: Option<String>,
    pub published: Option<Timestamp>,
    /// Whether it said already that it corrects or withdraws something.
    pub corrected: bool,
    /// Whether it repeats the text of another entry.
    pub copies: bool,
    /// How many keys it has learnt beside those it came with.
    pub aliases: u32,
    /// Its story; `None` once purged.
    pub story: Option<StoryId>,
    pub first_seen: Timestamp,
    /// Topics that have matched any revision of it.
    pub topics: Vec<TopicId>,
}

impl Known {
    /// What is known of an entry as it was stored, with its story.
    pub fn of(entry: &Entry, member: Option<&Member>) -> Self {
        Self {
            entry: entry.id,
            revision: entry.revision,
            content: Some(entry.content),
            title: entry.document.title.clone(),
            url: entry.document.url.clone(),
            published: entry.published,
            corrected: correction::correction(&entry.document).is_some(),
            copies: member.is_some_and(|member| member.copy_of.is_some()),
            aliases: 0,
            story: member.map(|member| member.story),
            first_seen: entry.first_seen,
            topics: Vec::new(),
        }
    }

    /// What is known of a purged entry: hardly more than that it was there.
    pub fn purged(entry: EntryId) -> Self {
        Self {
            entry,
            revision: 0,
            content: None,
            title: String::new(),
            url: None,
            published: None,
            corrected: false,
            copies: false,
            aliases: 0,
            story: None,
            first_seen: IdSource::made_at(entry.0),
            topics: Vec::new(),
        }
    }
}

/// The alert of a topic and story, as far as a decision needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertSoFar {
    pub alert: AlertId,
    /// Last revision.
    pub seq: u32,
    /// Whether its last revision is its opening.
    pub just_opened: bool,
    /// When the last revision that told of something new was made.
    pub revised: Timestamp,
    /// Publishers the last revision spoke of.
    pub publishers: Vec<String>,
    /// Its severity by then.
    pub severity: Severity,
    /// A revision that waits until the last one is old enough.
    pub held: Option<Held>,
    /// Last matched entry of the story, alerting or not.
    pub last_activity: Timestamp,
    /// Nobody was told of it yet: its topic was in shadow mode all the time.
    pub shadow: bool,
    /// When it last told of a correction, if ever.
    pub corrected: Option<Timestamp>,
    /// Somebody closed it.
    pub closed: bool,
}

/// A revision of an alert that `repeat_every` held back: it is made when that is over, if nothing
/// else brings one before.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    pub due: Timestamp,
    /// The entry it is about.
    pub entry: EntryId,
    /// The severity it would give the alert.
    pub severity: Severity,
    /// What was new.
    pub reason: Reason,
}

/// All that is to be written for one batch, complete with ids.
#[derive(Debug, Clone)]
pub struct Plan {
    pub last_id: i64,
    pub feed: FeedState,
    pub fetch: FetchRecord,
    /// New entries and, for known ones that changed, their new revision.
    pub entries: Vec<Entry>,
    pub revised: Vec<Entry>,
    /// Keys to remember: of new entries, and aliases that known ones have learnt.
    pub keys: Vec<(Digest, EntryId)>,
    /// Matches found, each of one revision of one entry.
    pub matches: Vec<(EntryId, u32, Match)>,
    /// Stories opened, grown or merged, as they are after this batch.
    pub stories: Vec<Story>,
    pub members: Vec<Member>,
    /// Stories whose entries are another's from now on, with the alerts that go along.
    pub merges: Vec<Merged>,
    pub alerts: Vec<AlertRevision>,
    /// Each of `alerts` in the form in which it is shown and published, in the same order.
    pub objects: Vec<Vec<u8>>,
    pub deliveries: Vec<NewDelivery>,
    /// Revisions that channels are not sent although they are meant for them.
    pub withheld: Vec<Withheld>,
    /// Topics whose budget holds a revision back for the first time on this day.
    pub overspent: Vec<TopicId>,
    /// What was decided for each match, and why.
    pub decisions: Vec<Decision>,
    /// Alerts with a revision that is held back from now on, or (`None`) no longer. Applied after
    /// `alerts`: a revision takes the place of one that was held back.
    pub held: Vec<(AlertId, Option<Held>)>,
    /// Stories that wait for publishers. An alert that is raised ends it.
    pub pending: Vec<Pending>,
    /// Entries that were taken as the past: their pages are no news either.
    pub past: HashSet<EntryId>,
    /// What happened to the feed by this batch, apart from its entries.
    pub events: Vec<FeedEvent>,
}

/// A merge as it is carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    pub merge: Merge,
    /// Alerts that are the other story's from now on.
    pub follow: Vec<AlertId>,
    /// Alerts that are closed, each with the older one of its topic that goes on.
    pub closed: Vec<(AlertId, AlertId)>,
}

/// One decision over a match, kept to answer "why (not)?".
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub entry: EntryId,
    pub topic: TopicId,
    pub story: StoryId,
    pub alert: Option<AlertId>,
    /// `raise`, `amend`, `record`, `suppress` or `baseline`.
    pub verdict: &'static str,
    pub reason: Reason,
    /// The silence that held it back, if one did.
    pub silence: Option<i64>,
}
