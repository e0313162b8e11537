//! Group commit under failures: a full disk, bad jobs, a commit that fails as a whole.

use super::*;

fn writer() -> (tempfile::TempDir, Writer) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w.db");
    let conn = crate::store::open::open_main(&path, crate::store::Access::Create).unwrap();
    conn.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)").unwrap();
    (dir, Writer::start(conn).unwrap())
}

async fn add(writer: &Writer, n: i64, bytes: usize) -> Result<(), StoreError> {
    let sql = "INSERT INTO t VALUES (?1, ?2)";
    writer
        .run(move |session| Ok(session.conn.execute(sql, (n, "x".repeat(bytes))).map(drop)?))
        .await
}

async fn numbers(writer: &Writer) -> Vec<i64> {
    let query = |session: &mut Session<'_>| {
        let mut query = session.conn.prepare("SELECT n FROM t ORDER BY n")?;
        let numbers = query.query_map([], |row| row.get(0))?;
        Ok(numbers.collect::<Result<_, _>>()?)
    };
    writer.run(query).await.unwrap()
}

#[tokio::test]
async fn a_full_disk_fails_what_does_not_fit_and_storing_resumes_by_itself() {
    let (_dir, writer) = writer();
    // The same code that a full disk gives, from a limit on the number of pages.
    let limit = |pages: &'static str| {
        writer.run(move |session| {
            let sql = format!("PRAGMA max_page_count = {pages}");
            Ok(session.conn.query_row(&sql, [], |_| Ok(()))?)
        })
    };
    limit("1").await.unwrap();
    let (small, large, none) =
        tokio::join!(add(&writer, 1, 10), add(&writer, 2, 1_000_000), add(&writer, 3, 10));
    assert_eq!((small.is_ok(), none.is_ok()), (true, true), "what fits is stored");
    let error = large.unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("full", true));
    limit("100000").await.unwrap();
    add(&writer, 2, 1_000_000).await.unwrap();
    assert_eq!(numbers(&writer).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_job_that_fails_or_panics_is_undone_alone() {
    let (_dir, writer) = writer();
    let half = writer.run(|session| {
        session.conn.execute("INSERT INTO t VALUES (7, '')", [])?;
        Ok(session.conn.execute("INSERT INTO nowhere VALUES (7)", [])?)
    });
    let panicking = writer.run(|session| -> Result<(), StoreError> {
        session.conn.execute("INSERT INTO t VALUES (8, '')", [])?;
        panic!("{}", "on purpose");
    });
    let (first, half, panicking, last) =
        tokio::join!(add(&writer, 1, 1), half, panicking, add(&writer, 2, 1));
    assert!(first.is_ok() && last.is_ok());
    assert_eq!(half.unwrap_err().code(), "sql");
    assert!(panicking.unwrap_err().to_string().contains("on purpose"));
    assert_eq!(numbers(&writer).await, [1, 2]);
}

#[tokio::test]
async fn a_group_whose_commit_fails_is_committed_job_by_job() {
    let (_dir, writer) = writer();
    // A deferred constraint is checked at the commit: one job spoils it for the whole group.
    writer
        .run(|session| {
            let sql =
                "CREATE TABLE child (n INTEGER REFERENCES t (n) DEFERRABLE INITIALLY DEFERRED)";
            Ok(session.conn.execute_batch(sql)?)
        })
        .await
        .unwrap();
    let orphan =
        writer.run(|session| Ok(session.conn.execute("INSERT INTO child VALUES (99)", [])?));
    let (first, orphan, last) = tokio::join!(add(&writer, 1, 1), orphan, add(&writer, 2, 1));
    assert!(first.is_ok() && last.is_ok());
    assert_eq!(orphan.unwrap_err().code(), "sql");
    assert_eq!(numbers(&writer).await, [1, 2]);
}

#[tokio::test]
async fn what_was_handed_over_is_done_even_if_nobody_waits() {
    let (dir, writer) = writer();
    {
        let waiting = add(&writer, 1, 1);
        tokio::pin!(waiting);
        // Polled once: the job is in the queue; then its caller goes away.
        let _ = futures_util::poll!(waiting.as_mut());
    }
    drop(writer);
    let conn = Connection::open(dir.path().join("w.db")).unwrap();
    let count: i64 = conn.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 1);
}
