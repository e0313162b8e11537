//! The API: the same objects as the commands print, pages that miss nothing, and what people do.

use serde_json::{Value, json};

use super::House;
use crate::cli::scene::{command, run};
use crate::support::world::item;

/// What a command prints as JSON beside the running daemon.
fn printed(house: &House, line: &str) -> Value {
    let mut command = command(house.world.dir());
    command.arg("-c").arg(house.world.dir().join("wirewatch.toml"));
    let ran = run(command.args(line.split_whitespace()).args(["-o", "json"]));
    assert_eq!(ran.code, 0, "{line}: {}", ran.err);
    ran.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_those_that_commands_print() {
    let house = House::new().await;
    let alert = house.alert();
    let story = house.world.alerts()[0].story.to_string();
    let entry = house.get("/api/v1/entries").await.ended(200)["items"][0]["id"].clone();
    let entry = entry.as_str().unwrap();
    for (path, line) in [
        ("/api/v1/alerts", "alerts list".to_owned()),
        ("/api/v1/stories", "stories list".to_owned()),
        ("/api/v1/entries", "entries list".to_owned()),
        ("/api/v1/search?q=harbour+pact", "search harbour pact".to_owned()),
        ("/api/v1/topics", "topics list".to_owned()),
        ("/api/v1/deliveries", "deliver log".to_owned()),
        ("/api/v1/silences", "alerts silence list".to_owned()),
    ] {
        assert_eq!(house.get(path).await.ended(200)["items"], printed(&house, &line), "{path}");
    }
    for (path, line) in [
        (format!("/api/v1/alerts/{alert}"), format!("alerts show {alert}")),
        (format!("/api/v1/stories/{story}"), format!("stories show {story}")),
        (format!("/api/v1/entries/{entry}"), format!("entries show {entry}")),
        ("/api/v1/topics/nato".to_owned(), "topics show nato".to_owned()),
    ] {
        assert_eq!(house.get(&path).await.ended(200), printed(&house, &line), "{path}");
    }
    // Feeds are told with what hangs on the hour: the names are compared, not all values.
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let feeds = house.get("/api/v1/feeds").await.ended(200);
    let told = printed(&house, "feeds status");
    assert_eq!(feeds["items"].as_array().unwrap().len(), 2);
    let wire = told.as_array().unwrap().iter().find(|feed| feed["feed"] == "wire").unwrap();
    assert_eq!(names(&feeds["items"][1]), names(wire));
    let feed = house.get("/api/v1/feeds/wire").await.ended(200);
    assert_eq!(names(&feed), names(&printed(&house, "feeds show wire")));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_miss_nothing_and_repeat_nothing_whatever_comes_in_between() {
    let mut house = House::new().await;
    for title in [
        "Harbour cranes rust under NATO contract",
        "Parliament in Lisbon passes NATO budget",
        "Winter boots arrive for NATO troops",
        "Satellite launch delights NATO engineers",
        "Pipeline guards train with NATO divers",
        "Election observers thank NATO staff",
    ] {
        house.world.publish("wire", item(title));
    }
    house.world.visit("wire").await;
    for path in ["entries", "alerts", "stories", "deliveries"] {
        let all = house.get(&format!("/api/v1/{path}?limit=200")).await.ended(200);
        let all: Vec<Value> =
            all["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
        assert!(all.len() >= 6, "{path}: {}", all.len());
        let (mut seen, mut cursor, mut n) = (Vec::new(), String::new(), 0);
        loop {
            let page = house.get(&format!("/api/v1/{path}?limit=2{cursor}")).await.ended(200);
            let items = page["items"].as_array().unwrap();
            seen.extend(items.iter().map(|item| item["id"].clone()));
            let Some(next) = page["next"].as_str() else { break };
            assert_eq!(items.len(), 2);
            cursor = format!("&cursor={next}");
            n += 1;
            if n == 1 {
                house.world.publish("wire", item(&format!("Unrelated {path} gardening news")));
                house.world.visit("wire").await;
            }
        }
        assert_eq!(seen, all, "{path}");
    }
    let topics = house.get("/api/v1/feeds?limit=1").await.ended(200);
    assert_eq!(
        (&topics["items"][0]["feed"], topics["items"].as_array().unwrap().len()),
        (&json!("ledger"), 1)
    );
    let next = topics["next"].as_str().unwrap();
    let rest = house.get(&format!("/api/v1/feeds?limit=1&cursor={next}")).await.ended(200);
    assert_eq!((&rest["items"][0]["feed"], &rest["next"]), (&json!("wire"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_acknowledged_judged_closed_and_opened_again() {
    let house = House::new().await;
    let base = format!("/api/v1/alerts/{}", house.alert());
    let post = async |verb: &str, body: &str| house.post(&format!("{base}/{verb}"), body).await;
    let acked = post("ack", r#"{"note": "on it", "author": "ann"}"#).await.ended(200);
    assert_eq!(
        (&acked["state"], &acked["notes"][0]["author"]),
        (&json!("acknowledged"), &json!("ann"))
    );
    // Said again, nothing is added.
    assert_eq!(post("ack", "{}").await.ended(200)["notes"].as_array().unwrap().len(), 1);
    let judged = post("verdict", r#"{"verdict": "useful"}"#).await.ended(200);
    assert_eq!(
        (&judged["verdict"], &judged["verdicts"][0]["author"]),
        (&json!("useful"), &json!("http"))
    );
    assert_eq!(post("close", "").await.ended(200)["state"], "closed");
    post("ack", "{}").await.refused(409, "alert_closed");
    post("note", "{}").await.refused(400, "missing_field");
    assert_eq!(post("note", r#"{"note": "see the other"}"#).await.ended(200)["state"], "closed");
    assert_eq!(post("reopen", "{}").await.ended(200)["state"], "open");
    let open = house.get("/api/v1/alerts?state=open&verdict=useful&severity_min=medium").await;
    assert_eq!(open.ended(200)["items"].as_array().unwrap().len(), 1);
    let none = house.get("/api/v1/alerts?severity_min=high").await.ended(200);
    assert_eq!(none["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn silences_begin_hold_back_and_end() {
    let mut house = House::new().await;
    let body = r#"{"of": [{"kind": "topic", "value": "nato"}], "reason": "drill", "for_s": 3600}"#;
    let made = house.post("/api/v1/silences", body).await.ended(201);
    assert_eq!((&made["state"], &made["scope"]), (&json!("active"), &json!("topic nato")));
    house.world.publish("wire", item("Finland hosts NATO winter drill"));
    house.world.visit("wire").await;
    let id = made["id"].as_str().unwrap();
    let shown = house.get(&format!("/api/v1/silences/{id}")).await.ended(200);
    assert_eq!((&shown["held"], house.world.alerts().len()), (&json!(1), 1));
    let ended = house.post(&format!("/api/v1/silences/{id}/end"), "{}").await.ended(200);
    assert_eq!(ended["state"], "over");
    assert_eq!(house.get("/api/v1/silences").await.ended(200)["items"], json!([]));
    assert_eq!(house.get("/api/v1/silences?all=true").await.ended(200)["items"][0]["id"], id);
    for (of, status) in [
        (r#"[{"kind": "topic", "value": "none"}]"#, 404),
        (r#"[{"kind": "story", "value": "S1"}]"#, 404),
        (r#"[{"kind": "feed", "value": "none"}]"#, 404),
        (r#"[{"kind": "publisher", "value": "Somebody"}, {"kind": "feed", "value": "wire"}]"#, 201),
    ] {
        let body = format!(r#"{{"of": {of}, "reason": "x", "for_s": 60}}"#);
        assert_eq!(house.post("/api/v1/silences", &body).await.status, status, "{of}");
    }
    let of_alert = format!("/api/v1/alerts/{}/silence", house.alert());
    let made = house.post(&of_alert, r#"{"reason": "enough", "for_s": 600}"#).await.ended(201);
    assert!(made["scope"].as_str().unwrap().starts_with("topic nato, story S"), "{made}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_visited_and_a_delivery_shown_and_retried_on_request() {
    let mut house = House::new().await;
    house.world.catch_up();
    let asked = house.post("/api/v1/feeds/wire/fetch", "{}").await.ended(202);
    assert_eq!(asked, json!({ "asked": true, "feed": "wire" }));
    assert_eq!(house.world.next_visit().await.feed.as_str(), "wire");
    let deliveries = house.get("/api/v1/deliveries?state=delivered&channel=log").await.ended(200);
    let id = deliveries["items"][0]["id"].as_str().unwrap();
    let shown = house.get(&format!("/api/v1/deliveries/{id}")).await.ended(200);
    assert_eq!(shown, deliveries["items"][0]);
    // What was delivered is not delivered again.
    let again = house.post(&format!("/api/v1/deliveries/{id}/retry"), "{}").await.ended(200);
    assert_eq!(again["state"], "delivered");
    let of_alert = house.get(&format!("/api/v1/deliveries?alert={}", house.alert())).await;
    assert_eq!(of_alert.ended(200)["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_as_the_document_describes_them() {
    let mut house = House::new().await;
    house.world.publish("ledger", item("Satellite maker wins NATO contract"));
    house.world.visit("ledger").await;
    house
        .post(&format!("/api/v1/alerts/{}/verdict", house.alert()), r#"{"verdict": "dup"}"#)
        .await
        .ended(200);
    let document = house.get("/api/v1/openapi.json").await.ended(200);
    let first = async |path: &str, name: &str| {
        house.get(path).await.ended(200)["items"][0][name].as_str().unwrap().to_owned()
    };
    for (path, schema) in [
        (format!("/api/v1/alerts/{}", first("/api/v1/alerts", "id").await), "Alert"),
        (format!("/api/v1/stories/{}", first("/api/v1/stories", "id").await), "Story"),
        (format!("/api/v1/entries/{}", first("/api/v1/entries", "id").await), "Entry"),
        (format!("/api/v1/deliveries/{}", first("/api/v1/deliveries", "id").await), "Delivery"),
        (format!("/api/v1/topics/{}", first("/api/v1/topics", "topic").await), "Topic"),
        (format!("/api/v1/feeds/{}", first("/api/v1/feeds", "feed").await), "Feed"),
        ("/readyz".to_owned(), "Readiness"),
        ("/api/v1/alerts/none".to_owned(), "Problem"),
    ] {
        let mut root = json!({ "$ref": format!("#/components/schemas/{schema}") });
        root["components"] = document["components"].clone();
        let validator = jsonschema::validator_for(&root).unwrap();
        let object = house.get(&path).await.json();
        let errors: Vec<String> = validator
            .iter_errors(&object)
            .map(|error| format!("{} {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{path}: {errors:?}\n{object:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_document_is_the_one_that_is_served() {
    let house = House::new().await;
    let served = house.get("/api/v1/openapi.json").await.ended(200);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
    let text = format!("{served:#}\n");
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        std::fs::write(path, &text).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(published == text, "docs/openapi.json is old: run this test with INSTA_UPDATE=always");
    // Each path says what it is for, and no two have the same name.
    let mut names = std::collections::BTreeSet::new();
    for verbs in served["paths"].as_object().unwrap().values() {
        for operation in verbs.as_object().unwrap().values() {
            assert!(names.insert(operation["operationId"].to_string()), "{operation}");
            assert!(operation["summary"].as_str().unwrap().len() > 5);
        }
    }
}
