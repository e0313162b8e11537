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
            let is_digest = letter.brief.each_counts;
            let start = |line: String| line.trim().chars().take(16).collect::<String>();
            let is_shown = |item: &Vec<brief::Line>| match is_digest {
                // Its place, severity and the start of its title.
                true => text.contains(&start(item[0].text())),
                false => text.contains(item[0].text().trim()),
            };
            let shown = letter.brief.items.iter().filter(|item| is_shown(item)).count();
            assert!(!is_digest || shown == items, "{name}: {shown} of {items}\n{text}");
            let left = items - shown + letter.brief.more;
            assert!(shown > 4, "{name}: {shown} of {items}\n{text}");
            assert!(text.contains(&format!("… and {left} more")), "{name}: {shown}\n{text}");
        }
    }
}

#[test]
fn a_digest_of_many_says_what_else_was_held_back_all_the_same() {
    for alerts in [3, 10, 20, 30] {
        for (name, service) in services() {
            let Parcel::Digest(mut parcel) = digest(alerts) else { panic!("a digest") };
            (parcel.more, parcel.counts.over_budget) = (0, 4);
            let letter = letter(&Parcel::Digest(parcel), Updates::Message);
            let text = shown(name, &service.call(&letter, &Step::Post).body);
            assert!(text.contains("over budget, told of here only: 4"), "{name}\n{text}");
            assert!(text.contains(&format!("{alerts}. high: ")), "{name}: {alerts}\n{text}");
        }
    }
}

#[test]
fn a_group_names_each_of_its_alerts_in_whatever_script_and_length() {
    let family = "👩\u{200d}👩\u{200d}👧\u{200d}👦 ";
    let titles = [
        "Ministers sign a pact after two long nights of talks in Copenhagen, and then ".repeat(4),
        "🔥".repeat(300),
        family.repeat(40),
        "条約に署名した大臣たちは二晩の長い協議を終え、".repeat(14),
        "*_~`[]()<@U1>".repeat(23),
    ];
    for (title, (name, service)) in
        titles.iter().flat_map(|title| services().into_iter().map(move |one| (title, one)))
    {
        let Parcel::Digest(mut group) = digest(20) else { panic!("a digest") };
        (group.kind, group.more) = ("group".to_owned(), 0);
        for alert in &mut group.alerts {
            alert.headline = object::plain(title, 300);
            alert.url = Some(format!("https://wire.example/{}", "long/".repeat(40)));
        }
        let letter = letter(&Parcel::Digest(group), Updates::Message);
        let text = shown(name, &service.call(&letter, &Step::Post).body);
        for n in 1..=20 {
            assert!(text.contains(&format!("{n}. high: ")), "{name}: {n}\n{text}");
        }
        assert!(!text.contains("… and"), "{name}\n{text}");
        let cut = text.lines().filter(|line| line.contains(". high: ") && line.ends_with('…'));
        assert!(name != "ntfy" || cut.count() == 20, "{name}\n{text}");
    }
}

#[test]
fn a_group_says_how_grave_it_is_what_comes_first_where_it_stands_and_why() {
    let Parcel::Digest(mut group) = digest(2) else { panic!("a digest") };
    (group.kind, group.more) = ("group".to_owned(), 0);
    group.alerts[0].headline = "Ministers sign a pact".to_owned();
    group.alerts[1].severity = "critical".to_owned();
    let letter = letter(&Parcel::Digest(group), Updates::Message);
    let body = service("ntfy").call(&letter, &Step::Post).body;
    assert_eq!(body["title"], "digest, critical: desk · Ministers sign a pact");
    assert_eq!(body["priority"], 5);
    assert_eq!(body["click"], "https://harbourwire.example/pact/1?a=1&b=2");
    let message = body["message"].as_str().expect("a text");
    for n in 1..=2 {
        assert!(message.contains(&format!("\nhttps://harbourwire.example/pact/{n}?a=1&b=2\n")));
    }
    assert!(message.contains("; found: pact; "), "{message}");
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
