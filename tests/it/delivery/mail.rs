//! Mail: what a server is handed, whatever it answers, and that each mail is the same at each attempt.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use wirewatch::config::MailTls;
use wirewatch::domain::alert::delivery::DeliveryState;

use super::desk::Desk;
use super::desk::mail::mail_login;
use crate::support::mail::{MailServer, Manner, Rules, Tls, certificate};

/// After so long without a mail a connection is closed.
const IDLE: Duration = Duration::from_secs(5);

const ADA: &str = "ada@example.org";
const BOB: &str = "bob@example.org";

fn codes(desk: &Desk, id: &str) -> Vec<String> {
    desk.delivery(id).attempts.iter().map(|attempt| attempt.code.to_string()).collect()
}

fn detail(desk: &Desk, id: &str, attempt: usize) -> String {
    desk.delivery(id).attempts[attempt].detail.clone().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_reaches_all_recipients_in_one_mail() {
    let server = MailServer::start().await;
    let mut desk = Desk::new().mail("mail", &server, &[ADA, "Bob B. <bob@example.org>"]);
    desk.start().await;
    desk.alert(1, 1).await;
    let mail = server.wait_for(1).await.remove(0);
    assert_eq!(mail.sender, "wire@example.org");
    assert_eq!(mail.recipients, [ADA, BOB]);
    assert_eq!(mail.header("Subject").as_deref(), Some("[high] NATO: Headline 1, zażółć"));
    assert_eq!(mail.header("To").as_deref(), Some("ada@example.org, \"Bob B.\" <bob@example.org>"));
    assert_eq!(mail.id(), "<D1@example.org>");
    assert_eq!(mail.header("Date").as_deref(), Some("Mon, 04 May 2026 10:00:00 +0000"));
    assert_eq!(mail.header("List-Id").as_deref(), Some("<mail.wirewatch.example.org>"));
    let text = mail.body("text/plain");
    assert!(text.starts_with("high · NATO\nHeadline 1, zażółć\nWire, seen 2026-05-04"), "{text}");
    assert!(mail.body("text/html").contains("<h1 dir=\"auto\""));

    desk.until("delivered", Desk::all_delivered).await;
    assert_eq!(detail(&desk, "D1", 0), "2.0.0 ok, queued as Q1");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_an_attempt_the_next_one_sends_the_same_mail() {
    let server = MailServer::start().await;
    let mut desk = Desk::new().mail("mail", &server, &[ADA]);
    desk = desk.with_mail(|mail| mail.timeout = Duration::from_secs(5));
    server.script([Manner::DropAck, Manner::Refuse(451), Manner::Hang, Manner::Sender(421)]);
    desk.start().await;
    desk.alert(1, 1).await;
    desk.turn("delivered", Desk::all_delivered).await;

    let expected = ["network", "smtp_451", "timeout", "smtp_421", "delivered"];
    assert_eq!(codes(&desk, "D1"), expected);
    assert_eq!(detail(&desk, "D1", 1), "451 no such mail here");
    let received = server.received();
    assert_eq!(received.len(), 4);
    let bytes: BTreeSet<&[u8]> = received.iter().map(|mail| mail.bytes.as_slice()).collect();
    assert_eq!(bytes.len(), 1, "{received:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn revisions_of_an_alert_and_other_topics_on_its_story_are_one_conversation() {
    let server = MailServer::start().await;
    let mut desk = Desk::new().mail("mail", &server, &[ADA]);
    desk.start().await;
    for seq in 1..=3 {
        desk.alert(1, seq).await;
        desk.until("delivered", Desk::all_delivered).await;
    }
    desk.alert(2, 1).await;
    let received = server.wait_for(4).await;
    let threads: Vec<_> = received
        .iter()
        .map(|mail| (mail.id(), mail.header("References"), mail.header("In-Reply-To")))
        .collect();
    let some = |text: &str| Some(text.to_owned());
    let id = |n: u32| format!("<D{n}@example.org>");
    assert_eq!(
        threads,
        [
            (id(1), some("<S1@example.org>"), None),
            (id(2), some("<S1@example.org> <D1@example.org>"), some("<D1@example.org>")),
            (
                id(3),
                some("<S1@example.org> <D1@example.org> <D2@example.org>"),
                some("<D2@example.org>")
            ),
            (id(4), some("<S2@example.org>"), None),
        ]
    );
    assert_eq!(
        received[1].header("Subject").as_deref(),
        Some("[high] NATO: update 2: revision 2 · Headline 1, zażółć")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_takes_one_connection_and_an_idle_one_is_closed() {
    let server = MailServer::start().await;
    let mut desk = Desk::new().mail("mail", &server, &[ADA]);
    for n in 1..=20 {
        desk.alert(n, 1).await;
    }
    let begun = Instant::now();
    desk.start().await;
    desk.until("delivered", Desk::all_delivered).await;
    let connections = server.connections();
    // A machine that stands still for so long lets the connection be closed in between.
    assert!(connections == 1 || begun.elapsed() >= IDLE, "{connections} connections");
    assert_eq!(server.received().len(), 20);
    server.wait_for_end().await;
    desk.alert(21, 1).await;
    desk.until("delivered", Desk::all_delivered).await;
    assert_eq!(server.connections(), connections + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipient_that_is_refused_holds_up_no_other_and_gets_nothing_twice() {
    let refused = BTreeMap::from([
        (ADA.to_owned(), vec![450, 552]),
        ("gone@example.org".to_owned(), vec![550, 550]),
    ]);
    let server = MailServer::with(Rules { refused, ..Rules::default() }).await;
    let mut desk = Desk::new().mail("mail", &server, &[ADA, BOB, "gone@example.org"]);
    desk.start().await;
    desk.alert(1, 1).await;
    desk.turn("delivered", Desk::all_delivered).await;

    assert_eq!(codes(&desk, "D1"), ["smtp_450", "smtp_552", "delivered"]);
    let told = detail(&desk, "D1", 0);
    assert!(told.contains("not taken for ada@example.org: 450 not for ada@example.org"), "{told}");
    assert!(told.contains("not taken for gone@example.org: 550 not for gone"), "{told}");
    let recipients: Vec<_> = server.received().into_iter().map(|mail| mail.recipients).collect();
    assert_eq!(recipients, [vec![BOB.to_owned()], vec![ADA.to_owned()]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_nobody_may_get_or_that_is_refused_is_parked() {
    let refused = BTreeMap::from([(ADA.to_owned(), vec![550])]);
    let server = MailServer::with(Rules { refused, ..Rules::default() }).await;
    let mut desk = Desk::new().mail("mail", &server, &[ADA]);
    server.script([Manner::Take, Manner::Refuse(554)]);
    let begun = Instant::now();
    desk.start().await;
    desk.alert(1, 1).await;
    desk.until("parked", |desk| desk.delivery("D1").state == DeliveryState::Parked).await;
    desk.alert(2, 1).await;
    desk.until("parked", |desk| desk.delivery("D2").state == DeliveryState::Parked).await;
    assert_eq!(
        (codes(&desk, "D1"), codes(&desk, "D2")),
        (vec!["smtp_550".into()], vec!["smtp_554".into()])
    );
    let told = detail(&desk, "D1", 0);
    assert!(told.contains("(hint: check the address;"), "{told}");
    // Neither ended the connection.
    assert!(server.connections() == 1 || begun.elapsed() >= IDLE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_fails_is_not_the_end_and_says_what_to_check() {
    let login = Some(("wire".to_owned(), "hunter2".to_owned()));
    let server = MailServer::with(Rules { login, ..Rules::default() }).await;
    let mut desk = Desk::new()
        .mail("mail", &server, &[ADA])
        .with_mail(|mail| mail.login = Some(mail_login("wire", "wrong-s3cret")));
    desk.start().await;
    desk.alert(1, 1).await;
    desk.until("tried", |desk| !desk.delivery("D1").attempts.is_empty()).await;
    assert_eq!(codes(&desk, "D1"), ["login_535"]);
    assert_eq!(
        detail(&desk, "D1", 0),
        "535 5.7.8 who are you? (hint: check `username` and its password)"
    );
    assert_eq!(desk.delivery("D1").state, DeliveryState::Pending);
    desk.stop().await;

    let mut desk = desk.with_mail(|mail| mail.login = Some(mail_login("wire", "hunter2")));
    desk.start().await;
    desk.turn("delivered", Desk::all_delivered).await;
    assert_eq!(server.received()[0].login.as_deref(), Some("wire"));
    desk.stop().await;

    let mut desk = desk.with_mail(|mail| mail.login = None);
    desk.alert(2, 1).await;
    desk.dispatcher("mail").drain(&CancellationToken::new()).await;
    assert_eq!(codes(&desk, "D2"), ["login_530"]);
    assert!(detail(&desk, "D2", 0).contains("the server wants a login"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_or_a_sender_that_is_refused_is_the_channels_failure_though_one_mail_waits() {
    let login = Some(("wire".to_owned(), "hunter2".to_owned()));
    let closed = MailServer::with(Rules { login, ..Rules::default() }).await;
    let stern = MailServer::start().await;
    stern.script(std::iter::repeat_n(Manner::Sender(550), 9));
    for (server, code) in [(&closed, "login_535"), (&stern, "sender_550")] {
        let mut desk = Desk::new().mail("mail", server, &[ADA]);
        if code == "login_535" {
            desk = desk.with_mail(|mail| mail.login = Some(mail_login("wire", "wrong-s3cret")));
        }
        desk.start().await;
        desk.alert(1, 1).await;
        desk.turn("failing", |desk| {
            let circuits = desk.store.circuits().expect("circuits");
            circuits.iter().any(|(_, circuit)| !circuit.is_closed() && circuit.code == code)
        })
        .await;
        assert_eq!(codes(&desk, "D1")[0], code);
        assert_eq!(desk.delivery("D1").state, DeliveryState::Pending);
        desk.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_to_a_server_that_cannot_be_trusted_with_it() {
    let (_pem, acceptor) = certificate();
    let tls = Some(Tls { acceptor, implicit: false });
    let login = Some(("wire".to_owned(), "hunter2".to_owned()));
    let with_tls = MailServer::with(Rules { tls, login, ..Rules::default() }).await;
    let without = MailServer::start().await;
    let mut desk = Desk::new().mail("known", &with_tls, &[ADA]).mail("plain", &without, &[ADA]);
    desk = desk.with_mail(|mail| {
        mail.tls = MailTls::StartTls;
        mail.login = Some(mail_login("wire", "hunter2"));
    });
    desk.alert(1, 1).await;
    for id in ["known", "plain"] {
        desk.dispatcher(id).drain(&CancellationToken::new()).await;
    }
    // Its certificate is signed by nobody that is trusted here; the other offers no encryption.
    assert_eq!(codes(&desk, "D1"), ["tls"]);
    assert_eq!(codes(&desk, "D2"), ["no_starttls"]);
    assert!(detail(&desk, "D2", 0).contains("tls = \"implicit\""));
    assert_eq!((with_tls.logins(), without.logins()), (0, 0));
    assert!(with_tls.received().is_empty() && without.received().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
#[should_panic(expected = "Server(PrivateAddress")]
async fn a_server_of_this_machine_is_not_spoken_to_unless_it_is_named() {
    let server = MailServer::start().await;
    Desk::new().mail("mail", &server, &[ADA]).forbid_all().open("mail");
}
