//! Merging, splitting, moving.

use super::*;

/// Two stories of two entries each, kept apart.
fn two(world: &mut World) -> (StoryId, StoryId) {
    let first = StoryId(world.tell("a", FORGES.0, FORGES.1, 0));
    let second = StoryId(world.tell("a", BUTTER.0, BUTTER.1, 0));
    world.tell("b", BUILDS.0, BUILDS.1, 1);
    assert_eq!(world.index.stories(), 2);
    (first, second)
}

#[test]
fn a_merge_undone_leaves_the_stories_as_they_were() {
    let mut world = World::default();
    let (first, second) = two(&mut world);
    let before = (world.index.story(first).cloned(), world.index.story(second).cloned());
    let merged = world.index.merge(first, second).unwrap();
    assert_eq!((merged.members, world.index.stories()), (3, 1));
    assert_eq!(world.index.story(second), None);
    let of = |story| -> Vec<StoredMember> {
        world.members.iter().filter(|member| member.story == story).cloned().collect()
    };
    let (one, other) = (of(first), of(second));
    world.index.rebuild(first, &one);
    world.index.rebuild(second, &other);
    assert_eq!((world.index.story(first).cloned(), world.index.story(second).cloned()), before);
    assert_eq!(world.index.entries(), 3);
}

#[test]
fn an_entry_moved_away_no_longer_draws_others() {
    let mut world = World::default();
    let (first, second) = two(&mut world);
    let moved = world.members.pop().unwrap();
    let stays = world.members[0].clone();
    let other = world.members[1].clone();
    world.index.rebuild(first, &[stays]);
    world.index.rebuild(second, &[other, StoredMember { story: second, ..moved }]);
    assert_eq!(world.index.story(second).unwrap().members, 2);
    assert_eq!(world.index.story(first).unwrap().members, 1);
    assert_eq!(world.index.rebuild(first, &[]), None);
    assert_eq!(world.tell("c", BUILDS.0, BUILDS.1, 2), second.0);
}

#[test]
fn merging_what_is_not_there_does_nothing() {
    let mut world = World::default();
    let (first, _) = two(&mut world);
    assert_eq!(world.index.merge(first, StoryId(99)), None);
    assert_eq!(world.index.merge(first, first), None);
    assert_eq!(world.index.stories(), 2);
}

#[test]
fn an_entry_near_two_stories_makes_them_one_unless_a_user_keeps_them_apart() {
    let told = |asked: &Asked| {
        let mut world = World::default();
        let first = world.tell("a", FORGES.0, FORGES.1, 0);
        let keep = Asked { without: &[StoryId(first)], ..Asked::default() };
        world.tell_in("en", "b", BUILDS.0, BUILDS.1, 1, &keep);
        assert_eq!(world.index.stories(), 2);
        let both = format!("{} {}", FORGES.1, BUILDS.1);
        world.tell_in("en", "c", BUILDS.0, &both, 2, asked);
        (world.index.stories(), world.placed.last().unwrap().merge)
    };
    let (stories, bridge) = told(&Asked::default());
    let bridge = bridge.unwrap();
    assert_eq!((stories, bridge.into, bridge.from), (1, StoryId(1), StoryId(2)));
    let apart = Asked { apart: &[(StoryId(2), StoryId(1))], ..Asked::default() };
    assert_eq!(told(&apart), (2, None));
}

#[test]
fn what_stood_alone_joins_a_story_that_has_grown_near_to_it() {
    let mut world = World::default();
    let ferry: Vec<&str> =
        "ferry capsized lifeboats skagerrak lighthouse trawler divers hull wreck \
                            mooring ballast rescue"
            .split(' ')
            .collect();
    let court: Vec<&str> = "minister resigned parliament inquiry ballot coalition speaker motion \
                            budget tribunal verdict deputy"
        .split(' ')
        .collect();
    let mut tell = |source: &str, of_ferry: &[&str], of_court: &[&str], hours: i64| {
        let words = [of_ferry, of_court].concat();
        let title = words[..3].join(" ");
        let story = world.tell(source, &title, &format!("{}. ", words.join(", ")).repeat(3), hours);
        (story, world.placed.last().unwrap().merge)
    };
    let (first, _) = tell("a", &ferry, &[], 0);
    let (alone, _) = tell("b", &ferry[10..], &court[..10], 1);
    assert_ne!(first, alone);
    let (story, merge) = tell("c", &ferry[4..], &court[4..9], 2);
    assert_eq!(story, first);
    let merge = merge.unwrap();
    assert_eq!((merge.into, merge.from), (StoryId(first), StoryId(alone)));
}
