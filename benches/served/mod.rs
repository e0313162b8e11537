//! Feeds of invented news on loopback, each at a host of its own, for the benchmarks of rounds: the
//! same at each run, and with an ETag by which they answer 304.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;

use axum::Router;
use axum::extract::Path as UrlPath;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Entries of each feed.
pub const ENTRIES: usize = 20;

/// Words there are, and how evenly they are drawn: the hundred commonest make a third of a text, as
/// the hundred commonest words with a meaning do of newswire headlines (0.35 in Reuters-21578).
const WORDS: usize = 20_000;
const EVENNESS: f64 = 0.714;

const SYLLABLES: [&str; 16] = [
    "ka", "lo", "mi", "ner", "dor", "sa", "ti", "ve", "run", "pel", "gar", "hes", "bri", "tol",
    "sen", "wa",
];

/// Serves `feeds` feeds on all loopback addresses; returns the port.
pub async fn serve(feeds: usize) -> u16 {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let bodies: Vec<String> = (0..feeds).map(feed).collect();
    let bodies: &'static [String] = bodies.leak();
    let answer = move |UrlPath(number): UrlPath<usize>, headers: HeaderMap| async move {
        answer(&bodies[number], &headers)
    };
    let app = Router::new().route("/{number}", get(answer));
    tokio::spawn(async move { axum::serve(listener, app).await });
    port
}

fn answer(body: &'static str, headers: &HeaderMap) -> Response {
    if headers.contains_key(header::IF_NONE_MATCH) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::ETAG, "\"1\""), (header::CONTENT_TYPE, "application/rss+xml")], body).into_response()
}

/// A feed of its own host each, since one host is asked one thing at a time.
pub fn write_config(dir: &Path, port: u16, feeds: usize) -> std::path::PathBuf {
    let topics = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/topics");
    let mut text = format!(
        "state_dir = \"{}\"\ntopics = \"{}\"\n[egress]\nallow_net = [\"127.0.0.0/8\"]\n",
        dir.join("state").display(),
        topics.display()
    );
    for number in 0..feeds {
        let host = Ipv4Addr::new(127, 0, 1 + (number / 250) as u8, 1 + (number % 250) as u8);
        text +=
            &format!("[[feed]]\nid = \"feed-{number}\"\nurl = \"http://{host}:{port}/{number}\"\n");
    }
    let file = dir.join("wirewatch.toml");
    fs::write(&file, text).unwrap();
    file
}

/// By which a text is known to be English.
const SMALL: [&str; 8] = ["the", "of", "and", "to", "in", "for", "by", "with"];

/// A feed of invented news, the same at each run.
fn feed(number: usize) -> String {
    let mut random = number as u64 + 1;
    let mut items = String::new();
    for entry in 0..ENTRIES {
        let title = words(&mut random, 9);
        let text = words(&mut random, 60);
        items += &format!(
            "<item><title>{title}</title><link>https://news{number}.example/{entry}</link>\
             <guid isPermaLink=\"false\">{number}-{entry}</guid>\
             <pubDate>Wed, 03 Jun 2026 0{}:{:02}:00 GMT</pubDate>\
             <description>{text}</description></item>",
            entry % 10,
            number % 60,
        );
    }
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>News {number}</title>\
         <link>https://news{number}.example/</link><description>Invented</description>{items}\
         </channel></rss>"
    )
}

fn words(random: &mut u64, count: usize) -> String {
    let draw = |random: &mut u64| {
        *random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let unit = (*random >> 11) as f64 / (1u64 << 53) as f64;
        let mut rank = (WORDS as f64).powf(unit.powf(EVENNESS)) as usize;
        let mut word = String::new();
        while rank > 0 {
            word += SYLLABLES[rank % SYLLABLES.len()];
            rank /= SYLLABLES.len();
        }
        word
    };
    // Two words in five of running text are small ones.
    let word = |place: usize| match place % 5 {
        1 | 3 => SMALL[(place + count) % SMALL.len()].to_owned(),
        _ => draw(random),
    };
    (0..count).map(word).collect::<Vec<_>>().join(" ")
}
