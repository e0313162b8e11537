//! What the webhook makes of answers and configurations, and the signatures it gives.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;

use super::super::http::Reply;
use crate::config::{EgressConfig, Secret};

use super::*;

fn config(url: &str) -> WebhookChannel {
    WebhookChannel {
        url: url.to_owned(),
        secret: None,
        timeout: Duration::from_secs(5),
        headers: BTreeMap::new(),
        body: Default::default(),
    }
}

fn open(config: &WebhookChannel) -> Result<Webhook, OpenError> {
    let egress = Egress::new(&EgressConfig::default()).expect("egress");
    Webhook::new(config, &egress, Clock::system())
}

fn refusal(config: &WebhookChannel) -> &'static str {
    open(config).err().expect("refused").code()
}

fn now() -> Timestamp {
    "2026-05-04T10:00:00Z".parse().expect("a time")
}

fn answer(status: u16, retry_after: Option<&str>) -> Result<Receipt, ChannelError> {
    let mut headers = HeaderMap::new();
    if let Some(value) = retry_after {
        headers.insert(RETRY_AFTER, value.parse().expect("a header"));
    }
    let status = StatusCode::from_u16(status).expect("a status");
    let reply = Reply { status, headers, body: Vec::new() };
    reply.judge(now()).map(|()| Receipt::default())
}

#[test]
fn signatures_are_those_of_the_specification() {
    let check = |secret: &str, id: &str, time, body: &str, expect: &str| {
        let signer = Signer::new(&Secret::new(secret)).expect("a signer");
        assert_eq!(signer.sign(id, time, body.as_bytes()), expect);
    };
    // The example of the Standard Webhooks reference libraries.
    check(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        "{\"test\": 2432232314}",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    );
    check(
        "plain secret",
        "D1",
        1_700_000_000,
        "{}",
        "v1,jpwQoBwMT2oR9ZBCKpWckJVE2kTOeH1NdmB5c51+2CA=",
    );
}

#[test]
fn only_2xx_is_success_and_only_a_refusal_of_these_bytes_is_final() {
    for status in [200, 201, 202, 204, 299] {
        assert!(answer(status, None).is_ok(), "{status}");
    }
    let passing = [301, 302, 307, 308, 401, 403, 404, 405, 408, 425, 429, 500, 502, 503, 504, 599];
    for status in passing {
        let error = answer(status, None).expect_err("refused");
        assert!(matches!(error, ChannelError::Transient { .. }), "{status}");
        assert_eq!(error.code(), &format!("http_{status}"));
    }
    for status in [400, 410, 413, 422] {
        let error = answer(status, None).expect_err("refused");
        assert!(matches!(error, ChannelError::Permanent { .. }), "{status}");
        assert_eq!(error.is_gone(), status == 410, "{status}");
    }
}

#[test]
fn retry_after_is_read_in_seconds_and_as_a_date() {
    let asked = |value: &str| match answer(429, Some(value)) {
        Err(ChannelError::Transient { retry_after, .. }) => retry_after,
        other => panic!("{other:?}"),
    };
    assert_eq!(asked("120"), Some(Duration::from_secs(120)));
    assert_eq!(asked("Mon, 04 May 2026 10:01:30 GMT"), Some(Duration::from_secs(90)));
    assert_eq!(asked("Mon, 04 May 2020 10:01:30 GMT"), Some(Duration::ZERO));
    assert_eq!(asked(&"9".repeat(60)), Some(Duration::from_secs(u64::MAX)));
    assert_eq!(asked("soon"), None);
    assert_eq!(asked("-5"), None);
}

#[test]
fn a_webhook_that_cannot_work_does_not_open() {
    assert!(open(&config("https://hooks.example/x")).is_ok());
    assert_eq!(refusal(&config("hooks.example")), "bad_url");
    assert_eq!(refusal(&config("ftp://hooks.example")), "bad_url");
    assert_eq!(refusal(&config("http://127.0.0.1:9/")), "private_address");
    assert_eq!(refusal(&config("http://[::1]:9/")), "private_address");

    let mut bad_secret = config("https://hooks.example/x");
    bad_secret.secret = Some(Secret::new("whsec_not base64!"));
    assert_eq!(refusal(&bad_secret), "bad_secret");
    bad_secret.secret = Some(Secret::new(""));
    assert_eq!(refusal(&bad_secret), "bad_secret");

    for (name, value) in
        [("Webhook-Id", "x"), ("Content-Length", "1"), ("bad name", "x"), ("x-split", "a\r\nb: c")]
    {
        let mut bad_header = config("https://hooks.example/x");
        bad_header.headers.insert(name.to_owned(), Secret::new(value));
        assert_eq!(refusal(&bad_header), "bad_header", "{name}");
    }
}
