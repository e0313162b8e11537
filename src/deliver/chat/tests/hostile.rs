//! Laws that hold for whatever a feed says: it is shown as it stands, it mentions nobody, it is no
//! markup, and the message keeps to its service's limits.

use proptest::prelude::*;

use super::*;
use crate::deliver::chat::fit::units;

/// What somebody would write who wants to be more than text, and what breaks counting.
const ATTACKS: [&str; 40] = [
    "<!channel>",
    "<!here|x>",
    "<@U012>",
    "<#C1>",
    "<https://evil.example|ok>",
    "@channel",
    "@all",
    "@here",
    "@everyone",
    "@room",
    "@durov_bot",
    "＠everyone",
    "~town-square",
    "/gline",
    "#tag",
    ":rotating_light:",
    "**bold**",
    "__x__",
    "~~x~~",
    "`code`",
    "```",
    "||spoiler||",
    "> quote",
    "1. list",
    "12) list",
    "- list",
    "[ok](https://evil.example)",
    "<b>",
    "</b>",
    "<a href=\"x\">",
    "<script>",
    "&lt;b&gt;",
    "&#60;",
    "https://evil.example",
    "www.evil.example",
    "$x^2$",
    "\\",
    "<t:1:R>",
    "👩‍👩‍👧‍👦",
    "𝔑𝔄𝔗𝔒",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => proptest::sample::select(ATTACKS.to_vec()).prop_map(str::to_owned),
        2 => "[a-zA-Zżó .,:@\\[\\]()*_/-]{0,20}",
        1 => "\\PC{0,30}",
        1 => "[𝔘&<>]{0,300}",
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// An alert that says this in all its texts.
fn alert(headline: &str, name: &str, snippet: &str) -> Parcel {
    let mut revision = object::tests::sample();
    revision.headline = headline.to_owned();
    revision.topic.name = name.to_owned();
    revision.entry.publisher = name.to_owned();
    (revision.seq, revision.event) = (2, AlertEvent::Updated);
    revision.reason = Reason { code: "resumed".to_owned(), text: snippet.to_owned() };
    let mut alert = AlertV1::from_revision(&revision);
    for item in &mut alert.evidence {
        item.field = Some("body".to_owned());
        item.snippet = Some(crate::domain::untrusted::excerpt(snippet, 300).into_owned());
    }
    Parcel::Alert(Box::new(alert))
}

/// Whether a service would find somebody to tell in what it shows.
fn mentions(text: &str) -> Option<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let names = text.match_indices(['@', '＠']);
    let named = names.map(|(at, sign)| &text[at + sign.len()..]);
    named.into_iter().find(|rest| rest.starts_with(is_word))
}

/// The texts of a message in which its service looks for mentions.
fn read_for_mentions(name: &str, body: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match name {
        // There is nobody to mention, and text is text.
        "ntfy" => Vec::new(),
        "hook" | "bot" => vec![text(&body["text"])],
        "mattermost" => {
            let attachment = &body["attachments"][0];
            vec![text(&attachment["text"]), text(&attachment["fallback"])]
        }
        "discord" => {
            vec![text(&body["embeds"][0]["description"]), text(&body["embeds"][0]["title"])]
        }
        "telegram" => vec![text(&body["text"])],
        _ => vec![text(&body["body"]), text(&body["formatted_body"])],
    }
}

fn keeps_limits(name: &str, body: &Value) -> Result<(), String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let check = |what: &str, size: usize, limit: usize| {
        if size > limit { Err(format!("{name} {what}: {size} of {limit}")) } else { Ok(()) }
    };
    match name {
        "ntfy" => {
            check("message", text(&body["message"]).len(), 4_096)?;
            check("title", text(&body["title"]).len(), 250)
        }
        "hook" | "bot" => {
            check("header", units(&text(&body["blocks"][0]["text"]["text"])), 150)?;
            check("all", units(&shown(name, body)), 3_300)
        }
        "mattermost" => {
            let length = text(&body["attachments"][0]["text"]).chars().count();
            check("text", length, 16_383)
        }
        "discord" => {
            let embed = &body["embeds"][0];
            let sizes = [("title", 256), ("description", 4_096)];
            for (key, limit) in sizes {
                check(key, units(&text(&embed[key])), limit)?;
            }
            check("author", units(&text(&embed["author"]["name"])), 256)
        }
        "telegram" => {
            let html = text(&body["text"]);
            let whole = decode::html(&html, &["b", "a", "blockquote"])?;
            check("text", units(&whole), 4_096)
        }
        _ => check("event", body.to_string().len(), 60_000),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn an_alert_is_shown_as_it_stands_and_nothing_more(
        headline in text(), name in text(), snippet in text(),
    ) {
        let parcel = alert(&headline, &name, &snippet);
        for (service, speaks) in services() {
            let letter = letter(&parcel, Updates::Message);
            let body = speaks.call(&letter, &Step::Post).body;
            keeps_limits(service, &body).map_err(TestCaseError::fail)?;
            // Fails where anything is read that is not ours.
            let shown = shown(service, &body);
            let start: String = letter.brief.headline.chars().take(40).collect();
            // What is between words may be cut at the end.
            prop_assert!(shown.contains(start.trim_end()), "{service}: {start:?} in {shown:?}");
            for text in read_for_mentions(service, &body) {
                prop_assert_eq!(mentions(&text), None, "{}: {}", service, text);
            }
        }
    }

    #[test]
    fn a_digest_of_anything_keeps_to_the_limits(headline in text(), many in 0usize..50) {
        let Parcel::Digest(mut digest) = digest(many) else { unreachable!() };
        for alert in &mut digest.alerts {
            alert.headline = crate::domain::untrusted::excerpt(&headline, 300).into_owned();
            alert.topic_name = headline.clone();
        }
        let parcel = Parcel::Digest(digest);
        for (service, speaks) in services() {
            let body = speaks.call(&letter(&parcel, Updates::Edit), &Step::Post).body;
            keeps_limits(service, &body).map_err(TestCaseError::fail)?;
            shown(service, &body);
            for text in read_for_mentions(service, &body) {
                prop_assert_eq!(mentions(&text), None, "{}: {}", service, text);
            }
        }
    }
}

#[test]
fn discord_is_told_to_mention_nobody_and_matrix_that_nobody_is_mentioned() {
    let letter = letter(&opened(), Updates::Message);
    let discord = service("discord").call(&letter, &Step::Post).body;
    assert_eq!(discord["allowed_mentions"], serde_json::json!({ "parse": [] }));
    let matrix = service("matrix").call(&letter, &Step::Post).body;
    assert_eq!(matrix["m.mentions"], serde_json::json!({}));
}
