//! Messages as people read them, in text and as pages, and what no text from outside can do there.

use proptest::prelude::*;

use super::*;
use crate::deliver::notice::NoticeV1;
use crate::deliver::object::tests::sample;
use crate::deliver::object::{AlertV1, EvidenceV1};
use crate::deliver::terminal::digest::tests::digest;
use crate::domain::alert::{AlertEvent, AlertRevision, Reason};
use crate::domain::feed::health::{Condition, advice};
use crate::domain::ids::NoticeId;
use crate::domain::notice::{FeedNote, Notice, NoticeKind};

const FOOTER: &str = "Sent by wirewatch";

fn of_revision(revision: &AlertRevision) -> Message {
    Message::new(&Parcel::Alert(Box::new(AlertV1::from_revision(revision))))
}

/// A second publisher joined; the first told it in Arabic.
pub(in crate::deliver) fn update() -> AlertRevision {
    let mut revision = sample();
    (revision.seq, revision.event) = (2, AlertEvent::Updated);
    revision.reason =
        Reason { code: "publishers>=2".to_owned(), text: "2 publishers tell the story".to_owned() };
    revision.story.publishers = vec!["Harbour Wire".to_owned(), "جريدة الميناء".to_owned()];
    revision.story.new_publishers = vec!["جريدة الميناء".to_owned()];
    revision.story.texts = 2;
    revision.headline = "حلف NATO يوقع اتفاقا مع الدنمارك".to_owned();
    revision.entry.publisher = "جريدة الميناء".to_owned();
    revision.entry.language = Some("ar".to_owned());
    revision.note = Some("the budget of the topic is used up until 18:00 UTC".to_owned());
    revision
}

fn notice() -> Message {
    let at = |text: &str| text.parse().expect("a time");
    let feed = |feed: &str, title: Option<&str>| FeedNote {
        feed: feed.parse().expect("a key"),
        title: title.map(str::to_owned),
        condition: Condition::Failing,
        since: Some(at("2026-06-01T11:03:09Z")),
        code: "http_404".into(),
        detail: Some("the server answered 404".to_owned()),
        advice: advice("http_404"),
        next_try: at("2026-06-03T12:00:00Z"),
    };
    let feeds = vec![feed("courier", Some("The <Courier>")), feed("gazette", None)];
    let headline = "2 feeds need attention".to_owned();
    let now = at("2026-06-03T11:00:00Z");
    let mut notice = Notice::of_feeds(now, NoticeKind::FeedsTrouble, headline, feeds);
    notice.more = 4;
    Message::new(&Parcel::Notice(Box::new(NoticeV1::new(&notice, NoticeId(7)))))
}

fn in_text(message: &Message) -> String {
    format!("{}\n\n{}", message.title(200), text::render(message))
}

#[test]
fn an_opening_in_text() {
    insta::assert_snapshot!(in_text(&of_revision(&sample())));
}

#[test]
fn an_opening_as_a_page() {
    insta::assert_snapshot!(html::render(&of_revision(&sample()), FOOTER));
}

#[test]
fn an_update_in_another_direction_in_text() {
    insta::assert_snapshot!(in_text(&of_revision(&update())));
}

#[test]
fn an_update_in_another_direction_as_a_page() {
    insta::assert_snapshot!(html::render(&of_revision(&update()), FOOTER));
}

#[test]
fn a_notice_in_text_and_as_a_page() {
    let message = notice();
    insta::assert_snapshot!(format!("{}\n{}", in_text(&message), html::render(&message, FOOTER)));
}

#[test]
fn a_digest_in_text_and_as_a_page() {
    let message = Message::new(&Parcel::Digest(Box::new(digest())));
    insta::assert_snapshot!(format!("{}\n{}", in_text(&message), html::render(&message, FOOTER)));
}

#[test]
fn an_end_says_who_ended_it() {
    let mut revision = sample();
    (revision.seq, revision.event) = (3, AlertEvent::Closed);
    revision.reason = Reason { code: "closed".to_owned(), text: "by ada: old news".to_owned() };
    let message = of_revision(&revision);
    assert_eq!(message.news.as_deref(), Some("closed: by ada: old news"));
    let title = message.title(80);
    assert!(
        title.starts_with("[high] Defence alliances: closed: by ada: old news · Keir "),
        "{title}"
    );
    assert!(title.chars().count() <= 80 && title.ends_with('…'), "{title}");
}

#[test]
fn no_more_than_two_links_and_none_that_a_browser_would_run() {
    let mut alert = AlertV1::from_revision(&sample());
    alert.links.alert = Some("https://wire.example/alerts/A1".to_owned());
    alert.links.why = Some("https://wire.example/alerts/A1/why".to_owned());
    let links = |alert: &AlertV1| Message::new(&Parcel::Alert(Box::new(alert.clone()))).links;
    let urls: Vec<String> = links(&alert).into_iter().map(|link| link.url).collect();
    let article = "https://harbourwire.example/politics/starmer-denmark";
    assert_eq!(urls, [article, "https://wire.example/alerts/A1"]);
    alert.links.article = Some("javascript:alert(1)".to_owned());
    alert.links.alert = Some("data:text/html,x".to_owned());
    assert_eq!(links(&alert), []);
}

/// Texts of those who mean harm: markup, marks, escapes, and everything else.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<char>().prop_map(String::from),
        prop::sample::select(vec![
            "<script>alert(1)</script>",
            "\"><img src=x onerror=1>",
            "'",
            "&lt;",
            "</title>",
            "[",
            "]",
            "[NATO]",
            "\u{202e}",
            "\u{2066}",
            "\u{2069}",
            "\r\n",
            "\u{1b}[2J",
            "\u{2028}",
            "\0",
            "-->",
            "<!--",
            "حلف",
            "https://x.example",
            "javascript:",
            "style=\"",
            "{{7*7}}",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_from_outside_becomes_markup_or_a_line_of_its_own(evil in hostile()) {
        let mut alert = AlertV1::from_revision(&sample());
        let snippet = EvidenceV1 { snippet: Some(evil.clone()), field: Some("body".to_owned()), ..alert.evidence[0].clone() };
        alert.evidence.push(snippet);
        for text in [
            &mut alert.headline, &mut alert.topic.name, &mut alert.entry.publisher, &mut alert.id,
            &mut alert.story.id, &mut alert.reason.text, &mut alert.terms[0].term,
        ] {
            *text = evil.clone();
        }
        alert.note = Some(evil.clone());
        alert.entry.language = Some(evil.clone());
        alert.links.article = Some(format!("https://x.example/{evil}"));
        let plain = AlertV1::from_revision(&sample());
        let message = Message::new(&Parcel::Alert(Box::new(alert)));
        let page = html::render(&message, FOOTER);
        let tags = tags(&page);
        for tag in &tags {
            prop_assert!(KNOWN.contains(&tag.as_str()), "<{tag}> in {page}");
        }
        prop_assert!(!page.contains(untrusted_but_lines), "{page:?}");
        // Headline, particulars, … each one line, with an empty one before each paragraph.
        let text = text::render(&message);
        let allowed = text::render(&Message::new(&Parcel::Alert(Box::new(plain)))).lines().count() + 8;
        prop_assert!(text.lines().count() <= allowed, "{text}");
        prop_assert!(!message.title(200).contains('\n'));
    }
}

/// All that a page is made of.
const KNOWN: [&str; 18] = [
    "!doctype",
    "html",
    "head",
    "meta",
    "title",
    "body",
    "div",
    "p",
    "span",
    "strong",
    "h1",
    "bdi",
    "em",
    "blockquote",
    "mark",
    "a",
    "br",
    "ul",
];

fn untrusted_but_lines(c: char) -> bool {
    untrusted::is_hazard(c) && c != '\n'
}

/// The names of all elements that a parser finds.
fn tags(page: &str) -> Vec<String> {
    let tokens = html5gum::Tokenizer::new(page).flatten();
    let name = |token| match token {
        html5gum::Token::StartTag(tag) => Some(String::from_utf8_lossy(&tag.name).to_lowercase()),
        html5gum::Token::Comment(_) => Some("comment".to_owned()),
        _ => None,
    };
    tokens.filter_map(name).collect()
}
