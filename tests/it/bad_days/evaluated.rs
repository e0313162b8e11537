//! Each stored revision of an entry is evaluated once by each revision of a topic that runs when it
//! comes: held against a plain account of it, over random fetches, changes of texts and topics, and
//! restarts.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use rusqlite::Connection;
use wirewatch::store::DATABASE_FILE;

use crate::support::server::Reply;
use crate::support::world::{Item, World, item, rss};

/// Entries that a feed may have, and texts that each may come with.
const ENTRIES: usize = 5;
const TEXTS: [&str; 4] = [
    "NATO talks about OTAN signs",
    "the harbour is quiet and NATO is not",
    "OTAN opens a school near the harbour wall",
    "cheese prices rise again this week",
];

/// Words that topics look for: each step of the rule is a revision of the topic.
const RULES: [&str; 3] = ["NATO", "OTAN", "harbour"];

#[derive(Debug, Clone)]
enum Act {
    /// The feed shows these entries, each with one of the texts, in this order; and is read.
    Fetch(Vec<(usize, usize)>),
    /// The same document is read once more.
    Again,
    Restart,
    /// The topic `moving` looks for another word, from a reload on.
    Rule(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let shown = prop::collection::vec((0..ENTRIES, 0..TEXTS.len()), 1..ENTRIES);
    prop_oneof![
        5 => shown.prop_map(Act::Fetch),
        1 => Just(Act::Again),
        1 => Just(Act::Restart),
        2 => (0..RULES.len()).prop_map(Act::Rule),
    ]
}

/// Entry, its revision, topic, revision of the topic.
type Evaluated = (String, u32, String, Vec<u8>);

/// What is to be evaluated, in the plainest words.
#[derive(Default)]
struct Account {
    /// Of each entry: how often it changed, and the text it has.
    entries: BTreeMap<usize, (u32, usize)>,
    matches: BTreeSet<Evaluated>,
}

impl Account {
    fn fetch(&mut self, shown: &BTreeMap<usize, usize>, rules: &[(String, Vec<u8>, &str)]) {
        for (entry, text) in shown {
            let known = self.entries.get(entry).copied();
            if known.is_some_and(|(_, stored)| stored == *text) {
                continue;
            }
            let revision = known.map_or(1, |(revision, _)| revision + 1);
            self.entries.insert(*entry, (revision, *text));
            let finds = rules.iter().filter(|(_, _, word)| TEXTS[*text].contains(word));
            let found =
                finds.map(|(topic, of, _)| (guid(*entry), revision, topic.clone(), of.clone()));
            self.matches.extend(found);
        }
    }
}

fn guid(entry: usize) -> String {
    format!("entry-{entry}")
}

fn shown_as(entry: usize, text: usize) -> Item {
    let mut item = item(&format!("Report w{entry}x w{entry}y w{entry}z"));
    item.guid = guid(entry);
    item.text(TEXTS[text])
}

fn topics(rule: usize) -> String {
    format!(
        "[[topic]]\nid = \"fixed\"\nmatch = 'NATO'\n[[topic]]\nid = \"moving\"\nmatch = '{}'\n",
        RULES[rule]
    )
}

/// The topics that run, by name and revision, with what they look for.
fn running(world: &World, rule: usize) -> Vec<(String, Vec<u8>, &'static str)> {
    let config = world.load();
    let topics = config.topics.topics().map(|(topic, revision)| {
        let word = if topic.id.as_str() == "fixed" { "NATO" } else { RULES[rule] };
        (topic.id.to_string(), revision.0.to_vec(), word)
    });
    topics.collect()
}

/// What the database says was evaluated; a row that is there twice shows as such.
fn evaluated(world: &World) -> Vec<Evaluated> {
    let conn = Connection::open(world.dir().join("state").join(DATABASE_FILE)).unwrap();
    let sql = "SELECT e.guid, m.entry_revision, m.topic, m.topic_revision FROM matches AS m \
               JOIN entries AS e ON e.id = m.entry_id ORDER BY 1, 2, 3, 4";
    let mut rows = conn.prepare(sql).unwrap();
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

async fn play(acts: Vec<Act>) {
    let mut world = World::new(&["wire"]).await;
    let (mut account, mut shown, mut rule) = (Account::default(), BTreeMap::new(), 0);
    world.topics = topics(rule);
    world.start().await;
    world.first_round().await;
    for act in acts {
        match act {
            Act::Restart => {
                world.stop().await;
                world.start().await;
                continue;
            }
            Act::Rule(next) => {
                rule = next;
                world.topics = topics(rule);
                world.app().reload(world.load()).await.unwrap();
                continue;
            }
            Act::Again => {}
            Act::Fetch(pairs) => {
                // The last text of an entry that is in it twice, at its first place.
                shown = pairs.iter().copied().collect();
                let items = shown.iter().map(|(entry, text)| shown_as(*entry, *text));
                let items: Vec<Item> = items.collect();
                world.server.set("/wire", Reply::ok(rss("wire", &items)));
            }
        }
        world.visit("wire").await;
        account.fetch(&shown, &running(&world, rule));
    }
    let expected: Vec<Evaluated> = account.matches.into_iter().collect();
    assert_eq!(evaluated(&world), expected);
    world.stop().await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn each_revision_of_an_entry_is_evaluated_once_by_each_topic_that_runs(
        acts in prop::collection::vec(act(), 1..14),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(play(acts));
    }
}
