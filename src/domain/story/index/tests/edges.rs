//! What ends naive clustering: columns, wires, templates, copies, old stories that wake up.

use super::*;

const WIRE: &str = "A freight train carrying grain derailed near the town of Halden on Tuesday \
    morning, blocking the main line between Oslo and Gothenburg for several hours. Police said \
    that nobody was hurt. The operator Nordrail said eleven cars had left the tracks after a \
    brake failed, and that repairs would take until Thursday. Passengers were taken by bus. The \
    transport minister, Kari Lund, said that she had asked the safety board for a report within \
    two weeks, and that freight would be sent by way of Kongsvinger until then.";

#[test]
fn an_edited_wire_copy_joins_and_says_of_whom() {
    let mut world = World::default();
    let first = world.tell("wire", "Freight train derails near Halden", WIRE, 0);
    let edited = WIRE.replace("several hours", "most of the day").replace("by bus", "in buses");
    let shorter = &edited[..edited.find(" The transport").unwrap()];
    assert_eq!(world.tell("daily", "Grain everywhere: chaos on the rails", shorter, 3), first);
    assert_eq!(world.reason().code(), "copy");
    let copied = world.placed.last().unwrap().copy_of.unwrap();
    assert_eq!(copied.entry, EntryId(1));
    assert!(copied.share > 6_000, "{copied:?}");
}

#[test]
fn updates_of_a_wire_join() {
    let mut world = World::default();
    let first = world.tell("wire", "Freight train derails near Halden", WIRE, 0);
    let more = format!("{WIRE} Later on Tuesday the line was opened for passenger trains.");
    let title = "UPDATE 1-Freight train derails near Halden, line open";
    assert_eq!(world.tell("wire", title, &more, 5), first);
}

#[test]
fn a_column_under_one_headline_is_a_story_each_time() {
    let mut world = World::default();
    let days = [
        "Strikes close two ports in Chile while copper prices climb; a court in Lyon frees a \
         painter; voters in Malta go to the polls on a new harbour; and the heat in Spain goes on.",
        "A comet passes over Kenya; teachers in Ohio accept a pay deal; the bank of Japan keeps its \
         rate; and a lost opera by Salieri is found in a cellar in Graz by two students of music.",
    ];
    let first = world.tell("daily", "Morning briefing: what you need to know", days[0], 0);
    assert_ne!(world.tell("daily", "Morning briefing: what you need to know", days[1], 24), first);
}

#[test]
fn reports_from_a_template_are_a_story_each() {
    let mut world = World::default();
    let report = |share: &str, from: &str, to: &str, volume: &str| {
        format!(
            "Shares of {share} closed at {to} on Monday, up from {from}. Trading volume was \
             {volume} shares. The stock has a market value of {volume} million. Analysts expect \
             earnings of {from} per share."
        )
    };
    let first = world.tell(
        "market",
        "Nordrail shares close up 1.2 %",
        &report("Nordrail", "41.20", "41.70", "90211"),
        0,
    );
    let second = world.tell(
        "market",
        "Halbrit shares close up 3.4 %",
        &report("Halbrit", "12.10", "12.51", "7712"),
        0,
    );
    assert_ne!(first, second);
    let results = ["Leeds 2-1 Burnley: full-time result", "Leeds 0-0 Watford: full-time result"];
    assert_ne!(world.tell("sport", results[0], "", 1), world.tell("sport", results[1], "", 2));
}

#[test]
fn the_same_link_joins_whatever_the_words() {
    let mut world = World::default();
    let first = world.tell("a", FORGES.0, FORGES.1, 0);
    let asked = Asked { linked: Some((EntryId(1), StoryId(first))), ..Asked::default() };
    assert_eq!(world.tell_in("en", "b", "Anything at all", "", 2, &asked), first);
    assert_eq!(*world.reason(), JoinReason::SameLink { entry: EntryId(1) });
}

#[test]
fn users_have_the_last_word() {
    let mut world = World::default();
    let first = world.tell("a", FORGES.0, FORGES.1, 0);
    let without = Asked { without: &[StoryId(first)], ..Asked::default() };
    let apart = world.tell_in("en", "b", BUILDS.0, BUILDS.1, 1, &without);
    assert_ne!(apart, first);
    let with = Asked { with: Some(StoryId(first)), ..Asked::default() };
    assert_eq!(world.tell_in("en", "c", BUTTER.0, BUTTER.1, 1, &with), first);
    assert_eq!(*world.reason(), JoinReason::Told);
}

#[test]
fn a_story_older_than_the_window_is_not_joined() {
    let mut world = World::default();
    let first = world.tell("a", FORGES.0, FORGES.1, 0);
    assert_ne!(world.tell("b", BUILDS.0, BUILDS.1, 7 * 24 + 1), first);
    assert_eq!((world.index.stories(), world.index.entries()), (1, 1));
}

#[test]
fn a_story_that_several_tell_may_be_taken_up_after_a_quiet_fortnight() {
    let mut world = World::default();
    let first = world.tell("a", FORGES.0, FORGES.1, 0);
    assert_eq!(world.tell("b", BUILDS.0, BUILDS.1, 1), first);
    let mut again = world.restarted(14 * 24);
    assert_eq!(world.tell("c", FORGES.0, FORGES.1, 14 * 24), first);
    let features = features_of("c", FORGES);
    let placed = again.place(&features, at(14 * 24), &Asked::default());
    assert_eq!(placed.story, Some(StoryId(first)));
    assert_ne!(world.tell("d", FORGES.0, FORGES.1, 36 * 24), first);
}

#[test]
fn of_old_members_the_latest_are_kept_while_their_story_lasts() {
    let mut world = World::default();
    for n in 0..12 {
        world.tell(&format!("feed {n}"), FORGES.0, FORGES.1, n);
    }
    world.tell("late", BUTTER.0, BUTTER.1, 8 * 24);
    assert_eq!(world.index.entries(), KEPT_MEMBERS + 1);
    let again = world.restarted(8 * 24);
    assert_eq!(again.entries(), world.index.entries());
}

#[test]
fn a_clock_that_jumps_back_breaks_nothing() {
    let mut world = World::default();
    let first = world.tell("a", FORGES.0, FORGES.1, 1_000);
    assert_eq!(world.tell("b", BUILDS.0, BUILDS.1, 0), first);
    assert_eq!(world.index.story(StoryId(first)).unwrap().last_seen, at(1_000));
}

#[test]
fn what_follows_only_what_a_long_story_has_become_is_a_child_of_it() {
    let mut world = World::default();
    let began = "ferry capsized lifeboats Skagerrak lighthouse trawler divers hull wreck mooring";
    let became =
        "minister resigned parliament inquiry ballot coalition speaker motion budget tribunal";
    let text = |words: &[&str]| format!("{}. ", words.join(", ")).repeat(4);
    let (began, became) =
        (began.split(' ').collect::<Vec<_>>(), became.split(' ').collect::<Vec<_>>());
    let first = world.tell("a", "Ferry capsized near Skagerrak lighthouse", &text(&began), 0);
    for n in 1..20 {
        let share = (n as usize / 2).min(10);
        let words: Vec<&str> = became[..share].iter().chain(&began[share..]).copied().collect();
        let title = format!("{} and {} told on", words[0], words[9]);
        assert_eq!(world.tell(&format!("feed {n}"), &title, &text(&words), 5 * n), first, "{n}");
    }
    // With more and more words of its own, it is less and less near.
    let children = (0..=7).filter_map(|own| {
        let fresh = ["harvest", "comet", "violin", "glacier", "tariff", "orchard", "reactor"];
        let words: Vec<&str> = became.iter().chain(&fresh[..own]).copied().collect();
        let features = features_of("late", ("What came of it all this week", &text(&words)));
        let placed = world.index.place(&features, at(100), &Asked::default());
        placed.parent.filter(|_| placed.story.is_none())
    });
    assert_eq!(children.collect::<Vec<_>>().first(), Some(&StoryId(first)));
}

#[test]
fn a_story_whose_texts_are_its_title_is_one_however_often_a_source_tells_it() {
    let title = "Ferry sinks off Bergen as storm Ylva hits the coast";
    for others in [0, 10, 20, 40] {
        let mut world = World::default();
        for n in 0..others {
            let other = format!("Council {n} of town{n} votes on plan{n} for street{n}");
            world.tell("wire", &other, &other, 0);
        }
        let first = world.tell("wire", title, title, 1);
        for n in 1..16 {
            assert_eq!(world.tell("wire", title, title, 1), first, "the {n}th after {others}");
        }
    }
}
