//! How fast feeds are read: bytes → entries → documents, beside feed-rs alone on the same bytes.
//! Run with `cargo bench --bench parsing`; the throughput is of the feed's bytes.

use std::fmt::Write;
use std::sync::LazyLock;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use wirewatch::domain::document::Document;
use wirewatch::parse::{Limits, read};

fn main() {
    divan::main();
}

const URL: &str = "https://bench.example/feed.rss";

/// Entries of a usual feed, and of a large one.
const SIZES: [usize; 2] = [40, 1_000];

/// A feed of entries with about 2 kB of markup each, as newspapers have.
fn feed(entries: usize) -> String {
    static PARAGRAPH: LazyLock<String> = LazyLock::new(|| {
        "<p>The harbour &amp; its <a href=\"https://quay.example/a?b=1&amp;c=2\">quays</a> were \
         busy on Monday, said <em>Zoë Müller</em>, who keeps the lights&#8217; log.</p>\n"
            .repeat(12)
    });
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><channel><title>Bench</title>\
         <link>https://quay.example/</link>\n",
    );
    for number in 0..entries {
        let _ = writeln!(
            text,
            "<item><title>Entry {number}: tide &amp; time</title>\
             <link>https://quay.example/2024/{number}?utm_source=rss</link>\
             <guid isPermaLink=\"false\">q-{number}</guid>\
             <pubDate>Mon, 03 Jun 2024 08:15:00 GMT</pubDate><dc:creator>Ann Onym</dc:creator>\
             <category>Sea</category><category>Weather</category>\
             <description>The harbour was busy on Monday.</description>\
             <content:encoded><![CDATA[{}]]></content:encoded></item>",
            *PARAGRAPH
        );
    }
    text + "</channel></rss>\n"
}

#[divan::bench(args = SIZES)]
fn wirewatch_to_documents(bencher: Bencher, entries: usize) {
    let body = feed(entries);
    bencher.counter(BytesCount::of_str(&body)).bench_local(|| -> Vec<Document> {
        let feed = read(black_box(body.as_bytes()), None, URL, Limits::STANDARD);
        let entries = feed.map(|feed| feed.entries).unwrap_or_default();
        entries.iter().map(Document::from_parsed).collect()
    });
}

#[divan::bench(args = SIZES)]
fn wirewatch_to_entries(bencher: Bencher, entries: usize) {
    let body = feed(entries);
    bencher
        .counter(BytesCount::of_str(&body))
        .bench_local(|| read(black_box(body.as_bytes()), None, URL, Limits::STANDARD));
}

#[divan::bench(args = SIZES)]
fn feed_rs_alone(bencher: Bencher, entries: usize) {
    let body = feed(entries);
    bencher
        .counter(BytesCount::of_str(&body))
        .bench_local(|| feed_rs::parser::parse(black_box(body.as_bytes())));
}
