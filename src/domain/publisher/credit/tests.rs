//! Which agency a text says it is from.

use super::*;

fn credited(authors: &str, body: &str) -> Option<&'static str> {
    let (authors, body) = (authors.to_owned(), body.to_owned());
    of(&Document { authors, body, ..Document::default() })
}

#[test]
fn datelines_and_endings_name_the_agency() {
    for (body, expect) in [
        ("BRUSSELS, Nov 22 (Reuters) - NATO ministers met.", "Reuters"),
        ("PARIS (AFP) — Ministers met.", "AFP"),
        ("By AFP\n\nMinisters met.", "AFP"),
        ("Berlin (dpa/lno) - Die Minister trafen sich.", "dpa"),
        ("WASHINGTON (AP) — Ministers met.", "AP"),
        ("Madrid, 22 nov (EFE).- Los ministros.", "EFE"),
        ("MOSCOW, November 22. /TASS/. Ministers met.", "TASS"),
        ("BEIJING, Nov. 22 (Xinhua) -- Ministers met.", "Xinhua"),
        ("ANKARA (AA) - Ministers met.", "Anadolu"),
        ("New Delhi, Nov 22 (PTI) The ministers met.", "PTI"),
        ("Ministers met in Brussels on Monday. — dpa", "dpa"),
        ("Ministers met on Monday.\n\n© AFP", "AFP"),
        ("Ministrene mødtes mandag.\n\n/ritzau/", "Ritzau"),
        ("Die Minister trafen sich. (APA)", "APA"),
        ("Ministers met. (Reporting by Ada Miles; Editing by Bo Hart)", "Reuters"),
    ] {
        assert_eq!(credited("", body), Some(expect), "{body}");
    }
    for (author, expect) in
        [("Reuters", "Reuters"), ("Ada Miles, Associated Press", "AP"), ("dpa", "dpa")]
    {
        assert_eq!(credited(author, "Ministers met."), Some(expect), "{author}");
    }
}

#[test]
fn an_agency_that_is_only_spoken_of_is_no_credit() {
    let far = format!("{} (AFP) - and {}", "Ministers met. ".repeat(30), "so on. ".repeat(60));
    for body in [
        "Ministers met in Brussels, Reuters reported.",
        "The head of AFP resigned on Monday.",
        "Voters in Harrisburg (PA) went to the polls.",
        "A mixture of (AFP) and (dpa) reports.",
        "Reporting by Ada Miles.",
        "TT",
        "",
        &far,
    ] {
        assert_eq!(credited("", body), None, "{body}");
    }
    assert_eq!(credited("Ada Miles", "Ministers met."), None);
}

#[test]
fn no_text_is_too_odd_to_be_looked_at() {
    for body in ["(AFP", "/", ")(", "©", "é(AFP)", "(AFP)", "É".repeat(400).as_str()] {
        let _ = credited(body, body);
    }
    assert_eq!(credited("", "é (AFP) - x"), Some("AFP"));
}
