//! `topics lint`, the lints of `check`, and `topics suggest`.

use std::fs;

use super::scene::{Scene, run_in};
use crate::support::world::item;

const LINTED: &str = r#"allow = ["acronym_is_word:UK"]

[lists]
who = ["WHO", "UK", "NATO alphabet", "NATO"]

[[topic]]
id = "health"
match = '''@who
    AND (Alliance OR "palm oil")'''
exclude = ['oil']
[[topic.test]]
title = "WHO joins an Alliance"
expect = "match"
"#;

async fn scene(topics: &str) -> Scene {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.topics = topics.to_owned();
    scene.world.write_config();
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn lints_point_at_the_very_place_and_say_what_to_do() {
    let scene = scene(LINTED).await;
    let found = scene.run("topics lint -o json").ended(0).list();
    let told: Vec<String> = found
        .iter()
        .map(|lint| {
            format!(
                "{} {} {}:{} {}",
                lint["level"].as_str().unwrap(),
                lint["code"].as_str().unwrap(),
                lint["line"],
                lint["column"],
                lint["topic"].as_str().or(lint["list"].as_str()).unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "note acronym_is_word 4:9 who",
            "warning contained_item 4:22 who",
            "note no_reject_test 6:1 health",
            "warning titlecase_common_noun 9:10 health",
            "warning self_excluding 10:13 health",
        ]
    );
    let file = found[0]["file"].as_str().unwrap();
    assert!(file.ends_with("topics/test.toml"), "{file}");
    assert!(found.iter().all(|lint| lint["hint"].is_string()), "{found:#?}");
    let shown = scene.run("topics lint").ended(0);
    assert!(shown.out.contains("test.toml:9:10"), "{}", shown.out);
    assert!(shown.out.contains("AND (Alliance OR \"palm oil\")'''"), "{}", shown.out);
    assert!(shown.out.contains("warning[titlecase_common_noun]: `Alliance`"), "{}", shown.out);
    assert!(shown.err.contains("3 warnings, 2 notes"), "{}", shown.err);
    scene.run("topics lint --deny-warnings").ended(3);
    scene.run("topics lint healht").ended(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn check_warns_of_lints_and_denies_them_when_asked() {
    let warned = scene(LINTED).await;
    let told = warned.run("check").ended(0);
    assert!(told.err.contains("warning[contained_item]: `\"NATO alphabet\"` adds nothing"));
    assert!(!told.err.contains("acronym_is_word"), "notes are for `topics lint`: {}", told.err);
    assert!(told.err.contains("2 notes beside"), "{}", told.err);
    warned.run("check --deny-warnings").ended(3);
    let listed = warned.run("check -o json").ended(0).list();
    assert_eq!(listed.len(), 3, "{listed:#?}");
    assert_eq!((&listed[0]["level"], &listed[0]["line"]), (&"warning".into(), &4.into()));

    let codes = r#"["contained_item", "titlecase_common_noun", "self_excluding:oil"]"#;
    let id = "id = \"health\"\n";
    let allowed = LINTED.replace(id, &format!("{id}allow = {codes}\n"));
    let allowed = scene(&allowed).await;
    allowed.run("check --deny-warnings").ended(0);
    assert_eq!(allowed.run("topics lint health -o json").ended(0).list().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn check_shows_the_first_of_very_many_lints_and_counts_the_rest() {
    let items: Vec<String> = (0..60).map(|n| format!("\"firm{n}\", \"firm{n} holding\"")).collect();
    let topics = format!(
        "[lists]\nfirms = [{}]\n[[topic]]\nid = 'firms'\nmatch = '@firms'\n\
         [[topic.test]]\ntitle = 'no'\nexpect = 'reject'\n",
        items.join(", ")
    );
    let scene = scene(&topics).await;
    let told = scene.run("check").ended(0).err;
    assert_eq!(told.matches("warning[contained_item]").count(), 50, "{told}");
    assert!(told.contains("10 warnings more: see `wirewatch topics lint`"), "{told}");
    assert_eq!(scene.run("topics lint -o json").ended(0).list().len(), 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_lints_that_there_are_can_be_allowed() {
    let scene = scene(&LINTED.replace("acronym_is_word:UK", "acronim_is_word")).await;
    let told = scene.run("check").ended(1).err;
    assert!(told.contains("test.toml:1:10") && told.contains("acronym_is_word"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn signs_that_no_text_is_searched_for_are_told_at_their_place() {
    let scene = scene(
        r#"allow = ["ignored_sign:Co &"]
[lists]
firms = ["Marks & Spencer", "Co &"]
bullets = { file = "bullets.txt" }
[[topic]]
id = "firms"
match = '@firms OR "& Sons"'
exclude = ['@bullets']
[[topic.test]]
title = "no"
expect = "reject"
"#,
    );
    let scene = scene.await;
    let bullets = scene.world.dir().join("topics/bullets.txt");
    fs::write(bullets, "# those we do not want\n- Globex\n").unwrap();
    let found = scene.run("topics lint -o json").ended(0).list();
    let told: Vec<String> = found
        .iter()
        .map(|lint| {
            let text = |name: &str| lint[name].as_str().unwrap_or_default();
            format!("{} {}:{} {}", text("level"), lint["line"], lint["column"], text("message"))
        })
        .collect();
    let what = "is not looked for: what is found is";
    let expected = [
        format!("note 3:17 `&` {what} `\"Marks Spencer\"`"),
        format!("warning 7:21 `&` {what} `Sons`"),
        format!("warning 2:1 `-` {what} `Globex`"),
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_init_writes_is_free_of_lints() {
    let dir = tempfile::tempdir().unwrap();
    run_in(dir.path(), "init").ended(0);
    let found = run_in(dir.path(), "topics lint -o json").ended(0).list();
    let warnings: Vec<_> = found.iter().filter(|lint| lint["level"] == "warning").collect();
    assert!(warnings.is_empty(), "{warnings:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_entries_tell_of_slips_and_of_words_too_wide() {
    let mut scene = scene(
        "[[topic]]\nid = \"pacts\"\nmatch = 'AUKUSS OR pact*'\n\
         [[topic.test]]\ntitle = \"no\"\nexpect = \"reject\"\n",
    )
    .await;
    for n in 0..6 {
        scene.world.publish("wire", item(&format!("AUKUS ministers meet for the {n}th time")));
    }
    let forms: String = (b'a'..=b'z')
        .map(char::from)
        .fold(String::new(), |all, c| format!("{all}pacta{c} pactb{c} "));
    scene.world.publish("wire", item("Pacts of all kinds").text(&forms));
    assert_eq!(scene.run("topics lint -o json").ended(0).list().len(), 0, "nothing is stored yet");
    scene.once().ended(0);
    let found = scene.run("topics lint -o json").ended(0).list();
    assert_eq!(found.len(), 2, "{found:#?}");
    let message = |at: usize| found[at]["message"].as_str().unwrap().to_owned();
    assert!(message(0).contains("did you mean `AUKUS`, which is in 6?"), "{}", message(0));
    assert!(message(1).contains("`pact*` stands for 53 different words"), "{}", message(1));
    assert_eq!(scene.run("topics lint --no-history -o json").ended(0).list().len(), 0);
    scene.run("check --deny-warnings").ended(3);
    // The look at the stored words leaves nothing behind, and needs no right to write.
    scene.once().ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_read_does_not_hide_the_lints() {
    let scene = scene(LINTED).await;
    let state = scene.world.dir().join("state");
    fs::create_dir_all(&state).unwrap();
    fs::write(state.join("wirewatch.db"), "not a database, and long enough to be looked at")
        .unwrap();
    let found = scene.run("topics lint -o json").ended(0);
    assert_eq!(found.list().len(), 5);
    assert!(found.err.contains("warning: the stored entries cannot be read"), "{}", found.err);
    assert!(
        found.err.contains("wirewatch.db is not a wirewatch database\nhint: "),
        "{}",
        found.err
    );
    // What the daemon would refuse, `check` refuses in the same words.
    let refused = scene.run("run --once").ended(1).err;
    let checked = scene.run("check").ended(1);
    for line in refused.lines().filter(|line| line.starts_with("error: ")) {
        assert!(checked.err.contains(line), "{line}\n{}", checked.err);
    }
    assert!(refused.contains("error: ") && checked.out.starts_with("not ok: "), "{refused}");
    assert!(!checked.err.contains("cannot be read"), "told once: {}", checked.err);
    let listed = scene.run("check -o json").ended(1).list();
    let error = listed.iter().find(|one| one["level"] == "error").unwrap();
    assert_eq!(error["code"], "not_a_database", "{error}");
    assert!(error["hint"].is_string(), "{error}");
    fs::remove_file(state.join("wirewatch.db")).unwrap();
    let none = scene.run("topics lint -o json").ended(0).err;
    assert!(none.contains("there is no database yet"), "{none}");
    assert!(!scene.run("topics lint --no-history").ended(0).err.contains("database"));
    scene.run("check").ended(0);
    scene.once().ended(0);
    scene.run("check").ended(0);
    let conn = rusqlite::Connection::open(state.join("wirewatch.db")).unwrap();
    conn.execute_batch("PRAGMA user_version = 999").unwrap();
    let newer = scene.run("check").ended(1).err;
    assert!(newer.contains("was written by a newer wirewatch (schema 999"), "{newer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn suggestions_are_made_from_verdicts_and_ready_to_paste() {
    let mut scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    for n in 0..5 {
        let title = format!("NATO ministers of group {n} discuss the {n}. budget");
        scene.world.publish("wire", item(&title).text("They met in Brussels."));
        let title = format!("Watch number {n} with a NATO strap\u{1b}[2J on sale for {n} euros");
        scene.world.publish("wire", item(&title));
    }
    scene.once().ended(0);
    let none = scene.run("topics suggest nato").ended(0).out;
    assert!(none.contains("0 useful, 0 noise") && none.contains("too few"), "{none}");

    let entries = scene.run("entries list -o json").ended(0).list();
    let of = |word: &str| -> String {
        let is_meant = |entry: &&serde_json::Value| entry["title"].as_str().unwrap().contains(word);
        let ids = entries.iter().filter(is_meant).map(|entry| entry["id"].as_str().unwrap());
        ids.collect::<Vec<_>>().join(" ")
    };
    scene.run(&format!("topics mark nato {} wanted", of("ministers"))).ended(0);
    scene.run(&format!("topics mark nato {} unwanted", of("strap"))).ended(0);
    let found = scene.run("topics suggest nato -o json").ended(0).json();
    assert_eq!((&found["useful"], &found["noise"]), (&5.into(), &5.into()), "{found:#}");
    let has = |kind: &str, paste: &str| {
        let all = found[kind].as_array().unwrap();
        assert!(all.iter().any(|one| one["paste"] == paste), "{kind} {paste}: {found:#}");
    };
    has("wanted", "'ministers' = 1.0");
    has("unwanted", "exclude = ['Watch']");
    has("contexts", "EXCEPT \"NATO strap\"");
    let told = scene.run("topics suggest nato").ended(0).out;
    assert!(told.contains("EXCEPT \"NATO strap\""), "{told}");
    assert!(!told.contains('\u{1b}'), "{told:?}");
    scene.run("topics suggest nato --since ages").ended(2);
    scene.run("topics suggest nowhere").ended(1);
    // A filter mends as well as words do.
    let filter = "[topic.filter]\nnot_feeds = [\"wire\"]\n[topic.alert]";
    scene.world.topics = scene.world.topics.replace("[topic.alert]", filter);
    scene.world.write_config();
    let found = scene.run("topics suggest nato -o json").ended(0).json();
    assert_eq!(found["mended"], 5, "{found:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rule_missed_of_its_own_story_is_shown() {
    let mut scene = Scene::new(&["wire", "ledger"]).await;
    scene.once().ended(0);
    let title = "NATO ministers sign harbour defence pact in Copenhagen";
    scene.world.publish("wire", item(title).text("Frederiksen spoke."));
    scene.once().ended(0);
    let mut again = item("Ministers sign harbour defence pact in Copenhagen");
    again.link = item(title).link;
    scene.world.publish("ledger", again.text("Frederiksen was there."));
    scene.once().ended(0);
    let found = scene.run("topics suggest nato -o json").ended(0).json();
    let missed = found["missed"].as_array().unwrap();
    assert_eq!(missed.len(), 1, "{found:#}");
    assert_eq!(missed[0]["title"], "Ministers sign harbour defence pact in Copenhagen");
    let shared = missed[0]["shared"].as_array().unwrap();
    assert!(shared.iter().any(|one| one["term"] == "Frederiksen"), "{found:#}");
    // A rule that has learnt to find it shows it no longer.
    scene.world.topics = scene.world.topics.replace("'NATO EXCEPT", "'Frederiksen OR NATO EXCEPT");
    scene.world.topics = scene
        .world
        .topics
        .replace("NATO EXCEPT \"NATO alphabet\"'", "(NATO EXCEPT \"NATO alphabet\")'");
    scene.world.write_config();
    let found = scene.run("topics suggest nato -o json").ended(0).json();
    assert_eq!(found["missed"], serde_json::json!([]), "{found:#}");
}
