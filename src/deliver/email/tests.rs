//! The mail as it is handed in, and that nothing a feed says can be more in it than text.

use mailparse::{MailHeaderMap as _, ParsedMail};
use proptest::prelude::*;

use super::*;
use crate::config::MailTls;
use crate::deliver::message::tests::update;
use crate::deliver::object::tests::sample;
use crate::deliver::object::{AlertV1, freeze};
use crate::deliver::terminal::digest::tests::digest;
use crate::domain::alert::AlertRevision;
use crate::domain::alert::delivery::{Carried, Thread};
use crate::domain::ids::{AlertId, DeliveryId, DigestId};

fn config() -> EmailChannel {
    EmailChannel {
        server: "mail.example.org".to_owned(),
        port: 587,
        tls: MailTls::StartTls,
        login: None,
        from: "\"Wire, Watch\" <wire@example.org>".parse().expect("an address"),
        to: vec!["Zoë Desk <desk@example.org>".parse().expect("an address")],
        cc: vec!["night@example.net".parse().expect("an address")],
        reply_to: Some("editor@example.org".parse().expect("an address")),
        hello: None,
        timeout: Duration::from_secs(5),
    }
}

fn channel() -> ChannelId {
    "desk".parse().expect("a key")
}

fn claimed(body: Vec<u8>) -> Claimed {
    Claimed {
        id: DeliveryId(4),
        carried: Carried::Alert { alert: AlertId(1), seq: 1 },
        channel: channel(),
        body,
        attempt: 1,
        created: "2026-05-04T09:47:12Z".parse().expect("a time"),
        thread: Thread::default(),
    }
}

fn of_revision(revision: &AlertRevision) -> Claimed {
    claimed(freeze(revision, &channel(), DeliveryId(4)))
}

fn written(delivery: &Claimed) -> String {
    let letter = Writer::new(&channel(), &config()).write(delivery).expect("a mail");
    String::from_utf8(letter.bytes).expect("ASCII")
}

fn header(mail: &ParsedMail<'_>, name: &str) -> String {
    mail.headers.get_first_value(name).unwrap_or_default()
}

#[test]
fn the_whole_mail_of_an_opening() {
    insta::assert_snapshot!(written(&of_revision(&sample())).replace("\r\n", "\n"));
}

#[test]
fn the_whole_mail_of_an_update_that_answers_those_before() {
    let mut delivery = of_revision(&update());
    let handles = ["<D1@example.org>", "<D3@example.org>"].map(str::to_owned).to_vec();
    delivery.thread = Thread { handles };
    insta::assert_snapshot!(written(&delivery).replace("\r\n", "\n"));
}

#[test]
fn each_attempt_writes_the_same_bytes() {
    let delivery = of_revision(&sample());
    assert_eq!(written(&delivery), written(&Claimed { attempt: 7, ..delivery.clone() }));
    // Another delivery differs, though it says the same.
    let other = Claimed { id: DeliveryId(5), ..delivery.clone() };
    assert_ne!(written(&delivery), written(&other));
}

#[test]
fn a_digest_is_no_part_of_a_conversation() {
    let mut delivery = claimed(digest().to_bytes());
    delivery.carried = Carried::Digest(DigestId(1));
    let text = written(&delivery);
    let mail = mailparse::parse_mail(text.as_bytes()).expect("a mail");
    assert_eq!(
        header(&mail, "Subject"),
        "[digest, high] desk: 2 alerts raised; 1 over budget · Ministers sign a harbour defence pact that took them all of two long nights"
    );
    assert_eq!(header(&mail, "X-Wirewatch-Severity"), "high");
    assert_eq!(header(&mail, "References"), "");
    assert_eq!(header(&mail, "X-Wirewatch-Digest"), "G1");
}

#[test]
fn a_handle_that_is_no_name_of_a_mail_is_not_answered() {
    let mut delivery = of_revision(&sample());
    for bad in
        ["", "<>", "<a@b>\r\nBcc: x@y.example", "<a b@c>", "<a@b@c>", "D1@example.org", "<ä@b>"]
    {
        delivery.thread = Thread { handles: vec![bad.to_owned()] };
        let text = written(&delivery);
        let mail = mailparse::parse_mail(text.as_bytes()).expect("a mail");
        assert_eq!(header(&mail, "References"), "<S2@example.org>", "{bad}");
        assert_eq!(header(&mail, "In-Reply-To"), "", "{bad}");
        assert_eq!(header(&mail, "Bcc"), "");
    }
}

#[test]
fn bytes_that_no_version_wrote_are_never_sent() {
    let delivery = claimed(b"{\"schema\":\"wirewatch.alert.v9\"}".to_vec());
    let error = Writer::new(&channel(), &config()).write(&delivery).err().expect("refused");
    assert!(matches!(error, ChannelError::Permanent { .. }), "{error:?}");
}

/// What has been tried on mail programs: header lines, encoded words, directions, lengths.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<char>().prop_map(String::from),
        prop::sample::select(vec![
            "\r\nBcc: evil@example.net",
            "\r\n\r\n<html>",
            "\n.\r\n",
            "=?utf-8?q?Bcc=3A_x?=",
            "=?utf-8?b?4oCu?=",
            " =?",
            "?= ",
            "\u{202e}",
            "\u{2028}",
            "\0",
            "\t",
            "حلف",
            "東京都知事",
            "🚀",
            "--wirewatch-",
            "From ",
            " ",
        ])
        .prop_map(str::to_owned),
        "[a-z]{60,120}",
    ];
    prop::collection::vec(pieces, 0..14).prop_map(|pieces| pieces.concat())
}

const HEADERS: [&str; 21] = [
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "References",
    "List-Id",
    "Auto-Submitted",
    "Precedence",
    "X-Wirewatch-Delivery",
    "X-Wirewatch-Severity",
    "X-Wirewatch-Topic",
    "X-Wirewatch-Alert",
    "X-Wirewatch-Revision",
    "X-Wirewatch-Event",
    "X-Wirewatch-Story",
    "MIME-Version",
    "Content-Type",
    "",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_of_a_feed_makes_a_header_a_part_or_a_long_line(evil in hostile(), named in hostile()) {
        let mut alert = AlertV1::from_revision(&sample());
        alert.headline = evil.clone();
        alert.topic.name = named;
        for text in [&mut alert.id, &mut alert.event, &mut alert.topic.id, &mut alert.story.id] {
            *text = evil.clone();
        }
        let delivery = claimed(serde_json::to_vec(&alert).expect("JSON"));
        let letter = Writer::new(&channel(), &config()).write(&delivery).expect("a mail");
        prop_assert!(letter.bytes.is_ascii());
        let text = String::from_utf8(letter.bytes).expect("ASCII");
        let bare = text.replace("\r\n", "").contains(['\r', '\n', '\0', '\x1b']);
        prop_assert!(!bare, "{text:?}");
        for line in text.split("\r\n") {
            prop_assert!(line.len() <= 998, "{line}");
        }
        let mail = mailparse::parse_mail(text.as_bytes()).expect("a mail");
        let names: Vec<String> = mail.headers.iter().map(|header| header.get_key()).collect();
        let mut expected = HEADERS[..20].to_vec();
        expected.retain(|name| names.iter().any(|own| own == name) || *name != "In-Reply-To");
        let mut sorted: Vec<&str> = names.iter().map(String::as_str).collect();
        sorted.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(sorted, expected);
        prop_assert_eq!(mail.subparts.len(), 2);

        // Read as a mail program reads it, the subject is what was meant, letter by letter.
        let message = crate::deliver::message::Message::new(
            &crate::deliver::parcel::Parcel::read(&delivery.body).expect("an alert"),
        );
        let meant = words(&message.title(200));
        let read = words(&header(&mail, "Subject").replace('\u{2060}', ""));
        prop_assert_eq!(read, meant.replace('\u{2060}', ""));
    }
}

/// A text without its white space: folding may change that, and nothing else.
fn words(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn what_some_took_is_not_asked_of_them_again() {
    let recipients = ["a@x.example", "b@x.example", "c@x.example"].map(|a| a.parse().expect("one"));
    let ok = || Ok(submission::Taken { said: Some("queued".to_owned()) });
    let later = || Err(ChannelError::transient("smtp_452", Some("452 full".to_owned())));
    let never = || {
        let detail = Some("550 unknown".to_owned());
        Err(ChannelError::Permanent { code: "smtp_550".into(), detail })
    };
    let (mut progress, id) = (Progress::default(), DeliveryId(1));
    assert_eq!(progress.waiting(id, 3), [0, 1, 2]);
    let answer = progress.answered(id, vec![(0, ok()), (1, later()), (2, never())], &recipients);
    let error = answer.expect_err("one is missing");
    assert_eq!(error.code(), "smtp_452");
    assert!(
        error.detail().is_some_and(|detail| detail.contains("not taken for b@x.example: 452 full"))
    );
    assert_eq!(progress.waiting(id, 3), [1]);
    assert_eq!(progress.waiting(DeliveryId(2), 3), [0, 1, 2]);
    assert_eq!(progress.answered(id, vec![(1, ok())], &recipients), Ok(Some("queued".to_owned())));
    // Settled: nothing of it is kept.
    assert_eq!(progress.waiting(id, 3), [0, 1, 2]);

    let all = vec![(0, never()), (1, never()), (2, never())];
    let error = progress.answered(id, all, &recipients).expect_err("refused");
    assert!(matches!(error, ChannelError::Permanent { .. }), "{error:?}");
    let some = vec![(0, never()), (1, ok()), (2, never())];
    let detail =
        progress.answered(id, some, &recipients).expect("taken for one").expect("a detail");
    assert!(detail.contains("not taken for a@x.example: 550 unknown"), "{detail}");
}
