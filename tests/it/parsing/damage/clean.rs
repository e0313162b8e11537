//! Clean feeds: generated ones in each format, and the fixtures.

use std::ops::Range;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::super::{ATOM, RDF, RSS, SEED_ATOM, SEED_RSS};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Rss,
    Rdf,
    Atom,
}

/// A well-formed feed.
#[derive(Debug, Clone)]
pub struct Clean {
    pub format: Format,
    pub text: String,
    /// Where its entries lie, tags included.
    pub entries: Vec<Range<usize>>,
    /// Their titles as text; empty for the fixtures.
    pub titles: Vec<String>,
}

impl Clean {
    fn new(format: Format, text: String, titles: Vec<String>) -> Self {
        let name = if format == Format::Atom { "entry" } else { "item" };
        let (open, close) = (format!("<{name}"), format!("</{name}>"));
        let mut entries = Vec::new();
        let mut from = 0;
        while let Some(start) = text[from..].find(&open).map(|at| from + at) {
            let end = start + text[start..].find(&close).unwrap() + close.len();
            // `<items>` of RDF is no item.
            if text[start + open.len()..].starts_with(['>', ' ']) {
                entries.push(start..end);
            }
            from = end;
        }
        Self { format, text, entries, titles }
    }

    /// The name of the entries' elements.
    pub fn entry_name(&self) -> &'static str {
        if self.format == Format::Atom { "entry" } else { "item" }
    }

    /// The name of the elements with the entries' texts.
    pub fn body_name(&self) -> &'static str {
        if self.format == Format::Atom { "summary" } else { "description" }
    }
}

pub fn written_by_hand() -> Vec<Clean> {
    let rdf = RDF.replace("ISO-8859-1", "UTF-8");
    vec![
        Clean::new(Format::Rss, RSS.to_owned(), Vec::new()),
        Clean::new(Format::Atom, ATOM.to_owned(), Vec::new()),
        Clean::new(Format::Rdf, rdf, Vec::new()),
        Clean::new(Format::Rss, SEED_RSS.to_owned(), Vec::new()),
        Clean::new(Format::Atom, SEED_ATOM.to_owned(), Vec::new()),
    ]
}

/// The same feeds on every run, of each format in turn.
pub fn generated(count: usize) -> Vec<Clean> {
    let mut runner = TestRunner::deterministic();
    let items = prop::collection::vec(item(), 2..7);
    let formats = [Format::Rss, Format::Rdf, Format::Atom];
    let feeds = (0..count).map(|number| {
        let items = items.new_tree(&mut runner).unwrap().current();
        let format = formats[number % formats.len()];
        let titles = items.iter().map(|item| item.title.clone()).collect();
        Clean::new(format, written(format, &items), titles)
    });
    feeds.collect()
}

#[derive(Debug, Clone)]
struct Item {
    title: String,
    /// Paragraphs; each is a list of words.
    body: Vec<String>,
    number: u32,
    /// Whether the body is written as CDATA.
    cdata: bool,
}

/// Words of news, with all that has to be escaped and all that charsets differ in.
const WORDS: &[&str] = &[
    "harbour",
    "café",
    "R&D",
    "Zürich",
    "naïve",
    "“quoted”",
    "it’s",
    "AT&T",
    "3 < 5",
    "–",
    "Łódź",
    "NATO",
    "été",
    "Q&A",
    "100 %",
    "señor",
    "the",
    "of",
    "€5",
    "don't",
    "\"said\"",
    "x>y",
    "海",
];

fn words(count: Range<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS), count).prop_map(|words| words.join(" "))
}

fn item() -> impl Strategy<Value = Item> {
    let body = prop::collection::vec(words(1..12), 1..4);
    (words(1..7), body, 1..100_000_u32, any::<bool>()).prop_map(|(title, body, number, cdata)| {
        // Titles differ, so that one entry never stands for another.
        Item { title: format!("{title} no. {number}"), body, number, cdata }
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn written(format: Format, items: &[Item]) -> String {
    let all: String = items.iter().map(|item| one(format, item)).collect();
    match format {
        Format::Rss => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" \
             xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
             xmlns:media=\"http://search.yahoo.com/mrss/\">\n<channel>\n<title>Quay</title>\n\
             <link>https://quay.example/</link>\n<description>News</description>\n{all}\
             </channel>\n</rss>\n"
        ),
        Format::Rdf => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF \
             xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
             xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
             xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n\
             <channel rdf:about=\"https://quay.example/\">\n<title>Quay</title>\n\
             <link>https://quay.example/</link>\n<description>News</description>\n</channel>\n\
             {all}</rdf:RDF>\n"
        ),
        Format::Atom => format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <feed xmlns=\"http://www.w3.org/2005/Atom\">\n<title>Quay</title>\n\
             <id>tag:quay.example,2024:feed</id>\n<updated>2024-06-03T08:15:00Z</updated>\n\
             <link href=\"https://quay.example/\"/>\n{all}</feed>\n"
        ),
    }
}

fn one(format: Format, item: &Item) -> String {
    let Item { number, .. } = item;
    let title = escaped(&item.title);
    let html: String = item.body.iter().map(|text| format!("<p>{}</p>", escaped(text))).collect();
    let body = if item.cdata { format!("<![CDATA[{html}]]>") } else { escaped(&html) };
    let link = format!("https://quay.example/a?p={number}&amp;from=feed");
    let minute = number % 60;
    match format {
        Format::Rss => format!(
            "<item>\n<title>{title}</title>\n<link>{link}</link>\n\
             <guid isPermaLink=\"false\">q-{number}</guid>\n\
             <pubDate>Mon, 03 Jun 2024 08:{minute:02}:00 GMT</pubDate>\n\
             <dc:creator>Ann Onym</dc:creator>\n<category>Sea</category>\n\
             <description>{body}</description>\n</item>\n"
        ),
        Format::Rdf => format!(
            "<item rdf:about=\"https://quay.example/{number}\">\n<title>{title}</title>\n\
             <link>{link}</link>\n<dc:date>2024-06-03T08:{minute:02}:00Z</dc:date>\n\
             <description>{body}</description>\n</item>\n"
        ),
        Format::Atom => format!(
            "<entry>\n<title>{title}</title>\n<link rel=\"alternate\" href=\"{link}\"/>\n\
             <id>tag:quay.example,2024:{number}</id>\n\
             <updated>2024-06-03T08:{minute:02}:00Z</updated>\n\
             <author><name>Ann Onym</name></author>\n\
             <summary type=\"html\">{body}</summary>\n</entry>\n"
        ),
    }
}
