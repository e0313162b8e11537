//! Webhooks with other bodies than the object, as receivers see and verify them.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::Timestamp;
use serde_json::{Value, json};

use wirewatch::config::{ChannelKind, Secret, WebhookBody, WebhookChannel};

use crate::delivery::desk::{Desk, SECRET};
use crate::support::channel::{Answer, Received, Receiver};
use crate::support::counterpart;

fn webhook(receiver: &Receiver, body: WebhookBody) -> ChannelKind {
    ChannelKind::Webhook(WebhookChannel {
        url: receiver.url(),
        secret: Some(Secret::new(SECRET)),
        timeout: std::time::Duration::from_secs(5),
        headers: Default::default(),
        body,
    })
}

/// One alert through a webhook with this body, whose first attempt failed.
async fn sent(body: WebhookBody) -> Vec<Received> {
    let receiver = Receiver::start().await;
    receiver.script([Answer::Status(500)]);
    let mut desk = Desk::new().channel("hook", webhook(&receiver, body), &receiver.host());
    // Libraries refuse what was signed long ago.
    desk.clock.set_wall(Timestamp::now());
    desk.start().await;
    desk.alert(1, 1).await;
    desk.turn("delivered", Desk::all_delivered).await;
    receiver.received()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_attempt_sends_the_same_rendering_under_the_same_id() {
    for body in [WebhookBody::Alertmanager, WebhookBody::CloudEvents] {
        let received = sent(body.clone()).await;
        assert_eq!(received.len(), 2);
        assert_eq!(received[0].body, received[1].body);
        assert_eq!(received[0].id(), received[1].id());
        let kind = received[0].header("content-type").expect("a type");
        let json = received[0].json();
        match body {
            WebhookBody::CloudEvents => {
                assert_eq!(kind, "application/cloudevents+json; charset=utf-8");
                assert_eq!(json["id"], received[0].id());
                assert_eq!(json["data"]["delivery"]["id"], received[0].id());
            }
            _ => {
                assert_eq!(kind, "application/json");
                assert_eq!(json["version"], "4");
                assert_eq!(json["alerts"][0]["labels"]["topic"], "nato");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_libraries_verify_every_body() {
    let script = "import json, sys\n\
        given = json.load(sys.stdin)\n\
        module = __import__(sys.argv[1] + '.webhooks' if sys.argv[1] == 'svix' else sys.argv[1], \
            fromlist=['Webhook'])\n\
        module.Webhook(given['secret']).verify(given['body'], given['headers'])\n\
        try:\n\
        \x20   module.Webhook(given['secret']).verify(given['body'] + ' ', given['headers'])\n\
        except Exception:\n\
        \x20   print('verified')\n";
    for library in ["standardwebhooks", "svix"] {
        let Some(python) = counterpart::python_with(library) else { continue };
        for body in [WebhookBody::Standard, WebhookBody::Alertmanager, WebhookBody::CloudEvents] {
            let request = sent(body).await.remove(0);
            let headers: serde_json::Map<String, Value> = request
                .headers
                .iter()
                .map(|(name, value)| (svix_name(library, name), json!(value)))
                .collect();
            let given = json!({
                "secret": SECRET,
                "headers": headers,
                "body": String::from_utf8(request.body.clone()).expect("text"),
            });
            assert_eq!(run(&python, script, library, &given.to_string()), "verified\n");
        }
    }
}

/// Svix's library reads the headers by the names of the specification, and by its own.
fn svix_name(library: &str, name: &str) -> String {
    match library {
        "svix" => name.replace("webhook-", "svix-"),
        _ => name.to_owned(),
    }
}

fn run(python: &Path, script: &str, argument: &str, input: &str) -> String {
    let mut child = Command::new(python)
        .args(["-c", script, argument])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a Python");
    child.stdin.take().expect("stdin").write_all(input.as_bytes()).expect("written");
    String::from_utf8(child.wait_with_output().expect("an end").stdout).expect("text")
}
