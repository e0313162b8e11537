//! What the services' answers mean for a delivery.

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::*;

/// An outcome in one word.
fn outcome(name: &str, step: &Step, status: u16, body: &str) -> String {
    let reply = Reply {
        status: StatusCode::from_u16(status).expect("a status"),
        headers: HeaderMap::new(),
        body: body.as_bytes().to_vec(),
    };
    told(name, step, &reply)
}

fn told(name: &str, step: &Step, reply: &Reply) -> String {
    let now = "2026-05-04T10:00:00Z".parse().expect("a time");
    match service(name).judge(reply, step, now) {
        Verdict::Taken(handle) => format!("taken {}", handle.unwrap_or_default()),
        Verdict::Lost => "lost".to_owned(),
        Verdict::Moved => "moved".to_owned(),
        Verdict::Refused(ChannelError::Permanent { code, .. }) => format!("never {code}"),
        Verdict::Refused(ChannelError::Transient { code, retry_after, .. }) => match retry_after {
            Some(wait) => format!("later {code} {}ms", wait.as_millis()),
            None => format!("later {code}"),
        },
    }
}

fn edit() -> Step {
    Step::Edit("7".to_owned())
}

#[test]
fn slack_says_ok_or_why_not_in_its_body() {
    let post = |body: &str| outcome("bot", &Step::Post, 200, body);
    assert_eq!(post(r#"{"ok":true,"channel":"C9","ts":"1.2"}"#), "taken C9 1.2");
    assert_eq!(post(r#"{"ok":false,"error":"channel_not_found"}"#), "later no_access");
    assert_eq!(post(r#"{"ok":false,"error":"invalid_auth"}"#), "later no_access");
    assert_eq!(post(r#"{"ok":false,"error":"fatal_error"}"#), "later not_taken");
    assert_eq!(post(r#"{"ok":false,"error":"invalid_blocks"}"#), "never refused");
    assert_eq!(post(r#"{"ok":false,"error":"message_not_found"}"#), "later not_taken");
    assert_eq!(post("<html>a login page</html>"), "later not_taken");
    let gone = r#"{"ok":false,"error":"message_not_found"}"#;
    assert_eq!(outcome("bot", &edit(), 200, gone), "lost");
    assert_eq!(outcome("bot", &Step::Post, 503, ""), "later http_503");
    let mut headers = HeaderMap::new();
    headers.insert(RETRY_AFTER, "30".parse().expect("a header"));
    let body = br#"{"ok":false,"error":"ratelimited"}"#.to_vec();
    let reply = Reply { status: StatusCode::TOO_MANY_REQUESTS, headers, body };
    assert_eq!(told("bot", &Step::Post, &reply), "later http_429 30000ms");
}

#[test]
fn an_incoming_webhook_of_slack_answers_with_a_word() {
    assert_eq!(outcome("hook", &Step::Post, 200, "ok"), "taken ");
    assert_eq!(outcome("hook", &Step::Post, 400, "invalid_payload"), "never refused");
    assert_eq!(outcome("hook", &Step::Post, 400, "user_not_found"), "later no_access");
    assert_eq!(outcome("hook", &Step::Post, 404, "no_service"), "later http_404");
    assert_eq!(outcome("hook", &Step::Post, 410, "channel_is_archived"), "later no_access");
}

#[test]
fn discord_gives_an_id_and_says_how_long_to_wait_in_its_body() {
    let post = |status, body: &str| outcome("discord", &Step::Post, status, body);
    assert_eq!(post(200, r#"{"id":"66","channel_id":"5","embeds":[]}"#), "taken 5/66");
    assert_eq!(
        post(429, r#"{"message":"slow down","retry_after":1.337,"global":false}"#),
        "later http_429 1337ms"
    );
    assert_eq!(post(400, r#"{"code":50035,"message":"Invalid Form Body"}"#), "never refused");
    assert_eq!(post(400, r#"{"code":220003,"message":"not a forum"}"#), "later no_access");
    assert_eq!(post(404, r#"{"code":10015,"message":"Unknown Webhook"}"#), "later http_404");
    let unknown = r#"{"code":10008,"message":"Unknown Message"}"#;
    assert_eq!(outcome("discord", &edit(), 404, unknown), "lost");
    assert_eq!(post(404, unknown), "later http_404");
}

#[test]
fn telegram_is_read_word_by_word() {
    let said = |step: &Step, status, description: &str| {
        let body = format!(r#"{{"ok":false,"error_code":{status},"description":"{description}"}}"#);
        outcome("telegram", step, status, &body)
    };
    let taken = r#"{"ok":true,"result":{"message_id":42,"chat":{"id":-1001}}}"#;
    assert_eq!(outcome("telegram", &Step::Post, 200, taken), "taken 42");
    assert_eq!(said(&Step::Post, 400, "Bad Request: chat not found"), "later no_access");
    assert_eq!(said(&Step::Post, 400, "Bad Request: message is too long"), "never refused");
    assert_eq!(said(&Step::Post, 401, "Unauthorized"), "later http_401");
    assert_eq!(said(&Step::Post, 403, "Forbidden: bot was kicked"), "later http_403");
    assert_eq!(said(&edit(), 400, "Bad Request: message to edit not found"), "lost");
    let same = "Bad Request: message is not modified: specified new message content is the same";
    assert_eq!(said(&edit(), 400, same), "taken 7");
    let limited = r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 14","parameters":{"retry_after":14}}"#;
    assert_eq!(outcome("telegram", &Step::Post, 429, limited), "later http_429 14000ms");
}

#[test]
fn a_telegram_group_that_moved_is_followed() {
    let telegram = service("telegram");
    let body = br#"{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded","parameters":{"migrate_to_chat_id":-100200}}"#;
    let reply =
        Reply { status: StatusCode::BAD_REQUEST, headers: HeaderMap::new(), body: body.to_vec() };
    let verdict = telegram.judge(&reply, &Step::Post, jiff::Timestamp::UNIX_EPOCH);
    assert!(matches!(verdict, Verdict::Moved));
    let call = telegram.call(&letter(&opened(), Updates::Message), &Step::Post);
    assert_eq!(call.body["chat_id"], -100_200);
    assert_eq!(telegram.place(), "-100200", "numbers of messages are the chat's own");
}

#[test]
fn matrix_names_its_errors() {
    let post = |status, body: &str| outcome("matrix", &Step::Post, status, body);
    assert_eq!(post(200, r#"{"event_id":"$e"}"#), "taken $e");
    assert_eq!(outcome("matrix", &edit(), 200, r#"{"event_id":"$e"}"#), "taken 7");
    assert_eq!(
        post(429, r#"{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2500}"#),
        "later http_429 2500ms"
    );
    assert_eq!(post(401, r#"{"errcode":"M_UNKNOWN_TOKEN","error":"x"}"#), "later http_401");
    assert_eq!(post(403, r#"{"errcode":"M_FORBIDDEN","error":"not in room"}"#), "later http_403");
    assert_eq!(post(413, r#"{"errcode":"M_TOO_LARGE","error":"x"}"#), "never refused");
    assert_eq!(post(400, r#"{"errcode":"M_BAD_JSON","error":"x"}"#), "never refused");
    assert_eq!(post(400, "no JSON"), "later not_taken");
}

#[test]
fn ntfy_and_mattermost_speak_by_status() {
    assert_eq!(outcome("ntfy", &Step::Post, 200, "{}"), "taken ");
    assert_eq!(outcome("ntfy", &Step::Post, 429, "{}"), "later http_429");
    assert_eq!(outcome("ntfy", &Step::Post, 403, "{}"), "later http_403");
    assert_eq!(outcome("ntfy", &Step::Post, 413, "{}"), "never http_413");
    assert_eq!(outcome("mattermost", &Step::Post, 200, "ok"), "taken ");
    assert_eq!(outcome("mattermost", &Step::Post, 400, "Invalid webhook"), "later no_access");
    assert_eq!(outcome("mattermost", &Step::Post, 400, "Unable to parse"), "later not_taken");
    assert_eq!(outcome("mattermost", &Step::Post, 413, "too large"), "never http_413");
}

#[test]
fn a_handle_of_another_place_is_no_handle() {
    let chat = |updates| Chat {
        service: service("bot"),
        caller: Caller::new(
            &Url::parse("https://slack.example/api").expect("a URL"),
            Duration::from_secs(5),
            &Egress::new(&Default::default()).expect("egress"),
            Clock::system(),
        )
        .expect("a caller"),
        updates,
    };
    let step = |updates, parcel: &Parcel, handle: &str| {
        let thread = Thread { handles: vec![handle.to_owned()] };
        chat(updates).step(&letter(parcel, updates), &thread)
    };
    let known = "C1 C9 1.2";
    assert_eq!(step(Updates::Edit, &second(), known), Step::Edit("C9 1.2".to_owned()));
    assert_eq!(step(Updates::Edit, &second(), "C2 C9 1.2"), Step::Post);
    assert_eq!(step(Updates::Message, &second(), known), Step::Post);
    let reply = Step::Reply { first: "C9 1.2".to_owned(), last: "C9 1.2".to_owned() };
    assert_eq!(step(Updates::Thread, &second(), known), reply);
    let handles = ["C2 C9 1.2", "C1 C9 3.4", "C1 C9 5.6"].map(str::to_owned).to_vec();
    let moved = Thread { handles };
    let after = |updates| chat(updates).step(&letter(&second(), updates), &moved);
    assert_eq!(after(Updates::Edit), Step::Edit("C9 5.6".to_owned()));
    let here = Step::Reply { first: "C9 3.4".to_owned(), last: "C9 5.6".to_owned() };
    assert_eq!(after(Updates::Thread), here, "the conversation goes on in the new place");
    // What got worse is said aloud, and not written over.
    let Parcel::Alert(mut worse) = second() else { panic!("an alert") };
    worse.event = "escalated".to_owned();
    assert_eq!(step(Updates::Edit, &Parcel::Alert(worse), known), reply);
}
