//! Whole messages as they are sent.

use super::*;

fn sent(name: &str, parcel: &Parcel, updates: Updates, step: &Step) -> String {
    let call = service(name).call(&letter(parcel, updates), step);
    let body = serde_json::to_string_pretty(&call.body).expect("JSON");
    format!("{} {}\n{body}", call.method, call.url)
}

#[test]
fn an_opening_for_each_service() {
    for (name, _) in services() {
        insta::assert_snapshot!(name, sent(name, &opened(), Updates::Message, &Step::Post));
    }
}

#[test]
fn an_update_takes_the_place_of_the_message_before_it() {
    let check = |name: &str, handle: &str| {
        let step = Step::Edit(handle.to_owned());
        sent(name, &second(), Updates::Edit, &step)
    };
    let slack = check("bot", "C1 17.2");
    assert!(slack.starts_with("POST https://slack.example/api/chat.update\n"), "{slack}");
    assert!(slack.contains("\"ts\": \"17.2\"") && slack.contains("\"channel\": \"C1\""), "{slack}");
    let discord = check("discord", "5/66");
    assert!(
        discord.starts_with("PATCH https://discord.example/api/webhooks/77/x/messages/66\n"),
        "{discord}"
    );
    let telegram = check("telegram", "42");
    assert!(telegram.starts_with("POST https://tg.example/bott0k3n/editMessageText\n"));
    assert!(telegram.contains("\"message_id\": 42"), "{telegram}");
    assert!(!telegram.contains("message_thread_id"), "{telegram}");
    let matrix = check("matrix", "$first");
    assert!(matrix.contains("\"rel_type\": \"m.replace\""), "{matrix}");
    assert!(matrix.contains("\"event_id\": \"$first\"") && matrix.contains("m.new_content"));
    for text in [slack, discord, telegram, matrix] {
        assert!(text.contains("update 2: 2nd publisher"), "{text}");
    }
}

#[test]
fn an_update_answers_the_first_message() {
    let check = |name: &str, first: &str, last: &str| {
        let step = Step::Reply { first: first.to_owned(), last: last.to_owned() };
        sent(name, &second(), Updates::Thread, &step)
    };
    let slack = check("bot", "C1 17.2", "C1 19.3");
    assert!(slack.starts_with("POST https://slack.example/api/chat.postMessage\n"), "{slack}");
    assert!(slack.contains("\"thread_ts\": \"17.2\""), "{slack}");
    let discord = check("discord", "5/66", "5/67");
    let url = "POST https://discord.example/api/webhooks/77/x?wait=true&thread_id=5\n";
    assert!(discord.starts_with(url), "{discord}");
    assert!(!discord.contains("thread_name"));
    let telegram = check("telegram", "42", "43");
    assert!(telegram.contains("\"reply_parameters\"") && telegram.contains("\"message_id\": 42"));
    let matrix = check("matrix", "$first", "$last");
    assert!(matrix.contains("\"rel_type\": \"m.thread\""), "{matrix}");
    assert!(matrix.contains("\"event_id\": \"$first\"") && matrix.contains("\"$last\""));
}

#[test]
fn ntfy_replaces_the_message_before_and_repeats_by_the_delivery() {
    let sequence = |step: &Step| {
        let letter = letter(&second(), Updates::Edit);
        let call = service("ntfy").call(&letter, step);
        assert_eq!(
            service("ntfy").name(&letter, step).as_deref(),
            call.body["sequence_id"].as_str()
        );
        call.body["sequence_id"].as_str().expect("a text").to_owned()
    };
    assert_eq!(sequence(&Step::Edit("D0".to_owned())), "D0");
    assert_eq!(sequence(&Step::Post), "D1");
}

#[test]
fn a_forum_gets_a_post_per_alert() {
    let call = service("discord").call(&letter(&opened(), Updates::Thread), &Step::Post);
    let name = call.body["thread_name"].as_str().expect("a name");
    assert!(name.starts_with("high: Defence alliances: Keir Starmer"), "{name}");
    assert!(fit::units(name) <= 100);
}

#[test]
fn the_matrix_transaction_is_the_delivery() {
    let call = service("matrix").call(&letter(&opened(), Updates::Thread), &Step::Post);
    let path = "/_matrix/client/v3/rooms/!room:mx.example/send/m.room.message/D1";
    assert_eq!(call.url.path(), path);
    assert_eq!(call.method, Method::PUT);
}

#[test]
fn long_digests_and_notices_say_how_much_was_left_out() {
    for (name, service) in services() {
        for parcel in [digest(50), notice(20)] {
            let letter = letter(&parcel, Updates::Message);
            let text = shown(name, &service.call(&letter, &Step::Post).body);
            let items = letter.brief.items.len();
            let is_shown = |item: &Vec<brief::Line>| text.contains(item[0].text().trim());
            let shown = letter.brief.items.iter().filter(|item| is_shown(item)).count();
            let left = items - shown + letter.brief.more;
            assert!(shown > 4, "{name}: {shown} of {items}\n{text}");
            assert!(text.contains(&format!("… and {left} more")), "{name}: {shown}\n{text}");
        }
    }
}

#[test]
fn links_that_could_be_misread_are_encoded_or_left_out() {
    let check = |url: &str, expect: Option<&str>| {
        assert_eq!(brief::link(url).as_deref(), expect, "{url}");
    };
    check("https://a.example/x?y=1&z=2#f", Some("https://a.example/x?y=1&z=2#f"));
    check(
        "https://a.example/a_b(x)|<y>[z]\"'",
        Some("https://a.example/a_b%28x%29%7C%3Cy%3E%5Bz%5D%22'"),
    );
    check("https://a.example/żółć", Some("https://a.example/%C5%BC%C3%B3%C5%82%C4%87"));
    check("https://user@a.example/", None);
    check("https://[2001:db8::1]/x", None);
    check("javascript:alert(1)", None);
    check(&format!("https://a.example/{}", "x".repeat(2_000)), None);
}
