//! Reasons as people read them.

use super::*;

#[test]
fn reasons_say_what_carried_a_join() {
    let likeness = Likeness {
        cosine: 6_149,
        needed: 2_800,
        runner_up: Some(Near { story: StoryId(7), cosine: 900 }),
        carriers: vec![
            Carrier { word: "Starmer".to_owned(), share: 2_000 },
            Carrier { word: "Denmark".to_owned(), share: 1_450 },
        ],
        others: 2_699,
    };
    insta::assert_snapshot!(
        JoinReason::Alike(likeness).text(),
        @"the same words: 0.61 where 0.28 is asked (Starmer 0.20, Denmark 0.15); next was S7 with 0.09"
    );
    let opened = JoinReason::Opened {
        nearest: Some(Near { story: StoryId(9), cosine: 1_200 }),
        needed: 2_800,
    };
    insta::assert_snapshot!(
        opened.text(),
        @"no known story tells the same: S9 came nearest with 0.12 of the 0.28 it takes"
    );
    let copy = JoinReason::Copy { of: EntryId(5), share: 6_249 };
    insta::assert_snapshot!(copy.text(), @"62 % of the text is that of E5");
}
