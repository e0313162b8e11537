//! `feeds`, `entries` and `search`: what is read, how that goes, and what is kept of it.

use wirewatch::domain::feed::{MoveSign, MoveStanding, Relocation, Sightings};
use wirewatch::store::InstanceLock;

use super::scene::{HOSTILE, Scene, cells};
use crate::support::server::Reply;
use crate::support::world::item;

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_the_way_to_one_is_shown() {
    let scene = Scene::new(&["wire"]).await;
    for line in
        ["feeds status", "alerts list", "entries list", "search nato", "deliver log", "alerts tail"]
    {
        let ran = scene.run(line).ended(10);
        assert!(ran.err.starts_with("error: there is no database at "), "{line}: {}", ran.err);
        assert!(ran.err.contains("hint: "), "{line}: {}", ran.err);
    }
    // The configured feeds can be listed all the same.
    assert_eq!(scene.run("feeds list -o json").ended(0).list()[0]["feed"], "wire");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_round_with_a_dead_feed_is_partial_and_the_feed_is_shown_failing() {
    let scene = Scene::new(&["wire", "ledger"]).await;
    scene.world.server.set("/ledger", Reply::status(503));
    scene.once().ended(3);
    let failing = scene.run("feeds status --failing -o json").ended(0).list();
    assert_eq!(failing.len(), 1, "{failing:#?}");
    assert_eq!((&failing[0]["feed"], &failing[0]["state"]), (&"ledger".into(), &"failing".into()));
    assert_eq!(failing[0]["last_outcome"], "http_503");
    let all = scene.run("feeds status").ended(0).out;
    assert!(all.contains("wire") && all.contains("ok") && all.contains("http_503"), "{all}");
    let header = all.lines().next().unwrap_or_default();
    assert!(header.contains("failures") && header.contains("failing_since"), "{all}");
    assert_eq!(failing[0]["failures"], 1);
    let titles = scene.run("feeds list -o json").ended(0).list();
    assert_eq!(titles[0]["title"], "wire", "what the feed calls itself");
    assert_eq!(titles[1]["title"], serde_json::Value::Null, "it never said");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_fetch_shows_entries_with_their_topics_and_stores_nothing() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.publish("wire", item("NATO ministers meet in Copenhagen"));
    scene.world.publish("wire", item("Danish dairy prices rise"));
    let by_url = format!("feeds fetch {} -o json", scene.world.server.url("/wire"));
    for line in ["feeds fetch wire --dry-run -o json", by_url.as_str()] {
        let ran = scene.run(line).ended(0);
        let entries = ran.list();
        let topics = |title: &str| {
            entries
                .iter()
                .find(|entry| entry["title"] == title)
                .map(|entry| entry["topics"].clone())
        };
        assert_eq!(topics("NATO ministers meet in Copenhagen"), Some(serde_json::json!(["nato"])));
        assert_eq!(topics("Danish dairy prices rise"), Some(serde_json::json!([])));
        assert!(ran.err.contains("nothing was stored"), "{}", ran.err);
    }
    scene.run("entries list").ended(10);
    // A configured feed passes the topics' filters or not; of a URL nothing is known.
    let filter = "[topic.filter]\nnot_feeds = [\"wire\"]\n[topic.alert]";
    scene.world.topics = scene.world.topics.replace("[topic.alert]", filter);
    scene.world.write_config();
    let matched = |line: &str| {
        let entries = scene.run(line).ended(0).list();
        entries.iter().filter(|entry| !entry["topics"].as_array().unwrap().is_empty()).count()
    };
    assert_eq!(matched("feeds fetch wire --dry-run -o json"), 0);
    assert_eq!(matched(&by_url), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_of_a_configured_feed_does_what_the_daemon_would() {
    let mut scene = Scene::new(&["wire", "ledger"]).await;
    let first = scene.run("feeds fetch wire -o json").ended(0).json();
    assert_eq!(first["baseline"], true);
    scene.world.publish("wire", item("NATO ministers meet in Copenhagen"));
    let second = scene.run("feeds fetch wire -o json").ended(0).json();
    assert_eq!(
        (&second["new_entries"], second["raised"].as_array().unwrap().len()),
        (&1.into(), 1)
    );
    assert_eq!(scene.run("alerts list -o json").ended(0).list().len(), 1);
    scene.world.server.set("/wire", Reply::status(404));
    let failed = scene.run("feeds fetch wire").ended(1);
    assert!(failed.out.contains("http_404"), "{}{}", failed.out, failed.err);
    let typo = scene.run("feeds fetch wyre").ended(1);
    assert!(typo.err.contains("did you mean `wire`?"), "{}", typo.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_address_is_fetched_only_where_the_config_allows_it() {
    let scene = Scene::new(&["wire"]).await;
    let refused = scene.run("feeds fetch http://127.0.0.1:9/feed").ended(1);
    assert!(refused.err.contains("allow_net"), "{}", refused.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_instance_is_locked_out_with_code_11() {
    let scene = Scene::new(&["wire"]).await;
    let lock = InstanceLock::acquire(&scene.world.dir().join("state")).unwrap();
    for line in ["run --once", "feeds fetch wire"] {
        let ran = scene.run(line).ended(11);
        assert!(ran.err.contains("another wirewatch is running here"), "{line}: {}", ran.err);
    }
    let told = scene.run("feeds fetch wire").ended(11).err;
    assert!(told.contains("the daemon holds the state directory"), "{told}");
    assert!(told.contains("`wirewatch feeds fetch wire --dry-run`"), "{told}");
    scene.run("feeds fetch wire --dry-run").ended(0);
    drop(lock);
    scene.once().ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_feed_says_reaches_no_terminal_and_no_spreadsheet_uncleaned() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    scene.world.publish("wire", item(HOSTILE).text("harbour \u{9b}31m text"));
    scene.once().ended(0);
    let id = scene.alert_id();
    let entry = scene.run("entries list -o json").ended(0).list()[0].clone();
    // What it said in bytes that only a terminal obeys is not even kept.
    assert_eq!(entry["title"], "=NATO›2Jsummit opens in the harbour city");
    let entry = entry["id"].as_str().unwrap();
    for line in [
        "entries list".to_owned(),
        format!("entries show {entry}"),
        format!("topics explain nato {entry}"),
        "search harbour".to_owned(),
        "alerts list".to_owned(),
        format!("alerts show {id}"),
        "alerts tail".to_owned(),
        "feeds fetch wire --dry-run".to_owned(),
    ] {
        for format in ["table", "json", "jsonl", "csv"] {
            let out = scene.run(&format!("{line} -o {format}")).ended(0).out;
            let acts = |c: char| {
                c != '\n'
                    && c != '\r'
                    && (c.is_control() || ('\u{2066}'..='\u{2069}').contains(&c) || c == '\u{202e}')
            };
            assert!(!out.contains(acts), "{line} -o {format}: {out:?}");
            let cells = if format == "csv" { cells(&out) } else { Vec::new() };
            let formula = cells.iter().find(|cell| cell.starts_with(['=', '+', '-', '@']));
            assert_eq!(formula, None, "{line}: {out}");
            assert!(out.contains("summit"), "{line} -o {format}: {out:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn search_finds_words_and_phrases_and_takes_any_input() {
    let scene = Scene::with_alert().await;
    let found = scene.run("search harbour pact -o json").ended(0).list();
    assert_eq!(found.len(), 2, "one entry of each feed: {found:#?}");
    assert_eq!(found[0]["topics"], serde_json::json!(["nato"]));
    for nothing in ["search submarine", "search \" OR *", "search NEAR(", "search ---"] {
        scene.run(nothing).ended(if nothing.contains("---") { 2 } else { 0 });
    }
    let asked = scene.run("search ** &").ended(2);
    assert!(asked.err.contains("there is nothing to search for"), "{}", asked.err);
    assert_eq!(scene.run("search minis* -o json").ended(0).list().len(), 2, "a beginning");
    assert_eq!(scene.run("search submarine").ended(0).out, "no entry has all these words\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_shown_with_text_match_and_decision() {
    let scene = Scene::with_alert().await;
    let listed = scene.run("entries list --feed wire -o json").ended(0).list();
    let id = listed[0]["id"].as_str().unwrap();
    let page = scene.run(&format!("entries show {id}")).ended(0).out;
    for part in ["NATO ministers sign", "publisher  WIRE", "nato: NATO", "raise A"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let object = scene.run(&format!("entries show {id} -o json")).ended(0).json();
    assert_eq!(object["matches"][0]["clauses"][0]["quotes"][0]["quote"], "NATO");
    scene.run("entries show E0").ended(1);
    scene.run("entries show nonsense").ended(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_is_taken_back_by_hand_and_only_once() {
    let scene = Scene::new(&["wire", "ledger"]).await;
    scene.once().ended(0);
    let store = scene.world.store();
    let view = store.feeds().unwrap().into_iter().find(|view| view.state.key.as_str() == "wire");
    let mut state = view.unwrap().state;
    let at = state.last_fetch.unwrap();
    state.memory.relocation = Some(Relocation {
        to: "https://new.example/\u{9b}2Jfeed".to_owned(),
        sign: MoveSign::Redirect,
        standing: MoveStanding::Followed,
        seen: Sightings::first(at),
        since: at,
    });
    let record = store.fetches(&state.key, 1).unwrap().remove(0);
    store.record_fetch(state, record, Vec::new()).await.unwrap();

    let ran = scene.run("feeds undo-move wire").ended(0);
    assert!(ran.out.contains("https://new.example/") && !ran.out.contains('\u{9b}'), "{}", ran.out);
    let again = scene.run("feeds undo-move wire -o json").ended(1);
    assert!(again.err.contains("no move of wire is followed"), "{}", again.err);
    scene.run("feeds undo-move ledger").ended(1);
    scene.run("feeds undo-move no-such-feed").ended(1);
    let told = store.feed_events(None, 10).unwrap();
    assert_eq!((told.len(), told[0].1.code.as_ref()), (1, "move_undone"));
}
