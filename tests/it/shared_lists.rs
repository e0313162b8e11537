//! Lists that many topics name are stored once, and every stored topic still stands alone.

use rusqlite::Connection;
use wirewatch::config::restore;
use wirewatch::store::DATABASE_FILE;

use crate::support::world::World;

const TOPICS: usize = 200;
const NAMES: usize = 5_000;

/// A world whose topics all name one long list, by way of a macro.
async fn world() -> World {
    let mut world = World::new(&["wire"]).await;
    let names: String = (0..NAMES).map(|n| format!("Firm{n} Holding International\n")).collect();
    std::fs::create_dir_all(world.dir().join("topics")).unwrap();
    std::fs::write(world.dir().join("topics/firms.txt"), names).unwrap();
    let lists =
        "[lists]\nfirms = { file = \"firms.txt\" }\ndeals = '@firms NEAR/9 (deal OR bid)'\n";
    let topics: String = (0..TOPICS)
        .map(|n| format!("[[topic]]\nid = \"deals-{n}\"\nmatch = '@deals AND place{n}'\n"))
        .collect();
    world.topics = format!("{lists}{topics}");
    world
}

fn connect(world: &World) -> Connection {
    Connection::open(world.dir().join("state").join(DATABASE_FILE)).unwrap()
}

#[tokio::test]
async fn a_list_of_many_topics_is_stored_once_and_found_again_with_each() {
    let mut world = world().await;
    world.start().await;
    world.first_round().await;
    world.stop().await;

    let conn = connect(&world);
    let number = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let bytes = number("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
    let list = number("SELECT max(length(text)) FROM list_texts");
    assert!(list > NAMES as i64 * 30, "{list} bytes of names");
    assert!(bytes < list + 1_000_000, "{bytes} bytes for {TOPICS} topics with {list} of names");
    assert_eq!(number("SELECT count(*) FROM list_texts"), 2, "the list and the macro");

    let (config, store) = (world.load(), world.store());
    let (_, parts) = store.running().unwrap().unwrap();
    for (topic, revision) in config.topics.topics() {
        let source = store.topic_source(&topic.id, revision).unwrap().unwrap().source;
        assert_eq!(source, config.topic_sources[&topic.id].to_string());
        let part = parts.iter().find(|part| part.id == topic.id.as_str()).unwrap();
        assert_eq!(part.source.as_ref(), config.topic_sources.get(&topic.id));
    }
    let (topic, revision) = config.topics.topics().next().unwrap();
    let source = store.topic_source(&topic.id, revision).unwrap().unwrap().source;
    let restored = restore(&source, "stored").unwrap().set;
    assert_eq!(restored.topics().next().unwrap().1, revision);
}

#[tokio::test]
async fn what_was_stored_with_its_lists_within_it_is_read_as_before_and_kept_so() {
    let mut world = World::new(&["wire"]).await;
    world.topics = "[lists]\nx = ['NATO']\n[[topic]]\nid = 'a'\nmatch = '@x'\n".to_owned();
    world.start().await;
    world.stop().await;
    // As versions before schema 4 wrote it.
    let config = world.load();
    let (topic, revision) = config.topics.topics().next().unwrap();
    let whole = config.topic_sources[&topic.id].to_string();
    let conn = connect(&world);
    conn.execute("UPDATE topic_revisions SET source = ?1, lists = NULL", [&whole]).unwrap();
    let old = "UPDATE running_config SET source = NULL, lists = NULL, \
               summary = json_set(summary, '$.source', ?1) WHERE kind = 'topic'";
    conn.execute(old, [whole.trim_end()]).unwrap();
    conn.execute("DELETE FROM list_texts", []).unwrap();

    let store = world.store();
    let stored = store.topic_source(&topic.id, revision).unwrap().unwrap();
    assert_eq!(stored.source, whole);
    let part = store.running().unwrap().unwrap().1.into_iter().find(|part| part.id == "a").unwrap();
    assert_eq!(part.source.map(|source| source.to_string()).as_deref(), Some(whole.trim_end()));
    assert!(!part.fields.contains_key("source"), "{:?}", part.fields);

    // The next run goes on with it.
    world.start().await;
    world.stop().await;
    let stored = world.store().topic_source(&topic.id, revision).unwrap().unwrap();
    assert_eq!(restore(&stored.source, "stored").unwrap().set.topics().next().unwrap().1, revision);
}
