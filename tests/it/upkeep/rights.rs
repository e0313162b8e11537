//! Who may read what is kept: nobody but its owner, also in a directory that is open to all.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::cli::scene::Scene;
use crate::support::world::item;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn warnings(scene: &Scene) -> Vec<Value> {
    let doctor = scene.run("doctor -o json").json();
    let checks = doctor["checks"].as_array().unwrap().iter();
    let about = |check: &&Value| check["check"] == "database" && check["level"] == "warning";
    checks.filter(about).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn others_cannot_read_the_database_or_the_alert_log_whatever_the_directory_allows() {
    let mut scene = Scene::new(&["wire"]).await;
    let state = scene.world.dir().join("state");
    fs::create_dir_all(&state).unwrap();
    fs::set_permissions(&state, Permissions::from_mode(0o755)).unwrap();
    scene.once().ended(0);
    let database = state.join("wirewatch.db");
    // While somebody has it open its log stays.
    let reader = rusqlite::Connection::open(&database).unwrap();
    reader.query_row("SELECT count(*) FROM feeds", [], |_| Ok(())).unwrap();
    scene.world.publish("wire", item("NATO convenes behind closed doors"));
    scene.once().ended(0);
    let log = state.join("alerts.jsonl");
    for path in [&database, &state.join("wirewatch.db-wal"), &state.join("wirewatch.db-shm"), &log]
    {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
    assert!(warnings(&scene).is_empty());

    fs::set_permissions(&database, Permissions::from_mode(0o644)).unwrap();
    scene.once().ended(0);
    assert_eq!(mode(&database), 0o644, "what its owner did stays");
    let told = warnings(&scene);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0]["hint"].as_str().unwrap().contains("chmod 600"), "{told:?}");
}
