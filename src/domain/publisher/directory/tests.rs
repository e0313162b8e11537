//! The built-in list is what it should be, and the user's word goes before it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;
use crate::domain::feed::Interval;
use crate::domain::publisher::credit;

#[test]
fn the_built_in_list_is_sorted_and_says_everything_once() {
    let families: Vec<Family> = FAMILIES
        .lines()
        .map(|line| Family::from_line(line).unwrap_or_else(|| panic!("no family: {line}")))
        .collect();
    assert!(families.len() >= 400, "{}", families.len());
    let order: Vec<String> = families.iter().map(|family| family.name.to_lowercase()).collect();
    assert!(order.is_sorted(), "{:?}", order.windows(2).find(|two| two[0] > two[1]));
    let (mut names, mut domains) = (BTreeSet::new(), BTreeSet::new());
    for family in &families {
        assert!(!family.domains.is_empty(), "{family:?}");
        for name in std::iter::once(&family.name).chain(&family.aliases) {
            assert_eq!(name.trim(), name);
            assert!(names.insert(name_key(name)), "twice: {name}");
        }
        for domain in &family.domains {
            assert_eq!(site_key(domain).as_deref(), Some(domain.as_str()), "of {}", family.name);
            assert!(!is_shared(domain), "{domain} is many people's");
            assert!(domains.insert(domain.clone()), "twice: {domain}");
        }
    }
}

#[test]
fn every_agency_that_is_credited_is_a_family() {
    let directory = Directory::builtin();
    for name in credit::names() {
        assert_eq!(directory.known(name), Some(name));
    }
}

#[test]
fn a_newsroom_goes_by_any_of_its_names_and_domains() {
    let directory = Directory::builtin();
    for (name, expect) in [
        ("BBC", "BBC"),
        ("bbc news", "BBC"),
        ("BBC.co.uk", "BBC"),
        ("https://www.bbc.com/news", "https://www.bbc.com/news"),
        ("feeds.bbci.co.uk", "BBC"),
        ("New York Times", "The New York Times"),
        ("LE MONDE", "Le Monde"),
        ("lemonde.fr", "Le Monde"),
        ("Harbour Wire", "Harbour Wire"),
        ("co.uk", "co.uk"),
        ("", ""),
        ("...", "..."),
    ] {
        assert_eq!(directory.canonical(name), expect);
    }
    assert!(directory.same("nyti.ms", "The New York Times"));
    assert!(directory.same("harbour wire", "Harbour Wire"));
    assert!(directory.same("ÄRZTE", "ärzte"));
    assert!(!directory.same("BBC", "bbc.example"));
}

fn family(name: &str, domains: &[&str]) -> Family {
    let domains = domains.iter().map(|domain| (*domain).to_owned()).collect();
    Family { name: name.to_owned(), aliases: Vec::new(), domains }
}

fn newsroom(name: &str) -> Place {
    Place::Newsroom(name.to_owned())
}

#[test]
fn the_user_s_families_win_over_the_list_and_add_to_it() {
    let own = [
        family("BBC", &["bbc.example"]),
        family("BBC Persian", &["bbcpersian.com", "persian.bbc.co.uk"]),
        family("Ada", &["medium.com/@ada", "youtube.com/@ada"]),
        family("Google Blog", &["blog.google.com"]),
    ];
    let directory = Directory::with(&own, &[]);
    assert_eq!(directory.place("https://bbc.example/a"), newsroom("BBC"));
    assert_eq!(directory.place("https://www.bbc.co.uk/a"), newsroom("BBC"));
    assert_eq!(directory.place("https://persian.bbc.co.uk/a"), newsroom("BBC Persian"));
    assert_eq!(directory.place("https://medium.com/@Ada/x"), newsroom("Ada"));
    assert_eq!(directory.canonical("youtube.com/@ADA"), "Ada");
    assert_eq!(directory.place("https://blog.google.com/x"), newsroom("Google Blog"));
}

#[test]
fn a_family_that_bears_another_s_alias_is_one_of_its_own() {
    let built_in = Directory::builtin();
    assert_eq!(built_in.canonical("Auntie"), "Auntie");
    let bbc = Family { aliases: vec!["Auntie".to_owned()], ..family("BBC", &[]) };
    let own = [bbc, family("Auntie", &["auntie.example"])];
    let directory = Directory::with(&own, &[]);
    assert_eq!(directory.place("https://www.bbc.co.uk/a"), newsroom("BBC"));
    assert_eq!(directory.place("https://auntie.example/a"), newsroom("Auntie"));
    assert!(!directory.same("Auntie", "BBC"));
}

fn feed(key: &str, url: &str, publisher: &str) -> Arc<Feed> {
    Arc::new(Feed {
        key: key.parse().unwrap(),
        url: url.to_owned(),
        title: None,
        publisher: Some(publisher.to_owned()),
        tags: Vec::new(),
        paused: false,
        interval: Interval { floor: Duration::ZERO, ceiling: Duration::ZERO },
        backfill: Duration::ZERO,
        full_text: false,
    })
}

#[test]
fn feeds_tell_whose_their_sites_are_where_nothing_else_does() {
    let feeds = [
        feed("a", "https://www.ledger.example/rss", "The Ledger"),
        feed("b", "https://feeds.ledger.example/world", "the ledger"),
        feed("c", "https://news.two.example/1", "One"),
        feed("d", "https://news.two.example/2", "Two"),
        feed("e", "https://www.bbc.co.uk/rss", "Beeb"),
        feed("f", "https://medium.com/feed/@ada", "Ada"),
        feed("g", "http://127.0.0.1:8000/x", "Local"),
        feed("h", "https://news.google.com/rss", "Google News"),
    ];
    let directory = Directory::with(&[], &feeds);
    assert_eq!(directory.place("https://ledger.example/a"), newsroom("The Ledger"));
    assert_eq!(directory.place("https://two.example/a"), newsroom("two.example"));
    assert_eq!(directory.place("https://www.bbc.co.uk/a"), newsroom("BBC"));
    assert_eq!(directory.place("https://medium.com/@bo/a"), newsroom("medium.com/@bo"));
    assert_eq!(directory.place("http://127.0.0.1:8000/a"), newsroom("127.0.0.1"));
    assert_eq!(directory.place("https://news.google.com/x"), Place::Aggregator("Google News"));
}

#[test]
fn what_is_written_as_a_domain_is_one_or_none() {
    for (text, expect) in [
        ("Ledger.Example", Some("ledger.example")),
        ("www.ledger.example", Some("ledger.example")),
        ("https://ledger.example/", Some("ledger.example")),
        ("youtube.com/@Ledger", Some("youtube.com/@ledger")),
        ("reddit.com/r/worldnews", Some("reddit.com/r/worldnews")),
        ("ledger.example/section", None),
        ("ledger", None),
        ("co.uk", None),
        ("127.0.0.1", None),
        ("ledger.example:8080", None),
        ("The St. Ives Ledger", None),
        ("", None),
    ] {
        assert_eq!(site_key(text).as_deref(), expect, "{text}");
    }
}
