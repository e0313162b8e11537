//! Apprise: its command, for real, and its server's API.

use std::time::Duration;

use wirewatch::config::{AppriseChannel, AppriseWay, ChannelKind, Command, Credentials, Secret};
use wirewatch::domain::alert::delivery::DeliveryState;

use crate::delivery::desk::Desk;
use crate::support::channel::{Answer, Receiver};
use crate::support::counterpart;

const LIMIT: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn the_command_tells_its_services_and_says_when_one_failed() {
    let Some(program) = counterpart::find("apprise", "WIREWATCH_TEST_APPRISE") else { return };
    let service = Receiver::start().await;
    service.script([Answer::Status(500), Answer::Status(200)]);
    let desk = Desk::new();
    let directory = desk.dir().to_owned();
    let path = std::env::var("PATH").unwrap_or_default();
    let home = ("HOME".to_owned(), directory.display().to_string());
    let command = Command {
        program,
        arguments: Vec::new(),
        environment: vec![("PATH".to_owned(), path), home],
        directory,
    };
    let apprise = AppriseChannel {
        way: AppriseWay::Command(command),
        urls: Some(Secret::new(format!("json://{}/hook", service.host()))),
        tag: None,
        timeout: LIMIT,
    };
    let mut desk = desk.channel("apprise", ChannelKind::Apprise(apprise), "127.0.0.1:1");
    desk.start().await;
    desk.alert(1, 1).await;
    desk.turn("delivered", Desk::all_delivered).await;
    let codes: Vec<_> = desk.delivery("D1").attempts.iter().map(|a| a.code.clone()).collect();
    assert_eq!(codes, ["exit_1", "delivered"]);
    let told = service.received();
    assert_eq!(told.len(), 2);
    let message = told[1].json();
    assert_eq!(message["type"], "failure");
    assert_eq!(message["title"], "high [NATO] Headline 1, zażółć");
    assert!(message["message"].as_str().expect("a text").contains("alert A1"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_asked_with_the_services_along_and_believed_only_when_it_told_somebody() {
    let server = Receiver::start().await;
    // No content: it keeps no service that it could have told.
    server.script([Answer::Status(204), Answer::Status(424), Answer::Status(200)]);
    let apprise = AppriseChannel {
        way: AppriseWay::Api {
            url: format!("http://{}/", server.host()),
            key: None,
            credentials: Credentials::Bearer(Secret::new("t0k3n")),
        },
        urls: Some(Secret::new("json://desk.example")),
        tag: None,
        timeout: Duration::from_secs(5),
    };
    let mut desk = Desk::new().channel("apprise", ChannelKind::Apprise(apprise), &server.host());
    desk.start().await;
    desk.alert(1, 1).await;
    desk.turn("delivered", Desk::all_delivered).await;
    let codes: Vec<_> = desk.delivery("D1").attempts.iter().map(|a| a.code.clone()).collect();
    assert_eq!(codes, ["no_service", "http_424", "delivered"]);
    let request = server.received().remove(0);
    assert_eq!(request.header("authorization"), Some("Bearer t0k3n"));
    let message = request.json();
    assert_eq!(message["urls"], "json://desk.example");
    assert_eq!(message["type"], "failure");
    assert_eq!(message["format"], "text");
    assert_eq!(desk.deliveries(Some(DeliveryState::Delivered)).len(), 1);
}
