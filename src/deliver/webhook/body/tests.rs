//! The renderings, and what a template may and may not do.

use std::path::PathBuf;

use serde_json::Value;

use super::*;
use crate::config::WebhookTemplate;
use crate::deliver::object::{self, tests::sample as revision};
use crate::domain::alert::delivery::{Carried, Thread};
use crate::domain::ids::{AlertId, DeliveryId};

fn delivery() -> Claimed {
    let channel = "hook".parse().expect("a key");
    Claimed {
        id: DeliveryId(7),
        carried: Carried::Alert { alert: AlertId(1), seq: 1 },
        body: object::freeze(&revision(), &channel, DeliveryId(7)),
        channel,
        attempt: 1,
        created: "2026-05-04T10:00:00Z".parse().expect("a time"),
        thread: Thread::default(),
    }
}

fn template(text: &str, content_type: &str) -> Result<Body, String> {
    let own = WebhookTemplate {
        path: PathBuf::from("desk.j2"),
        text: text.into(),
        content_type: content_type.to_owned(),
    };
    Body::new(&WebhookBody::Template(own)).map_err(|error| match error {
        OpenError::Template(error) => error.to_string(),
        other => other.to_string(),
    })
}

fn rendered(body: &Body) -> String {
    let first = body.render(&delivery()).expect("rendered").into_owned();
    let again = Claimed { attempt: 2, ..delivery() };
    assert_eq!(first, body.render(&again).expect("rendered").into_owned());
    String::from_utf8(first).expect("text")
}

fn refusal(text: &str, content_type: &str) -> String {
    template(text, content_type).err().expect("refused")
}

#[test]
fn an_event_carries_the_object_unchanged() {
    let body = Body::new(&WebhookBody::CloudEvents).expect("a body");
    let event: Value = serde_json::from_str(&rendered(&body)).expect("JSON");
    let object: Value = serde_json::from_slice(&delivery().body).expect("JSON");
    assert_eq!(event["data"], object);
    assert_eq!(event["specversion"], "1.0");
    assert_eq!(event["id"], "D7");
    assert_eq!(event["source"], "urn:wirewatch:topic:defence-alliances");
    assert_eq!(event["type"], "wirewatch.alert.opened");
    assert_eq!(event["time"], object["time"]);
    assert_eq!(event["dataschema"], crate::deliver::schema::alert()["$id"]);
    // Names of attributes are lower-case letters and digits.
    let names = event.as_object().expect("an object").keys();
    assert!(names.clone().all(|name| name.bytes().all(|b| b.is_ascii_lowercase())), "{names:?}");
}

#[test]
fn a_receiver_of_alertmanager_gets_a_group_of_one() {
    let body = Body::new(&WebhookBody::Alertmanager).expect("a body");
    insta::assert_snapshot!(rendered(&body));
}

#[test]
fn a_template_makes_json_that_no_feed_can_break() {
    let text = "{\"text\": {{ headline }}, \"severity\": {{ severity }}\
                {% if kind == \"alert\" %}, \"topic\": {{ object.topic.name }}, \
                \"author\": {{ object.entry.author }}, \"note\": {{ object.note }}{% endif %}}";
    let body = template(text, "application/json").expect("a template");
    let made: Value = serde_json::from_str(&rendered(&body)).expect("JSON");
    assert_eq!(made["topic"], "Defence alliances");
    assert_eq!(made["author"], Value::Null);
}

#[test]
fn a_template_that_is_wrong_is_shown_with_its_line() {
    let check = |text: &str, parts: &[&str]| {
        let told = refusal(text, "application/json");
        for part in parts {
            assert!(told.contains(part), "{part} is not in {told}");
        }
    };
    check("{\n  \"a\": {{ headlin }}\n}", &["desk.j2:2:", "undefined", "2 |   \"a\": {{ headlin"]);
    check("{\n\n{% if kind %}", &["desk.j2:", "syntax error"]);
    // It holds for alerts and not for what else comes.
    check("{{ object.topic.name }}", &["desk.j2:1:", "(for a notice)"]);
    check("{\"a\": \"{{ headline }}\"}", &["not JSON", "made |"]);
    check("{% include \"/etc/passwd\" %}", &["desk.j2:1:"]);
    check(
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}{}",
        &["fuel"],
    );
    check("{{ 'x' * 5000000 }}", &["desk.j2:1:"]);
}

#[test]
fn a_template_that_never_ends_is_refused() {
    // Few instructions, of which the last counts to 2^33.
    let text = "{% set ns = namespace(x=[1]) %}{% for i in range(33) %}\
                {% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x|length }}";
    let told = refusal(text, "text/plain");
    assert!(told.contains("desk.j2:1:") && told.contains("has not ended after"), "{told}");
}

#[test]
fn html_is_escaped_and_plain_text_is_not() {
    let text = "{{ headline }}<br>";
    let of = |content_type| {
        let body = template(text, content_type).expect("a template");
        let parcel = crate::deliver::parcel::sample::all().remove(0);
        let Body::Template(template) = body else { panic!("a template") };
        String::from_utf8(template.render(parcel, DeliveryId(1)).expect("rendered")).expect("text")
    };
    assert!(of("text/html; charset=utf-8").contains("&lt;allies&gt;"));
    assert!(of("text/plain").contains("<allies> sign {{ pact }}"));
}
