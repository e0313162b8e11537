//! `topics test`: entries and stories, files outside of the config, coverage, JUnit.

use std::fs;

use super::scene::{Running, Scene, run_in};
use crate::support::world::NATO;

/// Three publishers tell one story; the last revision is shown as people get it.
const STORY: &str = r#"
[[topic]]
id = "nato"
name = "NATO"
match = 'NATO EXCEPT "NATO alphabet"'
[topic.alert]
follow_up = { publishers = [2, 3], quiet = "24h", repeat_every = "6h" }

[[topic.test]]
name = "a story grows"
alerts = 1
revisions = 2
publishers = ["Harbour Wire", "The Ledger"]
evidence = ["NATO"]
message = '''
medium  [NATO] update 2: 2nd publisher (The Ledger)
        NATO ministers sign harbour defence pact
        The Ledger, seen 2026-01-01 02:30 UTC, published 02:20, 2 publishers, alert A1
        why  NATO ×1 (title)
        https://ledger.example/pact
'''
[[topic.test.step]]
feed = "wire"
publisher = "Harbour Wire"
title = "NATO ministers sign harbour defence pact"
url = "https://wire.example/pact"
expect = "alert"
reason = "first"
[[topic.test.step]]
at = "2h30m"
age = "10m"
feed = "ledger"
publisher = "The Ledger"
title = "NATO ministers sign harbour defence pact"
url = "https://ledger.example/pact"
expect = "update"
[[topic.test.step]]
feed = "ledger"
title = "Learn the NATO alphabet"
expect = "none"
"#;

async fn scene(topics: &str) -> Scene {
    let mut scene = Scene::new(&["wire"]).await;
    scene.world.topics = topics.to_owned();
    scene.world.write_config();
    scene
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_is_told_step_by_step_and_its_message_is_what_people_get() {
    let scene = scene(STORY).await;
    let ran = scene.run("topics test");
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    scene.run("check").ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_story_that_goes_another_way_names_the_step_and_shows_both_messages() {
    let wrong = STORY.replace("expect = \"update\"", "expect = \"alert\"");
    let failed = scene(&wrong).await.run("topics test -o json").ended(1).list();
    assert_eq!(failed[0]["kind"], "story");
    let failure = failed[0]["failure"].as_str().unwrap();
    assert!(
        failure.starts_with("line 29, step 2 at 2 h 30 min: expected an alert, but the alert was"),
        "{failure}"
    );
    let wrong = STORY.replace("        why  NATO ×1 (title)\n", "        why  OTAN ×1 (title)\n");
    let ran = scene(&wrong).await.run("topics test").ended(1);
    assert!(ran.out.contains("the message differs from line 4 on"), "{}", ran.out);
    let both = ran.err.contains("why  OTAN ×1 (title)") && ran.err.contains("why  NATO ×1 (title)");
    assert!(both && ran.err.contains("test.toml:9: a story grows"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_with_a_failing_story_is_refused_and_the_old_topics_run_on() {
    let mut scene = scene(STORY).await;
    let daemon = Running::start(scene.command().arg("run"));
    daemon.logged("feeds read");
    scene.world.topics = STORY.replace("reason = \"first\"", "reason = \"resumed\"");
    scene.world.write_config();
    daemon.signal(libc::SIGHUP);
    let refused = daemon.logged("reload refused");
    for part in ["the running configuration stays", "a story grows", "line 22", "test.toml:9"] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    // Another one finds the lock, and not a rule that never ran.
    scene.once().ended(11);
    scene.world.topics = STORY.to_owned();
    scene.world.write_config();
    daemon.signal(libc::SIGHUP);
    daemon.logged("reloaded");
    assert_eq!(daemon.end(libc::SIGTERM), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_are_run_of_a_topic_a_file_or_a_folder() {
    let other = "[[topic]]\nid = 'oil'\nmatch = 'oil'\n[[topic.test]]\nexpect = 'match'\n\
                 title = 'Oil price'\n";
    let scene = scene(&format!("{STORY}{other}")).await;
    let topics = |line: &str| -> Vec<String> {
        let tests = scene.run(&format!("topics test {line} -o json")).ended(0).list();
        tests.iter().map(|test| test["topic"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(topics(""), ["nato", "oil"]);
    assert_eq!(topics("oil"), ["oil"]);
    let dir = scene.world.dir();
    let file = scene.config.parent().unwrap().join("topics/test.toml");
    assert_eq!(topics(&file.display().to_string()), ["nato", "oil"]);
    assert_eq!(topics(&file.parent().unwrap().display().to_string()), ["nato", "oil"]);

    let drafts = dir.join("drafts");
    fs::create_dir(&drafts).unwrap();
    fs::write(drafts.join("lists.toml"), "[lists]\nfuel = { file = 'fuel.txt' }\n").unwrap();
    fs::write(drafts.join("fuel.txt"), "petrol\n").unwrap();
    let draft = other.replace("'oil'", "'fuel'").replace("match = 'fuel'", "match = '@fuel'");
    fs::write(drafts.join("fuel.toml"), draft.replace("Oil", "Petrol")).unwrap();
    assert_eq!(topics("drafts/fuel.toml oil"), ["oil", "fuel"]);
    assert_eq!(topics("drafts"), ["fuel"]);
    // A folder of which the config reads one file stands for the others too.
    let packs = dir.join("packs");
    fs::create_dir(&packs).unwrap();
    for name in ["gas", "coal"] {
        let text = other.replace("'oil'", &format!("'{name}'")).replace("Oil", name);
        fs::write(packs.join(format!("{name}.toml")), text).unwrap();
    }
    let link = file.parent().unwrap().join("gas.toml");
    std::os::unix::fs::symlink(packs.join("gas.toml"), &link).unwrap();
    assert_eq!(topics("packs"), ["gas", "coal"]);
    fs::remove_file(link).unwrap();
    // Without any config, too.
    run_in(dir, "-c nowhere.toml topics test drafts/fuel.toml").ended(0);
    run_in(dir, "-c nowhere.toml topics test fuel").ended(10);
    let unknown = scene.run("topics test oill").ended(1);
    assert!(unknown.err.contains("did you mean `oil`?"), "{}", unknown.err);
    fs::write(drafts.join("broken.toml"), "[[topic]]\nid = 'x'\nmatch = 'a b'\n").unwrap();
    let broken = scene.run("topics test drafts/broken.toml").ended(1);
    assert!(broken.err.contains("drafts/broken.toml:3:10"), "{}", broken.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn coverage_names_each_clause_that_no_test_decides_by_with_its_place() {
    let topics = "\
[[topic]]
id = 'nato'
match = '''
(NATO EXCEPT \"NATO strap\")
  AND (summit OR treaty)'''
exclude = ['quiz']
[[topic.test]]
expect = 'match'
title = 'NATO summit'
[[topic.test]]
expect = 'reject'
title = 'NATO strap summit'
[[topic.test]]
expect = 'reject'
title = 'NATO'
";
    let scene = scene(topics).await;
    let table = scene.run("topics test --coverage").ended(0).out;
    let table = table.replace(&format!("{}/", scene.world.dir().display()), "");
    let rows = table.lines().map(|row| row.split("  ").map(str::trim));
    let rows = rows.map(|row| row.filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" | "));
    insta::assert_snapshot!(rows.collect::<Vec<_>>().join("\n"), @r"
    topic | passed | title | failure
    nato | true | NATO summit
    nato | true | NATO strap summit
    nato | true | NATO

    topic | clauses | covered | percent
    nato | 5 | 2 | 40.0

    No test turns on these clauses being found (presence) or not found (absence):
    place | kind | clause | missing
    topics/test.toml:4:2 | match | NATO | absence
    topics/test.toml:5:18 | match | treaty | presence
    topics/test.toml:6:13 | exclude | quiz | presence
    ");
    let json = scene.run("topics test --coverage -o json").ended(0).json();
    assert_eq!(json["tests"].as_array().unwrap().len(), 3);
    assert_eq!(json["coverage"][0]["percent"], 40.0);
    let treaty = &json["coverage"][0]["each"][3];
    assert_eq!((&treaty["line"], &treaty["column"]), (&5.into(), &18.into()), "{treaty}");
    let csv = scene.run("topics test --coverage -o csv").ended(0).out;
    assert_eq!(csv.lines().count(), 6, "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_threshold_is_covered_where_it_is_written() {
    let topics = "\
[[topic]]
id = 'nato'
threshold = 2
[topic.weights]
NATO = 2.0
[[topic.test]]
expect = 'match'
title = 'NATO summit'
";
    let json = scene(topics).await.run("topics test --coverage -o json").ended(0).json();
    let threshold = &json["coverage"][0]["each"][1];
    assert_eq!((&threshold["kind"], &threshold["line"]), (&"threshold".into(), &3.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_test_covers_nothing() {
    let topics = format!("{NATO}[[topic.test]]\nexpect = 'reject'\ntitle = 'NATO meets'\n");
    let json = scene(&topics).await.run("topics test --coverage -o json").ended(1).json();
    assert_eq!(json["coverage"][0]["covered"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_of_two_thousand_characters_is_cut_for_people_and_whole_for_programs() {
    let long = format!("Strap {}", "word ".repeat(400));
    let failing =
        format!("{NATO}[[topic.test]]\nexpect = 'match'\ntitle = '{}'\n", long.trim_end());
    let scene = scene(&failing).await;
    for line in ["topics test", "check", "run --once", "config diff"] {
        let ran = scene.run(line);
        let text = format!("{}{}", ran.out, ran.err);
        assert!(text.contains("Strap word word"), "{line}: {text}");
        let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(longest < 400, "{line}: {longest}: {text}");
    }
    let listed = scene.run("topics test -o json").ended(1).list();
    assert_eq!(listed[0]["title"], long.trim_end());
}

#[tokio::test(flavor = "multi_thread")]
async fn results_are_written_as_junit_whole_or_not_at_all() {
    let failing =
        format!("{STORY}[[topic.test]]\nexpect = 'match'\ntitle = 'Strap <b> & \"co\"'\n");
    let scene = scene(&failing).await;
    scene.run("topics test --junit results.xml").ended(1);
    let xml = fs::read_to_string(scene.world.dir().join("results.xml")).unwrap();
    assert!(xml.contains("<testsuite name=\"nato\"") && xml.contains("failures=\"1\""), "{xml}");
    assert!(xml.contains("Strap &lt;b&gt; &amp; &quot;co&quot;"), "{xml}");
    let piped = scene.run("topics test --junit -").ended(1);
    assert_eq!(piped.out, xml, "nothing but the results");
    assert!(piped.err.contains("1 failed"), "{}", piped.err);
    assert!(!scene.world.dir().join("-").exists());
    scene.run("topics test --junit - --coverage").ended(2);
    let refused = scene.run("topics test --junit no/such/folder.xml").ended(1);
    assert!(refused.err.contains("cannot write the results to no/such/folder.xml"), "{refused:?}");
}
