//! A copy that cannot be made, as one sees it who looks: in `status` and `doctor`, with its cause, and
//! not tried again and again.

use jiff::{Timestamp, ToSpan as _};
use wirewatch::store::{Access, DATABASE_FILE, Store};

use crate::cli::scene::Scene;

/// Copies of the database, whose time of day is not while a test runs.
fn copied_to(dir: &str) -> String {
    let far = Timestamp::now() + 12.hours();
    format!("[backup]\ndir = \"{dir}\"\nat = \"{}\"\n", far.strftime("%H:%M"))
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_shown_with_its_cause_and_left_alone_for_hours() {
    let mut scene = Scene::with_alert().await;
    scene.world.extra = copied_to("copies");
    scene.world.write_config();
    let state = scene.world.dir().join("state");
    std::fs::write(state.join("copies"), "in the way").unwrap();
    let trouble = || {
        let store = Store::open(&state.join(DATABASE_FILE), Access::ReadOnly).unwrap();
        store.copies().unwrap().trouble
    };
    let first = scene.once();
    let failed = trouble().expect("tried");
    assert!(first.err.contains("cannot copy the database"), "{}", first.err);
    assert!(first.err.contains("File exists") || first.err.contains("Not a directory"));
    let shown = scene.run("status -o json").ended(0).json();
    assert_eq!(shown["backup"]["code"], "cannot_write");
    let page = scene.run("status").ended(0).out;
    assert!(page.contains("backup") && page.contains("failing since"), "{page}");
    let doctor = scene.run("doctor");
    assert!(doctor.out.contains("failing since"), "{}", doctor.out);

    scene.once();
    assert_eq!(trouble(), Some(failed), "a round later it is not tried again");
    std::fs::remove_file(state.join("copies")).unwrap();
    scene.world.extra = copied_to("elsewhere");
    scene.world.write_config();
    scene.once();
    assert_eq!(trouble(), None, "another directory is tried at once");
    let shown = scene.run("status -o json").ended(0).json();
    assert!(shown["backup"]["path"].as_str().unwrap().contains("elsewhere/wirewatch-"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_days_old_is_warned_of() {
    let mut scene = Scene::with_alert().await;
    scene.world.extra = copied_to("copies");
    scene.world.write_config();
    scene.once();
    let level = || {
        let said = scene.run("doctor -o json").json();
        let mut checks = said["checks"].as_array().unwrap().iter();
        let backup = checks.find(|check| check["check"] == "backup").unwrap();
        backup["level"].as_str().unwrap().to_owned()
    };
    let made = |hours: i64| {
        let path = scene.world.dir().join("state").join(DATABASE_FILE);
        let database = rusqlite::Connection::open(path).unwrap();
        let at = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours);
        database.execute("UPDATE copies SET made_at = ?1", [at.as_millisecond()]).unwrap();
    };
    assert_eq!(level(), "ok");
    made(23);
    assert_eq!(level(), "ok", "the next may be due now");
    made(49);
    assert_eq!(level(), "warning", "two were due since");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_was_made_and_could_not_be_told_of_ends_the_trouble() {
    let mut scene = Scene::with_alert().await;
    scene.world.extra = copied_to("copies");
    scene.world.write_config();
    let state = scene.world.dir().join("state");
    std::fs::write(state.join("copies"), "in the way").unwrap();
    scene.once();
    let copies = || Store::open(&state.join(DATABASE_FILE), Access::ReadOnly).unwrap().copies();
    assert!(copies().unwrap().trouble.is_some());

    let other = rusqlite::Connection::open(state.join(DATABASE_FILE)).unwrap();
    let break_it = "CREATE TRIGGER broken BEFORE UPDATE ON copies \
                    BEGIN SELECT RAISE(ABORT, 'on purpose'); END";
    other.execute_batch(break_it).unwrap();
    scene.world.extra = copied_to("elsewhere");
    scene.world.write_config();
    let made = scene.once();
    assert!(made.err.contains("cannot say how the copy of the database went"), "{}", made.err);
    let files = || std::fs::read_dir(state.join("elsewhere")).unwrap().count();
    assert_eq!(files(), 1);
    assert!(copies().unwrap().trouble.is_some(), "nothing else is known of it");

    other.execute_batch("DROP TRIGGER broken").unwrap();
    scene.once();
    let now = copies().unwrap();
    assert_eq!((now.trouble, files()), (None, 1), "no other copy is needed");
    assert!(now.made.unwrap().1.contains("elsewhere/wirewatch-"));
    let told = scene.world.alert_log();
    assert_eq!(told.iter().filter(|object| object["event"] == "backup_well").count(), 1);
}
