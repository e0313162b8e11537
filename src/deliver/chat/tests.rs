//! What the chat services are sent: whole messages ([`rendered`]), under hostile text ([`hostile`],
//! read back with [`decode`]), and what their answers mean ([`answers`]).

mod answers;
mod decode;
mod hostile;
mod rendered;

use serde_json::Value;

use super::*;
use crate::deliver::digest::{CountV1, CountsV1, DigestAlertV1, DigestV1, FeedsV1};
use crate::deliver::notice::{FeedNoteV1, NoticeV1};
use crate::deliver::object::{self, AlertV1};
use crate::domain::alert::{AlertEvent, Reason};

/// All services, each by its name.
fn services() -> Vec<(&'static str, Box<dyn Service>)> {
    let url = |text: &str| Url::parse(text).expect("a URL");
    let token = || Secret::new("t0k3n");
    vec![
        (
            "ntfy",
            Box::new(ntfy::Ntfy::new(url("https://ntfy.example"), "alerts", Default::default())),
        ),
        ("hook", Box::new(slack::Hook::new(url("https://hooks.slack.example/services/T/B/x")))),
        ("bot", Box::new(slack::Bot::new(url("https://slack.example/api"), "C1", token()))),
        ("mattermost", Box::new(mattermost::Mattermost::new(url("https://chat.example/hooks/x")))),
        (
            "discord",
            Box::new(discord::Discord::new(url("https://discord.example/api/webhooks/77/x"), None)),
        ),
        (
            "telegram",
            Box::new(telegram::Telegram::new(url("https://tg.example"), token(), "-1001", Some(7))),
        ),
        (
            "matrix",
            Box::new(matrix::Matrix::new(url("https://mx.example"), "!room:mx.example", token())),
        ),
    ]
}

fn service(name: &str) -> Box<dyn Service> {
    let found = services().into_iter().find(|(service, _)| *service == name);
    found.expect("a service").1
}

fn letter(parcel: &Parcel, updates: Updates) -> Letter {
    Letter { brief: Brief::of(parcel), id: "D1".to_owned(), updates }
}

fn opened() -> Parcel {
    Parcel::Alert(Box::new(AlertV1::from_revision(&object::tests::sample())))
}

fn second() -> Parcel {
    let mut revision = object::tests::sample();
    (revision.seq, revision.event) = (2, AlertEvent::Updated);
    revision.reason =
        Reason { code: "publishers>=2".to_owned(), text: "2 publishers tell the story".to_owned() };
    revision.story.publishers.push("Nordic Ledger".to_owned());
    revision.story.texts = 2;
    revision.story.new_publishers = vec!["Nordic Ledger".to_owned()];
    Parcel::Alert(Box::new(AlertV1::from_revision(&revision)))
}

fn notice(feeds: usize) -> Parcel {
    let feed = |n| FeedNoteV1 {
        feed: format!("courier-{n}"),
        title: None,
        state: "failing".to_owned(),
        since: Some("2026-06-02T11:03:00Z".to_owned()),
        code: "http_404".to_owned(),
        detail: Some("the server answered 404".to_owned()),
        advice: Some("look for its new address".to_owned()),
        next_try: "2026-06-02T12:03:00Z".to_owned(),
    };
    Parcel::Notice(Box::new(NoticeV1 {
        schema: crate::deliver::notice::SCHEMA.to_owned(),
        id: "N1".to_owned(),
        event: "feeds_trouble".to_owned(),
        time: "2026-06-02T11:30:00Z".to_owned(),
        severity: "medium".to_owned(),
        headline: format!("{feeds} feeds bring nothing"),
        feeds: (1..=feeds).map(feed).collect(),
        topics: Vec::new(),
        more: 5,
        delivery: None,
    }))
}

/// A digest of so many alerts, as long as they get.
fn digest(alerts: usize) -> Parcel {
    let alert = |n| DigestAlertV1 {
        id: format!("A{n}"),
        seq: 1,
        time: "2026-06-03T04:00:00Z".to_owned(),
        topic: "nato".to_owned(),
        topic_name: "NATO".to_owned(),
        severity: "high".to_owned(),
        headline: format!("Ministers sign pact number {n} {}", "after two long nights ".repeat(8)),
        url: Some(format!("https://harbourwire.example/pact/{n}?a=1&b=2")),
        publishers: 2,
        texts: 1,
        publisher_names: vec!["Harbour Wire".to_owned(), "Nordic Ledger".to_owned()],
        entries: 2,
        score: None,
        threshold: None,
        terms: vec!["pact".to_owned()],
        raised: true,
        revisions: 1,
        held: None,
    };
    Parcel::Digest(Box::new(DigestV1 {
        schema: crate::deliver::digest::SCHEMA.to_owned(),
        id: "G1".to_owned(),
        channel: "desk".to_owned(),
        kind: "regular".to_owned(),
        time: "2026-06-03T05:00:00Z".to_owned(),
        since: "2026-06-02T05:00:00Z".to_owned(),
        zone: "Europe/Copenhagen".to_owned(),
        late: None,
        headline: format!("{alerts} alerts raised"),
        alerts: (1..=alerts).map(alert).collect(),
        notices: Vec::new(),
        more: 12,
        counts: CountsV1::default(),
        suppressed: vec![CountV1 { name: "silenced".to_owned(), count: 4 }],
        pending: 1,
        silent: Vec::new(),
        feeds: FeedsV1::default(),
        shadow: Vec::new(),
        next: Some("2026-06-04T05:00:00Z".to_owned()),
        delivery: None,
    }))
}

/// What the body of a message shows to people, as its service would show it.
fn shown(name: &str, body: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let whole = match name {
        "ntfy" => format!("{}\n{}", text(&body["title"]), text(&body["message"])),
        "hook" | "bot" => decode::slack(body).expect("blocks"),
        "mattermost" => {
            decode::markdown(&text(&body["attachments"][0]["text"]), true).expect("Markdown")
        }
        "discord" => {
            let embed = &body["embeds"][0];
            let title = decode::markdown(&text(&embed["title"]), false).expect("Markdown");
            let description =
                decode::markdown(&text(&embed["description"]), false).expect("Markdown");
            format!("{}\n{title}\n{description}", text(&embed["author"]["name"]))
        }
        "telegram" => decode::html(&text(&body["text"]), &["b", "a", "blockquote"]).expect("HTML"),
        _ => {
            let html = text(&body["formatted_body"]);
            decode::html(&html, &["strong", "a", "blockquote", "br"]).expect("HTML")
        }
    };
    whole.replace('\u{200b}', "")
}
