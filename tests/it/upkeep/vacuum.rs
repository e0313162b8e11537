//! A database that is written anew: on the disk, and not in memory.

use std::process::Command;

use rusqlite::Connection;

use crate::cli::scene::{Scene, run};

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_written_anew_through_a_file_and_not_through_memory() {
    let scene = Scene::new(&["wire"]).await;
    scene.once().ended(0);
    let database = Connection::open(scene.world.dir().join("state/wirewatch.db")).unwrap();
    let much = "CREATE TABLE junk (x); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 \
                FROM n WHERE i < 80) INSERT INTO junk SELECT randomblob(1048576) FROM n";
    database.execute_batch(much).unwrap();
    drop(database);
    // Room for all that it needs but a copy of that.
    let mut limited = Command::new("sh");
    let command = scene.command();
    limited.args(["-c", "ulimit -d 65536 && exec \"$@\"", "sh"]).arg(command.get_program());
    limited.args(command.get_args()).args(["db", "vacuum"]).current_dir(scene.world.dir());
    // Stacks of threads take room as well: no more of them where there are more processors.
    limited.env("TOKIO_WORKER_THREADS", "2");
    let vacuumed = run(&mut limited).ended(0);
    assert!(vacuumed.out.contains(" before, "), "{}", vacuumed.out);
    scene.run("db verify").ended(0);
}
