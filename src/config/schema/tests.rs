//! The schemas know the keys that the readers know.

use super::*;

/// Compares a table with the shape its reader goes by, and all tables in it.
fn check(table: &Table) {
    let mut described: Vec<&str> = table.keys.iter().map(|key| key.name).collect();
    let mut read = table.shape.keys.to_vec();
    described.sort_unstable();
    read.sort_unstable();
    assert_eq!(described, read, "{}", table.shape.what);
    for key in table.keys {
        assert!(key.about.ends_with(['.', ';']), "{}: {}", key.name, key.about);
        check_held(&key.holds);
    }
}

fn check_held(holds: &Holds) {
    match holds {
        Holds::Table(table) | Holds::Tables(table) | Holds::BySeverity(table) => check(table),
        Holds::Names(inner) => check_held(inner),
        Holds::Either(all) => all.iter().for_each(check_held),
        _ => {}
    }
}

#[test]
fn every_key_that_is_read_is_described_and_no_other() {
    check(&main_file::MAIN);
    check(&main_file::FEEDS);
    check(&topic::FILE);
}

#[test]
fn every_kind_of_channel_and_each_of_its_keys_is_known() {
    let shape = crate::config::channels::CHANNEL;
    for (kind, keys) in crate::config::channels::KINDS {
        let schema = main_file().to_string();
        assert!(schema.contains(&format!("{{\"const\":\"{kind}\"}}")), "{kind}");
        for key in keys {
            assert!(shape.keys.contains(key), "{kind}: {key}");
        }
    }
}
