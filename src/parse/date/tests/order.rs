//! What the dates of one document tell about one another.

use crate::parse::{Limits, read};

/// The dates of a document's entries as they are read together.
fn together(texts: &[&str]) -> Vec<String> {
    let items: Vec<String> = texts
        .iter()
        .map(|text| format!("<item><title>A</title><pubDate>{text}</pubDate></item>"))
        .collect();
    let document = format!("<rss version=\"2.0\"><channel>{}</channel></rss>", items.concat());
    let feed = read(document.as_bytes(), None, "https://quay.example/", Limits::STANDARD).unwrap();
    let shown = |entry: &crate::domain::entry::ParsedEntry| match entry.published {
        Some(at) => format!("{}{at}", if entry.date_until.is_some() { "~" } else { "" }),
        None => "none".to_owned(),
    };
    feed.entries.iter().map(shown).collect()
}

#[test]
fn one_date_proves_the_order_of_the_others() {
    assert_eq!(
        together(&["03/06/2024 10:15 GMT", "25/05/2024 08:00 GMT"]),
        ["2024-06-03T10:15:00Z", "2024-05-25T08:00:00Z"]
    );
    assert_eq!(
        together(&["06/03/2024", "05/25/2024", "05/05/2024"]),
        ["~2024-06-03T00:00:00Z", "~2024-05-25T00:00:00Z", "~2024-05-05T00:00:00Z"]
    );
    // 3 June 2024 was a Monday, 6 March 2024 a Wednesday.
    assert_eq!(
        together(&["02.06.2024 10:00", "Mon, 03.06.2024 10:00"]),
        ["~2024-06-02T10:00:00Z", "~2024-06-03T10:00:00Z"]
    );
}

#[test]
fn what_proves_nothing_or_two_things_leaves_no_date() {
    assert_eq!(together(&["03/06/2024", "04/06/2024"]), ["none", "none"]);
    assert_eq!(
        together(&["03/06/2024", "25/05/2024", "05/25/2024"]),
        ["none", "~2024-05-25T00:00:00Z", "~2024-05-25T00:00:00Z"]
    );
    // A year of two digits may be the day, and a day the year.
    assert_eq!(together(&["30.10.23", "31.10.23"]), ["none", "none"]);
    assert_eq!(
        together(&["03/06/2024", "Sat, 25 May 2024 08:00:00 GMT", "2024-05-25"]),
        ["none", "2024-05-25T08:00:00Z", "~2024-05-25T00:00:00Z"]
    );
}
