//! What of a page is its article, and which pages are refused.

use super::*;

const URL: &str = "https://quay.example/story";

fn page(article: &str) -> String {
    format!(
        "<!doctype html><html><head><title>Story – Quay</title></head><body>\
         <nav><ul><li><a href=/>Home</a><li><a href=/shop>Shop sailcloth today</a></ul></nav>\
         <article><h1>Ferry talks resume</h1>{article}</article>\
         <aside class=\"related sidebar\"><a href=/x>Ten recipes you must try</a></aside>\
         <footer>Copyright Quay</footer></body></html>"
    )
}

fn long() -> String {
    (1..6)
        .map(|n| {
            format!(
                "<p>Paragraph {n}: ministers of both sides met again on Tuesday, in the harbour \
                 hall, to speak about the ferries that have lain idle since the winter, and about \
                 who is to pay for those that will sail.</p>"
            )
        })
        .collect()
}

#[test]
fn the_article_is_told_from_what_stands_around_it() {
    let article = extract(page(&long()).as_bytes(), None, URL).unwrap();
    let text = html::to_text(&article.content);
    assert!(text.contains("Paragraph 1: ministers") && text.contains("Paragraph 5"), "{text}");
    for around in ["Shop", "recipes", "Copyright"] {
        assert!(!text.contains(around), "{around} in {text}");
    }
    assert!(text.contains("will sail.\n\nParagraph 2"), "paragraphs are kept: {text}");
}

#[test]
fn a_page_without_an_article_gives_none() {
    for short in ["", "<p>Please log in.</p>", "<p>This page needs JavaScript.</p>"] {
        assert_eq!(extract(page(short).as_bytes(), None, URL), Err(ParseFailure::NoArticle));
    }
    assert_eq!(extract(b"", None, URL), Err(ParseFailure::NoArticle));
    assert_eq!(extract(b"%PDF-1.7 \x00\x01", None, URL), Err(ParseFailure::NoArticle));
}

#[test]
fn a_page_that_would_make_a_monstrous_tree_is_refused() {
    let deep = page(&"<div>".repeat(10_000));
    assert_eq!(extract(deep.as_bytes(), None, URL), Err(ParseFailure::TooDeep { limit: 256 }));
    for tricky in ["<div></x>", "<div/>", "<div><span></div>".split_at(11).0, "<svg><g><td>"] {
        let told = extract(page(&tricky.repeat(10_000)).as_bytes(), None, URL);
        assert_eq!(told, Err(ParseFailure::TooDeep { limit: 256 }), "{tricky}");
    }
    let in_table = page(&format!("<table>{}</table>{}", "<div>".repeat(5_000), long()));
    let told = extract(in_table.as_bytes(), None, URL);
    assert_eq!(told, Err(ParseFailure::TooDeep { limit: 256 }), "moved before the table");
    // Each text opens all the elements anew that were never closed.
    let reopened: String = (0..3_000).map(|n| format!("<div><b id={n}>x</div>")).collect();
    assert!(extract(page(&reopened).as_bytes(), None, URL).is_err());
    for wide in ["<br>", "<svg><g/></svg>"] {
        let told = extract(page(&wide.repeat(70_000)).as_bytes(), None, URL);
        assert!(matches!(told, Err(ParseFailure::TooComplex { .. })), "{wide}");
    }
    let unclosed = page(&format!("{}{}", "<p><br></x>".repeat(5_000), long()));
    assert!(extract(unclosed.as_bytes(), None, URL).is_ok());
    let many_open_paragraphs = page(&format!("{}{}", "<p>".repeat(1_000), long()));
    assert!(extract(many_open_paragraphs.as_bytes(), None, URL).is_ok());
}
