//! Documents as feeds write them, from the same articles in several forms.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::json;

/// An article as a feed tells of it. What is empty is left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Article {
    pub guid: String,
    pub link: String,
    pub title: String,
    pub text: String,
    pub published: Option<Timestamp>,
    pub updated: Option<Timestamp>,
}

/// The n-th article: all that it has is its own. Undated.
pub fn article(n: u32) -> Article {
    Article {
        guid: format!("g-{n}"),
        link: format!("https://news.example/a/{n}"),
        title: format!("NATO {}", words(n, 3)),
        text: format!("Report {}.", words(n + 500_000, 5)),
        published: None,
        updated: None,
    }
}

/// Articles with these numbers, in this order.
pub fn articles(numbers: impl IntoIterator<Item = u32>) -> Vec<Article> {
    numbers.into_iter().map(article).collect()
}

impl Article {
    pub fn guid(self, guid: &str) -> Self {
        Self { guid: guid.to_owned(), ..self }
    }

    pub fn link(self, link: &str) -> Self {
        Self { link: link.to_owned(), ..self }
    }

    pub fn title(self, title: &str) -> Self {
        Self { title: title.to_owned(), ..self }
    }

    pub fn text(self, text: &str) -> Self {
        Self { text: text.to_owned(), ..self }
    }

    /// With a text long enough to be told from others by itself.
    pub fn long(self) -> Self {
        let text = format!("{} {}", self.text, words(self.text.len() as u32 + 77, 40));
        Self { text: format!("{} {}", self.title, text), ..self }
    }

    pub fn at(self, published: Timestamp) -> Self {
        Self { published: Some(published), ..self }
    }

    pub fn updated(self, updated: Timestamp) -> Self {
        Self { updated: Some(updated), ..self }
    }
}

/// Made-up words; other numbers give others.
pub fn words(n: u32, count: u32) -> String {
    let syllables = ["ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "zu", "dy", "fa"];
    let mut seed = u64::from(n).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66;
    let mut word = || {
        (0..4).fold(String::new(), |word, _| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            word + syllables[(seed >> 40) as usize % syllables.len()]
        })
    };
    (0..count).map(|_| word()).collect::<Vec<_>>().join(" ")
}

/// RSS 2.0.
pub fn rss(articles: &[Article]) -> String {
    rss_of("The Wire", "https://news.example/", articles)
}

/// RSS 2.0 of a feed with this title and home page.
pub fn rss_of(title: &str, home: &str, articles: &[Article]) -> String {
    let items: String = articles.iter().map(item).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel><title>{title}</title>\
         <link>{home}</link><description>d</description>{items}</channel></rss>"
    )
}

fn item(article: &Article) -> String {
    let mut item = String::from("<item>");
    let date = article.published.map(|at| {
        let zoned = at.to_zoned(jiff::tz::TimeZone::UTC);
        jiff::fmt::rfc2822::to_string(&zoned).unwrap()
    });
    let guid = format!("<guid isPermaLink=\"false\">{}</guid>", escape(&article.guid));
    item += if article.guid.is_empty() { "" } else { &guid };
    element(&mut item, "title", &article.title);
    element(&mut item, "link", &article.link);
    element(&mut item, "pubDate", date.as_deref().unwrap_or_default());
    element(&mut item, "description", &article.text);
    item + "</item>"
}

/// Atom 1.0, with what RSS calls a guid as the id.
pub fn atom(articles: &[Article]) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><feed xmlns=\"http://www.w3.org/2005/Atom\">\
         <title>The Wire</title><id>urn:wire</id><updated>2026-06-01T00:00:00Z</updated>",
    );
    for article in articles {
        text += "<entry>";
        element(&mut text, "id", &article.guid);
        element(&mut text, "title", &article.title);
        if !article.link.is_empty() {
            let _ = write!(text, "<link href=\"{}\"/>", escape(&article.link));
        }
        let date = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        element(&mut text, "published", &date(article.published));
        element(&mut text, "updated", &date(article.updated));
        element(&mut text, "content", &article.text);
        text += "</entry>";
    }
    text + "</feed>"
}

/// JSON Feed 1.1.
pub fn json_feed(articles: &[Article]) -> String {
    let items: Vec<_> = articles
        .iter()
        .map(|article| {
            json!({
                "id": article.guid,
                "url": article.link,
                "title": article.title,
                "content_text": article.text,
                "date_published": article.published.map(|at| at.to_string()),
            })
        })
        .collect();
    let version = "https://jsonfeed.org/version/1.1";
    json!({ "version": version, "title": "The Wire", "items": items }).to_string()
}

fn element(xml: &mut String, name: &str, text: &str) {
    if !text.is_empty() {
        let _ = write!(xml, "<{name}>{}</{name}>", escape(text));
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
