//! `topics explain`, `why-not` and `alerts explain`: why an entry did, or did not, alert; and
//! whether an old alert is found again as it was.

use std::fs;

use serde_json::Value;

use super::scene::{HOSTILE, Scene, run};
use crate::support::server::Reply;
use crate::support::world::{Item, item, rss};

const PACT: &str = r#"
[lists]
ally = ["alliance", "pact"]
[[topic]]
id = "nato"
name = "NATO"
severity = "medium"
match = 'NATO NEAR/3 @ally'
[topic.alert]
publishers = { min = 2 }
"#;

/// One feed past its baseline, a topic, and one more entry.
async fn told(topics: &str, title: &str, text: &str) -> Scene {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.topics = topics.to_owned();
    scene.world.write_config();
    scene.once().ended(0);
    scene.world.publish("wire", item(title).text(text));
    scene.once().ended(0);
    scene
}

fn newest(scene: &Scene) -> Value {
    scene.run("entries list -o json").ended(0).list()[0].clone()
}

fn why_not(scene: &Scene, what: &str) -> Value {
    scene.run(&format!("topics why-not {what} --topic nato -o json")).ended(0).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_entry_is_explained_with_its_story_and_what_was_decided() {
    let scene = Scene::with_alert().await;
    let entry = newest(&scene);
    let id = entry["id"].as_str().unwrap();
    let why = scene.run(&format!("topics explain nato {id} -o json")).ended(0).json();
    assert_eq!((&why["matched"], &why["entry"]["feed"]), (&true.into(), &"ledger".into()));
    assert_eq!(why["story"]["others"], 1, "{why:#}");
    assert_eq!(why["story"]["joined"]["code"], "similar_title");
    assert_eq!(why["decisions"][0]["verdict"], "amend");
    assert_eq!(why["decisions"][0]["reason"]["code"], "publishers>=2");
    assert_eq!(why["alert"]["id"], scene.alert_id());
    assert_eq!(why["remark"], Value::Null);
    let page = scene.run(&format!("topics explain nato {id}")).ended(0).out;
    for part in [
        "✓ yes  NATO",
        "title  [NATO] ministers sign harbour…",
        "what became of it",
        "1 other entry, 2 publishers",
        "in it because: titles share",
        "amend (publishers>=2): 2 publishers tell the story",
        "open, revision 2",
    ] {
        assert!(page.contains(part), "{part} is missing:\n{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_waited_names_the_alert_that_another_entry_of_its_story_raised() {
    let mut scene = told(PACT, "NATO signs harbour pact in Copenhagen", "").await;
    let first = newest(&scene)["id"].as_str().unwrap().to_owned();
    let waiting = why_not(&scene, &first);
    assert_eq!((&waiting["status"], &waiting["alert"]), (&"pending".into(), &Value::Null));
    scene.world.add_feed("herald");
    scene.world.write_config();
    scene.once().ended(0);
    let again = item("NATO signs harbour pact in Copenhagen").at("herald.example");
    scene.world.publish("herald", again);
    scene.once().ended(0);
    let id = scene.alert_id();
    let alert = why_not(&scene, &first)["alert"].clone();
    assert_eq!(
        (&alert["id"], &alert["of_another_entry"]),
        (&Value::from(id.as_str()), &true.into())
    );
    let page = scene.run(&format!("topics why-not {first} --topic nato")).ended(0).out;
    let line = format!("{id} open, revision 1, for another entry of the story");
    assert!(page.contains(&line), "{line} is missing:\n{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_found_by_its_link_however_it_is_spelt() {
    let scene = told(PACT, "NATO signs a pact", "").await;
    let id = newest(&scene)["id"].clone();
    for link in [
        "https://news.example/nato-signs-a-pact",
        "http://www.news.example/nato-signs-a-pact/?utm_source=rss&fbclid=7",
    ] {
        let why = scene.run(&format!("topics explain nato {link} -o json")).ended(0).json();
        assert_eq!(why["entry"]["id"], id, "{link}");
    }
    let unknown = scene.run("topics explain nato https://news.example/other").ended(1);
    assert!(unknown.err.contains("why-not URL --topic TOPIC"), "{}", unknown.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_two_feeds_carry_is_explained_by_the_newest_and_says_so() {
    let mut scene = Scene::with_alert().await;
    let first = item("NATO ministers sign harbour defence pact in Copenhagen");
    scene.world.add_feed("herald");
    scene.world.write_config();
    scene.once().ended(0);
    scene.world.publish("herald", first.clone());
    scene.once().ended(0);
    let ran = scene.run(&format!("topics explain nato {} -o json", first.link)).ended(0);
    assert_eq!(ran.json()["entry"]["feed"], "herald");
    assert!(ran.err.contains("hint: other entries have this link too"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_miss_names_the_clause_and_the_change_that_would_have_caught_it() {
    let text = "NATO ministers of nine countries put their names to a pact";
    let scene = told(PACT, "Ministers meet in the harbour city", text).await;
    let link = "https://news.example/ministers-meet-in-the-harbour-city?utm_medium=feed";
    let why = why_not(&scene, link);
    assert_eq!((&why["status"], &why["matched"]), (&"no_match".into(), &false.into()));
    let first = &why["cure"]["remedies"][0];
    assert_eq!((&first["code"], &first["enough"]), (&"distance".into(), &true.into()));
    assert_eq!(first["change"], "NEAR/3 would have to be NEAR/10");
    assert_eq!(first["spans"][0]["quote"], "NATO");
    let page = scene.run(&format!("topics why-not {link} --topic nato")).ended(0).out;
    assert!(
        page.starts_with("nato does not match: Ministers meet in the harbour city\n"),
        "{page}"
    );
    assert!(page.contains("→ NEAR/3 would have to be NEAR/10: enough by itself"), "{page}");
    assert!(page.contains("lead   [NATO] ministers of nine"), "{page}");
    assert!(page.contains("decided   nothing: no match of this topic is stored"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_match_that_raised_no_alert_is_told_with_the_decision() {
    let scene = told(PACT, "NATO signs a pact", "").await;
    let why = why_not(&scene, newest(&scene)["id"].as_str().unwrap());
    assert_eq!((&why["status"], &why["matched"]), (&"pending".into(), &true.into()));
    assert_eq!(why["decisions"][0]["reason"]["code"], "awaiting_publishers", "{why:#}");
    assert_eq!(why["pending"]["need"], 2, "{why:#}");
    assert_eq!(why["cure"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_was_changed_since_is_told_from_the_one_that_ran() {
    let mut scene = told(PACT, "Harbour city waits for the summit", "").await;
    scene.world.topics = PACT.replace("NATO NEAR/3 @ally", "summit");
    scene.world.write_config();
    let why = why_not(&scene, newest(&scene)["id"].as_str().unwrap());
    assert_eq!((&why["status"], &why["matched"]), (&"not_decided".into(), &true.into()));
    assert!(why["remark"].as_str().unwrap().contains("no daemon has run with revision"), "{why:#}");
    scene.once().ended(0);
    let why = why_not(&scene, newest(&scene)["id"].as_str().unwrap());
    assert!(why["remark"].as_str().unwrap().contains("is in use since"), "{why:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_never_seen_is_traced_to_the_feeds_of_its_site() {
    let mut scene = told(PACT, "NATO signs a pact", "").await;
    let why = why_not(&scene, "https://www.news.example/never-seen");
    assert_eq!(why["status"], "not_seen", "{why:#}");
    assert_eq!(
        (&why["feeds"][0]["feed"], &why["feeds"][0]["code"]),
        (&"wire".into(), &"not_in_feed".into())
    );
    let text = why["feeds"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("this link was not in it (it holds its newest 1 entry; last read"),
        "{text}"
    );

    scene.world.server.set("/wire", Reply::status(404));
    scene.once().ended(3);
    let ran = scene.run("topics why-not https://news.example/never-seen --topic nato").ended(0);
    assert!(ran.out.contains("not fetched: feed wire has been failing since"), "{}", ran.out);
    assert!(ran.out.contains("(http_404: "), "{}", ran.out);
    assert!(ran.err.contains("hint: `wirewatch feeds fetch wire --dry-run`"), "{}", ran.err);

    let ran = scene.run("topics why-not https://elsewhere.example/x --topic nato").ended(0);
    assert!(ran.out.contains("never seen: no feed carries elsewhere.example"), "{}", ran.out);
    assert!(ran.err.contains("feeds fetch FEED-URL --dry-run"), "{}", ran.err);
    for feed in ["new", "b", "c", "d", "e", "f"] {
        scene.world.add_feed(feed);
    }
    scene.world.write_config();
    let ran = scene.run("topics why-not https://elsewhere.example/x --topic nato").ended(0);
    assert!(ran.out.contains("no feed that is read carries elsewhere.example"), "{}", ran.out);
    assert!(ran.out.contains("6 feeds were never read, and may carry it: "), "{}", ran.out);
    let named = ran.out.split("may carry it: ").nth(1).unwrap();
    assert_eq!((named.matches(", ").count(), named.contains('…')), (5, true), "{named}");
    assert!(ran.err.contains(" --dry-run` fetches it now"), "{}", ran.err);
    for feed in ["b", "c", "d", "e", "f"] {
        scene.world.remove_feed(feed);
    }
    scene.world.write_config();
    let own = scene.world.server.url("/some/page");
    let why = why_not(&scene, &own);
    let codes: Vec<&str> =
        why["feeds"].as_array().unwrap().iter().filter_map(|feed| feed["code"].as_str()).collect();
    assert_eq!(codes, ["failing", "never_fetched"], "{why:#}");
    scene.run("topics why-not not-a-link --topic nato").ended(2);
    scene.run("topics why-not https:// --topic nato").ended(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_explained_moves_no_cursor_and_fits_a_screen() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    let text = "the harbour NATO \u{9b}31m ".repeat(3_000);
    scene.world.publish("wire", item(HOSTILE).text(&text));
    scene.once().ended(0);
    let id = newest(&scene)["id"].as_str().unwrap().to_owned();
    let alert = scene.alert_id();
    for line in [
        format!("topics explain nato {id}"),
        format!("topics why-not {id} --topic nato"),
        format!("alerts explain {alert}"),
        "topics why-not https://news.example/\u{9b}2J\u{202e} --topic nato".to_owned(),
    ] {
        for format in ["", " -o json", " -o csv"] {
            let ran = scene.run(&format!("{line}{format}")).ended(0);
            let both = format!("{}{}", ran.out, ran.err);
            assert!(
                !both.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{2066}']),
                "{line}: {both:?}"
            );
            assert!(!format.is_empty() || ran.out.lines().count() < 80, "{line}: {}", ran.out);
        }
    }
    let coloured = scene.run(&format!("topics explain nato {id} --color always")).ended(0).out;
    assert!(coloured.contains("\u{1b}[1m\u{1b}[33m[NATO]\u{1b}[0m"), "{coloured:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_alert_is_found_again_with_the_rule_and_text_of_then() {
    let mut scene = Scene::new(&["wire", "ledger"]).await;
    scene.world.topics = format!(
        "[lists]\nally = [\"alliance\", \"pact\"]\n{}",
        "[[topic]]\nid = \"nato\"\nmatch = '(NATO NEAR/9 @ally) OR strap'\nthreshold = 1\n\
         [topic.weights]\n'NATO' = 1.5\n'@ally' = 0.7\n"
    );
    scene.world.write_config();
    scene.once().ended(0);
    let first = item("NATO ministers sign harbour defence pact in Copenhagen");
    scene.world.publish("wire", first.clone().text("A pact, says NATO."));
    scene.once().ended(0);
    scene.world.publish("ledger", first.clone().at("ledger.example"));
    scene.once().ended(0);
    let id = scene.alert_id();
    // The rule says something else now, the list is gone, the entry was revised.
    scene.world.topics =
        "[[topic]]\nid = \"nato\"\nmatch = 'Copenhagen AND NOT harbour'\n".to_owned();
    scene.world.publish("wire", first.text("Everything is different."));
    scene.world.write_config();
    scene.once().ended(0);

    let replay = scene.run(&format!("alerts explain {id} -o json")).ended(0).json();
    assert_eq!(replay["agrees"], true, "{replay:#}");
    assert_eq!(replay["revisions"][0]["entry_revision"], 1);
    let explained = &replay["revisions"][0]["explanation"];
    assert_eq!(explained["tree"]["clause"], "NATO NEAR/9 @ally OR strap", "{explained:#}");
    assert_eq!(explained["revision"], replay["revisions"][0]["topic_revision"]);
    let page = scene.run(&format!("topics explain nato {id}")).ended(0).out;
    assert!(page.contains("found again from what is stored, bit for bit"), "{page}");
    scene.run("alerts explain A0").ended(1);
    // Both spellings do without the topic files.
    let file = scene.world.dir().join("topics/test.toml");
    let good = fs::read_to_string(&file).unwrap();
    fs::write(&file, "[[topic").unwrap();
    let broken = scene.run(&format!("topics explain nato {id}")).ended(0).out;
    assert_eq!(broken, scene.run(&format!("alerts explain {id}")).ended(0).out);
    let other = scene.run(&format!("topics explain oil {id}")).ended(1).err;
    assert!(other.contains("is of topic nato, not of oil"), "{other}");
    scene.run("topics explain nato E0").ended(1);
    fs::write(&file, good).unwrap();
    let other = scene.run(&format!("topics explain nato {id} -o csv")).ended(0).out;
    assert!(other.starts_with("agrees,alert,"), "{other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_of_the_present_revision_only_is_not_blamed_on_the_rule() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.topics = "[[topic]]\nid = \"nato\"\nmatch = 'NATO AND url:pact'\n".to_owned();
    scene.world.write_config();
    scene.once().ended(0);
    let first = item("NATO signs a pact in Copenhagen");
    scene.world.publish("wire", first.clone());
    scene.once().ended(0);
    let id = scene.alert_id();
    let agrees = scene.run(&format!("alerts explain {id} -o json")).ended(0).json();
    assert_eq!(agrees["agrees"], true, "{agrees:#}");
    // The same entry under another link, with another text: the link of then is not kept.
    let moved = Item { link: "https://news.example/moved".to_owned(), ..first.text("More soon.") };
    scene.world.server.set("/wire", Reply::ok(rss("wire", &[moved])));
    scene.once().ended(0);
    let replay = scene.run(&format!("alerts explain {id} -o json")).ended(1).json();
    let told = &replay["revisions"][0];
    assert_eq!(told["entry_revision"], 1, "{replay:#}");
    assert_eq!(told["differences"][0]["code"], "fields_not_kept", "{replay:#}");
    assert_eq!(told["differences"].as_array().unwrap().len(), 1, "{replay:#}");
}

/// An alert whose rows were changed by hand.
async fn tampered(sql: &str) -> Value {
    let scene = Scene::with_alert().await;
    let id = scene.alert_id();
    scene.run(&format!("alerts explain {id}")).ended(0);
    let database = scene.world.dir().join("state/wirewatch.db");
    let changed = rusqlite::Connection::open(database).unwrap().execute(sql, []).unwrap();
    assert!(changed > 0, "{sql}");
    scene.run(&format!("alerts explain {id} -o json")).ended(1).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_tampered_with_is_named() {
    for (sql, code, text) in [
        (
            "UPDATE matches SET evidence = replace(evidence, '\"n\":1', '\"n\":9')",
            "evidence",
            "clause NATO EXCEPT \"NATO alphabet\": found 9 times then, 1 now",
        ),
        ("UPDATE matches SET score = 3.5", "evidence", "score 3.5 then, none now"),
        ("UPDATE matches SET analyser = 999", "analyser", "found with version 999"),
        ("UPDATE entries SET title = replace(title, 'NATO', 'OTAN')", "text_altered", "its hash"),
        ("DELETE FROM topic_revisions", "rule_not_stored", "not stored"),
        ("UPDATE topic_revisions SET source = '[[topic'", "rule_broken", "cannot be read"),
        ("DELETE FROM matches", "no_match_stored", "no match"),
    ] {
        let replay = tampered(sql).await;
        assert_eq!(replay["agrees"], false, "{sql}");
        let first = &replay["revisions"][0]["differences"][0];
        assert_eq!(first["code"], code, "{sql}: {replay:#}");
        assert!(first["text"].as_str().unwrap().contains(text), "{sql}: {first}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_are_asked_of_the_entry_where_it_came_from() {
    let mut scene = told(PACT, "NATO signs a pact", "").await;
    scene.world.topics =
        PACT.replace("[topic.alert]", "[topic.filter]\nfeeds = [\"ledger\"]\n[topic.alert]");
    scene.world.add_feed("ledger");
    scene.world.write_config();
    let why = why_not(&scene, newest(&scene)["id"].as_str().unwrap());
    assert_eq!(why["matched"], false, "{why:#}");
    let first = &why["cure"]["remedies"][0];
    assert_eq!((&first["code"], &first["enough"]), (&"filter".into(), &true.into()));
    assert_eq!(first["change"], "with \"wire\" in `feeds`");
    // A text that was in no feed passes.
    fs::write(scene.world.dir().join("text.txt"), "NATO signs a pact").unwrap();
    let text = run(scene.command().args(["topics", "explain", "nato", "text.txt", "-o", "json"]));
    assert_eq!(text.ended(0).json()["matched"], true);
}
