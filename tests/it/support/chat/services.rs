//! What each service makes of a request: its documented fields and limits, and its words for a refusal.

use serde_json::{Value, json};

use super::{Kind, Room, Scripted, Shown, TOKEN};
use crate::support::http1::Request;

pub fn respond(kind: Kind, request: &Request, room: &mut Room) -> Scripted {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    let answer = match kind {
        Kind::Ntfy => ntfy(request, body, room),
        Kind::SlackHook => slack_hook(request, body, room),
        Kind::SlackBot => slack_bot(request, body, room),
        Kind::Mattermost => mattermost(request, body, room),
        Kind::Discord => discord(request, body, room),
        Kind::Telegram => telegram(request, body, room),
        Kind::Matrix => matrix(request, body, room),
    };
    match answer {
        Ok(answer) => (200, Vec::new(), answer),
        Err((status, answer)) => {
            room.refused.push(format!("{} {}: {answer}", request.method, request.path));
            (status, Vec::new(), answer)
        }
    }
}

type Answer = Result<Value, (u16, Value)>;

fn add(room: &mut Room, parent: Option<String>, body: Value) -> String {
    let id = format!("{}", 100 + room.requests);
    room.messages.push(Shown { id: id.clone(), parent, body, edits: 0 });
    id
}

/// Rewrites a message, if it is there.
fn edit(room: &mut Room, id: &str, body: Value) -> bool {
    let message = room.messages.iter_mut().find(|message| message.id == id);
    message.is_some_and(|message| {
        message.edits += 1;
        message.body = body;
        true
    })
}

fn bearer(request: &Request) -> bool {
    request.header("authorization") == Some(&format!("Bearer {TOKEN}"))
}

/// The first key of an object that is not among these.
fn unknown<'v>(value: &'v Value, known: &[&str]) -> Option<&'v str> {
    let keys = value.as_object().into_iter().flat_map(|object| object.keys());
    keys.map(String::as_str).find(|key| !known.contains(key))
}

fn units(value: &Value) -> usize {
    value.as_str().unwrap_or_default().encode_utf16().count()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn ntfy(request: &Request, body: Value, room: &mut Room) -> Answer {
    let bad = |why: &str| Err((400, json!({ "code": 40_000, "http": 400, "error": why })));
    if !bearer(request) {
        return Err((401, json!({ "code": 40_101, "http": 401, "error": "unauthorized" })));
    }
    let known = [
        "topic",
        "message",
        "title",
        "tags",
        "priority",
        "actions",
        "click",
        "markdown",
        "sequence_id",
    ];
    if let Some(key) = unknown(&body, &known) {
        return bad(&format!("unknown field {key}"));
    }
    let sequence = text(&body["sequence_id"]);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let actions = body["actions"].as_array().map_or(0, Vec::len);
    if request.path != "/" || body["topic"] != "alerts" {
        return bad("topic invalid");
    }
    if !(1..=64).contains(&sequence.len()) || !sequence.chars().all(is_name) {
        return bad("sequence ID invalid");
    }
    if !(1..=5).contains(&body["priority"].as_i64().unwrap_or(3)) || actions > 3 {
        return bad("priority or actions invalid");
    }
    if text(&body["message"]).len() > 4_096 {
        return Err((413, json!({ "code": 41_301, "error": "attachment too large" })));
    }
    if !edit(room, &sequence, body.clone()) {
        room.messages.push(Shown { id: sequence.clone(), parent: None, body, edits: 0 });
    }
    Ok(json!({ "id": "x", "sequence_id": sequence, "event": "message" }))
}

/// What is wrong with a message's blocks, in Slack's word for it.
fn slack_fault(body: &Value) -> Option<&'static str> {
    let blocks = body["blocks"].as_array().filter(|blocks| (1..=50).contains(&blocks.len()));
    let Some(blocks) = blocks else {
        return Some("invalid_blocks");
    };
    if text(&body["text"]).is_empty() {
        return Some("no_text");
    }
    for block in blocks {
        let good = match block["type"].as_str() {
            Some("header") => {
                block["text"]["type"] == "plain_text"
                    && (1..=150).contains(&units(&block["text"]["text"]))
            }
            Some("rich_text") => block["elements"]
                .as_array()
                .is_some_and(|parts| !parts.is_empty() && parts.iter().all(is_rich_text)),
            _ => false,
        };
        if !good {
            return Some("invalid_blocks");
        }
    }
    None
}

fn is_rich_text(part: &Value) -> bool {
    let kinds = ["rich_text_section", "rich_text_quote"];
    let elements = part["elements"].as_array();
    kinds.contains(&text(&part["type"]).as_str())
        && elements.is_some_and(|elements| {
            elements.iter().all(|element| {
                let has_text = !text(&element["text"]).is_empty();
                match element["type"].as_str() {
                    Some("text") => {
                        has_text && unknown(element, &["type", "text", "style"]).is_none()
                    }
                    Some("link") => {
                        text(&element["url"]).starts_with("http")
                            && text(&element["url"]).len() <= 3_000
                    }
                    _ => false,
                }
            })
        })
}

fn slack_hook(request: &Request, body: Value, room: &mut Room) -> Answer {
    if request.path != format!("/services/{TOKEN}") {
        return Err((404, json!("no_service")));
    }
    if let Some(fault) = slack_fault(&body) {
        return Err((400, json!(fault)));
    }
    add(room, None, body);
    Ok(json!("ok"))
}

fn slack_bot(request: &Request, body: Value, room: &mut Room) -> Answer {
    let no = |error: &str| Ok(json!({ "ok": false, "error": error }));
    if !bearer(request) {
        return no("invalid_auth");
    }
    if let Some(fault) = slack_fault(&body) {
        room.refused.push(fault.to_owned());
        return no(fault);
    }
    let ts = |value: &Value| text(value).strip_prefix("1700.").map(str::to_owned);
    match request.path.as_str() {
        "/api/chat.postMessage" if body["channel"] == "news" || body["channel"] == "C9" => {
            let parent = ts(&body["thread_ts"]);
            let id = add(room, parent, body);
            Ok(json!({ "ok": true, "channel": "C9", "ts": format!("1700.{id}") }))
        }
        "/api/chat.update" if body["channel"] == "C9" => {
            let id = ts(&body["ts"]).unwrap_or_default();
            match edit(room, &id, body) {
                true => Ok(json!({ "ok": true, "channel": "C9", "ts": format!("1700.{id}") })),
                false => no("message_not_found"),
            }
        }
        _ => no("channel_not_found"),
    }
}

fn mattermost(request: &Request, body: Value, room: &mut Room) -> Answer {
    let bad = |why: &str| Err((400, json!({ "id": "web.incoming_webhook", "message": why })));
    if request.path != format!("/hooks/{TOKEN}") {
        return bad("Invalid webhook.");
    }
    let attachments = body["attachments"].as_array().filter(|all| all.len() == 1);
    let Some(attachment) = attachments.map(|all| all[0].clone()) else {
        return bad("no attachment");
    };
    let written = text(&attachment["text"]);
    if unknown(&attachment, &["fallback", "color", "text"]).is_some()
        || text(&attachment["fallback"]).is_empty()
        || !(1..=16_383).contains(&written.chars().count())
    {
        return bad("Unable to parse incoming data.");
    }
    add(room, None, body);
    Ok(json!("ok"))
}

fn discord(request: &Request, body: Value, room: &mut Room) -> Answer {
    let no = |status, code: u64, why: &str| Err((status, json!({ "code": code, "message": why })));
    let base = format!("/api/webhooks/77/{TOKEN}");
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let Some(below) = path.strip_prefix(&base) else {
        return no(404, 10_015, "Unknown Webhook");
    };
    let known = ["embeds", "allowed_mentions", "thread_name"];
    let embed = &body["embeds"][0];
    let parts = [("title", 256), ("description", 4_096)];
    let sizes = parts.map(|(key, limit)| (units(&embed[key]), limit));
    let all: usize =
        sizes.iter().map(|(size, _)| size).sum::<usize>() + units(&embed["author"]["name"]);
    if unknown(&body, &known).is_some()
        || unknown(embed, &["author", "title", "description", "color", "url"]).is_some()
        || sizes.iter().any(|(size, limit)| size > limit)
        || units(&embed["author"]["name"]) > 256
        || all > 6_000
        || embed["color"].as_u64().is_none_or(|colour| colour > 0xff_ffff)
    {
        return no(400, 50_035, "Invalid Form Body");
    }
    if body["allowed_mentions"] != json!({ "parse": [] }) {
        return no(400, 50_035, "mentions");
    }
    match (request.method.as_str(), below.strip_prefix("/messages/")) {
        ("POST", None) if query.split('&').any(|pair| pair == "wait=true") => {
            let thread = query.split('&').find_map(|pair| pair.strip_prefix("thread_id="));
            let opened = body.get("thread_name").map(|_| format!("9{}", room.requests));
            let place = opened.or_else(|| thread.map(str::to_owned));
            let parent = thread.map(str::to_owned);
            let id = add(room, parent, body);
            Ok(json!({ "id": id, "channel_id": place.unwrap_or("5".to_owned()), "type": 0 }))
        }
        ("PATCH", Some(id)) => match edit(room, id, body) {
            true => Ok(json!({ "id": id, "channel_id": "5" })),
            false => no(404, 10_008, "Unknown Message"),
        },
        _ => no(405, 0, "405: Method Not Allowed"),
    }
}

fn telegram(request: &Request, body: Value, room: &mut Room) -> Answer {
    let no = |status: u16, why: &str| {
        Err((status, json!({ "ok": false, "error_code": status, "description": why })))
    };
    let Some(method) = request.path.strip_prefix(&format!("/bot{TOKEN}/")) else {
        return no(401, "Unauthorized");
    };
    if body["chat_id"] != -1001 {
        return no(400, "Bad Request: chat not found");
    }
    let shown = match visible(&text(&body["text"])) {
        Ok(shown) => shown,
        Err(why) => return no(400, &format!("Bad Request: can't parse entities: {why}")),
    };
    match shown.encode_utf16().count() {
        0 => return no(400, "Bad Request: message text is empty"),
        1..=4_096 => {}
        _ => return no(400, "Bad Request: message is too long"),
    }
    let number = |value: &Value| value.as_i64().unwrap_or_default().to_string();
    let sent = |id: &str| {
        let id: i64 = id.parse().expect("a number");
        Ok(json!({ "ok": true, "result": { "message_id": id, "chat": { "id": -1001 } } }))
    };
    match method {
        "sendMessage" => {
            let parent = body.get("reply_parameters").map(|reply| number(&reply["message_id"]));
            let id = add(room, parent, body);
            sent(&id)
        }
        "editMessageText" => {
            let id = number(&body["message_id"]);
            let same = room.messages.iter().any(|m| m.id == id && m.body["text"] == body["text"]);
            match (same, edit(room, &id, body)) {
                (true, _) => no(400, "Bad Request: message is not modified"),
                (false, true) => sent(&id),
                (false, false) => no(400, "Bad Request: message to edit not found"),
            }
        }
        _ => no(404, "Not Found"),
    }
}

/// What Telegram shows of HTML: its few tags and references, each closed, all else an error.
fn visible(html: &str) -> Result<String, String> {
    let (mut shown, mut open, mut rest) = (String::new(), Vec::new(), html);
    while let Some(at) = rest.find(['<', '&']) {
        shown.push_str(&rest[..at]);
        let from = &rest[at..];
        let end = from.find(if from.starts_with('<') { '>' } else { ';' });
        let end = end.ok_or_else(|| "unclosed start tag".to_owned())?;
        let inner = &from[1..end];
        if from.starts_with('&') {
            shown.push(if inner == "amp" { '&' } else { '?' });
        } else if let Some(tag) = inner.strip_prefix('/') {
            if open.pop() != Some(tag) {
                return Err(format!("unexpected end tag {tag}"));
            }
        } else {
            let tag = inner.split(' ').next().unwrap_or_default();
            if !["a", "b", "blockquote"].contains(&tag) {
                return Err(format!("unsupported start tag \"{tag}\""));
            }
            open.push(tag);
        }
        rest = &from[end + 1..];
    }
    shown.push_str(rest);
    if open.is_empty() { Ok(shown) } else { Err("can't find end tag".to_owned()) }
}

fn matrix(request: &Request, body: Value, room: &mut Room) -> Answer {
    let no = |status, code: &str| Err((status, json!({ "errcode": code, "error": code })));
    if !bearer(request) {
        return no(401, "M_UNKNOWN_TOKEN");
    }
    let path = "/_matrix/client/v3/rooms/!room:mx.example/send/m.room.message/";
    let Some(transaction) = request.path.strip_prefix(path).filter(|_| request.method == "PUT")
    else {
        return no(404, "M_UNRECOGNIZED");
    };
    if request.body.len() > 65_536 {
        return no(413, "M_TOO_LARGE");
    }
    if body["msgtype"] != "m.text" || !body["body"].is_string() || body["m.mentions"] != json!({}) {
        return no(400, "M_BAD_JSON");
    }
    let event = format!("${transaction}");
    // The same transaction makes no second event.
    if !room.messages.iter().any(|message| message.body["transaction"] == json!(transaction)) {
        let relation = body["m.relates_to"].clone();
        let target = text(&relation["event_id"]);
        let mut content = body.clone();
        content["transaction"] = json!(transaction);
        match relation["rel_type"].as_str() {
            Some("m.replace") => {
                let mut new = body["m.new_content"].clone();
                new["transaction"] = json!(transaction);
                edit(room, &target, new);
            }
            _ => {
                let parent = Some(target).filter(|target| !target.is_empty());
                room.messages.push(Shown { id: event.clone(), parent, body: content, edits: 0 });
            }
        }
    }
    Ok(json!({ "event_id": event }))
}
