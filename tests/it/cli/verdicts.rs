//! What people say of finds, topics on trial, and topics that fell silent, as commands show them.

use super::scene::Scene;
use crate::support::world::{NATO, item};

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_marks_every_entry_of_an_alert_and_is_shown_and_filtered_by() {
    let scene = Scene::with_alert().await;
    let id = scene.alert_id();
    assert_eq!(scene.run("alerts list --verdict none -o json").ended(0).list().len(), 1);
    let line = format!("alerts verdict {id} noise --note practice -o json");
    let marked = scene.run(&line).ended(0).list();
    assert_eq!(marked[0]["verdict"], "noise");
    let object = scene.run(&format!("alerts show {id} -o json")).ended(0).json();
    let verdicts = object["verdicts"].as_array().unwrap();
    assert_eq!(verdicts.len(), 2, "the opening's entry and the revision's: {verdicts:?}");
    let page = scene.run(&format!("alerts show {id}")).ended(0).out;
    assert!(page.contains("said to be noise by tester: practice"), "{page}");
    assert_eq!(scene.run("alerts list --verdict none").ended(0).out, "no alerts\n");
    assert_eq!(scene.run("alerts list --verdict noise -o json").ended(0).list().len(), 1);

    // The last word counts; one that is not there does not keep the other from being marked.
    let partial = scene.run(&format!("alerts verdict {id} A0 useful --author desk")).ended(3);
    assert!(partial.err.contains("there is no alert A0"), "{}", partial.err);
    assert_eq!(scene.run("alerts list --verdict useful -o json").ended(0).list().len(), 1);
    let topic = scene.run("topics show nato -o json").ended(0).json();
    assert_eq!(topic["verdicts"]["useful"], 2, "{topic}");
    scene.run("alerts verdict A0 useful").ended(1);
    scene.run(&format!("alerts verdict {id} good")).ended(2);
    scene.run("alerts verdict useful").ended(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn single_entries_are_marked_whether_or_not_they_matched() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.publish("wire", item("Cycle lanes approved"));
    scene.once().ended(0);
    let entry = scene.run("entries list -o json").ended(0).list()[0]["id"].clone();
    let entry = entry.as_str().unwrap().to_owned();
    let marked = scene.run(&format!("topics mark nato {entry} wanted -o json")).ended(0);
    assert_eq!(marked.list()[0]["verdict"], "useful");
    assert!(marked.err.contains("1 entry marked"), "{}", marked.err);
    scene.run(&format!("topics mark nato {entry} E0 unwanted")).ended(3);
    let page = scene.run("topics show nato").ended(0).out;
    assert!(page.contains("verdicts   0 useful, 1 noise, 0 dup"), "{page}");
    scene.run("topics mark nato E0 wanted").ended(1);
    scene.run(&format!("topics mark natoo {entry} wanted")).ended(1);
    scene.run(&format!("topics mark nato {entry} maybe")).ended(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_to_mark_are_named_by_id_link_or_alert() {
    let mut scene = Scene::with_alert().await;
    let alert = scene.alert_id();
    let marked = scene.run(&format!("topics mark nato {alert} unwanted -o json")).ended(0).list();
    assert_eq!(marked.len(), 2, "both entries of the alert: {marked:?}");
    assert_eq!(scene.run("alerts list --verdict noise -o json").ended(0).list().len(), 1);
    let link = marked[0]["url"].as_str().unwrap();
    let again = scene.run(&format!("topics mark nato {link} wanted -o json")).ended(0).list();
    assert_eq!((again.len(), &again[0]["verdict"]), (1, &"useful".into()), "{again:?}");
    let unknown = scene.run("topics mark nato https://nowhere.example/x wanted").ended(1).err;
    assert!(unknown.contains("no stored entry has the link"), "{unknown}");
    scene.run("topics mark nato A0 wanted").ended(1);
    for malformed in ["-", "nonsense", "E!", "topics"] {
        let said = scene.run(&format!("topics mark nato {malformed} wanted")).ended(2).err;
        assert!(said.contains("hint: give an entry's id (E…) or link"), "{said}");
    }
    // Once its topic is gone, its alerts can be judged; the topic itself cannot.
    scene.world.topics = "[[topic]]\nid = \"oil\"\nmatch = 'oil'\n".to_owned();
    scene.world.write_config();
    scene.once().ended(0);
    let other = scene.run(&format!("topics mark oil {alert} wanted")).ended(1).err;
    assert!(other.contains("is of topic nato, not of oil"), "{other}");
    let gone = scene.run(&format!("topics mark nato {link} wanted")).ended(1).err;
    assert!(gone.contains("topic nato is retired: since 20"), "{gone}");
    scene.run(&format!("alerts verdict {alert} useful")).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_of_a_topic_on_trial_are_shown_on_request_only() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.topics = NATO.replace("match =", "mode = \"shadow\"\nmatch =")
        + "\n[[topic]]\nid = \"divers\"\nmatch = 'divers'\n";
    scene.world.write_config();
    scene.once().ended(0);
    scene.world.publish("wire", item("NATO opens a school for divers in Tromso"));
    scene.once().ended(0);
    let topics = |line: &str| -> Vec<(String, String)> {
        let listed = scene.run(&format!("{line} -o json")).ended(0).list();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        listed.iter().map(|a| (text(&a["topic"]), text(&a["marks"][0]))).collect()
    };
    let divers = || ("divers".to_owned(), String::new());
    let nato = || ("nato".to_owned(), "shadow".to_owned());
    assert_eq!(topics("alerts list"), [divers()]);
    let mut both = topics("alerts list --shadow");
    both.sort();
    assert_eq!(both, [divers(), nato()]);
    assert_eq!(topics("alerts list --topic nato"), [nato()]);
    assert!(scene.run("alerts list --shadow").ended(0).out.contains("shadow"));
    assert_eq!(scene.run("alerts tail -o json").ended(0).list().len(), 1);
    let tail = scene.run("alerts tail --shadow -o json").ended(0).list();
    assert_eq!(tail.len(), 2);
    assert_eq!(scene.world.alert_log().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_topic_is_told_by_the_run_and_shown_since_when() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.topics = NATO.replace("match =", "expect = \"1/hour\"\nmatch =");
    scene.world.write_config();
    let before = scene.run("topics list -o json").ended(0).list();
    assert_eq!(before[0]["last_match"], serde_json::Value::Null, "without a database too");
    scene.world.publish("wire", item("NATO opens a school for divers in Tromso"));
    let first = scene.once().ended(0);
    assert!(!first.err.contains("silent"), "a new topic is not silent: {}", first.err);
    let listed = scene.run("topics list -o json").ended(0).list();
    assert!(listed[0]["last_match"].is_string(), "{listed:?}");
    // Two hours later, as far as the database knows.
    let conn = rusqlite::Connection::open(scene.world.store().path()).unwrap();
    conn.execute_batch(
        "UPDATE topics SET watched_since = watched_since - 7200000; \
         UPDATE decisions SET at = at - 7200000;",
    )
    .unwrap();
    let silent = scene.once().ended(0);
    assert!(silent.err.contains("the topic is silent: no entry matched"), "{}", silent.err);
    assert!(silent.err.contains("topic_silent"), "{}", silent.err);
    assert!(!scene.once().ended(0).err.contains("is silent"), "told once");
    let shown = scene.run("topics show nato").ended(0).out;
    assert!(shown.contains("silent     since "), "{shown}");
    scene.world.publish("wire", item("NATO museum opens in Riga"));
    let heard = scene.once().ended(0);
    assert!(heard.err.contains("the topic is silent no longer: 1 entry matched"), "{}", heard.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_false_alert_becomes_a_test_that_fails_until_the_rule_is_mended() {
    let mut scene = Scene::new(&["wire", "ledger"]).await;
    scene.once().ended(0);
    let title = "NATO \"strap\" watches: the = ten best of 2026";
    scene.world.publish("wire", item(title).text("Leather\u{1b}[31m or steel? [[topic]]\nBoth."));
    scene.once().ended(0);
    let id = scene.alert_id();
    let file = scene.world.dir().join("topics/test.toml");
    let before = std::fs::read_to_string(&file).unwrap();

    scene.run(&format!("alerts verdict {id} dup --save-test")).ended(2);
    let line = format!("alerts verdict {id} noise --save-test --note watches");
    let said = scene.run(&line).ended(0);
    assert!(said.err.contains("a test that nato rejects E"), "{}", said.err);
    assert!(said.err.contains("it fails until the rule is mended"), "{}", said.err);
    assert!(said.err.contains("a reload is refused"), "{}", said.err);
    assert!(said.err.contains("hint: `wirewatch topics test nato` shows"), "{}", said.err);
    let after = std::fs::read_to_string(&file).unwrap();
    assert!(after.starts_with(before.trim_end()), "nothing that was there is touched: {after}");
    assert!(after.contains("said to be noise by tester"), "{after}");
    // The line that is told is where the test begins.
    let told = said.err.split("test.toml:").nth(1).unwrap().split(':').next().unwrap();
    let at: usize = told.parse().unwrap();
    assert_eq!(after.lines().nth(at - 1), Some("[[topic.test]]"), "{after}");

    let failing = scene.run("topics test -o json").ended(1).list();
    assert_eq!((failing.len(), &failing[0]["passed"]), (1, &false.into()));
    let started = scene.once().ended(0).err;
    assert!(started.contains("a test of the topic fails: it runs as it last did"), "{started}");
    assert!(started.contains("`wirewatch topics test nato` shows what failed"), "{started}");
    let again = scene.run(&line).ended(0);
    assert!(again.err.contains("is a test of nato already"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), after);
    // No rule could pass the opposite as well.
    let opposite = scene.run(&format!("alerts verdict {id} useful --save-test"));
    assert!(opposite.code != 0, "{}", opposite.err);
    assert!(
        opposite.err.contains(&format!("test.toml:{told}: a test says that")),
        "{}",
        opposite.err
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), after);

    std::fs::write(
        &file,
        after.replace("\"NATO alphabet\"", "(\"NATO alphabet\" OR \"NATO strap\")"),
    )
    .unwrap();
    scene.run("topics test").ended(0);
    scene.once().ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_entry_of_an_alert_becomes_a_test_of_its_own_unless_it_says_the_same() {
    let mut scene = Scene::new(&["wire", "ledger", "post"]).await;
    scene.once().ended(0);
    let pact = "NATO ministers sign harbour defence pact in Copenhagen";
    for (feed, title) in [("wire", pact), ("ledger", &format!("{pact} today")), ("post", pact)] {
        scene.world.publish(feed, item(title).at(&format!("{feed}.example")));
        scene.once().ended(0);
    }
    let id = scene.alert_id();
    let said = scene.run(&format!("alerts verdict {id} useful --save-test")).ended(0).err;
    assert_eq!(said.matches("a test that nato matches E").count(), 2, "{said}");
    let file = std::fs::read_to_string(scene.world.dir().join("topics/test.toml")).unwrap();
    assert_eq!(file.matches("[[topic.test]]").count(), 2, "{file}");
    let marked = scene.run(&format!("alerts show {id} -o json")).ended(0).json();
    let entries = marked["verdicts"].as_array().unwrap().len();
    assert_eq!(said.matches("is a test of nato already").count(), entries - 2, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_was_missed_becomes_a_test_and_a_topic_that_is_gone_says_so() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.publish("wire", item("Alliance warships enter the harbour"));
    scene.once().ended(0);
    let entry = scene.run("entries list -o json").ended(0).list()[0]["id"].clone();
    let entry = entry.as_str().unwrap().to_owned();
    let said = scene.run(&format!("topics mark nato {entry} wanted --save-test")).ended(0);
    assert!(said.err.contains("a test that nato matches"), "{}", said.err);
    assert_eq!(scene.run("topics test -o json").ended(1).list()[0]["passed"], false);
    // The verdict is kept where the test cannot be.
    scene.world.topics = "[[topic]]\nid = \"oil\"\nmatch = 'oil'\n".to_owned();
    scene.world.write_config();
    let partial = scene.run(&format!("topics mark nato {entry} unwanted --save-test")).ended(3);
    assert!(partial.err.contains("there is no topic `nato`"), "{}", partial.err);
    let nato = "nato".parse().unwrap();
    assert_eq!(scene.world.store().verdicts(&nato).unwrap()[0].verdict.as_str(), "noise");
}
