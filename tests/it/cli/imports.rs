//! `topics import`: a topic file on standard output or in a file, the report on standard error,
//! exit codes; and that what is written is a topic file indeed.

use std::fs;
use std::path::Path;

use super::scene::{Scene, command, run, run_with_input};

/// Every fixture with its dialect.
const FIXTURES: [(&str, &str); 10] = [
    ("lexis", "lexis.txt"),
    ("factiva", "factiva.txt"),
    ("emm", "emm.adf"),
    ("emm", "emm.xml"),
    ("emm", "emm.txt"),
    ("taranis", "taranis.json"),
    ("taranis", "taranis.csv"),
    ("trendradar", "trendradar.txt"),
    ("newsboat", "newsboat.txt"),
    ("miniflux", "miniflux.txt"),
];

fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/imports/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn import(dir: &Path, dialect: &str, file: &str, more: &[&str]) -> super::scene::Ran {
    let mut command = command(dir);
    run(command.args(["topics", "import", "--dialect", dialect, file]).args(more))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_imported_is_a_topic_file_that_the_check_accepts() {
    let mut scene = Scene::new(&["wire"]).await;
    for (dialect, file) in FIXTURES {
        let ran = import(scene.world.dir(), dialect, &fixture(file), &[]);
        assert!([0, 3].contains(&ran.code), "{file}: {ran:?}");
        scene.world.topics = ran.out.clone();
        scene.world.write_config();
        let checked = scene.run("check");
        assert_eq!(checked.code, 0, "{file}:\n{}\n{}", checked.err, ran.out);
        let listed = scene.run("topics list -o json").ended(0).list();
        assert_eq!(listed.len(), ran.out.matches("[[topic]]").count(), "{file}");
    }
}

#[test]
fn exit_codes_tell_whether_all_of_it_was_translated() {
    let dir = tempfile::tempdir().unwrap();
    let run = |dialect: &str, input: &str| {
        let mut command = command(dir.path());
        let line = ["topics", "import", "--dialect", dialect, "-"];
        run_with_input(command.args(line), input)
    };
    let whole = run("lexis", "tariff w/5 steel").ended(0);
    assert!(whole.out.contains("match = 'tariff NEAR/5 steel'"), "{}", whole.out);
    assert!(whole.err.contains("1 topic, 0 lists"), "{}", whole.err);
    let part = run("factiva", "tariff and in=i22100").ended(3);
    assert!(part.out.contains("mode = \"shadow\""), "{}", part.out);
    assert!(
        part.err.contains("warning: standard input:1:12: untranslated: `in=i22100`: "),
        "{}",
        part.err
    );
    assert!(part.err.contains("1 topic in shadow mode"), "{}", part.err);
    let nothing = run("factiva", "in=i22100").ended(1);
    assert_eq!(nothing.out, "");
    run("wais", "tariff").ended(2);
    let hostile = run("lexis", "# \u{1b}[2J\u{202e}name\ntariff \u{9b}2J").ended(0);
    assert!(!hostile.out.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{:?}", hostile.out);
    assert!(!hostile.err.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{:?}", hostile.err);
    run("lexis", "").ended(1);
    let broken = run("newsboat", "title =~ \"foo\"\ntitle ~ \"bar\"\n").ended(3);
    assert!(broken.err.contains("standard input:2:1: untranslated: "), "{}", broken.err);
    let nothing = run("trendradar", "[1,2,3]").ended(1);
    assert!(nothing.err.contains("`[1,2,3]`"), "{}", nothing.err);
}

#[test]
fn a_file_is_written_whole_and_never_over_another() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("imported.toml");
    let query = dir.path().join("query.txt");
    fs::write(&query, "tariff w/5 steel").unwrap();
    let write = |more: &[&str]| {
        let more = [&["--out", "imported.toml", "--id", "steel"], more].concat();
        import(dir.path(), "lexis", "query.txt", &more)
    };
    let ran = write(&[]).ended(0);
    assert_eq!(ran.out, "wrote imported.toml\n");
    assert!(fs::read_to_string(&out).unwrap().contains("id = 'steel'"));
    fs::write(&query, "tariff w/5 iron").unwrap();
    let refused = write(&[]).ended(1);
    assert!(refused.err.contains("imported.toml is already there"), "{}", refused.err);
    assert!(refused.err.contains("hint: "), "{}", refused.err);
    assert!(fs::read_to_string(&out).unwrap().contains("steel'"));
    write(&["--force"]).ended(0);
    assert!(fs::read_to_string(&out).unwrap().contains("NEAR/5 iron"));
    let names: Vec<_> =
        fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "no part of a file is left: {names:?}");
    let lost = import(dir.path(), "lexis", "query.txt", &["--out", "no/such/folder.toml"]);
    assert!(lost.ended(1).err.contains("cannot write no/such/folder.toml"));
    let missing = import(dir.path(), "lexis", "nothing.txt", &[]).ended(1);
    assert!(missing.err.contains("cannot read nothing.txt"), "{}", missing.err);
}

#[test]
fn programs_get_topics_and_report_as_one_object() {
    let dir = tempfile::tempdir().unwrap();
    let ran = import(dir.path(), "factiva", &fixture("factiva.txt"), &["-o", "json"]).ended(3);
    let object = ran.json();
    assert_eq!(object["topics"][0]["topic"], "russia-sanctions");
    assert_eq!(object["topics"][0]["mode"], "shadow");
    assert_eq!(object["topics"][0]["filter"]["languages"][1], "fr");
    let finding = &object["report"][0];
    assert_eq!((&finding["line"], &finding["column"]), (&4.into(), &24.into()));
    assert_eq!(finding["code"], "source_code");
    assert_eq!(finding["level"], "untranslated");
    assert_eq!(finding["original"], "rst=(tdjw or sfdj)");
}
