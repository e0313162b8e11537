//! What counts as a fact, and when it is new enough to be told.

use super::*;

fn noon() -> Timestamp {
    "2026-06-03T12:00:00Z".parse().unwrap()
}

fn facts(title: &str, body: &str) -> Vec<String> {
    Telling::of(noon(), "Wire", title, body).facts.into_values().collect()
}

fn telling(hours: i64, publisher: &str, body: &str) -> Telling {
    let at = noon().saturating_add(jiff::SignedDuration::from_hours(hours)).unwrap();
    Telling::of(at, publisher, "Fire in the harbour", body)
}

#[test]
fn names_inside_sentences_and_numbers_with_what_they_count_are_facts() {
    let body = "Officials in Oslo said 12 people died. The minister, Mette Frederiksen, spoke of \
                $3.5bn and 40 % of trade in June 2026 at 10:30.";
    assert_eq!(
        facts("Fire in the harbour", body),
        ["$3.5bn", "12 people", "40 %", "Mette Frederiksen", "Oslo"]
    );
}

#[test]
fn a_title_in_capitals_names_nobody() {
    let title = "Keir Starmer Forges Defence Alliance with Denmark in Bold NATO Power Play";
    assert_eq!(facts(title, ""), Vec::<String>::new());
}

#[test]
fn a_fact_is_new_once_two_publishers_and_a_quarter_of_the_entries_tell_it() {
    let since = noon();
    let mut told = vec![telling(-1, "Wire", "It was seen from Oslo.")];
    told.push(telling(1, "Wire", "It spread, said Mette Frederiksen in Oslo."));
    let now = noon() + std::time::Duration::from_secs(4 * 3_600);
    assert_eq!(find(&told, since, now), None, "one publisher may err");
    told.push(telling(2, "Ledger", "A word from Mette Frederiksen."));
    assert_eq!(
        find(&told, since, now).as_deref(),
        Some("new: Mette Frederiksen, told by 2 publishers")
    );
    for n in 0..6 {
        told.push(telling(3, &format!("Post {n}"), "it burns on."));
    }
    assert_eq!(find(&told, since, now), None, "2 of 9 entries are too few");
    let later = telling(2, "Ledger", "").at;
    assert_eq!(find(&told[..3], later, now), None, "it was told when the alert was revised");
}

#[test]
fn a_family_name_is_not_new_where_the_whole_name_was_told() {
    let told = [
        telling(-1, "Wire", "So says Mette Frederiksen."),
        telling(1, "Wire", "It was Frederiksen who said so."),
        telling(2, "Ledger", "And Frederiksen left."),
    ];
    assert_eq!(find(&told, noon(), noon() + std::time::Duration::from_secs(10_000)), None);
}

#[test]
fn a_number_is_known_only_with_what_it_counts() {
    let told = |body: &str| {
        let told = [
            telling(-1, "Wire", "There were 12 killed and 40 injured."),
            telling(1, "Wire", body),
            telling(2, "Ledger", body),
        ];
        find(&told, noon(), noon() + std::time::Duration::from_secs(10_000))
    };
    assert_eq!(
        told("By now 40 killed are counted.").as_deref(),
        Some("new: 40 killed, told by 2 publishers")
    );
    assert_eq!(told("Again 12 killed, it was said, and 40 injured."), None);
}

#[test]
fn a_copy_tells_nothing_new_however_many_print_it() {
    let at = noon() + std::time::Duration::from_secs(4 * 3_600);
    let said = "It spread to 40 houses, said Mette Frederiksen in Oslo.";
    let told = |copies: [bool; 3]| -> Vec<Telling> {
        let tell = |(n, (publisher, copy)): (usize, (&str, bool))| {
            telling(1, publisher, said).by(EntryId(n as i64), copy)
        };
        ["Wire", "Ledger", "Herald"].into_iter().zip(copies).enumerate().map(tell).collect()
    };
    assert_eq!(find(&told([false, true, true]), noon(), at), None);
    let by_two = find(&told([false, true, false]), noon(), at).expect("two texts tell it");
    assert!(by_two.ends_with("told by 2 publishers"), "{by_two}");
}
