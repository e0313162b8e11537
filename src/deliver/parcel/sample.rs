//! Parcels nobody ever sent: what templates are tried on before a real one comes. Each kind twice:
//! with all it can have, and with as little as it can have.

use super::Parcel;
use crate::deliver::digest::{
    self, CountV1, CountsV1, DigestAlertV1, DigestNoticeV1, DigestV1, FeedsV1, LateV1,
};
use crate::deliver::notice::{self, FeedNoteV1, NoticeV1, TopicNoteV1};
use crate::deliver::object::{
    self, AlertV1, DeliveryV1, EntryV1, EvidenceV1, LinksV1, ReasonV1, StoryV1, TermV1, TopicV1,
};

const TIME: &str = "2026-05-04T09:47:12Z";
/// What breaks an escaping that is none.
const HEADLINE: &str = "\"Quoted\" \\ NATO & <allies> sign {{ pact }} 'at once'";
const LINK: &str = "https://harbourwire.example/pact?id=1&from=feed";

/// One of each.
pub(in crate::deliver) fn all() -> Vec<Parcel> {
    vec![
        Parcel::Alert(Box::new(alert())),
        Parcel::Alert(Box::new(sparse_alert())),
        Parcel::Notice(Box::new(notice())),
        Parcel::Notice(Box::new(NoticeV1 {
            feeds: Vec::new(),
            topics: Vec::new(),
            more: 0,
            ..notice()
        })),
        Parcel::Digest(Box::new(digest())),
        Parcel::Digest(Box::new(sparse_digest())),
    ]
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn delivery() -> Option<DeliveryV1> {
    Some(DeliveryV1 { channel: text("sample"), id: text("D1") })
}

fn alert() -> AlertV1 {
    AlertV1 {
        schema: text(object::SCHEMA),
        id: text("A1"),
        seq: 2,
        event: text("updated"),
        time: text(TIME),
        reason: ReasonV1 {
            code: text("publishers>=2"),
            text: text("2 publishers tell it now"),
            remark: None,
        },
        note: Some(text("the topic's budget is used up")),
        repeat: 0,
        shadow: false,
        held_back: false,
        topic: TopicV1 {
            id: text("nato"),
            name: text("NATO"),
            severity: text("high"),
            tags: vec![text("alliances")],
            revision: text("5f1d"),
            file: text("topics/nato.toml"),
        },
        score: Some(8.5),
        threshold: Some(5.0),
        headline: text(HEADLINE),
        summary: text("Ministers signed a pact.\u{2028}More follows."),
        story: StoryV1 {
            id: text("S1"),
            entries: 2,
            publishers: 2,
            texts: Some(2),
            feeds: 2,
            first_seen: text(TIME),
            last_seen: text(TIME),
            new_publishers: vec![text("The Ledger")],
        },
        entry: EntryV1 {
            id: text("E1"),
            feed: text("harbour-wire"),
            feed_title: text("Harbour Wire"),
            publisher: text("Harbour Wire"),
            agency: Some(text("AFP")),
            guid: Some(text("tag:harbourwire.example,2026:1")),
            url: Some(text(LINK)),
            author: Some(text("Ada Ohm")),
            language: Some(text("en")),
            published: Some(text(TIME)),
            date_quality: text("exact"),
            seen: text(TIME),
        },
        terms: vec![TermV1 {
            term: text("NATO"),
            count: 2,
            in_title: 1,
            in_lead: 1,
            truncated: false,
        }],
        evidence: vec![EvidenceV1 {
            clause: text("NATO"),
            term: Some(text("NATO")),
            field: Some(text("title")),
            count: 2,
            spans: vec![[0, 4]],
            in_lead: 0,
            snippet: Some(text("\"Quoted\" \\ [NATO] & <allies>")),
            weight: Some(2.5),
        }],
        truncated: true,
        links: LinksV1 { article: Some(text(LINK)), ..LinksV1::default() },
        delivery: delivery(),
    }
}

fn sparse_alert() -> AlertV1 {
    let full = alert();
    AlertV1 {
        seq: 1,
        event: text("opened"),
        note: None,
        topic: TopicV1 { tags: Vec::new(), ..full.topic },
        score: None,
        threshold: None,
        summary: String::new(),
        story: StoryV1 { texts: None, new_publishers: Vec::new(), ..full.story },
        entry: EntryV1 {
            agency: None,
            guid: None,
            url: None,
            author: None,
            language: None,
            published: None,
            date_quality: text("missing"),
            ..full.entry
        },
        terms: Vec::new(),
        evidence: Vec::new(),
        truncated: false,
        links: LinksV1::default(),
        ..full
    }
}

fn notice() -> NoticeV1 {
    NoticeV1 {
        schema: text(notice::SCHEMA),
        id: text("N1"),
        event: text("feeds_trouble"),
        time: text(TIME),
        severity: text("medium"),
        headline: text("1 feed brings \"nothing\""),
        feeds: vec![FeedNoteV1 {
            feed: text("harbour-wire"),
            title: Some(text("Harbour \"Wire\"")),
            state: text("failing"),
            since: Some(text(TIME)),
            code: text("http_500"),
            detail: Some(text("it said: \\ 500")),
            advice: Some(text("look at it")),
            next_try: text(TIME),
        }],
        topics: vec![TopicNoteV1 { topic: text("nato"), text: text("nothing in 2 weeks") }],
        more: 1,
        delivery: delivery(),
    }
}

fn digest() -> DigestV1 {
    let count = |name: &str| CountV1 { name: text(name), count: 3 };
    DigestV1 {
        schema: text(digest::SCHEMA),
        id: text("G1"),
        channel: text("sample"),
        kind: text("regular"),
        time: text(TIME),
        since: text("2026-05-03T09:47:12Z"),
        zone: text("Europe/Copenhagen"),
        late: Some(LateV1 { due: text(TIME), missed: 1 }),
        headline: text("1 alert raised"),
        alerts: vec![DigestAlertV1 {
            id: text("A1"),
            seq: 2,
            time: text(TIME),
            topic: text("nato"),
            topic_name: text("NATO"),
            severity: text("high"),
            headline: text(HEADLINE),
            url: Some(text(LINK)),
            publishers: 2,
            texts: 2,
            publisher_names: vec![text("Harbour Wire"), text("The Ledger")],
            entries: 2,
            score: Some(8.5),
            threshold: Some(5.0),
            terms: vec![text("defence"), text("pact")],
            raised: true,
            revisions: 2,
            held: Some(text("budget")),
        }],
        more: 1,
        notices: vec![DigestNoticeV1 {
            id: text("N1"),
            time: text(TIME),
            event: text("burst"),
            severity: text("info"),
            headline: text("Far more than usual is said of 1 topic"),
            text: Some(text("nato: 12 in an hour")),
        }],
        counts: CountsV1 { raised: 1, revised: 1, over_budget: 1, quiet_hours: 0, in_digest: 0 },
        suppressed: vec![count("silence")],
        pending: 1,
        silent: vec![text("nato")],
        feeds: FeedsV1 { all: 6, trouble: vec![count("failing")] },
        shadow: vec![count("trial")],
        next: Some(text("2026-05-05T07:00:00Z")),
        delivery: delivery(),
    }
}

fn sparse_digest() -> DigestV1 {
    DigestV1 {
        late: None,
        alerts: Vec::new(),
        more: 0,
        counts: CountsV1::default(),
        suppressed: Vec::new(),
        pending: 0,
        silent: Vec::new(),
        feeds: FeedsV1::default(),
        shadow: Vec::new(),
        next: None,
        ..digest()
    }
}
