//! `stories list`, `show` and `timeline`: who tells a story, why each entry is in it, who was first.

use serde_json::{Value, json};

use super::scene::HOSTILE;
use super::story_scene::{COPIED, named, press, tidy};
use crate::support::world::item;

#[tokio::test(flavor = "multi_thread")]
async fn stories_are_listed_by_the_newest_entry_and_chosen_by_what_is_known() {
    let scene = press().await;
    insta::assert_snapshot!(tidy(&scene.on_terminal("stories list", 80)), @r"
    id            headline                   publishers  texts  last_seen
    S1            NATO ministers sign        3           2      TIME
                  harbour defence pact in…
    S2            Wind park off Esbjerg      1           1      TIME
                  loses a third of its tur…
    ");
    insta::assert_snapshot!(tidy(&scene.on_terminal("stories list", 100)), @r"
    id            headline                             entries  publishers  texts  last_seen
    S1            NATO ministers sign harbour defence  3        3           2      TIME
                  pact in Copenhagen
    S2            Wind park off Esbjerg loses a third  1        1           1      TIME
                  of its turbines
    ");
    let headlines = |line: &str| -> Vec<String> {
        let rows = scene.run(&format!("stories list {line} -o json")).ended(0).list();
        rows.iter().map(|row| row["headline"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(headlines("").len(), 2);
    assert_eq!(headlines("--min-publishers 2").len(), 1);
    assert_eq!(headlines("--search turbines").len(), 1);
    assert_eq!(headlines("--search ***").len(), 0);
    assert_eq!(headlines("--topic nato").len(), 1);
    assert_eq!(headlines("--since 2h").len(), 1);
    assert_eq!(headlines("-n 1").len(), 1);
    scene.run("stories list --since never").ended(2);
    let rows = scene.run("stories list --topic nato -o json").ended(0).list();
    let numbers = ["entries", "publishers", "texts"].map(|name| rows[0][name].clone());
    assert_eq!(numbers, [json!(3), json!(3), json!(2)], "{rows:#?}");
    let csv = scene.run("stories list -o csv").ended(0).out;
    assert!(csv.starts_with("id,headline,entries,publishers,texts,"), "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_is_shown_with_why_each_entry_is_in_it() {
    let scene = press().await;
    let story = named(&scene, "nato");
    insta::assert_snapshot!(tidy(&scene.on_terminal(&format!("stories show {story}"), 80)), @r"
    NATO ministers sign harbour defence pact in Copenhagen
      story      S1
      told by    3 publishers, 2 independent texts: WIRE, LEDGER, COURIER
      entries    3 entries in 3 feeds
      published  TIME to TIME
      seen       TIME to TIME

    alerts
      A1            open, medium, NATO; opened TIME, 2 updates since

    entries
      TIME              WIRE: NATO ministers sign harbour defence pact in Copenhagen
                        E1 in wire, seen TIME; nato
                        opened it: no known story tells the same
      TIME              LEDGER: NATO ministers sign harbour defence pact in
                        Copenhagen
                        E2 in ledger, seen TIME; nato
                        100 % of this text appeared first at WIRE, TIME
      TIME              COURIER: Nine countries put their harbour defences under one
                        NATO command
                        E3 in courier, seen TIME; nato
                        cosine .73 where .18 is asked: NATO .08, harbour .06,
                        defences .06, command .06, Copenhagen .05, ministers .04,
                        pact .04, countries .03, others .31
    ");
    let object = scene.run(&format!("stories show {story} -o json")).ended(0).json();
    let reasons: Vec<&Value> =
        object["members"].as_array().unwrap().iter().map(|it| &it["reason"]["code"]).collect();
    assert_eq!(reasons, ["opened", "copy", "alike"], "{object:#}");
    let alike = &object["members"][2]["reason"];
    let terms = alike["terms"].as_array().unwrap();
    let sum: f64 = terms.iter().map(|term| term["share"].as_f64().unwrap()).sum();
    let (cosine, others) = (alike["cosine"].as_f64().unwrap(), alike["others"].as_f64().unwrap());
    assert!((sum + others - cosine).abs() < 0.001, "{alike:#}");
    assert!(cosine >= alike["needed"].as_f64().unwrap(), "{alike:#}");

    let entry = object["members"][1]["entry"].as_str().unwrap();
    let alert = object["alerts"][0]["id"].as_str().unwrap();
    for id in [entry, alert] {
        let page = scene.run(&format!("stories show {id}")).ended(0).out;
        assert!(page.contains(&format!("{id} is an ")) && page.contains(&story), "{page}");
    }
    for (id, code) in [("S1", 1), ("A1", 1), ("E1", 1), ("nonsense", 2)] {
        scene.run(&format!("stories show {id}")).ended(code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_shows_who_was_first_and_how_much_later_the_others_were() {
    let scene = press().await;
    let story = named(&scene, "nato");
    insta::assert_snapshot!(tidy(&scene.on_terminal(&format!("stories timeline {story}"), 80)), @r"
    NATO ministers sign harbour defence pact in Copenhagen
      story      S1: 3 publishers, 2 independent texts
      first      WIRE, published TIME

      TIME              first      WIRE: NATO ministers sign harbour defence pact in
                                   Copenhagen
                                   seen first; E1
      TIME              +25 min    LEDGER: NATO ministers sign harbour defence pact
                                   in Copenhagen
                                   seen 31 min after the first; copy of WIRE (100
                                   %); E2
      … nothing for 7 h …
      TIME              +7 h       COURIER: Nine countries put their harbour
                                   defences under one NATO command
                                   seen 7 h after the first; E3
    ");
    let rows = scene.run(&format!("stories timeline {story} -o json")).ended(0).list();
    let told: Vec<_> = rows
        .iter()
        .map(|row| [&row["publisher"], &row["lag_s"], &row["seen_lag_s"], &row["gap_before_s"]])
        .collect();
    assert_eq!(
        told,
        [
            [&json!("WIRE"), &json!(0), &json!(0), &Value::Null],
            [&json!("LEDGER"), &json!(1_500), &json!(1_860), &Value::Null],
            [&json!("COURIER"), &json!(27_000), &json!(27_060), &json!(25_500)],
        ]
    );
    assert_eq!(rows[1]["copy_of"], rows[0]["entry"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_alerts_and_search_results_name_their_story() {
    let scene = press().await;
    let story = named(&scene, "nato");
    let found = scene.run("search turbines").ended(0).out;
    assert!(found.lines().next().unwrap().contains("story"), "{found}");
    let object = scene.run(&format!("stories show {story} -o json")).ended(0).json();
    let copy = object["members"][1]["entry"].as_str().unwrap();
    let page = scene.on_terminal(&format!("entries show {copy}"), 80);
    let story_lines: Vec<&str> =
        page.lines().skip_while(|line| !line.starts_with("  story")).take(4).collect();
    insta::assert_snapshot!(tidy(&story_lines.join("\n")), @r"
    story      S1: NATO ministers sign harbour defence pact in
               Copenhagen (3 publishers, 2 independent texts)
               100 % of this text appeared first at WIRE, TIME
    revision   1
    ");
    let alert = object["alerts"][0]["id"].as_str().unwrap();
    let page = scene.on_terminal(&format!("alerts show {alert}"), 80);
    let story_lines: Vec<&str> =
        page.lines().skip_while(|line| !line.starts_with("story")).take(6).collect();
    insta::assert_snapshot!(tidy(&story_lines.join("\n")), @r"
    story  S1: NATO ministers sign harbour defence pact in Copenhagen (3
           publishers, 2 independent texts)
           its last entry: cosine .73 where .18 is asked: NATO .08, harbour .06,
           defences .06, command .06, Copenhagen .05, ministers .04, pact .04,
           countries .03, others .31
    ");
    for line in [format!("entries show {copy}"), format!("alerts show {alert}")] {
        let object = scene.run(&format!("{line} -o json")).ended(0).json();
        let told = ["story_publishers", "story_texts"].map(|name| object[name].clone());
        assert_eq!((object["story"].as_str(), told), (Some(story.as_str()), [json!(3), json!(2)]));
        assert!(object["story_reason"]["text"].as_str().is_some(), "{object:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_titles_reach_no_terminal() {
    let mut scene = press().await;
    scene.world.publish("wire", item(HOSTILE).text(COPIED));
    scene.world.round().await;
    let entry = scene.run("search opens -o json").ended(0).list()[0]["id"].clone();
    let entry = entry.as_str().unwrap();
    for line in ["stories list", "stories show", "stories timeline", "stories move"] {
        let line = match line {
            "stories list" => line.to_owned(),
            "stories move" => format!("{line} {entry} new --reason x --dry-run"),
            _ => format!("{line} {entry}"),
        };
        let ran = scene.run(&line).ended(0);
        let hazards = ['\u{9b}', '\u{202e}', '\u{2066}', '\u{1b}'];
        assert!(
            (line == "stories list" || ran.out.contains("summit")) && !ran.out.contains(hazards),
            "{line}: {}",
            ran.out
        );
    }
}
